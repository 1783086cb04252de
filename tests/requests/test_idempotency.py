"""Sending a public form twice does it once, and answers the same to the last byte."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import threading
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from backend.attachments.models import StoredFile
from backend.audit.services import head
from backend.notifications.models import Outgoing
from backend.requests import services as requests
from backend.requests.models import IdempotentRequest
from cases.models import Case
from feedback.models import Submission
from feedback.services.drafts import PlaceNamed, RatingDraft
from feedback.services.submission import submit_rating
from tests.cast import AT, Cast, gather

KEY = "0d7d5ee8-8f5e-4c0a-9a3a-0e2b7f1f4f11"
BODY = {"what_happened": "Nobody came.", "name": "Maya Field", "email": "maya@home.test"}


def post(body: dict[str, Any] = BODY, *, key: str | None = KEY, route: str = "complaints", form: str = "json") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return APIClient().post(f"/api/v1/{route}/", body, format=form, headers=headers)


def multipart(boundary: str, content: bytes, name: str = "note.txt") -> Any:
    parts = [
        ('name="what_happened"', b"Nobody came."),
        (f'name="files"; filename="{name}"\r\nContent-Type: text/plain', content),
    ]
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + text + b"\r\n"
        for head, text in parts
    )
    return APIClient().generic(
        "POST", "/api/v1/complaints/", body + f"--{boundary}--\r\n".encode(),
        content_type=f"multipart/form-data; boundary={boundary}", headers={"Idempotency-Key": KEY},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("complaints", BODY),
        ("comments", {"text": "Well done.", "email": "maya@home.test"}),
        ("ratings", {"unit": "northgate", "scores": {"overall": 2}}),
    ],
)
def test_the_same_again_is_the_same_answer_and_nothing_more(cast: Cast, route: str, body: dict[str, Any]) -> None:
    first = post(body, route=route)
    left = (Submission.objects.count(), Case.objects.count(), Outgoing.objects.count(), head())

    again = post(body, route=route)

    assert (first.status_code, first.content) == (201, again.content)
    assert (again.status_code, again.headers) == (201, first.headers)
    assert (Submission.objects.count(), Case.objects.count(), Outgoing.objects.count(), head()) == left
    assert left[0] == 1


def test_the_order_and_spelling_of_the_json_do_not_matter(cast: Cast) -> None:
    first = post(BODY)
    turned = json.dumps(dict(reversed(BODY.items())), indent=4).replace("Nobody", "\\u004eobody")

    again = APIClient().generic(
        "POST", "/api/v1/complaints/", turned, content_type="application/json", headers={"Idempotency-Key": KEY.upper()}
    )

    assert again.content == first.content


@pytest.mark.parametrize(
    "changed", [{"what_happened": "Nobody came!"}, {"name": ""}, {"unit": "northgate"}, {"has_authority": True}]
)
def test_another_body_under_the_same_key_is_a_422(cast: Cast, changed: dict[str, Any]) -> None:
    post()

    answer = post({**BODY, **changed})

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:rylp:problem:idempotency-key-reused")
    assert Submission.objects.count() == 1


def test_a_key_belongs_to_its_route(cast: Cast) -> None:
    complaint = post()

    comment = post({"text": "Nobody came."}, route="comments")

    assert comment.status_code == 201
    assert comment.json()["reference"] != complaint.json()["reference"]
    assert comment.json()["receipt"].split("-", 1)[1] != complaint.json()["receipt"].split("-", 1)[1]


@pytest.mark.parametrize(
    "key",
    [
        "",
        " ",
        "1",
        "not-a-uuid",
        KEY + "0",
        KEY[:-1],
        "\xff" * 16,
        "x" * 5000,
        str(uuid.UUID(int=0)),
        "0d7d5ee8-8f5e-1c0a-9a3a-0e2b7f1f4f11",
    ],
)
def test_a_malformed_key_is_a_400_that_names_the_header(cast: Cast, key: str) -> None:
    answer = post(key=key)

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["Idempotency-Key"])
    assert not Submission.objects.exists()


def test_without_a_key_each_is_its_own(cast: Cast) -> None:
    first, second = post(key=None), post(key=None)

    assert first.json()["receipt"].split("-", 1)[1] != second.json()["receipt"].split("-", 1)[1]
    assert Submission.objects.count() == 2


def test_a_refused_body_does_not_use_the_key_up(cast: Cast) -> None:
    assert post({}).status_code == 400
    assert post({**BODY, "unit": "nowhere"}).status_code == 400

    assert post().status_code == 201


def test_after_24_hours_the_key_is_new(cast: Cast) -> None:
    draft = RatingDraft(place=PlaceNamed(unit="northgate"), scores={"overall": 5})

    def send(at: dt.datetime) -> str:
        return submit_rating(draft=draft, key=uuid.UUID(KEY), at=at).reference

    first = send(AT)
    assert send(AT + dt.timedelta(hours=23, minutes=59)) == first
    second = send(AT + dt.timedelta(hours=24))

    assert second != first
    assert send(AT + dt.timedelta(hours=47)) == second
    assert Submission.objects.count() == 2


def test_the_key_is_stored_hashed_and_the_answer_without_its_secret(cast: Cast) -> None:
    answer = post().json()

    with connection.cursor() as cursor:
        cursor.execute("SELECT r::text FROM requests_idempotentrequest r")
        (row,) = cursor.fetchone()

    assert KEY not in row
    assert uuid.UUID(KEY).hex not in row
    assert answer["reference"] in row
    assert answer["receipt"][9:13] not in row


def test_old_keys_and_counts_are_forgotten(cast: Cast) -> None:
    post()

    assert requests.forget_old(at=dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)) == 2
    assert not IdempotentRequest.objects.exists()


class TestFiles:
    @pytest.fixture(autouse=True)
    def files(self, settings: Settings, tmp_path: Path) -> None:
        settings.FILES_ROOT = tmp_path / "files"

    def test_another_boundary_is_the_same_request(self, cast: Cast) -> None:
        first, again = multipart("one", b"Seen at ten."), multipart("quite-another", b"Seen at ten.")

        assert (first.status_code, first.content) == (201, again.content)
        assert StoredFile.objects.count() == 1

    def test_other_bytes_in_a_file_are_another_request(self, cast: Cast) -> None:
        assert multipart("one", b"Seen at ten.").status_code == 201

        assert multipart("one", b"Seen at six.").status_code == 422
        assert StoredFile.objects.count() == 1

    def test_a_file_less_or_more_is_another_request(self, cast: Cast) -> None:
        def send(count: int) -> Any:
            files = [SimpleUploadedFile("a.txt", b"Seen at ten.", "text/plain") for _ in range(count)]
            return post({"what_happened": "Nobody came.", "files": files}, form="multipart")

        assert send(2).status_code == 201
        assert (send(1).status_code, send(3).status_code, send(2).status_code) == (422, 422, 201)
        assert StoredFile.objects.count() == 2

    def test_a_refused_file_leaves_nothing_and_the_key_free(self, cast: Cast) -> None:
        body = {"what_happened": "Nobody came.", "files": [BytesIO(b"MZ\x90\x00\x03" * 100)]}

        assert post(body, form="multipart").status_code == 415
        assert not Submission.objects.exists()
        assert post().status_code == 201


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crowd", [20])
def test_of_twenty_at_once_one_is_kept_and_the_rest_hear_the_same_or_wait(crowd: int) -> None:
    gather()
    barrier, answers = threading.Barrier(crowd), []

    def send() -> None:
        barrier.wait()
        try:
            answers.append(post())
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(crowd)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    told = [answer for answer in answers if answer.status_code == 201]
    assert len(answers) == crowd
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in told}) == 1
    assert (Submission.objects.count(), Case.objects.count(), Outgoing.objects.count()) == (1, 1, 1)
    assert post().content == told[0].content


@pytest.mark.django_db(transaction=True)
def test_what_was_kept_just_before_this_one_had_the_key_is_not_replaced(settings: Settings) -> None:
    gather()
    key_hash = hmac.digest(settings.SECRET_KEY.encode(), uuid.UUID(KEY).bytes, "sha256")

    def keep_the_first() -> None:
        IdempotentRequest.objects.create(
            route="complaints", key_hash=key_hash, body_hash=bytes(32), result={"made": "first"}, made_at=AT
        )
        connection.close()

    def make() -> dict[str, Any]:
        """Reading had begun before the first request's commit, so this one is at work although the key is taken."""
        other = threading.Thread(target=keep_the_first)
        other.start()
        other.join()
        post(key=None)
        return {"made": "second"}

    with pytest.raises(requests.StillInFlight):
        requests.once(route="complaints", key=uuid.UUID(KEY), body_digest=bytes(32), at=AT, make=make)

    assert not Submission.objects.exists(), "what the second made is undone"
    again = requests.once(route="complaints", key=uuid.UUID(KEY), body_digest=bytes(32), at=AT, make=dict)
    assert again == {"made": "first"}
