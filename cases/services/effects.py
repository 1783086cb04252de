"""What a move brings with it beyond the case's own fields: things to look up, to check against its dates, and to tell."""

from __future__ import annotations

import datetime as dt
from typing import Any

from backend.accounts.actors import Actor
from backend.areas.models import Unit, current_on
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid
from cases.models import Case, Message

from . import messages, notes

WITHDRAWN = (
    "Your complaint has been withdrawn, because we were given a signed notification that you wish it. "
    "Nothing more will be done about it. If this is not what you wanted, tell us at once: call 101."
)


def look_up(case: Case, details: dict[str, Any], *, on: dt.date) -> dict[str, Any]:
    """`details` with the unit's slug turned into the unit. Raises Invalid (400) for a unit that the force has not got."""
    if "unit" not in details:
        return details
    return {**details, "unit": unit_of(case, details["unit"], on=on)}


def unit_of(case: Case, slug: str, *, on: dt.date) -> Unit:
    """The unit of the case's force with that slug, as it stands on the day. Raises Invalid (400)."""
    unit = Unit.objects.filter(current_on(on), force_id=case.force_id, slug=slug).first()
    if unit is None:
        raise Invalid("Name a unit of this force.", errors={"unit": ["The force has no such unit now."]})
    return unit


def professional_standards_of(force_id: int, *, on: dt.date) -> Unit:
    """The department that receives the force's complaints. Raises Invalid (400) where the force has none."""
    found = Unit.objects.filter(current_on(on), force_id=force_id, is_professional_standards=True).first()
    if found is None:
        raise Invalid("This force takes nothing here: it has no Professional Standards Department.")
    return found


def check(case: Case, move: str, details: dict[str, Any]) -> None:
    """Hold the details against the case's dates. Raises Invalid (400) for a day before the complaint was made."""
    for name in ("contacted_on", "signed_on"):
        if name in details and details[name] < case.made_on:
            raise Invalid(
                "Correct the day, and send the move again.",
                errors={name: [f"This is before {case.made_on:%d %B %Y}, the day on which it was made."]},
            )


def follow(case: Case, move: str, *, actor: Actor, at: dt.datetime, details: dict[str, Any]) -> None:
    """Write and tell what the move brings with it, in its transaction."""
    told = WITHDRAWN if move == "withdraw" else details.get("told")
    if told:
        about = Message.About.ANSWER if move == "answer" else Message.About.OUTCOME
        messages.send(case, about=about, text=told, actor=actor, at=at)
    for name in ("result", "reason"):
        if name in details:
            notes.write(case, text=details[name], actor=actor, at=at)
    if move == "return_to_triage":
        case.unit = professional_standards_of(case.force_id, on=day_of(at))
