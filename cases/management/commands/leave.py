"""`manage.py leave`: restricted cases that nobody of the authority sees any more, and one of its delegates who does again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backend.accounts.actors import OPERATOR
from backend.common.errors import Refused
from cases.services import access


class Command(BaseCommand):
    help = "List the restricted cases that are lost to everybody, or give one back to a delegate of its authority."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="list|give")
        actions.add_parser("list", help="print their references, and nothing else of them")
        give = actions.add_parser("give", help="give leave to see one: it is on the trail, and the delegate reads why")
        give.add_argument("reference", metavar="REFERENCE")
        give.add_argument("email", metavar="EMAIL", help="of a delegate's account")
        give.add_argument("--reason", required=True, help="who decided it, and why")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        at = timezone.now()
        if action == "list":
            for case in access.lost(at=at):
                self.stdout.write(case.reference)
            return
        reference, email = options["reference"], options["email"]
        try:
            access.give_back(reference=reference, who=email, reason=options["reason"], actor=OPERATOR, at=at)
        except Refused as refusal:
            told = [refusal.detail, *(each for many in refusal.errors.values() for each in many)]
            raise CommandError(" ".join(told)) from None
        self.stdout.write(f"{email} sees {reference.upper()} again, and may give leave to others.")
