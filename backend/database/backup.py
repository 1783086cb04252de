"""Taking a backup: the database as it was at one instant, the files that it speaks of, and what a restore needs."""

import subprocess
import tarfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg2 import sql

from backend.database import archive
from backend.database.archive import Head, Keys, Manifest
from backend.database.errors import SetUpError
from backend.database.grants import app_role
from backend.database.programs import client_environment, client_programs, owner_connection
from backend.database.roles import quoted


def configured_keys() -> Keys:
    """The fingerprints of the keys that this installation is set up with."""
    return Keys(
        FIELD_KEYS=[archive.fingerprint(key) for key in settings.FIELD_KEYS],
        RECEIPT_KEY=archive.fingerprint(settings.RECEIPT_KEY),
    )


def back_up(target: Path, *, at: datetime) -> Manifest:
    """Write the backup to `target` (mode 0600). The app may go on working meanwhile.

    Raises SetUpError where the owner's address is not set, `target` is there already, or a program fails.
    """
    if target.exists():
        raise SetUpError(f"{target} is there already: choose another name.")
    draft, dump = (target.with_name(f".{target.name}.{ending}") for ending in ("draft", "dump"))
    try:
        for path in (draft, dump):
            path.unlink(missing_ok=True)
            path.touch(mode=0o600)
        connection = owner_connection().copy()
        with closing(connection):
            head, rows = _dump(connection, dump)
        with draft.open("wb") as raw, tarfile.open(fileobj=raw, mode="w:gz", compresslevel=1) as tar:
            members = {archive.DUMP: archive.add(tar, dump, archive.DUMP)}
            root = Path(settings.FILES_ROOT)
            for path in sorted(path for path in root.rglob("*") if path.is_file()):
                name = f"{archive.FILES}/{path.relative_to(root)}"
                members[name] = archive.add(tar, path, name)
            manifest = Manifest(
                taken_at=at.isoformat(),
                app_role=app_role(),
                audit_head=head,
                keys=configured_keys(),
                rows=rows,
                members=members,
            )
            archive.add_manifest(tar, manifest)
        draft.rename(target)
        return manifest
    finally:
        for path in (draft, dump):
            path.unlink(missing_ok=True)


def _dump(connection: BaseDatabaseWrapper, dump: Path) -> tuple[Head | None, dict[str, int]]:
    """Dump one instant, and read the audit's head and the row counts in that same instant."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version_num')::int / 10000")
        snapshot, major = cursor.fetchone()
        # The files come after: one that the dump speaks of is there by then.
        done = subprocess.run(
            [
                str(client_programs(major) / "pg_dump"), "--format=custom", "--schema=public", "--compress=0",
                f"--snapshot={snapshot}", f"--file={dump}",
            ],
            env=client_environment(connection), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SetUpError(f"pg_dump failed: {done.stderr.strip()}")
        found = audit_head(cursor), row_counts(cursor)
        cursor.execute("ROLLBACK")
        return found


def audit_head(cursor: Any) -> Head | None:
    """The last link of the audit chain, read by SQL: the database's foundations import no room above them."""
    if not has_table(cursor, "audit_event"):
        return None
    cursor.execute("SELECT sequence, hash FROM audit_event ORDER BY sequence DESC LIMIT 1")
    row = cursor.fetchone()
    return Head(*row) if row else None


def row_counts(cursor: Any) -> dict[str, int]:
    """How many rows each table holds."""
    counts = {}
    for table in tables(cursor):
        cursor.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table)))
        counts[table] = int(cursor.fetchone()[0])
    return counts


def tables(cursor: Any) -> list[str]:
    """The names of the tables, in order."""
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1"
    )
    return [name for (name,) in cursor.fetchall()]


def has_table(cursor: Any, table: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"public.{quoted(table)}"])
    return bool(cursor.fetchone()[0])
