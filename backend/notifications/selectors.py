"""What may be known about the outbox without reading a message: ids, states and counts."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from .models import Outgoing

UNSENT = (Outgoing.State.PENDING, Outgoing.State.CLAIMED)


@dataclass(frozen=True)
class Overview:
    """The outbox in figures."""

    by_state: dict[str, int]  # every state, those without a message too
    held: int
    oldest_waiting_at: datetime | None  # when the oldest unsent message that is not held was queued


def overview() -> Overview:
    """Count the messages by state."""
    counted = dict(Outgoing.objects.order_by().values_list("state").annotate(Count("pk")))
    unsent = Outgoing.objects.filter(state__in=UNSENT)
    return Overview(
        by_state={state: counted.get(state, 0) for state in Outgoing.State.values},
        held=unsent.filter(held=True).count(),
        oldest_waiting_at=unsent.filter(held=False).aggregate(oldest=Min("queued_at"))["oldest"],
    )


def unfinished() -> QuerySet[Outgoing]:
    """Every message that is not sent, dead ones too, the oldest first; without address and text."""
    return Outgoing.objects.exclude(state=Outgoing.State.SENT).defer("recipient", "body").order_by("queued_at", "pk")
