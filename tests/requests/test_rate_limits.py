"""Sending too much too fast is stopped, by the address that cannot be forged, and says how long to wait."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from backend.requests import services as requests
from backend.requests.models import RateCount
from backend.requests.services import TooMany
from feedback.models import Submission
from tests.cast import AT, Cast

MINUTE = dt.timedelta(minutes=1)


def send(address: str = "203.0.113.9", **headers: str) -> Any:
    body = {"what_happened": "Nobody came."}
    return APIClient().post("/api/v1/complaints/", body, format="json", headers=headers, REMOTE_ADDR=address)


def count(caller: str = "203.0.113.9", at: dt.datetime = AT, what: str = "test") -> None:
    requests.count_try(what=what, caller=caller, limit=3, per=MINUTE, at=at)


def test_beyond_the_limit_an_address_waits_and_no_other_does(cast: Cast, settings: Settings) -> None:
    settings.SUBMISSION_LIMIT = 2
    assert [send().status_code for _ in range(3)] == [201, 201, 429]

    assert send("203.0.113.10").status_code == 201
    assert Submission.objects.count() == 3
    assert int(send()["Retry-After"]) == 600


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_a_forged_address_changes_nothing(cast: Cast, settings: Settings, proxies: int) -> None:
    settings.SUBMISSION_LIMIT, settings.TRUSTED_PROXIES = 2, proxies
    written_by_us = ["198.51.100.7", "10.0.0.1"][: 2 if proxies == 2 else proxies]

    statuses = [
        send(**{"X-Forwarded-For": ", ".join([f"192.0.2.{number}", *written_by_us])}).status_code for number in range(5)
    ]

    assert statuses == [201, 201, 429, 429, 429]


def test_every_address_of_a_household_counts_as_one(cast: Cast, settings: Settings) -> None:
    settings.SUBMISSION_LIMIT = 2

    assert [send(f"2001:db8:0:1::{number}").status_code for number in range(1, 4)] == [201, 201, 429]
    assert send("2001:db8:0:2::1").status_code == 201


def test_all_three_forms_count_together_and_so_does_what_is_sent_again(cast: Cast, settings: Settings) -> None:
    settings.SUBMISSION_LIMIT = 2
    key = {"Idempotency-Key": "0d7d5ee8-8f5e-4c0a-9a3a-0e2b7f1f4f11"}
    assert [send(**key).status_code for _ in range(2)] == [201, 201]

    rating = APIClient().post(
        "/api/v1/ratings/", {"unit": "northgate", "scores": {"overall": 1}}, format="json", REMOTE_ADDR="203.0.113.9"
    )

    assert rating.status_code == 429


def test_no_limit_is_no_limit(cast: Cast, settings: Settings) -> None:
    settings.SUBMISSION_LIMIT = 0

    assert {send().status_code for _ in range(5)} == {201}
    assert not RateCount.objects.exists()


def test_a_new_window_begins_at_its_time(db: None) -> None:
    for _ in range(3):
        count()
    with pytest.raises(TooMany):
        count(at=AT + dt.timedelta(seconds=59))

    count(at=AT + MINUTE)

    assert requests.tries(what="test", caller="203.0.113.9", per=MINUTE, at=AT + MINUTE) == 1
    assert requests.tries(what="another", caller="203.0.113.9", per=MINUTE, at=AT) == 0


def test_the_address_is_not_kept_and_its_hash_differs_from_day_to_day(db: None) -> None:
    count()
    count(at=AT + dt.timedelta(days=1))

    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM requests_ratecount r")
        assert not any("203.0.113" in row for (row,) in cursor.fetchall())
    assert len({bytes(bucket) for bucket in RateCount.objects.values_list("bucket", flat=True)}) == 2
