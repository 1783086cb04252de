"""What was backed up comes back, whole, with its rights, and with its unsent mail held; anything else is refused."""

import datetime as dt
import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from backend.areas.models import Unit
from backend.attachments.models import StoredFile
from backend.audit import services as audit
from backend.notifications.models import Outgoing
from tests.database_setup import as_owner

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

AT = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)
PHOTO = b"a photograph"


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    settings.FILES_ROOT = folder
    return folder


@pytest.fixture
def force(files: Path) -> Unit:
    """A force with one photograph, one unsent message and three events in its trail."""
    force = Unit.objects.create(slug="backed-up", name="Backed Up Police", kind=Unit.Kind.FORCE)
    (files / "ab").mkdir()
    (files / "ab" / "cd").write_bytes(PHOTO)
    StoredFile.objects.create(
        name="photo.jpg", content_type="image/jpeg", size=len(PHOTO), path="ab/cd", kept_at=AT,
        sha256=hashlib.sha256(PHOTO).hexdigest(),
    )  # fmt: skip
    Outgoing.objects.create(
        cause="test:1",
        recipient="ann@example.org",
        subject="Thank you",
        body="We have it.",
        queued_at=AT,
        next_try_at=AT,
    )
    for number in range(3):
        audit.record(
            actor="", verb="TRIED", subject_kind="test", subject=str(number), at=AT, details={"number": number}
        )
    return force


@pytest.fixture
def backup(force: Unit, tmp_path: Path) -> Path:
    target = tmp_path / "backup.tar.gz"
    call_command("database", "backup", str(target))
    return target


def test_everything_comes_back(backup: Path, force: Unit, files: Path) -> None:
    Unit.objects.filter(pk=force.pk).update(name="Changed Since")
    Unit.objects.create(slug="since", name="Made Since", kind=Unit.Kind.FORCE)
    (files / "ab" / "cd").unlink()
    (files / "since").write_bytes(b"made since")
    head = audit.head()
    audit.record(actor="", verb="TRIED", subject_kind="test", subject="since", at=AT)

    call_command("database", "restore", "--replace", str(backup))

    assert list(Unit.objects.values_list("name", flat=True)) == ["Backed Up Police"]
    assert [str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()] == ["ab/cd"]
    assert (files / "ab" / "cd").read_bytes() == PHOTO
    assert audit.head() == head
    message = Outgoing.objects.get()
    assert (message.held, message.state, message.recipient) == (True, "PENDING", "ann@example.org")


def test_the_audit_is_append_only_after_a_restore_too(backup: Path) -> None:
    call_command("database", "restore", "--replace", str(backup))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('audit_event', kind) FROM "
            "unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) kind"
        )
        assert [may for (may,) in cursor.fetchall()] == [True, True, False, False, False]
        cursor.execute("SELECT has_table_privilege('areas_unit', 'UPDATE')")
        assert cursor.fetchone() == (True,)
    audit.record(actor="", verb="TRIED", subject_kind="test", subject="after", at=AT)
    assert audit.verify().first_bad is None
    with as_owner() as cursor:
        cursor.execute("CREATE TABLE born_after_the_restore (id int)")
        cursor.execute("SELECT has_table_privilege('rylp_app', 'born_after_the_restore', 'INSERT')")
        assert cursor.fetchone() == (True,)
        cursor.execute("DROP TABLE born_after_the_restore")


def test_the_archive_is_its_owners_alone_and_holds_no_key(backup: Path, settings: Any) -> None:
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.parent.iterdir() if path.name.startswith(".")] == []

    with tarfile.open(backup) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
        everything = b"".join(archive.extractfile(name).read() for name in archive.getnames())

    assert manifest["keys"]["FIELD_KEYS"] == [hashlib.sha256(settings.FIELD_KEYS[0].encode()).hexdigest()[:16]]
    assert manifest["audit_head"] == {"sequence": audit.head().sequence, "hash": audit.head().hash}
    assert manifest["rows"]["areas_unit"] == 1
    assert manifest["members"]["files/ab/cd"] == hashlib.sha256(PHOTO).hexdigest()
    for key in (*settings.FIELD_KEYS, settings.RECEIPT_KEY, settings.SECRET_KEY):
        assert key.encode() not in everything


