"""The units of a force, by slug and by their part in complaints."""

from __future__ import annotations

import datetime as dt

from backend.areas.models import Unit, current_on
from backend.common.errors import Invalid
from cases.models import Case


def unit_of(case: Case, slug: str, *, on: dt.date) -> Unit:
    """The unit of the case's force with that slug, as it stands on the day. Raises Invalid (400)."""
    unit = Unit.objects.filter(current_on(on), force_id=case.force_id, slug=slug).first()
    if unit is None:
        raise Invalid("Name a unit of this force.", errors={"unit": ["The force has no such unit now."]})
    return unit


def unit_then(case: Case, slug: str, *, on: dt.date) -> Unit:
    """The unit as it stood on the day of what is complained of, closed since or not. Raises Invalid (400)."""
    unit = Unit.objects.filter(current_on(on), force_id=case.force_id, slug=slug).first()
    if unit is None:
        raise Invalid("Name a unit of this force.", errors={"unit": [f"The force had no such unit on {on:%-d %B %Y}."]})
    return unit


def professional_standards_of(force_id: int, *, on: dt.date) -> Unit:
    """The department that receives the force's complaints. Raises Invalid (400) where the force has none."""
    found = Unit.objects.filter(current_on(on), force_id=force_id, is_professional_standards=True).first()
    if found is None:
        raise Invalid("This force takes nothing here: it has no Professional Standards Department.")
    return found
