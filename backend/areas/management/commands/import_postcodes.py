"""`manage.py import_postcodes FILE.csv…`: which ward each postcode lies in, from Code-Point Open."""

import contextlib
import io
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from backend.areas.code_point_open import read_rows
from backend.areas.services.postcodes import PostcodesStored, store_postcodes
from backend.common.errors import Refused


class Command(BaseCommand):
    help = "Loads postcodes and their wards from files in the layout of Code-Point Open; safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", metavar="FILE.csv", type=Path, nargs="+")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        try:
            stored = _store(files)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Nothing was stored: {error}. Name CSV files of Code-Point Open, in UTF-8.") from None
        except Refused as refusal:
            raise CommandError(f"Nothing was stored: {refusal.detail}") from None
        unchanged = stored.read - stored.added - stored.changed - stored.malformed
        self.stdout.write(
            f"{stored.read:,} lines: {stored.added:,} postcodes added, {stored.changed:,} changed, "
            f"{unchanged:,} as they were, {stored.malformed:,} malformed."
        )
        for name, bad in stored.examples:
            self.stdout.write(f"  {name}, line {bad.line}: {bad.reason}.")
        if stored.malformed > len(stored.examples):
            self.stdout.write(f"  and {stored.malformed - len(stored.examples):,} more.")


def _store(files: list[Path]) -> PostcodesStored:
    with contextlib.ExitStack() as stack:
        opened = {str(file): stack.enter_context(file.open("rb")) for file in files}
        texts = {
            name: stack.enter_context(io.TextIOWrapper(file, encoding="utf-8-sig")) for name, file in opened.items()
        }
        total = sum(file.stat().st_size for file in files)
        # `disable=None`: a bar on a terminal, silence in a log.
        bar = stack.enter_context(tqdm(total=total, unit="B", unit_scale=True, disable=None))

        def show_progress() -> None:
            bar.update(sum(file.tell() for file in opened.values()) - bar.n)

        rows = {name: read_rows(text) for name, text in texts.items()}
        return store_postcodes(files=rows, at=timezone.now(), progress=show_progress)
