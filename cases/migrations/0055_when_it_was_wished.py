"""When the complainants last wished it to be recorded: only what they say after that takes the wish back.

When the wishes were told that stand already is not known, so they stand until the complainants are asked again.
"""

from django.db import migrations, models

WISHED_UNTIL_NOW = """
UPDATE cases_case SET recording_wished_at = now()
WHERE wishes_recording AND recorded_on IS NULL AND disposed_on IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0054_nothing_to_preserve")]

    operations = [
        migrations.AddField(
            model_name="case", name="recording_wished_at", field=models.DateTimeField(blank=True, null=True)
        ),
        migrations.AlterField(
            model_name="contactattempt",
            name="how",
            field=models.CharField(
                choices=[
                    ("TELEPHONE", "By telephone"),
                    ("TEXT", "By text message"),
                    ("EMAIL", "By e-mail"),
                    ("LETTER", "By letter"),
                    ("VISIT", "By a visit"),
                    ("COUNTER", "At the counter"),
                    ("RECEIPT", "By messages with the receipt"),
                ],
                max_length=9,
            ),
        ),
        migrations.RunSQL(WISHED_UNTIL_NOW, migrations.RunSQL.noop),
    ]
