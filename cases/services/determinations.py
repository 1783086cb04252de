"""What the authority determines about a case beside its path, each kept as it was made: the last of its kind stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from backend.accounts.actors import Actor
from backend.accounts.models import User
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import facts, findings, makers, regimes, standing
from cases.models import Allegation, Case, CaseLink, Determination, Kind, Regime, RegimeStart
from cases.regimes import Proposal, Related

from . import access, assessment, locking
from .locking import MayNot
from .outcome import settle
from .steps import keep, wrong

About = Determination.About
IOPC_INVESTIGATES = ("determine_directed", "determine_independent")
RELATES = (  # to the same matter; that the same person complains, or of what, relates nothing
    CaseLink.Kind.DUPLICATE,
    CaseLink.Kind.SAME_INCIDENT,
    CaseLink.Kind.JOINED,
    CaseLink.Kind.SPLIT,
    CaseLink.Kind.ARISING,
    CaseLink.Kind.MERGED,
)
LEFT_OUT = (Allegation.Handling.OTBI, Allegation.Handling.NFA)


class CannotDetermine(Refused):
    code = "cannot-determine"
    title = "This cannot be determined now."


def write(
    case: Case, about: Determination.About, *, answers: dict[str, Any], reason: str, actor: Actor, at: dt.datetime
) -> Determination:
    """The bare row, for a change that records itself."""
    return Determination.objects.create(
        case_id=case.pk, about=about, answers=answers, reason=reason, made_by_id=actor.account, made_at=at
    )


def determinations_of(case: Case) -> list[Determination]:
    """Everything that was determined about a case, oldest first."""
    rows = Determination.objects.filter(case_id=case.pk)
    return list(rows.select_related("made_by__person").order_by("made_at", "id"))


# ---- the duty to investigate


@transaction.atomic
def set_duty_to_investigate(
    *,
    reference: str,
    indicates_misconduct: bool,
    exception: str,
    reason: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> Case:
    """Say whether there is an indication of a crime, of misconduct or of an infringement of article 2 or 3 (Sch 3 para 6).

    A yes takes the case from any unit at once, and for good. `exception` says why it need not be investigated all the same
    (SI 2020/2 reg. 6). Without one nothing is left out of an investigation that is or was under way. Of a recorded complaint
    that is being dealt with here. Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for an exception without an
    indication or a yes that is taken back without a reason, CannotDetermine (409).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    if case.kind != Kind.COMPLAINT or case.recorded_on is None or case.closed_on or case.told_on:
        raise CannotDetermine("Only a recorded complaint is looked at for this, and only until its outcome is told.")
    if not facts.is_for_this_authority(case):
        raise CannotDetermine(facts.is_for_this_authority.otherwise)
    if exception and not indicates_misconduct:
        raise wrong("exception", "An exception is from the duty to investigate: without an indication there is none.")
    if case.indicates_misconduct and not indicates_misconduct and not reason:
        raise wrong("reason", "A yes is taken back: say why. This is kept.")
    answers = {"indicates_misconduct": indicates_misconduct, "exception": exception}
    _set_duty(case, answers, reason=reason, actor=actor, at=at)
    told = {"indicates_misconduct": indicates_misconduct, "has_exception": bool(exception)}
    keep(case, "DUTY_TO_INVESTIGATE_SET", actor=actor, at=at, details=told)
    return case


def indicate_too(case: Case, source: Case, *, actor: Actor, at: dt.datetime) -> bool:
    """What `source` indicates `case` indicates from now on, for a part of it goes on there: answers whether that adds anything.

    An exception of `case` was made for what it was before: only where `source` is excepted too does it stand. No unit keeps
    it either. For a change that records itself.
    """
    if not source.indicates_misconduct or (
        case.indicates_misconduct and (source.investigation_exception or not case.investigation_exception)
    ):
        return False
    answers = {"indicates_misconduct": True, "exception": source.investigation_exception}
    reason = f"What {source.reference} indicates, or a part of it, goes on here."
    _set_duty(case, answers, reason=reason, actor=actor, at=at)
    return True


