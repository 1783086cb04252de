"""Bringing a force's structure in line with its file."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from backend.areas.force_file import ForceFile, ForceFileError, NeighbourhoodRow, Period, UnitRow
from backend.areas.models import Neighbourhood, Unit
from backend.audit import services as audit

ONE_LOAD_AT_A_TIME = 7_301_001


@dataclass
class Loaded:
    """What a load did: how many rows were added and changed, and the names of what the file no longer mentions."""

    force: Unit
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    vanished: list[str] = field(default_factory=list)


@transaction.atomic
def load_force(*, file: ForceFile, at: dt.datetime) -> Loaded:
    """Add what is new in the file, apply what has changed, and name what has gone from it.

    Nothing is ever deleted, and a unit or neighbourhood ends only when the file gives it an `ends_on`. Loading the same
    file again changes nothing. A unit is known by its slug, a neighbourhood by its code and the day it starts on.
    Raises ForceFileError where the file and the rows that stand contradict each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_LOAD_AT_A_TIME])
    loaded = _load_force_itself(file)
    units = _load_units(file, loaded)
    _load_successors(file, units, loaded)
    _load_neighbourhoods(file, units, loaded)
    if loaded.added or loaded.changed:
        audit.record(
            actor="clock",
            verb="FORCE_LOADED",
            subject_kind="unit",
            subject=str(loaded.force.public_id),
            at=at,
            details={"added": loaded.added, "changed": loaded.changed, "vanished": len(loaded.vanished)},
        )
    return loaded


def _load_force_itself(file: ForceFile) -> Loaded:
    row = file.force
    force = Unit.objects.filter(kind=Unit.Kind.FORCE, slug=row.slug).first() or Unit(
        kind=Unit.Kind.FORCE, slug=row.slug
    )
    loaded = Loaded(force)
    values = {"name": row.name, "attribution": row.attribution, **_dates(row.period)}
    _apply(force, values, loaded)
    return loaded


def _load_units(file: ForceFile, loaded: Loaded) -> dict[str, Unit]:
    existing = {unit.slug: unit for unit in Unit.objects.filter(force=loaded.force)}
    _refuse_a_second_professional_standards(file, existing.values())
    # Who loses the duty comes before who takes it over: the database allows only one at a time.
    for row in sorted(file.units, key=lambda row: row.is_professional_standards and row.period.ends_on is None):
        unit = existing.setdefault(row.slug, Unit(force=loaded.force, slug=row.slug))
        _apply(unit, _values_of_unit(row), loaded)
    named = {row.slug for row in file.units}
    loaded.vanished += [
        f"unit {unit.name} ({slug})" for slug, unit in sorted(existing.items()) if slug not in named and _stands(unit)
    ]
    return existing


def _refuse_a_second_professional_standards(file: ForceFile, existing: Iterable[Unit]) -> None:
    named = {row.slug for row in file.units}
    for unit in existing:
        if unit.is_professional_standards and _stands(unit) and unit.slug not in named:
            raise ForceFileError(
                [
                    f"units: {unit.name} ({unit.slug}) receives complaints until now and is not in the file. "
                    "Keep it there with an ends_on, or without is_professional_standards."
                ]
            )


def _load_successors(file: ForceFile, units: dict[str, Unit], loaded: Loaded) -> None:
    standing: dict[str, set[int]] = defaultdict(set)
    links = Unit.successors.through.objects.filter(from_unit__force=loaded.force)
    for slug, successor in links.values_list("from_unit__slug", "to_unit_id"):
        standing[slug].add(successor)
    for row in file.units:
        wanted = {units[slug].pk for slug in row.successors}
        if wanted != standing[row.slug]:
            units[row.slug].successors.set(wanted)
            loaded.changed += 1


def _load_neighbourhoods(file: ForceFile, units: dict[str, Unit], loaded: Loaded) -> None:
    existing: dict[str, list[Neighbourhood]] = defaultdict(list)
    for neighbourhood in Neighbourhood.objects.filter(unit__force=loaded.force).defer("boundary").order_by("pk"):
        existing[neighbourhood.code].append(neighbourhood)
    rows: dict[str, list[NeighbourhoodRow]] = defaultdict(list)
    for row in file.neighbourhoods:
        rows[row.code].append(row)
    for code, wanted in rows.items():
        stood = existing.pop(code, [])
        pairs, left = _paired(wanted, stood)
        _refuse_an_overlap(wanted, left)
        # What has ended comes before what stands: the database allows one standing neighbourhood a code and unit.
        for row, found in sorted(pairs, key=lambda pair: pair[0].period.ends_on is None):
            neighbourhood = found or Neighbourhood(code=code, boundary=_boundary_of(stood))
            _apply(neighbourhood, _values_of_neighbourhood(row, units[row.unit]), loaded)
    gone = [neighbourhood for left in existing.values() for neighbourhood in left if neighbourhood.ends_on is None]
    loaded.vanished += [f"neighbourhood {neighbourhood.name} ({neighbourhood.code})" for neighbourhood in gone]


Pairs = list[tuple[NeighbourhoodRow, Neighbourhood | None]]


def _paired(wanted: list[NeighbourhoodRow], stood: list[Neighbourhood]) -> tuple[Pairs, list[Neighbourhood]]:
    """Each row of one code with the neighbourhood that it describes, or None; and the neighbourhoods left over.

    One row and one neighbourhood that are left over are the same, with its first day put right.
    """
    left = {neighbourhood.starts_on: neighbourhood for neighbourhood in stood}
    pairs: Pairs = [(row, left.pop(row.period.starts_on, None)) for row in wanted]
    new = [row for row, found in pairs if found is None]
    if len(new) == 1 and len(left) == 1:
        pairs = [(row, found or left.popitem()[1]) for row, found in pairs]
    return pairs, list(left.values())


def _refuse_an_overlap(wanted: list[NeighbourhoodRow], left: list[Neighbourhood]) -> None:
    for neighbourhood in left:
        if any(row.period.overlaps(Period(neighbourhood.starts_on, neighbourhood.ends_on)) for row in wanted):
            raise ForceFileError(
                [
                    f"neighbourhoods: {neighbourhood.name} ({neighbourhood.code}) stands from "
                    f"{neighbourhood.starts_on or 'the beginning'} to {neighbourhood.ends_on or 'now'}, and the file has "
                    "the code for the same days. Put that row into the file too, with its dates."
                ]
            )


def _boundary_of(stood: list[Neighbourhood]) -> Any:
    """A code names one area, whoever looks after it: its boundary goes over to the next row of the code."""
    return next((neighbourhood.boundary for neighbourhood in stood if neighbourhood.boundary_digest), None)


def _values_of_unit(row: UnitRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.kind,
        "is_professional_standards": row.is_professional_standards,
        **_dates(row.period),
    }


def _values_of_neighbourhood(row: NeighbourhoodRow, unit: Unit) -> dict[str, Any]:
    return {
        "unit": unit,
        "name": row.name,
        "latitude": row.latitude,
        "longitude": row.longitude,
        **_dates(row.period),
    }


def _dates(period: Period) -> dict[str, Any]:
    return {"starts_on": period.starts_on, "ends_on": period.ends_on}


def _stands(unit: Unit) -> bool:
    return unit.ends_on is None


def _apply(row: Unit | Neighbourhood, values: dict[str, Any], loaded: Loaded) -> None:
    different = {name: value for name, value in values.items() if not row.pk or getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    if not row.pk:
        row.save()
        loaded.added += 1
    elif different:
        row.save(update_fields=list(different))
        loaded.changed += 1
    else:
        loaded.unchanged += 1
