"""The days that a report is about: from a first to a last London date, both inclusive."""

import datetime as dt
from dataclasses import dataclass

from backend.common.errors import Invalid

LONGEST_YEARS = 30


class BadPeriod(Invalid):
    """The two dates make no period that can be reported on; the text says what to do."""

    code = "bad-period"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors={"period_to": [detail]})


@dataclass(frozen=True, slots=True)
class Period:
    """All days from `first` to `last`, both inclusive. Raises BadPeriod where they are reversed or too far apart."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise BadPeriod(
                f"The period ends on {self.last:%Y-%m-%d}, before it starts on {self.first:%Y-%m-%d}: swap the two dates."
            )
        if self.last.year - self.first.year >= LONGEST_YEARS:
            raise BadPeriod(f"The period spans more than {LONGEST_YEARS} calendar years: choose a shorter one.")

    @property
    def years(self) -> list[str]:
        """Every calendar year that has a day in the period, as "2007"."""
        return [f"{year:04d}" for year in range(self.first.year, self.last.year + 1)]

    @property
    def months(self) -> list[str]:
        """Every calendar month that has a day in the period, as "2007-01"."""
        first = self.first.year * 12 + self.first.month - 1
        last = self.last.year * 12 + self.last.month - 1
        return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(first, last + 1)]

    @property
    def counting_days(self) -> list[dt.date]:
        """The days on which open complaints are counted: each 31 December of the period, and its last day."""
        year_ends = [dt.date(year, 12, 31) for year in range(self.first.year, self.last.year)]
        return [*year_ends, self.last]

    def __str__(self) -> str:
        return f"{day_in_words(self.first)} to {day_in_words(self.last)}"


def day_in_words(day: dt.date) -> str:
    """A date as people write it: 1 January 2007."""
    return f"{day.day} {day:%B} {day.year}"