def indicate_by_declaration(case: Case, *, actor: Actor, at: dt.datetime) -> None:
    """Special procedures are declared on an indication (Sch 3 para 19A): no exception stands any more, and nothing is left out.

    For a change that records itself.
    """
    if not case.indicates_misconduct or case.investigation_exception:
        answers = {"indicates_misconduct": True, "exception": ""}
        _set_duty(case, answers, reason="Special procedures were declared.", actor=actor, at=at)


def _set_duty(case: Case, answers: dict[str, Any], *, reason: str, actor: Actor, at: dt.datetime) -> None:
    case.indicates_misconduct, case.investigation_exception = answers["indicates_misconduct"], answers["exception"]
    _leave_nothing_out(case)
    if case.indicates_misconduct:
        assessment.keep_from_units(case, actor=actor, at=at)
    write(case, About.DUTY_TO_INVESTIGATE, answers=answers, reason=reason, actor=actor, at=at)


def _leave_nothing_out(case: Case) -> None:
    """What was taken out of the investigation is in it again where it has to be, and is decided once it was investigated."""
    if facts.need_not_be_investigated(case) or case.investigating_since is None:
        return
    left_out = Allegation.objects.filter(case_id=case.pk, moved_to=None, handling__in=LEFT_OUT)
    afresh: dict[str, Any] = {"handling": "", "finding": "", "rationale": ""}
    afresh |= dict.fromkeys(("decided_on", "decided_by", "actions_set_on"))
    left_out.exclude(finding__in=findings.ENDED).update(**afresh)
    settle(case)


# ---- the chief officer


@transaction.atomic
def set_chief_officer(
    *, reference: str, concerns_chief_officer: bool, reason: str, actor: Actor, at: dt.datetime, version: int
) -> Case:
    """Say whether a complaint or matter concerns the conduct of the chief officer, whose authority is the local policing body.

    If it does, it is restricted at once, moves nowhere but to that body, and is to be handed over to it from the day of `at`.
    A yes is taken back by a second person of the authority; the restriction then is still to be lifted. Raises Missing (404),
    Stale (412), MayNot (403), CannotDetermine (409) for a comment, or for what is closed, or said so already.
    """
    if concerns_chief_officer:
        access.hold_all_about_the_same(reference)
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    if case.kind == Kind.COMMENT or case.closed_on:
        told = "Only a complaint or a matter is handed over to the local policing body, and only while it is open."
        raise CannotDetermine(told)
    if case.concerns_chief_officer == concerns_chief_officer:
        raise CannotDetermine("This is what stands already.")
    if not concerns_chief_officer and _last_maker(case, About.CHIEF_OFFICER) == actor.person_id:
        raise CannotDetermine("You said that it does: a second person has to take it back.")
    case.concerns_chief_officer = concerns_chief_officer
    case.chief_officer_found_on = day_of(at) if concerns_chief_officer else None
    answers = {"concerns_chief_officer": concerns_chief_officer}
    write(case, About.CHIEF_OFFICER, answers=answers, reason=reason, actor=actor, at=at)
    if concerns_chief_officer and not case.restricted:
        access.close_off(case, reason=reason, actor=actor, at=at)
    keep(case, "CHIEF_OFFICER_SET", actor=actor, at=at, details=answers)
    return case


def _last_maker(case: Case, about: Determination.About) -> int | None:
    last = Determination.objects.filter(case_id=case.pk, about=about).select_related("made_by").order_by("id").last()
    return last.made_by.person_id if last else None


# ---- the rules that it is handled by


