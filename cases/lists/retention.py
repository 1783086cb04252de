"""How cases stand to their retention: what is due, what waits for a decision, and what stands against a disposal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from backend.accounts.actors import Actor
from backend.accounts.models import Role
from backend.common.pagination import Order, Page
from cases import makers
from cases import retention as rules
from cases.clocks import corresponding_date
from cases.makers import Maker
from cases.models import Case, Origin, RetentionHold, RetentionPeriod, RetentionReview, RetentionStep
from cases.selectors import load_for_retention, retention_periods, retention_steps_of

BATCH = 200
DECIDERS = ("decided_by__person", "seconded_by__person")
PENDING = Order("retention", ("due_on", "id"))
State = RetentionReview.State


@dataclass(frozen=True)
class Possible:
    """One step, whether this actor may take it now, and why not."""

    step: str
    allowed: bool
    why_not: Sequence[str]


@dataclass(frozen=True)
class Standing:
    """How long a case is kept and why: `due_on` is the day of its review, None while it has not ended."""

    case: Case
    ending: str
    period: RetentionPeriod | None
    due_on: dt.date | None
    against: Sequence[str]
    possible: Sequence[Possible]
    holds: Sequence[RetentionHold]
    reviews: Sequence[RetentionReview]
    history: Sequence[RetentionStep]


def standing(case: Case, *, actor: Actor, on: dt.date) -> Standing:
    """How the case stands to its retention on that day, and what the actor may do about it.

    What stands against a disposal is for who decides that alone: it may be a case that others know nothing of.
    """
    load_for_retention(case)
    period = rules.period_for(case, retention_periods())
    return Standing(
        case,
        rules.ending_of(case),
        period,
        rules.due_on(case, period) if period else None,
        against(case, on=on) if makers.may_decide(case, actor) else [],
        _possible(case, actor, on=on),
        list(RetentionHold.objects.filter(case=case).select_related("placed_by__person").order_by("id")),
        list(RetentionReview.objects.filter(case=case).select_related(*DECIDERS).order_by("id")),
        retention_steps_of(case),
    )


def against(case: Case, *, on: dt.date) -> list[str]:
    """What stands against reviewing the case or disposing of it, in words; nothing where it may be. Its parts are loaded."""
    case.considered_on = on
    return [fact.otherwise for fact in rules.FACTS if not fact(case)]


def pending(*, actor: Actor, state: str, cursor: str, size: int) -> Page[RetentionReview]:
    """The reviews that wait for a decision or for a second person, what was due first at the top: for who decides them.

    `state` is one of them, or "" for both. Raises ValidationError (400) for a cursor of another list.
    """
    decides = actor.forces_of(Role.APPROPRIATE_AUTHORITY)
    cases = Case.objects.visible_to(actor).filter(force__in=decides)
    rows = RetentionReview.objects.filter(state__in=[state] if state else RetentionReview.PENDING, case__in=cases)
    return PENDING.page(rows.select_related("case", *DECIDERS), cursor=cursor, size=size)


def _possible(case: Case, actor: Actor, *, on: dt.date) -> list[Possible]:
    pending = next((each for each in case.retention_reviews.all() if each.state in each.PENDING), None)
    state = pending.state if pending else ""
    to_decide = [] if state == State.OPEN else ["No review of it is to be decided."]
    to_confirm = [] if state == State.PROPOSED else ["No disposal of it is proposed."]
    if pending and state == State.PROPOSED and _is_by(pending, actor):
        to_confirm.append("You proposed it: a second person looks at it.")
    stands = any(each.stands_on(on) for each in case.retention_holds.all())
    stopped = against(case, on=on)
    asked: list[tuple[str, Maker, list[str]]] = [
        ("hold", makers.may_hold, []),
        ("lift", makers.may_decide, [] if stands else ["Nobody holds it."]),
        ("keep", makers.may_decide, to_decide),
        ("dispose", makers.may_decide, to_decide + (stopped if not to_decide else [])),
        ("confirm", makers.may_decide, to_confirm + (stopped if not to_confirm else [])),
        ("refuse", makers.may_decide, to_confirm),
    ]
    return [_answer(case, actor, step, rule, why) for step, rule, why in asked]


def _is_by(review: RetentionReview, actor: Actor) -> bool:
    """Whether one person is behind the proposal and the actor: a second account is nobody else."""
    return review.decided_by is not None and review.decided_by.person_id == actor.person_id


def _answer(case: Case, actor: Actor, step: str, rule: Maker, why: list[str]) -> Possible:
    if case.disposed_on or case.origin == Origin.IMPORTED:
        why = ["It was disposed of." if case.disposed_on else "It is history, and stays as it was."]
    why_not = why if rule(case, actor) else [rule.otherwise]
    return Possible(step, not why_not, why_not)


# ---- what is due


@dataclass(frozen=True)
class Due:
    """An ended case that is to be reviewed: by which period, and since which day."""

    case: Case
    period: RetentionPeriod
    ended_on: dt.date
    due_on: dt.date


def due(*, on: dt.date) -> list[Due]:
    """What the clock would open a review of on that day, what ended first at the top."""
    found: list[Due] = []
    periods = retention_periods()
    keys = candidates(on)
    for start in range(0, len(keys), BATCH):
        cases = list(
            Case.objects.filter(pk__in=keys[start : start + BATCH]).defer("search").order_by("closed_on", "pk")
        )
        load_for_retention(*cases)
        found += due_of(cases, periods, on=on)
    return found


def held(*, on: dt.date) -> list[RetentionHold]:
    """The holds that stand on that day, oldest first."""
    rows = RetentionHold.objects.filter(Q(until_on=None) | Q(until_on__gte=on), lifted_on=None)
    return list(rows.select_related("case").order_by("placed_on", "id"))


def candidates(on: dt.date) -> list[int]:
    """The keys of ended cases whose time may have come, by the shortest period there ever was; no review of them is open."""
    shortest = _shortest_periods()
    ended = Q(kind="COMMENT", closed_on__lte=_years_before(on, shortest[True])) | Q(
        ~Q(kind="COMMENT"), closed_on__lte=_years_before(on, shortest[False])
    )
    reviews = RetentionReview.objects.filter(case=OuterRef("pk"))
    decided = reviews.filter(
        Q(state__in=RetentionReview.PENDING) | Q(state=State.KEPT, kept_until__gt=on, ended_on=OuterRef("closed_on"))
    )
    held = RetentionHold.objects.filter(case=OuterRef("pk"), lifted_on=None, until_on=None)
    cases = Case.objects.filter(ended, origin=Origin.LIVE, closed_on__isnull=False, disposed_on=None)
    return list(
        cases.exclude(Exists(decided)).exclude(Exists(held)).order_by("closed_on", "pk").values_list("pk", flat=True)
    )


def _shortest_periods() -> dict[bool, int]:
    """In years: of comments (True), and of everything else."""
    years: dict[bool, list[int]] = {True: [], False: []}
    for period in retention_periods():
        years[period.ending == "COMMENT"].append(period.years)
    return {of_comments: min(each, default=100) for of_comments, each in years.items()}


def _years_before(on: dt.date, years: int) -> dt.date:
    return corresponding_date(on, -12 * years)


def due_of(cases: Sequence[Case], periods: Sequence[RetentionPeriod], *, on: dt.date) -> list[Due]:
    """Those of the cases (parts loaded) whose day has come, that nothing stands against, and that no open review is of."""
    found = []
    for case in cases:
        period = rules.period_for(case, periods)
        day = rules.due_on(case, period) if period else None
        pending = any(each.state in each.PENDING for each in case.retention_reviews.all())
        if period and case.closed_on and day and day <= on and not pending and not against(case, on=on):
            found.append(Due(case, period, case.closed_on, day))
    return found
