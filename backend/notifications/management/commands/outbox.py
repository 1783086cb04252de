"""`manage.py outbox list|send|release`: ids, states and counts, never an address or a text."""

from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.timezone import localtime, now

from backend.notifications import selectors, services


class Command(BaseCommand):
    help = "Look at the outbox, send what is due now, or let go what a restore held."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="count the messages by state, and list those that are not sent")
        listing.add_argument("--limit", type=int, default=50, help="list at most this many messages (50)")
        actions.add_parser("send", help="send what is due, as the worker does every minute")
        actions.add_parser("release", help="let go the messages that a restore held")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, options["action"])(options)

    def list(self, options: dict[str, Any]) -> None:
        overview = selectors.overview()
        counts = ", ".join(f"{state} {count}" for state, count in overview.by_state.items())
        self.stdout.write(f"{counts}; held {overview.held}")
        if overview.oldest_waiting_at:
            self.stdout.write(f"Waiting since {localtime(overview.oldest_waiting_at):%d %B %Y %H:%M} at the longest.")
        for row in islice(selectors.unfinished(), options["limit"]):
            state = f"{row.state}, held" if row.held else row.state
            self.stdout.write(f"{row.public_id}  {state}  attempts: {row.attempts}  {row.failure}".rstrip())

    def send(self, _options: dict[str, Any]) -> None:
        counts = services.send_due(at=now(), clock=now)
        self.stdout.write(
            f"Sent {counts.sent}, to be tried again {counts.retried}, given up {counts.dead}, "
            f"taken over by another worker {counts.lost}."
        )

    def release(self, _options: dict[str, Any]) -> None:
        released = services.release_held(at=now())
        self.stdout.write(f"Released {released}. The worker sends what is not sent yet within a minute.")
