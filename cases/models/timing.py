"""What staff set about time, and what is kept about it: service targets, escalations, corrected dates and alerts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from backend.accounts.models import User
from backend.common.identifiers import random_public_id

from .case import Case


class ServiceTargetQuerySet(models.QuerySet["ServiceTarget"]):
    def in_force_on(self, on: dt.date) -> ServiceTargetQuerySet:
        return self.filter(Q(from_on__lte=on), Q(until_on=None) | Q(until_on__gt=on))


class ServiceTarget(models.Model):
    """How long a period is that no law fixes (cases.clocks), for what starts from `from_on` until the day before `until_on`."""

    class Unit(models.TextChoices):
        WORKING_DAYS = "WORKING_DAYS", "working days"
        CALENDAR_DAYS = "CALENDAR_DAYS", "calendar days"

    rule = models.CharField(max_length=40)
    count = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(1000)])
    unit = models.CharField(max_length=13, choices=Unit.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)  # exclusive
    source = models.CharField(max_length=200)

    objects: models.Manager[Any] = ServiceTargetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_target_a_time", fields=["rule", "from_on"]),
            models.UniqueConstraint(name="one_target_still", fields=["rule"], condition=Q(until_on=None)),
            models.CheckConstraint(
                name="target_ends_after_it_begins", condition=Q(until_on=None) | Q(until_on__gt=F("from_on"))
            ),
            models.CheckConstraint(name="target_of_some_days", condition=Q(count__gte=1, count__lte=1000)),
            models.CheckConstraint(name="target_has_a_source", condition=~Q(source="")),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.count} {self.get_unit_display()}"


class Stage(models.TextChoices):
    """Of what an alert tells, in this order."""

    BEFORE = "BEFORE", "Due soon"
    DAY = "DAY", "On the last day"
    BREACH = "BREACH", "Not done in time"
    OVERDUE = "OVERDUE", "Still not done"


class Recipient(models.TextChoices):
    HANDLER = "HANDLER", "Handler"
    SUPERVISOR = "SUPERVISOR", "Supervisor of the unit"
    AUTHORITY = "AUTHORITY", "Delegate of the appropriate authority"
    ADDRESS = "ADDRESS", "An address"


class Escalation(models.Model):
    """One step of the escalation: who is alerted, so many days after the last day (before: less than 0), from an hour on.

    The rows of rule "" are for every rule that has none of its own.
    """

    rule = models.CharField(max_length=40, blank=True)
    stage = models.CharField(max_length=7, choices=Stage.choices)
    days = models.SmallIntegerField()
    hour = models.PositiveSmallIntegerField(default=0)  # in London
    to = models.CharField(max_length=10, choices=Recipient.choices)
    address = models.EmailField(blank=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_step_a_stage", fields=["rule", "stage"]),
            models.CheckConstraint(name="step_at_an_hour", condition=Q(hour__lte=23)),
            models.CheckConstraint(name="step_within_a_year", condition=Q(days__gte=-366, days__lte=366)),
            models.CheckConstraint(
                name="only_an_address_has_one", condition=Q(to="ADDRESS") ^ Q(address=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.rule or 'every rule'}: {self.stage}"


class Alert(models.Model):
    """That somebody was alerted to a duty, or that nobody was there to be: once a stage, whatever comes of the date later."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts")
    rule = models.CharField(max_length=40)
    about = models.CharField(max_length=36, blank=True)
    started_on = models.DateField()
    due_on = models.DateField()
    stage = models.CharField(max_length=7, choices=Stage.choices)
    to = models.CharField(max_length=10, choices=Recipient.choices)
    recipients = models.PositiveSmallIntegerField()  # how many were written to
    raised_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_alert_a_stage", fields=["case", "rule", "about", "started_on", "due_on", "stage"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.stage}"


class DateCorrection(models.Model):
    """A day that was entered wrongly and was put right, with what had been breached by the old one: that stays."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="corrections")
    what = models.CharField(max_length=60)  # cases.services.corrections.CORRECTABLE
    about = models.CharField(max_length=36, blank=True)  # public id of the part of the case whose day it is
    old = models.DateField()
    new = models.DateField()
    reason = models.TextField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    breached = models.JSONField(default=list, blank=True)  # the duties that were late by the old day: codes and dates

    class Meta:
        constraints = [
            models.CheckConstraint(name="corrected_to_another_day", condition=~Q(old=F("new"))),
            models.CheckConstraint(name="correction_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.what
