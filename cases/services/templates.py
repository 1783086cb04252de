"""The texts of letters: which one a letter is written by, and how a better one is added."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from backend.accounts.actors import Actor
from backend.accounts.models import Role
from backend.areas.models import Unit
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid
from cases import letters
from cases.letters import reading
from cases.models import LetterTemplate

from .locking import MayNot

TO_COMPLAINANTS = (LetterTemplate.Audience.COMPLAINANT, LetterTemplate.Audience.INTERESTED)
# A subject line is read over somebody's shoulder, and stands unencrypted in every mail server on the way.
TELLING = ("complain", "police", "polic", "officer", "misconduct", "iopc", "conduct", "crime", "withdraw", "allegation")


def current(kind: str, *, audience: str, force_id: int, on: dt.date) -> LetterTemplate:
    """The text that a letter of the force is written by on that London day; the general one where the kind has none."""
    texts = LetterTemplate.objects.current_on(on, force_id=force_id).filter(audience=audience)
    found: LetterTemplate = texts.filter(kind=kind).first() or texts.filter(kind="GENERAL")[0]
    return found


@dataclass(frozen=True)
class Mail:
    """A mail of letters.MAILED as it is sent, and the public id of the version that it was written by."""

    heading: str
    body: str
    version: str


def mail(kind: str, *, reference: str, force_id: int, at: dt.datetime) -> Mail:
    """The mail of a kind, by the text of the force in that minute: every submission waits for it, and few have to ask."""
    text = _text_in(kind, force_id, at.replace(second=0, microsecond=0))
    filled = {"reference": reference}
    return Mail(letters.fill(text.heading, filled), letters.fill(text.body, filled), str(text.public_id))


@lru_cache(maxsize=128)
def _text_in(kind: str, force_id: int, minute: dt.datetime) -> LetterTemplate:
    """Asked once a minute by each process: a version that is added for today counts with the next one."""
    return current(kind, audience=LetterTemplate.Audience.COMPLAINANT, force_id=force_id, on=day_of(minute))


def of_forces(actor: Actor) -> QuerySet[LetterTemplate]:
    """Every version of every letter that the actor's forces have: the house's, and their own."""
    forces = sorted({held.force_id for held in actor.roles})
    rows: QuerySet[LetterTemplate] = LetterTemplate.objects.filter(Q(force=None) | Q(force__in=forces))
    return rows.select_related("force").order_by("kind", "audience", "force_id", "-version")


@transaction.atomic
def add_version(
    *,
    force: str,
    kind: str,
    audience: LetterTemplate.Audience,
    heading: str,
    body: str,
    from_on: dt.date,
    actor: Actor,
    at: dt.datetime,
) -> LetterTemplate:
    """Add a version of a letter for a force (by its slug): from that London day on, letters are written by it.

    What was sent keeps the version that it was written by. Raises MayNot (403), and Invalid (400) for a day that has gone, a
    gap that nothing fills, no place or several for what is said in one piece, a right to a review without its body, address or
    last day, a text to people that is harder to read than the ninth grade, or a subject line or mail that tells what it is about.
    """
    unit = Unit.objects.select_for_update().filter(slug=force, kind=Unit.Kind.FORCE).first()
    if unit is None or not actor.holds(Role.APPROPRIATE_AUTHORITY, force_id=unit.pk):
        raise MayNot("The delegate of the appropriate authority of the force does this.")
    _check(kind=kind, audience=audience, heading=heading, body=body, from_on=from_on, on=day_of(at))
    before = LetterTemplate.objects.filter(Q(force=None) | Q(force=unit), kind=kind, audience=audience)
    template = LetterTemplate.objects.create(
        kind=kind,
        audience=audience,
        version=(before.aggregate(last=Max("version"))["last"] or 0) + 1,
        force=unit,
        heading=heading,
        body=body.strip(),
        from_on=from_on,
        made_by_id=actor.account,
        made_at=at,
    )
    audit.record(
        actor=actor.public_id,
        verb="LETTER_VERSION_ADDED",
        subject_kind="letter_template",
        subject=str(template.public_id),
        at=at,
        details={"kind": kind, "audience": audience, "version": template.version, "from_on": str(from_on)},
    )
    return template


def _check(*, kind: str, audience: str, heading: str, body: str, from_on: dt.date, on: dt.date) -> None:
    errors: dict[str, list[str]] = {}
    if from_on < on:
        errors["from_on"] = ["Letters have been written on this day already: choose today or a day to come."]
    if wrong := _wrong_with(body, kind=kind, audience=audience):
        errors["body"] = [wrong]
    if [name for name in letters.gaps_in(heading) if name != "reference"]:
        errors["heading"] = ["A subject line has no other gap than {reference}."]
    elif any(word in heading.lower() for word in TELLING):
        errors["heading"] = ["Others may read the subject line: it must not tell what the letter is about."]
    if errors:
        raise Invalid("Correct the text, and send it again.", errors=errors)


def _wrong_with(body: str, *, kind: str, audience: str) -> str:
    """Why the text cannot be written by; "" where it can."""
    if unknown := letters.unknown_in(body):
        known = ", ".join([*letters.FROM_THE_CASE, *letters.FROM_THE_HANDLER])
        return f"Nothing fills {{{unknown[0]}}}. The gaps that can be filled are: {known}."
    if "review_right" in letters.gaps_in(body) and kind != "OUTCOME":
        return "The right to a review is told with the outcome alone: leave {review_right} out."
    if wrong := _wrong_with_what_stays_as_it_is(body, kind=kind):
        return wrong
    if kind in letters.IN_ONE_PIECE and audience in TO_COMPLAINANTS and len(letters.for_the_handler(body)) != 1:
        known = ", ".join(f"{{{name}}}" for name in letters.FROM_THE_HANDLER)
        return f"What is told in this letter is written in one piece: give it one place, by one of {known}."
    reached = reading.grade(body)
    if audience != LetterTemplate.Audience.BODY and reached > reading.HARDEST:
        longest = " | ".join(reading.hardest_sentences(body))
        return (
            f"It reads at grade {reached}, and a letter to people may have {reading.HARDEST} at most: use shorter words and "
            f"shorter sentences. The longest are: {longest}"
        )
    return ""


def _wrong_with_what_stays_as_it_is(body: str, *, kind: str) -> str:
    """The same of a mail, and of the right to a review, into which no handler writes anything."""
    gaps = letters.gaps_in(body)
    if missing := [name for name in letters.NEEDED.get(kind, ()) if name not in gaps]:
        return f"This text has to say {{{missing[0]}}}: {letters.FROM_THE_CASE[missing[0]]}."
    if kind in letters.MAILED and set(gaps) - {"reference"}:
        return "A mail that is sent as it is has no other gap than {reference}."
    if kind in letters.MAILED and any(word in body.lower() for word in TELLING):
        return "Others may read the mail: it must not tell what it is about."
    if kind in letters.REVIEW_RIGHTS and (open_gaps := letters.for_the_handler(body)):
        return f"Nobody writes into what is told of the right to a review: leave {{{open_gaps[0]}}} out."
    if kind == "REVIEW_RIGHT_IOPC" and ("IOPC" not in body or {"body_name", "body_address"} & set(gaps)):
        return "Write out what the IOPC is called and where to write to it: the gaps are filled with the local policing body."
    return ""
