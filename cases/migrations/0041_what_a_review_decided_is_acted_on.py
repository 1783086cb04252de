"""What a review decided is acted on within a target, which staff may set."""

import datetime as dt

from django.db import migrations

ALWAYS = dt.date(1900, 1, 1)


def add_the_target(apps, schema_editor):
    target = apps.get_model("cases", "ServiceTarget")
    target.objects.using(schema_editor.connection.alias).create(
        rule="review_follow_up", count=5, unit="WORKING_DAYS", source="Proposed for this system", from_on=ALWAYS
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0040_policing_bodies_of_a_force")]

    operations = [migrations.RunPython(add_the_target, migrations.RunPython.noop)]
