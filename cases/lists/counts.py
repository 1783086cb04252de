"""How many cases are in each queue and in each state: the lists' own number, up to where counting would cost too much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q

from backend.accounts.actors import Actor
from cases.models import CommentState, ComplaintState, Kind, MatterState
from cases.models.case import CaseQuerySet

from .queue import Queue, narrowed, of_the_queue, whatever_queue_and_state

CAP = 1_000  # so many are counted out of any list; beyond, it is said that there are more
STATES = {Kind.COMPLAINT: ComplaintState, Kind.COMMENT: CommentState, Kind.MATTER: MatterState}
TOTAL = ("total", "")


@dataclass(frozen=True)
class Count:
    """How many cases a list has: exactly, or, where `is_more`, at least that many and one."""

    of: str
    count: int
    is_more: bool


@dataclass(frozen=True)
class Counts:
    """Of the list itself, of each queue within it, and of each state within it."""

    total: Count
    queues: list[Count]
    states: list[Count]


def counts(*, actor: Actor, filters: Mapping[str, Any], on: dt.date) -> Counts:
    """The numbers of cases that the list has with these filters, and with each queue or state in place of its own.

    One statement, whatever there is to count. Raises Invalid (400) for a code that no table has.
    """
    cases = whatever_queue_and_state(actor=actor, filters=filters, on=on)
    queues = {each: of_the_queue(each, actor=actor, on=on) for each in Queue.values}
    within, state = queues.get(filters.get("queue", ""), Q()), filters.get("state")
    machines = [STATES[Kind(filters["kind"])]] if filters.get("kind") else STATES.values()
    states = sorted({value for machine in machines for value in machine.values})
    found = _count(
        {
            TOTAL: narrowed(cases.filter(within), filters, state),
            **{("queue", each): narrowed(cases.filter(of), filters, state) for each, of in queues.items()},
            **{("state", each): narrowed(cases.filter(within), filters, each) for each in states},
        }
    )
    return Counts(
        total=found[TOTAL],
        queues=[found["queue", each] for each in Queue.values],
        states=[found["state", each] for each in states],
    )


def _count(lists: Mapping[tuple[str, str], CaseQuerySet]) -> dict[tuple[str, str], Count]:
    numbers = dict.fromkeys(range(len(lists)), 0)
    statements, values = [], []
    for place, cases in enumerate(lists.values()):
        try:
            statement, parameters = cases.order_by().values("pk")[: CAP + 1].query.sql_with_params()
        except EmptyResultSet:  # nobody may see any, so there is nothing to ask
            continue
        statements.append("SELECT %s, count(*) FROM (" + statement + ") AS listed")  # noqa: S608  # the ORM's own words
        values += [place, *parameters]
    if statements:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(statements), values)
            numbers |= dict(cursor.fetchall())
    return {
        key: Count(of=key[1], count=min(numbers[place], CAP), is_more=numbers[place] > CAP)
        for place, key in enumerate(lists)
    }
