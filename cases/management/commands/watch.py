"""`manage.py watch`: one look of the watcher. The worker has its own; run twice, nobody is alerted twice."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from cases.services.alerts import watch


class Command(BaseCommand):
    help = "Alert staff to what is due or late on any case, once each. Safe to run at any time, and again."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Alerts raised: {watch(at=timezone.now())}.")
