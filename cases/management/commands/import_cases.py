"""`manage.py import_cases`: a force's past, brought in from spreadsheets. docs/import-mapping.md describes the mapping."""

import contextlib
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.timezone import now
from tqdm import tqdm

from cases.history import services
from cases.history.bundles import Warned
from cases.history.mapping import Mapping, find_mapping, load_mapping
from cases.history.reading import UnfitFile
from cases.history.rejects import Rejects
from cases.history.services import AlreadyImporting, Report, Stage
from cases.history.toml_table import MappingError

EXAMPLES_OF_A_WARNING = 5


class Command(BaseCommand):
    help = "Bring in a force's past complaints from CSV files. Safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where the CSV files lie that the mapping names")
        parser.add_argument("--mapping", required=True, help="a TOML file, or the name of a mapping that is shipped")
        parser.add_argument("--rejects", type=Path, required=True, help="the CSV file to write every refused row to")
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, rejects_path = options["folder"], options["rejects"]
        try:
            mapping = load_mapping(find_mapping(options["mapping"]))
            _refuse_to_overwrite(rejects_path, folder=folder, mapping=mapping)
            with (
                _bar("Reading") as reading,
                services.staged(mapping=mapping, folder=folder, progress=reading.update) as stage,
            ):
                reading.close()
                report, oddities = self._take(stage, rejects_path, dry_run=options["dry_run"])
        except (MappingError, UnfitFile, AlreadyImporting) as fault:
            raise CommandError(str(fault)) from None
        except DatabaseError as fault:
            raise CommandError(
                f"The database did not take a batch: {fault}\nThe batches before it are kept. Run the command again when "
                "the cause is mended: what is here already is passed over."
            ) from None
        self._tell(report, oddities, rejects_path, dry_run=options["dry_run"])

    def _take(self, stage: Stage, rejects_path: Path, *, dry_run: bool) -> tuple[Report, "Oddities"]:
        oddities = Oddities(stage)
        take = services.rehearse_import if dry_run else services.import_history
        # The file is opened first: to find after an import that it cannot be written would be too late.
        with _writable(rejects_path) as target, contextlib.closing(Rejects()) as rejects:
            with _bar("Checking" if dry_run else "Importing", total=stage.read.total()) as taking:
                report = take(
                    stage=stage,
                    at=now(),
                    on_refusal=rejects.add,
                    on_warning=oddities.add,
                    progress=taking.update,
                )
            width = max(layout.width for layout in stage.layouts)
            rejects.write(target, files=list(report.files), width=width)
        return report, oddities

    def _tell(self, report: Report, oddities: "Oddities", rejects_path: Path, *, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write("Dry run: nothing was changed. This is what an import would do.")
        headings = ("file", "read", "would import" if dry_run else "imported", "already there", "rejected")
        rows = [
            (file, *(f"{count:,}" for count in (tally.read, tally.imported, tally.already_there, tally.rejected)))
            for file, tally in report.files.items()
        ]
        self.stdout.write(_table([headings, *rows]))
        for kind, count in sorted(report.warnings.items()):
            self.stdout.write(f"Warning: {kind}: {count:,}")
            for example in oddities.examples[kind]:
                self.stdout.write(f"    {example}")
        if any(tally.rejected for tally in report.files.values()):
            self.stdout.write(f"The rejected rows and the reasons are in {rejects_path}.")


class Oddities:
    """The first few examples of each kind of warning; how many there are is in the report."""

    def __init__(self, stage: Stage) -> None:
        self._files = [layout.sheet.file for layout in stage.layouts]
        self._seen: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}

    def add(self, warned: Warned) -> None:
        examples = self.examples.setdefault(warned.kind, [])
        self._seen[warned.kind] += 1
        if self._seen[warned.kind] <= EXAMPLES_OF_A_WARNING:
            examples.append(f"{self._files[warned.row.sheet]}, line {warned.row.line}: {warned.detail}")
        elif len(examples) == EXAMPLES_OF_A_WARNING:
            examples.append("and more like these")


def _bar(label: str, *, total: int | None = None) -> "tqdm[Any]":
    return tqdm(desc=label, total=total, unit=" rows", disable=not sys.stderr.isatty())


def _refuse_to_overwrite(rejects_path: Path, *, folder: Path, mapping: Mapping) -> None:
    if rejects_path.resolve() in {(folder / sheet.file).resolve() for sheet in mapping.sheets}:
        raise CommandError(f"{rejects_path} is one of the files to import. Name another file for --rejects.")


@contextlib.contextmanager
def _writable(path: Path) -> Iterator[Any]:
    try:
        target = path.open("w", encoding="utf-8", newline="")
    except OSError as fault:
        raise CommandError(f"{path} cannot be written: {fault.strerror}. Name another file for --rejects.") from None
    with target:
        yield target


def _table(rows: list[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
