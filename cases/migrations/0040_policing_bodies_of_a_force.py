"""A force knows its policing bodies: whether one can be written to is a condition of the outcome."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0039_to_be_referred")]

    operations = [
        migrations.AlterField(
            model_name="localpolicingbody",
            name="force",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="policing_bodies", to="areas.unit"
            ),
        ),
    ]
