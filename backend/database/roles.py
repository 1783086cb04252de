"""The two roles and the database, as SQL: run on the embedded server, printed for one that somebody else manages."""

from psycopg2 import extensions


def quoted(name: str) -> str:
    """An SQL identifier, whatever stands in it."""
    return '"{}"'.format(name.replace('"', '""'))


def create_roles_and_database(
    administrator: extensions.connection,
    *,
    database: str,
    owner: str,
    owner_password: str,
    app: str,
    app_password: str,
) -> None:
    """Make what is missing, and set both passwords. `administrator` is an autocommit connection of a superuser.

    The owner may create databases, because the tests of a local installation need one of their own.
    """
    with administrator.cursor() as cursor:
        for role, password, rights in ((owner, owner_password, "CREATEDB"), (app, app_password, "NOCREATEDB")):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {quoted(role)}")
            cursor.execute(
                f"ALTER ROLE {quoted(role)} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS {rights} PASSWORD %s",
                [password],
            )
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {quoted(database)} OWNER {quoted(owner)}")
            # Nobody else comes in, and the app's role makes no temporary tables: one could stand before a real one.
            cursor.execute(f"REVOKE ALL ON DATABASE {quoted(database)} FROM PUBLIC")
            cursor.execute(f"GRANT CONNECT ON DATABASE {quoted(database)} TO {quoted(app)}")


def roles_sql(*, database: str, owner: str, app: str) -> str:
    """What the administrator of a managed PostgreSQL server (15 or later) runs once, in psql."""
    return f"""\
-- Run once with psql as an administrator of the server. Replace both passwords first.
CREATE ROLE {quoted(owner)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD 'CHANGE-THIS-1';
CREATE ROLE {quoted(app)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD 'CHANGE-THIS-2';
-- Managed servers let only a member of a role give it a database.
GRANT {quoted(owner)} TO CURRENT_USER;
CREATE DATABASE {quoted(database)} OWNER {quoted(owner)} ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE {quoted(database)} FROM PUBLIC;
GRANT CONNECT ON DATABASE {quoted(database)} TO {quoted(app)};
-- The rights on tables are granted by `manage.py migrate`, which connects as {owner}.
"""
