"""A case begins: from a form of the public today, from staff and other bodies later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from backend.areas.models import Neighbourhood, Unit
from backend.attachments.models import StoredFile
from backend.calendar.working_days import day_of
from backend.common.identifiers import random_public_id
from cases.models import Case, CaseFile, CommentCase, Complainant, ComplaintCase, EqualityAnswers, Kind

from . import determinations, units
from .due import write_next_due


@dataclass(frozen=True)
class NewComplainant:
    """Who complains or comments, and how to reach them; everything may be left out."""

    relationship: Complainant.Relationship = Complainant.Relationship.UNKNOWN
    name: str = ""
    email: str = ""
    telephone: str = ""
    address: str = ""
    acts_for: str = ""
    has_authority: bool = False
    language: str = ""
    access_needs: str = ""
    anonymous: bool = False
    equality: dict[str, str] = field(default_factory=dict)  # sex, ethnicity, age, disability: kept apart
    public_id: UUID | None = None  # where the caller writes to them at once; else they get one


@dataclass(frozen=True)
class NewCase:
    """What a case begins with. Days are London dates."""

    kind: Kind
    force: Unit
    narrative: str
    made_on: dt.date
    complainants: Sequence[NewComplainant]
    received_on: dt.date | None = None  # where it came in before it was written down
    professional_standards: Unit | None = (
        None  # the force's department, where the caller knows it; else it is looked up
    )
    about_unit: Unit | None = None
    neighbourhood: Neighbourhood | None = None
    location: str = ""
    officers_described: str = ""
    harm: str = ""
    views_on_handling: str = ""
    incident_on: dt.date | None = None
    wishes_recording: bool | None = None
    flags: Sequence[str] = ()
    reply_wanted: bool = True
    files: Sequence[StoredFile] = ()


@transaction.atomic(savepoint=False)
def open_case(new: NewCase, *, at: dt.datetime) -> Case:
    """Open a case in the first state of its machine, held by the force's Professional Standards Department.

    The caller's transaction is joined, and the caller records the audit event, for it knows how the case came.
    Raises Invalid (400) where the force has no such department.
    """
    machine = ComplaintCase if new.kind == Kind.COMPLAINT else CommentCase
    on, rules = day_of(at), determinations.propose_regime(new.made_on)
    case = machine(
        kind=new.kind,
        state=machine.first_state,
        force=new.force,
        unit=new.professional_standards or units.professional_standards_of(new.force.pk, on=on),
        about_unit=new.about_unit,
        neighbourhood=new.neighbourhood,
        narrative=new.narrative,
        location=new.location,
        officers_described=new.officers_described,
        harm=new.harm,
        views_on_handling=new.views_on_handling,
        received_at=at,
        received_on=new.received_on or on,
        made_on=new.made_on,
        incident_on=new.incident_on,
        wishes_recording=new.wishes_recording,
        recording_wished_at=at if new.wishes_recording else None,
        flags=list(new.flags),
        reply_wanted=new.reply_wanted,
        regime=rules.regime,
        regime_reason=rules.reason,
    )
    write_next_due(case)
    case.save(force_insert=True)
    for position, complainant in enumerate(new.complainants, start=1):
        add_complainant(case, complainant, position=position)
    if new.files:
        CaseFile.objects.bulk_create([CaseFile(case_id=case.pk, file=file) for file in new.files])
    return case


def add_complainant(case: Case, new: NewComplainant, *, position: int, added_on: dt.date | None = None) -> Complainant:
    """One of those who complain; `added_on` where they came later than the case. For a change that records itself."""
    complainant = Complainant.objects.create(
        public_id=new.public_id or random_public_id(),
        case_id=case.pk,
        position=position,
        relationship=new.relationship,
        anonymous=new.anonymous,
        name=new.name,
        email=new.email,
        telephone=new.telephone,
        address=new.address,
        acts_for=new.acts_for,
        has_authority=new.has_authority,
        language=new.language,
        access_needs=new.access_needs,
        text_by_email=new.relationship == Complainant.Relationship.INTERESTED
        and bool(new.email),  # they have no receipt
        added_on=added_on,
    )
    if any(new.equality.values()):
        EqualityAnswers.objects.create(complainant=complainant, **new.equality)
    return complainant
