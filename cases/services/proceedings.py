"""Proceedings that follow or run beside a case: meetings, hearings, courts. They may outlast it, and their end is told too."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import makers
from cases.models import Case, Kind, Message, Notice, Proceeding

from . import locking, messages, notices, steps
from .locking import MayNot
from .steps import find, keep, wrong


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
    Missing (404), Stale (412), MayNot (403), Invalid (400), CannotFollow (409) for a comment.
    """
    case = _lock(reference, actor=actor, version=version)
    who = steps.subject_of(case, subject) if subject else None
    steps.check_day("begun_on", begun_on, since=case.incident_on or dt.date.min, on=day_of(at))
    _check_next(next_date_on, since=begun_on)
    row = Proceeding.objects.create(
        case_id=case.pk, kind=kind, subject=who, begun_on=begun_on, next_date_on=next_date_on, contact=contact
    )
    if kind == Proceeding.Kind.APPEAL:  # that one was brought is told too, as well as how it ends
        notices.owe(case, "PROCEEDING_OUTCOME", to="COMPLAINANT", on=begun_on)
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

    Raises Missing (404), Stale (412), MayNot (403), Invalid (400), CannotFollow (409) where they have ended.
    """
    case = _lock(reference, actor=actor, version=version)
    row: Proceeding = find(case.proceedings, proceeding)
    if row.ended_on:
        raise CannotFollow("They have ended already.")
    steps.check_day("ended_on", ended_on, since=row.begun_on, on=day_of(at))
    row.ended_on, row.result, row.next_date_on = ended_on, result, None
    row.told_on = None  # that an appeal was brought may have been told before
    row.save()
    notices.owe(case, "PROCEEDING_OUTCOME", to="COMPLAINANT", on=ended_on)
    _keep(case, row, "PROCEEDING_ENDED", actor=actor, at=at, ended_on=ended_on)
    return row, case


@transaction.atomic
def tell(
    *, reference: str, proceeding: UUID, text: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Proceeding, Case]:
    """Tell the complainants how they ended, or that an appeal was brought; it may be after the case has ended.

    What was owed to them about it is settled. Raises Missing (404), Stale (412), MayNot (403), CannotFollow (409) where
    there is nothing to tell yet, or it was told.
    """
    case = _lock(reference, actor=actor, version=version)
    row: Proceeding = find(case.proceedings, proceeding)
    happened_on = row.ended_on or (row.begun_on if row.kind == Proceeding.Kind.APPEAL else None)
    if happened_on is None:
        raise CannotFollow("They have not ended yet.")
    if row.told_on:
        raise CannotFollow("It was told already.")
    row.told_on = day_of(at)
    row.save(update_fields=["told_on"])
    messages.send(case, about=Message.About.OUTCOME, text=text, actor=actor, at=at)
    for complainant in case.complainants.all():
        notices.settle_one(
            case, "PROCEEDING_OUTCOME", to=complainant, as_=Notice.Settled.SENT, actor=actor, on=day_of(at)
        )
    _keep(case, row, "PROCEEDING_TOLD", actor=actor, at=at)
    return row, case


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
