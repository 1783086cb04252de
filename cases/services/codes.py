"""The tables that staff keep, and what is chosen from them. A value is added, ended and succeeded, never edited in place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min, Q

from backend.accounts.actors import OPERATOR, Actor
from backend.accounts.models import Role
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Missing, NotAllowed, Refused
from cases.findings import OLD_REGIMES
from cases.models import EQUALITY, Case, Code
from cases.selectors import choices_on

KEEPERS = (Role.APPROPRIATE_AUTHORITY, Role.SYSTEM_ADMINISTRATOR)


LONGEST = 20  # of a code that is added: what is coded by it has room for no more


class MayNotKeepTables(NotAllowed):
    code = "may-not-keep-tables"


class CodeIsTaken(Refused):
    code = "code-is-taken"
    title = "There is such a value already."


# ---- what is chosen


def check_chosen(chosen: Mapping[str, tuple[str, str]], *, on: dt.date) -> None:
    """Hold what was chosen, {field: (table, code)}, against its tables as they stand on the London day of the entry.

    "" chooses nothing. What was entered before stays as it is. Raises Invalid (400), which names what may be chosen.
    """
    given = {field: pair for field, pair in chosen.items() if pair[1]}
    current = choices_on(on, *(table for table, _ in given.values()))
    errors = {
        field: [f"Choose one of {', '.join(current[table])}."]
        for field, (table, code) in given.items()
        if code not in current[table]
    }
    if errors:
        raise Invalid("Choose from the list as it stands today.", errors=errors)


def check_equality(answers: Mapping[str, str], *, on: dt.date, within: str = "") -> None:
    """Hold answers to the equality questions against their lists, as check_chosen; `within` goes before the name of each."""
    check_chosen({f"{within}{question}": (EQUALITY[question], answer) for question, answer in answers.items()}, on=on)


# ---- what a case is coded by


def category_for(case: Case, code: str) -> Code:
    """The category that the case is coded by, of the list of its rules, as it stood when the complaint was made.

    Where a category has sub-categories, one of them. Raises Invalid (400).
    """
    table = _list_of(case, Code.Table.CATEGORY)
    found: Code | None = table.select_related("parent").filter(code=code.upper()).first()
    if found is None:
        raise Invalid(
            "Name a category of the list that this case is coded by.",
            errors={"code": ["The list of its rules had no such category when the complaint was made."]},
        )
    if table.filter(parent=found).exists():
        raise Invalid("Name a sub-category.", errors={"code": [f"{found.code} has sub-categories: name one of them."]})
    return found


def factors_for(case: Case, codes: Sequence[str]) -> list[Code]:
    """The national factors by their codes, as the table stood when the complaint was made. Raises Invalid (400)."""
    return _all_of(_list_of(case, Code.Table.FACTOR), codes, field="factors")


def actions_on(day: dt.date, codes: Sequence[str]) -> dict[str, Code]:
    """The actions by their codes, as the table stands on the day on which they are set. Raises Invalid (400)."""
    table = Code.objects.current_on(day).filter(table=Code.Table.ACTION)
    return {code.code: code for code in _all_of(table, codes, field="actions")}


def _list_of(case: Case, table: Code.Table) -> Any:
    """The list as it stood when the complaint was made; as it began, where the complaint is older than its list."""
    is_old = table == Code.Table.CATEGORY and case.regime in OLD_REGIMES
    rows = Code.objects.filter(table=table, before_2020=is_old)
    began_on = rows.aggregate(began_on=Min("from_on"))["began_on"]
    return rows.current_on(max(case.made_on, began_on or case.made_on))


def _all_of(table: Any, codes: Sequence[str], *, field: str) -> list[Code]:
    wanted = {code.upper() for code in codes}
    found = list(table.filter(code__in=wanted).order_by("code"))
    if unknown := sorted(wanted - {each.code for each in found}):
        raise Invalid("Name values of the table.", errors={field: [f"Not in the table: {', '.join(unknown)}."]})
    return found


# ---- keeping the tables


@transaction.atomic
def add(
    *,
    table: str,
    code: str,
    label: str,
    source: str,
    from_on: dt.date,
    actor: Actor,
    at: dt.datetime,
    parent: str = "",
    before_2020: bool = False,
    never_to_units: bool = False,
) -> Code:
    """Add a value to a table, from a day on. A day in the past is allowed: it is how a value that was missing comes in.

    A sub-category is under `parent`, and never for a unit where its parent never is. Raises MayNotKeepTables (403), Invalid
    (400) for a code that is too long or a parent that is not there then, CodeIsTaken (409) where the code stands on that
    day or later.
    """
    _check_keeper(actor)
    code = code.strip().upper()
    if len(code) > LONGEST:
        raise Invalid("Choose a shorter code.", errors={"code": [f"At most {LONGEST} characters."]})
    rows = Code.objects.filter(table=table, before_2020=before_2020, code=code)
    if rows.filter(Q(until_on=None) | Q(until_on__gt=from_on)).exists():
        raise CodeIsTaken("This code stands on that day, or after it: end it first, or begin its successor.")
    above = _parent(table, parent, before_2020=before_2020, on=from_on) if parent else None
    try:
        with transaction.atomic():
            added: Code = Code.objects.create(
                table=table,
                code=code,
                label=label,
                parent=above,
                before_2020=before_2020,
                never_to_units=never_to_units or (above is not None and above.never_to_units),
                source=source,
                from_on=from_on,
            )
    except IntegrityError:
        raise CodeIsTaken("Somebody has added this code just now.") from None
    _record("CODE_ADDED", added, actor=actor, at=at, from_on=from_on)
    return added


@transaction.atomic
def succeed(
    *,
    table: str,
    code: str,
    before_2020: bool,
    label: str,
    source: str,
    on: dt.date,
    never_to_units: bool | None,
    actor: Actor,
    at: dt.datetime,
) -> Code:
    """End a value, and begin its successor of the same code on the same day; its sub-categories go on under the successor.

    `never_to_units` is as it was where None is given. The day is today or later: what was coded by the former value stays
    coded by it. Raises MayNotKeepTables (403), Missing (404), Invalid (400) for a day before.
    """
    _check_keeper(actor)
    former = _current(table, code, before_2020=before_2020)
    parts = list(former.children.filter(until_on=None).order_by("code"))
    _end([former, *parts], on=on, today=day_of(at))
    never = former.never_to_units if never_to_units is None else never_to_units
    same = {"table": table, "before_2020": before_2020, "from_on": on, "never_to_units": never}
    successor: Code = Code.objects.create(code=former.code, label=label, source=source, parent=former.parent, **same)
    for part in parts:
        Code.objects.create(code=part.code, label=part.label, source=part.source, parent=successor, **same)
    _record("CODE_SUCCEEDED", successor, actor=actor, at=at, from_on=on)
    return successor


@transaction.atomic
def end(*, table: str, code: str, before_2020: bool, on: dt.date, actor: Actor, at: dt.datetime) -> Code:
    """End a value and its sub-categories: `on` is the first day without it, today or later.

    Raises MayNotKeepTables (403), Missing (404), Invalid (400) for a day before.
    """
    _check_keeper(actor)
    ended = _current(table, code, before_2020=before_2020)
    _end([ended, *ended.children.filter(until_on=None)], on=on, today=day_of(at))
    _record("CODE_ENDED", ended, actor=actor, at=at, until_on=on)
    return ended


def _check_keeper(actor: Actor) -> None:
    if actor != OPERATOR and not actor.holds(*KEEPERS):
        raise MayNotKeepTables(
            "The delegate of the appropriate authority, or a system administrator, keeps the tables."
        )


def _current(table: str, code: str, *, before_2020: bool) -> Code:
    rows = Code.objects.filter(table=table, code=code.upper(), before_2020=before_2020, until_on=None)
    found: Code | None = rows.select_for_update().first()
    if found is None:
        raise Missing
    return found


def _parent(table: str, code: str, *, before_2020: bool, on: dt.date) -> Code:
    rows = Code.objects.current_on(on).filter(table=table, code=code.upper(), before_2020=before_2020, parent=None)
    found: Code | None = rows.first()
    if found is None:
        raise Invalid(
            "Name a category.", errors={"parent": ["There is no such category of the first level on that day."]}
        )
    return found


def _end(codes: Sequence[Code], *, on: dt.date, today: dt.date) -> None:
    if on < today or any(on <= code.from_on for code in codes):
        raise Invalid(
            "Correct the day.",
            errors={"on": ["It is today at the earliest, and after the day from which the value stands."]},
        )
    for code in codes:
        code.until_on = on
        code.save(update_fields=["until_on"])


def _record(verb: str, code: Code, *, actor: Actor, at: dt.datetime, **days: dt.date) -> None:
    audit.record(
        actor=actor.public_id,
        verb=verb,
        subject_kind="code",
        subject=f"{code.table}/{code.code}",
        at=at,
        details={"before_2020": code.before_2020, **{name: str(day) for name, day in days.items()}},
    )
