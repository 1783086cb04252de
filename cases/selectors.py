"""Reading cases: the queue, one case with its parts, and what may be done with it next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from backend.accounts.actors import Actor
from backend.attachments.models import StoredFile
from backend.calendar.selectors import working_calendar
from backend.common.errors import Missing
from backend.common.pagination import Order, Page
from cases.clocks import count_out
from cases.deadlines import Deadline, open_deadlines
from cases.machine import MACHINES, permission_of, reasons_against, target_of
from cases.models import Case, CaseFile, Involvement, Kind, Message, Note
from cases.models.case import CaseQuerySet
from cases.moves import NEEDS, Need

DUE_FIRST = Order("due", ("queue_on", "id"))
NEWEST_FIRST = Order("newest", ("received_on", "id"), descending=True)
LISTED = (
    "id", "reference", "kind", "state", "origin", "version", "received_on", "made_on", "closed_on", "next_due_on",
    "next_due_rule", "queue_on", "concerns_conduct", "flags", "outcome", "unit__slug", "unit__name", "about_unit__slug",
    "about_unit__name", "neighbourhood__name", "handler__email", "handler__person__name",
)  # fmt: skip
KNOWN_AS_COMMON = 10_000  # of a million: among the newest few thousand there is a page of them
FEW_MATCHES = 1_500  # to read so many one by one takes as long as to come across 25 of them among a million
RELATED = ("unit", "about_unit", "neighbourhood", "handler__person")


def queue(*, actor: Actor, filters: Mapping[str, Any]) -> Page[Case]:
    """One page of the cases that the actor may see: what is due first, or, in a search or history, the newest first.

    `filters` as validated by cases.api: kind, state, unit, about_unit, handler, due_by, received_from, received_to, history,
    search, cursor, limit. Raises ValidationError (400) for a cursor of another list.
    """
    cases = Case.objects.visible_to(actor)
    if filters["history"] != "include":
        cases = cases.filter(origin="LIVE" if filters["history"] == "exclude" else "IMPORTED")
    if filters["open"]:
        cases = cases.filter(closed_on=None)
    cases = cases.filter(**_conditions(actor, filters))
    if filters["search"]:
        cases = _found(cases, filters["search"])
    order = DUE_FIRST if filters["order"] == "due" else NEWEST_FIRST
    rows = cases.select_related(*RELATED).only(*LISTED)
    return order.page(rows, cursor=filters["cursor"], size=filters["limit"])


def _found(cases: CaseQuerySet, words: str) -> CaseQuerySet:
    """Those of `cases` whose narrative matches, in a form that the database pages through quickly, newest first.

    It knows how common the common words are, but takes every other for fairly rare, and would look for a very rare one by
    reading half of all cases backwards. So of those the first matches are looked up in the search index, whoever may see
    them: where they are all, their ids tell how few they are.
    """
    matches = Case.objects.matching(words).order_by()
    (planned,) = json.loads(matches.explain(format="json"))
    if planned["Plan"]["Plan Rows"] > KNOWN_AS_COMMON:
        return cases.matching(words)
    few = list(matches.values_list("pk", flat=True)[: FEW_MATCHES + 1])
    return cases.matching(words) if len(few) > FEW_MATCHES else cases.filter(pk__in=few)


def _conditions(actor: Actor, filters: Mapping[str, Any]) -> dict[str, Any]:
    lookups = {
        "kind": "kind",
        "state": "state",
        "unit": "unit__slug",
        "about_unit": "about_unit__slug",
        "due_by": "next_due_on__lte",
        "received_from": "received_on__gte",
        "received_to": "received_on__lte",
    }
    conditions = {lookup: filters[name] for name, lookup in lookups.items() if filters.get(name)}
    if filters.get("flag"):
        conditions["flags__contains"] = [filters["flag"]]
    if filters["handler"] == "me":
        conditions["handler_id"] = actor.user_id
    elif filters["handler"] == "nobody":
        conditions["handler_id"] = None
    return conditions


def get_case(*, reference: str, actor: Actor) -> Case:
    """One case as the machine of its kind. Raises Missing (404) where the actor may not see it."""
    kind = Case.objects.visible_to(actor).filter(reference=reference).values_list("kind", flat=True).first()
    if kind is None:
        raise Missing
    rows = (
        MACHINES[Kind(kind)].objects.select_related(*RELATED, "force").prefetch_related("allegations", "complainants")
    )
    case: Case = rows.defer("search", "neighbourhood__boundary").get(reference=reference)
    return case


@dataclass(frozen=True)
class NextMove:
    """One move of the machine: whether this actor may make it now, why not, and what it needs to be told."""

    move: str
    label: str
    allowed: bool
    why_not: list[str]
    target: str
    who: str
    needs: tuple[Need, ...]


def next_moves(case: Case, *, actor: Actor) -> list[NextMove]:
    """Every move of the case's machine, those that start where it stands first. Asks the same rules as the door does."""
    moves = []
    for move in case.moves:
        rule, why_not = permission_of(case, move.value), reasons_against(case, move.value)
        if not rule(case, actor):
            why_not.append(rule.otherwise)
        target = target_of(case, move.value)
        moves.append(NextMove(move.value, move.label, not why_not, why_not, target, rule.otherwise, NEEDS[move.value]))
    return sorted(moves, key=lambda each: not each.allowed)


def deadlines(case: Case) -> list[Deadline]:
    """The open duties of a case, the first due first."""
    return open_deadlines(case, working_calendar())


def explained_deadlines(case: Case) -> list[dict[str, Any]]:
    """The same, each with `days`: every day that was counted or skipped (cases.clocks.Day)."""
    calendar = working_calendar()
    return [
        {**asdict(deadline), "days": count_out(deadline.rule, deadline.started_on, calendar).days}
        for deadline in open_deadlines(case, calendar)
    ]


def notes_of(case: Case) -> list[Note]:
    return list(Note.objects.filter(case=case).select_related("author__person").order_by("written_at", "id"))


def messages_of(case: Case) -> list[Message]:
    return list(Message.objects.filter(case=case).select_related("author__person").order_by("sent_at", "id"))


def involvements_of(case: Case) -> list[Involvement]:
    return list(Involvement.objects.filter(case=case).select_related("person").order_by("id"))


def files_of(case: Case) -> list[StoredFile]:
    return [link.file for link in CaseFile.objects.filter(case=case).select_related("file").order_by("id")]


def get_file(*, reference: str, public_id: str, actor: Actor) -> StoredFile:
    """A file of a case that the actor may see. Raises Missing (404)."""
    case = get_case(reference=reference, actor=actor)
    link = CaseFile.objects.filter(case=case, file__public_id=public_id).select_related("file").first()
    if link is None:
        raise Missing
    return link.file
