"""Days as the law counts them: London dates, calendar days and working days. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

LONDON: Final = ZoneInfo("Europe/London")
WEEKEND: Final = {5: "Saturday", 6: "Sunday"}


def day_of(at: dt.datetime) -> dt.date:
    """The London date of an instant: the legal day. Raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError("A time without a zone has no London date.")
    return at.astimezone(LONDON).date()


def good_friday(year: int) -> dt.date:
    """Good Friday of a year of the Gregorian calendar."""
    golden, century = year % 19, year // 100
    leap = century - century // 4 - (8 * century + 13) // 25
    moon = (leap + 19 * golden + 15) % 30
    moon -= moon // 28 * (1 - 29 // (moon + 1) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    from_march = moon - weekday
    month = 3 + (from_march + 40) // 44
    easter = dt.date(year, month, from_march + 28 - 31 * (month // 4))
    return easter - dt.timedelta(days=2)


# Christmas Day and Good Friday are no working days at common law; they are not bank holidays of the Banking and
# Financial Dealings Act 1971, so a list of those may omit them.
FIXED: Final = {dt.date(year, 12, 25): "Christmas Day" for year in range(1971, 2101)} | {
    good_friday(year): "Good Friday" for year in range(1971, 2101)
}


A_YEARS_HOLIDAYS: Final = 6  # that a list has at least of a year which it knows; one day proclaimed ahead is none


class WorkingCalendar:
    """The working days of England and Wales: not Saturday, Sunday, Christmas Day, Good Friday or one of `holidays`.

    `holidays` are dates, or dates with their names. Nothing here moves a date off a weekend or holiday by itself:
    statutory periods in calendar days end on whatever day they end.
    """

    def __init__(self, holidays: Mapping[dt.date, str] | Iterable[dt.date]) -> None:
        given = dict(holidays) if isinstance(holidays, Mapping) else dict.fromkeys(holidays, "Bank holiday")
        self.names: Final[dict[dt.date, str]] = FIXED | given
        in_each = Counter(day.year for day in given)
        self.years: Final = sorted(year for year, days in in_each.items() if days >= A_YEARS_HOLIDAYS)  # that are known
        self._days = np.busdaycalendar(holidays=sorted(self.names))

    def is_working_day(self, day: dt.date) -> bool:
        """Whether work is done on `day`."""
        return bool(np.is_busday(day, busdaycal=self._days))

    def why(self, day: dt.date) -> str:
        """Why `day` is not a working day ("Saturday", "Sunday" or the holiday's name); "" where it is one."""
        return WEEKEND.get(day.weekday()) or self.names.get(day, "")

    def add_working_days(self, start: dt.date, count: int) -> dt.date:
        """The last day of `count` working days, 1 or more. Day 1 is the first working day after `start`."""
        if count < 1:
            raise ValueError("A period has at least one working day.")
        # From a Saturday, "preceding" goes back to Friday first, so that Monday and not Tuesday is day 1.
        return _date(np.busday_offset(start, count, roll="preceding", busdaycal=self._days))

    def add_calendar_days(self, start: dt.date, count: int) -> dt.date:
        """The last day of `count` calendar days. Day 1 is the day after `start`, whatever day that is."""
        return start + dt.timedelta(days=count)

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """How many working days lie after `start` and not after `end`; negative where `end` comes first."""
        if end < start:
            return -self.working_days_between(end, start)
        tomorrow = dt.timedelta(days=1)
        return int(np.busday_count(start + tomorrow, end + tomorrow, busdaycal=self._days))

    def last_working_day_before(self, day: dt.date) -> dt.date:
        """The nearest working day that is earlier than `day`: by when to post what is due on a holiday."""
        return _date(np.busday_offset(day - dt.timedelta(days=1), 0, roll="preceding", busdaycal=self._days))


def _date(day: np.datetime64) -> dt.date:
    found: dt.date = day.astype("datetime64[D]").item()
    return found
