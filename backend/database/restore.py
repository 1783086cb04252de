"""Bringing a backup back: checked before anything is touched, put in place in one transaction, and checked again."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import CommandError, call_command

from backend.database import archive
from backend.database.archive import Keys, Manifest
from backend.database.backup import audit_head, configured_keys, has_table, row_counts, tables
from backend.database.errors import SetUpError
from backend.database.grants import (
    app_role,
    statements_that_grant_by_default,
    statements_that_grant_nothing_by_default,
)
from backend.database.programs import client_environment, client_programs, owner_connection

# Entries of the dump that belong to the database it came from. Default privileges have to be away while the tables are
# made: a table that was born with UPDATE granted would keep it, whatever the dump says of its rights.
LEFT_OUT = (" DEFAULT ACL ", " SCHEMA - ", " ACL - SCHEMA ", " COMMENT - SCHEMA ")
# Written by pg_dump 17 and later at the head of every script; a server before 17 does not know it.
TOO_NEW = b"SET transaction_timeout = 0;\n"
HEAD_OF_A_SCRIPT = 40

# A message that the backup knows as unsent may have been sent since: an operator says which ones go.
HOLD_THE_OUTBOX = "UPDATE public.notifications_outgoing SET held = true WHERE state IN ('PENDING', 'CLAIMED')"

DROP_EVERYTHING = """
DO $$
DECLARE statement text;
BEGIN
    FOR statement IN
        SELECT format('DROP TABLE IF EXISTS public.%I CASCADE', relname) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
        UNION ALL SELECT format('DROP VIEW IF EXISTS public.%I CASCADE', relname) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'
        UNION ALL SELECT format('DROP MATERIALIZED VIEW IF EXISTS public.%I CASCADE', relname) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'm'
        UNION ALL SELECT format('DROP SEQUENCE IF EXISTS public.%I CASCADE', relname) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'
        UNION ALL SELECT format('DROP ROUTINE IF EXISTS public.%I(%s) CASCADE', proname,
                                pg_get_function_identity_arguments(oid)) FROM pg_proc
            WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
    LOOP
        EXECUTE statement;
    END LOOP;
