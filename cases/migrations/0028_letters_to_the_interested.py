"""Letters of their own for those who complain of nothing and are only kept informed (PRA 2002 s. 21)."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from django.db import migrations, models

HEADING = "Your reference {reference}"
FROM = dt.date(2020, 2, 1)  # as all the first versions
TEXTS = Path(__file__).resolve().parent.parent / "letters" / "first_versions.toml"


def write_the_new_letters(apps: Any, schema_editor: Any) -> None:
    """A database that begins today has them already, from 0011_correspondence.

    In a matter nobody complains: the letter with its outcome, and whatever a force made of it, was to them all along.
    """
    templates = apps.get_model("cases", "LetterTemplate").objects.using(schema_editor.connection.alias)
    templates.filter(kind="MATTER_OUTCOME", audience="COMPLAINANT").update(kind="OUTCOME", audience="INTERESTED")
    for kind, audiences in tomllib.loads(TEXTS.read_text()).items():
        first = {"kind": kind, "audience": "INTERESTED", "force": None, "version": 1}
        if "INTERESTED" in audiences and not templates.filter(**first).exists():
            templates.create(**first, heading=HEADING, body=audiences["INTERESTED"]["body"].strip(), from_on=FROM)


class Migration(migrations.Migration):
    dependencies = [("cases", "0027_recorded_after_all")]

    operations = [
        migrations.AlterField(
            model_name="lettertemplate",
            name="audience",
            field=models.CharField(
                choices=[
                    ("COMPLAINANT", "Complainant"),
                    ("INTERESTED", "Who is only kept informed"),
                    ("SUBJECT", "Person complained about"),
                    ("BODY", "Local policing body or IOPC"),
                ],
                max_length=11,
            ),
        ),
        migrations.RunPython(write_the_new_letters, migrations.RunPython.noop),
    ]
