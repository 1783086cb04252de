"""How each period is counted: one rule a clock, and every day of it can be shown with its reason.

Statutory periods exclude the day of the event and run in calendar days, whatever day they end on; the timeliness period
alone includes it. Service targets run in working days, day 1 being the first working day after the event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from backend.calendar.working_days import WorkingCalendar

DAY = dt.timedelta(days=1)
REGULATIONS = "Police (Complaints and Misconduct) Regulations 2020"
TARGET = "Service target of the force"


@dataclass(frozen=True)
class Clock:
    """One rule: how many of what, and where it comes from."""

    rule: str
    duty: str
    count: int
    of: Literal["calendar days", "working days", "months"]
    basis: str

    @property
    def is_statutory(self) -> bool:
        return self.basis != TARGET


def _clocks(*clocks: Clock) -> Mapping[str, Clock]:
    return {clock.rule: clock for clock in clocks}


CLOCKS = _clocks(
    Clock("referral", "Refer it to the IOPC", 1, "calendar days", f"{REGULATIONS}, regulation 4"),
    Clock(
        "referral_2004",
        "Refer it to the IPCC",
        1,
        "working days",
        "Police (Complaints and Misconduct) Regulations 2004, regulations 2 and 5",
    ),
    Clock(
        "progress_update", "Tell the complainant how it is going", 28, "calendar days", f"{REGULATIONS}, regulation 34"
    ),
    Clock("outcome_notice", "Tell the complainant the outcome", 5, "working days", f"{REGULATIONS}, regulation 34"),
    Clock("review_window", "Apply for a review", 28, "calendar days", f"{REGULATIONS}, regulation 29"),
    Clock(
        "timeliness_letter",
        "Write to the local policing body and the IOPC why it takes so long",
        12,
        "months",
        f"{REGULATIONS}, regulation 13",
    ),
    Clock("timeliness_letter_again", "Write again why it takes so long", 6, "months", f"{REGULATIONS}, regulation 13"),
    Clock(
        "reply_silence",
        "Wait for the complainant's answer",
        28,
        "calendar days",
        f"{REGULATIONS}, regulations 39 and 41",
    ),
    Clock("suspension_review", "Look again at the suspension", 28, "calendar days", TARGET),
    Clock("acknowledgement", "Acknowledge it", 1, "working days", TARGET),
    Clock("logging", "Log it", 1, "working days", TARGET),
    Clock("first_contact", "Contact the complainant", 3, "working days", TARGET),
    Clock("recording_decision", "Decide whether to record it", 5, "working days", TARGET),
    Clock("outside_resolution", "Resolve it", 20, "working days", TARGET),
    Clock("otherwise_than_by_investigation", "Conclude it without an investigation", 60, "working days", TARGET),
    Clock("local_investigation", "Conclude the investigation", 120, "working days", TARGET),
    Clock("finalisation", "Check it and finalise it", 5, "working days", TARGET),
    Clock("triage", "Take it into triage", 1, "working days", TARGET),
    Clock("unit_contribution", "Draft the answer", 5, "working days", TARGET),
    Clock("answer", "Answer it", 10, "working days", TARGET),
)


@dataclass(frozen=True)
class Day:
    """One day of a period: its number where it counts, and why it does or does not."""

    date: dt.date
    number: int | None
    reason: str


@dataclass(frozen=True)
class Counted:
    """A period counted out. `due` is the last day allowed; for months it is the first day after them."""

    clock: Clock
    start: dt.date
    due: dt.date
    last_working_day_before: dt.date | None  # by when to post it, where `due` is no working day
    days: list[Day] = field(repr=False)


def due_on(rule: str, start: dt.date, calendar: WorkingCalendar) -> dt.date:
    """The day that `rule` ends on. `start` is the London date of the event. Raises KeyError for an unknown rule."""
    clock = CLOCKS[rule]
    if clock.of == "working days":
        return calendar.add_working_days(start, clock.count)
    if clock.of == "calendar days":
        return calendar.add_calendar_days(start, clock.count)
    return corresponding_date(start, clock.count)


def count_out(rule: str, start: dt.date, calendar: WorkingCalendar) -> Counted:
    """The same day as `due_on`, with each day on the way. Raises KeyError for an unknown rule."""
    due = due_on(rule, start, calendar)
    before = None if calendar.is_working_day(due) else calendar.last_working_day_before(due)
    return Counted(CLOCKS[rule], start, due, before, list(_days(CLOCKS[rule], start, due, calendar)))


def corresponding_date(start: dt.date, months: int) -> dt.date:
    """The first day after a period of months that starts with `start`, that day included.

    It is the same day of the month, or the first of the next where there is no such day: 31 August and six months make
    1 March. Later periods start with the day on which the one before ended, so they are chained, never added up.
    """
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    try:
        return dt.date(year, month, start.day)
    except ValueError:
        return dt.date(year + month // 12, month % 12 + 1, 1)


def _days(clock: Clock, start: dt.date, due: dt.date, calendar: WorkingCalendar) -> Iterator[Day]:
    if clock.of == "months":
        yield from (Day(start + DAY * n, n + 1, "counted, the first day too") for n in range((due - start).days))
        return
    yield Day(start, None, "the day of the event does not count")
    number = 0
    for day in (start + DAY * n for n in range(1, (due - start).days + 1)):
        why = calendar.why(day)
        if why and clock.of == "working days":
            yield Day(day, None, why)
            continue
        number += 1
        yield Day(day, number, f"counted, although {why}" if why else "counted")
