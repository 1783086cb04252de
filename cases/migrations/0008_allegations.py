"""Decisions, actions and learning of allegations, who named whom; and the tables of categories, factors and actions."""

import datetime as dt
from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.common.identifiers
from backend.database.grants import app_role, append_only
from backend.database.roles import quoted

GUIDANCE = "IOPC guidance on capturing data about police complaints (2020, updated 2021)"
NAMES_READ = f"Names: IOPC police complaints statistics 2024/25, Table 18. Codes: {GUIDANCE}, unverified"
BEHAVIOURS = f"Names: Northamptonshire OPFCC, FOI 10042022-1. Codes: {GUIDANCE}, unverified"
UNVERIFIED = f"{GUIDANCE}: names and codes unverified"
BEFORE_2020 = "Categories and definitions before 2020, as a force published them under FOI (whatdotheyknow.com)"
SINCE_2020 = dt.date(2020, 2, 1)  # SI 2020/2 in force
SINCE_2004 = dt.date(2004, 4, 1)  # SI 2004/643 in force
OTHER_NAMES = {"H": BEHAVIOURS, "J": UNVERIFIED, "K": UNVERIFIED, "L": UNVERIFIED, "H5": UNVERIFIED}

CATEGORIES = {
    ("A", "Delivery of duties and service"): (
        "Police action following contact", "Decisions", "Information", "General level of service",
    ),
    ("B", "Police powers, policies and procedures"): (
        "Stops, and stop and search", "Searches of premises and seizure of property", "Power to arrest and detain",
        "Use of force", "Detention in police custody", "Bail, identification and interview procedures",
        "Evidential procedures", "Out of court disposals", "Other policies and procedures",
    ),
    ("C", "Handling of or damage to property/premises"): (),
    ("D", "Access and/or disclosure of information"): (
        "Use of police systems", "Disclosure of information", "Handling of information",
        "Accessing and handling of information from other sources",
    ),
    ("E", "Use of police vehicles"): (),
    ("F", "Discriminatory behaviour"): (
        "Age", "Disability", "Gender reassignment", "Marriage and civil partnership", "Pregnancy and maternity", "Race",
        "Religion or belief", "Sex", "Sexual orientation", "Other",
    ),
    ("G", "Abuse of position/corruption"): (
        "Organisational corruption", "Abuse of position for sexual purpose",
        "Abuse of position for the purpose of pursuing an inappropriate emotional relationship",
        "Abuse of position for financial purpose", "Obstruction of justice", "Abuse of position for other purpose",
    ),
    ("H", "Individual behaviours"): (
        "Impolite language/tone", "Impolite and intolerant actions", "Unprofessional attitude and disrespect",
        "Lack of fairness and impartiality", "Overbearing or harassing behaviours",
    ),
    ("J", "Sexual conduct"): ("Sexual assault", "Sexual harassment", "Other sexual conduct"),
    ("K", "Discreditable conduct"): (),
    ("L", "Other"): (),
}  # fmt: skip
NEVER_TO_UNITS = "FGJ"

OLD_CATEGORIES = {
    "A": "Serious non-sexual assault",
    "B": "Sexual assault",
    "C": "Other assault",
    "D": "Oppressive conduct or harassment",
    "E": "Unlawful/unnecessary arrest or detention",
    "F": "Discriminatory behaviour",
    "G": "Irregularity in relation to evidence/perjury",
    "H": "Corrupt practice",
    "J": "Mishandling of property",
    "K": "Breach of Code A PACE",
    "L": "Breach of Code B PACE",
    "M": "Breach of Code C PACE",
    "N": "Breach of Code D PACE",
    "P": "Breach of Code E PACE",
    "Q": "Lack of fairness and impartiality",
    "R": "Multiple or unspecified breaches of PACE",
    "S": "Other neglect or failure in duty",
    "T": "Other irregularity in procedure",
    "U": "Incivility, impoliteness and intolerance",
    "V": "Traffic irregularity",
    "W": "Other",
    "X": "Improper disclosure of information",
    "Y": "Other sexual conduct",
}
OLD_NEVER_TO_UNITS = "BFHY"  # what F, G and J came from

FACTORS = {
    "ARREST": "Arrest",
    "CALL_HANDLING": "Call handling",
    "CHILD": "Child or young person",
    "CUSTODY": "Custody",
    "DOMESTIC_ABUSE": "Domestic or gender abuse",
    "FIREARMS": "Firearms",
    "FRAUD_CYBER": "Fraud or cyber crime",
    "HATE_CRIME": "Hate crime",
    "INVESTIGATION": "Investigation",
    "MENTAL_HEALTH": "Mental health",
    "MISSING_PERSON": "Missing person",
    "NEIGHBOURHOOD": "Neighbourhood policing",
    "NEIGHBOUR_DISPUTE": "Neighbour dispute",
    "OFF_DUTY": "Off duty",
    "PUBLIC_ORDER": "Public order or protest",
    "RESTRAINT": "Restraint: handcuffs, spray, Taser, dog or spit guard",
    "ROAD_TRAFFIC": "Road traffic",
    "SEARCH_WARRANT": "Search warrant",
    "SEIZURE": "Seizure of property",
    "SEXUAL_OFFENCES": "Sexual offences",
    "SOCIAL_MEDIA": "Social media",
    "STALKING": "Stalking or harassment",
    "STOP_AND_SEARCH": "Stop and search",
    "VICTIM_SERVICE": "Service to victims",
    "BODY_WORN_VIDEO": "Body-worn video",
}
# "None" is no action: an empty list says it.
ACTIONS = {
    "EXPLANATION": "Explanation",
    "APOLOGY": "Apology",
    "DEBRIEF": "Debrief",
    "REFLECTION": "Learning from reflection",
    "INDIVIDUAL_LEARNING": "Individual learning",
    "ORGANISATIONAL": "Organisational learning",
    "POLICY_REVIEW": "Review of policy or information",
    "PROPERTY_RETURNED": "Return of property",
    "GOODWILL_PAYMENT": "Goodwill payment",
    "MEDIATION": "Mediation or restorative meeting",
    "POLICY_CHANGE": "Change to policy",
    "RPRP": "Reflective practice review process",
    "UPP": "Unsatisfactory performance procedures",
    "MISCONDUCT_MEETING": "Misconduct meeting",
    "MISCONDUCT_HEARING": "Misconduct hearing",
    "STAFF_DISCIPLINE": "Staff discipline",
    "CRIMINAL": "Criminal proceedings",
    "OTHER": "Other",
}


