"""The import of history, against a bare COPY of the very rows that it ends up writing; and its memory as files grow."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from .common import FULL, Report, at_least, at_most, must, ratios, shuffled_rounds, spread
from .installation import as_owner, fresh_database, running_server, settle, use_database

SIZES = (5_000, 20_000, 100_000, 1_000_000) if FULL else (5_000, 20_000, 100_000)
ROUNDS = 3
IMPORTED, COPIED = "bench_imported", "bench_copied"
TABLES = (
    *("cases_case", "cases_complainant", "cases_allegation", "cases_involvement", "cases_equalityanswers"),
    *("audit_event", "audit_detail"),
)
NEEDED = ("areas_unit",)  # what the rows refer to: there before the clock starts
WORDS = [
    "the",
    "officer",
    "at",
    "front",
    "desk",
    "would",
    "not",
    "take",
    "my",
    "report",
    "and",
    "told",
    "me",
    "to",
    "come",
    "back",
    "another",
    "day",
    "so",
    "I",
    "left",
]
FINDINGS = ("SU", "NS", "UN", "EX", "NAF", "")

MAPPING = """\
[force]
slug = "borsetshire"
name = "Borsetshire Police"
[source]
name = "Register"
date_formats = ["%Y-%m-%d"]
[units]
blanks = ["0"]
steps = [{ whole_number = true }, { between = [1, 2599] }, { pad = 4 }, { first = 2 }]
[complaints]
file = "complaints.csv"
reference = "number"
made_on = "made"
incident_on = "incident"
closed_on = "closed"
unit = "beat"
category = "category"
narrative = "narrative"
[allegations]
file = "allegations.csv"
reference = "number"
category_code = "code"
category = "category"
finding = "finding"
action = "action"
subject = "officer"
subject_sex = "sex"
[complainants]
file = "complainants.csv"
reference = "number"
sex = "sex"
age = "age"
""" + "".join(f'[[findings]]\ncode = "{code}"\n' for code in FINDINGS if code)


def write_files(folder: Path, complaints: int) -> dict[str, int]:
    """A register of so many complaints, its rows in no order; answers what has to be in the tables afterwards."""
    chance = random.Random(complaints)
    numbers = list(range(complaints))
    chance.shuffle(numbers)
    allegations = chance.choices(numbers, k=complaints * 5 // 4)
    complainants = chance.choices(numbers, k=complaints)
    first = dt.date(2007, 1, 1)
    with (folder / "complaints.csv").open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(("number", "made", "incident", "closed", "beat", "category", "narrative"))
        for number in numbers:
            made = first + dt.timedelta(days=number % 1096)
            closed = made + dt.timedelta(days=chance.randrange(700)) if number % 20 else ""
            text = " ".join(chance.choices(WORDS, k=90)) if number % 5 else ""
            beat = f"{chance.randrange(1, 2600)}.0" if number % 18 else "0"
            writer.writerow((f"C{number}", made, made, closed, beat, f"Category {number % 14}", text))
    with (folder / "allegations.csv").open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(("number", "code", "category", "finding", "action", "officer", "sex"))
        for number in allegations:
            kind = number % 130
            said = (f"{kind:03}A", f"Conduct of kind {kind}", FINDINGS[number % 6], "No action taken")
            writer.writerow((f"C{number}", *said, f"S{number % 8810:05}", "male" if number % 2 else ""))
    with (folder / "complainants.csv").open("w", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(("number", "sex", "age"))
        writer.writerows((f"C{number}", "female", 18 + number % 60) for number in complainants)
    (folder / "mapping.toml").write_text(MAPPING)
    return {
        "cases_case": complaints,
        "cases_complainant": len(complainants),
        "cases_allegation": len(allegations),
        "cases_involvement": len(allegations),
        "cases_equalityanswers": len(complainants) + sum(number % 2 for number in allegations),
        "audit_event": complaints,
        "audit_detail": complaints,
    }


def import_here(folder: Path) -> dict[str, float]:
    """In a process of its own: the seconds of an import, its start excluded, and the process's peak memory in MiB."""
    from django.db import connection
    from django.utils.timezone import now

    from cases.history import services
    from cases.history.mapping import load_mapping

    refused: list[Any] = []
    connection.ensure_connection()
    start = time.perf_counter()
    mapping = load_mapping(folder / "mapping.toml")
    with services.staged(mapping=mapping, folder=folder, progress=_quiet) as stage:
        services.import_history(stage=stage, at=now(), on_refusal=refused.append, on_warning=_quiet, progress=_quiet)
    seconds = time.perf_counter() - start
    must(not refused, f"{len(refused)} rows were refused")
    return {"seconds": seconds, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _quiet(_what: Any) -> None:
    """Nobody watches."""


def timed_import(folder: Path, expected: dict[str, int]) -> dict[str, float]:
    """Import into an empty database; the rows and the audit's chain are checked before the time is answered."""
    environment = fresh_database(IMPORTED)
    done = subprocess.run(
        [sys.executable, "-m", "bench.import_history", str(folder), json.dumps(environment)],
        capture_output=True,
        text=True,
        check=False,
    )
    must(done.returncode == 0, done.stderr[-2000:])
    check_rows(IMPORTED, expected)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def check_rows(database: str, expected: dict[str, int]) -> None:
    with as_owner(database) as cursor:
        for table, count in expected.items():
            cursor.execute(f"SELECT count(*) FROM {table}")
            found = cursor.fetchone()[0]
            must(found == count, f"{table} in {database} has {found} rows instead of {count}")
        cursor.execute("SELECT count(DISTINCT hash) FROM audit_event")
        must(cursor.fetchone()[0] == expected["audit_event"], "the audit's chain is not whole")


def dump(folder: Path) -> dict[str, str]:
    """What the import wrote, each table as a file for COPY; answers the columns of each."""
    columns = {}
    with as_owner(IMPORTED) as cursor:
        for table in (*NEEDED, *TABLES):
            cursor.execute(
                "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
                "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
                [table],
            )
            columns[table] = cursor.fetchone()[0]
            with (folder / f"{table}.copy").open("wb") as target:
                cursor.copy_expert(f"COPY (SELECT {columns[table]} FROM {table} ORDER BY 1) TO STDOUT", target)
    return columns


def timed_copy(folder: Path, columns: dict[str, str], expected: dict[str, int]) -> float:
    """The same rows into the same tables with all indexes and foreign keys, without our triggers, in one transaction."""
    fresh_database(COPIED)
    with as_owner(COPIED) as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        _copy(cursor, folder, columns, NEEDED)
        start = time.perf_counter()
        cursor.execute("BEGIN")
        _copy(cursor, folder, columns, TABLES)
        cursor.execute("COMMIT")
        seconds = time.perf_counter() - start
    check_rows(COPIED, expected)
    return seconds


def _copy(cursor: Any, folder: Path, columns: dict[str, str], tables: Sequence[str]) -> None:
    for table in tables:
        with (folder / f"{table}.copy").open("rb") as source:
            cursor.copy_expert(f"COPY {table} ({columns[table]}) FROM STDIN", source)


def measure(complaints: int) -> dict[str, Any]:
    """Both, in shuffled rounds, at one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = write_files(folder, complaints)
        timed_import(folder, expected)
        columns = dump(folder)
        rounds = 1 if complaints > 100_000 else ROUNDS
        found = shuffled_rounds(
            rounds,
            {
                "import": partial(timed_import, folder, expected),
                "copy": partial(timed_copy, folder, columns, expected),
            },
        )
    imports = [one["seconds"] for one in found["import"]]
    return {
        "rows": sum(expected.values()),
        "imports": imports,
        "copies": found["copy"],
        "ratios": ratios(found["copy"], imports),
        "peak_mib": max(one["peak_mib"] for one in found["import"]),
    }


def main() -> int:
    report = Report("import_history")
    found = {size: measure(size) for size in SIZES}
    report.table(
        "Import against a bare COPY of the same rows",
        ("complaints", "rows written", "COPY s", "import s", "COPY / import", "rows/s", "peak MiB"),
        [
            (
                *(
                    f"{size:,}",
                    f"{one['rows']:,}",
                    spread(one["copies"]),
                    spread(one["imports"]),
                    spread(one["ratios"]),
                ),
                *(f"{one['rows'] / median(one['imports']):,.0f}", f"{one['peak_mib']:.0f}"),
            )
            for size, one in found.items()
        ],
    )
    smaller, largest = found[SIZES[1]], found[SIZES[-1]]
    report.aim(
        *(at_least(f"COPY / import at {size:,}", median(one["ratios"]), 0.3) for size, one in found.items()),
        at_most(f"memory at {SIZES[-1]:,} over memory at {SIZES[1]:,}", largest["peak_mib"] / smaller["peak_mib"], 1.2),
    )
    return report.finish()


if __name__ == "__main__":
    settle()
    if len(sys.argv) == 3:
        use_database(json.loads(sys.argv[2]))
        sys.stdout.write(json.dumps(import_here(Path(sys.argv[1]))))
        sys.exit(0)
    with running_server():
        sys.exit(main())
