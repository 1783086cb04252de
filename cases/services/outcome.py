"""What the decisions on its allegations make of a case as a whole."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from backend.accounts.actors import Actor
from backend.accounts.models import Person
from backend.audit import services as audit
from cases import findings
from cases.models import Allegation, Case

from .due import forget

UNDECIDED = {"finding": "", "rationale": "", "decided_on": None, "decided_by": None, "actions_set_on": None}


def settle(case: Case) -> None:
    """What the case says of its allegations as a whole: its first category, and the day on which the last was decided.

    That day is the outcome: the five working days to tell it begin (SI 2020/2 reg. 34).
    """
    forget(case, "allegations")
    live = findings.live_allegations(case)
    coded = next((each.code for each in live if each.code), None)
    case.category = (coded.parent or coded).label if coded else ""
    if case.state == "DECISION":
        days = [each.decided_on for each in live if each.finding]
        case.decided_on = max((day for day in days if day), default=None) if len(days) == len(live) else None


def set_aside_what_they_found(case: Case, person: Person, *, actor: Actor, at: dt.datetime) -> None:
    """Until the outcome is told: nothing stands of what somebody thought or found who turns out to be part of the case, or
    under one whom it is about.

    Nor what others found on their opinion: another investigates or decides it (SI 2020/2 reg. 12). The decisions that were
    kept stay. For a change that records itself.
    """
    if case.told_on or case.closed_on:
        return
    open_here = Allegation.objects.filter(case_id=case.pk, moved_to=None).exclude(finding__in=findings.ENDED)
    theirs = open_here.filter(Q(opinion_by=person) | Q(decided_by=person))
    names = [str(each) for each in theirs.order_by("position").values_list("public_id", flat=True)]
    if not names:
        return
    open_here.filter(decided_by=person).update(**UNDECIDED)
    open_here.filter(opinion_by=person).update(opinion="", opinion_reasons="", opinion_by=None, **UNDECIDED)
    settle(case)
    audit.record(
        actor=actor.public_id,
        verb="FINDINGS_SET_ASIDE",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"allegations": names},
    )
