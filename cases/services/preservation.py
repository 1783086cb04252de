"""Evidence that is deleted unless somebody preserves it: the duty begins when the complaint is made (PRA 2002, Schedule 3, Part 1)."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases.clocks import due_on
from cases.models import Case, Determination, Kind, Preservation
from cases.timetable import timetable

from . import determinations, locking, steps
from .contributions import check_may_ask


class Settled(Refused):
    code = "evidence-settled"
    title = "It was settled before what became of it."


class NothingToPreserve(Refused):
    code = "nothing-to-preserve"
    title = "That cannot be said of it now."


@transaction.atomic
def note(
    *,
    reference: str,
    kind: str,
    what: str,
    where: str,
    captured_on: dt.date,
    expires_on: dt.date | None,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Preservation, Case]:
    """Note evidence that has to be preserved until `expires_on`, the last day on which it is kept.

    Where that is not known, it is taken to be kept as long as the table of targets says (30 days of the day it was made).
    Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for days that cannot be.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    check_may_ask(case, actor)
    if captured_on > day_of(at):
        raise steps.wrong("captured_on", "This day has not come yet.")
    if expires_on is not None and expires_on < captured_on:
        raise steps.wrong("expires_on", "This is before it was made.")
    steps.check_within_reach("captured_on", captured_on, on=day_of(at))
    steps.check_within_reach("expires_on", expires_on or captured_on, on=day_of(at))
    evidence = Preservation.objects.create(
        case_id=case.pk,
        kind=kind,
        what=what,
        where=where,
        captured_on=captured_on,
        expires_on=expires_on or due_on("preservation", captured_on, timetable()),
        logged_by_id=actor.account,
    )
    _keep(case, evidence, "EVIDENCE_NOTED", actor=actor, at=at, day=evidence.expires_on)
    return evidence, case


@transaction.atomic
def mark_preserved(
    *, reference: str, public_id: UUID, preserved_on: dt.date, actor: Actor, at: dt.datetime, version: int
) -> tuple[Preservation, Case]:
    """It is safe, since a day on which it was still kept.

    Raises Missing (404), Stale (412), MayNot (403), Invalid (400), Settled (409).
    """
    case, evidence = _open(reference, public_id, actor=actor, version=version)
    steps.check_day("preserved_on", preserved_on, since=evidence.captured_on, on=day_of(at))
    if preserved_on > evidence.expires_on:
        told = f"It is noted as kept until {evidence.expires_on:%d %B %Y}: enter that it is lost, or note it anew if it is not."
        raise steps.wrong("preserved_on", told)
    evidence.preserved_on = preserved_on
    evidence.save()
    _keep(case, evidence, "EVIDENCE_PRESERVED", actor=actor, at=at, day=preserved_on)
    return evidence, case


@transaction.atomic
def mark_lost(
    *, reference: str, public_id: UUID, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Preservation, Case]:
    """It is gone, or never was: say why. Raises Missing (404), Stale (412), MayNot (403), Settled (409)."""
    case, evidence = _open(reference, public_id, actor=actor, version=version)
    evidence.lost_on, evidence.lost_reason = day_of(at), reason
    evidence.save()
    _keep(case, evidence, "EVIDENCE_LOST", actor=actor, at=at, day=evidence.lost_on)
    return evidence, case


@transaction.atomic
def find_nothing(*, reference: str, reason: str, actor: Actor, at: dt.datetime, version: int) -> Case:
    """There is no evidence to preserve: say why. What is found later is noted all the same.

    Raises Missing (404), Stale (412), MayNot (403), NothingToPreserve (409) for a comment, a closed case, or where evidence is
    noted or this was said.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    check_may_ask(case, actor)
    if case.kind == Kind.COMMENT or case.closed_on:
        raise NothingToPreserve("Evidence is preserved for a complaint or a matter, and this is said while it is open.")
    if case.preservations.all() or case.determinations.filter(about=Determination.About.NO_EVIDENCE).exists():
        raise NothingToPreserve("Evidence is noted in it, or this was said already.")
    determinations.write(case, Determination.About.NO_EVIDENCE, answers={}, reason=reason, actor=actor, at=at)
    steps.keep(case, "NO_EVIDENCE_FOUND", actor=actor, at=at, details={})
    return case


def _open(reference: str, public_id: UUID, *, actor: Actor, version: int) -> tuple[Case, Preservation]:
    case = locking.lock(reference=reference, actor=actor, version=version)
    check_may_ask(case, actor)
    evidence: Preservation = steps.find(case.preservations, public_id)
    if not evidence.is_open:
        raise Settled("Note it anew if it was found after all.")
    return case, evidence


def _keep(case: Case, evidence: Preservation, verb: str, *, actor: Actor, at: dt.datetime, day: dt.date) -> None:
    details = {"evidence": str(evidence.public_id), "kind": evidence.kind, "day": day}
    steps.keep(case, verb, "preservations", actor=actor, at=at, details=details)
