"""`manage.py deadlines verify`: prove that the queue is sorted by what the derivation says; `recompute` has it so."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.services.due import recompute_open_cases, stale_cases


class Command(BaseCommand):
    help = "Prove that the due day of every open case, by which the queue is sorted, equals its derivation; or derive it anew."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify", "recompute"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "recompute":
            self.stdout.write(f"Cases with another due day: {recompute_open_cases()}.")
            return
        wrong = [case.reference for case in stale_cases()]
        if wrong:
            raise CommandError(f"{len(wrong)} cases carry another day than the derivation: {', '.join(wrong[:20])}")
        self.stdout.write("Every open case carries the day that its dates derive.")
