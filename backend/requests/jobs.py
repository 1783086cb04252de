"""What the worker runs once a day."""

from django.utils.timezone import now

from .services import forget_old


def forget_requests() -> int:
    """Forget the keys and counts of yesterday; returns how many."""
    return forget_old(at=now())
