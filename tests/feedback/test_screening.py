"""The first look by machine: flags for whoever reads first, and no decision."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from feedback.screening import screen
from tests.cast import Cast


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("There is a man with a gun, he has a gun right now", "URGENT"),
        ("I want to kill myself", "URGENT"),
        ("They would not listen to my daughter", "SAFEGUARDING"),
        ("PC Smith was there", "OFFICER_NAMED"),
        ("pc Smith was there", "OFFICER_NAMED"),
        ("It was Inspector Patel", "OFFICER_NAMED"),
        ("the officer's collar number 4411", "OFFICER_NAMED"),
        ("Ask my neighbour, 0121 496 0000 or bob@home.test", "THIRD_PARTY"),
        ("She lives at B13 8JP", "THIRD_PARTY"),
        ("Nobody ever replied: no reply for weeks", "DISSATISFACTION"),
        ("I WANT TO COMPLAIN", "DISSATISFACTION"),
    ],
)
def test_what_somebody_should_look_at_first_is_flagged(text: str, flag: str) -> None:
    assert flag in screen(text)


@pytest.mark.parametrize(
    "text", ["Thank you for the quick help.", "The patrols by the school are great.", "", "A lovely officer helped me."]
)
def test_praise_is_not_flagged(text: str) -> None:
    assert screen(text) == []


def test_the_flags_are_in_the_queue_and_can_be_asked_for(cast: Cast, browser: APIClient) -> None:
    urgent = browser.post("/api/v1/complaints/", {"what_happened": "He is going to kill me."}, format="json").json()
    browser.post("/api/v1/complaints/", {"what_happened": "A question about parking."}, format="json")
    client = cast.client("amal")

    found = client.get("/api/v1/cases/", {"flag": "URGENT"}).json()["results"]

    assert [(case["reference"], case["flags"]) for case in found] == [(urgent["reference"], ["URGENT"])]
    assert client.get("/api/v1/cases/", {"flag": "NONSENSE"}).status_code == 400
