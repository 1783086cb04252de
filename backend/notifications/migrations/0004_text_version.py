from django.db import migrations, models


class Migration(migrations.Migration):
    """A message keeps the version of the text that it was written by."""

    dependencies = [("notifications", "0003_quiet_hours_and_failures")]

    operations = [
        migrations.AddField(
            "outgoing", "text_version", models.CharField(blank=True, db_default="", default="", max_length=36)
        ),
    ]
