"""The live complaints about one officer, for those who decide on vetting, promotion or a transfer: need to know, and logged."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from backend.accounts.actors import Actor
from backend.accounts.models import Person, Role
from backend.audit import services as audit
from backend.common.pagination import PAGE_SIZE, Order
from cases.models import Case, Involvement, OfficerLookup

from . import steps
from .locking import MayNot

RECEIVED_FIRST = Order("live-complaints", ("received_on", "id"))


@dataclass(frozen=True)
class Found:
    """The live cases in which somebody is complained about, as far as the asker may know of them: how many, and a page."""

    person: Person
    live: int
    cases: list[Case]
    next_cursor: str


@transaction.atomic
def look_up(
    *, collar_number: str, reason: str, actor: Actor, at: dt.datetime, cursor: str = "", limit: int = PAGE_SIZE
) -> Found:
    """The live cases in which the officer with that number is a subject, for a reason that is kept apart from the trail.

    Those that were received first come first, `limit` of them after the cursor; each page is a look of its own, with its row.

    A case that the asker is walled off from, or that is restricted without leave for them, is not among them: what is found
    is never proof that there is nothing. Raises MayNot (403) but for a delegate of the appropriate authority, and for who
    asks about themselves; Invalid (400) where their force has no such number, ValidationError (400) for a cursor not made here.
    """
    forces = actor.forces_of(Role.APPROPRIATE_AUTHORITY)
    if not forces:
        raise MayNot("The delegate of the appropriate authority does this.")
    person = Person.objects.filter(force__in=forces, collar_number=collar_number).exclude(collar_number="").first()
    if person is None:
        raise steps.wrong("collar_number", "Nobody of your force has this number.")
    if person.pk == actor.person_id:
        raise MayNot("Nobody looks up complaints about themselves: ask another delegate of the authority.")
    subject_of = Involvement.objects.filter(person=person, part=Involvement.Part.SUBJECT, ended_at=None)
    cases = Case.objects.visible_to(actor).in_queue().filter(pk__in=subject_of.values("case"))
    page = RECEIVED_FIRST.page(cases.defer("words", "search"), cursor=cursor, size=limit)
    lookup = OfficerLookup.objects.create(
        person=person, made_by_id=actor.account, made_at=at, reason=reason, shown=len(page.rows)
    )
    audit.record(
        actor=actor.public_id,
        verb="OFFICER_LOOKED_UP",
        subject_kind="person",
        subject=str(person.public_id),
        at=at,
        details={"lookup": str(lookup.public_id), "reason_given": bool(reason), "shown": len(page.rows)},
    )
    return Found(person, cases.count(), page.rows, page.next_cursor)
