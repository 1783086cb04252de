"""Invented forces, people and cases, by COPY: enough of them to be slow with."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .common import must

if TYPE_CHECKING:
    from django.db.models import Model

NOW = dt.datetime(2026, 1, 15, 12, 0, tzinfo=dt.UTC)
BATCH = 20_000
UNITS, NEIGHBOURHOODS = 10, 60
NARRATIVE_WORDS = 60
RARE_EVERY = 20_000
SEALED = 32  # of each hundred cases the one that is restricted
COMMON, MIDDLING, RARE, RARE_CODE_EVERY, FACTOR = "A1", "B4", "J1", 5_000, "ARREST"
RECENT = dt.date(2026, 1, 3)  # a week of cases was received since
LONG_AGO = dt.date(2022, 1, 1)  # a fifth of them was received until then
HANDLER = "handler@demo.test"
OPEN_STATES = {"RECEIVED": 20, "ASSESSING": 15, "CONTACTED": 10, "HANDLING_OUTSIDE": 55, "RESOLVED_OUTSIDE": 0.2}


@dataclass(frozen=True)
class Force:
    """The places and people that the cases are given to; `tokens` open the API for the authority and the handler."""

    force: int
    standards: int
    units: Sequence[int]
    neighbourhoods: Sequence[int]
    authority: int
    authority_person: int
    handler: int
    handler_person: int
    tokens: dict[str, str]
    codes: dict[str, int]


@dataclass(frozen=True)
class Words:
    """An invented language: a word's frequency falls with its rank, as Zipf found for all of them."""

    words: Sequence[str]
    weights: Sequence[float]

    @property
    def very_common(self) -> str:
        return self.words[0]

    @property
    def middling(self) -> str:
        return self.words[300]

    rare = "zuqwix"


def today() -> dt.date:
    """The London day of the measurement: what is late and what is due soon goes by it."""
    from django.utils import timezone

    return timezone.localdate()


def five_working_days_on(day: dt.date) -> dt.date:
    from backend.calendar.selectors import working_calendar

    return working_calendar().add_working_days(day, 5)


def words(count: int = 5000) -> Words:
    """Words that the English stemmer leaves alone, the most frequent first."""
    syllables = ["ka", "mo", "ti", "ru", "va", "no", "pu", "do", "gi", "la", "bo", "fu"]
    made = ("".join(parts) + "k" for parts in itertools.product(syllables, repeat=4))
    return Words(
        list(itertools.islice(made, count)), list(itertools.accumulate(1 / rank for rank in range(1, count + 1)))
    )


def found_force() -> Force:
    """Enter a force with a department, ten units, an authority's delegate and a unit's handler."""
    from knox.models import AuthToken

    from backend.accounts.models import Role
    from backend.areas.models import Neighbourhood, Unit
    from cases.models import Code

    force = Unit.objects.create(slug="demo", name="Demo Police", kind=Unit.Kind.FORCE)
    standards = Unit.objects.create(
        slug="standards", name="Standards", kind=Unit.Kind.DEPARTMENT, force=force, is_professional_standards=True
    )
    units = [
        Unit.objects.create(slug=f"unit-{number}", name=f"Unit {number}", kind=Unit.Kind.LPU, force=force)
        for number in range(UNITS)
    ]
    neighbourhoods = [
        Neighbourhood.objects.create(unit=units[number % UNITS], code=f"N{number}", name=f"Neighbourhood {number}")
        for number in range(NEIGHBOURHOODS)
    ]
    authority, handler = (
        _account(name, role, where)
        for name, role, where in [
            ("authority", Role.APPROPRIATE_AUTHORITY, standards),
            ("handler", Role.LPU_HANDLER, units[0]),
        ]
    )
    return Force(
        force=force.pk,
        standards=standards.pk,
        units=[unit.pk for unit in units],
        neighbourhoods=[each.pk for each in neighbourhoods],
        authority=authority.pk,
        authority_person=authority.person_id,
        handler=handler.pk,
        handler_person=handler.person_id,
        codes=dict(Code.objects.filter(before_2020=False).values_list("code", "pk")),
        tokens={user.email.split("@")[0]: AuthToken.objects.create(user)[1] for user in (authority, handler)},
    )


def _account(name: str, role: Any, where: Any) -> Any:
    from backend.accounts.actors import Actor
    from backend.accounts.models import Person
    from backend.accounts.services import people

    founder = Actor(public_id="founder")
    person = people.add_person(name=name.title(), kind=Person.Kind.STAFF, force=where.force, actor=founder, at=NOW)
    user = people.open_account(email=f"{name}@demo.test", person=person, password=None, actor=founder, at=NOW)
    people.grant_role(user=user, role=role, unit=where, actor=founder, at=NOW)
    return user


