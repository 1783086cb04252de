"""Tokens of the API: shown once, stored hashed, and ended at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from backend.accounts.services import people
from backend.audit.models import Event
from tests.cast import AT, FOUNDER, PASSWORD, Cast

ME = "/api/v1/auth/me/"


def issue(name: str = "amal") -> str:
    body = {"email": f"{name}@westshire.test", "password": PASSWORD}
    return str(APIClient().post("/api/v1/auth/token/", body, format="json").json()["token"])


def me(authorization: str) -> Any:
    return APIClient(raise_request_exception=False).get(ME, headers={"Authorization": authorization})


def test_a_token_opens_the_api_for_its_account(cast: Cast) -> None:
    answer = me(f"Token {issue()}")

    assert answer.json()["email"] == "amal@westshire.test"
    assert [held["role"] for held in answer.json()["roles"]] == ["PSD_ASSESSOR"]


def test_a_token_is_stored_hashed(cast: Cast) -> None:
    token = issue()

    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM knox_authtoken t")
        (row,) = (row for (row,) in cursor.fetchall())
    assert token not in row
    assert token[20:] not in row


@pytest.mark.parametrize(
    "authorization",
    ["Token", "Token ", "Token x", "Token x y", "Token {0}0", "Token \xff", "Token a\x00b", "Token ../..", "Token ' OR 1=1",
     "Bearer {0}", "{0}", "Basic YTpi", ""],
)  # fmt: skip
def test_anything_else_opens_nothing(cast: Cast, authorization: str) -> None:
    answer = me(authorization.format(issue()))

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_all_tokens_end_at_once_the_one_in_use_too_and_nobody_elses(cast: Cast) -> None:
    first, second, other = issue(), issue(), issue("beth")

    ended = APIClient().delete("/api/v1/auth/tokens/", headers={"Authorization": f"Token {first}"})

    assert ended.status_code == 204
    assert [me(f"Token {token}").status_code for token in (first, second, other)] == [401, 401, 200]
    assert Event.objects.order_by("sequence").values_list("verb", flat=True).last() == "TOKENS_REVOKED"


def test_a_closed_accounts_token_stops_at_once_and_stays_stopped(cast: Cast) -> None:
    token, user = issue(), cast.users["amal"]

    people.close_account(user=user, actor=FOUNDER, at=AT)
    assert me(f"Token {token}").status_code == 401

    user.is_active = True
    user.save()
    assert me(f"Token {token}").status_code == 401


def test_an_account_that_is_switched_off_by_other_means_has_no_token_that_works(cast: Cast) -> None:
    token, user = issue(), cast.users["amal"]
    user.is_active = False
    user.save()

    assert me(f"Token {token}").status_code == 401
