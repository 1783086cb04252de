"""What is found on an allegation: the investigator's opinion, the decision, and what is done because of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.accounts.models import Person
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Missing, Refused
from backend.notifications import services as outbox
from cases import facts, findings, makers, standing
from cases.models import (
    Allegation,
    AllegationAction,
    AllegationDecision,
    AllegationOpinion,
    BodyNotice,
    Case,
    CaseAccess,
    Involvement,
    Learning,
)

from . import codes, locking
from .allegations import check_open, find, hold, keep
from .due import forget
from .involvement import find_person
from .locking import MayNot
from .outcome import settle

OUTSIDE = ("HANDLING_OUTSIDE", "OUTSIDE_UNRESOLVED", "RESOLVED_OUTSIDE")
LABEL = 160
ENDED = "It was withdrawn, or decided not to be resumed: nothing is found on it."
OWNER_SUBJECT = "Something is waited for"
OWNER_BODY = """You were named to do something, or to see to it that it is learnt, and it is waited for.

For everybody's safety this message does not say what it is. Sign in and open "Actions" and "Learning" to read it.

Please do not answer this message: nobody reads the answers.
"""

Task = TypeVar("Task", AllegationAction, Learning)


class CannotDecide(Refused):
    code = "cannot-decide"
    title = "The allegation cannot be decided so now."


class DoneAlready(Refused):
    code = "done-already"
    title = "It is done already."


@transaction.atomic
def give_opinion(
    *, reference: str, allegation: UUID, opinion: str, reasons: str, actor: Actor, at: dt.datetime, version: int
) -> Case:
    """The investigator's opinion on an allegation, until the report is submitted: never a finding (PRA 2002 Sch 3 para 22).

    Whether there is a case to answer, under special procedures alone. Given again it replaces, and both are kept. Raises Missing (404), Stale (412), MayNot (403),
    Invalid (400), CannotDecide (409) outside a local investigation.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_investigate(case, actor):
        raise MayNot(makers.may_investigate.otherwise)
    _check_ours(case)
    if case.state != "LOCAL_INV":
        raise CannotDecide("An opinion is given during a local investigation, until its report is submitted.")
    row = find(case, allegation)
    if row.finding in findings.ENDED:
        raise CannotDecide(ENDED)
    _check_among(opinion, findings.opinions_for(case, row), field="opinion")
    row.opinion, row.opinion_reasons, row.opinion_by_id = opinion, reasons, actor.person
    row.save(update_fields=["opinion", "opinion_reasons", "opinion_by"])
    AllegationOpinion.objects.create(
        allegation=row, opinion=opinion, reasons=reasons, given_by_id=actor.person, given_at=at
    )
    keep(case, "OPINION_GIVEN", row, actor=actor, at=at, details={"opinion": opinion})
    return case


