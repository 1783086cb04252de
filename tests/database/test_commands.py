"""`manage.py database`, as it is typed."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def manage(state: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=environment | {"STATE": str(state)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_it_starts_tells_and_stops(state_folder: Path) -> None:
    assert manage(state_folder, "database", "status") == f"The embedded database in {state_folder} is not running."
    assert manage(state_folder, "database", "start") == "The database is running."
    assert manage(state_folder, "database", "start") == "The database was running already."
    assert f"answers (embedded, in {state_folder}), PostgreSQL 18" in manage(state_folder, "database", "status")
    assert manage(state_folder, "database", "stop") == "The database is stopped."
    assert manage(state_folder, "database", "stop") == "The database was not running."


def test_it_prints_the_sql_of_the_roles_without_a_server(state_folder: Path) -> None:
    printed = manage(state_folder, "database", "roles")

    assert 'CREATE DATABASE "rylp" OWNER "rylp_owner"' in printed
    assert manage(state_folder, "database", "status").endswith("is not running.")
