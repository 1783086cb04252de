"""`manage.py draw_machines`: write the pictures and lists of docs/machines/ anew from the code."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cases.drawing import as_svg, as_text
from cases.models import Kind


class Command(BaseCommand):
    help = "Draw the machines from the code into docs/machines/."

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.ROOT) / "docs" / "machines"
        folder.mkdir(exist_ok=True)
        for kind in Kind:
            (folder / f"{kind.lower()}.txt").write_text(as_text(kind))
            (folder / f"{kind.lower()}.svg").write_text(as_svg(kind))
        self.stdout.write(f"Drawn: {', '.join(sorted(path.name for path in folder.iterdir()))}")
