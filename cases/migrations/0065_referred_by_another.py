"""That another referred it to the IOPC, or the IOPC called it in, is told by a letter of its own."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from django.db import migrations

KIND = "REFERRED_BY_ANOTHER"
FROM = dt.date(2010, 1, 1)  # as all the first versions
TEXTS = Path(__file__).resolve().parent.parent / "letters" / "first_versions.toml"


def add_the_letters(apps: Any, schema_editor: Any) -> None:
    """A database that begins today has them already, from 0011_correspondence."""
    templates = apps.get_model("cases", "LetterTemplate").objects.using(schema_editor.connection.alias)
    for audience, letter in tomllib.loads(TEXTS.read_text())[KIND].items():
        written = {"heading": "Your reference {reference}", "body": letter["body"].strip(), "from_on": FROM}
        templates.get_or_create(kind=KIND, audience=audience, force=None, version=1, defaults=written)


class Migration(migrations.Migration):
    dependencies = [("cases", "0064_right_that_was_told")]

    operations = [migrations.RunPython(add_the_letters, migrations.RunPython.noop)]
