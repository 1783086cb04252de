"""Keeping a case that has ended, and disposing of it: beside its path, and never by one person.

The clock opens a review when the period is over (retention_watch); a delegate of the appropriate authority keeps the case longer
or proposes to dispose of it; a second one confirms that or refuses. What is confirmed is erased at once, by a function of the
database's owner that asks again whether two people decided it and nobody holds the case: the application itself may not erase
what is frozen.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal
from uuid import UUID

from django.db import connection, transaction

from backend.accounts.actors import Actor
from backend.attachments import services as attachments
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import makers
from cases.lists.retention import against
from cases.makers import Maker
from cases.models import Case, RetentionHold, RetentionReview, RetentionStep
from cases.selectors import get_case, load_for_retention

from . import contact_plans, locking, steps
from .due import forget
from .locking import MayNot
from .steps import find

State, What = RetentionReview.State, RetentionStep.What
Decision = Literal["KEEP", "DISPOSE"]
DECISIONS: tuple[Decision, ...] = ("KEEP", "DISPOSE")


class CannotRetain(Refused):
    """The case, its hold or its review does not stand where this step starts."""

    code = "cannot-retain"
    title = "This cannot be done about keeping the case now."


class OwnProposal(Refused):
    code = "own-proposal"
    title = "A second person looks at a disposal."


# ---- holds


@transaction.atomic
def hold(
    *,
    reference: str,
    ground: RetentionHold.Ground,
    until_on: dt.date | None,
    reason: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[RetentionHold, Case]:
    """Keep a case whatever its age, until a day (its last) or until somebody lifts it; open or ended, and several times.

    A review that is open is called off. Raises Missing (404), Stale (412), MayNot (403), Disposed (409), Invalid (400) for a
    day that has gone.
    """
    case = _lock(reference, by=makers.may_hold, actor=actor, at=at, version=version)
    on = day_of(at)
    if until_on is not None:
        if until_on < on:
            raise steps.wrong("until_on", "This day has gone: name a later one, or none.")
        steps.check_within_reach("until_on", until_on, on=on)
    row = RetentionHold.objects.create(
        case_id=case.pk, ground=ground, until_on=until_on, placed_on=on, placed_by_id=actor.account
    )
    step = write_step(case, What.HELD, hold=row, actor=actor, at=at, text=reason)
    call_off(case, why="The case is held.", actor=actor, at=at)
    _keep(case, "RETENTION_HELD", step, actor=actor, at=at, ground=ground, until_on=until_on or "")
    return row, case


@transaction.atomic
def lift(
    *, reference: str, hold: UUID, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[RetentionHold, Case]:
    """Lift a hold: its age counts again. Raises Missing (404), Stale (412), MayNot (403), Disposed and CannotRetain (409)."""
    case = _lock(reference, by=makers.may_decide, actor=actor, at=at, version=version)
    row: RetentionHold = find(case.retention_holds, hold)
    if not row.stands_on(day_of(at)):
        raise CannotRetain("This hold was lifted, or has ended.")
    row.lifted_on, row.lifted_by_id = day_of(at), actor.account
    row.save(update_fields=["lifted_on", "lifted_by"])
    step = write_step(case, What.LIFTED, hold=row, actor=actor, at=at, text=reason)
    _keep(case, "RETENTION_HOLD_LIFTED", step, actor=actor, at=at, ground=row.ground)
    return row, case


# ---- the review


@transaction.atomic
def decide(
    *,
    reference: str,
    decision: Decision,
    until_on: dt.date | None,
    reason: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[RetentionReview, Case]:
    """Decide on an open review: KEEP the case until a day, on which it is looked at again, or propose to DISPOSE of it.

    The reason of a disposal outlives it: it names nobody. Raises Missing (404), Stale (412), MayNot (403), Disposed (409),
    CannotRetain (409) where no review is to be decided or something stands against a disposal, Invalid (400) for a day that is
    wanted or not, or has gone.
    """
    case = _lock(reference, by=makers.may_decide, actor=actor, at=at, version=version)
    row = _pending(case, State.OPEN, otherwise="No review of it is to be decided.")
    row.decided_by_id, row.decided_on = actor.account, day_of(at)
    if decision == "KEEP":
        row.kept_until = _check_day(until_on, on=day_of(at))
        _to(row, State.KEPT, on=day_of(at))
        step = write_step(case, What.KEPT, review=row, actor=actor, at=at, text=reason)
        _keep(case, "RETENTION_KEPT", step, actor=actor, at=at, until_on=row.kept_until)
        return row, case
    if until_on is not None:
        raise steps.wrong("until_on", "What is disposed of is not kept until a day.")
    _check_nothing_stands_against(case)
    _to(row, State.PROPOSED, on=None)
    step = write_step(case, What.PROPOSED, review=row, actor=actor, at=at, text=reason)
    _keep(case, "DISPOSAL_PROPOSED", step, actor=actor, at=at)
    return row, case


@transaction.atomic
def refuse(*, reference: str, reason: str, actor: Actor, at: dt.datetime, version: int) -> tuple[RetentionReview, Case]:
    """Refuse a disposal that somebody else proposed: it is to be decided anew, and the new review is answered.

    Raises Missing (404), Stale (412), MayNot (403), Disposed and CannotRetain (409), OwnProposal (409).
    """
    case, row = _proposed(reference, actor=actor, at=at, version=version)
    row.seconded_by_id = actor.account
    _to(row, State.REFUSED, on=day_of(at))
    step = write_step(case, What.REFUSED, review=row, actor=actor, at=at, text=reason)
    anew = RetentionReview.objects.create(
        case_id=case.pk,
        ending=row.ending,
        years=row.years,
        ended_on=row.ended_on,
        due_on=row.due_on,
        opened_on=day_of(at),
    )
    _keep(case, "DISPOSAL_REFUSED", step, actor=actor, at=at)
    return anew, case


@transaction.atomic
def confirm(*, reference: str, actor: Actor, at: dt.datetime, version: int) -> tuple[RetentionReview, Case]:
    """Confirm a disposal that somebody else proposed, and erase what is personal in the case, for good.

    The contact plans of those who made no other case that is kept go with it.

    What stays is the stub: reference, kind, state, days, units, codes, findings, who decided, and why it was disposed of. Raises
    Missing (404), Stale (412), MayNot (403), Disposed (409), OwnProposal (409), CannotRetain (409) where something stands against
    it meanwhile.
    """
    case, row = _proposed(reference, actor=actor, at=at, version=version)
    _check_nothing_stands_against(case)
    row.seconded_by_id = actor.account
    _to(row, State.DISPOSED, on=day_of(at))
    step = write_step(case, What.DISPOSED, review=row, actor=actor, at=at)
    plans = contact_plans.those_of_nobody_else(case)
    paths = _erase(case, on=day_of(at))
    transaction.on_commit(lambda: attachments.remove(paths))
    contact_plans.erase(plans, actor=actor, at=at)
    audit.record(
        actor=actor.public_id,
        verb="DISPOSED",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={**named(step), "ending": row.ending, "years": row.years, "ended_on": row.ended_on},
    )
    return row, get_case(reference=reference, actor=actor)


def call_off(case: Case, *, why: str, actor: Actor, at: dt.datetime) -> bool:
    """End an open review of a locked case, for a change that records itself; answers whether there was one."""
    row = RetentionReview.objects.filter(case_id=case.pk, state__in=RetentionReview.PENDING).first()
    if row is None:
        return False
    forget(case, "retention_reviews")
    _to(row, State.CALLED_OFF, on=day_of(at))
    write_step(case, What.CALLED_OFF, review=row, actor=actor, at=at, text=why)
    return True


def _erase(case: Case, *, on: dt.date) -> list[str]:
    """Answers where the files were that are to be removed once this is committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cases_dispose_of(%s, %s)", [case.pk, on])
        (paths,) = cursor.fetchone()
    return list(paths)


