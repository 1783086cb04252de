"""That there is no evidence to preserve is said once, for a reason, and is kept with what else is determined about a case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0053_letterhead")]

    operations = [
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
                    ("NO_EVIDENCE", "That there is no evidence to preserve"),
                    ("SAME_DECIDER", "That somebody decides it again who decided it before"),
                ],
                max_length=20,
            ),
        ),
    ]
