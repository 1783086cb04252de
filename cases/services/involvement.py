"""Naming those whom a case is about, or who must not touch it. The wall stands from the commit on, for live sessions too."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from backend.accounts.actors import Actor
from backend.accounts.models import Person
from backend.areas.models import Unit, kin_of
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Missing, Refused
from backend.notifications import services as outbox
from cases import consequences, makers, ranks
from cases.models import Allegation, Case, CaseLink, Code, Involvement, MatterCase, Naming, Notice
from cases.selectors import choices_on, load_parts

from . import access, assessment, codes, contributions, independence, locking, notices, outcome
from .due import forget, write_next_due
from .locking import MayNot
from .units import unit_then


class NamedAlready(Refused):
    code = "named-already"
    title = "They are named already."


@transaction.atomic
def name_person(
    *,
    reference: str,
    who: str,
    part: Involvement.Part,
    actor: Actor,
    at: dt.datetime,
    version: int,
    allegation: UUID | None = None,
    label: str = "",
    subject_type: str = "",
    rank: str = "",
    unit: str = "",
    on_duty: bool | None = None,
) -> Case:
    """Name an officer or member of staff as subject, witness or conflicted out of a case, or of one allegation of it.

    `who` is a collar number, or the e-mail address of an account; "" for a subject or witness who is not known yet, with a
    `label` that says what is known. Type, rank, unit (by its slug) and duty are those of the time that is complained of;
    type and rank are taken from the person where they are not given. Anybody who sees the case may declare a conflict of
    their own; naming others is for those who assess, the appointed investigator, or, for comments, those who answer.
    Whoever is named stops being the handler and the investigator, and sees nothing of the case any more by any account, nor
    of the matters that arise from it; until the outcome is told, what they thought or found of it is set aside. A subject of
    a senior rank (of the table SENIOR_RANK, or above chief superintendent), of the unit that holds the case or that it is
    about, takes it from every unit; one under whom the investigator works takes the investigation from them, with what they
    thought, until the outcome is told. Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for somebody unknown
    or a type that its list has not got, NamedAlready (409), and CannotRestrict (409) for who names themselves and is the last of the authority who sees a restricted case, or a
    matter that arises from it.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    person = find_person(who, force_id=case.force_id) if who or not label else None
    own_conflict = part == Involvement.Part.CONFLICT and person is not None and person.pk == actor.person_id
    if not own_conflict:
        check_may_name(case, actor)
    if person is None and (who or not label or part == Involvement.Part.CONFLICT):
        raise Invalid("Check whom you name.", errors={"who": ["Nobody of this force has this number or address."]})
    codes.check_chosen({"subject_type": (Code.Table.SUBJECT_TYPE, subject_type)}, on=day_of(at))
    alleged = _allegation(case, allegation)
    check_not_named(case, person, part=part, allegation=alleged)
    involvement = Involvement(case_id=case.pk, part=part, allegation=alleged, label=label, on_duty=on_duty)
    involvement.subject_type, involvement.rank = subject_type, rank
    if unit:
        then = alleged.happened_from if alleged else None
        involvement.unit = unit_then(case, unit, on=then or case.incident_on or case.made_on)
    raise_wall(case, involvement, person, what=Naming.What.NAMED, actor=actor, at=at)
    keep(case, "PERSON_NAMED", involvement, actor=actor, at=at)
    return case


def check_may_name(case: Case, actor: Actor) -> None:
    """Raises MayNot (403)."""
    if not makers.may_name_people(case, actor) and not makers.may_investigate(case, actor):
        raise MayNot(makers.may_name_people.otherwise)


def check_not_named(case: Case, person: Person | None, *, part: str, allegation: Allegation | None) -> None:
    """Raises NamedAlready (409)."""
    same: dict[str, Any] = {"case_id": case.pk, "person": person, "part": part, "allegation": allegation}
    if person is not None and Involvement.objects.filter(**same, ended_at=None).exists():
        raise NamedAlready("They are named in this part of the case already.")


def raise_wall(
    case: Case, involvement: Involvement, person: Person | None, *, what: Naming.What, actor: Actor, at: dt.datetime
) -> None:
    """Write the row, with the person where there is one, who by that loses the case and what arises from it.

    For a change that records itself. Raises CannotRestrict (409) where nobody would see any more what they shut from themselves.
    """
    shuts_out_themselves = person is not None and person.pk == actor.person_id and _sees(case, actor)
    forget(case, "involvements")
    involvement.person = person
    if person and involvement.part == Involvement.Part.SUBJECT:
        involvement.subject_type = involvement.subject_type or person.kind
        involvement.rank = involvement.rank or person.rank
    if involvement.rank and involvement.rank_known_on is None:
        involvement.rank_known_on = day_of(at)
    involvement.save()
    Naming.objects.create(involvement=involvement, what=what, by_id=actor.person, at=at)
    if person:
        _take_from(case, person)
        _call_off_mail_to(case, person)
        outcome.set_aside_what_they_found(case, person, actor=actor, at=at)
        _keep_from_what_arises(case, person, actor=actor, at=at)
    if shuts_out_themselves:
        access.check_somebody_sees(case, at=at)
    if involvement.part == Involvement.Part.SUBJECT:
        _take_from_who_may_not_investigate(case, actor=actor, at=at)
        if is_senior_in_its_unit(case, involvement, on=day_of(at)):
            assessment.keep_from_units(case, actor=actor, at=at)
        contributions.call_off_of_their_own(case, actor=actor, at=at)
        _owe_what_stands(case, involvement, on=day_of(at))


