"""The texts of letters, version by version, and their head; the files that went with a message; who has read what came in, or looked again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q

from backend.accounts.models import User
from backend.areas.models import Unit
from backend.attachments.models import StoredFile
from backend.calendar.working_days import day_of
from backend.common.identifiers import random_public_id

from .parts import Message, Notice


class LetterTemplateQuerySet(models.QuerySet["LetterTemplate"]):
    def current_on(self, on: dt.date, *, force_id: int) -> LetterTemplateQuerySet:
        """What letters of the force may be written by on that London day: its own texts first, then the newest."""
        own_first = F("force").asc(nulls_last=True)
        return self.filter(Q(force=None) | Q(force_id=force_id), from_on__lte=on).order_by(own_first, "-from_on", "-pk")


class LetterTemplate(models.Model):
    """One version of the text of one kind of letter. It is never changed: to edit it is to add a version."""

    class Audience(models.TextChoices):
        COMPLAINANT = "COMPLAINANT", "Complainant"
        INTERESTED = "INTERESTED", "Who is only kept informed"
        SUBJECT = "SUBJECT", "Person complained about"
        BODY = "BODY", "Local policing body or IOPC"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    kind = models.CharField(max_length=30)  # of cases.letters.KINDS
    audience = models.CharField(max_length=11, choices=Audience.choices)
    version = models.PositiveSmallIntegerField()
    force = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")  # null: of all
    heading = models.CharField(max_length=120)  # the subject line, which tells nothing about anybody
    body = models.TextField()
    from_on = models.DateField()
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(null=True, blank=True)  # null, as who made it, where it came with the app

    objects: models.Manager[Any] = LetterTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_letter_a_version", fields=["kind", "audience", "force", "version"], nulls_distinct=False
            ),
            models.CheckConstraint(name="letter_says_something", condition=~Q(heading="") & ~Q(body="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.audience}, version {self.version}"


class LetterheadQuerySet(models.QuerySet["Letterhead"]):
    def of_letters(self, at: dt.datetime, *, force_id: int) -> LetterheadQuerySet:
        """What stood at the head of the letters of the force at `at`, first: a letter keeps the one that it was sent with."""
        known = self.filter(force_id=force_id, from_on__lte=day_of(at), made_at__lte=at)
        return known.order_by("-from_on", "-pk")


class Letterhead(models.Model):
    """How a force is reached by who gets its letters, from a London day on. It is never changed: to correct it is to add one."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    force = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    address = models.TextField()
    telephone = models.CharField(max_length=60)
    web = models.CharField(max_length=200)  # also where the tracking page is found
    from_on = models.DateField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects: models.Manager[Any] = LetterheadQuerySet.as_manager()

    def __str__(self) -> str:
        return self.address


class MessageFile(models.Model):
    """A file that went, or came, with a message."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="one_file_a_message", fields=["message", "file"])]

    def __str__(self) -> str:
        return str(self.file_id)


class MessageRead(models.Model):
    """That somebody of the force has read what came in, and when."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="read")
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.message_id)


class WithholdingReview(models.Model):
    """One look again at what was kept back: whether it still is, and why. Frozen, as is why it was kept back at first."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="reviews")
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField()
    still_withheld = models.BooleanField()
    reason = models.TextField()

    class Meta:
        constraints = [models.CheckConstraint(name="withholding_review_says_why", condition=~Q(reason=""))]

    def __str__(self) -> str:
        return f"review of {self.reviewed_at:%Y-%m-%d}"
