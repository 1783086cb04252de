"""Letters and the review bundle on paper: tagged PDFs, made from what was frozen when it was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from uuid import UUID

from django.db import transaction
from django.template.loader import render_to_string

from backend.accounts.actors import Actor
from backend.attachments.models import StoredFile
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.documents.pdf import FONTS, render_pdf
from cases import makers, standing
from cases.identities import none_of, people_of_what_it_came_from
from cases.letters import KEPT_BACK
from cases.letters.names import names_left_out
from cases.models import Allegation, BodyNotice, Case, Message
from cases.selectors import get_case

from . import identity
from .body_notices import DECISIONS
from .disposed import check_is_there
from .letters import in_words, office_of
from .locking import MayNot
from .messages import open_letter
from .reviews import Bundle, bundle_of

TO_THE_PUBLIC, AMONG_US = "OFFICIAL", "OFFICIAL-SENSITIVE"
FINDINGS: dict[str, str] = {str(value): str(label) for value, label in Allegation.Finding.choices}
SENT_BY = {Message.Delivery.RECORDED_DELIVERY: "By recorded delivery", Message.Delivery.HAND: "By hand"}


@dataclass(frozen=True)
class Block:
    """A paragraph, or the points of a list."""

    text: str = ""
    points: Sequence[str] = ()


@dataclass(frozen=True)
class Letter:
    """What stands on the paper, in the order in which it is read."""

    marking: str
    office: str
    force: str
    address: str
    date: str
    reference: str
    way: str
    heading: str
    blocks: Sequence[Block]
    files: Sequence[str]


@dataclass(frozen=True)
class Listed:
    """A part of the bundle: what the index calls it, and what it says."""

    anchor: str
    title: str
    facts: Sequence[tuple[str, str]] = ()
    blocks: Sequence[Block] = ()


@dataclass(frozen=True)
class BodyNoticeListed:
    """What a body said, and by which file of the case."""

    body: str
    says: str
    dated_on: str
    document: str


@dataclass(frozen=True)
class Papers:
    marking: str
    title: str
    reference: str
    force: str
    date: str
    facts: Sequence[tuple[str, str]]
    narrative: str
    views: str
    allegations: Sequence[Listed]
    letters: Sequence[Listed]
    body_notices: Sequence[BodyNoticeListed]
    files: Sequence[dict[str, Any]]


def letter_pdf(*, reference: str, message: UUID, actor: Actor, at: dt.datetime) -> bytes:
    """A message as a letter on paper (PDF/UA-1).

    Raises as messages.open_letter, which notes that it was opened, and TooMuchToPrint (503).
    """
    found = open_letter(reference=reference, message=message, actor=actor, at=at)
    return _render("cases/letter.html", {"letter": _letter(found)})


@transaction.atomic
def review_bundle_pdf(*, reference: str, actor: Actor, at: dt.datetime) -> bytes:
    """What a review body needs, as one PDF with an index. Notes of staff for each other are no part of it.

    It names those who complained, so they have to be revealed first. Raises Missing (404), MayNot (403), LookThemUpFirst
    and Disposed (409), TooMuchToPrint (503).
    """
    case = get_case(reference=reference, actor=actor)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    check_is_there(case)
    named = [each.name for each in case.complainants.all()]
    bundle = bundle_of(case)
    identity.check_looked_up(case, *named, *(message.text for message in bundle.messages), actor=actor)
    pdf = _render("cases/bundle.html", {"bundle": _papers(case, bundle, on=day_of(at))})
    audit.record(
        actor=actor.public_id,
        verb="REVIEW_BUNDLE_MADE",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"version": case.version},
    )
    return pdf


def blocks_of(text: str) -> list[Block]:
    """Paragraphs, and a list where every line of one begins with a hyphen."""
    blocks: list[Block] = []
    for paragraph in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        points = [line[2:] for line in lines if line.startswith("- ")]
        if points and len(points) == len(lines):
            blocks.append(Block(points=points))
        elif lines:
            blocks.append(Block(text="\n".join(lines)))
    return blocks


def _render(template: str, context: dict[str, Any]) -> bytes:
    own_files = {**FONTS, "own:letter.css": (files("cases") / "assets" / "letter.css", "text/css")}
    return render_pdf(render_to_string(template, context), own_files=own_files)


def _letter(message: Message) -> Letter:
    case = message.case
    to_public = message.party == Message.Party.COMPLAINANT
    return Letter(
        marking=TO_THE_PUBLIC if to_public else AMONG_US,
        office=message.office or office_of(case),
        force=case.force.name,
        address=message.addressed_to,
        date=in_words(day_of(message.sent_at)),
        reference=case.reference,
        way=SENT_BY.get(Message.Delivery(message.delivery), ""),
        heading=message.heading or f"Your reference {case.reference}",
        blocks=blocks_of(message.text),
        files=[link.file.name for link in message.files.select_related("file")],
    )


def _papers(case: Case, bundle: Bundle, *, on: dt.date) -> Papers:
    here = list(case.complainants.all())
    elsewhere = none_of(here, people_of_what_it_came_from(case))
    left_out = names_left_out(elsewhere, shown=KEPT_BACK)
    return Papers(
        marking=AMONG_US,
        title=f"Papers for the review of {case.reference}",
        reference=case.reference,
        force=case.force.name,
        date=in_words(on),
        facts=_facts(case),
        narrative=case.narrative,
        views=case.views_at_contact or case.views_on_handling,
        allegations=[_allegation(each, left_out) for each in bundle.allegations],
        letters=[_listed(number, each) for number, each in enumerate(bundle.messages, start=1)],
        body_notices=[_body_notice(case, each) for each in bundle.body_notices],
        files=[_file(each) for each in bundle.files],
    )


def _facts(case: Case) -> list[tuple[str, str]]:
    days = [
        ("Made", case.made_on),
        ("Received", case.received_on),
        ("First contact", case.contacted_on),
        ("Recorded", case.recorded_on),
        ("Referred to the IOPC", case.referred_on),
        ("Investigated since", case.investigating_since),
        ("Report submitted", case.reported_on),
        ("Decided", case.decided_on),
        ("Outcome told", case.told_on),
        ("Told of the right to a review", case.review_information_on),
    ]
    complainants = ", ".join(each.name or "Not known" for each in standing.complainants_of(case))
    return [
        ("Our reference", case.reference),
        ("Complained by", complainants or "Nobody"),
        *((name, in_words(day)) for name, day in days if day),
        ("Rules that it is handled by", case.regime),
        ("Review body", case.review_body or "None"),
        ("Outcome", case.outcome or "None yet"),
    ]


def _allegation(allegation: Allegation, left_out: Callable[[str], str]) -> Listed:
    told = [
        ("Category", str(allegation.code) if allegation.code else allegation.category or "None"),
        ("What is alleged", left_out(allegation.summary)),
        ("Handled", allegation.get_handling_display()),
        ("Investigator's opinion", allegation.get_opinion_display()),
        ("Finding", FINDINGS.get(allegation.finding, allegation.finding)),
        ("Reasons", allegation.rationale),
        ("Decided on", in_words(allegation.decided_on) if allegation.decided_on else ""),
        ("Action", allegation.action),
    ]
    title = f"Allegation {allegation.position}"
    return Listed(f"allegation-{allegation.position}", title, facts=[each for each in told if each[1]])


def _listed(number: int, message: Message) -> Listed:
    came_in = message.direction == Message.Direction.IN
    who = message.get_party_display().lower()
    title = f"{in_words(day_of(message.sent_at))}: {'from' if came_in else 'to'} the {who}, {message.get_about_display().lower()}"
    return Listed(f"letter-{number}", title, blocks=blocks_of(message.text))


def _body_notice(case: Case, notice: BodyNotice) -> BodyNoticeListed:
    """By what it decides beside the path, by the move that it came in with, or by how it ended a review."""
    beside, move = DECISIONS.get(notice.decides), dict(case.moves.choices).get(notice.decides)
    says = beside.says if beside else str(move or notice.decides.replace("_", " ").capitalize())
    said = says.removeprefix("Enter that ").removeprefix("Enter ")  # a move is told to who makes it
    return BodyNoticeListed(
        body=notice.get_body_display(),
        says=said[:1].upper() + said[1:],
        dated_on=in_words(notice.dated_on),
        document=notice.document.name if notice.document else "",
    )


def _file(stored: StoredFile) -> dict[str, Any]:
    return {
        "name": stored.name,
        "kept_on": in_words(day_of(stored.kept_at)),
        "size": stored.size,
        "sha256": stored.sha256,
    }
