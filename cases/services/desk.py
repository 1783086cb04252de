"""A complaint that staff write down: made by telephone, letter or at a counter, or passed on by another body."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from backend.accounts.actors import Actor
from backend.accounts.models import Role, User
from backend.areas.models import Neighbourhood, Unit, current_on
from backend.attachments import services as attachments
from backend.attachments.services import Upload
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common import receipts as secrets
from backend.common.errors import CHECK_THE_YEAR, Invalid
from backend.notifications import services as outbox
from backend.requests import services as requests
from cases.models import Case, Complainant, Intake, Kind

from . import receipts, steps, templates
from .intake import NewCase, NewComplainant, open_case
from .locking import MayNot

TAKERS = (
    Role.PSD_ASSESSOR, Role.PSD_INVESTIGATOR, Role.APPROPRIATE_AUTHORITY, Role.LPU_HANDLER, Role.LPU_SUPERVISOR,
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What somebody was told, as they wrote it down. Days are London dates; places are named by slug and code."""

    channel: str
    narrative: str
    made_on: dt.date  # first expressed to anyone; a transfer keeps the day of the authority it came from
    received_on: dt.date  # when this force had it
    complainants: Sequence[NewComplainant]
    received_by: str = ""  # who of the force took it; whoever writes it down, where nobody else is named
    transferred_from: str = ""
    their_reference: str = ""
    force: str = ""
    about_unit: str = ""
    neighbourhood: str = ""
    incident_on: dt.date | None = None
    location: str = ""
    officers_described: str = ""
    harm: str = ""
    views_on_handling: str = ""
    wishes_recording: bool | None = None
    reply_wanted: bool = True


@dataclass(frozen=True)
class ReceiptOf:
    """The receipt of one of the complainants, by their place in what was written down, from 1."""

    position: int
    receipt: str


@dataclass(frozen=True)
class TakenDown:
    """What the writer is told: the reference, which opens nothing, and for each who complains their receipt, once."""

    reference: str
    made_on: dt.date
    received_on: dt.date
    receipts: Sequence[ReceiptOf]


def take_down(
    *, told: Told, files: Sequence[Upload] = (), key: UUID | None, actor: Actor, at: dt.datetime
) -> TakenDown:
    """Open the case of a complaint that was made to staff, once for one Idempotency-Key of the writer.

    It goes to Professional Standards like any other: who writes it down sees it afterwards only where their roles let them,
    so the letter that it came in is among `files`.
    Who left an e-mail address is told the reference, by a message that says nothing else. Each who complains has a receipt;
    sent again with the same key, it answers the same ones, which are stored nowhere. Raises MayNot (403) for who takes
    no complaints, Invalid (400) for places, days or people that cannot be, FileRefused (400, 413, 415), and as requests.once
    for the key.
    """
    force = _force(told.force, actor)
    _check(told, on=day_of(at))
    attachments.refuse_what_is_too_large(files)
    route, digest = f"intake/{actor.public_id}", _digest(told, files)
    made = {
        position: secrets.make_secret(route=f"{route}/{position}", key=key, body_digest=digest)
        for position, each in enumerate(told.complainants, start=1)
        if each.relationship != Complainant.Relationship.INTERESTED
    }
    kept = requests.once(
        route=route,
        key=key,
        body_digest=digest,
        at=at,
        make=lambda: {"reference": _open(told, files, force, made, actor=actor, at=at).reference},
    )
    reference = kept["reference"]
    shown = [ReceiptOf(place, secrets.write(reference=reference, secret=secret)) for place, secret in made.items()]
    return TakenDown(reference, told.made_on, told.received_on, shown)


def _digest(told: Told, files: Sequence[Upload]) -> bytes:
    """What was sent, by its fields and the bytes of its files."""
    whole = hashlib.sha256(json.dumps(asdict(told), cls=DjangoJSONEncoder, sort_keys=True).encode())
    for file in files:
        whole.update(attachments.digest_of(file))
    return whole.digest()


