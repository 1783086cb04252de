"""One change to many cases: each in a transaction of its own, each with its own answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.accounts.actors import Actor
from backend.common.errors import Refused
from cases.models import Case

from . import assignment, transitions

AT_MOST = 100


@dataclass(frozen=True)
class Wanted:
    """A case as it was read: what was changed since is left alone."""

    reference: str
    version: int


@dataclass(frozen=True)
class Result:
    """What became of one: its new version, or why it is as it was."""

    reference: str
    version: int | None = None
    problem: Refused | None = None


def assign_each(
    *, cases: Sequence[Wanted], unit: str | None, handler: str | None, reason: str, actor: Actor, at: dt.datetime
) -> list[Result]:
    """Assign each case as assignment.assign does, and answer for each in the order given.

    Raises nothing of its own: a refusal is the one case's. Sent twice, the second is refused case by case, for each has
    another version by then.
    """
    to: dict[str, Any] = {"unit": unit, "handler": handler, "reason": reason}
    return [_one(wanted, lambda each: assignment.assign(**each, **to, actor=actor, at=at)) for wanted in cases]


def move_each(
    *, cases: Sequence[Wanted], move: str, details: Mapping[str, Any], actor: Actor, at: dt.datetime
) -> list[Result]:
    """Move each case along as transitions.perform does, and answer for each in the order given; as `assign_each`."""
    return [
        _one(wanted, lambda each: transitions.perform(**each, move=move, details=details, actor=actor, at=at))
        for wanted in cases
    ]


def _one(wanted: Wanted, change: Callable[[dict[str, Any]], Case]) -> Result:
    try:
        case = change({"reference": wanted.reference, "version": wanted.version})
    except Refused as refusal:
        return Result(wanted.reference, problem=refusal)
    return Result(wanted.reference, version=case.version)
