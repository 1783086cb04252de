"""Who stays anonymous leaves no trace but what they wrote; and what could not be kept whole is not kept at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from backend.attachments.models import StoredFile
from backend.audit import services as audit
from backend.audit.models import Event
from backend.notifications.models import Outgoing
from cases.models import Case, Complainant
from feedback.models import Rating, Submission
from tests.cast import Cast
from tests.database_setup import as_owner
from tests.feedback.test_receipts import whole_database

FORMS = [
    ("complaints", {"what_happened": "Nobody came."}),
    ("comments", {"text": "Too dark by the station."}),
    ("ratings", {"unit": "northgate", "scores": {"overall": 2}}),
]
ADDRESS, FORWARDED = "203.0.113.231", "198.51.100.232"


def send(route: str, body: dict[str, Any], canary: str = "CANARY", address: str = ADDRESS) -> Any:
    client = APIClient()
    client.cookies["sessionid"] = f"{canary}-session"
    client.cookies["tracking"] = f"{canary}-cookie"
    headers = {
        "User-Agent": f"{canary}-agent", "Referer": f"https://{canary}-referrer.test/", "X-Forwarded-For": FORWARDED,
        "X-Real-IP": FORWARDED, "Accept-Language": f"{canary}-language", "Origin": f"https://{canary}-origin.test",
        "X-Request-ID": f"{canary}-request", "From": f"{canary}@home.test",
    }  # fmt: skip
    return client.post(f"/api/v1/{route}/", body, format="json", headers=headers, REMOTE_ADDR=address)


@pytest.mark.parametrize(("route", "body"), FORMS, ids=[route for route, _ in FORMS])
@pytest.mark.parametrize("proxies", [0, 1])
def test_nothing_of_the_caller_is_in_any_table(
    cast: Cast, settings: Settings, caplog: pytest.LogCaptureFixture, proxies: int, route: str, body: dict[str, Any]
) -> None:
    settings.TRUSTED_PROXIES = proxies

    assert send(route, body).status_code == 201

    kept = whole_database()
    for trace in ("CANARY", "canary", ADDRESS, FORWARDED):
        assert trace not in kept
        assert trace not in caplog.text
    assert not any(name in kept for name in ("django_session:", "axes_accessattempt:", "axes_accesslog:"))


@pytest.mark.parametrize(("route", "body"), FORMS[:2], ids=["complaints", "comments"])
def test_an_anonymous_sender_is_kept_as_nobody(cast: Cast, route: str, body: dict[str, Any]) -> None:
    send(route, body)

    who = Complainant.objects.get()
    assert who.anonymous
    assert (who.name, who.email, who.telephone, who.address, who.language, who.access_needs) == ("",) * 6
    assert not Outgoing.objects.exists()


def test_two_submissions_of_one_browser_have_nothing_in_common_but_their_words(cast: Cast) -> None:
    """Set side by side, their rows share no value by which one could tell that one person sent both."""
    for _ in range(2):
        send(*FORMS[0])
    with connection.cursor() as cursor:
        cursor.execute("SELECT receipt_hash::text, reference, original FROM feedback_submission")
        first, second = cursor.fetchall()

    assert not set(first) & set(second)


def test_words_are_readable_for_handlers_and_the_original_is_sealed(cast: Cast) -> None:
    send("complaints", {"what_happened": "MARKED-WORDS", "name": "MARKED-NAME", "email": "marked-mail@home.test"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT original FROM feedback_submission")
        assert "MARKED" not in cursor.fetchone()[0]
    kept = whole_database()
    assert "MARKED-NAME" not in kept
    assert "marked-mail" not in kept
    assert Outgoing.objects.get().recipient == "marked-mail@home.test"
    assert "MARKED-WORDS" not in "".join(line for line in kept.splitlines() if line.startswith("audit_"))
    assert "MARKED-WORDS" in Submission.objects.get().original


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "table", ["notifications_outgoing", "audit_event", "cases_complainant", "requests_idempotentrequest"]
)
def test_where_one_part_cannot_be_kept_nothing_is(settings: Settings, tmp_path: Path, table: str) -> None:
    """The database itself refuses the part, as it would with a full disk."""
    from tests.cast import gather

    settings.FILES_ROOT = tmp_path / "files"
    gather()
    head = audit.head()
    with as_owner() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT nothing_more CHECK (false) NOT VALID")
    try:
        answer = APIClient(raise_request_exception=False).post(
            "/api/v1/complaints/",
            {"what_happened": "Nobody came.", "name": "Maya", "email": "maya@home.test"},
            format="json",
            headers={"Idempotency-Key": "0d7d5ee8-8f5e-4c0a-9a3a-0e2b7f1f4f11"},
        )
    finally:
        connection.close()
        with as_owner() as cursor:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT nothing_more")

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    for model in (Submission, Case, Complainant, Outgoing, Rating, StoredFile):
        assert not model.objects.exists()
    assert audit.head() == head
    assert not Event.objects.filter(verb="SUBMITTED").exists()
