"""When an allegation came into its case, and when it left for another: which were live on a day is told by that day.

Of what there is the days are read from the trail; what the trail does not tell was there from the beginning.
"""

from django.db import migrations, models
from django.db.models import Q

ADDED_ON = """
UPDATE cases_allegation SET added_on = (event.at AT TIME ZONE 'Europe/London')::date
FROM audit_event event JOIN audit_detail detail ON detail.event_id = event.sequence
WHERE event.verb IN ('ALLEGATION_ADDED', 'ALLEGATION_SPLIT', 'ALLEGATION_RECEIVED')
    AND cases_allegation.public_id::text = coalesce(detail.details->>'second', detail.details->>'allegation')
"""
MOVED_ON = """
UPDATE cases_allegation SET moved_on = coalesce(there.added_on, cases_case.closed_on, cases_case.received_on)
FROM cases_allegation there, cases_case
WHERE there.id = cases_allegation.moved_to_id AND cases_case.id = cases_allegation.case_id
"""

CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"  # or the table waits for its checks, and cannot be altered


class Migration(migrations.Migration):
    dependencies = [("cases", "0060_senior_ranks")]

    operations = [
        migrations.AddField(model_name="allegation", name="added_on", field=models.DateField(blank=True, null=True)),
        migrations.AddField(model_name="allegation", name="moved_on", field=models.DateField(blank=True, null=True)),
        migrations.RunSQL(ADDED_ON, migrations.RunSQL.noop),
        migrations.RunSQL(MOVED_ON, migrations.RunSQL.noop),
        migrations.RunSQL(CHECK_NOW, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="allegation",
            constraint=models.CheckConstraint(
                name="moved_says_when",
                condition=Q(moved_to=None, moved_on=None) | Q(moved_to__isnull=False, moved_on__isnull=False),
            ),
        ),
    ]
