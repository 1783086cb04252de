"""What is due on a case, and by when: derived from its dates, never counted up. One module decides every due date.

Statute counts calendar days from the day after the event, and no date moves because it falls on a weekend or holiday;
the service targets count working days, day 1 being the first working day after the event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.calendar.working_days import WorkingCalendar

if TYPE_CHECKING:
    from .models import Case

REGULATION_34 = "Police (Complaints and Misconduct) Regulations 2020, regulation 34"
TARGET = "Service target of the force"


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
        yield _target("first_contact", "Contact the complainant", case.made_on, 3, calendar)
    if case.handling_started_on and not case.told_on:
        # Four weeks from the start of handling, then from each notification of progress; it runs outside Schedule 3 too.
        since = max(case.handling_started_on, case.progress_told_on or case.handling_started_on)
        due_on = calendar.add_calendar_days(since, 28)
        yield Deadline("progress_update", "Tell the complainant how it is going", since, due_on, REGULATION_34, True)
    if not case.resolved_on:
        yield _target("outside_resolution", "Resolve it", case.received_on, 20, calendar)
    if case.resolved_on and not case.told_on:
        due_on = calendar.add_working_days(case.resolved_on, 5)
        yield Deadline(
            "outcome_notice", "Tell the complainant the outcome", case.resolved_on, due_on, REGULATION_34, True
        )
    if case.told_on:
        yield _target("finalisation", "Check it and finalise it", case.told_on, 5, calendar)


def _of_a_comment(case: Case, calendar: WorkingCalendar) -> Iterator[Deadline]:
    if not case.handling_started_on:
        yield _target("triage", "Take it into triage", case.received_on, 1, calendar)
    elif case.state == "WITH_LPU" and case.sent_to_unit_on:
        yield _target("unit_contribution", "Draft the answer", case.sent_to_unit_on, 5, calendar)
    yield _target("answer", "Answer it", case.received_on, 10, calendar)


def _target(rule: str, duty: str, started_on: dt.date, days: int, calendar: WorkingCalendar) -> Deadline:
    return Deadline(rule, duty, started_on, calendar.add_working_days(started_on, days), TARGET, False)
