"""The local policing body of a force, by its own name and address, from day to day: what a letter names as the review body."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from backend.accounts.actors import Actor
from backend.accounts.models import Role
from backend.areas.models import Unit
from backend.audit import services as audit
from backend.common.errors import Invalid
from cases.models import LocalPolicingBody

from .locking import MayNot

KEEPERS = (Role.APPROPRIATE_AUTHORITY, Role.SYSTEM_ADMINISTRATOR)


@transaction.atomic
def name(*, force: str, name: str, address: str, from_on: dt.date, actor: Actor, at: dt.datetime) -> LocalPolicingBody:
    """Name the body of a force (by its slug) from a London day on, also one to come; the one before ends on that day.

    Raises MayNot (403), Invalid (400) for an unknown force, or a day that is not after the beginning of the one before.
    """
    unit = Unit.objects.select_for_update().filter(slug=force, kind=Unit.Kind.FORCE).first()
    if unit is None or not actor.holds(*KEEPERS, force_id=unit.pk):
        raise MayNot("The authority's delegate or an administrator of the force does this.")
    before = LocalPolicingBody.objects.filter(force=unit, until_on=None).first()
    if before and before.from_on >= from_on:
        told = f"The body before it began on {before.from_on:%d %B %Y}: choose a later day."
        raise Invalid("Correct the day.", errors={"from_on": [told]})
    if before:
        before.until_on = from_on
        before.save(update_fields=["until_on"])
    body = LocalPolicingBody.objects.create(force=unit, name=name, address=address, from_on=from_on)
    audit.record(
        actor=actor.public_id,
        verb="POLICING_BODY_NAMED",
        subject_kind="policing_body",
        subject=str(body.public_id),
        at=at,
        details={"force": unit.slug, "from_on": str(from_on)},
    )
    return body


def named(*, actor: Actor) -> QuerySet[LocalPolicingBody]:
    """Every body that the forces of the actor have had and will have, by force and day."""
    forces = {held.force_id for held in actor.roles}
    return (
        LocalPolicingBody.objects.filter(force_id__in=forces).select_related("force").order_by("force__slug", "from_on")
    )
