"""The boundaries as shapes in memory, one copy a process, read anew when a row has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shapely import STRtree
from shapely.geometry import Point, shape

from .models import Neighbourhood


@dataclass(frozen=True)
class Shapes:
    """The boundaries of one moment; `version` is what they were made of: (id, digest) of every row."""

    version: tuple[tuple[int, str | None], ...]
    tree: STRtree

    def covering(self, *, latitude: float, longitude: float) -> list[int]:
        """The ids of the neighbourhoods that hold the point; more than one only on a border, or of several dates."""
        found = self.tree.query(Point(longitude, latitude), predicate="intersects")
        return [self.version[place][0] for place in found]


class ShapeCache:
    """Holds the shapes between requests. Each look costs one query of ids and digests, a few bytes a row."""

    def __init__(self) -> None:
        self._held: Shapes | None = None

    def current(self) -> Shapes:
        """The boundaries as they are in this transaction."""
        known = Neighbourhood.objects.filter(boundary__isnull=False).order_by("pk")
        held = self._held
        if held is None or held.version != tuple(known.values_list("pk", "boundary_digest")):
            rows: list[tuple[int, str | None, Any]] = list(known.values_list("pk", "boundary_digest", "boundary"))
            # The version is that of the rows just read: they may be newer than those that were compared.
            held = Shapes(tuple((pk, digest) for pk, digest, _ in rows), STRtree([shape(row[2]) for row in rows]))
            self._held = held
        return held


SHAPES = ShapeCache()
