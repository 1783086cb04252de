"""Notes of staff for staff. No call turns a note into a message."""

from __future__ import annotations

import datetime as dt

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
