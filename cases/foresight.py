"""Which clocks a move would start and stop: the move is made on a copy in memory, and the duties before and after compared.

Nothing is written. What a move needs to be told is stood in for by today and by nothing, which no clock of the law asks for.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any

from django_fsm import can_proceed

from .clocks import Timetable
from .deadlines import IOPC, open_deadlines
from .facts import owes_no_referral
from .models import BodyNotice, Case, Referral
from .moves import NEEDS

Clocks = Mapping[tuple[str, str], dt.date]


def foresee(case: Case, move: str, times: Timetable) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The rules of the clocks that the move would start, and of those that it would stop; None where it is not possible now.

    `case` has its parts loaded and `considered_on` set. Clocks of notices are left out: those are told of by name.
    """
    if not can_proceed(getattr(case, move)):
        return None
    before, after = _clocks(case, times), _clocks(_moved(case, move), times)
    started = {rule for (rule, about), since in after.items() if before.get((rule, about)) != since}
    going_on = {rule for rule, _ in after}
    stopped = {rule for rule, _ in before if rule not in going_on}
    return tuple(sorted(started)), tuple(sorted(stopped))


def _clocks(case: Case, times: Timetable) -> Clocks:
    """What runs for the force or the complainant, and since when."""
    notices = {str(notice.public_id) for notice in case.notices.all()} if case.kind != "COMMENT" else set()
    return {
        (duty.rule, duty.about): duty.started_on
        for duty in open_deadlines(case, times)
        if duty.owed_by != IOPC and duty.about not in notices
    }


def _moved(case: Case, move: str) -> Case:
    """A copy of the case as the move would leave it, with the rows that clocks ask for."""
    moved = copy.copy(case)
    moved._state = copy.copy(case._state)  # with what it knows of related rows by itself
    moved._state.__dict__["fields_cache"] = dict(case._state.fields_cache)
    rows: dict[str, Any] = dict(case.__dict__.get("_prefetched_objects_cache", {}))
    on = case.considered_on
    if move in ("refer", "enter_referral", "call_in"):
        _add(rows, "referrals", Referral(basis="MANDATORY" if move == "refer" else "CALLED_IN", made_on=on))
    if any(need.kind == "document" for need in NEEDS[move]):
        _add(rows, "body_notices", BodyNotice(decides=move, body="IOPC", dated_on=on))
    getattr(moved, move)(actor=_NOBODY, on=on, **{need.name: _stand_in(need, case) for need in NEEDS[move]})
    moved.__dict__["_prefetched_objects_cache"] = rows
    return moved


def _add(rows: dict[str, Any], part: str, row: Any) -> None:
    """`part` with one row more, which is the last: nothing of it is written."""
    found = list(rows[part])
    row.pk = max((each.pk for each in found), default=0) + 1
    rows[part] = [*found, row]


def _stand_in(need: Any, case: Case) -> Any:
    if need.name == "basis":
        return "VOLUNTARY" if owes_no_referral(case) else "MANDATORY"
    return {"date": case.considered_on, "boolean": False, "text": ""}.get(need.kind)


class _Nobody:
    user_id = person_id = None
    person = 0


_NOBODY = _Nobody()
