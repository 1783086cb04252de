"""How long a case is kept once it has ended, what keeps it longer, and who decided that what is personal in it is erased."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from backend.accounts.models import User
from backend.common.identifiers import random_public_id

from .case import Case


class Ending(models.TextChoices):
    """The kinds of ending that a case is kept by (cases.retention.ending_of)."""

    COMMENT = "COMMENT", "A comment that was answered"
    NOT_A_COMPLAINT = "NOT_A_COMPLAINT", "Not a complaint"
    NOT_RECORDED = "NOT_RECORDED", "Not recorded"
    OUTSIDE = "OUTSIDE", "Ended outside Schedule 3, resolved or not"
    WITHDRAWN = "WITHDRAWN", "Withdrawn"
    TRANSFERRED_OUT = "TRANSFERRED_OUT", "Transferred to another authority"
    MERGED = "MERGED", "Merged into another case"
    HANDLED = "HANDLED", "Handled and finalised by the force"
    IOPC = "IOPC", "A death or serious injury, or investigated by the IOPC or under its direction"
    MISCONDUCT = "MISCONDUCT", "A case to answer was found, or misconduct proceedings followed"


class RetentionPeriodQuerySet(models.QuerySet["RetentionPeriod"]):
    def in_force_on(self, on: dt.date) -> RetentionPeriodQuerySet:
        return self.filter(Q(from_on__lte=on), Q(until_on=None) | Q(until_on__gt=on))


class RetentionPeriod(models.Model):
    """How many years a case is kept that ended so, for what ends from `from_on` until the day before `until_on`.

    `verified` tells whether somebody has read the figure in what `source` names.
    """

    ending = models.CharField(max_length=15, choices=Ending.choices)
    years = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(100)])
    basis = models.CharField(max_length=200)
    source = models.CharField(max_length=200)
    verified = models.BooleanField()
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)  # exclusive

    objects: models.Manager[Any] = RetentionPeriodQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_period_a_time", fields=["ending", "from_on"]),
            models.UniqueConstraint(name="one_period_still", fields=["ending"], condition=Q(until_on=None)),
            models.CheckConstraint(
                name="period_ends_after_it_begins", condition=Q(until_on=None) | Q(until_on__gt=F("from_on"))
            ),
            models.CheckConstraint(name="period_of_some_years", condition=Q(years__gte=1, years__lte=100)),
            models.CheckConstraint(name="period_has_a_source", condition=~Q(basis="") & ~Q(source="")),
        ]

    def __str__(self) -> str:
        return f"{self.ending}: {self.years} years"


class RetentionHold(models.Model):
    """That a case is kept whatever its age, for as long as somebody needs it: until a day, or until it is lifted."""

    class Ground(models.TextChoices):
        LITIGATION = "LITIGATION", "Litigation, begun or expected"
        INFORMATION_REQUEST = "INFORMATION_REQUEST", "A request for information, or by the person themselves"
        REVIEW = "REVIEW", "A review or an inspection"
        PUBLIC_INQUIRY = "PUBLIC_INQUIRY", "A public inquiry or an inquest"
        OTHER = "OTHER", "Something else"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="retention_holds")
    ground = models.CharField(max_length=19, choices=Ground.choices)
    until_on = models.DateField(null=True, blank=True)  # the last day of it; null: until it is lifted
    placed_on = models.DateField()
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lifted_on = models.DateField(null=True, blank=True)
    lifted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hold_is_lifted_by_somebody",
                condition=Q(lifted_on=None, lifted_by=None) | Q(lifted_on__isnull=False, lifted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="hold_ends_after_it_begins", condition=Q(until_on=None) | Q(until_on__gte=F("placed_on"))
            ),
        ]
        indexes = [models.Index(name="retention_hold_stands", fields=["case"], condition=Q(lifted_on=None))]

    def __str__(self) -> str:
        return self.ground

    def stands_on(self, on: dt.date) -> bool:
        return self.lifted_on is None and (self.until_on is None or on <= self.until_on)


class RetentionReview(models.Model):
    """One look at whether an ended case is kept any longer: opened by the clock, decided by one, a disposal checked by another."""

    class State(models.TextChoices):
        OPEN = "OPEN", "To be decided"
        PROPOSED = "PROPOSED", "Disposal proposed: a second person has to confirm it"
        KEPT = "KEPT", "Kept until a later day"
        REFUSED = "REFUSED", "Disposal refused by the second person"
        CALLED_OFF = "CALLED_OFF", "Called off: something stands against it"
        DISPOSED = "DISPOSED", "Disposed of"

    PENDING = (State.OPEN, State.PROPOSED)
    FROM = {  # which states each may follow
        State.PROPOSED: (State.OPEN,),
        State.KEPT: (State.OPEN,),
        State.REFUSED: (State.PROPOSED,),
        State.DISPOSED: (State.PROPOSED,),
        State.CALLED_OFF: (State.OPEN, State.PROPOSED),
    }

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="retention_reviews")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    ending = models.CharField(max_length=15, choices=Ending.choices)
    years = models.PositiveSmallIntegerField()  # as the period was when it was opened
    ended_on = models.DateField()
    due_on = models.DateField()
    opened_on = models.DateField()
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    kept_until = models.DateField(null=True, blank=True)  # the day on which it is looked at again
    seconded_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_pending_retention_review", fields=["case"], condition=Q(state__in=["OPEN", "PROPOSED"])
            ),
            models.UniqueConstraint(name="disposed_of_once", fields=["case"], condition=Q(state="DISPOSED")),
            models.CheckConstraint(
                name="retention_settled_on_a_day",
                condition=Q(state__in=["OPEN", "PROPOSED"]) ^ Q(settled_on__isnull=False),
            ),
            models.CheckConstraint(
                name="retention_decided_by_somebody",
                condition=Q(state__in=["OPEN", "CALLED_OFF"])
                | Q(decided_by__isnull=False, decided_on__isnull=False),
            ),
            models.CheckConstraint(
                name="kept_until_a_day", condition=Q(state="KEPT") ^ Q(kept_until=None)
            ),
            # Accounts; that two people are behind them is asked by the function that erases.
            models.CheckConstraint(
                name="disposal_has_two",
                condition=Q(state__in=["REFUSED", "DISPOSED"], seconded_by__isnull=False) & ~Q(decided_by=F("seconded_by"))
                | Q(seconded_by=None) & ~Q(state__in=["REFUSED", "DISPOSED"]),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(name="retention_pending", fields=["due_on", "id"], condition=Q(state__in=["OPEN", "PROPOSED"]))
        ]

    def __str__(self) -> str:
        return f"{self.ending} {self.state}"


class RetentionStep(models.Model):
    """One step of a hold or a review, with what was said at it: frozen, and erased with the case but for why it was disposed of."""

    class What(models.TextChoices):
        HELD = "HELD", "Held"
        LIFTED = "LIFTED", "Hold lifted"
        OPENED = "OPENED", "Review opened"
        KEPT = "KEPT", "Kept"
        PROPOSED = "PROPOSED", "Disposal proposed"
        REFUSED = "REFUSED", "Disposal refused"
        CALLED_OFF = "CALLED_OFF", "Review called off"
        DISPOSED = "DISPOSED", "Disposed of"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="retention_steps")
    review = models.ForeignKey(RetentionReview, null=True, blank=True, on_delete=models.PROTECT, related_name="steps")
    hold = models.ForeignKey(RetentionHold, null=True, blank=True, on_delete=models.PROTECT, related_name="steps")
    what = models.CharField(max_length=10, choices=What.choices)
    author = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # null: the clock
    taken_at = models.DateTimeField()
    text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="step_of_a_hold_or_a_review",
                condition=Q(review=None, hold__isnull=False) | Q(review__isnull=False, hold=None),
            )
        ]

    def __str__(self) -> str:
        return self.what
