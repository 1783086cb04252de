"""What somebody complained about was at the time: a list that staff keep, as it stood in the code."""

import datetime as dt
from typing import Any

from django.db import migrations, models

SINCE_2020 = dt.date(2020, 2, 1)  # SI 2020/2 in force
GUIDANCE = "IOPC guidance on capturing data about police complaints (2020, updated 2021): the list unverified"

SUBJECT_TYPES = {
    "OFFICER": "Police officer",
    "SPECIAL": "Special constable",
    "PCSO": "Police community support officer",
    "STAFF": "Member of police staff",
    "VOLUNTEER": "Designated volunteer",
    "CONTRACTOR": "Contractor",
}


def seed(apps: Any, schema_editor: Any) -> None:
    codes = apps.get_model("cases", "Code").objects.using(schema_editor.connection.alias)  # the owner's
    for code, label in SUBJECT_TYPES.items():
        codes.create(table="SUBJECT_TYPE", code=code, label=label, source=GUIDANCE, from_on=SINCE_2020)


def remove(apps: Any, schema_editor: Any) -> None:
    apps.get_model("cases", "Code").objects.using(schema_editor.connection.alias).filter(table="SUBJECT_TYPE").delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0057_reasons_and_grounds")]

    operations = [
        migrations.AlterField(
            model_name="code",
            name="table",
            field=models.CharField(
                choices=[
                    ("CATEGORY", "Category of an allegation"),
                    ("FACTOR", "National factor"),
                    ("ACTION", "Action"),
                    ("NOT_A_COMPLAINT", "Why it is not a complaint"),
                    ("HARM_GROUND", "Ground of the harm test"),
                    ("RECORD_COPY_GROUND", "Ground to keep back a copy of the record"),
                    ("SUBJECT_TYPE", "Type of a person complained about"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="involvement", name="subject_type", field=models.CharField(blank=True, max_length=20)
        ),
        migrations.RunPython(seed, remove),
    ]
