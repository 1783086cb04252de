"""What is owed today, by whom, to whom: duty by duty, legal clocks first; and of that what a body waits for.

Last comes what no clock runs for (tasks.py), and to each what they were named to do themselves, in cases that they do not see.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from rest_framework.exceptions import ValidationError

from backend.accounts.actors import Actor
from backend.areas.models import Unit
from backend.common.pagination import Order, Page
from cases.clocks import CLOCKS
from cases.deadlines import FORCE, INVESTIGATED, MAY_BE_REVIEWED, REPORTED, Deadline, open_deadlines
from cases.models import Body, BodyNotice, Case, Kind, Notice, Referral, Review
from cases.models.case import ALLEGES_WHAT_IS_REFERRED, CaseQuerySet
from cases.notices import NOTICES
from cases.selectors import load_parts
from cases.timetable import timetable

from .tasks import (
    Task,
    ToDo,
    Unseen,
    evidence_tasks,
    own_tasks,
    tasks_of,
    with_own,
    with_tasks,
    without_evidence,
)

DAY = dt.timedelta(days=1)
NOT_YET_TWELVE_MONTHS = 360 * DAY


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
TASKS = Section("tasks", Order("owed-tasks", ("id",)), lambda duty: False)
EVIDENCE = Section("evidence", Order("owed-evidence", ("id",)), lambda duty: False)
OWN = Section("own", Order("owed-own", ("id",)), lambda duty: False)
TO_BODIES = (
    Section("law", Order("to-bodies-law", ("legal_due_on", "id")), SECTIONS[0].has),
    Section("target", Order("to-bodies-target", ("target_due_on", "id")), SECTIONS[1].has),
)
# Whom a duty is owed to, as it says itself, and what it is called where it is not of a notice.
BODIES = {"IOPC": (Body.IOPC,), "LPB": (Body.LPB,), "LOCAL POLICING BODY AND IOPC": (Body.LPB, Body.IOPC)}
TIMELINESS = ("timeliness_letter", "timeliness_letter_again")
LETTERS_BY_LAW = [each.kind for each in NOTICES.values() if CLOCKS[each.clock].is_statutory]
LETTERS_BY_TARGET = [each.kind for each in NOTICES.values() if each.kind not in LETTERS_BY_LAW]
KINDS = {
    "referral": "MANDATORY_REFERRAL",
    "referral_2004": "MANDATORY_REFERRAL",
    "recommendation_answer": "RECOMMENDATION",
    "review_opening": "REVIEW_BUNDLE",
    **dict.fromkeys(TIMELINESS, "TIMELINESS"),
}


@dataclass(frozen=True)
class Owed:
    """One open duty of one case. `days_over` is 0 on the last day allowed, and less before it; None where no day is set.

    `asked_of` is the unit that was asked to contribute, where the duty is that; else it falls to the case's own. `owner` is
    who was named to do it, where somebody was.
    """

    case: Case | Unseen
    duty: Deadline | Task
    days_over: int | None
    asked_of: Unit | None = None
    owner: str = ""


@dataclass(frozen=True)
class OwedToBody:
    """Something that a body waits for: a referral, a bundle, a letter or an answer, since when and by when it is due."""

    case: Case
    body: Body
    kind: str
    says: str
    owed_on: dt.date
    due_on: dt.date


def owed(*, actor: Actor, filters: Mapping[str, Any], on: dt.date) -> Page[Owed]:
    """The duties that are due on `on`, before it, or within so many days after it, of the cases that the actor may see.

    First what the law asks of the force, then what it set itself, then what others owe it; in each by the first day of a
    case. Last, by case, what is to be done without a clock: by the days that were set for it, and what is never late; then the
    evidence to be looked for. At the end comes what the actor was named to do in cases that they do not see, of which it
    tells the reference alone. A page is of up to `limit` cases, so it may hold more duties than that. `filters` as validated by cases.api: days, mine, unit, statutory,
    overdue, cursor, limit. A closed case is among them while it owes somebody a notice. Always as many statements. Raises
    ValidationError (400) for a cursor of another list.
    """
    until = on - DAY if filters["overdue"] else on + DAY * filters["days"]
    cases = _cases(actor, filters)
    sections = [section for section in SECTIONS if not filters["statutory"] or section.name != "target"]
    rows = [(section, cases.filter(**{f"{section.day}__lte": until})) for section in sections]
    rows.append((TASKS, with_tasks(cases, filters, actor=actor, until=until)))
    rows.append((EVIDENCE, without_evidence(cases, filters)))
    rows.append((OWN, _with_what_is_shown(with_own(filters, actor=actor, until=until))))
    taken, following = _page(rows, cursor=filters["cursor"], size=filters["limit"])
    duties = _duties(taken, on=on, until=until)
    for section, found in taken:
        if section is TASKS:
            duties += [_to_do(each, on=on) for each in tasks_of(found, cases, actor=actor, until=until)]
        elif section is EVIDENCE:
            duties += [_to_do(each, on=on) for each in evidence_tasks(found)]
        elif section is OWN and found:
            duties += [_to_do(each, on=on) for each in own_tasks(found, actor=actor, until=until)]
    if filters["statutory"]:
        duties = [each for each in duties if each.duty.is_statutory]
    if filters["overdue"]:
        duties = [each for each in duties if each.days_over]
    return Page(duties, following)


def owed_to_bodies(*, actor: Actor, body: str, cursor: str, size: int, on: dt.date) -> Page[OwedToBody]:
    """What the force owes to a body ("" is any) in every case that the actor may see, whenever it is due.

    First what the law sets by a day of its own, then the rest; in each by the first day of a case. A letter of regulation 13
    is there from the day on which it is owed, once for each body. A page is of up to `size` cases, as in `owed`. Always as
    many statements. Raises ValidationError (400) for a cursor of another list.
    """
    cases = _with_what_is_shown(Case.objects.visible_to(actor).filter(origin="LIVE").exclude(kind=Kind.COMMENT))
    law, target = TO_BODIES
    rows = [
        (law, cases.filter(pk__in=_may_owe_by_law(cases, body, on=on), legal_due_on__isnull=False)),
        (target, cases.filter(pk__in=_owe_by_target(body), target_due_on__isnull=False)),
    ]
    taken, following = _page(rows, cursor=cursor, size=size)
    calendar, found = timetable(), []
    for section, of_section in taken:
        due = [
            each
            for case in of_section
            for duty in open_deadlines(case, calendar)
            if section.has(duty) and (duty.rule not in TIMELINESS or duty.due_on <= on)
            for each in _to_bodies(case, duty)
            if body in ("", each.body)
        ]
        found += sorted(due, key=lambda each: (each.due_on, each.case.reference, each.kind, each.body))
    return Page(found, following)


def _owe_letters(body: str, kinds: Sequence[str]) -> QuerySet[Any, Any]:
    """The cases that owe the body a notice of one of these kinds, by key."""
    letters = Notice.objects.filter(settled_on=None, kind__in=kinds, to__in=[body] if body else list(Body))
    return letters.values("case")


def _owe_by_target(body: str) -> QuerySet[Any, Any]:
    """The cases that owe the body a letter by a target, or a review that is not opened yet, by key."""
    to_open = Review.objects.filter(
        state=Review.State.APPLIED, body__in=[body] if body else list(Body), case__state__in=MAY_BE_REVIEWED
    )
    return _owe_letters(body, LETTERS_BY_TARGET).union(to_open.values("case"))


def _may_owe_by_law(cases: CaseQuerySet, body: str, *, on: dt.date) -> QuerySet[Any, Any]:
    """Those of `cases`, by key, among which are all that owe the body something by law: the duties themselves are derived.

    One arm a reason, each of few rows: of an OR the planner would walk all that is due by law, case by case.
    """
    still_open = cases.filter(closed_on=None)
    long_ago = {"investigating_since__isnull": False, "made_on__lte": on - NOT_YET_TWELVE_MONTHS}
    arms: list[QuerySet[Any, Any]] = [
        Review.objects.filter(state=Review.State.AWAITING_RESPONSE, body__in=[body] if body else list(Body)).values(
            "case"
        ),
        still_open.filter(state__in=[*INVESTIGATED, *REPORTED], **long_ago).values("pk"),
    ]
    if body != Body.LPB:
        referred = Exists(Referral.objects.filter(case=OuterRef("pk")))
        asked_for = BodyNotice.objects.filter(decides__in=["REQUIRES_REFERRAL", "DIRECTS_REFERRAL"])
        arms += [
            asked_for.filter(case__closed_on=None).values("case"),
            still_open.filter(ALLEGES_WHAT_IS_REFERRED).exclude(referred).values("pk"),
        ]
    return _owe_letters(body, LETTERS_BY_LAW).union(*arms)


def _to_bodies(case: Case, duty: Deadline) -> Iterator[OwedToBody]:
    """The duty as each body that it is owed to waits for it; none where it is owed to somebody else."""
    letters = {str(each.public_id): each.kind for each in case.notices.all() if each.settled_on is None}
    letter = letters.get(duty.about)
    if not letter and duty.rule not in KINDS:
        return
    for body in BODIES.get(duty.owed_to.upper(), ()):
        yield OwedToBody(
            case=case,
            body=body,
            kind=letter or KINDS[duty.rule],
            says=NOTICES[letter].says if letter else duty.duty,
            owed_on=duty.due_on if duty.rule in TIMELINESS else duty.started_on,
            due_on=duty.due_on,
        )


def _page(
    sections: list[tuple[Section, CaseQuerySet]], *, cursor: str, size: int
) -> tuple[list[tuple[Section, list[Case]]], str]:
    """Up to `size` cases after the cursor, section by section, with their parts loaded; and the cursor of what follows."""
    first, cursor = _read(cursor, [section for section, _ in sections])
    taken: list[tuple[Section, list[Case]]] = []
    room, following = size, ""
    for section, rows in sections[first:]:
        if not room:
            following = f"{section.name}." if rows.exists() else ""
        else:
            page = section.order.page(rows, cursor=cursor, size=room)
            taken.append((section, page.rows))
            room, cursor = room - len(page.rows), ""
            following = f"{section.name}.{page.next_cursor}" if page.next_cursor else ""
        if following:
            break
    # A case of several sections is read once: each row of it by itself would have no parts, and ask for every one.
    read = {case.pk: case for _, found in taken for case in found}
    load_parts(*read.values())
    return [(section, [read[case.pk] for case in found]) for section, found in taken], following


def _cases(actor: Actor, filters: Mapping[str, Any]) -> Any:
    cases = Case.objects.visible_to(actor).filter(origin="LIVE")
    if filters["mine"]:
        cases = cases.filter(handler_id=actor.user_id)
    if slug := filters.get("unit"):
        cases = cases.filter(unit_id__in=list(Unit.objects.filter(slug=slug).values_list("pk", flat=True)))
    return _with_what_is_shown(cases)


def _with_what_is_shown(cases: CaseQuerySet) -> CaseQuerySet:
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
            (case, duty)
            for case in cases
            for duty in open_deadlines(case, calendar)
            if section.has(duty) and duty.due_on <= until
        ]
        found += [
            Owed(case, duty, days_over=(on - duty.due_on).days, asked_of=asked.get(duty.about))
            for case, duty in sorted(due, key=lambda each: each[1].due_on)
        ]
    return found


def _to_do(each: ToDo, *, on: dt.date) -> Owed:
    days_over = (on - each.task.due_on).days if each.task.due_on else None
    return Owed(each.case, each.task, days_over=days_over, owner=each.owner)


def _asked(taken: list[tuple[Section, list[Case]]]) -> dict[str, Unit]:
    """The unit that each contribution was asked of, by the contribution's public id."""
    rows = [row for _, cases in taken for case in cases for row in case.contributions.all()]
    units = Unit.objects.in_bulk({row.unit_id for row in rows})
    return {str(row.public_id): units[row.unit_id] for row in rows}
