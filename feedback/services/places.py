"""What a submission is about: a force, and where it is known, a unit and a neighbourhood of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from backend.areas.models import Neighbourhood, Unit, current_on
from backend.common.errors import Invalid


@dataclass(frozen=True)
class Place:
    force: Unit
    unit: Unit | None = None
    neighbourhood: Neighbourhood | None = None


def find(*, force: str, unit: str, neighbourhood: str, on: dt.date) -> Place:
    """The place by the slugs of force and unit and the code of the neighbourhood; "" is "not said".

    The force follows from the only one that takes submissions here. Raises Invalid (400) for a name that is unknown or
    does not fit, or where several forces are here and none was named.
    """
    takes = Unit.objects.filter(current_on(on), is_professional_standards=True).select_related("force")
    forces = [department.force for department in takes if department.force]
    if force:
        forces = [candidate for candidate in forces if candidate.slug == force]
    if len(forces) != 1:
        raise Invalid("Say which force this is about.", errors={"force": ["Name one of the forces of /api/v1/areas/."]})
    found = _neighbourhood(forces[0], neighbourhood, on) if neighbourhood else None
    chosen = _unit(forces[0], unit, on) if unit else None
    if found and chosen and found.unit_id != chosen.pk:
        raise Invalid("Check the place.", errors={"neighbourhood": [f"It does not belong to {chosen.name}."]})
    return Place(forces[0], chosen or (found.unit if found else None), found)


def _unit(force: Unit, slug: str, on: dt.date) -> Unit:
    unit = Unit.objects.filter(current_on(on), force=force, slug=slug).first()
    if unit is None:
        raise Invalid("Check the place.", errors={"unit": ["The force has no such unit; see /api/v1/areas/."]})
    return unit


def _neighbourhood(force: Unit, code: str, on: dt.date) -> Neighbourhood:
    found = (
        Neighbourhood.objects.filter(current_on(on), unit__force=force, code=code)
        .defer("boundary")
        .select_related("unit")
        .first()
    )
    if found is None:
        raise Invalid(
            "Check the place.", errors={"neighbourhood": ["The force has no such neighbourhood; see /api/v1/areas/."]}
        )
    return found
