"""`manage.py migrate`, run by the owner of the tables: the role of web and worker may not create one."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections

from backend.database.errors import SetUpError
from backend.database.grants import grant_by_default


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        if "owner" in connections:
            parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if "owner" not in connections:
            raise CommandError("Set DATABASE_OWNER_URL: migrations are run by the role that owns the tables.")
        if not (options["check_unapplied"] or options["plan"]):
            try:
                grant_by_default(connections[options["database"]])
            except SetUpError as refusal:
                raise CommandError(str(refusal)) from None
        super().handle(*args, **options)