def _open(
    told: Told, files: Sequence[Upload], force: Unit, made: Mapping[int, str], *, actor: Actor, at: dt.datetime
) -> Case:
    unit, neighbourhood = _place(told, force, on=day_of(at))
    case = open_case(
        NewCase(
            kind=Kind.COMPLAINT,
            force=force,
            narrative=told.narrative,
            made_on=told.made_on,
            received_on=told.received_on,
            complainants=told.complainants,
            about_unit=unit,
            neighbourhood=neighbourhood,
            location=told.location,
            officers_described=told.officers_described,
            harm=told.harm,
            views_on_handling=told.views_on_handling,
            incident_on=told.incident_on,
            wishes_recording=told.wishes_recording,
            reply_wanted=told.reply_wanted,
            files=attachments.keep_all(files=files, at=at) if files else (),
        ),
        at=at,
    )
    Intake.objects.create(
        case_id=case.pk,
        channel=told.channel,
        received_by=told.received_by or User.objects.get(pk=actor.account).name,
        transferred_from=told.transferred_from,
        their_reference=told.their_reference,
        entered_by_id=actor.account,
        entered_at=at,
    )
    for complainant in Complainant.objects.filter(case_id=case.pk, position__in=made):
        receipts.keep(complainant, secret=made[complainant.position], actor=actor, at=at)
    if told.reply_wanted:
        _acknowledge(case, at=at)
    details: dict[str, Any] = {
        "channel": told.channel,
        "made_on": told.made_on,
        "received_on": told.received_on,
        "complainants": len(told.complainants),
        "files": len(files),
    }
    audit.record(
        actor=actor.public_id, verb="TAKEN_DOWN", subject_kind="case", subject=case.reference, at=at, details=details
    )
    return case


def _acknowledge(case: Case, *, at: dt.datetime) -> None:
    interested = Complainant.Relationship.INTERESTED  # who has no receipt, and said nothing
    mail = templates.mail("MAIL_TAKEN_DOWN", reference=case.reference, force_id=case.force_id, at=at)
    for complainant in (
        Complainant.objects.filter(case_id=case.pk).exclude(relationship=interested).order_by("position")
    ):
        if complainant.email:
            outbox.queue(
                cause=f"acknowledge:{case.reference}:{complainant.public_id}",
                recipient=complainant.email,
                subject=mail.heading,
                body=mail.body,
                at=at,
                about=case.reference,
                addressee=str(complainant.public_id),
                text_version=mail.version,
            )


def _force(slug: str, actor: Actor) -> Unit:
    forces = list(Unit.objects.filter(pk__in=actor.forces_of(*TAKERS)))
    if not forces:
        raise MayNot("Those who assess, investigate or decide complaints, or handle them in a unit, write them down.")
    found = [force for force in forces if slug in ("", force.slug)]
    if len(found) != 1:
        raise steps.wrong("force", "Name a force in which you take complaints.")
    return found[0]


def _place(told: Told, force: Unit, *, on: dt.date) -> tuple[Unit | None, Neighbourhood | None]:
    unit = Unit.objects.filter(current_on(on), force=force, slug=told.about_unit).first() if told.about_unit else None
    if told.about_unit and unit is None:
        raise steps.wrong("about_unit", "The force has no such unit now.")
    if not told.neighbourhood:
        return unit, None
    rows = Neighbourhood.objects.filter(unit__force=force, code=told.neighbourhood).select_related("unit")
    found = [each for each in rows if unit in (None, each.unit)]
    if len(found) != 1:
        raise steps.wrong("neighbourhood", "Name a neighbourhood of the unit by its code.")
    return unit or found[0].unit, found[0]


def _check(told: Told, *, on: dt.date) -> None:
    errors = _wrong_days(told, on=on)
    if told.channel == Intake.Channel.TRANSFER and not told.transferred_from:
        errors["transferred_from"] = ["Say which authority transferred it."]
    if all(each.relationship == Complainant.Relationship.INTERESTED for each in told.complainants):
        errors["complainants"] = [
            "Somebody made it, who is not only kept informed: say what is known of them, or send one without a name."
        ]
    for place, each in enumerate(told.complainants):
        if each.relationship == Complainant.Relationship.REPRESENTATIVE and not each.acts_for:
            errors[f"complainants.{place}.acts_for"] = ["Say whom they act for."]
    if errors:
        raise Invalid(steps.CORRECT, errors=errors)


def _wrong_days(told: Told, *, on: dt.date) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if told.received_on > on:
        errors["received_on"] = ["This day has not come yet."]
    if told.made_on > told.received_on:
        errors["made_on"] = ["It cannot be made after it was received."]
    if told.incident_on and told.incident_on > told.made_on:
        errors["incident_on"] = ["It cannot have happened after it was complained of."]
    for name, day in (("made_on", told.made_on), ("incident_on", told.incident_on)):
        if day and not steps.is_within_reach(day, on=on):
            errors[name] = [CHECK_THE_YEAR]
    return errors
