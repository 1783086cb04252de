"""Reading the file that describes a force (docs/force-file.md). Pure: text in, plain frozen values or a list of faults out."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from backend.common.text import UnusableText, clean

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
UNIT_KINDS = ("LPU", "DEPARTMENT")


class ForceFileError(Exception):
    """The file cannot be loaded; `faults` names each place in it and what is wrong there."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Period:
    """From `starts_on` to `ends_on`, both inclusive; None is "always" or "still"."""

    starts_on: dt.date | None
    ends_on: dt.date | None

    def overlaps(self, other: Period) -> bool:
        return (self.starts_on or dt.date.min) <= (other.ends_on or dt.date.max) and (
            other.starts_on or dt.date.min
        ) <= (self.ends_on or dt.date.max)


@dataclass(frozen=True)
class ForceRow:
    slug: str
    name: str
    period: Period
    attribution: str


@dataclass(frozen=True)
class UnitRow:
    slug: str
    name: str
    kind: str
    is_professional_standards: bool
    period: Period
    successors: tuple[str, ...]


@dataclass(frozen=True)
class NeighbourhoodRow:
    code: str
    name: str
    unit: str
    latitude: float | None
    longitude: float | None
    period: Period


@dataclass(frozen=True)
class ForceFile:
    force: ForceRow
    units: tuple[UnitRow, ...]
    neighbourhoods: tuple[NeighbourhoodRow, ...]


def read_force_file(text: str) -> ForceFile:
    """The force that `text` (JSON) describes. Raises ForceFileError with every fault found, not only the first."""
    faults: list[str] = []
    top = _Place("the file", _parsed(text), faults)
    top.only("attribution", "force", "units", "neighbourhoods")
    attribution = top.text("attribution", longest=2000, required=False)
    place = top.child("force")
    place.only("slug", "name", "starts_on", "ends_on")
    force = ForceRow(place.slug("slug"), place.text("name"), place.period(), attribution)
    units = tuple(_unit(place) for place in top.children("units"))
    neighbourhoods = tuple(_neighbourhood(place) for place in top.children("neighbourhoods"))
    found = ForceFile(force, units, neighbourhoods)
    if not faults:
        faults += [*_faults_of_units(found), *_faults_of_neighbourhoods(found)]
    if faults:
        raise ForceFileError(faults)
    return found


def _unit(place: _Place) -> UnitRow:
    place.only("slug", "name", "kind", "is_professional_standards", "starts_on", "ends_on", "successors")
    return UnitRow(
        slug=place.slug("slug"),
        name=place.text("name"),
        kind=place.one_of("kind", UNIT_KINDS),
        is_professional_standards=place.truth("is_professional_standards"),
        period=place.period(),
        successors=place.texts("successors"),
    )


def _neighbourhood(place: _Place) -> NeighbourhoodRow:
    place.only("code", "name", "unit", "latitude", "longitude", "starts_on", "ends_on")
    latitude, longitude = place.degrees("latitude", 90), place.degrees("longitude", 180)
    if (latitude is None) != (longitude is None):
        place.fault("latitude", "goes with longitude: give both or neither")
    return NeighbourhoodRow(
        code=place.text("code", longest=20),
        name=place.text("name"),
        unit=place.slug("unit"),
        latitude=latitude,
        longitude=longitude,
        period=place.period(),
    )


def _faults_of_units(file: ForceFile) -> Iterable[str]:
    known: set[str] = set()
    for number, unit in enumerate(file.units):
        if unit.slug in known:
            yield f"units[{number}].slug: “{unit.slug}” is there twice."
        known.add(unit.slug)
    for number, unit in enumerate(file.units):
        for successor in unit.successors:
            if successor not in known or successor == unit.slug:
                yield f"units[{number}].successors: “{successor}” is not another unit of this file."
        if unit.is_professional_standards and unit.kind != "DEPARTMENT":
            yield f"units[{number}].is_professional_standards: only a DEPARTMENT can be the one."
    standing = [unit for unit in file.units if unit.is_professional_standards and unit.period.ends_on is None]
    if len(standing) != 1:
        yield (
            f"units: {len(standing)} of them have is_professional_standards and no ends_on. "
            "A force needs exactly one department that receives its complaints."
        )


