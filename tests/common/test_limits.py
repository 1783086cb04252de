"""What is too large is refused before it is read, what the database says of a row stays out of the logs, and an outage is told."""

from __future__ import annotations

import io
import logging
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.test import override_settings
from rest_framework.test import APIClient

from backend.attachments.refusals import FileTooLarge
from backend.attachments.services import Upload, refuse_what_is_too_large
from backend.common.logs import WithoutRows
from cases.models import Case
from tests.cast import Cast, a_case


@override_settings(BODY_MAX_BYTES=1000)
def test_a_body_that_is_larger_than_anything_we_accept_is_refused_unread(cast: Cast, browser: APIClient) -> None:
    answer = browser.post("/api/v1/complaints/", {"what_happened": "x" * 2000}, format="json")

    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:rylp:problem:too-large"
    assert not Case.objects.exists()


class Unread(io.BytesIO):
    """A file that cries when somebody reads it."""

    def read(self, *args: Any) -> bytes:
        raise AssertionError("It was read.")


@override_settings(ATTACHMENT_MAX_BYTES=10)
def test_a_file_that_is_too_large_is_refused_by_its_size_alone() -> None:
    refuse_what_is_too_large([Upload("small.txt", Unread(b"0123456789"))])

    with pytest.raises(FileTooLarge):
        refuse_what_is_too_large([Upload("large.txt", Unread(b"0123456789A"))])


def test_the_log_of_a_refused_row_does_not_hold_the_row(cast: Cast) -> None:
    case = a_case(cast, narrative="SECRET-NARRATIVE")
    with pytest.raises(IntegrityError) as refused, connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET closed_on = received_on - 1 WHERE id = %s", [case.pk])
    raised = (type(refused.value), refused.value, refused.value.__traceback__)
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Internal Server Error", None, raised)

    bare, ours = logging.Formatter().format(record), WithoutRows().format(record)

    assert "SECRET-NARRATIVE" in bare
    assert "SECRET-NARRATIVE" not in ours
    assert "closed_after_received" in ours


def test_a_database_that_does_not_answer_is_a_503_with_a_time_to_come_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(**_: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("cases.lists.queue.page", gone)

    answer = cast.client("amal").get("/api/v1/cases/")

    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert answer.json()["type"] == "urn:rylp:problem:unavailable"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_message SET text = 'other'",
        "DELETE FROM cases_note",
        "UPDATE cases_assessment SET answers = '{}'",
        "UPDATE feedback_submission SET original = ''",
        "DELETE FROM feedback_rating",
        "TRUNCATE audit_event",
    ],
)
def test_what_was_said_cannot_be_changed_by_the_applications_role(db: None, statement: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)
