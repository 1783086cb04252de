"""The letters of regulation 13: why an investigation takes so long, to the local policing body, the IOPC and those concerned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from backend.accounts.actors import Actor
from backend.calendar.selectors import working_calendar
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import makers
from cases.deadlines import open_deadlines
from cases.models import Case, Message, Notice

from . import correspondence, locking, notices, settling, steps
from .correspondence import Way
from .locking import MayNot

RULES = ("timeliness_letter", "timeliness_letter_again")


class NoLetterOwed(Refused):
    code = "no-letter-owed"
    title = "No letter of regulation 13 is owed."


@dataclass(frozen=True)
class KeptBack:
    """Whom the letter is kept back from (Notice.To), and on which ground of the harm test."""

    to: str
    ground: str
    reason: str


@dataclass(frozen=True)
class Letters:
    """The letters that were written, and the notices that stay owed, for nobody has recorded that a representative may act."""

    messages: Sequence[Message]
    still_owed: Sequence[Notice]


@transaction.atomic
def write_letters(
    *,
    reference: str,
    gaps: Mapping[str, str],
    kept_back: Sequence[KeptBack],
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Letters, Case]:
    """Write to the local policing body and the IOPC, with copies to the complainants and those complained about.

    `gaps`: progress, reasons, next_steps, estimated_end. From the IOPC nothing is kept back. The copy of a representative
    whose consent is not recorded holds up no other letter: it stays owed. The next letter is owed after six months more, and
    none after the report; one that was owed before it is written all the same, until the outcome is told.
    Raises Missing (404), Stale (412), MayNot (403), NoLetterOwed (409) before twelve months are over or without an
    investigation of the force's own, MustBeSent (409), and Invalid (400).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_assess(case, actor):
        raise MayNot(makers.may_assess.otherwise)
    _check_is_owed(case, on=day_of(at))
    from_whom = {each.to: each for each in kept_back}
    messages: list[Message] = []
    withheld: list[str] = []
    still_owed: list[Notice] = []
    for row in [row for to in Notice.To.values for row in notices.owe(case, "TIMELINESS", to=to, on=day_of(at))]:
        if back := from_whom.get(row.to):
            settling.keep_back(case, row, ground=back.ground, reason=back.reason, actor=actor, on=day_of(at))
            withheld.append(str(row.public_id))
        elif row.complainant and row.complainant.lacks_consent:
            still_owed.append(row)
        else:
            completed = settling.Completed(gaps=gaps, way=_way_to(case, row))
            messages.append(settling.settle_by_letter(case, row, completed=completed, actor=actor, at=at))
    case.timeliness_written_on = day_of(at)
    details = {
        "messages": [str(message.public_id) for message in messages],
        "kept_back": [f"{each.to} {each.ground}" for each in kept_back],
        "withheld": withheld,
        "still_owed_to": [str(row.complainant.public_id) for row in still_owed if row.complainant],
    }
    steps.keep(case, "TIMELINESS_WRITTEN", "notices", actor=actor, at=at, details=details)
    return Letters(messages, still_owed), case


def _check_is_owed(case: Case, *, on: dt.date) -> None:
    owed = [each for each in open_deadlines(case, working_calendar()) if each.rule in RULES and each.owed_by == "FORCE"]
    if not owed:
        raise NoLetterOwed("The force is not investigating it: nobody is written to.")
    if on < owed[0].due_on:
        raise NoLetterOwed(f"It is owed from {owed[0].due_on:%d %B %Y} on, not before.")


def _way_to(case: Case, row: Notice) -> Way:
    return correspondence.usual_way(case, row.complainant) if row.complainant else Way(Message.Delivery.SECURE)
