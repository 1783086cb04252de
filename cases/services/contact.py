"""Contacting the complainant and seeking their views (PRA 2002, Schedule 3, paragraph 2(6)), and each attempt at it."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Refused
from cases import makers, standing
from cases.models import Case, Complainant, ContactAttempt, Determination, Kind

from . import locking, steps
from .locking import MayNot


class NotOfThisCase(Refused):
    code = "no-contact-owed"
    title = "No contact with a complainant is owed in this case."


TRY_FIRST = "Try first, and log it: nobody has tried to reach {count} of the complainants."


class MayStillBeReached(Refused):
    code = "may-still-be-reached"
    title = "It is not shown that a contact is impossible."


@transaction.atomic
def log_attempt(
    *,
    reference: str,
    complainant: UUID | None,
    how: str,
    tried_at: dt.datetime,
    reached: bool,
    views: str,
    wishes_recording: bool | None,
    note: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[ContactAttempt, Case]:
    """Log one attempt to reach a complainant, in whatever state the case is: the duty outlives the recording.

    `complainant` may be left out where there is one. The first that succeeds is the contact of the case, so it needs the
    views and the wish about recording. A wish to record counts whenever it is told; one that was told before stands.
    Raises Missing (404), Stale (412), MayNot (403), NotOfThisCase (409), Invalid (400).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_handle(case, actor):
        raise MayNot(makers.may_handle.otherwise)
    if case.kind != Kind.COMPLAINT:
        raise NotOfThisCase("Only a complaint has complainants whose views have to be sought.")
    whom = _whom(case, complainant)
    steps.check_day("tried_at", day_of(tried_at), since=case.made_on, on=day_of(at))
    if tried_at > at:  # what they say last counts: a "no" of a later hour would beat a wish that comes meanwhile
        raise steps.wrong("tried_at", "This hour has not come yet.")
    _check_what_was_said(case, reached=reached, views=views, wishes_recording=wishes_recording)
    attempt = ContactAttempt.objects.create(
        case_id=case.pk,
        complainant=whom,
        how=how,
        tried_at=tried_at,
        reached=reached,
        views=views,
        wishes_recording=wishes_recording,
        note=note,
        logged_by_id=actor.account,
        logged_at=at,
    )
    if reached and case.contacted_on is None:
        case.contacted_on, case.views_at_contact = day_of(tried_at), views
    if wishes_recording:
        case.wish_recording(at=tried_at)
    if wishes_recording is not None:
        # As by the move: a wish is taken back in the assessment, by a second person, who goes by what was said here.
        case.wishes_recording = bool(case.wishes_recording)
        case.note_what_must_be_recorded(day_of(tried_at))
    details = {"attempt": str(attempt.public_id), "how": how, "reached": reached, "tried_on": day_of(tried_at)}
    steps.keep(case, "CONTACT_TRIED", actor=actor, at=at, details=details)
    return attempt, case


@transaction.atomic
def find_impossible(*, reference: str, reason: str, actor: Actor, at: dt.datetime, version: int) -> Case:
    """Record why the complainants cannot be contacted: who left no way to reach them, or was tried in vain.

    Raises Missing (404), Stale (412), MayNot (403), NotOfThisCase (409), MayStillBeReached (409) while somebody was reached,
    or left an address or number that nobody has tried.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_assess(case, actor):
        raise MayNot(makers.may_assess.otherwise)
    if case.kind != Kind.COMPLAINT or case.closed_on:
        raise NotOfThisCase("This is for a complaint that is still open.")
    if case.contacted_on is not None:
        raise MayStillBeReached("They were contacted.")
    if untried := who_may_be_reached(case):
        raise MayStillBeReached(TRY_FIRST.format(count=len(untried)))
    case.contact_impossible_reason = reason
    Determination.objects.create(
        case_id=case.pk,
        about=Determination.About.CONTACT_IMPOSSIBLE,
        answers={},
        reason=reason,
        made_by_id=actor.account,
        made_at=at,
    )
    steps.keep(
        case, "CONTACT_FOUND_IMPOSSIBLE", actor=actor, at=at, details={"attempts": case.contact_attempts.count()}
    )
    return case


def who_may_be_reached(case: Case) -> list[Complainant]:
    """Those who can be reached by what they left, and whom nobody has tried to reach."""
    tried = set(case.contact_attempts.values_list("complainant_id", flat=True))
    return [
        each
        for each in standing.complainants_of(case)
        if (each.email or each.telephone or each.address) and each.pk not in tried
    ]


def _whom(case: Case, public_id: UUID | None) -> Complainant:
    if public_id is not None:
        return steps.complainant_of(case, public_id)
    complainants = standing.complainants_of(case)
    if len(complainants) != 1:
        raise steps.wrong("complainant", "Say whom: there are several complainants, or none.")
    return complainants[0]


def _check_what_was_said(case: Case, *, reached: bool, views: str, wishes_recording: bool | None) -> None:
    if not reached and (views or wishes_recording is not None):
        raise steps.wrong("reached", "They told their views or their wish, so they were reached.")
    if not reached or case.contacted_on is not None:
        return
    missing = {
        "views": ["Say how they would like it to be handled."] if not views else [],
        "wishes_recording": ["Say whether they wish it to be recorded."] if wishes_recording is None else [],
    }
    errors = {name: told for name, told in missing.items() if told}
    if errors:
        raise Invalid("This is the first contact: their views are sought with it.", errors=errors)
