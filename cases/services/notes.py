"""Notes of staff for staff. No call turns a note into a message."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from django.db import transaction

from backend.accounts.actors import Actor
from backend.audit import services as audit
from cases.models import Case, Note

from . import locking
from .words import words_of


@transaction.atomic
def add(*, reference: str, text: str, actor: Actor, at: dt.datetime, version: int) -> tuple[Note, Case]:
    """Add a note to a case that the actor may see. Raises Missing (404) and Stale (412)."""
    case = locking.lock(reference=reference, actor=actor, version=version)
    note = write(case, text=text, actor=actor, at=at)
    case.version += 1
    case.save(update_fields=["version"])
    audit.record(
        actor=actor.public_id,
        verb="NOTE_ADDED",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"note": str(note.public_id)},
    )
    return note, case


def write(case: Case, *, text: str, actor: Actor, at: dt.datetime) -> Note:
    """The bare row, for a change that records itself."""
    return Note.objects.create(
        case_id=case.pk, author_id=actor.account, written_at=at, text=text, words=words_of(text, case=case)
    )


def written_with(case: Case, moves: Collection[str]) -> Iterator[tuple[str, Note]]:
    """The notes that these moves left behind, each with its move, oldest first.

    The trail names a note that was written by itself, and none that a move asked for: that is the one of the same instant.
    """
    events = audit.timeline(subject_kind="case", subject=case.reference)
    by_themselves = {(details or {}).get("note") for _, details in events}
    left: dict[dt.datetime, list[Note]] = {}
    for note in Note.objects.filter(case_id=case.pk).select_related("author__person").defer("words").order_by("id"):
        if str(note.public_id) not in by_themselves:
            left.setdefault(note.written_at, []).append(note)
    for event, _ in events:
        if event.verb.lower() in moves and (of_then := left.get(event.at)):
            yield event.verb.lower(), of_then.pop(0)
