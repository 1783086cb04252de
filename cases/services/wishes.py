"""Wishes to withdraw that wait for an answer, and how they stop: nobody is asked about them any more."""

from __future__ import annotations

import datetime as dt

from backend.accounts.actors import Actor
from cases.models import Allegation, Case, Notice, Withdrawal

from . import notices
from .due import forget

OPEN_TO_IT = "It has ended: nothing is left to withdraw."


def drop_unsettled(case: Case, *, allegation: Allegation | None = None, actor: Actor, on: dt.date) -> None:
    """For a change that records itself, and by which nothing of it, or of the allegation, is left to withdraw."""
    for row in [each for each in case.withdrawals.all() if each.state in each.PENDING]:
        if allegation is None or row.allegation_id == allegation.pk:
            stop(row, on=on)
            not_asked_any_more(case, row, actor=actor, on=on, reason=OPEN_TO_IT)
            forget(case, "withdrawals")


def stop(row: Withdrawal, *, on: dt.date) -> None:
    """It waits for nothing, and withdraws nothing."""
    row.state, row.settled_on = Withdrawal.State.DENIED, on
    row.save()


def not_asked_any_more(
    case: Case, row: Withdrawal, *, actor: Actor, on: dt.date, reason: str = "They have answered."
) -> None:
    """The letter that asks about it is not owed any more."""
    notices.settle_one(
        case,
        "ASK_TO_CONFIRM",
        to=row.complainant,
        of=row,
        as_=Notice.Settled.NOT_OWED,
        actor=actor,
        on=on,
        reason=reason,
    )
