"""The part of an address after the question mark is an allow-list, at every route of the API."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.cast import Cast, a_case

ROUTES = [
    ("get", "/api/v1/areas/"), ("get", "/api/v1/areas/locate/"), ("get", "/api/v1/auth/me/"), ("get", "/api/v1/track/"),
    ("post", "/api/v1/auth/token/"), ("delete", "/api/v1/auth/tokens/"), ("post", "/api/v1/ratings/"),
    ("post", "/api/v1/comments/"), ("post", "/api/v1/complaints/"), ("get", "/api/v1/reports/briefings/"),
    ("get", "/api/v1/cases/"), ("get", "/api/v1/cases/{}/"), ("get", "/api/v1/cases/{}/moves/"),
    ("get", "/api/v1/cases/{}/notes/"), ("get", "/api/v1/cases/{}/messages/"), ("get", "/api/v1/cases/{}/deadlines/"),
    ("get", "/api/v1/cases/{}/files/"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "route"), ROUTES, ids=[" ".join(route) for route in ROUTES])
def test_an_unknown_parameter_is_a_400_that_names_it(cast: Cast, method: str, route: str) -> None:
    client = cast.client("beth") if "/cases" in route or "/auth" in route or "/reports" in route else APIClient()
    url = route.format(a_case(cast).reference)
    body = {"email": "a@b.test", "password": "x", "text": "a", "what_happened": "a", "unit": "northgate"}

    answer = getattr(client, method)(f"{url}?ordering=name", body if method == "post" else None, format="json")

    assert answer.status_code == 400
    assert "ordering" in answer.json()["errors"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=5&limit=6", "kind=COMMENT&kind=COMPLAINT", "state=CLOSED", "due_by=tomorrow", "open=perhaps", "unit=a%00b",
        "search=%00", "search=", "history=all", "handler=amal@westshire.test", "kind=complaint", "complainants__name=Maya",
        "state__in=RECEIVED", "name=Maya", "email=maya@home.test", "received_from=2026-13-01", "order=reference",
    ],
)  # fmt: skip
def test_a_parameter_is_given_once_with_a_value_that_it_takes(cast: Cast, query: str) -> None:
    answer = cast.client("amal").get(f"/api/v1/cases/?{query}")

    assert answer.status_code == 400
    assert answer.json()["errors"]
