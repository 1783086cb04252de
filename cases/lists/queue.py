"""The list of cases: named queues, filters and search, of what somebody may see."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextChoices

from backend.accounts.actors import Actor
from backend.accounts.models import Role, User
from backend.areas.models import Unit
from backend.calendar.selectors import working_calendar
from backend.common.errors import Invalid
from backend.common.identifiers import ReferenceConverter, as_read_out
from backend.common.pagination import Order, Page
from cases.models import Allegation, Case, Code, CommentState, ComplaintState, Contribution, Kind, Review
from cases.models.case import CaseQuerySet
from cases.models.states import ENDED
from cases.selectors import RELATED

DUE_FIRST = Order("due", ("queue_on", "id"))
OWN_DUE_FIRST = Order("own-due", ("own_due_on", "id"))
NEWEST_FIRST = Order("newest", ("received_on", "id"), descending=True)
LISTED = (
    "id", "reference", "kind", "state", "origin", "version", "received_on", "made_on", "closed_on", "next_due_on",
    "next_due_rule", "own_due_on", "queue_on", "disposed_on", "concerns_conduct", "flags", "outcome", "unit__slug", "unit__name",
    "about_unit__slug", "about_unit__name", "neighbourhood__name", "handler__email", "handler__person__name",
)  # fmt: skip
KNOWN_AS_COMMON = 10_000  # of a million: among the newest few thousand there is a page of them
FEW_MATCHES = 1_500  # to read so many one by one takes as long as to come across 25 of them among a million
A_REFERENCE = re.compile(ReferenceConverter.regex)
SOON = 5  # working days


class Queue(TextChoices):
    """The lists that a handler's day begins with."""

    MINE = "mine", "Mine"
    MY_UNIT = "my_unit", "My unit's"
    UNASSIGNED = "unassigned", "Without a handler"
    AWAITING_OTHERS = "awaiting_others", "Awaiting others"
    DUE_SOON = "due_soon", "Due within five working days"
    BREACHED = "breached", "Late"


def page(*, actor: Actor, filters: Mapping[str, Any], on: dt.date) -> Page[Case]:
    """One page of the cases that the actor may see: what is due first, or, in a search or history, the newest first.

    What is soon due, or late, comes in the order of what the force itself owes.

    `filters` as validated by cases.api (QueueQuery), `on` the London day that ages and lateness are told by. Raises
    ValidationError (400) for a cursor of another list, Invalid (400) for a code that no table has.
    """
    order = NEWEST_FIRST if filters["order"] == "newest" else _due_first(filters.get("queue"))
    rows = selection(actor=actor, filters=filters, on=on).select_related(*RELATED).only(*LISTED)
    return order.page(rows, cursor=filters["cursor"], size=filters["limit"])


def selection(*, actor: Actor, filters: Mapping[str, Any], on: dt.date) -> CaseQuerySet:
    """All of them, in no order."""
    cases = whatever_queue_and_state(actor=actor, filters=filters, on=on)
    return narrowed(cases.filter(of_the_queue(filters.get("queue"), actor=actor, on=on)), filters, filters.get("state"))


def narrowed(cases: CaseQuerySet, filters: Mapping[str, Any], state: str | None) -> CaseQuerySet:
    """Those of `cases` in that state; None is any. The open ones of a state in which all are closed are not looked for."""
    if state is None:
        return cases
    return cases.none() if filters["open"] and state in ENDED else cases.filter(state=state)


def whatever_queue_and_state(*, actor: Actor, filters: Mapping[str, Any], on: dt.date) -> CaseQuerySet:
    """The cases by every other filter."""
    cases: CaseQuerySet = Case.objects.visible_to(actor)
    if filters["history"] != "include":
        cases = cases.filter(origin="LIVE" if filters["history"] == "exclude" else "IMPORTED")
    if filters["open"]:
        cases = cases.filter(closed_on=None)
    cases = cases.filter(**_conditions(filters, on), **_of_whom(actor, filters), **_of_which_unit(filters))
    if code := filters.get("category"):
        rows = Allegation.objects.filter(moved_to=None, code_id__in=codes_of(Code.Table.CATEGORY, code))
        cases = _having(cases, rows, case="case_id")
    if code := filters.get("factor"):
        tagged = Allegation.factors.through.objects.filter(code_id__in=codes_of(Code.Table.FACTOR, code))
        cases = _having(cases, tagged.filter(allegation__moved_to=None), case="allegation__case_id")
    return _found(cases, filters["search"]) if filters["search"] else cases


def codes_of(table: Code.Table, code: str) -> list[int]:
    """The keys of a code and of those below it, whenever they stood. Raises Invalid (400) for one that no table has."""
    found = Code.objects.filter(Q(code=code) | Q(parent__code=code), table=table)
    keys = list(found.values_list("pk", flat=True))
    if not keys:
        raise Invalid("Correct the filter that is named.", errors={table.lower(): [f"There is no code {code}."]})
    return keys


def of_the_queue(queue: str | None, *, actor: Actor, on: dt.date) -> Q:
    """What a case of the queue has to be; None is any case."""
    units, forces = actor.units_of(*Role), actor.whole_forces_of(*Role)
    # No needless OR: the planner walks a unit's index only without.
    own = Q(unit_id__in=units) | Q(force_id__in=forces) if forces else Q(unit_id__in=units)
    match queue:
        case Queue.MINE:
            return Q(handler_id=actor.user_id)
        case Queue.MY_UNIT:
            return own
        case Queue.UNASSIGNED:
            return Q(handler_id=None)
        case Queue.AWAITING_OTHERS:
            with_a_unit = Q(kind=Kind.COMMENT, state=CommentState.WITH_LPU) & ~own
            return _others_are_next() | _a_body_decides() | with_a_unit | _another_unit_is_asked(units)
        case Queue.DUE_SOON:
            return due_soon_on(on)
        case Queue.BREACHED:
            return late_on(on)
    return Q()