@transaction.atomic
def set_regime(*, reference: str, regime: Regime, reason: str, actor: Actor, at: dt.datetime, version: int) -> Case:
    """Set the rules that a case is handled by, with the reason (SI 2020/2 reg. 2; SI 2025/558 reg. 66).

    Raises Missing (404), Stale (412), MayNot (403), CannotDetermine (409) for a comment or a closed case, and once an
    allegation was decided, or the outcome told, by the rules that stand.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_assess(case, actor):
        raise MayNot(makers.may_assess.otherwise)
    if case.kind == Kind.COMMENT or case.closed_on:
        raise CannotDetermine("Only a complaint or a matter has such rules, and they stand once it is closed.")
    if case.told_on or any(each.finding not in ("", *findings.ENDED) for each in standing.live_allegations(case)):
        raise CannotDetermine(
            "It was decided by the rules that stand: they change only where it is opened or investigated again."
        )
    case.regime, case.regime_reason = regime, reason
    write(case, About.REGIME, answers={"regime": regime}, reason=reason, actor=actor, at=at)
    keep(case, "REGIME_SET", actor=actor, at=at, details={"regime": regime})
    return case


def propose_regime(made_on: dt.date, *, related: Sequence[Related] = (), again_on: dt.date | None = None) -> Proposal:
    """The rules by the day it was made, and by what it relates to. Asks the table only about a day before February 2020."""
    from_on = None
    if made_on < regimes.RULES_OF_2020:
        from_on = RegimeStart.objects.values_list("from_on", flat=True).get(regime=Regime.OF_2012)
    return regimes.propose(made_on=made_on, rules_of_2012_from=from_on, related=related, reinvestigated_on=again_on)


def proposal_for(case: Case, *, actor: Actor) -> Proposal:
    """The rules that would be proposed for a case as it stands (parts loaded): with what the IOPC said, and the links that
    the actor may know of to what was in hand when it was made.
    """
    visible = Case.objects.visible_to(actor).exclude(pk=case.pk).exclude(kind=Kind.COMMENT)
    linked = Q(links__other=case, links__ended_at=None, links__kind__in=RELATES) | Q(
        links_to__case=case, links_to__ended_at=None, links_to__kind__in=RELATES
    )
    in_hand = Q(made_on__lt=case.made_on) & (Q(closed_on=None) | Q(closed_on__gte=case.made_on))
    related = [
        Related(reference, regime)
        for reference, regime in visible.filter(linked, in_hand).order_by("id").values_list("reference", "regime")
    ]
    return propose_regime(case.made_on, related=related, again_on=_investigated_again_on(case))


def _investigated_again_on(case: Case) -> dt.date | None:
    """The day on which the IOPC took up again what it had reported on already (PRA 2002 s. 13B); None where it did not."""
    reported = [notice.pk for notice in case.body_notices.all() if notice.decides == "enter_iopc_report"]
    again = [
        notice.dated_on
        for notice in case.body_notices.all()
        if notice.decides in IOPC_INVESTIGATES and reported and notice.pk > min(reported)
    ]
    return max(again, default=None)


# ---- somebody who handled it before


def handled_before(case: Case, user: User) -> bool:
    """Whether what was reopened, or is under review, is the user's own earlier work, done by whatever account."""
    if case.state == "UNDER_REVIEW":
        return user.person_id in {*case.worked_on_by, *case.holders}
    return user.person_id in case.worked_on_before


def may_handle_again(case: Case, user: User) -> bool:
    """Whether it was recorded why somebody who handled it before gets it again; since its last review, where there was one."""
    last = standing.last_review(case)
    rows = Determination.objects.filter(case_id=case.pk, about=About.SAME_HANDLER, answers__handler=str(user.public_id))
    return (rows.filter(made_at__date__gte=last.applied_on) if last else rows).exists()


# ---- somebody who decided it before


@transaction.atomic
def let_decide_again(*, reference: str, who: str, reason: str, actor: Actor, at: dt.datetime, version: int) -> Case:
    """Record why somebody who decided a case before it was opened again decides it once more: by their account's address.

    Another delegate of the authority says so. Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for somebody
    unknown, CannotDetermine (409) for oneself, or for who is not asked for a reason.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    user = access.find_account(who, case)
    if user.person_id not in case.decided_before:
        raise CannotDetermine("They did not decide it before it was opened again, or may decide it again already.")
    if user.person_id == actor.person_id:
        raise CannotDetermine("You decided it yourself: another delegate says why you decide it again.")
    case.decided_before = [person for person in case.decided_before if person != user.person_id]
    answers = {"decider": str(user.public_id)}
    write(case, About.SAME_DECIDER, answers=answers, reason=reason, actor=actor, at=at)
    keep(case, "SAME_DECIDER_LET", actor=actor, at=at, details=answers)
    return case
