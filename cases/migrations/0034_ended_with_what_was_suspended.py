"""A suspension ends with the case, or with the allegation, that was suspended."""

from typing import Any

from django.db import migrations, models

OPEN = ["SUSPENDED", "CONCLUDED", "ASKED", "DECIDING"]


def end_those_that_outlived_it(apps: Any, schema_editor: Any) -> None:
    """Nothing else ends them any more, and none of these cases would ever be disposed of."""
    suspensions = apps.get_model("cases", "Suspension").objects.using(schema_editor.connection.alias)
    for row in suspensions.filter(state__in=OPEN).select_related("case", "allegation"):
        withdrawn = row.allegation and row.allegation.finding == "WITHDRAWN"
        ended_on = row.allegation.decided_on if withdrawn else row.case.closed_on
        if ended_on:
            row.state, row.ended_on = "ENDED", ended_on
            row.save(update_fields=["state", "ended_on"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0033_letters_that_ask_already")]

    operations = [
        migrations.AlterField(
            model_name="suspension",
            name="state",
            field=models.CharField(
                choices=[
                    ("SUSPENDED", "Suspended"),
                    ("CONCLUDED", "Proceedings concluded: the complainant is to be asked"),
                    ("ASKED", "Proceedings concluded, complainant asked"),
                    ("DECIDING", "No wish to go on: public interest to be decided"),
                    ("RESUMED", "Resumed"),
                    ("CONDUCT_MATTER", "To be treated as a conduct matter"),
                    ("CEASED", "Part 2 ceased to apply"),
                    ("ENDED", "Ended with what was suspended"),
                ],
                default="SUSPENDED",
                max_length=14,
            ),
        ),
        migrations.RunPython(end_those_that_outlived_it, migrations.RunPython.noop),
    ]
