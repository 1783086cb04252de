"""What is due on a case, and by when: derived from its dates, never counted up. How days are counted is in clocks.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.calendar.working_days import WorkingCalendar

from .clocks import CLOCKS, due_on

if TYPE_CHECKING:
    from .models import Case


@dataclass(frozen=True)
class Deadline:
    """A duty that is open: `due_on` is the last day allowed, and ends at midnight in London."""

    rule: str
    duty: str
    started_on: dt.date
    due_on: dt.date
    basis: str
    is_statutory: bool


def open_deadlines(case: Case, calendar: WorkingCalendar) -> list[Deadline]:
    """Every duty that is open on the case, the first due first; none once it is closed, none for history."""
    if case.closed_on or case.origin != "LIVE":
        return []
    duties = _of_a_complaint(case, calendar) if case.kind == "COMPLAINT" else _of_a_comment(case, calendar)
    return sorted(duties, key=lambda deadline: (deadline.due_on, not deadline.is_statutory, deadline.rule))


def next_due(case: Case, calendar: WorkingCalendar) -> Deadline | None:
    """The duty that is due first, the law's before the house's on the same day."""
    return next(iter(open_deadlines(case, calendar)), None)


def _of_a_complaint(case: Case, calendar: WorkingCalendar) -> Iterator[Deadline]:
    if not case.contacted_on and not case.contact_impossible_reason:
        yield _running("first_contact", case.made_on, calendar)
    if case.handling_started_on and not case.told_on:
        # From the start of handling, then from each notification of progress; it runs outside Schedule 3 too.
        since = max(case.handling_started_on, case.progress_told_on or case.handling_started_on)
        yield _running("progress_update", since, calendar)
    if not case.resolved_on and not case.concerns_conduct and not case.wishes_recording:
        yield _running("outside_resolution", case.received_on, calendar)
    if case.resolved_on and not case.told_on:
        yield _running("outcome_notice", case.resolved_on, calendar)
    if case.told_on:
        yield _running("finalisation", case.told_on, calendar)


def _of_a_comment(case: Case, calendar: WorkingCalendar) -> Iterator[Deadline]:
    if not case.handling_started_on:
        yield _running("triage", case.received_on, calendar)
    elif case.state == "WITH_LPU" and case.sent_to_unit_on:
        yield _running("unit_contribution", case.sent_to_unit_on, calendar)
    yield _running("answer", case.received_on, calendar)


def _running(rule: str, started_on: dt.date, calendar: WorkingCalendar) -> Deadline:
    clock = CLOCKS[rule]
    due = due_on(rule, started_on, calendar)
    return Deadline(rule, clock.duty, started_on, due, clock.basis, clock.is_statutory)
