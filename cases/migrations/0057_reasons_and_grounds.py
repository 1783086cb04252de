"""Why something is not a complaint, and on which grounds something is kept back: lists that staff keep, as they stood in the code."""

import datetime as dt
from typing import Any

from django.db import migrations, models

SINCE_2020 = dt.date(2020, 2, 1)  # SI 2020/2 in force
PURPORTED = "SI 2020/2, regulation 44(c); the reasons as the Lincolnshire police and crime commissioner publishes them"
HARM = "SI 2020/2, regulations 33 and 35: the list unverified"
COPY = "SI 2020/2, regulation 3: the list unverified"

NOT_A_COMPLAINT = {
    "NO_STANDING": "No complaint: sent without the consent of whom it was for",
    "SERVES_WITH_THIS_FORCE": "No complaint: from somebody who serves with this force",
    "NOT_ABOUT_POLICE": "No complaint: not about the police",
    "OTHER_BODY": "No complaint: for another body",
    "DUPLICATE": "No complaint: it was made before",
    "SERVICE_REQUEST": "No complaint: a request for a service",
    "INFORMATION_REQUEST": "No complaint: a request for information",
    "CRIME_REPORT": "No complaint: a crime was reported",
}
HARM_GROUNDS = {
    "PROCEEDINGS": "It would prejudice an investigation or proceedings",
    "NATIONAL_SECURITY": "National security",
    "CRIME_PREVENTION": "The prevention or detection of crime",
    "ADVERSE_EFFECT": "A disproportionate adverse effect",
    "PUBLIC_INTEREST": "It would be contrary to the public interest",
}
TABLES = {
    "NOT_A_COMPLAINT": (NOT_A_COMPLAINT, PURPORTED),
    "HARM_GROUND": (HARM_GROUNDS, HARM),
    "RECORD_COPY_GROUND": ({code: HARM_GROUNDS[code] for code in ("PROCEEDINGS", "PUBLIC_INTEREST")}, COPY),
}


def seed(apps: Any, schema_editor: Any) -> None:
    codes = apps.get_model("cases", "Code").objects.using(schema_editor.connection.alias)  # the owner's
    for table, (rows, source) in TABLES.items():
        for code, label in rows.items():
            codes.create(table=table, code=code, label=label, source=source, from_on=SINCE_2020)


def remove(apps: Any, schema_editor: Any) -> None:
    """The columns become narrower again: nothing longer may be left."""
    codes = apps.get_model("cases", "Code").objects.using(schema_editor.connection.alias)
    codes.filter(table__in=TABLES).delete()
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table waits for its checks, and cannot be altered


class Migration(migrations.Migration):
    dependencies = [("cases", "0056_referrals_of_the_local_policing_body")]

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
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(model_name="code", name="code", field=models.CharField(max_length=40)),
        migrations.RunPython(seed, remove),
    ]
