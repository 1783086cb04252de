"""Looking at who complained: allowed to those who handle the case, for a reason, and always on record."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.accounts.actors import Actor
from backend.audit import services as audit
from cases import makers
from cases.models import Complainant, Kind
from cases.selectors import get_case

from .disposed import check_is_there
from .locking import MayNot


@transaction.atomic
def reveal(*, reference: str, reason: str, actor: Actor, at: dt.datetime) -> list[Complainant]:
    """The complainants of a case with their names and addresses. Raises Missing (404), MayNot (403), Disposed (409)."""
    case = get_case(reference=reference, actor=actor)
    rule = makers.may_handle if case.kind == Kind.COMPLAINT else makers.may_work_on_comments
    if not rule(case, actor):
        raise MayNot(rule.otherwise)
    check_is_there(case)
    audit.record(
        actor=actor.public_id,
        verb="COMPLAINANT_REVEALED",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"reason": reason},
    )
    return list(case.complainants.order_by("position"))
