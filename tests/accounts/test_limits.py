"""How often somebody may try, and how many tokens an account has."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone
from rest_framework.test import APIClient

from backend.audit.models import Event
from tests.cast import PASSWORD, Cast

TOKEN = "/api/v1/auth/token/"


def sign_in(email: str, password: str = PASSWORD) -> Any:
    return APIClient().post(TOKEN, {"email": email, "password": password}, format="json")


@override_settings(SIGN_IN_LIMIT=3)
def test_one_address_tries_a_few_times_whichever_accounts_it_names(cast: Cast) -> None:
    tries = [sign_in(f"guess{number}@westshire.test", "wrong").status_code for number in range(5)]

    assert tries == [400, 400, 400, 429, 429]
    assert sign_in("amal@westshire.test").status_code == 429


def test_addresses_that_nobody_has_leave_no_trace_on_the_trail(cast: Cast) -> None:
    sign_in("nobody.at.all@westshire.test", "wrong")
    sign_in("amal@westshire.test", "wrong")

    assert Event.objects.filter(verb="SIGN_IN_FAILED").count() == 1


@override_settings(TOKENS_OF_AN_ACCOUNT=2)
def test_an_account_has_so_many_tokens_and_no_more(cast: Cast) -> None:
    answers = [sign_in("amal@westshire.test") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 409]
    assert answers[2].json()["type"] == "urn:rylp:problem:too-many-tokens"


@pytest.mark.parametrize("days", [29, 31])
def test_a_token_ends_after_thirty_days(cast: Cast, days: int) -> None:
    token = sign_in("amal@westshire.test").json()["token"]

    with time_machine.travel(timezone.now() + dt.timedelta(days=days), tick=False):
        answer = APIClient().get("/api/v1/auth/me/", headers={"Authorization": f"Token {token}"})

    assert answer.status_code == (200 if days < 30 else 401)


def test_the_right_password_forgets_the_wrong_ones_before_it(cast: Cast) -> None:
    tries = ["wrong"] * 4 + [PASSWORD] + ["wrong"] * 4 + [PASSWORD]

    assert [sign_in("amal@westshire.test", each).status_code for each in tries] == ([400] * 4 + [201]) * 2
