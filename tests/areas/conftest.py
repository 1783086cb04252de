"""A small force on a square grid: Northside (two neighbourhoods) and Southside (one), each a square of 0.1 degrees."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.areas.force_file import ForceFile, read_force_file
from backend.areas.models import Unit
from backend.areas.services.forces import load_force

AT = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 20)
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
WEST_MIDLANDS = Path(__file__).resolve().parents[2] / "backend" / "areas" / "fixtures" / "west_midlands.json"

needs_wards = pytest.mark.skipif(
    not (DATA / "geo_wards").exists(), reason="the ward boundaries are not beside the checkout"
)
needs_postcodes = pytest.mark.skipif(
    not (DATA / "postcodes").exists(), reason="the postcodes are not beside the checkout"
)


def gridshire() -> dict[str, Any]:
    """The force file of the small force, to be changed by a test as it likes."""
    return {
        "attribution": "Contains Gridshire data © Gridshire 2026.",
        "force": {"slug": "gridshire", "name": "Gridshire Police"},
        "units": [
            {"slug": "northside", "name": "Northside", "kind": "LPU", "starts_on": "2010-04-01"},
            {"slug": "southside", "name": "Southside", "kind": "LPU", "starts_on": "2010-04-01"},
            {
                "slug": "standards",
                "name": "Professional Standards",
                "kind": "DEPARTMENT",
                "is_professional_standards": True,
            },
        ],
        "neighbourhoods": [
            {"code": "G1", "name": "Mill Lane", "unit": "northside", "latitude": 52.05, "longitude": -1.95},
            {"code": "G2", "name": "Mill Road", "unit": "northside", "latitude": 52.05, "longitude": -1.85},
            {"code": "G3", "name": "Harbour", "unit": "southside"},
        ],
    }


def parsed(description: dict[str, Any]) -> ForceFile:
    return read_force_file(json.dumps(description))


def square(code: str, west: float, south: float = 52.0, side: float = 0.1) -> dict[str, Any]:
    """A GeoJSON feature: a square ward, its lower left corner at (west, south)."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"WD24CD": code, "WD24NM": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


@pytest.fixture
def force(db: None) -> Unit:
    """Gridshire Police, loaded; no boundaries, no postcodes."""
    return load_force(file=parsed(gridshire()), at=AT).force


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    """Writes a file, and answers where it lies."""

    def written(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return written