@transaction.atomic
def decide(
    *,
    reference: str,
    allegation: UUID,
    finding: str,
    rationale: str,
    notice: UUID | None,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> Case:
    """Decide an allegation, with reasons, by what its handling and its rules allow; deciding again replaces, and both are kept.

    Under Schedule 3 the delegate of the authority decides, in the state DECISION, and never on their own work. Outside it,
    whoever handles the case says whether it is resolved. What the IOPC directed or investigated it decides: the finding is
    entered, as of the day of its `notice` (the one of its report, where none is named), and so are the findings that it puts
    in the place of the authority's on a review, by the notice of that. The day of the last decision becomes the day of the
    outcome. Raises Missing (404), Stale (412), MayNot (403), Invalid (400), CannotDecide (409).
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_decider(case, actor)
    row = find(case, allegation)
    _check_decidable(case, row)
    _check_among(finding, findings.findings_for(case, row), field="finding")
    said = _notice(case, notice)
    row.handling = findings.handling_of(case, row)
    row.finding, row.rationale = finding, rationale
    decided_on = said.dated_on if said else day_of(at)
    row.decided_on, row.decided_by_id = decided_on, None if said else actor.person
    row.save()
    _keep_decision(row, said, on=decided_on, actor=actor, at=at)
    settle(case)
    details = {"finding": finding, "handling": row.handling, "decided_on": str(decided_on)}
    keep(case, "ALLEGATION_DECIDED", row, actor=actor, at=at, details=details)
    return case


def _check_decider(case: Case, actor: Actor) -> None:
    if case.state in OUTSIDE:
        rule = makers.may_handle
    elif _is_the_iopcs(case):
        rule = makers.may_decide  # the force finds nothing: it enters what was found
    else:
        rule = makers.may_decide_on_others_work
    if not rule(case, actor):
        raise MayNot(rule.otherwise)
    if standing.substituting_notice(case):
        return
    check_open(case)
    _check_ours(case)
    if case.state not in (*OUTSIDE, "DECISION"):
        raise CannotDecide("Begin the decision first: an allegation is decided in the state of decision.")


def _is_the_iopcs(case: Case) -> bool:
    """Whether the IOPC finds: on what it directed or investigated, or, on a review, in the place of the authority."""
    return findings.is_decided_by_the_iopc(case) or standing.substituting_notice(case) is not None


def _check_ours(case: Case) -> None:
    """What concerns the chief officer is for the local policing body to investigate and decide; what has ceased, for nobody."""
    for fact in (facts.is_for_this_authority, facts.part_2_goes_on):
        if not fact(case):
            raise CannotDecide(fact.otherwise)


def _check_decidable(case: Case, allegation: Allegation) -> None:
    if not allegation.code:
        raise CannotDecide("Code it first.")
    if allegation.code.before_2020 != (case.regime in findings.OLD_REGIMES):
        raise CannotDecide("The rules of the case have changed since it was coded: code it again, by their list.")
    # Whatever was not resumed here, the IOPC finds on what it took up.
    if allegation.finding in (("WITHDRAWN",) if _is_the_iopcs(case) else findings.ENDED):
        raise CannotDecide(ENDED)
    if findings.is_suspended(case, allegation):
        raise CannotDecide("It is suspended: resume it first.")
    if not _is_the_iopcs(case) and findings.owes_an_opinion(case, allegation):
        raise CannotDecide("Nobody has investigated it: let it be investigated, or say that it is handled otherwise.")


def _check_among(value: str, allowed: frozenset[str], *, field: str) -> None:
    if value not in allowed:
        named = ", ".join(sorted(allowed))
        raise Invalid(
            f"Correct the {field}.", errors={field: [f"As the allegation is handled, it is one of: {named}."]}
        )


def _notice(case: Case, public_id: UUID | None) -> BodyNotice | None:
    """The notice by which the IOPC decides; None where the authority does."""
    if not _is_the_iopcs(case):
        if public_id is not None:
            raise Invalid("Leave out the notice.", errors={"notice": ["The authority decides this itself."]})
        return None
    if substitutes := standing.substituting_notice(case):
        if public_id not in (None, substitutes.public_id):
            raise Invalid("Name the notice.", errors={"notice": ["Name the one of the review, or none."]})
        return substitutes
    of_the_iopc = [each for each in case.body_notices.all() if each.body == "IOPC"]
    if public_id is None:
        reports = [each for each in of_the_iopc if each.decides == "enter_iopc_report"]
        found = max(reports, key=lambda each: (each.dated_on, each.pk), default=None)
    else:
        found = next((each for each in of_the_iopc if each.public_id == public_id), None)
    if found is None:
        raise Invalid("Name the notice.", errors={"notice": ["The IOPC decides this: name its notice in this case."]})
    return found


def set_aside(case: Case) -> None:
    """What was found stands no more: others find in its place. For a change that records itself.

    The decisions that were kept stay, and so does how each allegation was handled.
    """
    undecided = dict.fromkeys(("decided_on", "decided_by", "actions_set_on"))
    found = Allegation.objects.filter(case_id=case.pk, moved_to=None).exclude(finding__in=findings.ENDED)
    found.update(finding="", rationale="", **undecided)
    forget(case, "allegations")


def _keep_decision(
    allegation: Allegation, notice: BodyNotice | None, *, on: dt.date, actor: Actor, at: dt.datetime
) -> None:
    AllegationDecision.objects.create(
        allegation=allegation,
        handling=allegation.handling,
        finding=allegation.finding,
        rationale=allegation.rationale,
        decided_on=on,
        decided_by_id=allegation.decided_by_id,
        notice=notice,
        entered_by_id=actor.account,
        entered_at=at,
    )


# ---- what is done about it


@dataclass(frozen=True)
class NewAction:
    """Something to be done: its code (2.7), who sees to it (a collar number or e-mail address, "" for nobody yet), by when."""

    kind: str
    owner: str = ""
    due_on: dt.date | None = None


@transaction.atomic
def set_actions(
    *, reference: str, allegation: UUID, actions: Sequence[NewAction], actor: Actor, at: dt.datetime, version: int
) -> Case:
    """Say what is done because of a decided allegation, or, with no actions, that nothing is.

    What was set before and is not done yet is replaced; what is done stays. Whoever is named to do something is told by a
    neutral mail that there is something to do. Raises Missing (404), Stale (412), MayNot (403),
    Invalid (400), CannotDecide (409) before the decision.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_decider(case, actor)
    row = find(case, allegation)
    if not row.finding:
        raise CannotDecide("Decide it first: what is done follows from what was found.")
    if row.finding in findings.ENDED:
        raise CannotDecide(ENDED)
    on = day_of(at)
    kinds = codes.actions_on(on, [each.kind for each in actions])
    owners = [_owner(case, each.owner, due_on=each.due_on, on=on) for each in actions]
    _replace_open_actions(row)
    for new, owner in zip(actions, owners, strict=True):
        action = AllegationAction.objects.create(
            allegation=row, kind=kinds[new.kind.upper()], owner=owner, due_on=new.due_on, set_by_id=actor.person, set_on=on
        )  # fmt: skip
        _tell_owner(case, action, actor=actor, at=at)
    row.action, row.actions_set_on = _label(row), on
    row.save(update_fields=["action", "actions_set_on"])
    keep(case, "ACTIONS_SET", row, actor=actor, at=at, details={"actions": sorted(kinds)})
    return case


@transaction.atomic
def add_learning(
    *,
    reference: str,
    allegation: UUID,
    text: str,
    owner: str,
    due_on: dt.date,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Learning, Case]:
    """Note what the organisation learns from an allegation, who sees to it and by when; they are told as in `set_actions`.

    Raises Missing (404), Stale (412), MayNot (403), Invalid (400), CannotChangeAllegations (409).
    """
    case = hold(reference=reference, actor=actor, version=version)
    row, on = find(case, allegation), day_of(at)
    learning = Learning.objects.create(
        allegation=row,
        text=text,
        owner=_owner(case, owner, due_on=due_on, on=on) or _nobody(),
        due_on=due_on,
        set_by_id=actor.person,
        set_on=on,
    )
    _tell_owner(case, learning, actor=actor, at=at)
    keep(case, "LEARNING_ADDED", row, actor=actor, at=at, details={"learning": str(learning.public_id)})
    return learning, case


@transaction.atomic
def finish_action(
    *,
    reference: str,
    action: UUID,
    done_on: dt.date,
    evidence: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> Case:
    """Note that an action is done, and how that is known; also after the case was closed.

    By whoever handles the case, or its owner where they see it. Raises Missing (404), Stale (412), MayNot (403), Invalid (400), DoneAlready (409).
    """
    return _finish(
        AllegationAction, action, reference=reference, done_on=done_on, evidence=evidence, actor=actor, at=at, version=version
    )  # fmt: skip


@transaction.atomic
def finish_learning(
    *,
    reference: str,
    learning: UUID,
    done_on: dt.date,
    evidence: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> Case:
    """Note that something was learnt, and how that is known. As `finish_action`."""
    return _finish(
        Learning, learning, reference=reference, done_on=done_on, evidence=evidence, actor=actor, at=at, version=version
    )  # fmt: skip


def _finish(
    model: type[Task],
    public_id: UUID,
    *,
    reference: str,
    done_on: dt.date,
    evidence: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> Case:
    case = locking.lock(reference=reference, actor=actor, version=version)
    task = model.objects.filter(allegation__case_id=case.pk, public_id=public_id).select_related("allegation").first()
    is_its_owner = task is not None and task.owner_id == actor.person_id
    if not is_its_owner and not makers.may_handle(case, actor):
        raise MayNot(makers.may_handle.otherwise)
    if task is None:
        raise Missing
    _note_done(case, task, done_on=done_on, evidence=evidence, actor=actor, at=at)
    return case


@transaction.atomic
def finish_own_action(
    *, public_id: UUID, done_on: dt.date, evidence: str, actor: Actor, at: dt.datetime
) -> AllegationAction:
    """The same by its owner, who need not see the case and reads no version of it: what they were named for never changes.

    Raises Missing (404) for what somebody else owns and for whom a wall keeps from the case, Invalid (400), DoneAlready (409).
    """
    return _finish_own(AllegationAction, public_id, done_on=done_on, evidence=evidence, actor=actor, at=at)


@transaction.atomic
def finish_own_learning(*, public_id: UUID, done_on: dt.date, evidence: str, actor: Actor, at: dt.datetime) -> Learning:
    """As `finish_own_action`."""
    return _finish_own(Learning, public_id, done_on=done_on, evidence=evidence, actor=actor, at=at)


def _finish_own(
    model: type[Task], public_id: UUID, *, done_on: dt.date, evidence: str, actor: Actor, at: dt.datetime
) -> Task:
    rows = model.objects.filter(public_id=public_id).select_related("allegation__case")
    found = rows.owned_by(actor).first()
    if found is None:
        raise Missing
    case = locking.lock_for_owner(found.allegation.case_id)
    # Whether it is still theirs to know of, and there at all, may have changed until the lock was there.
    task: Task | None = rows.owned_by(actor).first()
    if task is None:
        raise Missing
    _note_done(case, task, done_on=done_on, evidence=evidence, actor=actor, at=at)
    return task


def _note_done(
    case: Case, task: AllegationAction | Learning, *, done_on: dt.date, evidence: str, actor: Actor, at: dt.datetime
) -> None:
    if task.done_on:
        raise DoneAlready(f"It was done on {task.done_on:%d %B %Y}.")
    if not task.set_on <= done_on <= day_of(at):
        raise Invalid("Correct the day.", errors={"done_on": ["It is between the day on which it was set and today."]})
    task.done_on, task.done_by_id, task.evidence = done_on, actor.person, evidence
    task.save(update_fields=["done_on", "done_by", "evidence"])
    verb = "ACTION_DONE" if isinstance(task, AllegationAction) else "LEARNING_DONE"
    details = {"done": str(task.public_id), "done_on": str(done_on)}
    keep(case, verb, task.allegation, actor=actor, at=at, details=details)


def _replace_open_actions(allegation: Allegation) -> None:
    """What is not done yet is not to be done any more, and nobody is told to do it."""
    replaced = AllegationAction.objects.filter(allegation=allegation, done_on=None)
    for public_id in replaced.values_list("public_id", flat=True):
        outbox.call_off(cause=f"owner:{public_id}", why="It is not to be done any more.")
    replaced.delete()


def _tell_owner(case: Case, task: AllegationAction | Learning, *, actor: Actor, at: dt.datetime) -> None:
    """A neutral mail to who was named; whoever names themselves knows."""
    if task.owner is None or task.owner.pk == actor.person_id:
        return
    for user in task.owner.accounts.filter(is_active=True).order_by("pk"):
        outbox.queue(
            cause=f"owner:{task.public_id}:{user.public_id}",
            recipient=user.email,
            subject=OWNER_SUBJECT,
            body=OWNER_BODY,
            at=at,
            about=case.reference,
            addressee=str(user.public_id),
        )


def _owner(case: Case, who: str, *, due_on: dt.date | None, on: dt.date) -> Person | None:
    if due_on is not None and due_on < on:
        raise Invalid("Correct the day.", errors={"due_on": ["It is today at the earliest."]})
    if not who:
        return None
    owner = find_person(who, force_id=case.force_id)
    if owner is None:
        raise _wrong_owner("Nobody of this force has this number or address.")
    if Involvement.objects.filter(case_id=case.pk, person=owner, ended_at=None).exists():
        raise _wrong_owner("They are part of the case themselves: they may not know of it.")
    if case.restricted and not CaseAccess.objects.filter(case_id=case.pk, person=owner, ended_at=None).exists():
        raise _wrong_owner("The case is restricted, and they have no leave to know of it.")
    return owner


def _nobody() -> Person:
    raise _wrong_owner("Somebody has to see to it.")


def _wrong_owner(told: str) -> Invalid:
    return Invalid("Name somebody else.", errors={"owner": [told]})


def _label(allegation: Allegation) -> str:
    """What is done, in words that fit: reports show it."""
    labels = [
        each.kind.label for each in AllegationAction.objects.filter(allegation=allegation).select_related("kind").order_by("id")
    ]  # fmt: skip
    told = "; ".join(labels) or "None"
    return told if len(told) <= LABEL else f"{len(labels)} actions, {labels[0]} among them"[:LABEL]
