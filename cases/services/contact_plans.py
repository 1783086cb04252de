"""How a person is dealt with who complains persistently: a plan of the person, which a second one looks at, and again in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Missing, Refused, Stale
from cases import diary, makers
from cases.models import Case, ContactPlan
from cases.selectors import get_case

from . import steps
from .disposed import check_is_there
from .locking import MayNot


class HasAPlan(Refused):
    code = "has-a-plan"
    title = "There is a plan for this person."


class OwnPlan(Refused):
    code = "own-plan"
    title = "A second person looks at a plan."


@transaction.atomic
def make(
    *, reference: str, complainant: UUID, text: str, review_on: dt.date, actor: Actor, at: dt.datetime
) -> ContactPlan:
    """A plan for the person behind a complainant: it is shown on every case that they make, to whoever may see that case.

    Nothing of the case changes. Raises Missing (404), MayNot (403), Invalid (400) for somebody who left neither e-mail
    address nor telephone number, by which they could be known again, HasAPlan (409).
    """
    case = _case(reference, actor)
    whom = steps.complainant_of(case, complainant)
    if not (whom.email_index or whom.telephone_index):
        raise steps.wrong("complainant", "They left neither an e-mail address nor a number to be known again by.")
    _check_review(review_on, at=at)
    _hold_those_of(case)
    case.refresh_from_db(fields=["disposed_on"])
    check_is_there(case)
    if any(whom.public_id in diary.whom_it_concerns(case, plan) for plan in diary.plans_of(case)):
        raise HasAPlan("Review it, or end it before you make another.")
    plan = ContactPlan.objects.create(
        force_id=case.force_id,
        email=whom.email,
        telephone=whom.telephone,
        text=text,
        made_by_id=actor.account,
        made_on=day_of(at),
        review_on=review_on,
    )
    _record(plan, "CONTACT_PLAN_MADE", actor=actor, at=at)
    return plan


@transaction.atomic
def review(
    *, reference: str, public_id: UUID, text: str, review_on: dt.date, actor: Actor, at: dt.datetime, version: int
) -> ContactPlan:
    """Confirm the plan, or change its text; the next review is due on `review_on`. `version` is the plan's that was read.

    Raises Missing (404) where the plan is of nobody in this case, MayNot (403), Stale (412) where somebody has reviewed it
    since, Invalid (400), OwnPlan (409) for its maker.
    """
    plan = _plan(_case(reference, actor), public_id, version=version)
    _check_review(review_on, at=at)
    if plan.made_by.person_id == actor.person_id:
        raise OwnPlan("You made it: somebody else reviews it.")
    plan.text, plan.review_on = text or plan.text, review_on
    plan.reviewed_by_id, plan.reviewed_on = actor.account, day_of(at)
    plan.version += 1
    plan.save()
    _record(plan, "CONTACT_PLAN_REVIEWED", actor=actor, at=at)
    return plan


@transaction.atomic
def end(*, reference: str, public_id: UUID, reason: str, actor: Actor, at: dt.datetime, version: int) -> ContactPlan:
    """The plan is not in force any more, for this reason. `version` is the plan's that was read.

    Raises Missing (404), MayNot (403), Stale (412) where somebody has reviewed it since.
    """
    plan = _plan(_case(reference, actor), public_id, version=version)
    plan.ended_on, plan.ended_because = day_of(at), reason
    plan.version += 1
    plan.save()
    _record(plan, "CONTACT_PLAN_ENDED", actor=actor, at=at)
    return plan


def those_of_nobody_else(case: Case) -> list[ContactPlan]:
    """The plans of those who are known in this case, and in no other that is kept; until the commit nobody makes one more."""
    _hold_those_of(case)
    return diary.plans_of_nobody_else(case)


def erase(plans: Sequence[ContactPlan], *, actor: Actor, at: dt.datetime) -> None:
    """For a disposal, which records itself: these plans are gone for good, with the last case of their people."""
    for plan in plans:
        ContactPlan.objects.filter(pk=plan.pk).delete()
        _record(plan, "CONTACT_PLAN_ERASED", actor=actor, at=at)


def _case(reference: str, actor: Actor) -> Case:
    case = get_case(reference=reference, actor=actor)
    if not makers.may_assess(case, actor):
        raise MayNot(makers.may_assess.otherwise)
    check_is_there(case)
    return case


def _hold_those_of(case: Case) -> None:
    """One after the other for one person, whichever of their cases they are met in."""
    list(diary.rows_of_the_same(case).order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _plan(case: Case, public_id: UUID, *, version: int) -> ContactPlan:
    of_the_case = [plan.pk for plan in diary.plans_of(case)]
    plan = ContactPlan.objects.select_for_update(of=("self",)).filter(pk__in=of_the_case, public_id=public_id).first()
    if plan is None or plan.ended_on:
        raise Missing
    if plan.version != version:
        raise Stale("Read the plan again: somebody has reviewed it. Nothing of yours was saved.")
    return plan


def _check_review(review_on: dt.date, *, at: dt.datetime) -> None:
    if review_on <= day_of(at):
        raise steps.wrong("review_on", "Name a day to come: a plan is looked at again.")


def _record(plan: ContactPlan, verb: str, *, actor: Actor, at: dt.datetime) -> None:
    audit.record(
        actor=actor.public_id,
        verb=verb,
        subject_kind="contact_plan",
        subject=str(plan.public_id),
        at=at,
        details={"review_on": plan.review_on},
    )
