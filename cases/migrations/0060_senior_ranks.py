"""Which ranks are senior in a unit, which handles nothing about them: a list that staff keep, as it stood in the code."""

import datetime as dt
from typing import Any

from django.db import migrations, models

SINCE_2020 = dt.date(2020, 2, 1)  # SI 2020/2 in force
OWN = "The force's own rule: an inspector or above"

RANKS = {
    "INSPECTOR": "Inspector",
    "CHIEF_INSPECTOR": "Chief inspector",
    "SUPERINTENDENT": "Superintendent",
    "CHIEF_SUPERINTENDENT": "Chief superintendent",
}


def seed(apps: Any, schema_editor: Any) -> None:
    codes = apps.get_model("cases", "Code").objects.using(schema_editor.connection.alias)  # the owner's
    for code, label in RANKS.items():
        codes.create(table="SENIOR_RANK", code=code, label=label, source=OWN, from_on=SINCE_2020)


def remove(apps: Any, schema_editor: Any) -> None:
    apps.get_model("cases", "Code").objects.using(schema_editor.connection.alias).filter(table="SENIOR_RANK").delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0059_equality_answers")]

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
                    ("SEX", "Sex, as an equality answer"),
                    ("ETHNICITY", "Ethnicity, as an equality answer"),
                    ("AGE", "Age, as an equality answer"),
                    ("DISABILITY", "Disability, as an equality answer"),
                    ("SENIOR_RANK", "Rank that is senior in a unit"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(seed, remove),
    ]
