"""How each period is counted: one rule a clock, and every day of it can be shown with its reason.

Statutory periods exclude the day of the event and run in calendar days, whatever day they end on; the timeliness period
alone includes it. Service targets run in working days, day 1 being the first working day after the event.

What the law fixes stands here and cites it. What it does not is kept in a table by staff (cases.models.timing): here stands
with what it begins. Whoever counts with a Timetable counts by the table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from backend.calendar.working_days import WorkingCalendar
from backend.common.errors import Invalid

DAY = dt.timedelta(days=1)
REGULATIONS = "Police (Complaints and Misconduct) Regulations 2020"
REGULATIONS_2012 = "Police (Complaints and Misconduct) Regulations 2012"
TARGET = "Service target of the force"
SUSPENDED = "suspended"
REMEMBERED = 50_000  # periods of working days that one timetable keeps: two thousand days of every rule

Unit = Literal["calendar days", "working days", "months"]


@dataclass(frozen=True)
class Clock:
    """One rule: how many of what, and where it comes from.

    `source` says where a figure comes from that staff may edit; it is "" where the law fixes it. `pauses` tells whether the
    days on which all of the case was suspended are left out.
    """

    rule: str
    duty: str
    count: int
    of: Unit
    basis: str
    source: str = ""
    pauses: bool = False

    @property
    def is_statutory(self) -> bool:
        return self.basis != TARGET

    @property
    def is_editable(self) -> bool:
        return bool(self.source)


def _clocks(*clocks: Clock) -> Mapping[str, Clock]:
    return {clock.rule: clock for clock in clocks}


def _law(rule: str, duty: str, count: int, of: Unit, basis: str) -> Clock:
    return Clock(rule, duty, count, of, basis)


def _target(rule: str, duty: str, count: int, of: Unit, source: str) -> Clock:
    """A target of how fast the case is handled: it does not run while the case may not be."""
    return Clock(rule, duty, count, of, TARGET, source, pauses=True)


def _duty(rule: str, duty: str, count: int, of: Unit, source: str, basis: str = TARGET) -> Clock:
    """What is owed whether the case is suspended or not."""
    return Clock(rule, duty, count, of, basis, source)


CLOCKS = _clocks(
    _law("referral", "Refer it to the IOPC", 1, "calendar days", f"{REGULATIONS}, regulation 4"),
    _law("progress_update", "Tell the complainant how it is going", 28, "calendar days", f"{REGULATIONS}, regulation 34"),
    _law("outcome_notice", "Tell the complainant the outcome", 5, "working days", f"{REGULATIONS}, regulation 34"),
    _law("review_window", "Apply for a review", 28, "calendar days", f"{REGULATIONS}, regulation 29"),
    _law("timeliness_letter", "Write to the local policing body and the IOPC why it takes so long", 12, "months",
         f"{REGULATIONS}, regulation 13"),
    _law("timeliness_letter_again", "Write again why it takes so long", 6, "months", f"{REGULATIONS}, regulation 13"),
    _law("reply_silence", "Wait for the complainant's answer", 28, "calendar days",
         f"{REGULATIONS}, regulations 39 and 41"),
    _duty("referral_2004", "Refer it to the IPCC", 1, "working days",
          "Read for conduct matters (regulation 5(3)); for complaints (regulation 2) not verified",
          "Police (Complaints and Misconduct) Regulations 2004, regulations 2 and 5"),
    _duty("reply_silence_2012", "Wait for the complainant's answer", 21, "calendar days",
          "Read in a sister instrument (SI 2012/62, regulation 22(5)); in SI 2012/1204 not verified", REGULATIONS_2012),
    _duty("recommendation_answer", "Answer the recommendation", 28, "calendar days",
          "Not verified in SI 2020/2", f"{REGULATIONS}, regulation 30"),
    _duty("notice", "Send the notice", 5, "working days", "As the outcome, whose five days regulation 34 gives"),
    _duty("hand_over", "Hand it over to its appropriate authority", 1, "working days", "Proposed for this system"),
    _duty("review_opening", "Open the review, and send its body what it needs", 5, "working days", "As the other notices"),
    _duty("suspension_review", "Look again at the suspension", 28, "calendar days", "Proposed for this system"),
    _duty("withholding_review", "Look again at what is kept back", 28, "calendar days", "Proposed for this system"),
    _target("handling_decision", "Decide how it is handled", 5, "working days", "As the recording decision"),
    _target("acknowledgement", "Acknowledge it", 1, "working days", "Proposed for this system; it is sent by itself"),
    _target("logging", "Log it", 1, "working days", "Surrey's mean in the first quarter of 2024/25"),
    _target("first_contact", "Contact the complainant", 3, "working days", "National mean: 5 to 6 (IOPC, 2022/23, 2023/24)"),
    _target("recording_decision", "Decide whether to record it", 5, "working days", "Proposed for this system"),
    _target("outside_resolution", "Resolve it", 20, "working days", "National mean: 16 to 22 (IOPC, 2022/23, 2024/25)"),
    _target("otherwise_than_by_investigation", "Conclude it without an investigation", 60, "working days",
            "National mean under Schedule 3: 138 to 159 (IOPC, 2022/23, 2024/25)"),
    _target("local_investigation", "Conclude the investigation", 120, "working days",
            "National mean under Schedule 3: 138 to 159 (IOPC, 2022/23, 2024/25)"),
    _target("finalisation", "Check it and finalise it", 5, "working days", "Proposed for this system"),
    _target("review_follow_up", "Act on what the review decided", 5, "working days", "Proposed for this system"),
    _target("triage", "Take it into triage", 1, "working days", "Proposed for this system"),
    _target("unit_contribution", "Draft the answer", 5, "working days", "Proposed for this system"),
    _duty("contribution", "Contribute what was asked", 5, "working days", "Proposed for this system"),
    _duty("preservation", "Preserve it before it is deleted", 30, "calendar days",
          "Practice of forces: unmarked body-worn video and custody footage is deleted after about 30 days"),
    _target("answer", "Answer it", 10, "working days", "Proposed for this system"),
)  # fmt: skip


@dataclass(frozen=True)
class Value:
    """What a rule was set to by staff, for what starts from `from_on` until the day before `until_on`."""

    count: int
    of: Unit
    source: str
    from_on: dt.date
    until_on: dt.date | None

    def holds_on(self, day: dt.date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True)
class Step:
    """One alert about a duty: so many days after the last day allowed (before it: less than 0), from that hour in London on."""

    stage: str
    days: int
    hour: int
    to: str
    address: str = ""


class Timetable(WorkingCalendar):
    """The working days, with what staff set: the values of editable rules, and who is alerted when."""

    def __init__(
        self,
        holidays: Mapping[dt.date, str],
        *,
        values: Mapping[str, Sequence[Value]],
        steps: Mapping[str, Sequence[Step]],
    ) -> None:
        super().__init__(holidays)
        self.values: Final = values
        self.steps: Final = steps  # by rule; those of "" are for every rule that has none of its own
        self._found: dict[tuple[dt.date, int], dt.date] = {}

    def steps_of(self, rule: str) -> Sequence[Step]:
        return self.steps.get(rule) or self.steps.get("", ())

    def add_working_days(self, start: dt.date, count: int) -> dt.date:
        """As of any calendar, remembered: a pass over a million cases asks for few different days."""
        found = self._found.get((start, count))
        if found is None:
            if len(self._found) >= REMEMBERED:
                self._found = {}
            found = self._found[start, count] = super().add_working_days(start, count)
        return found


@dataclass(frozen=True)
class Stop:
    """Days that are left out of a period: until the day before `until_on`, or still, where that is None."""

    from_on: dt.date
    until_on: dt.date | None
    reason: str

    def covers(self, day: dt.date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


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


def clock_on(rule: str, start: dt.date, calendar: WorkingCalendar) -> Clock:
    """The rule as it holds for what starts on that day. Raises KeyError for an unknown rule."""
    clock = CLOCKS[rule]
    if isinstance(calendar, Timetable) and clock.is_editable:
        for value in calendar.values.get(rule, ()):
            if value.holds_on(start):
                return replace(clock, count=value.count, of=value.of, source=value.source)
    return clock


def due_on(rule: str, start: dt.date, calendar: WorkingCalendar) -> dt.date:
    """The day that `rule` ends on. `start` is the London date of the event. Raises KeyError for an unknown rule."""
    return _end_of(clock_on(rule, start, calendar), start, calendar)


def due_around(rule: str, start: dt.date, calendar: WorkingCalendar, stops: Sequence[Stop]) -> dt.date | None:
    """The day that `rule` ends on when the days of `stops` are left out; None while it does not run."""
    clock = clock_on(rule, start, calendar)
    if not stops:
        return _end_of(clock, start, calendar)
    days = list(_days(clock, start, calendar, stops))
    return days[-1].date if days[-1].number == clock.count else None


def count_out(rule: str, start: dt.date, calendar: WorkingCalendar, stops: Sequence[Stop] = ()) -> Counted:
    """The same day as `due_on` or `due_around`, with each day on the way.

    Raises KeyError for an unknown rule, ValueError for a period that does not run.
    """
    clock = clock_on(rule, start, calendar)
    due = due_around(rule, start, calendar, stops)
    if due is None:
        raise ValueError("What does not run has no end.")
    days = _days_of_months(start, due) if clock.of == "months" else _days(clock, start, calendar, stops)
    return Counted(clock, start, due, post_by(due, calendar), list(days))


def count_by_hand(rule: str, start: dt.date, calendar: WorkingCalendar) -> Counted:
    """As `count_out`, for any start that somebody names. Raises KeyError for an unknown rule.

    Raises Invalid (400) where the period starts or ends in a year whose bank holidays are not known.
    """
    if start.year in calendar.years:
        counted = count_out(rule, start, calendar)
        if counted.due.year in calendar.years:
            return counted
    known = f"from {calendar.years[0]} to {calendar.years[-1]}" if calendar.years else "of no year"
    told = f"Bank holidays are known {known}: a period has to start and end in these years."
    raise Invalid(told, errors={"start": [told]})


def count_to(rule: str, start: dt.date, due: dt.date, calendar: WorkingCalendar) -> Counted:
    """A period whose last day somebody set: every calendar day up to it. Raises KeyError for an unknown rule."""
    clock = replace(CLOCKS[rule], count=max((due - start).days, 1), of="calendar days")
    return Counted(clock, start, due, post_by(due, calendar), list(_days(clock, start, calendar, ())))


def post_by(due: dt.date, calendar: WorkingCalendar) -> dt.date | None:
    """The last working day before `due`, where that is none: no period of the law is longer for it."""
    return calendar.last_working_day_before(due) if calendar.why(due) else None


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


def _end_of(clock: Clock, start: dt.date, calendar: WorkingCalendar) -> dt.date:
    if clock.of == "working days":
        return calendar.add_working_days(start, clock.count)
    if clock.of == "calendar days":
        return calendar.add_calendar_days(start, clock.count)
    return corresponding_date(start, clock.count)


def _days(clock: Clock, start: dt.date, calendar: WorkingCalendar, stops: Sequence[Stop]) -> Iterator[Day]:
    """Each day until the last that counts, or, where a stop still lasts, until the day before that."""
    yield Day(start, None, "the day of the event does not count")
    number, day = 0, start
    while number < clock.count:
        day += DAY
        stop = next((each for each in stops if each.covers(day)), None)
        if stop and stop.until_on is None:
            return
        why = calendar.why(day)
        if stop or (why and clock.of == "working days"):
            yield Day(day, None, stop.reason if stop else why)
            continue
        number += 1
        yield Day(day, number, f"counted, although {why}" if why else "counted")


def _days_of_months(start: dt.date, due: dt.date) -> Iterator[Day]:
    yield from (Day(start + DAY * n, n + 1, "counted, the first day too") for n in range((due - start).days))
