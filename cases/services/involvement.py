"""Naming those whom a case is about, or who must not touch it. The wall stands from the commit on, for live sessions too."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.accounts.actors import Actor
from backend.accounts.models import Person
from backend.audit import services as audit
from backend.common.errors import Invalid, Refused
from cases import facts
from cases.models import Case, Involvement

from . import locking
from .due import write_next_due
from .locking import MayNot


class NamedAlready(Refused):
    code = "named-already"
    title = "They are named already."


@transaction.atomic
def name_person(
    *, reference: str, who: str, part: Involvement.Part, actor: Actor, at: dt.datetime, version: int
) -> Case:
    """Name an officer or member of staff as subject, witness or conflicted out of a case.

    `who` is a collar number, or the e-mail address of an account. Anybody who sees the case may declare a conflict of their
    own; naming others is for those who assess (or, for comments, answer). Whoever is named stops being the handler, and sees
    nothing of the case any more by any account. Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for somebody
    unknown, NamedAlready (409).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    person = _find(who, force_id=case.force_id)
    own_conflict = part == Involvement.Part.CONFLICT and person is not None and person.pk == actor.person_id
    if not own_conflict and not facts.may_name_people(case, actor):
        raise MayNot(facts.may_name_people.otherwise)
    if person is None:
        raise Invalid("Check whom you name.", errors={"who": ["Nobody of this force has this number or address."]})
    if Involvement.objects.filter(case_id=case.pk, person=person, part=part).exists():
        raise NamedAlready("They are named in this part of the case already.")
    involvement = Involvement.objects.create(case_id=case.pk, person=person, part=part)
    if case.handler and case.handler.person_id == person.pk:
        case.handler = None
    case.version += 1
    write_next_due(case)
    case.save()
    audit.record(
        actor=actor.public_id,
        verb="PERSON_NAMED",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"involvement": str(involvement.public_id), "person": str(person.public_id), "part": part},
    )
    return case


def _find(who: str, *, force_id: int) -> Person | None:
    people = Person.objects.filter(force_id=force_id)
    if "@" in who:
        return people.filter(accounts__email=who.strip().lower()).first()
    return people.filter(collar_number=who).exclude(collar_number="").first()
