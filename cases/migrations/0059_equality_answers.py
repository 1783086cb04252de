"""What the equality questions offer: lists that staff keep, as they stood in the code."""

import datetime as dt
from typing import Any

from django.db import migrations, models

SINCE_2020 = dt.date(2020, 2, 1)  # SI 2020/2 in force
GUIDANCE = "IOPC guidance on capturing data about police complaints (2020, updated 2021): the list unverified"
NOT_SAID = {"PREFER_NOT_TO_SAY": "Prefer not to say"}

TABLES = {
    "SEX": {"FEMALE": "Female", "MALE": "Male", "OTHER": "Other", **NOT_SAID},
    "AGE": {
        "UNDER_18": "Under 18",
        "18_29": "18 to 29",
        "30_39": "30 to 39",
        "40_49": "40 to 49",
        "50_59": "50 to 59",
        "60_AND_OVER": "60 and over",
        **NOT_SAID,
    },
    "ETHNICITY": {
        "WHITE_BRITISH": "White: British",
        "WHITE_IRISH": "White: Irish",
        "WHITE_GYPSY_OR_TRAVELLER": "White: Gypsy or Traveller",
        "WHITE_OTHER": "White: other",
        "MIXED_WHITE_AND_BLACK_CARIBBEAN": "Mixed: White and Black Caribbean",
        "MIXED_WHITE_AND_BLACK_AFRICAN": "Mixed: White and Black African",
        "MIXED_WHITE_AND_ASIAN": "Mixed: White and Asian",
        "MIXED_OTHER": "Mixed: other",
        "ASIAN_INDIAN": "Asian: Indian",
        "ASIAN_PAKISTANI": "Asian: Pakistani",
        "ASIAN_BANGLADESHI": "Asian: Bangladeshi",
        "ASIAN_CHINESE": "Asian: Chinese",
        "ASIAN_OTHER": "Asian: other",
        "BLACK_AFRICAN": "Black: African",
        "BLACK_CARIBBEAN": "Black: Caribbean",
        "BLACK_OTHER": "Black: other",
        "OTHER": "Other",
        **NOT_SAID,
    },
    "DISABILITY": {"YES": "Yes", "NO": "No", **NOT_SAID},
}


def seed(apps: Any, schema_editor: Any) -> None:
    codes = apps.get_model("cases", "Code").objects.using(schema_editor.connection.alias)  # the owner's
    for table, rows in TABLES.items():
        for code, label in rows.items():
            codes.create(table=table, code=code, label=label, source=GUIDANCE, from_on=SINCE_2020)


def remove(apps: Any, schema_editor: Any) -> None:
    apps.get_model("cases", "Code").objects.using(schema_editor.connection.alias).filter(table__in=TABLES).delete()


class Migration(migrations.Migration):
    dependencies = [("cases", "0058_types_of_subjects")]

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
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(seed, remove),
    ]
