"""Reading the calendar."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.db import connection
from django.db.models import QuerySet

from .models import BankHoliday
from .working_days import WorkingCalendar

ROWS_AS_TEXT = """
SELECT coalesce(string_agg(day || ' ' || name, E'\\n' ORDER BY day), '') FROM calendar_bankholiday
"""


def bank_holidays() -> QuerySet[BankHoliday]:
    """The bank holidays that are known, earliest first."""
    return BankHoliday.objects.order_by("day")


def working_calendar() -> WorkingCalendar:
    """The working days by the table as it is in this transaction: an edit is seen at once, by every process.

    One query. Before the first and after the last row of the table only weekends, Good Friday and Christmas Day are known.
    """
    with connection.cursor() as cursor:
        cursor.execute(ROWS_AS_TEXT)
        (text,) = cursor.fetchone()
    return _calendar_of(text)


@lru_cache(maxsize=2)
def _calendar_of(text: str) -> WorkingCalendar:
    """The calendar of the rows as one text: keyed by all that it is made of, so that it is never stale."""
    rows = (line.split(" ", 1) for line in (text.split("\n") if text else ()))
    return WorkingCalendar({dt.date.fromisoformat(day): name for day, name in rows})
