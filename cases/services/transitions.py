"""The only door into a transition: lock, check, move, deadlines, audit, in one commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django_fsm import can_proceed

from backend.accounts.actors import Actor
from backend.accounts.models import User
from backend.areas.models import Unit
from backend.attachments.models import StoredFile
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Refused
from cases.consequences import consequences_of
from cases.machine import permission_of, reasons_against
from cases.models import Case
from cases.moves import kind_of, read_details
from cases.selectors import needs_of

from . import effects, locking, retention
from .due import write_next_due
from .locking import MayNot


class CannotMove(Refused):
    """The case does not stand where this move starts, or something is not yet true of it."""

    code = "cannot-move"
    title = "The case cannot be moved so now."


@transaction.atomic
def perform(
    *, reference: str, move: str, actor: Actor, at: dt.datetime, version: int, details: Mapping[str, Any]
) -> Case:
    """Move a case along, and record who moved it.

    `details` is what the move needs (cases.moves.NEEDS), as it came. Raises Missing (404) for a case that the actor may not
    see, Stale (412) for another version, CannotMove (409) where the machine or a fact says no, MayNot (403) where
    the actor may not, Invalid (400) for wrong details. The conflict is told before the permission: it is the case's own.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if move not in case.moves.values:
        moves = ", ".join(case.moves.values)
        raise Invalid("Name a move of this case.", errors={"move": [f"A case of this kind has: {moves}."]})
    on = case.considered_on = day_of(at)
    step = getattr(case, move)
    if not can_proceed(step):
        raise CannotMove(" ".join(against.why for against in reasons_against(case, move)))
    rule = permission_of(case, move)
    if not rule(case, actor):
        raise MayNot(rule.otherwise)
    read = effects.look_up(case, move, read_details(needs_of(move, on=on), details, today=on), actor=actor, at=at)
    effects.check(case, move, read)
    effects.prepare(case, move)
    causes, ended_on = consequences_of(case, move), case.closed_on
    step(actor=actor, on=on, **read)
    effects.follow(case, move, causes, actor=actor, at=at, details=read)
    if ended_on and not case.closed_on:
        retention.call_off(case, why="The case was opened again.", actor=actor, at=at)
    case.version += 1
    write_next_due(case)
    case.save()
    audit.record(
        actor=actor.public_id,
        verb=move.upper(),
        subject_kind="case",
        subject=case.reference,
        at=at,
        # What was written lies in the case, its notes and messages; the trail keeps no words about people.
        details={"state": case.state, **{name: _named(read[name]) for name in read if kind_of(move, name) != "text"}},
    )
    return case


def _named(value: Any) -> str:
    """What a detail is called on the trail: ids, days and codes, never a name."""
    match value:
        case Case():
            return value.reference
        case Unit():
            return value.slug
        case User() | StoredFile():
            return str(value.public_id)
    return str(value)
