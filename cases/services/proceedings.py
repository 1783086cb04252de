"""Proceedings that follow or run beside a case: meetings, hearings, courts. They may outlast it, and their end is told too."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import makers
from cases.models import Case, Complainant, Kind, Message, Notice, Proceeding

from . import letters, locking, messages, notices, steps
from .locking import MayNot
from .settling import ConsentNotRecorded
from .steps import find, keep, wrong

GOES_ON_ELSEWHERE = ("MERGED", "TRANSFERRED_OUT")


class CannotFollow(Refused):
    """The proceedings do not stand where this step starts."""

    code = "cannot-follow"
    title = "This cannot be entered for these proceedings now."


@transaction.atomic
def begin(
    *,
    reference: str,
    kind: Proceeding.Kind,
    subject: UUID | None,
    begun_on: dt.date,
    next_date_on: dt.date | None,
    contact: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Proceeding, Case]:
    """Enter proceedings that have begun, against somebody identified or nobody yet, while the case goes on or after its end.

    `next_date_on` is the next day in court or of the meeting, `contact` the officer in the case or the prosecutor. Raises
    Missing (404), Stale (412), MayNot (403), Invalid (400), CannotFollow (409) for a comment, and for what goes on elsewhere.
    """
    case = _lock(reference, actor=actor, version=version)
    if case.state in GOES_ON_ELSEWHERE:
        raise CannotFollow("The case was merged or handed over: they are entered where it goes on.")
    who = steps.subject_of(case, subject) if subject else None
    steps.check_day("begun_on", begun_on, since=case.incident_on or dt.date.min, on=day_of(at))
    _check_next(next_date_on, since=begun_on)
    row = Proceeding.objects.create(
        case_id=case.pk, kind=kind, subject=who, begun_on=begun_on, next_date_on=next_date_on, contact=contact
    )
    if kind == Proceeding.Kind.APPEAL:  # that one was brought is told too, as well as how it ends
        notices.owe_of(case, row, on=begun_on)
    _keep(case, row, "PROCEEDING_BEGUN", actor=actor, at=at, kind=kind, begun_on=begun_on)
    return row, case


@transaction.atomic
def follow(
    *,
    reference: str,
    proceeding: UUID,
    next_date_on: dt.date | None,
    contact: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Proceeding, Case]:
    """Enter the next day in court or of the meeting, and whom to ask. None where no day is set.

    Raises Missing (404), Stale (412), MayNot (403), Invalid (400), CannotFollow (409) where they have ended.
    """
    case = _lock(reference, actor=actor, version=version)
    row: Proceeding = find(case.proceedings, proceeding)
    if row.ended_on:
        raise CannotFollow("They have ended.")
    _check_next(next_date_on, since=row.begun_on)
    row.next_date_on, row.contact = next_date_on, contact
    row.save(update_fields=["next_date_on", "contact"])
    _keep(case, row, "PROCEEDING_FOLLOWED", actor=actor, at=at, next_date_on=next_date_on or "")
    return row, case


@transaction.atomic
def end(
    *,
    reference: str,
    proceeding: UUID,
    ended_on: dt.date,
    result: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Proceeding, Case]:
    """Enter how they ended: each complainant is told within five working days of that day (regulation 34(2)(b)).

    Where the case was merged or handed over meanwhile, whoever has it tells them. Raises Missing (404), Stale (412), MayNot (403), Invalid (400), CannotFollow (409) where they have ended.
    """
    case = _lock(reference, actor=actor, version=version)
    row: Proceeding = find(case.proceedings, proceeding)
    if row.ended_on:
        raise CannotFollow("They have ended already.")
    steps.check_day("ended_on", ended_on, since=row.begun_on, on=day_of(at))
    row.ended_on, row.result, row.next_date_on = ended_on, result, None
    row.told_on = None  # that an appeal was brought may have been told before
    row.save()
    if case.state not in GOES_ON_ELSEWHERE:
        notices.owe_of(case, row, on=ended_on)
    _keep(case, row, "PROCEEDING_ENDED", actor=actor, at=at, ended_on=ended_on)
    return row, case


@transaction.atomic
def tell(
    *, reference: str, proceeding: UUID, text: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Proceeding, Case]:
    """Tell how they ended, or that an appeal was brought, to those who are owed it; it may be after the case has ended.

    From whom it is kept back, who was told by letter, and a representative without a recorded consent hear nothing of it.
    What was owed to those who are told is settled. Raises Missing (404), Stale (412), MayNot (403), CannotFollow (409) where
    there is nothing to tell yet, or nobody is owed it any more, ConsentNotRecorded (409) where nobody else is left.
    """
    case = _lock(reference, actor=actor, version=version)
    row: Proceeding = find(case.proceedings, proceeding)
    happened_on = row.ended_on or (row.begun_on if row.kind == Proceeding.Kind.APPEAL else None)
    if happened_on is None:
        raise CannotFollow("They have not ended yet.")
    for complainant, owed in _who_may_be_told(row).items():
        kind = letters.kind_for(case, owed[0])
        message = messages.send_to(case, complainant, kind, about=Message.About.OUTCOME, words=text, actor=actor, at=at)
        for notice in owed:
            notices.settle_by_message(case, notice, message, actor=actor, on=day_of(at))
    notices.note_whether_told(case, row)
    _keep(case, row, "PROCEEDING_TOLD", actor=actor, at=at)
    return row, case


def _who_may_be_told(row: Proceeding) -> dict[Complainant, list[Notice]]:
    """Those who are owed what is told of them, each with what is owed. Raises CannotFollow and ConsentNotRecorded (409)."""
    owed = row.notices.filter(settled_on=None).select_related("complainant").order_by("complainant__position", "pk")
    if not owed:
        told = "It was told already." if row.told_on else "Nobody is owed it any more: it is kept back, or not owed."
        raise CannotFollow(told)
    may_be_told: dict[Complainant, list[Notice]] = {}
    for notice in owed:
        if notice.complainant and not notice.complainant.lacks_consent:
            may_be_told.setdefault(notice.complainant, []).append(notice)
    if not may_be_told:
        raise ConsentNotRecorded("Nobody else is left to be told: record the consent of whom they act for first.")
    return may_be_told


def _lock(reference: str, *, actor: Actor, version: int) -> Case:
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_follow_proceedings(case, actor):
        raise MayNot(makers.may_follow_proceedings.otherwise)
    if case.kind == Kind.COMMENT:
        raise CannotFollow("No proceedings follow from a comment.")
    return case


def _check_next(next_date_on: dt.date | None, *, since: dt.date) -> None:
    if next_date_on and next_date_on < since:
        raise wrong("next_date_on", f"This is before {since:%d %B %Y}, on which they began.")


def _keep(case: Case, row: Proceeding, verb: str, *, actor: Actor, at: dt.datetime, **more: object) -> None:
    details = {"proceeding": str(row.public_id), **{name: str(value) for name, value in more.items()}}
    keep(case, verb, "proceedings", actor=actor, at=at, details=details)
