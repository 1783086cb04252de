"""What a submission is about: a force, and where it is known, a unit and a neighbourhood of it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

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


# One statement for all that is to be known of a place: it is asked with every submission. A row for each force that
# takes submissions; two units may have a neighbourhood of the same code.
PLACES = """
SELECT department.force_id, department.id, unit.id, unit.name, (
    SELECT json_agg(json_build_array(neighbourhood.id, neighbourhood.unit_id) ORDER BY neighbourhood.id)::text
    FROM areas_neighbourhood neighbourhood JOIN areas_unit holder ON holder.id = neighbourhood.unit_id
    WHERE neighbourhood.code = %(neighbourhood)s AND holder.force_id = department.force_id
      AND coalesce(neighbourhood.starts_on <= %(on)s, true) AND coalesce(neighbourhood.ends_on >= %(on)s, true)
      AND coalesce(holder.starts_on <= %(on)s, true) AND coalesce(holder.ends_on >= %(on)s, true))
FROM areas_unit department JOIN areas_unit force ON force.id = department.force_id
LEFT JOIN areas_unit unit ON unit.force_id = department.force_id AND unit.slug = %(unit)s
      AND coalesce(unit.starts_on <= %(on)s, true) AND coalesce(unit.ends_on >= %(on)s, true)
WHERE department.is_professional_standards AND force.slug = coalesce(nullif(%(force)s, ''), force.slug)
  AND coalesce(department.starts_on <= %(on)s, true) AND coalesce(department.ends_on >= %(on)s, true)
"""


def find(*, force: str, unit: str, neighbourhood: str, on: dt.date) -> Place:
    """The place by the slugs of force and unit and the code of the neighbourhood; "" is "not said". One query.

    The force follows from the only one that takes submissions here. Raises Invalid (400) for a name that is unknown or
    does not fit, or where several forces are here and none was named.
    """
    with connection.cursor() as cursor:
        cursor.execute(PLACES, {"force": force, "unit": unit, "neighbourhood": neighbourhood, "on": on})
        rows = cursor.fetchall()
    if len(rows) != 1:
        raise Invalid("Say which force this is about.", errors={"force": ["Name one of the forces of /api/v1/areas/."]})
    ((force_id, department_id, unit_id, unit_name, candidates),) = rows
    chosen = Unit.from_db(None, ["id", "name"], [unit_id, unit_name]) if unit_id else None
    if unit and chosen is None:
        raise Invalid("Check the place.", errors={"unit": ["The force has no such unit; see /api/v1/areas/."]})
    found = _neighbourhood(chosen, json.loads(candidates or "[]")) if neighbourhood else None
    if found and chosen is None:
        chosen = Unit.from_db(None, ["id"], [found.unit_id])
    return Place(Unit.from_db(None, ["id"], [force_id]), Unit.from_db(None, ["id"], [department_id]), chosen, found)


def _neighbourhood(chosen: Unit | None, candidates: list[tuple[int, int]]) -> Neighbourhood:
    """The only one of the candidates (id, id of the unit); where two units have the same code, the chosen one decides."""
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
