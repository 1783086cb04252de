"""A complaint from the public form to closure, over HTTP alone, as everybody on the way sees it."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from backend.audit import services as audit
from backend.notifications.models import Outgoing
from tests.cast import NO_TICKS, Cast

CASES = "/api/v1/cases/"


class Desk:
    """A member of staff at work over HTTP: reads a case, and changes the version that was read."""

    def __init__(self, client: APIClient, reference: str) -> None:
        self.client, self.url = client, f"{CASES}{reference}/"

    def send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        tag = self.client.get(self.url)["ETag"]
        return getattr(self.client, method)(f"{self.url}{path}", body, format="json", headers={"If-Match": tag})

    def move(self, name: str, **details: Any) -> Any:
        return self.send("post", "moves/", {"move": name, "details": details})


def track(client: APIClient, receipt: str) -> Any:
    return client.get("/api/v1/track/", headers={"X-Receipt": receipt})


def test_a_complaint_travels_from_the_form_to_closure(cast: Cast, browser: APIClient) -> None:
    sent = browser.post(
        "/api/v1/complaints/",
        {
            "what_happened": "Nobody came when I called about the break-in.",
            "name": "Maya Field",
            "email": "maya@home.test",
            "neighbourhood": "OT1",
            "views": "I would like a visit.",
        },
        format="json",
    )
    assert sent.status_code == 201, sent.json()
    reference, receipt = sent.json()["reference"], sent.json()["receipt"]
    assert Outgoing.objects.get().recipient == "maya@home.test"

    amal, beth = Desk(cast.client("amal"), reference), Desk(cast.client("beth"), reference)
    queue = amal.client.get(CASES).json()
    assert [case["reference"] for case in queue["results"]] == [reference]
    assert queue["next"] == ""

    assert amal.move("take").status_code == 200
    assert track(browser, receipt).json()["stage"] == "ASSESSING"
    assert amal.send("put", "assessment/", NO_TICKS).status_code == 200
    contacted = {"contacted_on": sent.json()["submitted_at"][:10], "views": "A visit.", "wishes_recording": False}
    assert amal.move("record_contact", **contacted).status_code == 200
    assert beth.move("handle_outside").status_code == 200

    assigned = amal.send("put", "assignment/", {"unit": "northgate", "handler": "cai@westshire.test"})
    assert assigned.status_code == 200
    assert assigned.json()["handler"] == {"email": "cai@westshire.test", "name": "Cai"}
    cai, dee = Desk(cast.client("cai"), reference), Desk(cast.client("dee"), reference)
    assert cai.send("post", "notes/", {"text": "Visit booked."}).status_code == 201
    assert cai.send("post", "messages/", {"text": "We will visit you on Monday."}).status_code == 201
    resolved = cai.move("resolve", result="Visited; statement taken.", told="We are sorry that nobody came.")
    assert resolved.status_code == 200
    assert cai.move("finalise").status_code == 403
    assert dee.move("finalise").status_code == 200

    seen = track(browser, receipt).json()
    assert seen["stage"] == "FINALISED"
    progress, outcome = (message["text"] for message in seen["messages"])
    assert "We will visit you on Monday." in progress
    assert "We are sorry that nobody came." in outcome
    assert seen["next_by"] is None
    assert "Visit booked" not in str(seen)
    assert "Visited; statement taken" not in str(seen)
    assert "cai" not in str(seen).lower()
    assert amal.client.get(CASES).json()["results"] == []
    assert audit.verify().first_bad is None


def test_a_complaint_without_a_name_is_handled_and_followed_alike(cast: Cast, browser: APIClient) -> None:
    sent = browser.post("/api/v1/complaints/", {"what_happened": "An officer shouted at me."}, format="json").json()

    desk = Desk(cast.client("amal"), sent["reference"])
    assert desk.move("take").status_code == 200
    assert desk.client.get(desk.url).json()["complainants"][0]["anonymous"] is True
    assert track(browser, sent["receipt"]).json()["next_step"]
    assert Outgoing.objects.count() == 0


def test_a_comment_is_answered_and_the_answer_read_by_receipt(cast: Cast, browser: APIClient) -> None:
    sent = browser.post(
        "/api/v1/comments/", {"text": "More patrols by the station, please.", "unit": "northgate"}, format="json"
    ).json()
    gwen = Desk(cast.client("gwen"), sent["reference"])

    assert gwen.move("triage").status_code == 200
    assert gwen.move("send_to_unit", unit="northgate").status_code == 200
    assert gwen.move("answer", told="We have doubled them.").status_code == 200

    seen = track(browser, sent["receipt"]).json()
    assert seen["stage"] == "ANSWERED"
    assert "This is our answer.\n\nWe have doubled them." in seen["messages"][0]["text"]


def test_a_rating_is_counted_and_a_low_one_is_asked_whether_to_complain(cast: Cast, browser: APIClient) -> None:
    low = browser.post("/api/v1/ratings/", {"unit": "northgate", "scores": {"overall": 2}}, format="json")
    high = browser.post("/api/v1/ratings/", {"neighbourhood": "OT1", "scores": {"overall": 7}}, format="json")

    assert (low.status_code, high.status_code) == (201, 201)
    assert (low.json()["may_complain"], high.json()["may_complain"]) == (True, False)
    assert track(browser, low.json()["receipt"]).json()["stage"] == "COUNTED"


@pytest.mark.parametrize("name", ["cai", "ed", "fay", "gwen", "hal", "ida", "jo", "kit", "nobody"])
def test_what_is_not_yours_to_see_is_not_there(cast: Cast, browser: APIClient, name: str) -> None:
    sent = browser.post("/api/v1/complaints/", {"what_happened": "Secret."}, format="json").json()
    client = cast.client(name)

    hidden, absent = (client.get(f"{CASES}{each}/") for each in (sent["reference"], "ZZZZZZZZ"))

    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content
    assert client.get(CASES).json() == {"results": [], "next": ""}
    for path in ("moves/", "notes/", "messages/", "deadlines/", "files/"):
        assert client.get(f"{CASES}{sent['reference']}/{path}").content == absent.content
