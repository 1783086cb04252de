"""`manage.py sweep_files`: removes files that no row knows."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import now

from backend.attachments.services import sweep


class Command(BaseCommand):
    help = "Remove files that belong to nothing and are older than a day: what rolled back transactions left."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Removed {sweep(at=now())}.")
