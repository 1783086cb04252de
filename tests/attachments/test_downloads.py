"""How a file leaves the house: as a download, and never as a page of ours."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.http import FileResponse

from backend.attachments.api import download_copy, download_original
from backend.attachments.services import keep

from . import samples

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def body(response: FileResponse) -> bytes:
    content = b"".join(response)  # a synchronous answer
    response.close()
    return content


def test_the_copy_and_the_original_are_two_downloads() -> None:
    sent = samples.photograph()
    stored = keep(content=BytesIO(sent), name="street.jpg", at=NOON)

    copy, original = body(download_copy(stored)), body(download_original(stored))

    assert original == sent
    assert copy != sent
    assert samples.CAMERA.encode() not in copy


def test_a_download_cannot_run_be_guessed_at_or_be_cached() -> None:
    response = download_copy(keep(content=BytesIO("A café.".encode()), name="note.txt", at=NOON))

    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="note.txt"'
    assert response.headers["Content-Length"] == "8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert body(response) == "A café.".encode()


def test_a_name_in_any_script_is_written_for_every_browser() -> None:
    response = download_copy(keep(content=BytesIO(b"A note."), name='été\r\nSet-Cookie: x".txt', at=NOON))

    assert response.headers["Content-Disposition"] == "attachment; filename*=utf-8''%C3%A9t%C3%A9Set-Cookie_%20x_.txt"
    body(response)
