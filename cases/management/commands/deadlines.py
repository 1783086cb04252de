"""`manage.py deadlines verify`: prove that the queue is sorted by what the derivation says."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.services.due import stale_cases


class Command(BaseCommand):
    help = "Prove that the due day of every open case, by which the queue is sorted, equals its derivation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = [case.reference for case in stale_cases()]
        if wrong:
            raise CommandError(f"{len(wrong)} cases carry another day than the derivation: {', '.join(wrong[:20])}")
        self.stdout.write("Every open case carries the day that its dates derive.")
