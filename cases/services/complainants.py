"""Somebody joins a complaint that others have made, or goes on with it after another acted for them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max

from backend.accounts.actors import Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import makers
from cases.models import Case, Complainant, Kind

from . import intake, locking, notices, steps
from .intake import NewComplainant
from .locking import MayNot

Relationship = Complainant.Relationship


class CannotJoin(Refused):
    code = "cannot-join"
    title = "Nobody can join it."


@transaction.atomic
def add(
    *, reference: str, new: NewComplainant, actor: Actor, at: dt.datetime, version: int
) -> tuple[Complainant, Case]:
    """Add somebody who complains of the same: they hear how it is going by a clock of their own, from the day of `at`.

    Of a complaint that is recorded they are owed a copy of the record (SI 2020/2 reg. 3). Raises Missing (404), Stale (412),
    MayNot (403), CannotJoin (409) for what is no complaint or has ended, and Invalid (400) for a representative of nobody, and
    for who is only to be kept informed.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_assess(case, actor):
        raise MayNot(makers.may_assess.otherwise)
    if case.kind != Kind.COMPLAINT or case.closed_on:
        raise CannotJoin("People join a complaint, and only while it is open: write another down.")
    if new.relationship == Relationship.INTERESTED:
        raise steps.wrong("relationship", "Who complains of nothing is added as somebody with an interest.")
    if new.relationship == Relationship.REPRESENTATIVE and not new.acts_for:
        raise steps.wrong("acts_for", "Say whom they act for.")
    last = Complainant.objects.filter(case_id=case.pk).aggregate(last=Max("position"))["last"]
    added = intake.add_complainant(case, new, position=(last or 0) + 1, added_on=day_of(at))
    if case.recorded_on:
        notices.owe_one(case, "RECORD_COPY", to=added, on=day_of(at))
    details = {"complainant": str(added.public_id)}
    steps.keep(case, "COMPLAINANT_ADDED", "complainants", actor=actor, at=at, details=details)
    return added, case