def _faults_of_neighbourhoods(file: ForceFile) -> Iterable[str]:
    units = {unit.slug: unit for unit in file.units}
    for number, row in enumerate(file.neighbourhoods):
        unit = units.get(row.unit)
        if unit is None:
            yield f"neighbourhoods[{number}].unit: “{row.unit}” is not a unit of this file."
        elif (row.period.ends_on or dt.date.max) > (unit.period.ends_on or dt.date.max):
            yield f"neighbourhoods[{number}].ends_on: {row.name} outlives its unit, which ends on {unit.period.ends_on}."
    rows = sorted(file.neighbourhoods, key=lambda row: (row.code, row.period.starts_on or dt.date.min))
    for one, other in pairwise(rows):
        if one.code == other.code and one.period.overlaps(other.period):
            yield f"neighbourhoods: the code {one.code} is there twice for the same days ({one.name}, {other.name})."


def _parsed(text: str) -> Any:
    try:
        # Every number as a float: a whole number of a thousand figures becomes infinite, and is refused like that.
        return clean(json.loads(text, object_pairs_hook=_without_repeats, parse_int=float))
    except json.JSONDecodeError as error:
        raise ForceFileError([f"line {error.lineno}, column {error.colno}: this is not JSON ({error.msg})."]) from None
    except RecursionError:
        raise ForceFileError(["The JSON is nested too deeply."]) from None
    except UnusableText as error:
        raise ForceFileError([str(error)]) from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ForceFileError([f"“{repeated[0]}” is there twice in one object."])
    return dict(pairs)


class _Place:
    """An object in the file, which reads its own values and notes down what is wrong with them, and where."""

    def __init__(self, path: str, value: Any, faults: list[str]) -> None:
        self.path, self.faults = path, faults
        self.value: Mapping[str, Any] = value if isinstance(value, dict) else {}
        self.is_object = isinstance(value, dict)
        if not self.is_object:
            faults.append(f"{path}: an object in braces is wanted here.")

    def fault(self, name: str, words: str) -> None:
        if self.is_object:
            self.faults.append(f"{name if self.path == 'the file' else f'{self.path}.{name}'}: {words}.")

    def only(self, *known: str) -> None:
        for name in self.value:
            if name not in known:
                self.fault(name, f"is not known; known are {', '.join(known)}")

    def child(self, name: str) -> _Place:
        return _Place(name, self.value.get(name), self.faults)

    def children(self, name: str) -> list[_Place]:
        value = self.value.get(name)
        if not isinstance(value, list):
            self.fault(name, "a list in brackets is wanted here")
            return []
        return [_Place(f"{name}[{number}]", item, self.faults) for number, item in enumerate(value)]

    def text(self, name: str, *, longest: int = 160, required: bool = True) -> str:
        value = self.value.get(name, None if required else "")
        if not isinstance(value, str) or (required and not value.strip()):
            self.fault(name, "a text is wanted here")
            return ""
        if len(value) > longest:
            self.fault(name, f"is longer than {longest} characters")
        return value.strip()

    def slug(self, name: str) -> str:
        value = self.text(name, longest=80)
        if value and not SLUG.fullmatch(value):
            self.fault(name, f"“{value}” is not a slug: small letters, figures and single hyphens, like north-side")
        return value

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.value.get(name)
        if value not in choices:
            self.fault(name, f"one of {', '.join(choices)} is wanted here")
            return ""
        return str(value)

    def truth(self, name: str) -> bool:
        value = self.value.get(name, False)
        if not isinstance(value, bool):
            self.fault(name, "true or false is wanted here")
        return value is True

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.value.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fault(name, "a list of texts is wanted here")
            return ()
        return tuple(value)

    def degrees(self, name: str, limit: int) -> float | None:
        value = self.value.get(name)
        if value is None:
            return None
        if not isinstance(value, float) or not math.isfinite(value):
            self.fault(name, "degrees (a number) are wanted here")
            return None
        if abs(value) > limit:
            self.fault(name, f"is not between -{limit} and {limit}")
        return value

    def period(self) -> Period:
        period = Period(self._date("starts_on"), self._date("ends_on"))
        if period.starts_on and period.ends_on and period.ends_on < period.starts_on:
            self.fault("ends_on", "is earlier than starts_on")
        return period

    def _date(self, name: str) -> dt.date | None:
        read: Callable[[str], dt.date] = dt.date.fromisoformat
        try:
            value = self.value.get(name)
            return None if value is None else read(value)
        except (TypeError, ValueError):
            self.fault(name, "a date like 2010-04-01, or null, is wanted here")
            return None
