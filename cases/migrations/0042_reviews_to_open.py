"""A review that was applied for is opened within a target, which staff may set; also of a case that was finalised before."""

import datetime as dt

from django.db import migrations

ALWAYS = dt.date(1900, 1, 1)
# What is due is derived anew by the next look at all cases, which reads those alone of the closed ones that have a day already.
LOOK_AT_THE_CLOSED = """
UPDATE cases_case c SET next_due_on = review.applied_on FROM cases_review review
WHERE review.case_id = c.id AND review.state = 'APPLIED' AND c.state = 'FINALISED' AND c.origin = 'LIVE'
    AND c.next_due_on IS NULL AND c.disposed_on IS NULL
"""


def add_the_target(apps, schema_editor):
    target = apps.get_model("cases", "ServiceTarget")
    target.objects.using(schema_editor.connection.alias).create(
        rule="review_opening", count=5, unit="WORKING_DAYS", source="As the other notices", from_on=ALWAYS
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0041_what_a_review_decided_is_acted_on")]

    operations = [
        migrations.RunPython(add_the_target, migrations.RunPython.noop),
        migrations.RunSQL(LOOK_AT_THE_CLOSED, migrations.RunSQL.noop),
    ]
