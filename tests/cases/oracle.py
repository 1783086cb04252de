"""What is due, worked out a second time: from domain.md alone, walking from day to day. It knows nothing of the product.

A history is a list of events, as somebody would tell it; each starts, stops or restarts clocks as sections 7.3 and 9B say.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

ONE = dt.timedelta(days=1)
FORCE, COMPLAINANT, IOPC = "FORCE", "COMPLAINANT", "IOPC"

# 7.3, and for the old regimes B8 and B9: how many of what. "cd" counts every day, "wd" working days alone.
PERIODS = {
    "referral": (1, "cd"),
    "referral_2004": (1, "wd"),
    "progress_update": (28, "cd"),
    "outcome_notice": (5, "wd"),
    "review_window": (28, "cd"),
    "reply_silence": (28, "cd"),
    "reply_silence_2012": (21, "cd"),
    "recommendation_answer": (28, "cd"),
    "suspension_review": (28, "cd"),
    "first_contact": (3, "wd"),
    "recording_decision": (5, "wd"),
    "handling_decision": (5, "wd"),
    "outside_resolution": (20, "wd"),
    "otherwise_than_by_investigation": (60, "wd"),
    "local_investigation": (120, "wd"),
    "finalisation": (5, "wd"),
    "review_opening": (5, "wd"),
    "review_follow_up": (5, "wd"),  # 9A A23: whatever a body decided is the authority's to act on
}
# Row 15 of 7.1 and B4: a suspension stops how fast it is handled, not what people are told.
STOPPED_BY_SUSPENSION = {
    "first_contact",
    "recording_decision",
    "handling_decision",
    "outside_resolution",
    "otherwise_than_by_investigation",
    "local_investigation",
    "finalisation",
    "review_follow_up",
}


@dataclass(frozen=True)
class Event:
    """Something that happened on a day; `who` is the number of the complainant, suspension or withdrawal it is about."""

    on: dt.date
    what: str
    who: int = 0
    part: int | None = None  # of a suspension: the number of the allegation, None for the whole


@dataclass
class History:
    events: list[Event]
    complainants: int = 1
    allegations: int = 0
    regime: str = "2020"
    holidays: set[dt.date] = field(default_factory=set)  # proclaimed, beside the usual ones
    targets: dict[str, list[tuple[dt.date, int, str]]] = field(default_factory=dict)  # from a day on: so many of what


@dataclass(frozen=True)
class Due:
    on: dt.date
    by: str = FORCE


def holidays_of(year: int) -> set[dt.date]:
    """The bank holidays of England and Wales by their rules, Good Friday and Christmas Day among them, and as they were moved."""
    easter = _easter(year)
    days = {easter - 2 * ONE, easter + ONE, _monday(year, 5, last=False), _monday(year, 5, last=True)}
    days.add(_monday(year, 8, last=True))
    for fixed in (dt.date(year, 1, 1), dt.date(year, 12, 25), dt.date(year, 12, 26)):
        day = fixed
        while day.isoweekday() > 5 or day in days:
            day += ONE
        days.add(day)
    moved = {
        2011: ([], ["2011-04-29"]),
        2012: (["2012-05-28"], ["2012-06-04", "2012-06-05"]),
        2020: (["2020-05-04"], ["2020-05-08"]),
        2022: (["2022-05-30"], ["2022-06-02", "2022-06-03", "2022-09-19"]),
        2023: ([], ["2023-05-08"]),
    }
    gone, come = moved.get(year, ([], []))
    days -= {dt.date.fromisoformat(day) for day in gone}
    # Christmas Day itself, also where it falls on a weekend and another day is given for it.
    return days | {dt.date.fromisoformat(day) for day in come} | {dt.date(year, 12, 25)}


def _easter(year: int) -> dt.date:
    """Easter Sunday, by the method of Gauss."""
    a, b, c = year % 19, year % 4, year % 7
    k = year // 100
    p, q = (13 + 8 * k) // 25, k // 4
    m, n = (15 - p + k - q) % 30, (4 + k - q) % 7
    d = (19 * a + m) % 30
    e = (2 * b + 4 * c + 6 * d + n) % 7
    if d == 29 and e == 6:
        return dt.date(year, 4, 19)
    if d == 28 and e == 6 and a > 10:
        return dt.date(year, 4, 18)
    return dt.date(year, 3, 22) + (d + e) * ONE


def _monday(year: int, month: int, *, last: bool) -> dt.date:
    found = [
        day for n in range(31) if (day := dt.date(year, month, 1) + n * ONE).isoweekday() == 1 and day.month == month
    ]
    return found[-1] if last else found[0]


HOLIDAYS = {day for year in range(2009, 2041) for day in holidays_of(year)}


def months_after(start: dt.date, months: int) -> dt.date:
    """The first day after so many months that begin with `start`: the same day of a later month, or else the next there is."""
    day = start
    while True:
        day += ONE
        passed = (day.year - start.year) * 12 + day.month - start.month
        if (passed == months and day.day == start.day) or passed > months:
            return day


class Oracle:
    """One history, told event by event."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.running: dict[tuple[str, int], dt.date] = {}  # the clock, of whom: the day of its event
        self.made = self.received = self.recorded = dt.date.min
        self.is_the_iopcs = self.investigated = False
        self.waits = False  # an application for a review, for the end of another's
        self.reported: dt.date | None = None  # upon an investigation, and its outcome is not told
        self.letters: list[dt.date] = []
        self.gone: set[int] = set()
        self.suspensions: dict[int, int | None] = {}  # which last, and of what part
        self.ceased: set[int | None] = set()
        self.suspended: set[dt.date] = set()
        self.suspended_since: dt.date | None = None

    def duties(self) -> dict[tuple[str, int], Due]:
        """What is open when the last event was told: by when, and who owes it."""
        for event in self.history.events:
            self._walk_to(event.on)
            getattr(self, f"_{event.what}")(event)
            if self._is_all_suspended():
                self.suspended_since = self.suspended_since or event.on
            elif self.suspended_since:
                self.suspended_since = None
        found = {}
        for (rule, who), start in self.running.items():
            day = self.count(rule, start)
            if day:
                found[rule, who] = Due(day, self._by(rule))
        if self.investigated or self.reported:
            rule, day = self._letter()
            if self.reported is None or self.reported >= day:  # 1.27: it was not completed within that period
                found[rule, 0] = Due(day, self._by(rule))
        return found

    # ---- counting

    def count(self, rule: str, start: dt.date) -> dt.date | None:
        count, unit = PERIODS[rule]
        for from_on, new_count, new_unit in self.history.targets.get(rule, []):
            if from_on <= start:
                count, unit = new_count, new_unit
        day = start
        while count:
            day += ONE
            if rule in STOPPED_BY_SUSPENSION:
                if self.suspended_since and day >= self.suspended_since:
                    return None  # it does not run
                if day in self.suspended:
                    continue
            if unit == "cd" or self._is_working(day):
                count -= 1
        return day

    def _is_working(self, day: dt.date) -> bool:
        return day.isoweekday() <= 5 and day not in HOLIDAYS and day not in self.history.holidays

    def _letter(self) -> tuple[str, dt.date]:
        """B6 and B7: twelve months that begin with the day made, then six and six, each from where the one before ended."""
        rule, first_day = "timeliness_letter", months_after(self.made, 12)
        for letter in self.letters:
            while letter >= first_day:
                rule, first_day = "timeliness_letter_again", months_after(first_day, 6)
        return rule, first_day

    def _by(self, rule: str) -> str:
        """B3 and 1.30: while it is the IOPC's, so are updates, outcome, letters, suspensions; a window is the complainant's."""
        if rule in ("reply_silence", "reply_silence_2012", "review_window"):
            return COMPLAINANT
        its_own = (
            "progress_update",
            "outcome_notice",
            "timeliness_letter",
            "timeliness_letter_again",
            "suspension_review",
        )
        return IOPC if self.is_the_iopcs and rule in its_own else FORCE

    def _walk_to(self, day: dt.date) -> None:
        """The days since, up to the one before: each was suspended if it was at its end."""
        while self.suspended_since and self.suspended_since < day:
            self.suspended.add(self.suspended_since)
            self.suspended_since += ONE

    def _is_all_suspended(self) -> bool:
        """1.31: Part 2 applies no more to what is not resumed, so that is no part of it that could go on."""
        parts, left = set(self.suspensions.values()), set(range(self.history.allegations)) - self.ceased
        return None in parts or (bool(left) and parts >= left)

    def _start(self, rule: str, on: dt.date, who: int = 0) -> None:
        self.running[rule, who] = on

    def _stop(self, *rules: str) -> None:
        self.running = {key: start for key, start in self.running.items() if key[0] not in rules}

    # ---- what happens

    def _is_made(self, event: Event) -> None:
        self.made = event.on
        self._start("first_contact", event.on)
        self._start("recording_decision", event.on)

    def _is_received(self, event: Event) -> None:
        self.received = event.on
        self._start("outside_resolution", event.on)

    def _is_taken(self, event: Event) -> None:
        for who in range(self.history.complainants):
            self._start("progress_update", event.on, who)

    def _is_contacted(self, _: Event) -> None:
        self._stop("first_contact")

    def _progress_is_told(self, event: Event) -> None:
        if event.who not in self.gone:
            self._start("progress_update", event.on, event.who)

    def _is_handled_outside(self, _: Event) -> None:
        self._stop("recording_decision")

    def _has_to_be_recorded(self, event: Event) -> None:
        """1.11, 1.12 and A2: by a wish or a tick, at any time, also after its end. The first starts the target of 7.3."""
        if self.recorded > dt.date.min:
            return
        self._stop("outside_resolution", "finalisation")  # A31: something is owed
        if ("recording_decision", 0) not in self.running:
            self._start("recording_decision", event.on)

    def _is_taken_back(self, event: Event) -> None:
        """A3: by a second person, before it is recorded."""
        self._stop("recording_decision")
        self._start("outside_resolution", self.received)

    def _is_left_unresolved(self, _: Event) -> None:
        self._stop("outside_resolution")

    def _is_ended(self, _: Event) -> None:
        """Closed outside Schedule 3, or finalised: nothing is owed any more (A31), but for what the complainant wishes since."""
        self.running.clear()
        self.gone = set(range(self.history.complainants))

    def _is_resolved(self, event: Event) -> None:
        self._stop("outside_resolution", "progress_update", "first_contact")
        self._start("finalisation", event.on)

    def _is_recorded(self, event: Event) -> None:
        self.recorded = event.on
        self._stop("outside_resolution", "recording_decision")
        self._start("handling_decision", event.on)

    def _is_clear(self, event: Event) -> None:
        self._has_to_be_recorded(event)  # 1.12(d)
        self._start("referral_2004" if self.history.regime == "2004" else "referral", event.on)

    def _is_referred(self, _: Event) -> None:
        self._stop(
            "referral", "referral_2004", "handling_decision", "local_investigation", "otherwise_than_by_investigation"
        )

    def _referral_is_directed(self, event: Event) -> None:
        """9A A10 and paragraph 4(7): once more, in whatever order the papers are dated."""
        self._start("referral_2004" if self.history.regime == "2004" else "referral", event.on)

    def _is_referred_back(self, event: Event) -> None:
        self._start("handling_decision", event.on)

    def _is_handled_otherwise(self, _: Event) -> None:
        self._stop("handling_decision")
        self._start("otherwise_than_by_investigation", self.recorded)

    def _is_investigated(self, _: Event) -> None:
        self._stop("handling_decision")
        self._start("local_investigation", self.recorded)
        self.investigated = True

    def _is_taken_over(self, _: Event) -> None:
        self._stop("handling_decision", "local_investigation")
        self.is_the_iopcs = self.investigated = True

    def _is_given_to_the_force(self, event: Event) -> None:
        if self.is_the_iopcs:
            for rule, who in list(self.running):
                if rule in ("progress_update", "suspension_review"):
                    self._start(rule, max(event.on, self.running[rule, who]), who)
        self.is_the_iopcs = False
        self._is_investigated(event)

    def _letter_is_written(self, event: Event) -> None:
        self.letters.append(event.on)

    def _report_is_submitted(self, event: Event) -> None:
        self._stop("local_investigation", "otherwise_than_by_investigation")
        self.reported = event.on if self.investigated else None
        self.investigated = False

    def _is_decided(self, event: Event) -> None:
        self._start("outcome_notice", event.on)

    def _outcome_is_sent(self, event: Event) -> None:
        self._stop("outcome_notice", "progress_update", "first_contact")
        self.reported = None
        if self.is_the_iopcs:  # D7: no review of what the IOPC directed or made
            self._start("finalisation", event.on)
            return
        self._start("review_window", event.on)
        self._start("finalisation", event.on + 28 * ONE)

    def _is_finalised(self, _: Event) -> None:
        """With its outcome told: what was suspended, or asked, ends with it."""
        self.running.clear()
        self.suspensions.clear()

    def _is_applied_for(self, event: Event) -> None:
        """Row 21 and A22, also late, of what was finalised: its end is held up by it, and it is for the authority to open."""
        self._stop("review_window", "finalisation")
        self._start("review_opening", event.on)

    def _is_under_review(self, _: Event) -> None:
        self._stop("review_opening")

    def _is_recommended(self, event: Event) -> None:
        self._start("recommendation_answer", event.on)

    def _recommendation_is_answered(self, event: Event) -> None:
        self._stop("recommendation_answer")
        self._start("review_follow_up", event.on)

    def _review_is_decided(self, event: Event) -> None:
        """Without a recommendation: not upheld, not valid, withdrawn, or determined by the IOPC."""
        self._start("review_follow_up", event.on)

    def _is_applied_for_by_another(self, _: Event) -> None:
        """9A A25: a right each. What the second applies for is the authority's to open once the first has ended."""
        self.waits = True

    def _review_is_closed(self, event: Event) -> None:
        self._is_finalised(event)
        if self.waits:
            self._start("review_opening", event.on)

    def _is_reopened(self, event: Event) -> None:
        self._stop("review_follow_up")
        for who in set(range(self.history.complainants)) - self.gone:
            self._start("progress_update", event.on, who)
        self._start("handling_decision", event.on)
        self.recorded = event.on  # handling begins anew

    def _is_suspended(self, event: Event) -> None:
        self.suspensions[event.who] = event.part
        self._start("suspension_review", event.on, event.who)

    def _suspension_is_reviewed(self, event: Event) -> None:
        self._start("suspension_review", event.on, event.who)

    def _is_resumed(self, event: Event) -> None:
        del self.suspensions[event.who]
        self.running.pop(("suspension_review", event.who), None)

    def _part_ceases(self, event: Event) -> None:
        self.ceased.add(self.suspensions[event.who])
        self._is_resumed(event)

    def _withdrawal_is_asked(self, event: Event) -> None:
        old = self.history.regime in ("2004", "2012")
        self._start("reply_silence_2012" if old else "reply_silence", event.on, event.who)

    def _withdraws(self, event: Event) -> None:
        self.gone.add(event.who)
        self.running.pop(("progress_update", event.who), None)
