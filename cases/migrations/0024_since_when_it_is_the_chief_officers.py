"""The day on which it was found to concern the chief officer: from then on it is to be handed over, not from when it was made."""

from django.db import migrations, models

REMEMBER = """
UPDATE cases_case c SET chief_officer_found_on = coalesce(
    (SELECT max((d.made_at AT TIME ZONE 'Europe/London')::date) FROM cases_determination d
     WHERE d.case_id = c.id AND d.about = 'CHIEF_OFFICER' AND d.answers @> '{"concerns_chief_officer": true}'),
    c.made_on
)
WHERE c.concerns_chief_officer
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0023_the_ways_back_and_out")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="chief_officer_found_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.RunSQL(REMEMBER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("concerns_chief_officer", False), ("chief_officer_found_on__isnull", False), _connector="XOR"
                ),
                name="chief_officer_was_found_on_a_day",
            ),
        ),
    ]
