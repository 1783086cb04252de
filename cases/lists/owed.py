"""What is owed today, by whom, to whom: duty by duty, legal clocks first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework.exceptions import ValidationError

from backend.accounts.actors import Actor
from backend.areas.models import Unit
from backend.common.pagination import Order, Page
from cases.deadlines import FORCE, Deadline, open_deadlines
from cases.models import Case
from cases.selectors import load_parts
from cases.timetable import timetable

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Section:
    """A part of the list: which duties it has, and the cached day of a case by which their cases are found and ordered."""

    name: str
    order: Order
    has: Callable[[Deadline], bool]

    @property
    def day(self) -> str:
        return self.order.fields[0]


SECTIONS = (
    Section("law", Order("owed-law", ("legal_due_on", "id")), lambda duty: duty.owed_by == FORCE and duty.is_statutory),
    Section(
        "target",
        Order("owed-target", ("target_due_on", "id")),
        lambda duty: duty.owed_by == FORCE and not duty.is_statutory,
    ),
    Section("others", Order("owed-others", ("others_due_on", "id")), lambda duty: duty.owed_by != FORCE),
)


@dataclass(frozen=True)
class Owed:
    """One open duty of one case. `days_over` is 0 on the last day allowed, and less before it.

    `asked_of` is the unit that was asked to contribute, where the duty is that; else it falls to the case's own.
    """

    case: Case
    duty: Deadline
    days_over: int
    asked_of: Unit | None = None


def owed(*, actor: Actor, filters: Mapping[str, Any], on: dt.date) -> Page[Owed]:
    """The duties that are due on `on`, before it, or within so many days after it, of the cases that the actor may see.

    First what the law asks of the force, then what it set itself, then what others owe it; in each by the first day of a
    case. A page is of up to `limit` cases, so it may hold more duties than that. `filters` as validated by cases.api:
    days, mine, unit, statutory, overdue, cursor, limit. A closed case is among them while it owes somebody a notice.
    Always as many statements. Raises ValidationError (400) for a cursor of another list.
    """
    until = on - DAY if filters["overdue"] else on + DAY * filters["days"]
    cases = _cases(actor, filters)
    sections = [section for section in SECTIONS if not filters["statutory"] or section.name != "target"]
    first, cursor = _read(filters["cursor"], sections)
    taken: list[tuple[Section, list[Case]]] = []
    room, following = filters["limit"], ""
    for section in sections[first:]:
        rows = cases.filter(**{f"{section.day}__lte": until})
        if not room:
            following = f"{section.name}." if rows.exists() else ""
        else:
            page = section.order.page(rows, cursor=cursor, size=room)
            taken.append((section, page.rows))
            room, cursor = room - len(page.rows), ""
            following = f"{section.name}.{page.next_cursor}" if page.next_cursor else ""
        if following:
            break
    load_parts(*{case.pk: case for _, found in taken for case in found}.values())
    duties = _duties(taken, on=on, until=until)
    if filters["statutory"]:
        duties = [each for each in duties if each.duty.is_statutory]
    return Page(duties, following)


def _cases(actor: Actor, filters: Mapping[str, Any]) -> Any:
    cases = Case.objects.visible_to(actor).filter(origin="LIVE")
    if filters["mine"]:
        cases = cases.filter(handler_id=actor.user_id)
    if slug := filters.get("unit"):
        cases = cases.filter(unit_id__in=list(Unit.objects.filter(slug=slug).values_list("pk", flat=True)))
    return cases.select_related("unit", "handler__person").defer("words", "search")


def _read(cursor: str, sections: list[Section]) -> tuple[int, str]:
    """Which section the cursor is of, and where in it."""
    if not cursor:
        return 0, ""
    name, _, within = cursor.partition(".")
    for place, section in enumerate(sections):
        if section.name == name:
            return place, within
    raise ValidationError({"cursor": ["This is not a cursor of this list; start again without one."]})


def _duties(taken: list[tuple[Section, list[Case]]], *, on: dt.date, until: dt.date) -> list[Owed]:
    calendar, asked, found = timetable(), _asked(taken), []
    for section, cases in taken:
        due = [
            Owed(case, duty, days_over=(on - duty.due_on).days, asked_of=asked.get(duty.about))
            for case in cases
            for duty in open_deadlines(case, calendar)
            if section.has(duty) and duty.due_on <= until
        ]
        found += sorted(due, key=lambda each: each.duty.due_on)
    return found


def _asked(taken: list[tuple[Section, list[Case]]]) -> dict[str, Unit]:
    """The unit that each contribution was asked of, by the contribution's public id."""
    rows = [row for _, cases in taken for case in cases for row in case.contributions.all()]
    units = Unit.objects.in_bulk({row.unit_id for row in rows})
    return {str(row.public_id): units[row.unit_id] for row in rows}
