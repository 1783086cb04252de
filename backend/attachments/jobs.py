"""What the worker runs once a day."""

from django.utils.timezone import now

from .services import sweep


def sweep_files() -> int:
    """Remove the files of transactions that were rolled back; returns how many."""
    return sweep(at=now())
