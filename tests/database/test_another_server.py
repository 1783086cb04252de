"""PostgreSQL 15 as Debian brings it, set up as an administrator of a managed server would: the roles by printed SQL."""

import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

ROOT = Path(__file__).parent.parent.parent
PORT = "5433"


class Installation:
    """A server on a private socket, the environment that names it, and `manage.py` in that environment."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder = programs, folder
        self.passwords = {"rylp_owner": secrets.token_hex(8), "rylp_app": secrets.token_hex(8)}

    def manage(self, *arguments: str, **other: str) -> str:
        address = "postgres://{}:{}@{}:{}/rylp"
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("PG", "DATABASE_", "DJANGO_"))
        } | {
            "STATE": str(self.folder / "state"),
            "DATABASE_URL": address.format("rylp_app", self.passwords["rylp_app"], quote(str(self.folder), safe=""), PORT),
            "DATABASE_OWNER_URL": address.format(
                "rylp_owner", self.passwords["rylp_owner"], quote(str(self.folder), safe=""), PORT
            ),
        } | other  # fmt: skip
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        return done.stdout + done.stderr if done.returncode == 0 else f"FAILED: {done.stderr}"

    def sql(self, text: str, *, database: str = "postgres") -> str:
        """Run SQL as the server's administrator."""
        done = subprocess.run(
            [str(self.programs / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder),
             "-p", PORT, "-U", "administrator", "-d", database],
            input=text, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        pytest.skip("no PostgreSQL server but the embedded one is installed (Debian: apt-get install postgresql)")
    programs = found[0].parent
    folder = Path(tempfile.mkdtemp(prefix="rylp-test-", dir="/tmp"))
    identity: dict[str, Any] = {}
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = str(folder / "data")
    quiet: dict[str, Any] = {
        **identity,
        "check": True,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
        "cwd": "/",
    }
    # The administrator is let in by the socket's folder, everyone else by password alone.
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "administrator", "--auth=trust", "-E", "UTF8", "--locale=C"], **quiet
    )
    rules = "local all administrator trust\nlocal all all scram-sha-256\n"
    (folder / "data" / "pg_hba.conf").write_text(rules)
    options = f"-h '' -k {folder} -p {PORT} -c fsync=off"
    log = str(folder / "data" / "log")
    subprocess.run([programs / "pg_ctl", "-w", "-D", data, "-l", log, "-o", options, "start"], **quiet)
    try:
        yield Installation(programs, folder)
    finally:
        subprocess.run([programs / "pg_ctl", "-w", "-m", "immediate", "-D", data, "stop"], **quiet)
        shutil.rmtree(folder)


def test_the_whole_way_on_a_server_that_is_not_the_embedded_one(installation: Installation, tmp_path: Path) -> None:
    printed = installation.manage("database", "roles")
    for number, password in enumerate(installation.passwords.values(), start=1):
        printed = printed.replace(f"CHANGE-THIS-{number}", password)
    installation.sql(printed)

    # The owner makes the tables, the app works with them.
    assert "Applying audit.0001_initial... OK" in installation.manage("migrate")
    assert installation.manage("migrate", "--check") == ""
    assert installation.manage("makemigrations", "--check", "--dry-run") == "No changes detected\n"
    assert "[ ]" not in installation.manage("showmigrations")
    status = installation.manage("database", "status")
    assert "answers" in status
    assert "must not" not in status
    assert (
        installation.sql("SELECT count(*) FROM pg_class WHERE relowner = 'rylp_app'::regrole", database="rylp") == "0"
    )
    assert installation.sql(
        "SELECT has_table_privilege('rylp_app', 'audit_event', p) FROM unnest(ARRAY['INSERT', 'UPDATE']) p", database="rylp"
    ) == "t\nf"  # fmt: skip
    assert "The trail is whole" in installation.manage("audit", "verify")

    # A backup of it comes back.
    archive = str(tmp_path / "backup.tar.gz")
    installation.sql("INSERT INTO django_session VALUES ('key', 'data', now())", database="rylp")
    assert "Written to" in installation.manage("database", "backup", archive)
    installation.sql("DELETE FROM django_session", database="rylp")
    assert "Restored and verified" in installation.manage("database", "restore", "--replace", archive)
    assert installation.sql("SELECT count(*) FROM django_session", database="rylp") == "1"
    assert installation.manage("migrate", "--check") == ""


def test_it_is_not_ours_to_start_or_stop(installation: Installation) -> None:
    for action in ("start", "stop"):
        assert "not ours to start or stop" in installation.manage("database", action)


def test_without_the_owners_address_a_migration_says_what_is_missing(installation: Installation) -> None:
    for command in (["migrate"], ["database", "backup", "never-written.tar.gz"]):
        told = installation.manage(*command, DATABASE_OWNER_URL="")
        assert told.startswith("FAILED: CommandError: Set DATABASE_OWNER_URL")


def test_a_server_that_is_away_is_named(installation: Installation) -> None:
    told = installation.manage("database", "status", DATABASE_URL="postgres://rylp_app:x@127.0.0.1:1/rylp")

    assert told.startswith("FAILED: CommandError: The database at 127.0.0.1:1 does not answer")
