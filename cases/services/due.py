"""The cache of what is due next: for sorting alone, and written with every change of the case."""

from __future__ import annotations

from backend.calendar.selectors import working_calendar
from cases.deadlines import next_due
from cases.models import Case


def write_next_due(case: Case) -> None:
    """Set `next_due_on` and `next_due_rule` from the case's dates; the caller saves."""
    deadline = next_due(case, working_calendar())
    case.next_due_on = deadline.due_on if deadline else None
    case.next_due_rule = deadline.rule if deadline else ""


def recompute_open_cases() -> int:
    """Derive the cache of every open case anew (a bank holiday came or went), and answer how many changed."""
    calendar = working_calendar()
    changed = []
    for case in Case.objects.in_queue().select_for_update().order_by("id").iterator(chunk_size=2000):
        deadline = next_due(case, calendar)
        due_on, rule = (deadline.due_on, deadline.rule) if deadline else (None, "")
        if (case.next_due_on, case.next_due_rule) != (due_on, rule):
            case.next_due_on, case.next_due_rule = due_on, rule
            changed.append(case)
    Case.objects.bulk_update(changed, ["next_due_on", "next_due_rule"], batch_size=2000)
    return len(changed)
