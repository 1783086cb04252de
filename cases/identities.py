"""Who of a case's complainants a reader has looked up, and how the reader is shown what was written to them and by them.

The trail is what tells who looked: there is no second record that could differ from it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from cases import makers
from cases.letters.names import names_left_out
from cases.makers import Maker
from cases.models import Case, Complainant, Kind

REVEALED = "COMPLAINANT_REVEALED"  # verbs of the trail
JOINED = ("COMPLAINANT_ADDED", "INTERESTED_PERSON_ADDED")


def who_may_look(case: Case) -> Maker:
    """Those who handle the case."""
    return makers.may_work_on_comments if case.kind == Kind.COMMENT else makers.may_handle


def kept_from(case: Case, actor: Actor) -> list[Complainant]:
    """The complainants whom the actor has not looked up in this case, or may not look up any more.

    Who was added after the last look is among them.
    """
    people = list(case.complainants.all())
    if not who_may_look(case)(case, actor):
        return people
    here = {"subject_kind": "case", "subject": case.reference}
    looked_at = audit.last_at(REVEALED, actor=actor.public_id, **here)
    if looked_at is None:
        return people
    on = day_of(looked_at)
    later = [each for each in people if each.added_on is not None and each.added_on > on]
    that_day = [each for each in people if each.added_on == on]
    came_at = audit.last_at(*JOINED, **here) if that_day else None
    return [*later, *(that_day if came_at and came_at > looked_at else [])]


def as_read_by(actor: Actor, *, case: Case) -> Callable[[str], str]:
    """How the actor reads a text of the case: without the names, addresses and numbers of those who are kept from them.

    Whatever shows such a text to staff puts it through this one: messages, letters that are drafted, notes, contact
    attempts, contributions, the timeline. What was queued stays as it was, and so it is mailed, printed and tracked.
    """
    leave_out = cache(lambda: names_left_out(kept_from(case, actor)))  # asked for once, where there is a text at all
    return lambda text: leave_out()(text) if text else text
