"""`manage.py schedules`: sets up what the worker does regularly; safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from backend.notifications.jobs import ensure_schedules


class Command(BaseCommand):
    help = "Set up the worker's regular work (sending the outbox, sweeping files). Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        for func in ensure_schedules():
            self.stdout.write(f"Scheduled: {func}")
