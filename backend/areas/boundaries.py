"""Reading boundaries from GeoJSON (RFC 7946: longitude and latitude, WGS84). Pure: text in, geometry out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

WARD_CODE_PROPERTY = re.compile(r"WD\d\dCD")  # as the Office for National Statistics names it: WD13CD, WD24CD


class BoundaryFileError(Exception):
    """The file holds no boundaries that can be used; the text says what is wrong and where."""


@dataclass(frozen=True)
class Boundary:
    """The area of one ward as GeoJSON, and whether it had to be repaired."""

    code: str
    geometry: dict[str, Any]
    repaired: bool


def read_boundaries(text: str, *, code_property: str = "") -> list[Boundary]:
    """The boundaries of a FeatureCollection, each known by the ward code in `code_property`.

    Without one, the only property named like WD13CD is taken. A polygon that crosses itself is repaired.
    Raises BoundaryFileError.
    """
    features = _features(text)
    name = code_property or _only_code_property(features)
    return list(_boundaries(features, name))


def _features(text: str) -> Sequence[dict[str, Any]]:
    try:
        found = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BoundaryFileError(f"This is not GeoJSON: {error}.") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or found.get("type") != "FeatureCollection":
        raise BoundaryFileError("This is not GeoJSON with a FeatureCollection.")
    if not features:
        raise BoundaryFileError("There is no feature in it.")
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
            raise BoundaryFileError(f"Feature {number} is no GeoJSON feature with properties.")
    return features


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number")


def _only_code_property(features: Sequence[dict[str, Any]]) -> str:
    names: list[str] = sorted(features[0]["properties"])
    found = [name for name in names if WARD_CODE_PROPERTY.fullmatch(name.upper())]
    if len(found) != 1:
        raise BoundaryFileError(
            f"It does not tell which property holds the ward code; there are {', '.join(names) or 'none'}. "
            "Name it with --code-property."
        )
    return found[0]


def _boundaries(features: Sequence[dict[str, Any]], name: str) -> Iterator[Boundary]:
    seen: set[str] = set()
    for number, feature in enumerate(features, start=1):
        code = feature["properties"].get(name)
        if not isinstance(code, str) or not code.strip():
            raise BoundaryFileError(f"Feature {number} has no text in its property {name}.")
        code = code.strip()
        if code in seen:
            raise BoundaryFileError(f"The ward code {code} is there twice.")
        seen.add(code)
        yield _boundary(code, feature.get("geometry"), f"Feature {number} ({code})")


def _boundary(code: str, geometry: Any, place: str) -> Boundary:
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise BoundaryFileError(f"{place} has no Polygon or MultiPolygon.")
    try:
        area = shapely.force_2d(shape(geometry))
    except (ValueError, TypeError, LookupError, AttributeError, shapely.errors.ShapelyError):
        raise BoundaryFileError(f"{place} has coordinates that make no polygon.") from None
    if area.is_empty or not _in_degrees(area):
        raise BoundaryFileError(
            f"{place} is not in longitude and latitude (WGS84). Convert the file first: GeoJSON knows nothing else."
        )
    if area.is_valid:
        return Boundary(code, mapping(area), repaired=False)
    repaired = _polygons_of(shapely.make_valid(area))
    if repaired.is_empty:
        raise BoundaryFileError(f"{place} encloses no area.")
    return Boundary(code, mapping(repaired), repaired=True)


def _in_degrees(area: BaseGeometry) -> bool:
    west, south, east, north = area.bounds
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def _polygons_of(area: BaseGeometry) -> BaseGeometry:
    """Only what has an area: a repair may leave lines and points behind."""
    parts = [part for part in shapely.get_parts(area) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts)