def seed(apps: Any, schema_editor: Any) -> None:
    codes = apps.get_model("cases", "Code").objects.using(schema_editor.connection.alias)  # the owner's
    for (code, label), parts in CATEGORIES.items():
        row = {"table": "CATEGORY", "from_on": SINCE_2020, "never_to_units": code in NEVER_TO_UNITS}
        source = OTHER_NAMES.get(code, NAMES_READ)
        parent = codes.create(code=code, label=label, source=source, **row)
        for number, name in enumerate(parts, start=1):
            of_its_own = OTHER_NAMES.get(f"{code}{number}", source)
            codes.create(code=f"{code}{number}", label=name, parent=parent, source=of_its_own, **row)
    for code, label in OLD_CATEGORIES.items():
        codes.create(
            table="CATEGORY", code=code, label=label, before_2020=True, source=BEFORE_2020, from_on=SINCE_2004,
            never_to_units=code in OLD_NEVER_TO_UNITS,
        )  # fmt: skip
    for table, rows in (("FACTOR", FACTORS), ("ACTION", ACTIONS)):
        for code, label in rows.items():
            codes.create(table=table, code=code, label=label, source=UNVERIFIED, from_on=SINCE_2020)


def let_it_be_ended(_apps: Any, schema_editor: Any) -> None:
    """What a code says stands; from when on it is no longer used may be said, and that alone."""
    schema_editor.execute(f"GRANT UPDATE (until_on) ON cases_code TO {quoted(app_role())}")


def let_it_not(_apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(f"REVOKE UPDATE (until_on) ON cases_code FROM {quoted(app_role())}")


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_the_whole_machine")]

    operations = [
        migrations.CreateModel(
            name="AllegationAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                ("due_on", models.DateField(blank=True, null=True)),
                ("set_on", models.DateField()),
                ("done_on", models.DateField(blank=True, null=True)),
                ("evidence", models.TextField(blank=True)),
                (
                    "allegation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="actions", to="cases.allegation"
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="cases.code"),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AllegationDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                (
                    "handling",
                    models.CharField(
                        choices=[
                            ("OUTSIDE", "Outside Schedule 3"),
                            ("NFA", "Schedule 3: no further action"),
                            ("OTBI", "Schedule 3: otherwise than by investigation"),
                            ("LOCAL", "Local investigation"),
                            ("SPECIAL", "Local investigation, subject to special procedures"),
                            ("DIRECTED", "Directed investigation"),
                            ("INDEPENDENT", "Independent investigation"),
                        ],
                        max_length=11,
                    ),
                ),
                ("finding", models.CharField(max_length=120)),
                ("rationale", models.TextField()),
                ("decided_on", models.DateField()),
                ("entered_at", models.DateTimeField()),
                (
                    "allegation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="cases.allegation"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.bodynotice",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Learning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                ("text", models.TextField()),
                ("due_on", models.DateField()),
                ("set_on", models.DateField()),
                ("done_on", models.DateField(blank=True, null=True)),
                ("evidence", models.TextField(blank=True)),
                (
                    "allegation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="learning", to="cases.allegation"
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Naming",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[("NAMED", "Named"), ("IDENTIFIED", "Identified"), ("TAKEN_DOWN", "Taken down")],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.TextField(blank=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
                (
                    "involvement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="namings", to="cases.involvement"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="code",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_on", None)), fields=("table", "before_2020", "code"), name="one_current_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="allegationaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_by", None), ("done_on", None)),
                    models.Q(
                        ("done_by__isnull", False),
                        ("done_on__isnull", False),
                        models.Q(("evidence", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="action_done_with_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="allegationdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_by__isnull", False), ("notice", None)),
                    models.Q(("decided_by", None), ("notice__isnull", False)),
                    _connector="OR",
                ),
                name="decided_by_one_of_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="allegationdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(("rationale", ""), _negated=True), name="decided_with_reasons"
            ),
        ),
        migrations.AddConstraint(
            model_name="learning",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_by", None), ("done_on", None)),
                    models.Q(
                        ("done_by__isnull", False),
                        ("done_on__isnull", False),
                        models.Q(("evidence", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="learning_done_with_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="naming",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("what", "TAKEN_DOWN"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="taken_down_says_why",
            ),
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
        append_only("cases_code"),
        migrations.RunPython(let_it_be_ended, let_it_not),
        append_only("cases_allegationdecision"),
        append_only("cases_naming"),
    ]
