"""Editing the list of bank holidays. The caller records it in the audit, which stands above this room."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.common.errors import Invalid, Missing, Refused

from .models import BankHoliday
from .working_days import WEEKEND


class AlreadyABankHoliday(Refused):
    code = "already-a-bank-holiday"
    title = "That day is a bank holiday already."


class NotABankHoliday(Missing):
    code = "not-a-bank-holiday"
    title = "That day is no bank holiday."


class NotAWorkingDayAnyway(Invalid):
    code = "not-a-working-day-anyway"
    title = "That day is at a weekend."


@transaction.atomic
def add_bank_holiday(*, day: dt.date, name: str, source: str) -> BankHoliday:
    """Add a proclaimed or published day. Deadlines that were worked out before are the caller's to recompute.

    Raises NotAWorkingDayAnyway for a Saturday or Sunday (add the substitute day), Invalid for a name that is blank or
    over 120 characters, and AlreadyABankHoliday.
    """
    if weekend := WEEKEND.get(day.weekday()):
        raise NotAWorkingDayAnyway(f"{day:%d %B %Y} is a {weekend}. Add the day that is given in its place.")
    holiday, added = BankHoliday.objects.get_or_create(day=day, defaults={"name": _name(name), "source": source})
    if not added:
        raise AlreadyABankHoliday(
            f"{day:%d %B %Y} is in the list as “{holiday.name}”. Correct it, or choose another day."
        )
    return holiday


@transaction.atomic
def correct_bank_holiday(*, day: dt.date, name: str, source: str) -> BankHoliday:
    """Give a day of the list its right name and source, and take the mark "provisional" off it.

    Raises NotABankHoliday, and Invalid for a name that is blank or over 120 characters.
    """
    holiday = _locked(day)
    holiday.name, holiday.source, holiday.provisional = _name(name), source, False
    holiday.save(update_fields=["name", "source", "provisional"])
    return holiday


@transaction.atomic
def remove_bank_holiday(*, day: dt.date) -> BankHoliday:
    """Take a day off the list, and answer what it was. Raises NotABankHoliday.

    Good Friday and Christmas Day stay no working days, for they are none by any list.
    """
    holiday = _locked(day)
    BankHoliday.objects.filter(day=day).delete()
    return holiday


def _locked(day: dt.date) -> BankHoliday:
    holiday = BankHoliday.objects.select_for_update().filter(day=day).first()
    if holiday is None:
        raise NotABankHoliday(f"{day:%d %B %Y} is not in the list of bank holidays.")
    return holiday


def _name(name: str) -> str:
    """The name on one line: a list of days is printed and read line by line."""
    name = " ".join(name.split())
    if not 0 < len(name) <= 120:
        raise Invalid("Name the bank holiday in 1 to 120 characters.")
    return name
