"""What the decisions on its allegations make of a case as a whole."""

from __future__ import annotations

from cases import findings
from cases.models import Case

from .due import forget


def settle(case: Case) -> None:
    """What the case says of its allegations as a whole: its first category, and the day on which the last was decided.

    That day is the outcome: the five working days to tell it begin (SI 2020/2 reg. 34).
    """
    forget(case, "allegations")
    live = findings.live_allegations(case)
    coded = next((each.code for each in live if each.code), None)
    case.category = (coded.parent or coded).label if coded else ""
    if case.state == "DECISION":
        days = [each.decided_on for each in live if each.finding]
        case.decided_on = max((day for day in days if day), default=None) if len(days) == len(live) else None