def _sees(case: Case, actor: Actor) -> bool:
    return bool(Case.objects.visible_to(actor).filter(pk=case.pk).exists())


def _take_from(case: Case, person: Person) -> None:
    for part in ("handler", "investigator"):
        held_by = getattr(case, part)
        if held_by and held_by.person_id == person.pk:
            setattr(case, part, None)


def _call_off_mail_to(case: Case, person: Person) -> None:
    for account in person.accounts.all():
        outbox.call_off(about=case.reference, addressee=str(account.public_id), why="They are part of the case.")


def _take_from_who_may_not_investigate(case: Case, *, actor: Actor, at: dt.datetime) -> None:
    """Until the outcome is told, also once it was reported on: whoever works under a subject does not go on, and what they thought
    of it is set aside, so that another has to investigate before it is decided (SI 2020/2 reg. 12).
    """
    if case.told_on or case.closed_on:
        return
    for person in Person.objects.filter(pk__in=case.investigators).order_by("pk"):
        if independence.against(case, person, at=at):
            _take_from(case, person)
            outcome.set_aside_what_they_found(case, person, actor=actor, at=at)


def _keep_from_what_arises(case: Case, person: Person, *, actor: Actor, at: dt.datetime) -> None:
    """Whoever becomes part of a case touches nothing that arose from it before, or from what was merged into it.

    Nor the matter in which one that was merged goes on. Whom a matter is about is to be named there.
    """
    merged = CaseLink.objects.filter(kind=CaseLink.Kind.MERGED, other_id=case.pk).values("case_id")
    arose = CaseLink.objects.filter(Q(other_id=case.pk) | Q(other__in=merged), kind=CaseLink.Kind.ARISING)
    goes_on = CaseLink.objects.filter(kind=CaseLink.Kind.MERGED, case_id=case.pk).values("other_id")
    matters = MatterCase.objects.filter(Q(pk__in=arose.values("case_id")) | Q(pk__in=goes_on), disposed_on=None)
    known = Involvement.objects.filter(person=person, ended_at=None).values("case_id")
    for matter in matters.exclude(pk__in=known).order_by("pk").select_for_update(of=("self",), no_key=True):
        load_parts(matter)
        wall = Involvement(case_id=matter.pk, part=Involvement.Part.CONFLICT)
        raise_wall(matter, wall, person, what=Naming.What.NAMED, actor=actor, at=at)
        keep(matter, "PERSON_NAMED", wall, actor=actor, at=at)


def is_senior_in_its_unit(case: Case, involvement: Involvement, *, on: dt.date) -> bool:
    """Whether the subject is senior in the unit that holds the case or that it is about; where the unit is not said, perhaps."""
    return _is_senior_in(involvement, {case.unit_id, case.about_unit_id}, on=on)


def is_about_a_senior_of(case: Case, unit: Unit, *, on: dt.date) -> bool:
    """Whether a subject of the case is senior in the unit, which therefore does not handle it."""
    return any(
        each.part == Involvement.Part.SUBJECT and each.ended_at is None and _is_senior_in(each, {unit.pk}, on=on)
        for each in case.involvements.all()
    )


def _is_senior_in(involvement: Involvement, units: set[int | None], *, on: dt.date) -> bool:
    """By the ranks that are senior in a unit on that day: no unit handles a case about one of its own senior officers."""
    rank = ranks.plain(involvement.rank)
    if rank in ranks.SENIOR:
        return True
    table = Code.Table.SENIOR_RANK
    if rank.replace(" ", "_") not in choices_on(on, table)[table]:
        return False
    theirs = involvement.unit_id
    return theirs is None or Unit.objects.filter(kin_of(theirs), pk__in=[each for each in units if each]).exists()


def find_person(who: str, *, force_id: int) -> Person | None:
    """Somebody of the force by collar number, or by the e-mail address of an account."""
    people = Person.objects.filter(force_id=force_id)
    if "@" in who:
        return people.filter(accounts__email=who.strip().lower()).first()
    return people.filter(collar_number=who).exclude(collar_number="").first()


def keep(case: Case, verb: str, involvement: Involvement, *, actor: Actor, at: dt.datetime) -> None:
    """One more version of the case, its next deadline, and the row on the trail."""
    case.version += 1
    write_next_due(case)
    case.save()
    audit.record(
        actor=actor.public_id,
        verb=verb,
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={
            "involvement": str(involvement.public_id),
            "person": str(involvement.person.public_id) if involvement.person else "",
            "part": str(involvement.part),
        },
    )


def _allegation(case: Case, public_id: UUID | None) -> Allegation | None:
    if public_id is None:
        return None
    found: Allegation | None = next((each for each in case.allegations.all() if each.public_id == public_id), None)
    if found is None or found.moved_to_id:
        raise Missing
    return found


def _owe_what_stands(case: Case, subject: Involvement, *, on: dt.date) -> None:
    """Somebody who becomes known late is owed then what others in their place were, each once, as far as it is still true."""
    if subject.person is None:
        return
    theirs = Notice.objects.filter(case_id=case.pk, subject__person=subject.person)
    owed = set(theirs.exclude(settled_as=Notice.Settled.NOT_OWED).values_list("kind", flat=True))
    for kind in consequences.owed_to_who_becomes_known(case, subject):
        if kind not in owed:
            notices.owe_one(case, kind, to=subject, on=on)
