"""PostgreSQL's client programs, run against the database of an alias: which ones, and with which address."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from backend.database.binaries import wheel_programs
from backend.database.errors import SetUpError

# How libpq names, in the environment, what DATABASE_URL puts in OPTIONS.
OPTION_VARIABLES = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "service": "PGSERVICE",
}


def owner_connection() -> BaseDatabaseWrapper:
    """The connection of the role that owns the tables. Raises SetUpError where its address is not set."""
    if "owner" not in connections:
        raise SetUpError("Set DATABASE_OWNER_URL: this is done by the role that owns the tables.")
    return connections["owner"]


def client_programs(server_major: int) -> Path:
    """The folder of a pg_dump at least as new as the server, with its psql and pg_restore. Raises SetUpError."""
    on_path = [Path(folder) for folder in os.get_exec_path()]
    for folder in (wheel_programs(), *on_path):
        if (
            (folder / "pg_dump").is_file()
            and (folder / "psql").is_file()
            and _major(folder / "pg_dump") >= server_major
        ):
            return folder
    raise SetUpError(
        f"The server is PostgreSQL {server_major}, and no pg_dump of that version or later was found: "
        f"install postgresql-client-{server_major} and put it in PATH."
    )


def client_environment(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """The environment in which a client program reaches the database of `connection`; no password in its arguments."""
    settings: dict[str, Any] = connection.settings_dict
    address = {
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
    }
    options = settings.get("OPTIONS") or {}
    address |= {variable: options[name] for name, variable in OPTION_VARIABLES.items() if name in options}
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return ours | {name: str(value) for name, value in address.items() if value}


def _major(program: Path) -> int:
    told = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"(\d+)", told)
    return int(found[1]) if found else 0
