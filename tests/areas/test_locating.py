"""Finding the neighbourhood of a point, a postcode or a name, and saying why one is not found."""

import csv
import datetime as dt
import random

import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries
from shapely.geometry import Point, shape

from backend.areas import selectors
from backend.areas.boundaries import read_boundaries
from backend.areas.models import Neighbourhood, Postcode, Unit
from backend.areas.services.boundaries import store_boundaries
from backend.areas.services.forces import load_force
from tests.areas.conftest import (
    AT,
    DATA,
    TODAY,
    WEST_MIDLANDS,
    collection,
    gridshire,
    needs_postcodes,
    needs_wards,
    parsed,
    square,
)

pytestmark = pytest.mark.django_db
G1, G2, G3 = square("G1", -2.0), square("G2", -1.9), square("G3", -1.8)


def draw(*features: dict[str, object]) -> None:
    store_boundaries(boundaries=read_boundaries(collection(*features)), at=AT)


def at_point(longitude: float, latitude: float = 52.05, day: dt.date = TODAY) -> selectors.Located:
    return selectors.locate_point(latitude=latitude, longitude=longitude, day=day)


def names(located: selectors.Located) -> tuple[str | None, str | None]:
    return (
        located.neighbourhood.name if located.neighbourhood else None,
        located.unit.name if located.unit else None,
    )


def test_a_point_lies_in_the_neighbourhood_whose_boundary_holds_it(force: Unit) -> None:
    draw(G1, G2, G3)

    assert names(at_point(-1.95)) == ("Mill Lane", "Northside")
    assert names(at_point(-1.75)) == ("Harbour", "Southside")
    assert at_point(-1.95).explanation == "The point lies in Mill Lane, which is looked after by Northside."


def test_a_point_on_a_border_belongs_to_the_first_by_code(force: Unit) -> None:
    draw(G1, G2, G3)

    located = at_point(-1.9)

    assert names(located) == ("Mill Lane", "Northside")
    assert located.explanation.endswith("It lies on the border with Mill Road.")


def test_outside_the_force_it_says_so(force: Unit) -> None:
    draw(G1, G2, G3)

    assert at_point(0.0).found is False
    assert at_point(0.0).explanation == "This point is outside Gridshire Police."


def test_it_says_when_boundaries_are_not_loaded_or_not_all_of_them(force: Unit) -> None:
    assert at_point(-1.95).explanation.startswith("Boundaries are not loaded")

    draw(G1)

    assert at_point(-1.95).found
    assert "2 of 3 have none yet" in at_point(-1.75).explanation


def test_it_says_when_no_neighbourhoods_are_loaded() -> None:
    assert at_point(-1.95).explanation == selectors.NOTHING_LOADED
    assert selectors.locate_name(name="Mill", day=TODAY).explanation == selectors.NOTHING_LOADED


def test_a_changed_boundary_is_seen_at_once_whoever_changed_it(force: Unit) -> None:
    draw(G1, G2, G3)
    assert names(at_point(-1.95))[0] == "Mill Lane"

    row = Neighbourhood.objects.get(code="G1")
    Neighbourhood.objects.filter(code="G2").update(boundary=row.boundary)
    Neighbourhood.objects.filter(code="G1").update(boundary=G2["geometry"])

    assert names(at_point(-1.95))[0] == "Mill Road"