def settle_cases(cursor: Any, place: Force, count: int) -> None:
    """Add `count` cases, of which six in ten are open, and the people who may not see some of them.

    `cursor` is the owner's: the machine lets live cases in only in their first state, so its trigger rests meanwhile.
    """
    from cases.models import Allegation, Case, CaseAccess, Involvement

    day = today()
    tagged = Allegation.factors.through
    has_factor = range(3, count + 1, 10)
    chance = random.Random(count)
    language = words()
    guard = "TRIGGER cases_case_keep_to_the_machine"
    cursor.execute(f"ALTER TABLE cases_case DISABLE {guard}")
    for first in range(1, count + 1, BATCH):
        numbers = range(first, min(first + BATCH, count + 1))
        _copy(cursor, Case, (_case(number, place, language, chance, day) for number in numbers))
        _copy(cursor, Allegation, (_coded(number, place) for number in numbers))
        tags = ({"allegation_id": number, "code_id": place.codes[FACTOR]} for number in numbers if number in has_factor)
        _copy(cursor, tagged, tags)
        _copy(cursor, Involvement, (_wall(number, place) for number in numbers if number % 50 == 0))
        _copy(cursor, CaseAccess, (_leave(number, place) for number in numbers if number % 100 == SEALED))
    cursor.execute(f"ALTER TABLE cases_case ENABLE {guard}")
    cursor.execute("VACUUM (ANALYZE)")
    for table, expected in (
        ("cases_case", count),
        ("cases_involvement", count // 50),
        ("cases_caseaccess", len(range(SEALED, count + 1, 100))),
        ("cases_allegation", count),
        ("cases_allegation_factors", len(has_factor)),
    ):
        cursor.execute(f"SELECT count(*) FROM {table}")
        (found,) = cursor.fetchone()
        must(found == expected, f"{table} has {found} rows, not {expected}")


def _copy(cursor: Any, model: type[Model], rows: Iterator[dict[str, Any]]) -> None:
    """Copy rows into the model's table; columns that they leave out and that cannot be null get the model's default, or the database's."""
    from django.db.models import NOT_PROVIDED

    from backend.database.copying import copy_into

    first = next(rows, None)
    if first is None:
        return
    left_out = {
        field.column: "[]" if field.get_default() == [] else field.get_default()
        for field in model._meta.concrete_fields
        if not (field.null or field.generated or field.primary_key or field.column in first)
        and field.db_default is NOT_PROVIDED
    }
    values = ([*row.values(), *left_out.values()] for row in itertools.chain([first], rows))
    copy_into(cursor, table=model._meta.db_table, columns=[*first, *left_out], rows=values)


def _case(number: int, place: Force, language: Words, chance: random.Random, day: dt.date) -> dict[str, Any]:
    from backend.common.identifiers import letters_from

    received = dt.date(2026, 1, 10) - dt.timedelta(days=chance.randrange(1800))
    fate = number % 10
    is_open, is_live = fate < 6, fate < 9
    kind = "COMMENT" if chance.random() < 0.2 else "MATTER" if number % 100 == 11 else "COMPLAINT"
    state = _state(kind, is_open=is_open, chance=chance)
    # A unit is given a complaint once it has been decided to handle it outside Schedule 3, and so has been assessed.
    is_assessed = kind == "COMPLAINT" and state in {"HANDLING_OUTSIDE", "RESOLVED_OUTSIDE", "FINALISED"}
    is_given = (is_assessed or kind == "COMMENT") and chance.random() < 0.95
    unit = place.units[0 if chance.random() < 0.8 else number % UNITS] if is_given else place.standards
    spoken = chance.choices(language.words, cum_weights=language.weights, k=NARRATIVE_WORDS)
    if number % RARE_EVERY == 5:  # an open one
        spoken.append(language.rare)
    closed = None if is_open else received + dt.timedelta(days=chance.randrange(5, 200))
    return {
        "id": number,
        "reference": letters_from((number * 0x5DEECE66D % 2**40).to_bytes(5, "big"), 8),
        "kind": kind,
        "state": state,
        "origin": "LIVE" if is_live else "IMPORTED",
        "force_id": place.force,
        "unit_id": unit,
        "handler_id": place.handler if number % 20 == 0 and unit == place.units[0] else None,
        "about_unit_id": place.units[number % UNITS],
        "neighbourhood_id": place.neighbourhoods[number % NEIGHBOURHOODS],
        "narrative": " ".join(spoken),
        "received_at": f"{received}T12:00:00Z" if is_live else None,
        "received_on": received,
        "made_on": received,
        "closed_on": closed,
        "concerns_conduct": unit == place.standards and number % 3 == 0,
        "assessed_by_id": place.authority_person if is_assessed else None,
        "outcome": "" if is_open else "RESOLVED",
        "recorded_on": received if is_assessed and number % 7 == 0 else None,
        "flags": '["URGENT"]' if number % 50 == 4 else "[]",
        "regime": "2012" if number % 10 == 3 else "2020",
        "matter_type": "CONDUCT" if kind == "MATTER" else "",
        "restricted": number % 100 == SEALED,
        **_due(number, day + dt.timedelta(days=chance.randrange(-30, 270)), is_open=is_open),
        "watch_at": f"{NOW + dt.timedelta(days=1 + number % 90)}" if is_open else None,  # for the watcher: not today
        "source": "" if is_live else "history",
        "source_reference": "" if is_live else number,
    }


def _due(number: int, first: dt.date, *, is_open: bool) -> dict[str, Any]:
    """What is due on a case from that day on: of one in ten something of somebody else's first, of most others the law's."""
    fate = number // 10 % 10
    later = first + dt.timedelta(days=14)
    legal, target, others = (
        (later, None, first) if fate == 0 else (first, later, None) if fate < 7 else (later, first, None)
    )
    rule = "review_window" if fate == 0 else "progress_update" if fate < 7 else "outside_resolution"
    days = {"next_due_on": first, "legal_due_on": legal, "target_due_on": target, "others_due_on": others}
    return {**(days if is_open else dict.fromkeys(days)), "next_due_rule": rule if is_open else ""}


def _coded(number: int, place: Force) -> dict[str, Any]:
    """An allegation: every third of the common kind, one in twenty of a middling, and some of a rare."""
    code = (
        RARE if number % RARE_CODE_EVERY == 11 else COMMON if number % 3 == 0 else MIDDLING if number % 20 == 1 else "L"
    )
    return {
        "id": number,
        "public_id": uuid.UUID(int=number),
        "case_id": number,
        "position": 1,
        "category_code": code,
        "code_id": place.codes[code],
    }


def _state(kind: str, *, is_open: bool, chance: random.Random) -> str:
    if kind == "COMMENT":
        return "TRIAGE" if is_open else "ANSWERED"
    if kind == "MATTER":
        return "RECORDED" if is_open else "FINALISED"
    return chance.choices(list(OPEN_STATES), weights=list(OPEN_STATES.values()))[0] if is_open else "FINALISED"


def settle_history(cursor: Any, force: int, units: Sequence[int], count: int) -> int:
    """Add `count` imported complaints of 2007 to 2009, closed but for one in ten; answers how many allegations they have."""
    from cases.models import Allegation, Case

    chance = random.Random(count)
    allegations = 0
    for first in range(1, count + 1, BATCH):
        numbers = range(first, min(first + BATCH, count + 1))
        _copy(cursor, Case, (_past(number, force, units, chance) for number in numbers))
        alleged = [_allegation(number, place, chance) for number in numbers for place in range(1, 2 + number % 3)]
        _copy(cursor, Allegation, iter(alleged))
        allegations += len(alleged)
    cursor.execute("VACUUM (ANALYZE)")
    return allegations


def _past(number: int, force: int, units: Sequence[int], chance: random.Random) -> dict[str, Any]:
    from backend.common.identifiers import letters_from

    received = dt.date(2007, 1, 1) + dt.timedelta(days=chance.randrange(1096))
    closed = None if chance.random() < 0.1 else received + dt.timedelta(days=int(chance.expovariate(1 / 120)))
    unit = chance.choice(units)
    return {
        "id": number,
        "reference": letters_from((number * 0x5DEECE66D % 2**40).to_bytes(5, "big"), 8),
        "kind": "COMPLAINT",
        "state": "FINALISED",
        "origin": "IMPORTED",
        "force_id": force,
        "unit_id": unit,
        "about_unit_id": unit,
        "received_on": received,
        "made_on": received,
        "closed_on": closed,
        "outcome": chance.choice(["SU", "NS", "UN", "EX", ""]),
        "category": f"CATEGORY {chance.randrange(14)}",
        "source": "history",
        "source_reference": number,
    }


def _allegation(number: int, position: int, chance: random.Random) -> dict[str, Any]:
    return {
        "public_id": uuid.UUID(int=number * 10 + position),
        "case_id": number,
        "position": position,
        "category": f"Category {chance.randrange(20)}",
        "finding": chance.choice(["SU", "NS", "UN", "EX", ""]),
    }


def _wall(number: int, place: Force) -> dict[str, Any]:
    """Every fiftieth case is about somebody; every two-hundredth about the delegate, who then does not see it."""
    return {
        "public_id": uuid.UUID(int=number),
        "case_id": number,
        "person_id": place.authority_person if number % 200 == 0 else place.handler_person,
        "part": "SUBJECT",
    }


def _leave(number: int, place: Force) -> dict[str, Any]:
    """The delegate may see what is restricted; the handler may not."""
    return {
        "case_id": number,
        "person_id": place.authority_person,
        "given_by_id": place.authority,
        "given_at": f"{NOW}",
        "reason": "It is theirs.",
    }
