"""An installation to measure: a database server of its own, a migrated database for each measurement, gunicorn.

Everything lies in `bench` of the state folder (STATE, or `state` of the checkout), apart from the demo's data.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

ROOT = Path(__file__).resolve().parent.parent
STATE = Path(os.environ.get("BENCH_STATE") or Path(os.environ.get("STATE") or ROOT / "state").resolve() / "bench")
TEMPLATE = "bench_template"


def settle() -> None:
    """Point this process, and those it starts, at the measurements' own state; before Django is loaded."""
    os.environ["STATE"] = os.environ["BENCH_STATE"] = str(STATE)
    os.environ["DJANGO_SETTINGS_MODULE"] = "backend.settings.local"
    os.environ["SUBMISSION_LIMIT"] = "0"  # one address sends everything here
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ.pop(name, None)


@contextlib.contextmanager
def running_server() -> Iterator[None]:
    """The embedded PostgreSQL of the measurements; stopped at the end, also by Ctrl-C, if it was started here."""
    from backend.database.server import EmbeddedServer
    from backend.demo.supervisor import interrupted_by_signals

    server = EmbeddedServer(STATE)
    with interrupted_by_signals():
        started = server.start()
        try:
            yield
        finally:
            if started:
                server.stop()


def address(database: str, *, owner: bool = False) -> str:
    """DATABASE_URL of a database of the measurements."""
    from backend.database.server import APP_ROLE, OWNER_ROLE, EmbeddedServer

    server = EmbeddedServer(STATE)
    role, password = (OWNER_ROLE, server.owner_password) if owner else (APP_ROLE, server.app_password)
    return f"postgres://{role}:{quote(password, safe='')}@{quote(str(server.socket), safe='')}:5432/{database}"


@contextlib.contextmanager
def as_owner(database: str) -> Iterator[Any]:
    """A cursor of the owner's, in autocommit."""
    from backend.database.server import OWNER_ROLE, EmbeddedServer

    server = EmbeddedServer(STATE)
    connection = psycopg2.connect(
        host=str(server.socket), port=5432, user=OWNER_ROLE, password=server.owner_password, dbname=database
    )
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        yield cursor


def fresh_database(name: str) -> dict[str, str]:
    """A migrated, empty database, and the environment that points a process at it."""
    with as_owner("postgres") as cursor:
        _drop(cursor, name)
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    return {"DATABASE_URL": address(name), "DATABASE_OWNER_URL": address(name, owner=True)}


def _drop(cursor: Any, name: str) -> None:
    """Drop the database if it is there. Nobody but a superuser may end the server's own autovacuum, which is soon done."""
    for attempt in range(300):
        try:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        except psycopg2.errors.InsufficientPrivilege:
            if attempt == 299:
                raise
            time.sleep(0.2)
        else:
            return


def make_template() -> None:
    """Migrate the database that the others are copies of, anew: the code may have changed since the last time."""
    with as_owner("postgres") as cursor:
        for name in _databases(cursor):
            _drop(cursor, name)
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(TEMPLATE)))
    use_database({"DATABASE_URL": address(TEMPLATE), "DATABASE_OWNER_URL": address(TEMPLATE, owner=True)})
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()


def _databases(cursor: Any) -> list[str]:
    cursor.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'bench\_%'")
    return [name for (name,) in cursor.fetchall()]


def use_database(environment: dict[str, str]) -> None:
    """Set Django up in this process, on that database. Once a process."""
    import django

    os.environ.update(environment)
    django.setup()


@contextlib.contextmanager
def gunicorns(programs: dict[str, tuple[str, dict[str, str]]], *, workers: int = 2) -> Iterator[dict[str, int]]:
    """Start a gunicorn for each name, given as (application, environment); yields the port of each, once it answers."""
    from backend.demo.checks import free_port, wait_for
    from backend.demo.supervisor import Supervisor

    ports: dict[str, int] = {}
    with contextlib.ExitStack() as running:
        for name, (application, environment) in programs.items():
            ports[name] = free_port()
            supervisor = Supervisor(STATE / "logs", environment)
            running.callback(supervisor.stop)
            supervisor.start(
                name,
                "gunicorn",
                application,
                f"--bind=127.0.0.1:{ports[name]}",
                f"--workers={workers}",
                "--backlog=512",
            )
            if not wait_for(f"http://127.0.0.1:{ports[name]}/health/alive", unless=supervisor.ended):
                raise RuntimeError(f"gunicorn for {name} does not run:\n{supervisor.last_lines(name)}")
        yield ports
