"""How somebody wishes to be written to, and whose consent they act with."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import PUBLIC, Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Missing, Refused
from backend.notifications import services as outbox
from cases import makers
from cases.models import Case, Complainant, Kind, Notice

from . import locking, notices, steps, suspensions, withdrawals
from .due import forget
from .locking import MayNot


class ActsForNobody(Refused):
    code = "acts-for-nobody"
    title = "They complain for themselves."


class NoConsent(Refused):
    code = "no-consent"
    title = "There is no consent."


OF_CONSENT = ("consented_on", "consent_ended_on", "has_authority")


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What everybody may say of themselves, as it will stand. Quiet hours are London's, and may go over midnight."""

    contact_by: Complainant.ContactBy
    never_by_post: bool
    text_by_email: bool
    quiet_from: dt.time | None
    quiet_until: dt.time | None
    language: str
    access_needs: str


@dataclass(frozen=True, kw_only=True)
class Preferences(Wishes):
    """All of it."""

    safe_address: str


@transaction.atomic
def set_preferences(
    *, reference: str, complainant: UUID, preferences: Preferences, actor: Actor, at: dt.datetime, version: int
) -> tuple[Complainant, Case]:
    """Set how a complainant wishes to be written to; what is queued already goes as it was queued.

    Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for quiet hours without an end, e-mail without an
    address, or post as the way of somebody who must never get any.
    """
    case, row = _complainant(reference, complainant, actor=actor, version=version)
    _set(case, row, preferences, actor=actor, at=at)
    return row, case


@transaction.atomic
def set_own(*, complainant: Complainant, wishes: Wishes, at: dt.datetime) -> Complainant:
    """Set how somebody wishes to be written to as they say so themselves, by their receipt; who calls has made sure of it.

    The safe address stays: staff enter one, for whoever found a receipt could else have letters sent to themselves. Raises
    Invalid (400) as `set_preferences`.
    """
    case = locking.lock_for_complainant(complainant.case_id)
    row: Complainant = steps.find(case.complainants, complainant.public_id)
    _set(case, row, Preferences(**asdict(wishes), safe_address=row.safe_address), actor=PUBLIC, at=at)
    return row


@transaction.atomic
def record_consent(
    *,
    reference: str,
    complainant: UUID,
    given_by: str,
    given_on: dt.date,
    how: str,
    document: UUID | None,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Complainant, Case]:
    """Record that the person for whom a representative acts consented: who, when, and the document or how it was shown.

    Raises Missing (404), Stale (412), MayNot (403), ActsForNobody (409), Invalid (400) for a day that has not come, a
    file that is not of the case, or neither document nor how.
    """
    case, row = _complainant(reference, complainant, actor=actor, version=version)
    if row.relationship != Complainant.Relationship.REPRESENTATIVE:
        raise ActsForNobody("Only who acts for somebody else needs their consent.")
    steps.check_day("given_on", given_on, since=dt.date.min, on=day_of(at))
    if not how and document is None:
        raise Invalid("Say how the consent was shown, or name its document.", errors={"how": ["Say how."]})
    row.consent_document = steps.document_of(case, document) if document else None
    row.consented_on, row.consent_given_by, row.consent_how, row.has_authority = given_on, given_by, how, True
    had_ended, row.consent_ended_on = row.consent_ended_on is not None, None
    row.save(update_fields=[*OF_CONSENT, "consent_given_by", "consent_how", "consent_document"])
    notices.settle_one(
        case,
        "NO_STANDING",
        to=row,
        as_=Notice.Settled.NOT_OWED,
        actor=actor,
        on=day_of(at),
        reason="Their consent is recorded.",
    )
    if had_ended:
        notices.tell_again(case, row, since=day_of(at), on=day_of(at))
        suspensions.look_again(case, actor=actor, at=at)
    details = {
        "complainant": str(row.public_id),
        "given_on": str(given_on),
        "document": str(document) if document else "",
    }
    steps.keep(case, "CONSENT_RECORDED", "complainants", actor=actor, at=at, details=details)
    return row, case


@transaction.atomic
def end_consent(
    *, reference: str, complainant: UUID, ended_on: dt.date, actor: Actor, at: dt.datetime, version: int
) -> tuple[Complainant, Case]:
    """Record that the person for whom a representative acts has taken their consent back, or never gave it.

    The representative is told nothing more (but, if nobody complains then, that they cannot complain), applies for nothing,
    and their receipt opens nothing any more; what was owed to them is not. Who they acted for is added as a complainant
    where they go on themselves. Raises Missing (404), Stale (412), MayNot (403), NoConsent (409) for who acts for nobody,
    Invalid (400) for a day that cannot be.
    """
    case, row = _complainant(reference, complainant, actor=actor, version=version)
    if row.relationship != Complainant.Relationship.REPRESENTATIVE or row.consent_ended_on:
        raise NoConsent("They act for nobody whose consent could be taken back, or refused.")
    steps.check_day("ended_on", ended_on, since=row.consented_on or case.made_on, on=day_of(at))
    row.consent_ended_on, row.has_authority = ended_on, False
    row.save(update_fields=[*OF_CONSENT])
    forget(case, "complainants")
    withdrawals.drop_those_of(case, row, on=day_of(at))
    suspensions.look_again(case, actor=actor, at=at)
    notices.drop_open_to(case, row, reason="They act for nobody any more.", actor=actor, on=day_of(at))
    outbox.call_off(about=case.reference, addressee=str(row.public_id), why="They act for nobody any more.")
    details = {"complainant": str(row.public_id), "ended_on": str(ended_on)}
    steps.keep(case, "CONSENT_ENDED", "complainants", actor=actor, at=at, details=details)
    return row, case


def _complainant(reference: str, public_id: UUID, *, actor: Actor, version: int) -> tuple[Case, Complainant]:
    case = locking.lock(reference=reference, actor=actor, version=version)
    rule = makers.may_work_on_comments if case.kind == Kind.COMMENT else makers.may_handle
    if not rule(case, actor):
        raise MayNot(rule.otherwise)
    found = next((each for each in case.complainants.all() if each.public_id == public_id), None)
    if found is None:
        raise Missing
    return case, found


def _set(case: Case, row: Complainant, wished: Preferences, *, actor: Actor, at: dt.datetime) -> None:
    _check(row, wished)
    if all(getattr(row, name) == value for name, value in asdict(wished).items()):
        return
    for name, value in asdict(wished).items():
        setattr(row, name, value)
    row.save(update_fields=[*asdict(wished)])
    # Which of them were set, never to what: an address is no business of the trail.
    details = {"complainant": str(row.public_id), "contact_by": row.contact_by}
    steps.keep(case, "PREFERENCES_SET", "complainants", actor=actor, at=at, details=details)


def _check(row: Complainant, wished: Preferences) -> None:
    errors: dict[str, list[str]] = {}
    if (wished.quiet_from is None) != (wished.quiet_until is None):
        errors["quiet_until"] = ["Give both ends of the quiet hours, or neither."]
    elif wished.quiet_from is not None and wished.quiet_from == wished.quiet_until:
        errors["quiet_until"] = ["Quiet hours end at another time than they begin."]
    if wished.text_by_email and not row.email:
        errors["text_by_email"] = ["There is no e-mail address to send the text to."]
    if wished.never_by_post and wished.contact_by == Complainant.ContactBy.POST:
        errors["contact_by"] = ["They must never be written to by post: choose another way."]
    if errors:
        raise Invalid("Correct the fields that are named, and send it again.", errors=errors)
