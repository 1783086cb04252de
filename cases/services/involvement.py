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
    *, reference: str, collar_number: str, part: Involvement.Part, actor: Actor, at: dt.datetime, version: int
) -> Case:
    """Name an officer or member of staff by collar number as subject, witness or conflicted out of a case.

    Anybody who sees the case may declare a conflict of their own; naming others is for those who assess. Whoever is named
    stops being the handler, and sees nothing of the case any more by any account. Raises Missing (404), Stale (412),
    MayNot (403), Invalid (400) for an unknown number, NamedAlready (409).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    person = (
        Person.objects.filter(force_id=case.force_id, collar_number=collar_number).exclude(collar_number="").first()
    )
    own_conflict = part == Involvement.Part.CONFLICT and person is not None and person.pk == actor.person_id
    if not own_conflict and not facts.may_assess(case, actor):
        raise MayNot(facts.may_assess.otherwise)
    if person is None:
        raise Invalid("Check the number.", errors={"collar_number": ["Nobody of this force has this collar number."]})
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