# ---- what they share


def _lock(reference: str, *, by: Maker, actor: Actor, at: dt.datetime, version: int) -> Case:
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not by(case, actor):
        raise MayNot(by.otherwise)
    load_for_retention(case)
    case.considered_on = day_of(at)
    return case


def _proposed(reference: str, *, actor: Actor, at: dt.datetime, version: int) -> tuple[Case, RetentionReview]:
    """The locked case and its proposed disposal, before a second person. Raises OwnProposal (409) for the first."""
    case = _lock(reference, by=makers.may_decide, actor=actor, at=at, version=version)
    row = _pending(case, State.PROPOSED, otherwise="No disposal of it is proposed.")
    if row.decided_by is not None and row.decided_by.person_id == actor.person_id:
        raise OwnProposal("You proposed it: a second person confirms it or refuses.")
    return case, row


def _pending(case: Case, state: RetentionReview.State, *, otherwise: str) -> RetentionReview:
    found = next((each for each in case.retention_reviews.all() if each.state == state), None)
    if found is None:
        raise CannotRetain(otherwise)
    row: RetentionReview = found
    return row


def _check_nothing_stands_against(case: Case) -> None:
    if reasons := against(case, on=case.considered_on):
        raise CannotRetain(" ".join(reasons))


def _check_day(until_on: dt.date | None, *, on: dt.date) -> dt.date:
    if until_on is None or until_on <= on:
        raise steps.wrong("until_on", "Name a day to come, on which somebody looks at it again.")
    steps.check_within_reach("until_on", until_on, on=on)
    return until_on


def _to(row: RetentionReview, state: RetentionReview.State, *, on: dt.date | None) -> None:
    if row.state not in RetentionReview.FROM[state]:
        raise CannotRetain(f"The review stands in: {row.get_state_display().lower()}.")
    row.state, row.settled_on = state, on
    row.save()


def write_step(
    case: Case,
    what: RetentionStep.What,
    *,
    actor: Actor,
    at: dt.datetime,
    text: str = "",
    review: RetentionReview | None = None,
    hold: RetentionHold | None = None,
) -> RetentionStep:
    """The bare row of one step of a hold or a review, for a change that records itself."""
    return RetentionStep.objects.create(
        case_id=case.pk, review=review, hold=hold, what=what, author_id=actor.user_id, taken_at=at, text=text
    )


def named(step: RetentionStep) -> dict[str, str]:
    """The step, and what it is of, as the trail names them: by their public ids."""
    whose = {"review": step.review, "hold": step.hold}
    return {"step": str(step.public_id), **{name: str(row.public_id) for name, row in whose.items() if row}}


def _keep(case: Case, verb: str, step: RetentionStep, *, actor: Actor, at: dt.datetime, **more: object) -> None:
    details = {**named(step), **{name: str(value) for name, value in more.items()}}
    steps.keep(case, verb, "retention_holds", "retention_reviews", actor=actor, at=at, details=details)
