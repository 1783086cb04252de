"""What moves tell, how it is going and that it has arrived are letters too, and the outcome has the right to a review in it."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

from django.db import migrations
from django.utils import timezone

HEADING = "Your reference {reference}"
HEADING_TO_A_BODY = "Our reference {reference}"
FROM = dt.date(2010, 1, 1)  # the first day that the calendar knows: every move writes a letter, whenever it is made
TEXTS = Path(__file__).resolve().parent.parent / "letters" / "first_versions.toml"


def write_the_letters(apps: Any, schema_editor: Any) -> None:
    """A database that begins today has them already, from 0011_correspondence.

    A text that a letter was written by stays as it is: the better one is the next version, from today on.
    """
    database = schema_editor.connection.alias
    templates = apps.get_model("cases", "LetterTemplate").objects.using(database)
    written_by = apps.get_model("cases", "Message").objects.using(database).exclude(template=None).values("template")
    for kind, audiences in tomllib.loads(TEXTS.read_text()).items():
        for audience, letter in audiences.items():
            first = {"kind": kind, "audience": audience, "force": None, "version": 1}
            heading = HEADING_TO_A_BODY if audience == "BODY" else HEADING
            written = {"heading": heading, "body": letter["body"].strip(), "from_on": FROM}
            other = templates.filter(**first).exclude(body=written["body"])
            if other.filter(pk__in=written_by).exists():
                templates.create(**{**first, **written, "version": 2, "from_on": timezone.localdate()})
            elif not other.update(body=written["body"]):
                templates.get_or_create(**first, defaults=written)
    templates.filter(force=None, version=1).update(from_on=FROM)


class Migration(migrations.Migration):
    dependencies = [("cases", "0051_other_ways_of_a_matter")]

    operations = [migrations.RunPython(write_the_letters, migrations.RunPython.noop)]
