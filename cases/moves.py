"""What each move needs to be told: one list for the API that shows it, the API that reads it, and the door that checks it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from backend.common.errors import Invalid

Kind = Literal["text", "date", "boolean", "unit"]
KINDS: tuple[Kind, ...] = ("text", "date", "boolean", "unit")


@dataclass(frozen=True)
class Need:
    """One thing that a move needs to be told. A date is a London date, today at the latest."""

    name: str
    kind: Kind
    label: str
    max_length: int = 10_000


NEEDS: Mapping[str, tuple[Need, ...]] = {
    "take": (),
    "record_contact": (
        Need("contacted_on", "date", "The day on which the complainant was first contacted"),
        Need("views", "text", "How the complainant would like it to be handled, in their words"),
        Need("wishes_recording", "boolean", "Whether the complainant wishes the complaint to be recorded"),
    ),
    "handle_outside": (),
    "resolve": (
        Need("result", "text", "What was found and done: for the file"),
        Need("told", "text", "What the complainant is told: the outcome and the reasons, in plain English"),
    ),
    "finalise": (),
    "withdraw": (
        Need("signed_on", "date", "The day on the signed notification"),
        Need("signed_by", "text", "Who signed it: the complainant, their solicitor or another agent", max_length=200),
    ),
    "triage": (),
    "send_to_unit": (Need("unit", "unit", "The slug of the local policing unit or department"),),
    "return_to_triage": (Need("reason", "text", "Why it is for another unit", max_length=1000),),
    "answer": (Need("told", "text", "The answer, as its author will read it"),),
}


def kind_of(move: str, name: str) -> Kind:
    """What kind of thing one detail of a move is."""
    return next(need.kind for need in NEEDS[move] if need.name == name)


def read_details(move: str, given: Mapping[str, Any], *, today: dt.date) -> dict[str, Any]:
    """The details of a move, each of its kind. Raises Invalid (400) naming every field that is missing, unknown or wrong."""
    needs = {need.name: need for need in NEEDS[move]}
    errors = {name: ["This move does not take it."] for name in given if name not in needs}
    details = {}
    for name, need in needs.items():
        try:
            details[name] = _READERS[need.kind](need, given.get(name), today)
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise Invalid("Correct the fields that are named, and send the move again.", errors=errors)
    return details


def _text(need: Need, value: Any, today: dt.date) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{need.label}: write it here.")
    if len(value) > need.max_length:
        raise ValueError(f"At most {need.max_length:,} characters.")
    return value.strip()


def _date(need: Need, value: Any, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{need.label}: a date like 2026-11-21.") from None
    if day > today:
        raise ValueError("This day has not come yet.")
    return day


def _boolean(need: Need, value: Any, today: dt.date) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{need.label}: true or false.")
    return value


def _unit(need: Need, value: Any, today: dt.date) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 80:
        raise ValueError(f"{need.label}.")
    return value


_READERS = {"text": _text, "date": _date, "boolean": _boolean, "unit": _unit}
