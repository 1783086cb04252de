"""`manage.py database`: the embedded server, backups, and the roles of a server that somebody else manages."""

from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.db.utils import OperationalError
from django.utils import timezone

from backend.database.backup import back_up
from backend.database.errors import SetUpError
from backend.database.grants import app_role
from backend.database.restore import restore_in_place_of_everything, restore_into_empty
from backend.database.roles import roles_sql
from backend.database.server import OWNER_ROLE, EmbeddedServer


class Command(BaseCommand):
    help = "Start, stop and look at the embedded PostgreSQL; take and restore backups; print the SQL of the two roles."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("start", help="start the embedded server, or heal it")
        actions.add_parser("stop", help="stop the embedded server; whoever needs it next starts it again")
        actions.add_parser("status", help="say which server is used and whether it answers")
        backup = actions.add_parser("backup", help="write database and files to one archive, without the keys")
        backup.add_argument("file", type=Path)
        restore = actions.add_parser("restore", help="restore an archive, hold its unsent mail, verify the audit")
        restore.add_argument("file", type=Path)
        restore.add_argument("--replace", action="store_true", help="throw away the data that is there now")
        actions.add_parser("roles", help="print the SQL that makes the roles and the database on a managed server")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, options["action"])(options)
        except SetUpError as error:
            raise CommandError(str(error)) from None

    def start(self, _options: dict[str, Any]) -> None:
        started = self._embedded().start()
        self.stdout.write("The database is running." if started else "The database was running already.")

    def stop(self, _options: dict[str, Any]) -> None:
        stopped = self._embedded().stop()
        self.stdout.write("The database is stopped." if stopped else "The database was not running.")

    def status(self, _options: dict[str, Any]) -> None:
        state = settings.DATABASES["default"].get("EMBEDDED_STATE")
        if state and not EmbeddedServer(Path(state)).is_running():
            self.stdout.write(f"The embedded database in {state} is not running.")
            return
        address = connections["default"].settings_dict
        where = f"embedded, in {state}" if state else f"{address['HOST']}:{address['PORT'] or 5432}"
        try:
            with connections["default"].cursor() as cursor:
                cursor.execute(
                    "SELECT current_setting('server_version'), pg_size_pretty(pg_database_size(current_database())), "
                    "(SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole), rolsuper "
                    "FROM pg_roles WHERE rolname = current_user"
                )
                version, size, owned, superuser = cursor.fetchone()
        except (OperationalError, psycopg2.OperationalError) as error:
            raise CommandError(f"The database at {where} does not answer: {error}") from None
        self.stdout.write(f"The database {address['NAME']} answers ({where}), PostgreSQL {version}, {size}.")
        if owned or superuser:
            self.stdout.write(
                self.style.WARNING(f"The app's role {app_role()} owns tables or is a superuser: it must not.")
            )

    def backup(self, options: dict[str, Any]) -> None:
        manifest = back_up(options["file"], at=timezone.now())
        self.stdout.write(
            f"Written to {options['file']}: {sum(manifest.rows.values())} rows, {len(manifest.members) - 1} files."
        )
        if manifest.audit_head:
            self.stdout.write(f"Audit head: {manifest.audit_head.sequence} {manifest.audit_head.hash}")
        self.stdout.write(
            "It is of no use without the keys, which are not in it. Keep them elsewhere. By fingerprint: FIELD_KEYS "
            f"{', '.join(manifest.keys.FIELD_KEYS)}; RECEIPT_KEY {manifest.keys.RECEIPT_KEY}"
        )

    def restore(self, options: dict[str, Any]) -> None:
        restore = restore_in_place_of_everything if options["replace"] else restore_into_empty
        manifest = restore(options["file"])
        self.stdout.write(
            f"Restored and verified: {sum(manifest.rows.values())} rows, {len(manifest.members) - 1} files, "
            f"as of {manifest.taken_at}."
        )
        self.stdout.write("Unsent mail is held: `manage.py outbox release` lets it go. Run `manage.py migrate` next.")

    def roles(self, _options: dict[str, Any]) -> None:
        owner = settings.DATABASES.get("owner", {}).get("USER", OWNER_ROLE)
        self.stdout.write(roles_sql(database=str(settings.DATABASES["default"]["NAME"]), owner=owner, app=app_role()))

    def _embedded(self) -> EmbeddedServer:
        state = settings.DATABASES["default"].get("EMBEDDED_STATE")
        if not state:
            raise SetUpError(
                "DATABASE_URL names another server than the embedded one: it is not ours to start or stop."
            )
        return EmbeddedServer(Path(state))
