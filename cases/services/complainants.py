"""Somebody joins a complaint that others have made, or goes on with it after another acted for them; and who they are."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from backend.accounts.actors import Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from backend.notifications import services as outbox
from cases import makers
from cases.letters.names import with_former
from cases.models import Case, Complainant, Kind

from . import correspondence, identity, intake, locking, notices, steps, suspensions, undelivered
from .due import forget
from .intake import NewComplainant
from .locking import MayNot

Relationship = Complainant.Relationship
# What follows from a name, an address and a number.
OF_CONTACT = ("anonymous", "text_by_email", "formerly", "email_index", "telephone_index")


class CannotJoin(Refused):
    code = "cannot-join"
    title = "Nobody can join it."


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who somebody is and how they are reached, as it will stand: what is empty is not known."""

    name: str
    email: str
    telephone: str
    address: str


@transaction.atomic
def add(
    *, reference: str, new: NewComplainant, actor: Actor, at: dt.datetime, version: int
) -> tuple[Complainant, Case]:
    """Add somebody who complains of the same: they hear how it is going by a clock of their own, from the day of `at`.

    Of a complaint that is recorded they are owed a copy of the record (SI 2020/2 reg. 3), and where it waits for the wishes
    of those who complain, they are asked too (reg. 41). Raises Missing (404), Stale (412), MayNot (403), CannotJoin (409) for
    what is no complaint, has ended or had its outcome told, and Invalid (400) for a representative of nobody, and
    for who is only to be kept informed.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_assess(case, actor):
        raise MayNot(makers.may_assess.otherwise)
    if case.kind != Kind.COMPLAINT or case.closed_on:
        raise CannotJoin("People join a complaint, and only while it is open: write another down.")
    if case.told_on:  # they would have neither the outcome nor the time to ask for a review of it
        raise CannotJoin("Its outcome was told: write what they say down as a complaint of its own, and link the two.")
    if new.relationship == Relationship.INTERESTED:
        raise steps.wrong("relationship", "Who complains of nothing is added as somebody with an interest.")
    if new.relationship == Relationship.REPRESENTATIVE and not new.acts_for:
        raise steps.wrong("acts_for", "Say whom they act for.")
    last = Complainant.objects.filter(case_id=case.pk).aggregate(last=Max("position"))["last"]
    added = intake.add_complainant(case, new, position=(last or 0) + 1, added_on=day_of(at))
    if case.recorded_on:
        notices.owe_one(case, "RECORD_COPY", to=added, on=day_of(at))
    forget(case, "complainants")
    suspensions.look_again(case, actor=actor, at=at)
    details = {"complainant": str(added.public_id)}
    steps.keep(case, "COMPLAINANT_ADDED", "complainants", actor=actor, at=at, details=details)
    return added, case


@transaction.atomic
def set_contact(
    *, reference: str, complainant: UUID, contact: Contact, actor: Actor, at: dt.datetime, version: int
) -> tuple[Complainant, Case]:
    """Set who somebody is and how they are reached: what was mistyped, has changed, or was not known. Also after the end.

    What they were known by before is left out of texts as before, and receipts stay valid. Mail that waits to go to another
    address is called off; where that, or mail which could not be delivered, was not read by anybody, the address that then
    stands is told that there is something to read. Said again as it was, somebody has seen to what could not be delivered,
    and it is tried once more. Raises Missing (404), HistoryStands (409), Disposed (409), Stale (412), MayNot (403),
    LookThemUpFirst (409) for who has not looked them up, for it takes the place of all that is known, and Invalid (400) where
    somebody who is only kept informed could not be.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    identity.check_may_know(case, actor)
    row: Complainant = steps.find(case.complainants, complainant)
    identity.check_knows(case, row, actor=actor)
    _check_reach(row, contact)
    former = {name: getattr(row, name) for name, value in asdict(contact).items() if getattr(row, name) != value}
    called_off = _call_off(case, row) if "email" in former else 0
    unreached = undelivered.settle(case, row, at=at)
    if not former and not unreached:
        return row, case
    _write(row, contact, former=former)
    if (called_off or unreached) and row.consent_ended_on is None:
        correspondence.announce_again(case, row, at=at)
    # Which of them were set, never from what nor to what: an address is no business of the trail.
    details = {"complainant": str(row.public_id), "fields": sorted(former)}
    steps.keep(case, "CONTACT_SET", "complainants", actor=actor, at=at, details=details)
    return row, case


def _check_reach(row: Complainant, contact: Contact) -> None:
    if row.relationship == Relationship.INTERESTED and not (contact.email or contact.telephone or contact.address):
        told = "Leave an e-mail address, a telephone number or a postal address: they are to be told things."
        raise steps.wrong("email", told)


def _call_off(case: Case, row: Complainant) -> int:
    why = "It was for an address that is theirs no more."
    return outbox.call_off(about=case.reference, addressee=str(row.public_id), why=why)


def _write(row: Complainant, contact: Contact, *, former: dict[str, str]) -> None:
    for name, value in asdict(contact).items():
        setattr(row, name, value)
    row.anonymous = not contact.name
    # Who is only kept informed has no receipt: news of a text would be of no use to them.
    only_informed = row.relationship == Relationship.INTERESTED and "email" in former and not former["email"]
    row.text_by_email = (row.text_by_email or only_informed) and bool(contact.email)
    row.formerly = with_former(row.formerly, former)
    row.save(update_fields=[*asdict(contact), *OF_CONTACT])
