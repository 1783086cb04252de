"""What staff set about time, with what it begins: service targets and escalations; corrected dates and alerts."""

import datetime as dt

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.common.identifiers
from backend.database.grants import append_only

ALWAYS = dt.date(1900, 1, 1)
PROPOSED = "Proposed for this system"
UNDER_SCHEDULE_3 = "National mean under Schedule 3: 138 to 159 (IOPC, 2022/23, 2024/25)"
TARGETS = [
    ("referral_2004", 1, "WORKING_DAYS",
     "Read for conduct matters (regulation 5(3)); for complaints (regulation 2) not verified"),
    ("reply_silence_2012", 21, "CALENDAR_DAYS",
     "Read in a sister instrument (SI 2012/62, regulation 22(5)); in SI 2012/1204 not verified"),
    ("recommendation_answer", 28, "CALENDAR_DAYS", "Not verified in SI 2020/2"),
    ("notice", 5, "WORKING_DAYS", "As the outcome, whose five days regulation 34 gives"),
    ("hand_over", 1, "WORKING_DAYS", PROPOSED),
    ("suspension_review", 28, "CALENDAR_DAYS", PROPOSED),
    ("withholding_review", 28, "CALENDAR_DAYS", PROPOSED),
    ("handling_decision", 5, "WORKING_DAYS", "As the recording decision"),
    ("acknowledgement", 1, "WORKING_DAYS", f"{PROPOSED}; it is sent by itself"),
    ("logging", 1, "WORKING_DAYS", "Surrey's mean in the first quarter of 2024/25"),
    ("first_contact", 3, "WORKING_DAYS", "National mean: 5 to 6 (IOPC, 2022/23, 2023/24)"),
    ("recording_decision", 5, "WORKING_DAYS", PROPOSED),
    ("outside_resolution", 20, "WORKING_DAYS", "National mean: 16 to 22 (IOPC, 2022/23, 2024/25)"),
    ("otherwise_than_by_investigation", 60, "WORKING_DAYS", UNDER_SCHEDULE_3),
    ("local_investigation", 120, "WORKING_DAYS", UNDER_SCHEDULE_3),
    ("finalisation", 5, "WORKING_DAYS", PROPOSED),
    ("triage", 1, "WORKING_DAYS", PROPOSED),
    ("unit_contribution", 5, "WORKING_DAYS", PROPOSED),
    ("contribution", 5, "WORKING_DAYS", PROPOSED),
    ("preservation", 30, "CALENDAR_DAYS",
     "Practice of forces: unmarked body-worn video and custody footage is deleted after about 30 days"),
    ("answer", 10, "WORKING_DAYS", PROPOSED),
]  # fmt: skip
# Rule ("" for all that have none), stage, days after the last day, hour in London, to whom.
STEPS = [
    ("", "BEFORE", -3, 0, "HANDLER"),
    ("", "BREACH", 1, 0, "SUPERVISOR"),
    ("", "OVERDUE", 6, 0, "AUTHORITY"),
    ("referral", "BEFORE", 0, 0, "HANDLER"),
    ("referral", "DAY", 0, 12, "AUTHORITY"),  # twelve hours are left
    ("referral", "BREACH", 1, 0, "AUTHORITY"),
    ("referral_2004", "DAY", 0, 12, "AUTHORITY"),
    ("referral_2004", "BREACH", 1, 0, "AUTHORITY"),
    ("progress_update", "BEFORE", -7, 0, "HANDLER"),
    ("progress_update", "DAY", 0, 0, "HANDLER"),
    ("progress_update", "BREACH", 1, 0, "SUPERVISOR"),
    ("progress_update", "OVERDUE", 4, 0, "AUTHORITY"),
    ("timeliness_letter", "BEFORE", -14, 0, "HANDLER"),
    ("timeliness_letter", "DAY", 0, 0, "AUTHORITY"),  # from this day on it is owed
    ("timeliness_letter", "OVERDUE", 7, 0, "AUTHORITY"),
    ("timeliness_letter_again", "BEFORE", -14, 0, "HANDLER"),
    ("timeliness_letter_again", "DAY", 0, 0, "AUTHORITY"),
    ("timeliness_letter_again", "OVERDUE", 7, 0, "AUTHORITY"),
    ("review_window", "BREACH", 1, 0, "HANDLER"),  # nobody is late: a wait is over
    ("reply_silence", "BREACH", 1, 0, "HANDLER"),
    ("reply_silence_2012", "BREACH", 1, 0, "HANDLER"),
]


