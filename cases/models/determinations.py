"""What the authority decided about how a case is to be dealt with, each kept as it was; and data that such decisions need."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q

from backend.accounts.models import User
from backend.areas.models import Unit
from backend.common.identifiers import random_public_id

from .case import Case
from .reference import Regime


class Determination(models.Model):
    """One decision about a case that is no move of it. Rows are added and never changed: the last of its kind stands."""

    class About(models.TextChoices):
        DUTY_TO_INVESTIGATE = "DUTY_TO_INVESTIGATE", "Whether it has to be investigated"
        CHIEF_OFFICER = "CHIEF_OFFICER", "Whether it concerns the chief officer"
        REGIME = "REGIME", "The rules that it is handled by"
        RESTRICTION = "RESTRICTION", "Whether it is restricted"
        LEAVE = "LEAVE", "Leave to see it"
        SAME_HANDLER = "SAME_HANDLER", "That it goes again to somebody who handled it before"
        NO_EVIDENCE = "NO_EVIDENCE", "That there is no evidence to preserve"
        CONTACT_IMPOSSIBLE = "CONTACT_IMPOSSIBLE", "That the complainants cannot be contacted"
        SAME_DECIDER = "SAME_DECIDER", "That somebody decides it again who decided it before"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="determinations")
    about = models.CharField(max_length=20, choices=About.choices)
    answers = models.JSONField()  # plain values, by the names of the API; people by their public ids
    reason = models.TextField(blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.about


class RegimeStart(models.Model):
    """From when a set of rules applies, where that is not read in a statute and so may have to be corrected."""

    regime = models.CharField(max_length=9, choices=Regime.choices, unique=True)
    from_on = models.DateField()
    source = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"{self.regime} from {self.from_on}"


class LocalPolicingBodyQuerySet(models.QuerySet["LocalPolicingBody"]):
    def of(self, force_id: int, *, on: dt.date) -> LocalPolicingBody | None:
        """The body of a force on that London day; None where nobody has entered it."""
        return self.filter(Q(until_on=None) | Q(until_on__gt=on), force_id=force_id, from_on__lte=on).first()


class LocalPolicingBody(models.Model):
    """The body that reviews, and holds the chief officer to account: by its own name, which the law is about to change."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    force = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="policing_bodies")
    name = models.CharField(max_length=200)
    address = models.TextField()
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)  # exclusive

    objects: models.Manager[Any] = LocalPolicingBodyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_body_a_force", fields=["force"], condition=Q(until_on=None)),
            models.CheckConstraint(
                name="body_ends_after_it_begins", condition=Q(until_on=None) | Q(until_on__gt=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def stands_on(self, day: dt.date) -> bool:
        """Whether it was the force's body on that London day."""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)
