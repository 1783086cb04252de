"""Who decided a case before it was opened again decides it once more only for a recorded reason."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0048_applications_that_wait")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="decided_before",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), blank=True, db_default=[], default=list, size=None
            ),
        ),
        migrations.AlterField(
            model_name="determination",
            name="about",
            field=models.CharField(
                choices=[
                    ("DUTY_TO_INVESTIGATE", "Whether it has to be investigated"),
                    ("CHIEF_OFFICER", "Whether it concerns the chief officer"),
                    ("REGIME", "The rules that it is handled by"),
                    ("RESTRICTION", "Whether it is restricted"),
                    ("LEAVE", "Leave to see it"),
                    ("SAME_HANDLER", "That it goes again to somebody who handled it before"),
                    ("SAME_DECIDER", "That somebody decides it again who decided it before"),
                ],
                max_length=20,
            ),
        ),
    ]
