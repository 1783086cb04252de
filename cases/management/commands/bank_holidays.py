"""`manage.py bank_holidays`: the list of days that are not working days, for staff to read and edit."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from backend.accounts.actors import CLOCK
from backend.audit import services as audit
from backend.calendar import services
from backend.calendar.models import BankHoliday
from backend.calendar.selectors import bank_holidays
from backend.common.errors import Refused
from cases.services.due import recompute_open_cases


class Command(BaseCommand):
    help = "Lists the bank holidays of England and Wales, or adds, corrects or removes one; open cases are recomputed."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="list|add|correct|remove")
        listing = actions.add_parser("list", help="print the days that are known")
        listing.add_argument("--year", type=int, help="of one year only")
        for action in ("add", "correct"):
            editing = actions.add_parser(action, help=f"{action} a day")
            editing.add_argument("day", metavar="DATE", type=_date, help="as YYYY-MM-DD")
            editing.add_argument("name", metavar="NAME")
            editing.add_argument("--source", default="Entered by staff", help="where it was proclaimed or published")
        removing = actions.add_parser("remove", help="remove a day")
        removing.add_argument("day", metavar="DATE", type=_date, help="as YYYY-MM-DD")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "list":
            return self._list(options["year"])
        try:
            return self._edit(action, options)
        except Refused as refusal:
            raise CommandError(refusal.detail) from None

    def _list(self, year: int | None) -> None:
        for holiday in bank_holidays().filter(**({"day__year": year} if year else {})):
            note = " (provisional)" if holiday.provisional else ""
            self.stdout.write(f"{holiday.day} {holiday.day:%a}  {holiday.name}{note}  [{holiday.source}]")

    @transaction.atomic
    def _edit(self, action: str, options: dict[str, Any]) -> None:
        at, day = timezone.now(), options["day"]
        if action == "remove":
            holiday, verb = services.remove_bank_holiday(day=day), "BANK_HOLIDAY_REMOVED"
        elif action == "correct":
            holiday = services.correct_bank_holiday(day=day, name=options["name"], source=options["source"])
            verb = "BANK_HOLIDAY_CORRECTED"
        else:
            holiday = services.add_bank_holiday(day=day, name=options["name"], source=options["source"])
            verb = "BANK_HOLIDAY_ADDED"
        moved = recompute_open_cases()
        _record(holiday, verb=verb, at=at)
        self.stdout.write(
            f"{holiday.day} {holiday.name}: {verb.rpartition('_')[2].lower()}. Open cases with another due date: {moved}."
        )


def _record(holiday: BankHoliday, *, verb: str, at: dt.datetime) -> None:
    audit.record(
        actor=CLOCK.public_id,
        verb=verb,
        subject_kind="bank_holiday",
        subject=holiday.day.isoformat(),
        at=at,
        details={"name": holiday.name, "source": holiday.source},
    )


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is not a date. Write it as YYYY-MM-DD, for example 2027-12-27.") from None
