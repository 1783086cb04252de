"""How a force is reached by who gets its letters: address, telephone and web address, as the head of a letter has them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from backend.accounts.actors import Actor
from backend.areas.models import Unit
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid
from cases.models import Letterhead

from .locking import MayNot
from .policing_bodies import KEEPERS


@transaction.atomic
def add(
    *, force: str, address: str, telephone: str, web: str, from_on: dt.date, actor: Actor, at: dt.datetime
) -> Letterhead:
    """Set the head of the letters of a force (by its slug) from that London day on; letters that were sent keep theirs.

    Raises MayNot (403), and Invalid (400) for a day that has gone.
    """
    unit = Unit.objects.filter(slug=force, kind=Unit.Kind.FORCE).first()
    if unit is None or not actor.holds(*KEEPERS, force_id=unit.pk):
        raise MayNot("The authority's delegate or an administrator of the force does this.")
    if from_on < day_of(at):
        told = "Letters have been written on this day already: choose today or a day to come."
        raise Invalid("Correct the day.", errors={"from_on": [told]})
    head = Letterhead.objects.create(
        force=unit,
        address=address,
        telephone=telephone,
        web=web,
        from_on=from_on,
        made_by_id=actor.account,
        made_at=at,
    )
    audit.record(
        actor=actor.public_id,
        verb="LETTERHEAD_ADDED",
        subject_kind="letterhead",
        subject=str(head.public_id),
        at=at,
        details={"force": unit.slug, "from_on": str(from_on)},
    )
    return head


def of_forces(actor: Actor) -> QuerySet[Letterhead]:
    """Every head that the letters of the actor's forces have had and will have, by force and day."""
    forces = {held.force_id for held in actor.roles}
    rows: QuerySet[Letterhead] = Letterhead.objects.filter(force_id__in=forces)
    return rows.select_related("force").order_by("force__slug", "from_on", "pk")