def test_a_database_with_tables_is_replaced_only_when_asked(backup: Path) -> None:
    Unit.objects.create(slug="since", name="Made Since", kind=Unit.Kind.FORCE)

    with pytest.raises(CommandError, match=r"not empty.*--replace"):
        call_command("database", "restore", str(backup))

    assert Unit.objects.count() == 2


@pytest.mark.parametrize("name", ["FIELD_KEYS", "RECEIPT_KEY"])
def test_without_its_keys_a_backup_is_refused(backup: Path, settings: Any, name: str) -> None:
    Unit.objects.create(slug="since", name="Made Since", kind=Unit.Kind.FORCE)
    fresh = Fernet.generate_key().decode()
    setattr(settings, name, [fresh] if name == "FIELD_KEYS" else fresh)

    with pytest.raises(CommandError, match=f"{name} [0-9a-f]{{16}}"):
        call_command("database", "restore", "--replace", str(backup))

    assert Unit.objects.count() == 2


def test_a_new_key_beside_the_old_one_is_no_hindrance(backup: Path, settings: Any) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    call_command("database", "restore", "--replace", str(backup))

    assert Outgoing.objects.get().recipient == "ann@example.org"


def test_a_changed_member_is_found_before_anything_is_touched(backup: Path, files: Path, tmp_path: Path) -> None:
    folder, changed = tmp_path / "unpacked", tmp_path / "changed.tar.gz"
    with tarfile.open(backup) as archive:
        archive.extractall(folder, filter="data")
    (folder / "files" / "ab" / "cd").write_bytes(b"another photograph")
    with tarfile.open(changed, "w:gz") as archive:
        for path in (path for path in folder.rglob("*") if path.is_file()):
            archive.add(path, path.relative_to(folder))

    with pytest.raises(CommandError, match="damaged: files/ab/cd"):
        call_command("database", "restore", "--replace", str(changed))

    assert (files / "ab" / "cd").read_bytes() == PHOTO


@pytest.mark.parametrize("part", [0, 0.01, 0.5, 0.95])
def test_a_part_of_a_backup_is_refused(backup: Path, tmp_path: Path, part: float) -> None:
    half = tmp_path / "half.tar.gz"
    half.write_bytes(backup.read_bytes()[: int(backup.stat().st_size * part)])

    with pytest.raises(CommandError, match="not a whole backup"):
        call_command("database", "restore", "--replace", str(half))

    assert Unit.objects.count() == 1


def test_a_dump_that_the_database_refuses_leaves_it_as_it_was(
    backup: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Unit.objects.create(slug="since", name="Made Since", kind=Unit.Kind.FORCE)
    monkeypatch.setattr("backend.database.restore.HOLD_THE_OUTBOX", "SELECT 1 / 0")

    with pytest.raises(CommandError, match=r"is as it was.*division by zero"):
        call_command("database", "restore", "--replace", str(backup))

    assert Unit.objects.count() == 2
    assert [path.name for path in files.iterdir()] == ["ab"]


def test_a_file_that_was_damaged_before_the_backup_is_named(force: Unit, files: Path, tmp_path: Path) -> None:
    (files / "ab" / "cd").write_bytes(b"bit rot")
    call_command("database", "backup", str(tmp_path / "backup.tar.gz"))

    with pytest.raises(CommandError, match=f"file {StoredFile.objects.get().public_id} is missing or changed"):
        call_command("database", "restore", "--replace", str(tmp_path / "backup.tar.gz"))


def test_a_backup_never_writes_over_another(backup: Path) -> None:
    before = backup.read_bytes()

    with pytest.raises(CommandError, match="there already"):
        call_command("database", "backup", str(backup))

    assert backup.read_bytes() == before
