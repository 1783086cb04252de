"""What is due, worked out a second time: from domain.md alone, walking from day to day. It knows nothing of the product.

A history is a list of events, as somebody would tell it; each starts, stops or restarts clocks as the paragraph says that is
named beside it. Where domain.md gives no figure, the force's own first value stands here, and "own" beside it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

ONE = dt.timedelta(days=1)
FORCE, COMPLAINANT, IOPC = "FORCE", "COMPLAINANT", "IOPC"

# How many of what: "cd" counts every day, "wd" working days alone. B1: the day of the event is never counted.
PERIODS = {
    "referral": (1, "cd"),  # 1.22, 7.3: by the end of the day that follows
    "referral_2004": (1, "wd"),  # B8: of the next working day
    "progress_update": (28, "cd"),  # 1.28, B2
    "outcome_notice": (5, "wd"),  # 1.28, B5
    "review_window": (28, "cd"),  # 1.34, B10
    "reply_silence": (28, "cd"),  # 1.31, 1.32, B9: to either letter
    "reply_silence_2012": (21, "cd"),  # B9
    "recommendation_answer": (28, "cd"),  # 1.37
    "suspension_review": (28, "cd"),  # row 15
    "acknowledgement": (1, "wd"),  # 7.3
    "logging": (1, "wd"),  # 7.3
    "first_contact": (3, "wd"),  # 7.3
    "recording_decision": (5, "wd"),  # 7.3
    "outside_resolution": (20, "wd"),  # 7.3
    "otherwise_than_by_investigation": (60, "wd"),  # 7.3
    "local_investigation": (120, "wd"),  # 7.3
    "triage": (1, "wd"),  # 7.3
    "unit_contribution": (5, "wd"),  # 7.2 and 7.3
    "answer": (10, "wd"),  # 7.3
    "preservation": (30, "cd"),  # 9E: how long footage is kept, where nobody entered its last day
    "handling_decision": (5, "wd"),  # own
    "finalisation": (5, "wd"),  # own; row 20
    "review_opening": (5, "wd"),  # own; row 21
    "review_follow_up": (5, "wd"),  # own; A23: whatever a body decided is the authority's to act on
    "notice": (5, "wd"),  # own; the automatic notices below 7.3
    "withholding_review": (28, "cd"),  # own; D3: under regular review
    "hand_over": (1, "wd"),  # own; A7
    "contribution": (5, "wd"),  # own, where whoever asks names no day
}
# Row 15: a suspension stops how fast it is handled; not what people are told (B4), nor what has a day in law.
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
# B3 and R13: while the IOPC investigates or directs it, updates, outcome and letters are its own; so is what it suspended (1.30).
THE_IOPCS = {
    "progress_update",
    "outcome_notice",
    "timeliness_letter",
    "timeliness_letter_again",
    "suspension_review",
}
THE_COMPLAINANTS = {"reply_silence", "reply_silence_2012", "review_window"}

CASE = ""  # what a duty is of that is of no part of the case


@dataclass(frozen=True)
class Event:
    """Something that happened on a day; `who` is the number of the complainant, suspension, notice or the like it is about."""

    on: dt.date
    what: str
    who: int = 0
    part: int | None = None  # the number of the allegation; of a suspension None for the whole
    day: dt.date | None = None  # that is entered with it: the right one, or the last one


@dataclass
class History:
    events: list[Event]
    complainants: int = 1
    allegations: int = 0
    regime: str = "2020"
    kind: str = "COMPLAINT"  # or MATTER, or COMMENT
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
    """One history, told event by event. What a duty is of goes by a name and a number: "complainants 0"."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.running: dict[tuple[str, str], dt.date] = {}  # the clock, of what: the day of its event
        self.named: dict[tuple[str, str], dt.date] = {}  # the last day itself, as somebody entered it
        self.made = self.logged = self.recorded = dt.date.min
        self.is_over = self.is_the_iopcs = self.investigated = False
        self.told = dt.date.min
        self.astray: set[dt.date] = set()  # the days on which an application lay with the wrong body
        self.waits: int | None = None  # the application for a review that waits for the end of another's
        self.reported: dt.date | None = None  # upon an investigation, and its outcome is not told
        self.letters: list[dt.date] = []
        self.people = set() if history.kind == "MATTER" else set(range(history.complainants))
        self.parts = set(range(history.allegations))  # that there are, and nobody has withdrawn
        self.suspensions: dict[int, int | None] = {}  # which last, and of what part
        self.ceased: set[int | None] = set()
        self.suspended: set[dt.date] = set()
        self.suspended_since: dt.date | None = None

    def duties(self) -> dict[tuple[str, str], Due]:
        """What is open when the last event was told: by when, and who owes it."""
        for event in self.history.events:
            self._walk_to(event.on)
            getattr(self, f"_{event.what}")(event)
            if self._is_all_suspended():
                self.suspended_since = self.suspended_since or event.on
            elif self.suspended_since:
                self.suspended_since = None
        found = {key: Due(day, self._by(key[0])) for key, day in self.named.items() if self._still_matters(key[0])}
        for (rule, about), start in self.running.items():
            day = self.count(rule, start)
            if day:
                found[rule, about] = Due(day, self._by(rule))
        if self.investigated or self.reported:
            rule, day = self._letter()
            # 1.27: the letter is owed where it was not completed within that period, whatever comes later.
            if self.reported is None or self.reported >= day:
                found[rule, CASE] = Due(day, self._by(rule))
        return found

    def _still_matters(self, rule: str) -> bool:
        """What lies beside a case ends with it. 1.16 and 1.23: evidence is preserved until nothing of it may be looked into any
        more, so also while an application waits (A22), it has to be recorded (A2), or it is to be handed over (A7)."""
        waits = {"review_opening", "recording_decision", "hand_over"} & {rule for rule, _ in self.running}
        return not self.is_over or (rule == "preservation" and bool(waits))

    # ---- counting

    def count(self, rule: str, start: dt.date) -> dt.date | None:
        """The last day of the period that begins after `start`; None where it does not run, for all of it is suspended."""
        left, unit = PERIODS[rule]
        for from_on, new_count, new_unit in self.history.targets.get(rule, []):
            if from_on <= start:
                left, unit = new_count, new_unit
        day = start
        while left:
            day += ONE
            if rule in STOPPED_BY_SUSPENSION:
                if self.suspended_since and day >= self.suspended_since:
                    return None
                if day in self.suspended:
                    continue
            if unit == "cd" or self._is_working(day):
                left -= 1
        return day

    def _is_working(self, day: dt.date) -> bool:
        """B11."""
        return day.isoweekday() <= 5 and day not in HOLIDAYS and day not in self.history.holidays

    def _letter(self) -> tuple[str, dt.date]:
        """B6 and B7: twelve months that begin with the day made, then six and six, each from where the one before ended."""
        rule, first_day = "timeliness_letter", months_after(self.made, 12)
        for letter in self.letters:
            while letter >= first_day:
                rule, first_day = "timeliness_letter_again", months_after(first_day, 6)
        return rule, first_day

    def _by(self, rule: str) -> str:
        if rule in THE_COMPLAINANTS:
            return COMPLAINANT
        return IOPC if self.is_the_iopcs and rule in THE_IOPCS else FORCE

    def _walk_to(self, day: dt.date) -> None:
        """The days since, up to the one before: each was suspended if it was at its end."""
        while self.suspended_since and self.suspended_since < day:
            self.suspended.add(self.suspended_since)
            self.suspended_since += ONE

    def _is_all_suspended(self) -> bool:
        """A17, and 1.31: Part 2 applies no more to what is not resumed, so that is no part of it that could go on."""
        parts, left = set(self.suspensions.values()), self.parts - self.ceased
        return None in parts or (bool(left) and parts >= left)

    def _start(self, rule: str, on: dt.date, about: str = CASE) -> None:
        self.running[rule, about] = on

    def _stop(self, *rules: str) -> None:
        self.running = {key: start for key, start in self.running.items() if key[0] not in rules}

    def _stop_of(self, about: str, *rules: str) -> None:
        for rule in rules:
            self.running.pop((rule, about), None)

    # ---- it comes in, and is assessed

    def _is_made(self, event: Event) -> None:
        """7.3: first human contact, and whether it is recorded."""
        self.made = event.on
        self._start("first_contact", event.on)
        self._start("recording_decision", event.on)

    def _is_received(self, _: Event) -> None:
        """7.3: to be logged, before which there is no case that could owe anything."""

    def _is_logged(self, event: Event) -> None:
        """7.3: with its receipt, or taken down later by staff; the system itself acknowledges it, and the twenty days begin."""
        self.logged = event.on
        self._start("outside_resolution", event.on)

    def _made_is_corrected(self, event: Event) -> None:
        """B14: what began on the wrong day begins on the right one; what began since then stays."""
        assert event.day is not None
        for key, start in self.running.items():
            if start == self.made and key[0] in ("first_contact", "recording_decision"):
                self.running[key] = event.day
        self.made = event.day

    def _is_taken(self, event: Event) -> None:
        """B2: handling starts, and with it four weeks for each."""
        for who in self.people:
            self._start("progress_update", event.on, f"complainants {who}")

    def _is_contacted(self, _: Event) -> None:
        """1.10."""
        self._stop("first_contact")

    def _cannot_be_contacted(self, _: Event) -> None:
        """A1: the reason is recorded, and stands for the contact."""
        self._stop("first_contact")

    def _consent_ends(self, event: Event) -> None:
        """1.5: who acted for somebody acts for nobody any more, and is told nothing."""
        self._withdraws(event)

    def _joins(self, event: Event) -> None:
        """B2: a clock of their own, from the day on which they are first to be kept informed."""
        self.people.add(event.who)
        self._start("progress_update", event.on, f"complainants {event.who}")

    def _is_interested(self, event: Event) -> None:
        """B2 and A21: who has an interest is kept informed like who complains."""
        self._joins(event)

    def _progress_is_told(self, event: Event) -> None:
        """B2: it restarts at each notification of progress; and not for whom it ran no more (B15)."""
        about = f"complainants {event.who}"
        if ("progress_update", about) in self.running:
            self._start("progress_update", event.on, about)

    def _goes_no_further(self, _: Event) -> None:
        """A4, A5, A6, A25 and B15: no complaint, not recorded, another authority's or another case's. Every clock stops."""
        self._ends()
        self.running.clear()

    def _concerns_the_chief_officer(self, event: Event) -> None:
        """1.8 and A7: the authority is the local policing body, and what an authority owes is the body's. No move is left here
        but to hand it over."""
        self._ends()
        self.running.clear()
        self._start("hand_over", event.on)

    # ---- outside Schedule 3, and recorded

    def _is_handled_outside(self, _: Event) -> None:
        self._stop("recording_decision")

    def _has_to_be_recorded(self, event: Event) -> None:
        """1.11, 1.12 and A2: by a wish or a tick, at any time, also after its end. The first starts the target of 7.3."""
        if self.recorded > dt.date.min:
            return
        self._stop("outside_resolution", "finalisation")  # A31: something is owed
        if ("recording_decision", CASE) not in self.running:
            self._start("recording_decision", event.on)

    def _is_taken_back(self, _: Event) -> None:
        """A3: by a second person, before it is recorded."""
        self._stop("recording_decision")
        self._start("outside_resolution", self.logged)

    def _is_left_unresolved(self, _: Event) -> None:
        """A2: the offer to record waits for an answer; nobody resolves it meanwhile."""
        self._stop("outside_resolution")

    def _is_ended(self, _: Event) -> None:
        """Closed outside Schedule 3, or finalised: nothing is owed any more (A31), but for what the complainant wishes since."""
        self._ends()

    def _is_resolved(self, event: Event) -> None:
        """Row 7 and B15: told with it."""
        self._stop("outside_resolution", "progress_update", "first_contact")
        self._start("finalisation", event.on)

    def _is_recorded(self, event: Event) -> None:
        self.recorded = event.on
        self._stop("outside_resolution", "recording_decision")
        self._start("handling_decision", event.on)

    # ---- the IOPC

    def _is_clear(self, event: Event) -> None:
        """1.22 and B8."""
        self._has_to_be_recorded(event)  # 1.12(d)
        self._start("referral_2004" if self.history.regime == "2004" else "referral", event.on)

    def _clear_is_corrected(self, event: Event) -> None:
        """B14."""
        assert event.day is not None
        for rule, about in self.running:
            if rule in ("referral", "referral_2004"):
                self.running[rule, about] = event.day

    def _is_referred(self, event: Event) -> None:
        """A8: whenever that is; what was not recorded is recorded with it. Nothing outruns the IOPC's decision (1.23)."""
        self._stop("referral", "referral_2004", "handling_decision", "local_investigation")
        self._stop("otherwise_than_by_investigation", "outside_resolution", "recording_decision")
        if self.recorded == dt.date.min:
            self.recorded = event.on

    def _is_called_in(self, event: Event) -> None:
        """A11: treated as referred."""
        self._is_referred(event)

    def _referral_is_directed(self, event: Event) -> None:
        """A10 and A11: a notice of paragraph 4(1)(c) is a mandatory referral once more, whenever it is dated."""
        self._start("referral_2004" if self.history.regime == "2004" else "referral", event.on)

    def _is_referred_back(self, event: Event) -> None:
        self._start("handling_decision", event.on)

    def _is_given_back_to_be_completed(self, event: Event) -> None:
        """A12: the investigation that was under way goes on; it never became the IOPC's."""
        self._start("local_investigation", self.recorded)

    def _is_taken_over(self, _: Event) -> None:
        """B3: the force's own clocks stop."""
        self._stop("handling_decision", "local_investigation")
        self.is_the_iopcs = self.investigated = True

    def _is_given_to_the_force(self, event: Event) -> None:
        """B3: what was the IOPC's to tell or to look at is the force's from the day on which it has it."""
        if self.is_the_iopcs:
            for rule, about in list(self.running):
                if rule in ("progress_update", "suspension_review"):
                    self._start(rule, max(event.on, self.running[rule, about]), about)
        self.is_the_iopcs = False
        self._is_investigated(event)

    def _is_investigated_again(self, event: Event) -> None:
        """A24 and B3: by the IOPC or under its direction, for compelling reasons. The outcome that was told is none any more."""
        self._stop("review_window", "finalisation")
        self.is_over = False
        for who in self.people:
            self._start("progress_update", event.on, f"complainants {who}")
        self._is_taken_over(event)

    # ---- under Schedule 3

    def _is_handled_otherwise(self, _: Event) -> None:
        """A13: also what the force began to investigate, when the duty to no longer applies; B6: then no letter is owed."""
        self._stop("handling_decision", "local_investigation")
        self._start("otherwise_than_by_investigation", self.recorded)
        self.investigated = False

    def _has_nothing_more_done(self, _: Event) -> None:
        """Row 12: straight to the decision."""
        self._stop("handling_decision", "otherwise_than_by_investigation")

    def _is_investigated(self, _: Event) -> None:
        """Row 13."""
        self._stop("handling_decision", "otherwise_than_by_investigation")
        self._start("local_investigation", self.recorded)
        self.investigated = True

    def _is_investigated_further(self, event: Event) -> None:
        """1.19: after the report, for something new; there is no outcome yet."""
        self._stop_of(CASE, "outcome_notice")
        self.reported = None
        self._is_investigated(event)

    def _letter_is_written(self, event: Event) -> None:
        self.letters.append(event.on)

    def _report_is_submitted(self, event: Event) -> None:
        """Row 17; otherwise than by investigation, that the decision begins (row 18)."""
        self._stop("local_investigation", "otherwise_than_by_investigation")
        self.reported = event.on if self.investigated else None
        self.investigated = False

    def _is_decided(self, event: Event) -> None:
        """B5."""
        self._start("outcome_notice", event.on)

    def _outcome_is_sent(self, event: Event) -> None:
        """B15, and 1.34: the window begins on the next day. Row 20: on day 29 it is over."""
        self._stop("progress_update", "first_contact")
        self._stop_of(CASE, "outcome_notice")
        self.reported = None
        if self.is_the_iopcs:  # A22 and D7: no review of what the IOPC directed or made
            self._start("finalisation", event.on)
            return
        self.told = event.on
        self._start("review_window", event.on)
        self._start("finalisation", event.on + 28 * ONE)

    def _is_finalised(self, _: Event) -> None:
        """With its outcome told: what was suspended, or asked, ends with it."""
        self._ends()

    def _ends(self) -> None:
        """B15. What is to be told of it, or is kept back, outlives it (A22, D3)."""
        self.running = {key: on for key, on in self.running.items() if key[1].startswith("notices")}
        self.suspensions.clear()
        self.is_over, self.investigated, self.reported = True, False, None

    # ---- reviews

    def _is_applied_for(self, event: Event) -> None:
        """Row 21 and A22, also late, of what was finalised: its end is held up by it, and it is for the authority to open."""
        self._stop("review_window", "finalisation")
        self._start("review_opening", event.on, f"reviews {event.who}")

    def _is_forwarded(self, event: Event) -> None:
        """1.36: from the wrong body; treated as made on this day, which it spends with the right one."""
        day = self.running["review_opening", f"reviews {event.who}"]
        while day < event.on:
            self.astray.add(day)
            day += ONE
        self._start("review_opening", event.on, f"reviews {event.who}")

    def _application_fails(self, event: Event) -> None:
        """A23: withdrawn, or not valid. What is left of the 28 days goes on, and 1.34: without those with the wrong body.

        1.33: where another's waited for that, it is the authority's to open from now on."""
        self._stop("review_opening")
        if self.waits is not None:
            self._start("review_opening", event.on, f"reviews {self.waits}")
            return
        if self.is_over:
            return
        last, left = self.told, 28
        while left:
            last += ONE
            if last not in self.astray:
                left -= 1
        self._start("review_window", last - 28 * ONE)
        self._start("finalisation", last)

    def _is_under_review(self, _: Event) -> None:
        """A22: also what was finalised; it is live again."""
        self._stop("review_opening")
        self.is_over = False

    def _is_recommended(self, event: Event) -> None:
        """1.37 and A23."""
        self._start("recommendation_answer", event.on, f"reviews {event.who}")

    def _recommendation_is_answered(self, event: Event) -> None:
        self._stop("recommendation_answer")
        self._start("review_follow_up", event.on, f"reviews {event.who}")

    def _review_is_decided(self, event: Event) -> None:
        """A23, without a recommendation: not upheld, not valid, withdrawn, or determined by the IOPC."""
        self._start("review_follow_up", event.on, f"reviews {event.who}")

    def _is_applied_for_by_another(self, event: Event) -> None:
        """1.33: a right each. What the second applies for is the authority's to open once the first has ended."""
        self.waits = event.who

    def _review_is_closed(self, event: Event) -> None:
        self._is_finalised(event)
        if self.waits is not None:
            self._start("review_opening", event.on, f"reviews {self.waits}")

    def _is_reopened(self, event: Event) -> None:
        """Row 22: handling begins anew, and so does what people hear of it (B2)."""
        self._stop("review_follow_up")
        for who in self.people:
            self._start("progress_update", event.on, f"complainants {who}")
        self._start("handling_decision", event.on)
        self.recorded = event.on

    # ---- suspended, and withdrawn

    def _is_suspended(self, event: Event) -> None:
        """1.30 and row 15."""
        self.suspensions[event.who] = event.part
        self._start("suspension_review", event.on, f"suspensions {event.who}")

    def _suspension_is_reviewed(self, event: Event) -> None:
        self._start("suspension_review", event.on, f"suspensions {event.who}")

    def _proceedings_conclude(self, event: Event) -> None:
        """A18: it waits for a wish, and no longer for what would be prejudiced: the next step is the letter."""
        self._stop_of(f"suspensions {event.who}", "suspension_review")

    def _is_asked_whether_it_goes_on(self, event: Event) -> None:
        """1.31 and B9: 28 days from the day after the letter."""
        self._ask(event, f"suspensions {event.who}")

    def _says_no_or_nothing(self, event: Event) -> None:
        """A18: what the public interest asks for is to be decided; it is still suspended."""
        self._stop_of(f"suspensions {event.who}", "reply_silence", "reply_silence_2012")

    def _is_resumed(self, event: Event) -> None:
        del self.suspensions[event.who]
        about = f"suspensions {event.who}"
        self._stop_of(about, "suspension_review", "reply_silence", "reply_silence_2012")

    def _part_ceases(self, event: Event) -> None:
        """1.31: and every clock of that part with it."""
        self.ceased.add(self.suspensions[event.who])
        self._is_resumed(event)

    def _allegation_is_added(self, event: Event) -> None:
        """1.19 and row 15: something else goes on from now on, and the days before stood still or not as they did."""
        assert event.part is not None
        self.parts.add(event.part)

    def _allegation_is_withdrawn(self, event: Event) -> None:
        """A20: of one allegation alone, which is no part any more from now on, and suspended no more."""
        assert event.part is not None
        self.parts.discard(event.part)
        for who in [who for who, part in self.suspensions.items() if part == event.part]:
            self._is_resumed(Event(event.on, "is_resumed", who))

    def _withdrawal_is_asked(self, event: Event) -> None:
        """A19: an unsigned wish is asked about."""
        self._ask(event, f"withdrawals {event.part}")

    def _withdrawal_is_denied(self, event: Event) -> None:
        """A19: it goes on as before."""
        self._stop_of(f"withdrawals {event.part}", "reply_silence", "reply_silence_2012")

    def _withdraws(self, event: Event) -> None:
        """A20: each for themselves; the others keep the case alive."""
        self.people.discard(event.who)
        self._stop_of(f"complainants {event.who}", "progress_update")

    def _ask(self, event: Event, about: str) -> None:
        old = self.history.regime in ("2004", "2012")
        self._start("reply_silence_2012" if old else "reply_silence", event.on, about)

    # ---- what somebody has to be told

    def _notice_is_owed(self, event: Event) -> None:
        """1.19, 1.23, 1.30: told of the way it is handled, of a referral, of a suspension."""
        self._start("notice", event.on, f"notices {event.who}")

    def _copy_is_owed(self, event: Event) -> None:
        """1.15: a copy of the record."""
        self._notice_is_owed(event)

    def _proceedings_end(self, event: Event) -> None:
        """B5: the outcome of proceedings is told like the outcome itself, also after the end (A22)."""
        self._start("outcome_notice", event.on, f"notices {event.who}")

    def _notice_is_sent(self, event: Event) -> None:
        self._stop_of(f"notices {event.who}", "notice", "outcome_notice", "withholding_review")

    def _notice_is_withheld(self, event: Event) -> None:
        """1.29: for the harm."""
        self._notice_is_sent(event)

    def _copy_is_withheld(self, event: Event) -> None:
        """1.15 and D3: of the record; the refusal is kept under regular review."""
        self._notice_is_sent(event)
        self._start("withholding_review", event.on, f"notices {event.who}")

    def _withholding_is_reviewed(self, event: Event) -> None:
        self._start("withholding_review", event.on, f"notices {event.who}")

    def _withholding_ends(self, event: Event) -> None:
        """1.15: nothing stands against it any more; it is owed anew."""
        self._notice_is_sent(event)

    # ---- what lies beside it

    def _unit_is_asked(self, event: Event) -> None:
        """6.1: by the day that whoever asks has named."""
        assert event.day is not None
        self.named["contribution", f"contributions {event.who}"] = event.day

    def _unit_has_answered(self, event: Event) -> None:
        self.named.pop(("contribution", f"contributions {event.who}"), None)

    def _evidence_has_to_be_preserved(self, event: Event) -> None:
        """1.16 and 9E: before the day on which it is deleted."""
        assert event.day is not None
        self.named["preservation", f"preservations {event.who}"] = event.day

    def _evidence_is_preserved(self, event: Event) -> None:
        self.named.pop(("preservation", f"preservations {event.who}"), None)

    # ---- matters

    def _comes_to_attention(self, event: Event) -> None:
        """A21 and B6: recorded, and nobody is to be contacted; the twelve months begin with this day."""
        self.made = event.on
        self._is_recorded(event)

    # ---- comments

    def _is_submitted(self, event: Event) -> None:
        """7.3."""
        self._start("triage", event.on)
        self._start("answer", event.on)

    def _is_triaged(self, _: Event) -> None:
        self._stop("triage")

    def _goes_to_the_unit(self, event: Event) -> None:
        """7.2: five working days from there."""
        self._start("unit_contribution", event.on)

    def _comes_back_to_triage(self, _: Event) -> None:
        """F1: it is another unit's; the ten days go on."""
        self._stop("unit_contribution")

    def _is_answered(self, _: Event) -> None:
        self._ends()
