"""Since when a complaint that was handled outside Schedule 3 has to be recorded after all."""

from django.db import migrations, models

# The first wish that was written or told. What is due is derived anew by the next look at all cases, which reads those alone
# of the closed ones that have a day already.
REMEMBER = """
UPDATE cases_case c SET must_record_since = wish.told_on, next_due_on = coalesce(c.next_due_on, wish.told_on)
FROM (
    SELECT case_id, min(day) AS told_on FROM (
        SELECT case_id, (sent_at AT TIME ZONE 'Europe/London')::date AS day FROM cases_message WHERE wish = 'RECORD'
        UNION ALL
        SELECT case_id, (tried_at AT TIME ZONE 'Europe/London')::date FROM cases_contactattempt WHERE wishes_recording
    ) told GROUP BY case_id
) wish
WHERE wish.case_id = c.id AND c.kind = 'COMPLAINT' AND c.origin = 'LIVE' AND c.recorded_on IS NULL AND c.wishes_recording
    AND c.disposed_on IS NULL AND NOT c.concerns_chief_officer
    AND c.state IN ('HANDLING_OUTSIDE', 'OUTSIDE_UNRESOLVED', 'RESOLVED_OUTSIDE', 'CLOSED_OUTSIDE', 'FINALISED')
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0026_whose_review_a_part_is")]

    operations = [
        migrations.AddField(model_name="case", name="must_record_since", field=models.DateField(blank=True, null=True)),
        migrations.RunSQL(REMEMBER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                name="what_must_be_recorded_is_kept",
                condition=models.Q(
                    ("disposed_on", None),
                    models.Q(
                        ("concerns_chief_officer", False),
                        ("kind", "COMPLAINT"),
                        ("recorded_on", None),
                        (
                            "state__in",
                            [
                                "HANDLING_OUTSIDE",
                                "OUTSIDE_UNRESOLVED",
                                "RESOLVED_OUTSIDE",
                                "CLOSED_OUTSIDE",
                                "FINALISED",
                            ],
                        ),
                        _negated=True,
                    ),
                    models.Q(("concerns_conduct", False), models.Q(("wishes_recording", True), _negated=True)),
                    _connector="OR",
                ),
            ),
        ),
    ]
