"""When the outcome was told that was opened again first; of what there is the trail tells it."""

from django.db import migrations, models

FIRST_TOLD_ON = """
UPDATE cases_case SET first_told_on = told.first_on
FROM (
    SELECT event.subject, min((event.at AT TIME ZONE 'Europe/London')::date) AS first_on
    FROM audit_event event JOIN audit_detail detail ON detail.event_id = event.sequence
    JOIN cases_case opened ON opened.reference = event.subject
    WHERE event.subject_kind = 'case' AND detail.details->>'state' IN ('OUTCOME_SENT', 'FINALISED', 'WITHDRAWN')
        AND (event.at AT TIME ZONE 'Europe/London')::date >= opened.recorded_on AND opened.told_on IS NULL
    GROUP BY event.subject
) told
WHERE told.subject = cases_case.reference AND cases_case.kind = 'COMPLAINT'
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0068_since_when_a_rank_is_known")]

    operations = [
        migrations.AddField(model_name="case", name="first_told_on", field=models.DateField(blank=True, null=True)),
        migrations.RunSQL(FIRST_TOLD_ON, migrations.RunSQL.noop),
    ]
