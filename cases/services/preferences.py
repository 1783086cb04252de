"""How somebody wishes to be written to, and whose consent they act with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Missing, Refused
from cases import makers
from cases.models import Case, Complainant, Kind

from . import locking, steps
from .locking import MayNot


class ActsForNobody(Refused):
    code = "acts-for-nobody"
    title = "They complain for themselves."


@dataclass(frozen=True)
class Preferences:
    """All of it, as it will stand. Quiet hours are London's, and may go over midnight."""

    contact_by: Complainant.ContactBy
    never_by_post: bool
    safe_address: str
    text_by_email: bool
    quiet_from: dt.time | None
    quiet_until: dt.time | None
    language: str
    access_needs: str


@transaction.atomic
def set_preferences(
    *, reference: str, complainant: UUID, preferences: Preferences, actor: Actor, at: dt.datetime, version: int
) -> tuple[Complainant, Case]:
    """Set how a complainant wishes to be written to; what is queued already goes as it was queued.

    Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for quiet hours without an end, e-mail without an
    address, or post as the way of somebody who must never get any.
    """
    case, row = _complainant(reference, complainant, actor=actor, version=version)
    _check(row, preferences)
    for name in vars(preferences):
        setattr(row, name, getattr(preferences, name))
    row.save(update_fields=[*vars(preferences)])
    # Which of them were set, never to what: an address is no business of the trail.
    details = {"complainant": str(row.public_id), "contact_by": row.contact_by}
    steps.keep(case, "PREFERENCES_SET", "complainants", actor=actor, at=at, details=details)
    return row, case


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
    row.save(update_fields=["consented_on", "consent_given_by", "consent_how", "consent_document", "has_authority"])
    details = {
        "complainant": str(row.public_id),
        "given_on": str(given_on),
        "document": str(document) if document else "",
    }
    steps.keep(case, "CONSENT_RECORDED", "complainants", actor=actor, at=at, details=details)
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
