"""Each opinion of an investigator is a row that is only added; a disposal erases its words too."""

import django.db.models.deletion
from django.db import migrations, models

from backend.database.grants import append_only

# Of what was overwritten the words are gone: the opinions that stand are kept, with the instant that the trail has.
KEEP = """
INSERT INTO cases_allegationopinion (allegation_id, opinion, reasons, given_by_id, given_at)
SELECT allegation.id, allegation.opinion, allegation.opinion_reasons, allegation.opinion_by_id, max(event.at)
FROM cases_allegation allegation
JOIN cases_case found ON found.id = allegation.case_id
JOIN audit_event event ON event.subject_kind = 'case' AND event.subject = found.reference AND event.verb = 'OPINION_GIVEN'
JOIN audit_detail detail ON detail.event_id = event.sequence
    AND detail.details ->> 'allegation' = allegation.public_id::text
WHERE allegation.opinion <> '' AND allegation.opinion_reasons <> '' AND allegation.opinion_by_id IS NOT NULL
GROUP BY allegation.id
"""
FUNCTION = "cases_dispose_of(bigint, date)"
BEFORE = "    UPDATE cases_allegationaction SET owner_id = NULL"
OPINIONS_TOO = """\
    UPDATE cases_allegationopinion SET reasons = cases_erased(reasons)
        WHERE allegation_id IN (SELECT id FROM cases_allegation WHERE case_id = which);
"""
AFTER = OPINIONS_TOO + BEFORE


def rewrite(old, new):
    """As in 0025: the function as it stands in the database with `new` for `old`."""

    def change(_apps, schema_editor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_functiondef(%s::regprocedure)", [FUNCTION])
            (body,) = cursor.fetchone()
            if body.count(old) != 1:
                raise RuntimeError(f"{FUNCTION} is not as this migration knows it.")
            cursor.execute(body.replace(old, new))

    return change


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("audit", "0002_chain"),
        ("cases", "0061_days_of_allegations"),
    ]

    operations = [
        migrations.CreateModel(
            name="AllegationOpinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "opinion",
                    models.CharField(
                        choices=[
                            ("CASE_TO_ANSWER_MISCONDUCT", "Case to answer for misconduct"),
                            ("CASE_TO_ANSWER_GROSS", "Case to answer for gross misconduct"),
                            ("NO_CASE_TO_ANSWER", "No case to answer"),
                            ("NOT_SPECIAL", "Not subject to special procedures: the evidence is summed up"),
                        ],
                        max_length=25,
                    ),
                ),
                ("reasons", models.TextField()),
                ("given_at", models.DateTimeField()),
                (
                    "allegation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="opinions", to="cases.allegation"
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reasons", ""), _negated=True), name="opinion_with_reasons"
                    )
                ],
            },
        ),
        append_only("cases_allegationopinion"),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
        migrations.RunPython(rewrite(BEFORE, AFTER), rewrite(AFTER, BEFORE)),
    ]
