"""Reading places: the structure of a force on a day, and which neighbourhood a place lies in."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from backend.common.text import clean

from .code_point_open import POSTCODE, compact
from .models import Neighbourhood, Postcode, Unit, current_on
from .shapes import SHAPES

MOST_MATCHES = 20


@dataclass(frozen=True)
class Located:
    """The neighbourhood of a place, or None and why; `matches` are those to choose from where several fit."""

    neighbourhood: Neighbourhood | None
    explanation: str
    matches: tuple[Neighbourhood, ...] = ()

    @property
    def found(self) -> bool:
        return self.neighbourhood is not None

    @property
    def unit(self) -> Unit | None:
        return self.neighbourhood.unit if self.neighbourhood else None


def current_neighbourhoods(*, day: dt.date) -> QuerySet[Neighbourhood]:
    """The neighbourhoods that stood on `day`, in a unit and a force that did; without their boundaries."""
    stood = [current_on(day, prefix=prefix) for prefix in ("", "unit__", "unit__force__")]
    return Neighbourhood.objects.filter(*stood).select_related("unit__force").defer("boundary")


def forces_as_of(*, day: dt.date, force: str = "") -> QuerySet[Unit]:
    """The forces that stood on `day` (or the one with the slug `force`), by name.

    Each has `current_units` (local policing units first), each of those `current_neighbourhoods`. Three queries.
    """
    neighbourhoods = Neighbourhood.objects.filter(current_on(day)).defer("boundary").order_by("name", "code")
    units = Unit.objects.filter(current_on(day)).order_by("-kind", "name")
    units = units.prefetch_related(Prefetch("neighbourhoods", neighbourhoods, to_attr="current_neighbourhoods"))
    forces = Unit.objects.filter(current_on(day), kind=Unit.Kind.FORCE, **({"slug": force} if force else {}))
    return forces.order_by("name").prefetch_related(Prefetch("units", units, to_attr="current_units"))


def attribution() -> str:
    """Whose data the places are, as their licences ask to be told wherever they are shown."""
    given = Unit.objects.filter(kind=Unit.Kind.FORCE).exclude(attribution="").order_by("pk")
    return " ".join(dict.fromkeys(given.values_list("attribution", flat=True)))


def locate_point(*, latitude: float, longitude: float, day: dt.date) -> Located:
    """The neighbourhood that holds a point (degrees, WGS84) on `day`. On a border it is the first by code."""
    ids = SHAPES.current().covering(latitude=latitude, longitude=longitude)
    rows = list(current_neighbourhoods(day=day).filter(pk__in=ids).order_by("code", "pk"))
    if rows:
        border = f" It lies on the border with {', '.join(row.name for row in rows[1:])}." if rows[1:] else ""
        return Located(rows[0], _lies_in("The point", rows[0]) + border)
    return Located(None, _why_no_point(day))


def locate_postcode(*, postcode: str, day: dt.date) -> Located:
    """The neighbourhood of a postcode, by its ward, on `day`. Case and spaces do not matter."""
    written = compact(postcode)
    if not POSTCODE.fullmatch(written):
        return Located(None, "That is not a full UK postcode. Write it like B1 1AY.")
    known = Postcode.objects.filter(pk=written).first()
    if known is None or not known.ward_code:
        return Located(None, _why_no_postcode(known))
    rows = list(current_neighbourhoods(day=day).filter(code=known.ward_code).order_by("pk"))
    if len(rows) > 1:
        return Located(None, "More than one neighbourhood has this postcode's ward. Choose one.", tuple(rows))
    if rows:
        return Located(rows[0], _lies_in("The postcode", rows[0]))
    return Located(None, _outside("This postcode", day))


def locate_name(*, name: str, day: dt.date) -> Located:
    """The neighbourhood called `name` on `day`; where none is, the one or the few whose names begin with it.

    Raises UnusableText for a name with NUL or half a character in it.
    """
    wanted = clean(" ".join(name.split()))
    neighbourhoods = current_neighbourhoods(day=day).order_by("name", "code")
    rows = list(neighbourhoods.filter(name__iexact=wanted)[: MOST_MATCHES + 1])
    rows = rows or list(neighbourhoods.filter(name__istartswith=wanted)[: MOST_MATCHES + 1])
    if len(rows) == 1:
        return Located(rows[0], f"{rows[0].name} is looked after by {rows[0].unit.name}.")
    if rows:
        more = f" These are the first {MOST_MATCHES}: write more of the name." if len(rows) > MOST_MATCHES else ""
        return Located(None, f"Several neighbourhoods fit. Choose one.{more}", tuple(rows[:MOST_MATCHES]))
    if not _forces(day):
        return Located(None, NOTHING_LOADED)
    return Located(None, f"No neighbourhood of {_forces(day)} has a name that begins like this.")


NOTHING_LOADED = "The neighbourhoods are not loaded yet, so no place can be found."


def _lies_in(what: str, neighbourhood: Neighbourhood) -> str:
    return f"{what} lies in {neighbourhood.name}, which is looked after by {neighbourhood.unit.name}."


def _why_no_point(day: dt.date) -> str:
    current = current_neighbourhoods(day=day)
    total, without = current.count(), current.filter(boundary__isnull=True).count()
    if total and without == total:
        return "Boundaries are not loaded, so a point cannot be placed. Try a postcode or a name."
    if without:
        return (
            f"This point is in no neighbourhood whose boundary is loaded; {without} of {total} have none yet. "
            "Try a postcode or a name."
        )
    return _outside("This point", day)


def _why_no_postcode(known: Postcode | None) -> str:
    if known is not None:
        return "The ward of this postcode is not known. Try a point or a name."
    if not Postcode.objects.exists():
        return "Postcodes are not loaded, so a postcode cannot be placed. Try a point or a name."
    return "This postcode is not in the list that is loaded; it may be newer. Try a point or a name."


def _outside(what: str, day: dt.date) -> str:
    forces = _forces(day)
    return f"{what} is outside {forces}." if forces else NOTHING_LOADED


def _forces(day: dt.date) -> str:
    """The names of the forces that have neighbourhoods on `day`."""
    names = current_neighbourhoods(day=day).order_by("unit__force__name").values_list("unit__force__name", flat=True)
    return ", ".join(names.distinct())
