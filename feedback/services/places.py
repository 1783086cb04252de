"""What a submission is about: a force, and where it is known, a unit and a neighbourhood of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from backend.areas.models import Neighbourhood, Unit
from backend.common.errors import Invalid


@dataclass(frozen=True)
class Place:
    """The rows carry their ids alone (and a unit its name): the rest is read from the database where it is asked for."""

    force: Unit
    professional_standards: Unit  # of the force: the department that receives what is sent
    unit: Unit | None = None
    neighbourhood: Neighbourhood | None = None


# One statement for all that is to be known of a place, for every submission waits for it: the units that may be meant, each
# with its neighbourhood of that code, and the departments that receive what is sent.
UNITS = """
SELECT unit.id, unit.force_id, unit.slug, unit.name, unit.is_professional_standards, neighbourhood.id
FROM areas_unit unit
LEFT JOIN areas_neighbourhood neighbourhood ON neighbourhood.unit_id = unit.id AND neighbourhood.code = %(neighbourhood)s
     AND coalesce(neighbourhood.starts_on <= %(on)s, true) AND coalesce(neighbourhood.ends_on >= %(on)s, true)
WHERE (unit.is_professional_standards OR unit.slug IN (%(force)s, %(unit)s) OR neighbourhood.id IS NOT NULL)
      AND coalesce(unit.starts_on <= %(on)s, true) AND coalesce(unit.ends_on >= %(on)s, true)
"""


class _Row(NamedTuple):
    id: int
    force_id: int | None
    slug: str
    name: str
    receives: bool
    neighbourhood_id: int | None


def find(*, force: str, unit: str, neighbourhood: str, on: dt.date) -> Place:
    """The place by the slugs of force and unit and the code of the neighbourhood; "" is "not said". One query.

    The force follows from the only one that takes submissions here. Raises Invalid (400) for a name that is unknown or
    does not fit, or where several forces are here and none was named.
    """
    with connection.cursor() as cursor:
        cursor.execute(UNITS, {"force": force, "unit": unit, "neighbourhood": neighbourhood, "on": on})
        rows = [_Row(*row) for row in cursor.fetchall()]
    force_id, department_id = _receiver(rows, force)
    rows = [row for row in rows if row.force_id == force_id]
    chosen = next((Unit.from_db(None, ["id", "name"], [row.id, row.name]) for row in rows if row.slug == unit), None)
    if unit and chosen is None:
        raise Invalid("Check the place.", errors={"unit": ["The force has no such unit; see /api/v1/areas/."]})
    found = _neighbourhood(chosen, rows) if neighbourhood else None
    if found and chosen is None:
        chosen = Unit.from_db(None, ["id"], [found.unit_id])
    return Place(Unit.from_db(None, ["id"], [force_id]), Unit.from_db(None, ["id"], [department_id]), chosen, found)


def _receiver(rows: list[_Row], force: str) -> tuple[int, int]:
    """The ids of the force and of its department that receives what is sent."""
    receivers = {(row.force_id, row.id) for row in rows if row.receives and row.force_id}
    if force:
        named = {row.id for row in rows if row.force_id is None and row.slug == force}
        receivers = {each for each in receivers if each[0] in named}
    if len(receivers) != 1:
        raise Invalid("Say which force this is about.", errors={"force": ["Name one of the forces of /api/v1/areas/."]})
    return receivers.pop()


def _neighbourhood(chosen: Unit | None, rows: list[_Row]) -> Neighbourhood:
    """The only one of that code; where two units have one, the chosen unit decides."""
    candidates = [(row.neighbourhood_id, row.id) for row in rows if row.neighbourhood_id]
    found = [candidate for candidate in candidates if chosen is None or candidate[1] == chosen.pk]
    if len(found) == 1:
        return Neighbourhood.from_db(None, ["id", "unit_id"], found[0])
    if chosen and candidates:
        problem = f"It does not belong to {chosen.name}."
    elif found:
        problem = "Several units have this code: name the unit too."
    else:
        problem = "The force has no such neighbourhood; see /api/v1/areas/."
    raise Invalid("Check the place.", errors={"neighbourhood": [problem]})
