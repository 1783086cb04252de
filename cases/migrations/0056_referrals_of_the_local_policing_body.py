"""The local policing body may refer a complaint to the IOPC itself (Police Reform Act 2002, Schedule 3, paragraph 4(3))."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0055_when_it_was_wished")]

    operations = [
        migrations.AlterField(
            model_name="referral",
            name="basis",
            field=models.CharField(
                choices=[
                    ("MANDATORY", "Mandatory"),
                    ("VOLUNTARY", "Voluntary"),
                    ("CALLED_IN", "Called in by the IOPC"),
                    ("BY_LPB", "Made by the local policing body"),
                ],
                max_length=9,
            ),
        ),
    ]
