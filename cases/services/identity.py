"""Looking at who complained: allowed to those who handle the case, for a reason, and always on record."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.common.errors import Refused
from cases.identities import REVEALED, kept_from, who_may_look
from cases.letters.names import names_left_out
from cases.models import Case, Complainant
from cases.selectors import get_case

from .disposed import check_is_there
from .locking import MayNot

REVEAL_FIRST = "Reveal the complainants of the case first, for a reason that is kept."


class LookThemUpFirst(Refused):
    code = "look-them-up-first"
    title = "It has the name or address of somebody who complained."


@transaction.atomic
def reveal(*, reference: str, reason: str, actor: Actor, at: dt.datetime) -> list[Complainant]:
    """The complainants of a case with their names and addresses. Raises Missing (404), MayNot (403), Disposed (409)."""
    case = get_case(reference=reference, actor=actor)
    check_may_know(case, actor)
    # Held until the commit: a disposal that came between would leave these words on the trail.
    check_is_there(Case.objects.select_for_update(of=("self",), no_key=True).only("disposed_on").get(pk=case.pk))
    audit.record(
        actor=actor.public_id,
        verb=REVEALED,
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"reason": reason},
    )
    return list(case.complainants.order_by("position"))


def check_may_know(case: Case, actor: Actor) -> None:
    """That the actor may know who complained. Raises MayNot (403)."""
    rule = who_may_look(case)
    if not rule(case, actor):
        raise MayNot(rule.otherwise)


def check_looked_up(case: Case, *texts: str, actor: Actor) -> None:
    """That the actor may read these texts of the case whole. Raises LookThemUpFirst (409) where a name in them is kept back.

    Of the people of this case alone: who has to post its letters may be unable to look up those of another.
    """
    left_out = names_left_out(kept_from(case, actor))
    if any(left_out(text) != text for text in texts):
        raise LookThemUpFirst(REVEAL_FIRST)


def check_knows(case: Case, complainant: Complainant, *, actor: Actor) -> None:
    """That the actor has looked this one up. Raises LookThemUpFirst (409)."""
    if complainant in kept_from(case, actor):
        raise LookThemUpFirst(REVEAL_FIRST)
