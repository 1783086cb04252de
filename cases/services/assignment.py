"""Who holds a case: the unit and the handler. They are facts of the case, not states of it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.accounts.actors import Actor, acting
from backend.accounts.models import Role, User
from backend.areas.models import Unit
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Refused
from cases import facts, makers
from cases.models import Case, Determination, Kind

from . import determinations, involvement, locking, notes, units
from .due import write_next_due
from .locking import MayNot


class CannotAssign(Refused):
    code = "cannot-assign"
    title = "The case cannot be assigned so."


@transaction.atomic
def assign(
    *,
    reference: str,
    unit: str | None,
    handler: str | None,
    actor: Actor,
    at: dt.datetime,
    version: int,
    reason: str = "",
) -> Case:
    """Give a case to a unit (by its slug), to a handler (by e-mail address), or to both; None leaves it as it is.

    "" as handler takes it from whoever has it. A new unit without a handler starts without one. What was reopened, or is
    under review, goes to who handled it before only with a `reason`, which is kept. Raises Missing (404), Stale (412),
    MayNot (403), Invalid (400) for somebody unknown, CannotAssign (409) where the handler could not see the case, has handled
    it before, or where the unit is not Professional Standards and the case was not assessed yet, or is about conduct.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_assign(case, actor):
        raise MayNot(makers.may_assign.otherwise)
    if case.closed_on:
        raise CannotAssign("It is closed.")
    if unit is not None:
        case.unit, case.handler = _reachable(units.unit_of(case, unit, on=day_of(at)), case, actor, on=day_of(at)), None
    if handler is not None:
        case.handler = _find(handler) if handler else None
        _check_former_handler(case, reason, actor=actor, at=at)
    if reason:
        notes.write(case, text=reason, actor=actor, at=at)
    case.version += 1
    write_next_due(case)
    case.save()
    if case.handler and not Case.objects.visible_to(acting(case.handler, at=at)).filter(pk=case.pk).exists():
        raise CannotAssign("They may not see this case: they hold no role for it, or a wall keeps them from it.")
    audit.record(
        actor=actor.public_id,
        verb="ASSIGNED",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={
            "unit": case.unit.slug if case.unit else "",
            "handler": str(case.handler.public_id) if case.handler else "",
        },
    )
    return case


def _check_former_handler(case: Case, reason: str, *, actor: Actor, at: dt.datetime) -> None:
    if case.handler is None or not determinations.handled_before(case, case.handler):
        return
    if reason:
        about, answers = Determination.About.SAME_HANDLER, {"handler": str(case.handler.public_id)}
        determinations.write(case, about, answers=answers, reason=reason, actor=actor, at=at)
    elif not determinations.may_handle_again(case, case.handler):
        raise CannotAssign("They handled it before: give it to somebody else, or say why it goes to them again.")


def _reachable(unit: Unit, case: Case, actor: Actor, *, on: dt.date) -> Unit:
    if not makers.may_assign_anywhere(case, actor) and not actor.holds_in(
        Role.LPU_SUPERVISOR, unit_id=unit.pk, force_id=case.force_id
    ):
        raise MayNot(makers.may_assign_anywhere.otherwise)
    if unit.is_professional_standards or case.kind == Kind.COMMENT:
        return unit
    if not facts.is_assessed(case):
        raise CannotAssign(facts.is_assessed.otherwise)
    if case.concerns_conduct:
        raise CannotAssign("It concerns conduct: Professional Standards keeps it.")
    if case.kept_from_units or involvement.is_about_a_senior_of(case, unit, on=on):
        raise CannotAssign("It is too serious for a unit, or about one of its own senior officers: it stays here.")
    return unit


def _find(email: str) -> User:
    user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
    if user is None:
        raise Invalid("Name somebody with an account.", errors={"handler": ["Nobody has an account by this address."]})
    return user
