"""manage.py briefing: a briefing as PDF, and every number in it as JSON."""

import argparse
import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backend.areas.models import Unit
from reports import selectors
from reports.document import counted
from reports.pdf import TooMuchToPrint
from reports.periods import BadPeriod, Period
from reports.selectors import UnknownUnit


class Command(BaseCommand):
    help = "Make a briefing on the complaints that were received in a period: a PDF, and its figures as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", required=True, type=_day, metavar="YYYY-MM-DD", help="first day")
        parser.add_argument(
            "--to", dest="last", required=True, type=_day, metavar="YYYY-MM-DD", help="last day, included"
        )
        parser.add_argument(
            "--unit", default="", metavar="SLUG", help="a force or unit (FORCE/UNIT where several forces have it)"
        )
        parser.add_argument("--pdf", required=True, type=Path, metavar="FILE", help="where to write the document")
        parser.add_argument("--figures", required=True, type=Path, metavar="FILE", help="where to write its numbers")

    def handle(self, *args: Any, **options: Any) -> None:
        for path in (options["pdf"], options["figures"]):
            if not path.parent.is_dir():
                raise CommandError(
                    f"There is no folder {path.parent}: make it first, or name another file than {path}."
                )
        try:
            period = Period(options["first"], options["last"])
            if options["unit"]:
                unit = selectors.unit_named(name=options["unit"], among=Unit.objects.all())
            else:
                unit = selectors.only_force(period=period, among=Unit.objects.all())
        except BadPeriod as error:
            raise CommandError(error.detail) from error
        except UnknownUnit as error:
            raise CommandError(f"{error.detail} (--unit SLUG)") from error
        self._write(period, unit, pdf=options["pdf"], figures=options["figures"])

    def _write(self, period: Period, unit: Unit, *, pdf: Path, figures: Path) -> None:
        from reports.services.production import produce

        try:
            produced = produce(period=period, unit=unit, at=timezone.now())
        except TooMuchToPrint as error:
            raise CommandError(error.detail) from error
        try:
            pdf.write_bytes(produced.pdf)
            figures.write_text(json.dumps(produced.figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be written: {error.strerror}.") from error
        received = produced.figures["figures"][0]["value"]
        self.stdout.write(
            f"{unit.name}, {period}: {counted(received, 'complaints')} received. Written: {pdf} and {figures}."
        )


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date; write it as 2007-12-31.") from None