def late_on(day: dt.date) -> Q:
    """What a case is that was late on `day`: the last day of something that the force owes, by statute or target, had passed."""
    return Q(own_due_on__lt=day)


def due_soon_on(day: dt.date) -> Q:
    """What a case is that is not late, and of which the force owes something on `day` or within five working days after it."""
    return Q(own_due_on__gte=day, own_due_on__lte=working_calendar().add_working_days(day, SOON))


def _due_first(queue: str | None) -> Order:
    return OWN_DUE_FIRST if queue in (Queue.DUE_SOON, Queue.BREACHED) else DUE_FIRST


def _others_are_next() -> Q:
    """What is owed first is the complainant's or the IOPC's; also where they let the time go by, for then the force goes on."""
    before = [Q(**{own: None}) | Q(**{f"{own}__gte": F("others_due_on")}) for own in ("legal_due_on", "target_due_on")]
    return Q(others_due_on__isnull=False) & before[0] & before[1]


def _a_body_decides() -> Q:
    """Where no clock says by when: on a referral, or on a review until its decision is entered."""
    undecided = Review.objects.filter(case=OuterRef("pk"), state=Review.State.APPLIED, waits=False)
    return Q(state=ComplaintState.REFERRED) | Q(Exists(undecided), state=ComplaintState.UNDER_REVIEW)


def _another_unit_is_asked(own: list[int]) -> Q:
    asked = Contribution.objects.outstanding().filter(case=OuterRef("pk")).exclude(unit__in=own)
    return Q(Exists(asked))


def _conditions(filters: Mapping[str, Any], on: dt.date) -> dict[str, Any]:
    lookups = {
        "kind": "kind",
        "regime": "regime",
        "due_by": "next_due_on__lte",
        "received_from": "received_on__gte",
        "received_to": "received_on__lte",
    }
    conditions = {lookup: filters[name] for name, lookup in lookups.items() if filters.get(name)}
    if filters.get("flag"):
        conditions["flags__contains"] = [filters["flag"]]
    if (days := filters.get("older_than")) is not None:
        conditions["received_on__lt"] = on - dt.timedelta(days=days)
    if (is_recorded := filters.get("recorded")) is not None:
        conditions["recorded_on__isnull"] = not is_recorded
    if (is_restricted := filters.get("restricted")) is not None:
        conditions["restricted"] = is_restricted
    return conditions


def _of_whom(actor: Actor, filters: Mapping[str, Any]) -> dict[str, Any]:
    conditions: dict[str, Any] = {}
    if filters["handler"] == "me":
        conditions["handler_id"] = actor.user_id
    elif filters["handler"] == "nobody":
        conditions["handler_id"] = None
    if email := filters.get("handled_by"):
        conditions["handler_id__in"] = list(User.objects.filter(email=email.lower()).values_list("pk", flat=True))
    return conditions


def _of_which_unit(filters: Mapping[str, Any]) -> dict[str, Any]:
    """By key and not by a join: the index of a unit's queue is found by it."""
    named = {name: filters[name] for name in ("unit", "about_unit") if filters.get(name)}
    return {
        f"{name}_id__in": list(Unit.objects.filter(slug=slug).values_list("pk", flat=True))
        for name, slug in named.items()
    }


def _having(cases: CaseQuerySet, rows: QuerySet[Any], *, case: str) -> CaseQuerySet:
    """Those of `cases` that one of `rows` belongs to, in a form that the database pages through quickly.

    Of a rare code the cases are looked up first, whoever may see them: by the order of the queue they would be hard to find.
    """
    few = list(rows.values_list(case, flat=True)[: FEW_MATCHES + 1])
    if len(few) <= FEW_MATCHES:
        return cases.filter(pk__in=few)
    return cases.filter(Exists(rows.filter(**{case: OuterRef("pk")})))


def _found(cases: CaseQuerySet, words: str) -> CaseQuerySet:
    """Those of `cases` that match, or are of that reference, in a form that the database pages through quickly, newest first.

    It knows how common the common words are, but takes every other for fairly rare, and would look for a very rare one by
    reading half of all cases backwards. So of those the first matches are looked up in the search index, whoever may see
    them: where they are all, their ids tell how few they are.
    """
    matches = Case.objects.matching(words).order_by()
    (planned,) = json.loads(matches.explain(format="json"))
    if planned["Plan"]["Plan Rows"] > KNOWN_AS_COMMON:
        return cases.matching(words)
    few = list(matches.values_list("pk", flat=True)[: FEW_MATCHES + 1])
    if len(few) > FEW_MATCHES:
        return cases.matching(words)
    return cases.filter(pk__in=[*few, *_of_the_reference(words)])


def _of_the_reference(words: str) -> list[int]:
    """The key of the case whose reference the words are, however it was typed; none where they are something else."""
    reference = as_read_out(words)
    if words.startswith("-") or not A_REFERENCE.fullmatch(reference):
        return []
    return list(Case.objects.filter(reference=reference).values_list("pk", flat=True))
