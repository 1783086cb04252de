"""What may be known about the outbox without reading a message: ids, states and counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet, TextChoices

from .models import Outgoing

UNSENT = (Outgoing.State.PENDING, Outgoing.State.CLAIMED)
# Given up, though it should have gone, and nobody has seen to it yet.
FAILED = Q(state=Outgoing.State.DEAD, called_off="", failure_settled_at=None)


class MailState(TextChoices):
    """How the mail that goes with something stands, for who reads that."""

    QUEUED = "QUEUED", "Waits to be sent"
    HELD = "HELD", "Held back since a restore"
    SENT = "SENT", "Accepted by the mail server"
    FAILED = "FAILED", "Given up: it could not be delivered"
    CALLED_OFF = "CALLED_OFF", "Called off"


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


def states_of(causes: Collection[str]) -> dict[str, MailState]:
    """How the messages of these causes stand, by cause; without those of which none was queued."""
    rows = Outgoing.objects.filter(cause__in=causes).values_list("cause", "state", "held")
    return {cause: _mail_state(state, held=held) for cause, state, held in rows}


def untold_failures(*, after: int, limit: int) -> QuerySet[Outgoing]:
    """Messages that were given up and that nobody was told of, beyond that key, the oldest first; without address and text.

    They are locked until the commit, for whoever tells of them (services.tell_of_failures); what another tells of is left out.
    """
    untold = Outgoing.objects.filter(FAILED, failure_told_at=None, pk__gt=after).defer("recipient", "body")
    return untold.select_for_update(skip_locked=True).order_by("pk")[:limit]


def unreached(*, about: str) -> set[str]:
    """Whom messages about this could not be delivered to, by their public ids, as long as nobody has seen to it."""
    return set(Outgoing.objects.filter(FAILED, about=about).values_list("addressee", flat=True))


def unfinished() -> QuerySet[Outgoing]:
    """Every message that is not sent, dead ones too, the oldest first; without address and text."""
    return Outgoing.objects.exclude(state=Outgoing.State.SENT).defer("recipient", "body").order_by("queued_at", "pk")


def _mail_state(state: str, *, held: bool) -> MailState:
    if state in UNSENT:
        return MailState.HELD if held else MailState.QUEUED
    return MailState.FAILED if state == Outgoing.State.DEAD else MailState(state)
