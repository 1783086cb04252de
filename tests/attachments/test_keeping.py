"""What is kept, where, and what is refused."""

import hashlib
import os
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django.fixtures import Settings

from backend.attachments.jobs import sweep_files
from backend.attachments.models import StoredFile
from backend.attachments.refusals import FileRefused, FileTooLarge, FileTypeRefused
from backend.attachments.selectors import open_copy, open_original
from backend.attachments.services import Upload, keep, keep_all, keep_generated, sweep

from . import samples

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def kept(content: bytes, name: str = "file") -> StoredFile:
    return keep(content=BytesIO(content), name=name, at=NOON)


def on_disk(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("content", "content_type", "ending"),
    [
        (samples.photograph(), "image/jpeg", ".jpg"),
        (samples.png_with_text(), "image/png", ".png"),
        (samples.animation("GIF"), "image/gif", ".gif"),
        (samples.saved(samples.picture(), "WEBP"), "image/webp", ".webp"),
        (samples.pdf(samples.letter()), "application/pdf", ".pdf"),
        ("Café. The BMW drove off.\n".encode(), "text/plain", ".txt"),
        (b"BM the bus, MZ the train: a text that begins like a program", "text/plain", ".txt"),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, content_type: str, ending: str) -> None:
    stored = kept(content, name="evidence.exe")

    assert (stored.content_type, stored.name) == (content_type, f"evidence.exe{ending}")
    assert (stored.size, stored.kept_at, stored.scan) == (len(content), NOON, StoredFile.Scan.UNSCANNED)


def test_the_original_is_kept_byte_for_byte() -> None:
    content = samples.photograph() + samples.SCRIPT

    stored = kept(content)

    with open_original(stored) as file:
        assert file.read() == content
    assert stored.sha256 == hashlib.sha256(content).hexdigest()


def test_a_file_that_was_read_before_is_read_from_its_start() -> None:
    content = BytesIO(b"Read before, for a digest.")
    content.read()

    assert keep(content=content, name="", at=NOON).size == 26


def test_files_are_private_and_their_names_tell_nothing(files: Path) -> None:
    before = os.umask(0)
    try:
        kept(samples.photograph(), name="amina.jpg")
    finally:
        os.umask(before)

    paths = on_disk(files)
    assert len(paths) == 2
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert {folder.stat().st_mode & 0o777 for folder in (files, *(path.parent for path in paths))} == {0o700}
    for path in paths:
        assert len(path.name) == 32
        assert path.parent.name == path.name[:2]
        assert int(path.name, 16)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("..\\..\\windows\\system.ini", "system.ini.txt"),
        ("..", "file.txt"),
        ("", "file.txt"),
        ("no\x00te\r\n.txt", "note.txt"),
        ("invoice\u202etxt.exe", "invoicetxt.exe.txt"),
        ("x" * 300 + ".txt", "x" * 96 + ".txt"),
        (".htaccess", "htaccess.txt"),
        ('a"b;c%00<d>.TXT', "a_b;c_00_d_.txt"),
        ("re\u0301sume\u0301 🚓.txt", "résumé 🚓.txt"),
        ("lone \ud800 surrogate.txt", "lone surrogate.txt"),
        ("page.html", "page.html.txt"),
    ],
)
def test_a_hostile_name_is_only_ever_a_harmless_label(files: Path, name: str, label: str) -> None:
    stored = kept(b"A note.", name=name)

    stored.refresh_from_db()
    assert stored.name == label
    (path,) = on_disk(files)
    assert str(path.relative_to(files)) == stored.path


def zipped() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("note.txt", "A note.")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><body>" + samples.SCRIPT,
        b"\xef\xbb\xbf  \n<html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'>" + samples.SCRIPT + b"</svg>",
        b"<?xml version='1.0'?><svg/>",
        b"<!-- a comment first --><html>",
        b"{\\rtf1 hello}",
        b"#!/bin/sh\necho hello",
        b"MIME-Version: 1.0\nContent-Type: text/html\n\n<html>",
        zipped(),
        b"\x7fELF" + bytes(200),
        b"MZ" + bytes(200),
        "UTF-16".encode("utf-16"),
        b"Latin-1 caf\xe9",
        b"NUL \x00",
        b"   %PDF-1.7 not at the start",
        samples.saved(samples.picture(), "BMP"),
        samples.saved(samples.picture(), "TIFF"),
    ],
)
def test_anything_else_is_refused_with_what_is_accepted(files: Path, content: bytes) -> None:
    with pytest.raises(FileTypeRefused) as refusal:
        kept(content, name="photo.jpg")

    assert refusal.value.status == 415
    assert "JPEG, PNG, GIF or WebP picture, a PDF, or a plain text file" in refusal.value.detail
    assert on_disk(files) == []
    assert not StoredFile.objects.exists()


