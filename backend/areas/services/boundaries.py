"""Storing the boundaries of neighbourhoods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from backend.areas.boundaries import Boundary
from backend.areas.models import Neighbourhood
from backend.audit import services as audit


@dataclass(frozen=True)
class BoundariesStored:
    """What an import did; codes are ward codes, `without` names the current neighbourhoods that have no boundary yet."""

    matched: int
    changed: int
    repaired: tuple[str, ...]
    unmatched: tuple[str, ...]
    without: tuple[str, ...]


@transaction.atomic
def store_boundaries(*, boundaries: Iterable[Boundary], at: dt.datetime) -> BoundariesStored:
    """Give each neighbourhood the boundary of its ward code; past rows of a code too, for a code names one area.

    Where a code comes twice, the later boundary stands. A ward that is no neighbourhood of any force is only reported.
    """
    given = {boundary.code: boundary for boundary in boundaries}
    rows = list(Neighbourhood.objects.select_for_update().filter(code__in=given).order_by("pk"))
    changed = [row for row in rows if row.boundary != _as_stored(given[row.code])]
    for row in changed:
        row.boundary = _as_stored(given[row.code])
    Neighbourhood.objects.bulk_update(changed, ["boundary"], batch_size=200)
    matched = {row.code for row in rows}
    without = Neighbourhood.objects.filter(boundary__isnull=True, ends_on=None).order_by("name")
    stored = BoundariesStored(
        matched=len(matched),
        changed=len(changed),
        repaired=tuple(sorted(code for code in matched if given[code].repaired)),
        unmatched=tuple(sorted(set(given) - matched)),
        without=tuple(str(row) for row in without.defer("boundary")),
    )
    if changed:
        audit.record(
            actor="clock",
            verb="BOUNDARIES_IMPORTED",
            subject_kind="boundaries",
            subject="",
            at=at,
            details={"matched": stored.matched, "changed": stored.changed},
        )
    return stored


def _as_stored(boundary: Boundary) -> object:
    """The geometry with lists for tuples, as JSON gives it back."""
    return {"type": boundary.geometry["type"], "coordinates": _lists(boundary.geometry["coordinates"])}


def _lists(value: object) -> object:
    return [_lists(item) for item in value] if isinstance(value, tuple | list) else value
