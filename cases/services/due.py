"""The cache of what is due next: for sorting alone, and written with every change of the case."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from backend.calendar.selectors import working_calendar
from cases.deadlines import next_due
from cases.models import Case

BATCH = 2000


def write_next_due(case: Case) -> None:
    """Set `next_due_on` and `next_due_rule` from the case's dates; the caller saves."""
    deadline = next_due(case, working_calendar())
    case.next_due_on = deadline.due_on if deadline else None
    case.next_due_rule = deadline.rule if deadline else ""


def stale_cases() -> Iterator[Case]:
    """The open cases whose cache is not what their dates derive now; each with the derived day set, and not saved."""
    calendar = working_calendar()
    for case in Case.objects.in_queue().order_by("id").iterator(chunk_size=BATCH):
        kept = (case.next_due_on, case.next_due_rule)
        deadline = next_due(case, calendar)
        case.next_due_on, case.next_due_rule = (deadline.due_on, deadline.rule) if deadline else (None, "")
        if kept != (case.next_due_on, case.next_due_rule):
            yield case


@transaction.atomic
def recompute_open_cases() -> int:
    """Derive the cache of every open case anew (a bank holiday came or went), and answer how many changed.

    Each changed case is read again under its lock: a move that was made meanwhile is not overwritten.
    """
    stale = [case.pk for case in stale_cases()]
    for start in range(0, len(stale), BATCH):
        locked = list(
            Case.objects.in_queue().filter(pk__in=stale[start : start + BATCH]).order_by("id").select_for_update()
        )
        for case in locked:
            write_next_due(case)
        Case.objects.bulk_update(locked, ["next_due_on", "next_due_rule"])
    return len(stale)
