"""The four questions that decide whether a complaint must be recorded (PRA 2002, Schedule 3, paragraph 2(6A) and (6B))."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Refused
from cases import facts
from cases.models import Case, Kind

from . import effects, locking
from .due import write_next_due
from .locking import MayNot

TICKS = (
    "alleges_death_or_serious_injury",
    "alleges_crime_or_discipline",
    "alleges_article_2_or_3",
    "alleges_mandatory_referral",
)


class CannotAssess(Refused):
    code = "cannot-assess"
    title = "The assessment cannot be changed so."


@transaction.atomic
def assess(
    *,
    reference: str,
    ticks: dict[str, bool],
    wishes_recording: bool | None,
    contact_impossible_reason: str,
    reason: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> Case:
    """Answer the four questions (`TICKS`, all of them), going by what is alleged, as if it were proved.

    `wishes_recording` is the complainant's wish, which counts at any time; None leaves it as it is. A yes takes the case
    from any unit at once. A yes becomes a no only by a second person, with a reason. Raises
    Missing (404), Stale (412), MayNot (403), Invalid (400) without that reason, CannotAssess (409) for the same person, a
    comment, or a case that is no longer being assessed.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not facts.may_assess(case, actor):
        raise MayNot(facts.may_assess.otherwise)
    if case.kind != Kind.COMPLAINT or case.closed_on:
        raise CannotAssess("Only a complaint is assessed, and only until it is closed.")
    answers = {**ticks, "wishes_recording": case.wishes_recording if wishes_recording is None else wishes_recording}
    _check_correction(case, answers, reason=reason, actor=actor)
    for name, answer in answers.items():
        setattr(case, name, answer)
    case.contact_impossible_reason = contact_impossible_reason
    case.concerns_conduct = any(ticks.values())
    case.assessed_by_id = actor.user_id
    if case.concerns_conduct and case.unit and not case.unit.is_professional_standards:
        case.unit, case.handler = effects.professional_standards_of(case.force_id, on=day_of(at)), None
    case.version += 1
    write_next_due(case)
    case.save()
    audit.record(
        actor=actor.public_id,
        verb="ASSESSED",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={**answers, "reason": reason},
    )
    return case


def _check_correction(case: Case, answers: Mapping[str, bool | None], *, reason: str, actor: Actor) -> None:
    if not any(getattr(case, name) and not answer for name, answer in answers.items()):
        return
    if not reason:
        raise Invalid("A yes is being taken back.", errors={"reason": ["Say why: this is kept."]})
    if case.assessed_by_id == actor.user_id:
        raise CannotAssess("You answered yes yourself: a second person has to take it back.")
