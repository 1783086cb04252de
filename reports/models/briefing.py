from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from backend.accounts.actors import Actor
from backend.accounts.models import Role, User
from backend.areas.models import Unit
from backend.attachments.models import StoredFile
from backend.common.identifiers import random_public_id


class BriefingQuerySet(models.QuerySet["Briefing"]):
    def visible_to(self, actor: Actor) -> Self:
        """The briefings that `actor` may read: of the forces that they are the authority's delegate of, and of the force
        or unit that they are a senior reader or auditor of.
        """
        authority = actor.forces_of(Role.APPROPRIATE_AUTHORITY)
        readers = (Role.SENIOR_READER, Role.AUDITOR)
        forces = [*authority, *actor.whole_forces_of(*readers)]
        return self.filter(Q(unit__in=[*forces, *actor.units_of(*readers)]) | Q(unit__force__in=forces))


class Briefing(models.Model):
    """A briefing that somebody asked for: about which force or unit, which days, and what came of it."""

    class State(models.TextChoices):
        QUEUED = "QUEUED", "Waiting for its turn"
        MAKING = "MAKING", "Being made"
        READY = "READY", "Ready"
        FAILED = "FAILED", "Could not be made"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    period_from = models.DateField()  # both days inclusive
    period_to = models.DateField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.QUEUED)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    figures = models.JSONField(null=True, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)  # sha256 of the counts that it was made from
    pdf = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    failure = models.CharField(max_length=200, blank=True)

    objects: models.Manager[Any] = BriefingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="briefing_ends_after_it_starts", condition=Q(period_to__gte=F("period_from"))),
            models.CheckConstraint(
                name="ready_briefing_is_whole",
                condition=~Q(state="READY")
                | Q(ready_at__isnull=False, pdf__isnull=False, figures__isnull=False, failure="") & ~Q(fingerprint=""),
            ),
        ]
        indexes = [models.Index(name="briefing_newest", fields=["-requested_at", "-id"])]

    def __str__(self) -> str:
        return str(self.public_id)
