"""GET /api/v1/areas/ and /api/v1/areas/locate/, as anybody may call them."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from backend.areas.boundaries import read_boundaries
from backend.areas.models import Neighbourhood, Postcode, Unit
from backend.areas.services.boundaries import store_boundaries
from backend.areas.services.forces import load_force
from tests.areas.conftest import AT, collection, gridshire, parsed, square

pytestmark = pytest.mark.django_db
LOCATE = "/api/v1/areas/locate/"
AREAS = "/api/v1/areas/"


def located(client: Client, **query: Any) -> dict[str, Any]:
    response = client.get(LOCATE, query)
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def test_anybody_reads_the_structure_of_the_force(client: Client, force: Unit) -> None:
    body = client.get(AREAS).json()

    (found,) = body["forces"]
    assert body["attribution"] == "Contains Gridshire data © Gridshire 2026."
    assert (found["id"], found["slug"], found["name"]) == (str(force.public_id), "gridshire", "Gridshire Police")
    assert [unit["name"] for unit in found["units"]] == ["Northside", "Southside", "Professional Standards"]
    assert [row["name"] for row in found["units"][0]["neighbourhoods"]] == ["Mill Lane", "Mill Road"]
    assert found["units"][0]["neighbourhoods"][0] == {
        "id": str(Neighbourhood.objects.get(code="G1").public_id),
        "code": "G1",
        "name": "Mill Lane",
        "latitude": 52.05,
        "longitude": -1.95,
    }


def test_the_list_can_be_of_one_force_and_costs_the_same_for_many(
    client: Client, force: Unit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    description = gridshire()
    description["force"] = {"slug": "othershire", "name": "Othershire Police"}
    description["attribution"] = "Contains Othershire data."
    load_force(file=parsed(description), at=AT)

    with django_assert_num_queries(4):
        both = client.get(AREAS).json()
    one = client.get(AREAS, {"force": "othershire"}).json()

    assert [found["slug"] for found in both["forces"]] == ["gridshire", "othershire"]
    assert both["attribution"] == "Contains Gridshire data © Gridshire 2026. Contains Othershire data."
    assert [found["slug"] for found in one["forces"]] == ["othershire"]
    assert client.get(AREAS, {"force": "nowhere"}).json()["forces"] == []


def test_what_has_ended_is_not_listed(client: Client) -> None:
    description = gridshire()
    description["units"][1]["ends_on"] = description["neighbourhoods"][2]["ends_on"] = "2016-03-31"
    description["neighbourhoods"][1]["ends_on"] = "2016-03-31"
    load_force(file=parsed(description), at=AT)

    (found,) = client.get(AREAS).json()["forces"]

    assert [unit["slug"] for unit in found["units"]] == ["northside", "standards"]
    assert [row["code"] for row in found["units"][0]["neighbourhoods"]] == ["G1"]


def test_a_point_a_postcode_and_a_name_are_located(client: Client, force: Unit) -> None:
    store_boundaries(boundaries=read_boundaries(collection(square("G3", -1.8))), at=AT)
    Postcode.objects.create(postcode="G11AA", ward_code="G3")

    by_point = located(client, lat="52.05", lon="-1.75")
    by_postcode = located(client, postcode="g1 1aa")
    by_name = located(client, name="harbour")

    for body in (by_point, by_postcode, by_name):
        assert body["found"] is True
        assert body["neighbourhood"]["name"] == "Harbour"
        assert body["unit"]["slug"] == "southside"
        assert body["unit"]["force"] == "gridshire"
        assert body["matches"] == []
        assert body["attribution"] == "Contains Gridshire data © Gridshire 2026."


def test_a_place_that_is_not_found_is_no_error_and_is_explained(client: Client, force: Unit) -> None:
    body = located(client, lat="0", lon="0")

    assert (body["found"], body["neighbourhood"], body["unit"], body["matches"]) == (False, None, None, [])
    assert body["explanation"].startswith("Boundaries are not loaded")


def test_several_matches_are_listed_each_with_its_unit(client: Client, force: Unit) -> None:
    body = located(client, name="mill")

    assert body["found"] is False
    assert [(m["neighbourhood"]["name"], m["unit"]["name"]) for m in body["matches"]] == [
        ("Mill Lane", "Northside"),
        ("Mill Road", "Northside"),
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "request"),
        ({"lat": "52", "lon": "-1", "name": "Harbour"}, "request"),
        ({"postcode": "G1 1AA", "name": "Harbour"}, "request"),
        ({"lat": "52"}, "lon"),
        ({"lon": "-1", "name": "Harbour"}, "lat"),
        ({"lat": "90.1", "lon": "0"}, "lat"),
        ({"lat": "0", "lon": "-180.5"}, "lon"),
        ({"lat": "nan", "lon": "0"}, "lat"),
        ({"lat": "0", "lon": "inf"}, "lon"),
        ({"lat": "north", "lon": "0"}, "lat"),
        ({"postcode": "G1-1AA"}, "postcode"),
        ({"postcode": "G1 1AA AND MORE"}, "postcode"),
        ({"name": " "}, "name"),
        ({"name": "Har\x00bour"}, "name"),
        ({"name": "H" * 161}, "name"),
        ({"name": "Harbour", "radius": "5"}, "radius"),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_problem_that_names_the_field(
    client: Client, force: Unit, query: dict[str, str], field: str
) -> None:
    response = client.get(LOCATE, query)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert field in response.json()["errors"]


def test_the_list_takes_no_parameter_that_it_does_not_know(client: Client) -> None:
    response = client.get(AREAS, {"unit": "northside"})

    assert response.status_code == 400
    assert "unit" in response.json()["errors"]
