"""What the app's role may do with the owner's tables.

Rights come from default privileges that `migrate` sets before it makes the first table, so every table, those of the
libraries too, has them from its birth. Nothing is ever granted again on an existing table: what a migration took away
with `append_only` stays away.
"""

from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import RunPython

from backend.database.errors import SetUpError
from backend.database.roles import quoted

DEFAULTS = (
    ("TABLES", "SELECT, INSERT, UPDATE, DELETE"),
    ("SEQUENCES", "USAGE, SELECT"),
    ("FUNCTIONS", "EXECUTE"),
)


def app_role() -> str:
    """The configured name of the role that web, worker and tests use."""
    return str(settings.DATABASES["default"]["USER"])


def statements_that_grant_by_default(app: str) -> list[str]:
    """SQL for the owner: from now on the role `app` may work with every table, sequence and function it makes."""
    return [
        f"GRANT USAGE ON SCHEMA public TO {quoted(app)}",
        *(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {kind} TO {quoted(app)}"
            for kind, rights in DEFAULTS
        ),
    ]


def statements_that_grant_nothing_by_default(app: str) -> list[str]:
    """SQL for the owner: what it makes from now on is its own. A restore brings the rights of each table itself."""
    return [
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON {kind} FROM {quoted(app)}" for kind, _ in DEFAULTS
    ]


def grant_by_default(owner: BaseDatabaseWrapper) -> None:
    """Let the app's role work with whatever the owner makes from now on.

    Raises SetUpError where the app's role is the owner, or does not exist.
    """
    app = app_role()
    with owner.cursor() as cursor:
        cursor.execute("SELECT current_user, EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s)", [app])
        user, exists = cursor.fetchone()
        if user == app:
            raise SetUpError(f"DATABASE_URL and DATABASE_OWNER_URL name the same role, {app}. They have to differ.")
        if not exists:
            raise SetUpError(f"The role {app} does not exist. `manage.py database roles` prints how to make it.")
        for statement in statements_that_grant_by_default(app):
            cursor.execute(statement)


def append_only(table: str) -> RunPython:
    """A migration operation: the app's role may read `table` and add to it, and may not change or remove a row."""

    def take(_apps: Any, schema_editor: Any) -> None:
        schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {quoted(table)} FROM {quoted(app_role())}")

    def give_back(_apps: Any, schema_editor: Any) -> None:
        schema_editor.execute(f"GRANT UPDATE, DELETE ON {quoted(table)} TO {quoted(app_role())}")

    return RunPython(take, give_back)


def only_the_app_calls(function: str) -> RunPython:
    """A migration operation: of all but its owner, the app's role alone may call `function`, named with its arguments.

    For a function that works with its owner's rights (SECURITY DEFINER): it is open to everybody from its birth.
    """

    def take(_apps: Any, schema_editor: Any) -> None:
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {quoted(app_role())}")

    return RunPython(take, RunPython.noop)
