"""A small force's spreadsheets, made for a test, and the import of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command

MAPPING = """\
[force]
slug = "borsetshire"
name = "Borsetshire Police"

[source]
name = "Old register"
date_formats = ["%Y-%m-%d", "%d/%m/%Y"]
blanks = ["N/A"]

[units]
name = "Division {}"
blanks = ["0"]
steps = [{ whole_number = true }, { between = [1, 2599] }, { pad = 4 }, { first = 2 }]

[[findings]]
code = "PROVEN"
label = "proven"

[[findings]]
code = "UNPROVEN"

[complaints]
file = "complaints.csv"
reference = "number"
made_on = "made"
incident_on = "incident"
closed_on = "closed"
unit = "beat"
category = "kind"
narrative = "text"

[complaints.ignored]
clerk = "who typed it is of no use"

[allegations]
file = "allegations.csv"
reference = "number"
category_code = "code"
category = "category"
finding = "finding"
action = "action"
subject = "officer"
subject_unit = "station"
subject_sex = "officer_sex"
subject_ethnicity = "officer_race"

[complainants]
file = "people.csv"
reference = "number"
sex = "sex"
ethnicity = "race"
age = "age"
"""

HEADINGS = {
    "complaints.csv": ("number", "made", "incident", "closed", "beat", "kind", "text", "clerk"),
    "allegations.csv": (
        *("number", "code", "category", "finding", "action", "officer", "station"),
        *("officer_sex", "officer_race"),
    ),
    "people.csv": ("number", "sex", "race", "age"),
}


def complaint(number: str, **cells: str) -> dict[str, str]:
    return {"number": number, "made": "2007-03-01", **cells}


@dataclass(frozen=True)
class Outcome:
    """What an import told: (read, imported, already there, rejected) of each file, the rejects, and all it printed."""

    files: dict[str, tuple[int, ...]]
    rejects: list[list[str]]
    printed: str

    def reasons(self) -> dict[tuple[str, int], str]:
        return {(file, int(line)): reason for file, line, reason, *_ in self.rejects}


class Folder:
    """A folder with a mapping and the three files, written anew by each `write_…`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.mapping = path / "mapping.toml"
        self.rejects = path / "rejects.csv"
        self.mapping.write_text(MAPPING)
        for file in HEADINGS:
            self.write(file, [])

    def write(self, file: str, rows: Sequence[Mapping[str, str]]) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, HEADINGS[file], restval="")
        writer.writeheader()
        writer.writerows(rows)
        self.write_raw(file, text.getvalue().encode())

    def append_raw(self, file: str, content: bytes) -> None:
        self.write_raw(file, (self.path / file).read_bytes() + content)

    def write_raw(self, file: str, content: bytes) -> None:
        (self.path / file).write_bytes(content)

    def run(self, *options: str) -> Outcome:
        return run_import(self.path, self.mapping, self.rejects, *options)


def run_import(folder: Path, mapping: Path | str, rejects: Path, *options: str) -> Outcome:
    """The command itself, and what it told."""
    printed = io.StringIO()
    call_command(
        "import_cases", str(folder), "--mapping", str(mapping), "--rejects", str(rejects), *options, stdout=printed
    )
    with rejects.open(encoding="utf-8", newline="") as source:
        _, *refused = csv.reader(source)
    files = {}
    for line in printed.getvalue().splitlines():
        file, *counts = line.split()
        if file.endswith(".csv"):
            files[file] = tuple(int(count.replace(",", "")) for count in counts)
    return Outcome(files=files, rejects=refused, printed=printed.getvalue())
