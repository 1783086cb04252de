"""Letters on paper: tagged PDFs, made from what was frozen when it was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string

from backend.accounts.actors import Actor
from backend.calendar.working_days import day_of
from backend.documents.pdf import FONTS, Attached, render_pdf
from cases.models import (
    Case,
    Letterhead,
    Message,
)

from .letters import in_words, office_of
from .messages import open_letter

TO_THE_PUBLIC, AMONG_US = "OFFICIAL", "OFFICIAL-SENSITIVE"
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
    reached_by: str  # how the force is, a line each
    address: str
    date: str
    reference: str
    way: str
    heading: str
    blocks: Sequence[Block]
    files: Sequence[str]


def letter_pdf(*, reference: str, message: UUID, actor: Actor, at: dt.datetime) -> bytes:
    """A message as a letter on paper (PDF/UA-1).

    Raises as messages.open_letter, which notes that it was opened, and TooMuchToPrint (503).
    """
    found = open_letter(reference=reference, message=message, actor=actor, at=at)
    return render("cases/letter.html", {"letter": _letter(found)})


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


def render(template: str, context: dict[str, Any], *, attached: Sequence[Attached] = ()) -> bytes:
    """A page of this room as a PDF, in its own style, with what is attached. Raises TooMuchToPrint (503)."""
    own_files = {**FONTS, "own:letter.css": (files("cases") / "assets" / "letter.css", "text/css")}
    return render_pdf(render_to_string(template, context), own_files=own_files, attached=attached)


def _letter(message: Message) -> Letter:
    case = message.case
    to_public = message.party == Message.Party.COMPLAINANT
    return Letter(
        marking=TO_THE_PUBLIC if to_public else AMONG_US,
        office=message.office or office_of(case),
        force=case.force.name,
        reached_by=_ways_to_reach(case, message.sent_at),
        address=message.addressed_to,
        date=in_words(day_of(message.sent_at)),
        reference=case.reference,
        way=SENT_BY.get(Message.Delivery(message.delivery), ""),
        heading=message.heading or f"Your reference {case.reference}",
        blocks=blocks_of(message.text),
        files=[link.file.name for link in message.files.select_related("file")],
    )


def _ways_to_reach(case: Case, at: dt.datetime) -> str:
    head = Letterhead.objects.of_letters(at, force_id=case.force_id).first()
    return f"{head.address}\nTelephone {head.telephone}\n{head.web}" if head else ""