def test_the_shapes_are_not_read_again_while_nothing_has_changed(
    force: Unit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    draw(G1, G2, G3)
    at_point(-1.95)

    with django_assert_num_queries(2) as queries:
        at_point(-1.85)

    assert not any('"areas_neighbourhood"."boundary",' in query["sql"] for query in queries)


def test_only_neighbourhoods_and_units_that_stand_on_the_day_are_found() -> None:
    description = gridshire()
    description["neighbourhoods"][0]["ends_on"] = "2016-03-31"
    description["neighbourhoods"].append(
        {"code": "G1", "name": "Mill Lane", "unit": "southside", "starts_on": "2016-04-01"}
    )
    load_force(file=parsed(description), at=AT)
    draw(G1, G2, G3)

    assert names(at_point(-1.95, day=dt.date(2016, 3, 31))) == ("Mill Lane", "Northside")
    assert names(at_point(-1.95, day=dt.date(2016, 4, 1))) == ("Mill Lane", "Southside")
    assert at_point(-1.95, day=dt.date(2009, 1, 1)).found is False  # neither unit stood then


def test_a_postcode_lies_in_the_neighbourhood_of_its_ward_however_it_is_written(force: Unit) -> None:
    Postcode.objects.create(postcode="G11AA", ward_code="G3")

    for written in ("G1 1AA", "g11aa", " g1  1aa "):
        located = selectors.locate_postcode(postcode=written, day=TODAY)
        assert names(located) == ("Harbour", "Southside")


@pytest.mark.parametrize(
    ("postcode", "explanation"),
    [
        ("G1 1ZZ", "This postcode is not in the list that is loaded"),
        ("G1 1AB", "This postcode is outside Gridshire Police."),
        ("G1 1AC", "The ward of this postcode is not known."),
        ("G1", "That is not a full UK postcode."),
    ],
)
def test_a_postcode_that_is_not_found_says_why(force: Unit, postcode: str, explanation: str) -> None:
    Postcode.objects.create(postcode="G11AB", ward_code="E99999999")
    Postcode.objects.create(postcode="G11AC", ward_code="")

    located = selectors.locate_postcode(postcode=postcode, day=TODAY)

    assert not located.found
    assert located.explanation.startswith(explanation)


def test_it_says_when_postcodes_are_not_loaded(force: Unit) -> None:
    assert selectors.locate_postcode(postcode="G1 1AA", day=TODAY).explanation.startswith("Postcodes are not loaded")


def test_a_ward_that_two_units_share_is_a_choice(force: Unit) -> None:
    Neighbourhood.objects.create(unit=Unit.objects.get(slug="southside"), code="G1", name="Mill Lane East")
    Postcode.objects.create(postcode="G11AA", ward_code="G1")

    located = selectors.locate_postcode(postcode="G1 1AA", day=TODAY)

    assert not located.found
    assert {row.name for row in located.matches} == {"Mill Lane", "Mill Lane East"}


def test_a_name_is_found_whole_or_by_its_beginning_in_any_case(force: Unit) -> None:
    assert names(selectors.locate_name(name="hARBOUR", day=TODAY)) == ("Harbour", "Southside")
    assert names(selectors.locate_name(name=" harb ", day=TODAY)) == ("Harbour", "Southside")
    assert names(selectors.locate_name(name="mill  lane", day=TODAY)) == ("Mill Lane", "Northside")


def test_a_name_is_found_though_its_accents_are_typed_apart(force: Unit) -> None:
    Neighbourhood.objects.create(unit=Unit.objects.get(slug="southside"), code="G4", name="Caf\u00e9 Row")

    assert names(selectors.locate_name(name="Cafe\u0301", day=TODAY)) == ("Caf\u00e9 Row", "Southside")


def test_a_whole_name_comes_before_longer_names_that_begin_with_it(force: Unit) -> None:
    Neighbourhood.objects.create(unit=Unit.objects.get(slug="southside"), code="G4", name="Harbourside")

    assert names(selectors.locate_name(name="Harbour", day=TODAY)) == ("Harbour", "Southside")


def test_several_neighbourhoods_that_fit_are_listed(force: Unit) -> None:
    located = selectors.locate_name(name="mill", day=TODAY)

    assert not located.found
    assert [row.name for row in located.matches] == ["Mill Lane", "Mill Road"]
    assert located.explanation == "Several neighbourhoods fit. Choose one."


def test_a_long_list_of_matches_is_cut(force: Unit) -> None:
    unit = Unit.objects.get(slug="southside")
    Neighbourhood.objects.bulk_create(Neighbourhood(unit=unit, code=f"W{n}", name=f"Ward {n}") for n in range(30))

    located = selectors.locate_name(name="ward", day=TODAY)

    assert len(located.matches) == 20
    assert "first 20" in located.explanation


@pytest.mark.parametrize("name", ["Atlantis", "%", "_ill"])
def test_a_name_that_nothing_has_says_so_and_wildcards_are_plain_letters(force: Unit, name: str) -> None:
    located = selectors.locate_name(name=name, day=TODAY)

    assert (located.found, located.matches) == (False, ())
    assert located.explanation == "No neighbourhood of Gridshire Police has a name that begins like this."


@needs_wards
@needs_postcodes
def test_real_points_and_postcodes_of_the_demo_force_agree_with_their_wards() -> None:
    call_command("load_force", str(WEST_MIDLANDS), verbosity=0)
    call_command("import_boundaries", *map(str, sorted((DATA / "geo_wards").glob("*.geojson"))))
    call_command("import_postcodes", str(DATA / "postcodes" / "wv.csv"))
    wards = {row.code: shape(row.boundary) for row in Neighbourhood.objects.all()}

    with (DATA / "postcodes" / "wv.csv").open(encoding="utf-8", newline="") as file:
        rows = random.Random(1).sample(list(csv.reader(file)), 40)  # noqa: S311 (a sample, no secret)
    for row in rows:
        located = selectors.locate_postcode(postcode=row[0], day=TODAY)
        assert (located.neighbourhood.code if located.neighbourhood else None) == (row[9] if row[9] in wards else None)
    for code, ward in list(wards.items())[::5]:
        point: Point = ward.representative_point()
        located = at_point(point.x, point.y)
        assert located.neighbourhood
        assert located.neighbourhood.code == code
    assert at_point(-0.1276, 51.5072).explanation == "This point is outside West Midlands Police."
