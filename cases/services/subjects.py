"""Those whom a case is about, after they were named: identified, taken back, and asked for what monitoring needs."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Missing, Refused
from cases.models import Case, EqualityAnswers, Involvement, Naming, Origin, SpecialProcedures
from cases.selectors import get_case

from . import codes, locking, notices
from .due import forget
from .involvement import check_may_name, check_not_named, find_person, keep, raise_wall
from .locking import HistoryStands


class CannotIdentify(Refused):
    code = "cannot-identify"
    title = "They cannot be identified now."


class CannotTakeDown(Refused):
    code = "cannot-take-down"
    title = "The wall cannot be taken down."


class AnsweredAlready(Refused):
    code = "answered-already"
    title = "The answers were given already."


@transaction.atomic
def identify(
    *,
    reference: str,
    involvement: UUID,
    who: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> Case:
    """Say who somebody is that was not known: from then on the wall stands for them, and they are owed what a subject is.

    `who` as in involvement.name_person; what was said of their type, rank and unit stays. Raises Missing (404), Stale (412),
    MayNot (403), Invalid (400) for somebody unknown, CannotIdentify and NamedAlready (409), and CannotRestrict (409) as name_person.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    check_may_name(case, actor)
    row = _find(case, involvement)
    if row.person_id is not None or row.ended_at is not None:
        raise CannotIdentify("They are known already, or the row was taken back: name them anew.")
    person = find_person(who, force_id=case.force_id)
    if person is None:
        raise Invalid("Check whom you name.", errors={"who": ["Nobody of this force has this number or address."]})
    check_not_named(case, person, part=row.part, allegation=row.allegation)
    raise_wall(case, row, person, what=Naming.What.IDENTIFIED, actor=actor, at=at)
    keep(case, "PERSON_IDENTIFIED", row, actor=actor, at=at)
    return case


@transaction.atomic
def take_down(*, reference: str, involvement: UUID, reason: str, actor: Actor, at: dt.datetime, version: int) -> Case:
    """Take down a wall that was raised by mistake; the row stays, with who named them, who took it back and why.

    By a second person: never who named or identified them. What they were owed as a subject is not owed any more, unless
    they are named in another part of the case, too; a case that was taken from the units stays so. Raises Missing (404),
    Stale (412), MayNot (403), CannotTakeDown (409) for the same person, twice, or where special procedures rest on it.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    check_may_name(case, actor)
    row = _find(case, involvement)
    _check_take_down(row, actor)
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    Naming.objects.create(involvement=row, what=Naming.What.TAKEN_DOWN, by_id=actor.person, at=at, reason=reason)
    if still_subject := _other_row_of(row):
        notices.hand_on(case, row, to=still_subject)
    else:
        notices.drop_open_to(case, row, reason="They were named by mistake.", actor=actor, on=day_of(at))
    forget(case, "involvements")
    keep(case, "WALL_TAKEN_DOWN", row, actor=actor, at=at)
    return case


def _check_take_down(row: Involvement, actor: Actor) -> None:
    if row.ended_at is not None:
        raise CannotTakeDown("It was taken down already.")
    if row.namings.filter(by_id=actor.person).exists():
        raise CannotTakeDown("You named them yourself: a second person has to take it back.")
    if SpecialProcedures.objects.filter(subject=row, ended_on=None).exists():
        raise CannotTakeDown("Special procedures rest on it: end them first.")


@transaction.atomic
def answer_equality(
    *,
    reference: str,
    involvement: UUID,
    answers: dict[str, str],
    actor: Actor,
    at: dt.datetime,
) -> None:
    """Keep a subject's answers to the equality questions, apart from the case: written once, and read by no staff.

    Nothing of the case changes. Raises Missing (404), HistoryStands (409), MayNot (403), AnsweredAlready (409), and Invalid
    (400) for an answer that its list does not offer today.
    """
    case = get_case(reference=reference, actor=actor)
    if case.origin == Origin.IMPORTED:
        raise HistoryStands("It was brought in from the force's records, and stays as it was.")
    check_may_name(case, actor)
    rows = Involvement.objects.filter(case_id=case.pk, part=Involvement.Part.SUBJECT, public_id=involvement)
    row = rows.select_for_update().first()
    if row is None:
        raise Missing
    if EqualityAnswers.objects.filter(involvement=row).exists():
        raise AnsweredAlready("They are kept as they were given, and nobody changes or reads them here.")
    codes.check_equality(answers, on=day_of(at))
    EqualityAnswers.objects.create(involvement=row, **answers)
    audit.record(
        actor=actor.public_id,
        verb="EQUALITY_ANSWERED",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"involvement": str(row.public_id)},
    )


def _other_row_of(row: Involvement) -> Involvement | None:
    """Where the case is about the same person all the same: the first row of theirs that stands."""
    if row.part != Involvement.Part.SUBJECT or row.person is None:
        return None
    rows = Involvement.objects.filter(case_id=row.case_id, person=row.person, part=row.part, ended_at=None)
    return rows.exclude(pk=row.pk).order_by("id").first()


def _find(case: Case, public_id: UUID) -> Involvement:
    rows = Involvement.objects.filter(case_id=case.pk, public_id=public_id)
    row = rows.select_related("allegation", "person").first()
    if row is None:
        raise Missing
    return row
