"""`manage.py audit head` and `manage.py audit verify`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backend.audit import services
from backend.audit.services import Head


class Command(BaseCommand):
    help = "Print the head of the audit trail, to be kept elsewhere, or prove that the trail is whole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["head", "verify"])
        parser.add_argument("--anchor", metavar="N:HASH", help="verify: a head that was kept elsewhere earlier")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "head":
            head = services.head()
            self.stdout.write(f"{head.sequence}:{head.hash}")
            return
        verdict = services.verify(anchor=_anchor(options["anchor"]))
        if verdict.first_bad is not None:
            raise CommandError(f"The trail is broken at event {verdict.first_bad}: {verdict.reason}.")
        self.stdout.write(
            f"The trail is whole: {verdict.events} events, head {verdict.head.sequence}:{verdict.head.hash}"
        )


def _anchor(text: str | None) -> Head | None:
    if not text:
        return None
    sequence, _, digest = text.partition(":")
    is_empty = (sequence, digest) == ("0", "")  # what `head` prints of a trail that has not begun
    if not is_empty and (not sequence.isdecimal() or len(digest) != 64):
        raise CommandError("--anchor takes what `manage.py audit head` printed: a number, a colon and 64 characters.")
    return Head(int(sequence), digest)
