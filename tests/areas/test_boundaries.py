"""`manage.py import_boundaries`: real wards, repaired shapes, and files that are something else."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from shapely.geometry import shape

from backend.areas.boundaries import BoundaryFileError, read_boundaries
from backend.areas.models import Neighbourhood, Unit
from backend.areas.services.boundaries import store_boundaries
from backend.audit.models import Event
from tests.areas.conftest import AT, DATA, WEST_MIDLANDS, collection, needs_wards, square

Write = Callable[[str, str], str]


def bow_tie(code: str) -> dict[str, Any]:
    """A ward whose outline crosses itself, and that has a spike without area."""
    feature = square(code, -2.0)
    feature["geometry"]["coordinates"] = [
        [[-2, 52], [-1.9, 52.1], [-1.9, 52], [-2, 52.1], [-2, 52], [-2.5, 52], [-2, 52]]
    ]
    return feature


def outline(*coordinates: Any) -> dict[str, Any]:
    feature = square("G1", -2.0)
    feature["geometry"]["coordinates"] = list(coordinates)
    return feature


@needs_wards
@pytest.mark.django_db
def test_every_ward_of_the_real_files_is_a_neighbourhood_of_the_demo_force(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_force", str(WEST_MIDLANDS))
    files = [str(file) for file in sorted((DATA / "geo_wards").glob("*.geojson"))]

    call_command("import_boundaries", *files)
    call_command("import_boundaries", *files)

    _, first, second = capsys.readouterr().out.splitlines()
    assert first == "163 of 163 features are neighbourhoods here; 163 boundaries changed."
    assert second == "163 of 163 features are neighbourhoods here; 0 boundaries changed."
    rows = Neighbourhood.objects.values_list("boundary", "longitude", "latitude")
    assert all(shape(boundary).covers(shape({"type": "Point", "coordinates": point})) for boundary, *point in rows)
    assert Event.objects.filter(verb="BOUNDARIES_IMPORTED").count() == 1


@pytest.mark.django_db
def test_an_import_says_what_matched_and_what_is_still_missing(
    force: Unit, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write("wards.geojson", collection(square("G1", -2.0), square("X9", -1.0), bow_tie("G2")))

    call_command("import_boundaries", file)

    assert capsys.readouterr().out.splitlines() == [
        "2 of 3 features are neighbourhoods here; 2 boundaries changed.",
        "Repaired, because they crossed themselves (1): G2.",
        "Features of no neighbourhood here (1): X9.",
        "Neighbourhoods still without a boundary (1): Harbour.",
    ]


@pytest.mark.django_db
def test_a_repaired_boundary_is_valid_and_only_polygons_remain(force: Unit) -> None:
    store_boundaries(boundaries=read_boundaries(collection(bow_tie("G2"))), at=AT)

    stored = shape(Neighbourhood.objects.get(code="G2").boundary)
    assert stored.is_valid
    assert stored.geom_type == "MultiPolygon"
    assert stored.area == pytest.approx(0.005)


@pytest.mark.django_db
def test_the_property_with_the_code_can_be_named(force: Unit, write: Write) -> None:
    feature = square("G1", -2.0)
    feature["properties"] = {"reference": "G1", "label": "Mill Lane"}
    file = write("wards.geojson", collection(feature))

    with pytest.raises(CommandError, match="there are label, reference"):
        call_command("import_boundaries", file)
    call_command("import_boundaries", file, "--code-property", "reference")

    assert Neighbourhood.objects.get(code="G1").boundary["type"] == "Polygon"


@pytest.mark.django_db
def test_one_bad_file_among_several_stores_nothing(force: Unit, write: Write) -> None:
    good, bad = write("good.geojson", collection(square("G1", -2.0))), write("bad.geojson", "not JSON")

    with pytest.raises(CommandError, match="This is not GeoJSON"):
        call_command("import_boundaries", good, bad)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_boundaries", good, "no-such-file.geojson")

    assert not Neighbourhood.objects.filter(boundary__isnull=False).exists()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[1, 2]", "not GeoJSON with a FeatureCollection"),
        ('{"type": "Feature", "features": []}', "not GeoJSON with a FeatureCollection"),
        ("[" * 100_000, "not GeoJSON"),
        (collection(), "no feature in it"),
        (json.dumps({"type": "FeatureCollection", "features": [7]}), "Feature 1 is no GeoJSON feature"),
        (collection(square("G1", -2.0), square("G1", -1.0)), "G1 is there twice"),
        (collection(square("", -2.0)), "Feature 1 has no text in its property WD24CD"),
        (collection(square("G1", 400_000, 280_000, 900)), "not in longitude and latitude"),
        (collection(square("G1", -2.0) | {"geometry": None}), "has no Polygon or MultiPolygon"),
        (collection(square("G1", -2.0) | {"geometry": {"type": "Point", "coordinates": [0, 0]}}), "has no Polygon"),
        (collection(outline([[0, 0], [1, 1]])), "make no polygon"),
        (collection(outline("abc")), "make no polygon"),
        (collection(outline([[None, 0], [1, 1], [0, 1], [None, 0]])), "make no polygon"),
        (collection(outline([[float("nan"), 0], [1, 1], [0, 1], [float("nan"), 0]])), "This is not GeoJSON"),
        (collection(outline()), "not in longitude and latitude"),
        (collection(outline([[0, 0], [1, 1], [0, 0]])), "encloses no area"),
    ],
)
def test_a_file_without_usable_boundaries_is_refused(text: str, fault: str) -> None:
    with pytest.raises(BoundaryFileError, match=fault):
        read_boundaries(text)