def test_a_text_with_a_control_character_far_into_it_is_refused() -> None:
    with pytest.raises(FileTypeRefused):
        kept(b"a" * 200_000 + b"\x00" + b"a" * 200_000)


def test_a_letter_that_is_cut_by_the_reading_is_still_text() -> None:
    assert kept("é".encode() * 100_001 + b"a").content_type == "text/plain"


def test_an_empty_file_is_refused(files: Path) -> None:
    with pytest.raises(FileRefused, match="empty") as refusal:
        kept(b"")

    assert refusal.value.status == 400
    assert on_disk(files) == []


def test_a_file_of_the_largest_size_is_kept_and_one_byte_more_is_not(settings: Settings, files: Path) -> None:
    settings.ATTACHMENT_MAX_BYTES = 2 * 1024**2

    kept(b"a" * 2 * 1024**2)
    with pytest.raises(FileTooLarge, match="larger than 2 MB") as refusal:
        kept(b"a" * (2 * 1024**2 + 1))

    assert refusal.value.status == 413
    assert len(on_disk(files)) == 1


def test_five_files_are_kept_and_a_sixth_is_one_too_many(settings: Settings) -> None:
    settings.ATTACHMENT_MAX_FILES = 5
    uploads = [Upload(f"{number}.txt", BytesIO(b"A note.")) for number in range(6)]

    stored = keep_all(files=uploads[:5], at=NOON)
    with pytest.raises(FileRefused, match="at most 5"):
        keep_all(files=uploads, at=NOON)

    assert [file.name for file in stored] == ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt"]


def test_one_refused_file_refuses_all_and_is_named_by_its_number(files: Path) -> None:
    with pytest.raises(FileTypeRefused) as refusal:
        keep_all(files=[Upload("a.txt", BytesIO(b"A note.")), Upload("b.zip", BytesIO(zipped()))], at=NOON)

    assert refusal.value.errors["files"][0].startswith("File 2: This kind of file is not accepted.")
    assert on_disk(files) == []
    assert not StoredFile.objects.exists()


def test_a_document_of_our_own_is_its_own_copy(files: Path) -> None:
    content = samples.pdf(samples.letter())

    stored = keep_generated(content=content, name="Letter 1", content_type="application/pdf", at=NOON)

    with open_copy(stored) as file:
        assert file.read() == content
    assert (stored.name, stored.sha256) == ("Letter 1.pdf", hashlib.sha256(content).hexdigest())
    assert len(on_disk(files)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_files_of_a_transaction_that_was_rolled_back_are_swept_after_a_day(files: Path) -> None:
    stays = [kept(samples.photograph()), kept(b"A note.")]
    with transaction.atomic():
        kept(samples.photograph())
        transaction.set_rollback(True)
    (files / "ab").mkdir(exist_ok=True)
    (files / "ab" / "half-written.part").write_bytes(b"half")
    written_at = datetime.now(tz=UTC)

    at_once = sweep(at=written_at + timedelta(hours=23))
    a_day_later = sweep(at=written_at + timedelta(hours=25))

    assert (at_once, a_day_later) == (0, 3)
    assert len(on_disk(files)) == 3
    for stored in stays:
        open_original(stored).close()
        open_copy(stored).close()


def test_the_command_and_the_job_sweep(files: Path) -> None:
    folder = files / "ab"
    folder.mkdir(parents=True)
    for name in ("one", "two"):
        (folder / name).write_bytes(b"old")
        os.utime(folder / name, (0, 0))
    out = StringIO()
    call_command("sweep_files", stdout=out)

    assert out.getvalue() == "Removed 2.\n"
    assert sweep_files() == 0


def test_sweeping_before_anything_was_kept_does_nothing(files: Path) -> None:
    assert sweep(at=NOON) == 0
    assert not files.exists()
