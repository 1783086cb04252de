"""Looking at who complained: allowed to those who handle the case, for a reason, and always on record."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.accounts.actors import Actor
from backend.audit import services as audit
from cases import makers
from cases.models import Case, Complainant, Kind
from cases.selectors import get_case

from .locking import MayNot


@transaction.atomic
def reveal(*, reference: str, reason: str, actor: Actor, at: dt.datetime) -> list[Complainant]:
    """The complainants of a case with their names and addresses. Raises Missing (404), MayNot (403)."""
    case = get_case(reference=reference, actor=actor)
    check_may_know(case, actor)
    audit.record(
        actor=actor.public_id,
        verb="COMPLAINANT_REVEALED",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"reason": reason},
    )
    return list(case.complainants.order_by("position"))


def check_may_know(case: Case, actor: Actor) -> None:
    """That the actor may know who complained. Raises MayNot (403)."""
    rule = makers.may_handle if case.kind == Kind.COMPLAINT else makers.may_work_on_comments
    if not rule(case, actor):
        raise MayNot(rule.otherwise)
