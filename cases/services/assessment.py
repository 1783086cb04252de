"""The four questions that decide whether a complaint must be recorded (PRA 2002, Schedule 3, paragraph 2(6A) and (6B)).

Of a matter, which is recorded as such, they decide whether it must be referred (paragraph 13).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from backend.accounts.actors import Actor, acting
from backend.accounts.models import Role
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Refused
from cases import makers, standing
from cases.models import Assessment, Case, Flag, Kind, MatterType

from . import contact, contributions, locking, units
from .due import write_next_due
from .locking import MayNot

TICKS = (
    "alleges_death_or_serious_injury",
    "alleges_crime_or_discipline",
    "alleges_article_2_or_3",
    "alleges_mandatory_referral",
)


PSD_HANDLERS = (Role.PSD_ASSESSOR, Role.PSD_INVESTIGATOR, Role.APPROPRIATE_AUTHORITY)


class CannotAssess(Refused):
    code = "cannot-assess"
    title = "The assessment cannot be changed so."


@transaction.atomic
def assess(
    *,
    reference: str,
    ticks: dict[str, bool],
    wishes_recording: bool | None,
    contact_impossible_reason: str | None,
    reason: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> Case:
    """Answer the four questions (`TICKS`, all of them), going by what is alleged, as if it were proved; of a matter too.

    `wishes_recording` is the complainant's wish, which counts at any time; it and `contact_impossible_reason` stay as they are
    where None is given. A yes takes the case from any unit at once. A yes becomes a no only by somebody who never said yes to
    it, with a reason; what the IOPC requires by nobody. The complainants' own wish is overruled by nobody either: it is taken
    back where each of them gave it up at a contact since, and never by who logged that, nor by the handler. Raises Missing
    (404), Stale (412), MayNot (403), Invalid (400) without that reason, or for a complainant's wish in a matter; CannotAssess
    (409) for the same person, for a wish that was not given up, a comment, a closed case, a complaint that was recorded or a
    matter that was referred, or where the reason that contact is impossible is taken from a case that rests on it.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_assess(case, actor):
        raise MayNot(makers.may_assess.otherwise)
    if case.kind == Kind.COMMENT or case.closed_on:
        raise CannotAssess("Only a complaint or a matter is assessed, and only until it is closed.")
    if case.kind == Kind.MATTER and (wishes_recording or contact_impossible_reason):
        nobody = {"wishes_recording": wishes_recording, "contact_impossible_reason": contact_impossible_reason}
        told = ["Nobody complains in a matter: leave this out."]
        raise Invalid("Correct what is named.", errors={name: told for name, given in nobody.items() if given})
    answers = {**ticks, "wishes_recording": case.wishes_recording if wishes_recording is None else wishes_recording}
    _check_correction(case, answers, reason=reason, actor=actor)
    for name, answer in answers.items():
        setattr(case, name, answer)
    if wishes_recording:
        case.wish_recording(at=at)
    elif wishes_recording is False:
        case.flags = [flag for flag in case.flags if flag != Flag.WISH_TO_RECORD]
    if contact_impossible_reason is not None:
        _set_contact_impossible(case, contact_impossible_reason)
    case.concerns_conduct = any(ticks.values()) or case.kind == Kind.MATTER
    case.note_what_must_be_recorded(day_of(at))
    _start_or_stop_the_referral(case, on=day_of(at))
    case.assessed_by_id = actor.person_id
    take_from_whom_it_is_not_for(case, actor=actor, at=at)
    Assessment.objects.create(
        case_id=case.pk,
        person_id=actor.person,
        made_at=at,
        answers=answers,
        contact_impossible_reason=contact_impossible_reason or "",
        reason=reason,
    )
    case.version += 1
    write_next_due(case)
    case.save()
    audit.record(
        actor=actor.public_id, verb="ASSESSED", subject_kind="case", subject=case.reference, at=at, details=answers
    )
    return case


def _check_correction(case: Case, answers: Mapping[str, bool | None], *, reason: str, actor: Actor) -> None:
    taken_back = [name for name, answer in answers.items() if getattr(case, name) and not answer]
    if not taken_back:
        return
    _check_may_be_taken_back(case, taken_back)
    if not reason:
        raise Invalid("A yes is being taken back.", errors={"reason": ["Say why: this is kept."]})
    own = case.assessments.filter(person_id=actor.person)
    if any(own.filter(answers__contains={name: True}).exists() for name in taken_back):
        raise CannotAssess("You answered yes yourself: a second person has to take it back.")
    if "wishes_recording" in taken_back:
        _check_they_gave_it_up(case, actor)


