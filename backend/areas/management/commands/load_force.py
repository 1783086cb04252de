"""`manage.py load_force FILE`: the structure of a force, from the file that docs/force-file.md describes."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backend.areas.force_file import ForceFileError, read_force_file
from backend.areas.services.forces import load_force

SHOWN = 20


class Command(BaseCommand):
    help = "Loads a force, its units and its neighbourhoods from a file (docs/force-file.md); safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            loaded = load_force(file=read_force_file(file.read_text(encoding="utf-8-sig")), at=timezone.now())
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}. Name a JSON file in UTF-8.") from None
        except ForceFileError as error:
            raise CommandError(_listed(file, error.faults)) from None
        self.stdout.write(
            f"{loaded.force.name}: {loaded.added} added, {loaded.changed} changed, {loaded.unchanged} as they were."
        )
        for name in loaded.vanished:
            self.stdout.write(f"No longer in the file, and kept: {name}. Give it an ends_on there to end it.")


def _listed(file: Path, faults: list[str]) -> str:
    lines = [f"{file} was not loaded:", *(f"  {fault}" for fault in faults[:SHOWN])]
    if len(faults) > SHOWN:
        lines.append(f"  and {len(faults) - SHOWN} more.")
    return "\n".join(lines)
