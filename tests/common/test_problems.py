"""Every error under /api/ is problem+json with a stable type, and tells nothing of what went on inside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from cases.services.intake import NewComplainant
from tests.cast import Cast, a_case

CASES, COMPLAINTS = "/api/v1/cases/", "/api/v1/complaints/"
GOOD = {"what_happened": "Nobody came."}


def browser() -> APIClient:
    return APIClient(raise_request_exception=False)


def note(cast: Cast, name: str = "amal", path: str = "notes/", **headers: str) -> Any:
    url = f"{CASES}{a_case(cast).reference}/{path}"
    return cast.client(name).post(url, {"text": "Rang back."}, format="json", headers=headers)


def finalise_as_assessor(cast: Cast) -> Any:
    """Seen by the assessor, and not theirs to decide."""
    case = a_case(cast, complainants=[NewComplainant(anonymous=True)])
    url, tag = f"{CASES}{case.reference}/", f'"{case.reference}.1"'
    assert (
        cast.client("amal").post(f"{url}moves/", {"move": "take"}, format="json", headers={"If-Match": tag}).status_code
        == 200
    )
    ticks = {"alleges_death_or_serious_injury": False, "alleges_crime_or_discipline": False}
    ticks |= {
        "alleges_article_2_or_3": False,
        "alleges_mandatory_referral": False,
        "contact_impossible_reason": "Anonymous.",
    }
    tag = f'"{case.reference}.2"'
    assert (
        cast.client("amal").put(f"{url}assessment/", ticks, format="json", headers={"If-Match": tag}).status_code == 200
    )
    tag = f'"{case.reference}.3"'
    return cast.client("amal").post(
        f"{url}moves/", {"move": "handle_outside"}, format="json", headers={"If-Match": tag}
    )


ERRORS: dict[str, tuple[int, str, Callable[[Cast], Any]]] = {
    "a field that is missing": (400, "invalid", lambda cast: browser().post(COMPLAINTS, {}, format="json")),
    "a body that is no JSON": (
        400, "invalid", lambda cast: browser().post(COMPLAINTS, "{", content_type="application/json"),
    ),
    "a host that is not ours": (400, "invalid", lambda cast: browser().get("/api/v1/areas/", headers={"Host": "evil.test"})),
    "a suspicious request": (400, "invalid", lambda cast: browser().get("/api/v1/suspects/")),
    "nobody signed in": (401, "not-signed-in", lambda cast: browser().get(CASES)),
    "a move that is another's": (403, "may-not", finalise_as_assessor),
    "a case that is not there": (404, "not-found", lambda cast: cast.client("amal").get(f"{CASES}ZZZZZZZZ/")),
    "an address that is not there": (404, "not-found", lambda cast: browser().get("/api/v1/nothing/here")),
    "an address without its slash": (404, "not-found", lambda cast: browser().get("/api/v1/areas")),
    "a version that is not": (404, "not-found", lambda cast: browser().get("/api/v2/areas/")),
    "a method that is not taken": (405, "method-not-allowed", lambda cast: browser().delete(COMPLAINTS)),
    "a version that is another's": (412, "stale", lambda cast: note(cast, **{"If-Match": '"ZZZZZZZZ.1"'})),
    "a body that is too large": (
        413, "too-large", lambda cast: browser().post(COMPLAINTS, {"what_happened": "x" * 1_100_000}, format="json"),
    ),
    "a type of body that is not read": (
        415, "unsupported-media-type", lambda cast: browser().post(COMPLAINTS, "hello", content_type="text/plain"),
    ),
    "a change without a version": (428, "precondition-required", note),
    "an error of ours": (500, "server-error", lambda cast: browser().get("/api/v1/raises/")),
}  # fmt: skip


@pytest.mark.parametrize(("status", "code", "provoke"), ERRORS.values(), ids=ERRORS.keys())
def test_an_error_is_a_problem(
    cast: Cast, settings: Settings, status: int, code: str, provoke: Callable[[Cast], Any]
) -> None:
    settings.ROOT_URLCONF = "tests.common.raising_urls"

    answer = provoke(cast)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    body = answer.json()
    assert (body["type"], body["status"]) == (f"urn:rylp:problem:{code}", status)
    assert body["title"]
    assert body["detail"]
    assert set(body) <= {"type", "title", "status", "detail", "errors"}
    assert b"Maya" not in answer.content
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"


def test_too_many_requests_say_how_long_to_wait(cast: Cast, settings: Settings) -> None:
    settings.SUBMISSION_LIMIT = 1
    browser().post(COMPLAINTS, GOOD, format="json")

    answer = browser().post(COMPLAINTS, GOOD, format="json")

    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert int(answer["Retry-After"]) == 600


def test_a_method_that_is_not_taken_names_those_that_are(cast: Cast) -> None:
    assert browser().delete(COMPLAINTS)["Allow"] == "POST, OPTIONS"


def test_signing_in_is_asked_for_in_the_header_that_http_has_for_it(db: None) -> None:
    assert browser().get(CASES)["WWW-Authenticate"]


def test_errors_name_the_field_wherever_it_lies(cast: Cast) -> None:
    body = {"unit": "northgate", "scores": {"overall": 8, "contact": "often"}}

    errors = browser().post("/api/v1/ratings/", body, format="json").json()["errors"]

    assert set(errors) == {"scores.overall", "scores.contact"}


def test_every_answer_is_json_whatever_the_caller_would_rather_have(cast: Cast) -> None:
    for wish in ("text/html", "application/xml", "*/*", ""):
        assert browser().get("/api/v1/areas/", headers={"Accept": wish})["Content-Type"] == "application/json"
        assert browser().get("/api/v1/nothing/", headers={"Accept": wish})["Content-Type"] == "application/problem+json"
