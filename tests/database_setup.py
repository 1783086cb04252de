"""The tests' database: made, migrated and emptied by the owner, used by the tests as the app's role.

The app's role may neither create the database nor truncate a table, so Django's own set-up and flush cannot serve.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.errors
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from psycopg2 import sql

from backend.database.server import EmbeddedServer

NAME = os.environ.get("TEST_DATABASE", "test_rylp")


def start_embedded_server() -> EmbeddedServer | None:
    """Start the embedded server, if that is the one. Returned is what the tests have to stop again: nothing if it ran."""
    state = connections["owner"].settings_dict.get("EMBEDDED_STATE")
    server = EmbeddedServer(Path(state)) if state else None
    return server if server and server.start() else None


def make_test_database(*, keep: bool) -> str:
    """Create the test database (or take up the one that is there, when `keep`), and point both aliases at it.

    Returns the name of the database that the settings name, from where the test database can be dropped.
    """
    server_database = str(connections["owner"].settings_dict["NAME"])
    with as_owner(server_database) as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        exists = cursor.fetchone() is not None
        if exists and not keep:
            _drop(cursor)
        if not exists or not keep:
            cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(NAME)))
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = NAME
    if exists and keep:
        _take_away_what_a_killed_run_left()
    call_command("migrate", verbosity=0, interactive=False)
    connections["owner"].close()
    with as_owner(NAME) as cursor:
        _remember_seeds(cursor)
    _assert_the_role_owns_nothing()
    return server_database


def drop_test_database(server_database: str) -> None:
    """Remove the test database again."""
    for alias in ("default", "owner"):
        connections[alias].close()
    with as_owner(server_database) as cursor:
        _drop(cursor)


def empty_the_tables(_case: TransactionTestCase | None = None) -> None:
    """What `transaction=True` tests do at their end: back to what the migrations left, by the owner's hand."""
    connections["default"].close()
    with as_owner(NAME) as cursor:
        cursor.execute("SET lock_timeout = '20s'")
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'seeds'::regnamespace AND relkind = 'r'")
        seeded = {name for (name,) in cursor.fetchall()}
        changed = [name for name in _tables(cursor) if _is_changed(cursor, name, seeded=name in seeded)]
        if not changed:
            return
        cursor.execute("BEGIN")
        emptied = _emptied_with(cursor, changed)
        for name in emptied:
            cursor.execute(sql.SQL("ALTER TABLE public.{} DISABLE TRIGGER USER").format(sql.Identifier(name)))
        names = sql.SQL(", ").join(sql.Identifier("public", name) for name in emptied)
        cursor.execute(sql.SQL("TRUNCATE {}").format(names))
        for name in (name for name in emptied if name in seeded):
            columns = _columns(cursor, name)
            cursor.execute(
                sql.SQL("INSERT INTO public.{0} ({1}) OVERRIDING SYSTEM VALUE SELECT {1} FROM seeds.{0}").format(
                    sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
                )
            )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in emptied:
            cursor.execute(sql.SQL("ALTER TABLE public.{} ENABLE TRIGGER USER").format(sql.Identifier(name)))
        cursor.execute("COMMIT")


@contextlib.contextmanager
def as_owner(database: str = NAME) -> Iterator[Any]:
    """A cursor of the owner's, in autocommit, of its own: the aliases belong to the tests."""
    settings = connections["owner"].settings_dict
    connection = psycopg2.connect(
        host=settings["HOST"],
        port=settings["PORT"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        dbname=database,
    )
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        yield cursor


def _take_away_what_a_killed_run_left() -> None:
    with as_owner(NAME) as cursor:
        cursor.execute("SELECT to_regnamespace('seeds') IS NOT NULL")
        remembered = cursor.fetchone()[0]
    if remembered:
        empty_the_tables()


def _drop(cursor: Any) -> None:
    for attempt in range(50):
        try:
            cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(NAME)))
        except psycopg2.errors.InsufficientPrivilege:
            # The server's own autovacuum is at work there: nobody but a superuser may end it, and it is soon done.
            if attempt == 49:
                raise
            time.sleep(0.2)
        else:
            return


def _tables(cursor: Any) -> list[str]:
    """The tables of the app, those that others refer to first."""
    cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
    graph: dict[str, set[str]] = {name: set() for (name,) in cursor.fetchall() if name != "django_migrations"}
    cursor.execute(
        "SELECT child.relname, parent.relname FROM pg_constraint JOIN pg_class child ON child.oid = conrelid "
        "JOIN pg_class parent ON parent.oid = confrelid WHERE contype = 'f' AND conrelid <> confrelid"
    )
    for child, parent in cursor.fetchall():
        graph[child].add(parent)
    return list(TopologicalSorter(graph).static_order())


def _columns(cursor: Any, table: str) -> list[str]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [f'public."{table}"'],
    )
    return [name for (name,) in cursor.fetchall()]


def _remember_seeds(cursor: Any) -> None:
    """Keep what the migrations put in (kinds of content, permissions, bank holidays), outside the app's sight."""
    cursor.execute("DROP SCHEMA IF EXISTS seeds CASCADE")
    cursor.execute("CREATE SCHEMA seeds")
    for name in _tables(cursor):
        table = sql.Identifier(name)
        cursor.execute(sql.SQL("SELECT EXISTS (SELECT 1 FROM public.{})").format(table))
        if cursor.fetchone()[0]:
            cursor.execute(sql.SQL("CREATE TABLE seeds.{0} AS TABLE public.{0}").format(table))


def _is_changed(cursor: Any, name: str, *, seeded: bool) -> bool:
    """Whether a test left anything in a table, or changed what a migration put there."""
    if seeded:
        query = (
            "SELECT EXISTS ((SELECT t::text FROM public.{0} t EXCEPT ALL SELECT s::text FROM seeds.{0} s) UNION ALL "
            "(SELECT s::text FROM seeds.{0} s EXCEPT ALL SELECT t::text FROM public.{0} t))"
        )
    else:
        query = "SELECT EXISTS (SELECT 1 FROM public.{0})"
    cursor.execute(sql.SQL(query).format(sql.Identifier(name)))
    return bool(cursor.fetchone()[0])


def _emptied_with(cursor: Any, changed: list[str]) -> list[str]:
    """The changed tables and all that refer to them, which a TRUNCATE has to take along; parents first."""
    cursor.execute(
        "SELECT child.relname, parent.relname FROM pg_constraint JOIN pg_class child ON child.oid = conrelid "
        "JOIN pg_class parent ON parent.oid = confrelid WHERE contype = 'f'"
    )
    links = cursor.fetchall()
    emptied = set(changed)
    while more := {child for child, parent in links if parent in emptied} - emptied:
        emptied |= more
    return [name for name in _tables(cursor) if name in emptied]


def _assert_the_role_owns_nothing() -> None:
    """A suite that runs as the owner would prove nothing about privileges."""
    with connections["default"].cursor() as cursor:
        assert connections["default"].vendor == "postgresql"
        assert cursor.connection.server_version >= 150000, "PostgreSQL 15 or later"
        cursor.execute("SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = user")
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = user::regrole")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT pg_get_userbyid(datdba) <> user FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone() == (True,)
    connections["default"].close()
