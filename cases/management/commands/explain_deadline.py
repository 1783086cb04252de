"""`manage.py explain_deadline REFERENCE`: what is due on a case, and how each day was counted."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.deadlines import explained
from cases.models import Case
from cases.selectors import load_parts
from cases.timetable import timetable

from .deadline import in_words


class Command(BaseCommand):
    help = "Explain what is due on a case: every day that was counted or skipped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("reference", metavar="REFERENCE")

    def handle(self, *args: Any, **options: Any) -> None:
        case = Case.objects.filter(reference=options["reference"].upper()).first()
        if case is None:
            raise CommandError(f"There is no case {options['reference']}.")
        load_parts(case)
        due = explained(case, timetable())
        for _, counted in due:
            self.stdout.write(in_words(counted) + "\n")
        if not due:
            self.stdout.write("Nothing is due on this case.")