END $$;
"""


def restore_into_empty(source: Path) -> Manifest:
    """Restore into a database without tables and a FILES_ROOT without files.

    Raises SetUpError, and has changed nothing, where either is not empty, the archive is damaged, a key that the data
    needs is not configured, or the database refuses. Raises it too where what was restored is not what was backed up:
    then the data is there to be looked at, and its messages are held.
    """
    with owner_connection().cursor() as cursor:
        if tables(cursor):
            raise SetUpError("The database is not empty. To throw away what is in it, say --replace.")
    root = Path(settings.FILES_ROOT)
    if root.exists() and any(root.iterdir()):
        raise SetUpError(f"{root} is not empty. To throw away what is in it, say --replace.")
    return _restore(source, first=[])


def restore_in_place_of_everything(source: Path) -> Manifest:
    """Restore, and throw away every table and file that was there. Raises SetUpError as `restore_into_empty` does."""
    return _restore(source, first=[DROP_EVERYTHING])


def _restore(source: Path, *, first: Iterable[str]) -> Manifest:
    root = Path(settings.FILES_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Unpacked beside the files, on the same disk, so that they are moved and not copied.
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=root) as unpacked:
        folder = Path(unpacked)
        manifest = archive.unpack(source, folder)
        _check_keys(manifest.keys)
        if manifest.app_role != app_role():
            raise SetUpError(
                f"The backup grants its rights to the role {manifest.app_role}, and DATABASE_URL names {app_role()}: "
                "use the same name."
            )
        _load(folder / archive.DUMP, first=first, holds_outbox="notifications_outgoing" in manifest.rows)
        _replace_files(root, folder / archive.FILES, keep=folder)
    _verify(manifest)
    return manifest


def _check_keys(needed: Keys) -> None:
    ours = configured_keys()
    missing = [f"FIELD_KEYS {key}" for key in needed.FIELD_KEYS if key not in ours.FIELD_KEYS]
    if needed.RECEIPT_KEY != ours.RECEIPT_KEY:
        missing.append(f"RECEIPT_KEY {needed.RECEIPT_KEY}")
    if missing:
        raise SetUpError(
            "The backup cannot be read without its keys. Not configured here (by fingerprint): " + ", ".join(missing)
        )


def _load(dump: Path, *, first: Iterable[str], holds_outbox: bool) -> None:
    """Run the dump in one transaction, with what has to come before and after it."""
    connection = owner_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        programs = client_programs(cursor.fetchone()[0])
    connection.close()
    environment = client_environment(connection)
    before = [
        "SET client_min_messages = warning",
        "SET lock_timeout = '20s'",
        *first,
        *statements_that_grant_nothing_by_default(app_role()),
    ]
    after = [*([HOLD_THE_OUTBOX] if holds_outbox else []), *statements_that_grant_by_default(app_role())]
    contents = dump.with_name("contents.list")
    contents.write_text(_contents_to_restore(programs, dump))
    with tempfile.TemporaryFile() as complaints:
        psql = subprocess.Popen(
            [str(programs / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", "-"],
            env=environment, stdin=subprocess.PIPE, stdout=complaints, stderr=complaints,
        )  # fmt: skip
        assert psql.stdin is not None  # noqa: S101 - it is a pipe, as was just asked for
        whole = _write_script(psql.stdin, programs, dump, contents, before=before, after=after)
        code = psql.wait()
        complaints.seek(0)
        told = complaints.read().decode(errors="replace").strip()
    if code or not whole:
        raise SetUpError(f"The database refused the backup, and is as it was: {told or 'pg_restore failed'}")


def _contents_to_restore(programs: Path, dump: Path) -> str:
    listed = subprocess.run(
        [str(programs / "pg_restore"), "--list", str(dump)], capture_output=True, text=True, check=True
    )
    return "\n".join(line for line in listed.stdout.splitlines() if not any(part in line for part in LEFT_OUT)) + "\n"


def _write_script(
    script: IO[bytes], programs: Path, dump: Path, contents: Path, *, before: list[str], after: list[str]
) -> bool:
    """Write the whole script to psql. False, with no COMMIT written, where either program gave up on the way."""
    reading = subprocess.Popen(
        [str(programs / "pg_restore"), "--no-owner", f"--use-list={contents}", "--file=-", str(dump)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert reading.stdout is not None  # noqa: S101 - it is a pipe, as was just asked for
    try:
        with script, reading.stdout as dumped:
            script.write(_lines(["BEGIN", *before]))
            for _ in range(HEAD_OF_A_SCRIPT):
                line = dumped.readline()
                script.write(b"" if line == TOO_NEW else line)
            shutil.copyfileobj(dumped, script, archive.BLOCK)
            whole = reading.wait() == 0
            script.write(_lines([*after, "COMMIT"] if whole else ["ROLLBACK"]))
            return whole
    except BrokenPipeError:
        return False
    finally:
        reading.wait()


def _lines(statements: list[str]) -> bytes:
    return "".join(f"{statement};\n" for statement in statements).encode()


def _replace_files(root: Path, restored: Path, *, keep: Path) -> None:
    for old in root.iterdir():
        if old != keep:
            shutil.rmtree(old) if old.is_dir() else old.unlink()
    if restored.exists():
        for new in restored.iterdir():
            new.rename(root / new.name)


def _verify(manifest: Manifest) -> None:
    """Compare what is there now with what the backup says; raises SetUpError with everything that differs."""
    with owner_connection().cursor() as cursor:
        found = row_counts(cursor)
        wrong = [
            f"{table} has {found.get(table, 0)} rows, not {count}"
            for table, count in manifest.rows.items()
            if found.get(table) != count
        ]
        if (head := audit_head(cursor)) != manifest.audit_head:
            wrong.append(f"the audit ends at {head}, not at {manifest.audit_head}")
        wrong += _damaged_files(cursor)
    try:
        call_command("audit", "verify")
    except CommandError as error:
        wrong.append(str(error))
    if wrong:
        raise SetUpError("Restored, and not what was backed up: " + "; ".join(wrong))


def _damaged_files(cursor: Any) -> list[str]:
    """Files that the database speaks of and that are missing or changed, by their public id."""
    if not has_table(cursor, "attachments_storedfile"):
        return []
    root = Path(settings.FILES_ROOT)
    cursor.execute("SELECT public_id, path, sha256 FROM public.attachments_storedfile")
    return [
        f"file {public_id} is missing or changed"
        for public_id, path, sha256 in cursor.fetchall()
        if not (root / path).is_file() or archive.sha256_of(root / path) != sha256
    ]