def add_what_it_begins_with(apps, schema_editor):
    alias = schema_editor.connection.alias
    target, escalation = apps.get_model("cases", "ServiceTarget"), apps.get_model("cases", "Escalation")
    target.objects.using(alias).bulk_create(
        target(rule=rule, count=count, unit=unit, source=source, from_on=ALWAYS)
        for rule, count, unit, source in TARGETS
    )
    escalation.objects.using(alias).bulk_create(
        escalation(rule=rule, stage=stage, days=days, hour=hour, to=to, source=PROPOSED)
        for rule, stage, days, hour, to in STEPS
    )


def of_case(related_name):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to="cases.case")


IDENTITY = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))
STAGES = [
    ("BEFORE", "Due soon"),
    ("DAY", "On the last day"),
    ("BREACH", "Not done in time"),
    ("OVERDUE", "Still not done"),
]
RECIPIENTS = [
    ("HANDLER", "Handler"),
    ("SUPERVISOR", "Supervisor of the unit"),
    ("AUTHORITY", "Delegate of the appropriate authority"),
    ("ADDRESS", "An address"),
]


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_diary"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AddField("case", "watch_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddIndex(
            "case",
            models.Index(
                name="case_watched", fields=["watch_at", "id"], condition=models.Q(("watch_at__isnull", False))
            ),
        ),
        migrations.CreateModel(
            name="ServiceTarget",
            fields=[
                IDENTITY,
                ("rule", models.CharField(max_length=40)),
                (
                    "count",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000),
                        ]
                    ),
                ),
                (
                    "unit",
                    models.CharField(
                        choices=[("WORKING_DAYS", "working days"), ("CALENDAR_DAYS", "calendar days")], max_length=13
                    ),
                ),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("rule", "from_on"), name="one_target_a_time"),
                    models.UniqueConstraint(
                        condition=models.Q(("until_on", None)), fields=("rule",), name="one_target_still"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until_on", None), ("until_on__gt", models.F("from_on")), _connector="OR"),
                        name="target_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("count__gte", 1), ("count__lte", 1000)), name="target_of_some_days"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="target_has_a_source"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                IDENTITY,
                ("rule", models.CharField(blank=True, max_length=40)),
                ("stage", models.CharField(choices=STAGES, max_length=7)),
                ("days", models.SmallIntegerField()),
                ("hour", models.PositiveSmallIntegerField(default=0)),
                ("to", models.CharField(choices=RECIPIENTS, max_length=10)),
                ("address", models.EmailField(blank=True, max_length=254)),
                ("source", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("rule", "stage"), name="one_step_a_stage"),
                    models.CheckConstraint(condition=models.Q(("hour__lte", 23)), name="step_at_an_hour"),
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", -366), ("days__lte", 366)), name="step_within_a_year"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("to", "ADDRESS"), ("address", ""), _connector="XOR"),
                        name="only_an_address_has_one",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                IDENTITY,
                ("rule", models.CharField(max_length=40)),
                ("about", models.CharField(blank=True, max_length=36)),
                ("started_on", models.DateField()),
                ("due_on", models.DateField()),
                ("stage", models.CharField(choices=STAGES, max_length=7)),
                ("to", models.CharField(choices=RECIPIENTS, max_length=10)),
                ("recipients", models.PositiveSmallIntegerField()),
                ("raised_at", models.DateTimeField()),
                ("case", of_case("alerts")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "rule", "about", "started_on", "due_on", "stage"), name="one_alert_a_stage"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="DateCorrection",
            fields=[
                IDENTITY,
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                ("what", models.CharField(max_length=60)),
                ("about", models.CharField(blank=True, max_length=36)),
                ("old", models.DateField()),
                ("new", models.DateField()),
                ("reason", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("breached", models.JSONField(blank=True, default=list)),
                ("case", of_case("corrections")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("old", models.F("new")), _negated=True), name="corrected_to_another_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="correction_says_why"
                    ),
                ]
            },
        ),
        append_only("cases_alert"),
        append_only("cases_datecorrection"),
        migrations.RunPython(add_what_it_begins_with, migrations.RunPython.noop),
    ]
