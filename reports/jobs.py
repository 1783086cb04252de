"""What the worker does for this room. A job is given an id, nothing else."""

from django.utils import timezone

from reports.services import briefings


def make_briefing(briefing_id: int) -> None:
    """Make the briefing that was asked for."""
    briefings.make(briefing_id=briefing_id, at=timezone.now())
