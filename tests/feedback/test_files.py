"""Files of the public: they reach the case, a handler downloads the copy, and for everybody else they are not there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from backend.attachments.models import StoredFile
from cases.models import Case
from feedback.models import Submission
from tests.attachments.samples import CAMERA, photograph
from tests.cast import Cast


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path / "files"


def send(*files: tuple[str, bytes], route: str = "complaints") -> Any:
    words = {"what_happened": "See the picture."} if route == "complaints" else {"text": "See the picture."}
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    return APIClient().post(f"/api/v1/{route}/", {**words, "files": uploads}, format="multipart")


def address(case: Case, stored: StoredFile) -> str:
    return reverse("cases:file", kwargs={"reference": case.reference, "public_id": stored.public_id})


@pytest.mark.parametrize(("route", "name"), [("complaints", "amal"), ("comments", "gwen")])
def test_files_reach_the_case_and_a_handler_downloads_the_copy(cast: Cast, route: str, name: str) -> None:
    original = photograph()
    assert send(("scene.jpg", original), ("note.txt", b"Seen at ten."), route=route).status_code == 201
    case, client = Case.objects.get(), cast.client(name)

    listed = client.get(reverse("cases:files", kwargs={"reference": case.reference})).json()
    answer = client.get(address(case, StoredFile.objects.get(content_type="image/jpeg")))
    copy = b"".join(answer.streaming_content)

    assert [file["name"] for file in listed] == ["scene.jpg", "note.txt"]
    assert set(listed[0]) == {"public_id", "name", "content_type", "size", "sha256", "scan", "kept_at"}
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"] == 'attachment; filename="scene.jpg"'
    assert copy != original
    assert CAMERA.encode() in original
    assert CAMERA.encode() not in copy
    assert b"Exif" not in copy


def test_for_everybody_else_it_is_not_there(cast: Cast) -> None:
    send(("scene.jpg", photograph()))
    case, stored = Case.objects.get(), StoredFile.objects.get()
    absent = cast.client("cai").get("/api/v1/cases/ZZZZZZZZ/files/")

    for name in ("cai", "dee", "ed", "fay", "gwen", "hal", "ida", "jo", "kit", "nobody"):
        answer = cast.client(name).get(address(case, stored))
        assert (answer.status_code, answer.content) == (404, absent.content)
    assert APIClient().get(address(case, stored)).status_code == 401


def test_a_file_is_not_found_under_another_case(cast: Cast) -> None:
    send(("scene.jpg", photograph()))
    send(("other.jpg", photograph()))
    first, second = Case.objects.order_by("id")
    (theirs,) = [stored for stored in StoredFile.objects.all() if stored.name == "other.jpg"]

    assert cast.client("amal").get(address(first, theirs)).status_code == 404
    found = cast.client("amal").get(address(second, theirs))
    assert (found.status_code, len(b"".join(found.streaming_content)) > 0) == (200, True)


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ([("a.jpg", b"")], 400),
        ([("a.exe", b"MZ\x90\x00\x03\x00\x00\x00" * 40)], 415),
        ([("a.jpg", b"<script>alert(1)</script>")], 415),
        ([("a.txt", b"hello")] * 6, 400),
        ([("a.txt", b"hello")] * 11, 413),
        ([("a.txt", b"hello"), ("b.jpg", b"\xff\xd8\xff\xe0 cut off")], 400),
    ],
    ids=["empty", "a program", "a script", "six", "eleven", "one good, one broken"],
)
def test_what_is_no_good_file_refuses_the_whole(cast: Cast, files: list[tuple[str, bytes]], status: int) -> None:
    answer = send(*files)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert not Submission.objects.exists()
    assert not StoredFile.objects.exists()


def test_too_large_a_file_is_a_413(cast: Cast, settings: Settings) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1000

    assert send(("a.txt", b"x" * 1001)).status_code == 413
    assert send(("a.txt", b"x" * 1000)).status_code == 201


def test_a_name_that_leads_elsewhere_is_only_a_label(cast: Cast) -> None:
    send(("../../etc/passwd", b"Seen at ten."))

    assert "/" not in StoredFile.objects.get().name
    assert ".." not in StoredFile.objects.get().path
