"""`manage.py import_boundaries FILE.geojson…`: where each neighbourhood lies."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backend.areas.boundaries import Boundary, BoundaryFileError, read_boundaries
from backend.areas.services.boundaries import store_boundaries

SHOWN = 20


class Command(BaseCommand):
    help = "Gives neighbourhoods their boundaries, matched by ward code, from GeoJSON files; safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", metavar="FILE.geojson", type=Path, nargs="+")
        parser.add_argument(
            "--code-property", default="", help="the property with the ward code; found by itself if like WD13CD"
        )

    def handle(self, *args: Any, files: list[Path], code_property: str, **options: Any) -> None:
        boundaries = [boundary for file in files for boundary in _read(file, code_property)]
        stored = store_boundaries(boundaries=boundaries, at=timezone.now())
        self.stdout.write(
            f"{stored.matched} of {len(boundaries)} features are neighbourhoods here; {stored.changed} boundaries changed."
        )
        self._list("Repaired, because they crossed themselves", stored.repaired)
        self._list("Features of no neighbourhood here", stored.unmatched)
        self._list("Neighbourhoods still without a boundary", stored.without)

    def _list(self, words: str, names: tuple[str, ...]) -> None:
        if names:
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            self.stdout.write(f"{words} ({len(names)}): {', '.join(names[:SHOWN])}{more}.")


def _read(file: Path, code_property: str) -> list[Boundary]:
    try:
        return read_boundaries(file.read_text(encoding="utf-8-sig"), code_property=code_property)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}. Name a GeoJSON file. Nothing was stored.") from None
    except BoundaryFileError as error:
        raise CommandError(f"{file}: {error} Nothing was stored.") from None