def _check_they_gave_it_up(case: Case, actor: Actor) -> None:
    """A wish to have it recorded is the complainant's, whoever wrote it down: only what they say later ends it.

    What was written down by mistake goes the same way: they are asked.
    """
    if case.handler is not None and case.handler.person_id == actor.person_id:
        raise CannotAssess("You handle the case: a second person has to take back the complainant's wish.")
    said = case.contact_attempts.filter(wishes_recording=False, tried_at__gt=case.recording_wished_at)
    theirs = {each.pk for each in standing.complainants_of(case) if not standing.has_withdrawn(case, each.pk)}
    if not theirs or theirs - set(said.values_list("complainant_id", flat=True)):
        raise CannotAssess(
            "The wish is the complainant's own, and nobody here overrules it. Where they give it up, or it was put down by "
            "mistake, ask each who complains, and log that contact; somebody else takes it back then."
        )
    if said.filter(logged_by__person=actor.person).exists():
        raise CannotAssess("You logged that they gave it up: a second person has to take back the complainant's wish.")


def _check_may_be_taken_back(case: Case, taken_back: list[str]) -> None:
    """Of a complaint until it is recorded; of a matter, which is from the first, until it was referred."""
    if case.kind == Kind.COMPLAINT and case.recorded_on:
        raise CannotAssess("It is recorded: what was answered with yes stands.")
    if case.kind == Kind.MATTER and standing.last_referral(case):
        raise CannotAssess("It was referred: what was answered with yes stands.")
    if "alleges_mandatory_referral" not in taken_back:
        return
    if case.matter_type == MatterType.DSI:
        raise CannotAssess("Every death or serious injury is referred.")
    if standing.was_said(case, "REQUIRES_REFERRAL"):
        raise CannotAssess("The IOPC requires that it is referred: nobody here takes that back.")


def say_yes_too(case: Case, source: Case, *, actor: Actor, at: dt.datetime) -> list[str]:
    """What `source` alleges `case` alleges from now on, for a part of it goes on there: answers what that adds (of TICKS).

    What must be referred has to be referred there too, also where `source` was: a complaint about the same is one of its own.
    For a change that records itself.
    """
    added = [name for name in TICKS if getattr(source, name) and not getattr(case, name)]
    for name in added:
        setattr(case, name, True)
    case.concerns_conduct = case.concerns_conduct or source.concerns_conduct
    if added and standing.alleges_what_is_referred(case):
        _start_or_stop_the_referral(case, on=day_of(at))
    take_from_whom_it_is_not_for(case, actor=actor, at=at)
    return added


def _start_or_stop_the_referral(case: Case, *, on: dt.date) -> None:
    """From the day on which it becomes clear, the referral is due by the end of the next (SI 2020/2 reg. 4)."""
    if not standing.alleges_what_is_referred(case):
        case.referral_clear_on = None
    elif case.referral_clear_on is None:
        case.referral_clear_on = on


def _set_contact_impossible(case: Case, reason: str) -> None:
    rests_on_it = case.state not in ("RECEIVED", "ASSESSING") and case.contacted_on is None
    if rests_on_it and not reason:
        raise CannotAssess("The case is handled without a contact because of this reason: correct it, or leave it.")
    if reason and reason != case.contact_impossible_reason and (untried := contact.who_may_be_reached(case)):
        raise CannotAssess(contact.TRY_FIRST.format(count=len(untried)))
    case.contact_impossible_reason = reason


def take_from_whom_it_is_not_for(case: Case, *, actor: Actor, at: dt.datetime) -> None:
    """No unit keeps what concerns conduct, nor anybody who handles nothing of the kind. For a change that records itself.

    Nor is a unit asked any more about one of its own.
    """
    if not case.concerns_conduct:
        return
    contributions.call_off_of_their_own(case, actor=actor, at=at)
    if case.unit and not case.unit.is_professional_standards:
        case.unit, case.handler = units.professional_standards_of(case.force_id, on=day_of(at)), None
    elif case.handler and not acting(case.handler, at=at).holds(*PSD_HANDLERS, force_id=case.force_id):
        case.handler = None


def keep_from_units(case: Case, *, actor: Actor, at: dt.datetime) -> None:
    """No unit sees the case from now on: one that held it gives it, and its handler, up. For a change that records itself.

    For special procedures, an indication of a crime or of misconduct, a serious category, a senior rank or a referral. Who was
    appointed to investigate it stays. What the units of those complained about were asked is called off. Raises Invalid (400) where the force has no Professional
    Standards Department.
    """
    case.kept_from_units = True
    contributions.call_off_of_their_own(case, actor=actor, at=at)
    if case.unit is None or case.unit.is_professional_standards:
        return
    case.unit = units.professional_standards_of(case.force_id, on=day_of(at))
    if case.handler_id != case.investigator_id:
        case.handler = None
