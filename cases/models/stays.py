"""What the small machines of cases.models.path keep of each of their steps."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from backend.accounts.models import User
from backend.common.fields import EncryptedTextField
from backend.common.identifiers import random_public_id

from .case import Case
from .parts import Complainant, Involvement
from .path import SpecialProcedures, Suspension


class SuspensionReview(models.Model):
    """One look again at a suspension, and why it goes on. Never changed."""

    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, related_name="reviews")
    reviewed_on = models.DateField()
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()

    def __str__(self) -> str:
        return f"review of {self.reviewed_on}"


class WishToResume(models.Model):
    """Whether one complainant wishes that a suspended case goes on: stated, or asked by letter (SI 2020/2 reg. 41)."""

    class Wish(models.TextChoices):
        RESUME = "RESUME", "That it goes on"
        END = "END", "That it does not go on"

    suspension = models.ForeignKey(Suspension, on_delete=models.PROTECT, related_name="wishes")
    complainant = models.ForeignKey(Complainant, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(null=True, blank=True)  # the letter was sent: the 28 days begin on the next day
    wish = models.CharField(max_length=6, choices=Wish.choices, blank=True)
    stated_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_wish_a_complainant", fields=["suspension", "complainant"]),
            models.CheckConstraint(name="wish_says_when", condition=Q(wish="") ^ Q(stated_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.wish


class SeverityAssessment(models.Model):
    """One assessment of how severe the conduct is, if proved (PRA 2002 Sch 3 para 19B). Never changed: a revision is another."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    special = models.ForeignKey(SpecialProcedures, on_delete=models.PROTECT, related_name="assessments")
    severity = models.CharField(max_length=16, choices=SpecialProcedures.Severity.choices)
    assessed_on = models.DateField()
    assessed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    consulted = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    consulted_on = models.DateField(null=True, blank=True)  # a revision is made after consulting the authority

    class Meta:
        constraints = [
            models.CheckConstraint(name="an_assessment_assesses", condition=~Q(severity="NOT_ASSESSED")),
            models.CheckConstraint(
                name="consulted_says_whom_and_when",
                condition=Q(consulted=None, consulted_on=None) | Q(consulted__isnull=False, consulted_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.severity


class NoticeService(models.Model):
    """That a notice of investigation was served on the person it is about, and who looks after them meanwhile."""

    class How(models.TextChoices):
        IN_PERSON = "IN_PERSON", "In person"
        BY_FRIEND = "BY_FRIEND", "Through their police friend"
        RECORDED_DELIVERY = "RECORDED_DELIVERY", "Recorded delivery"
        ELECTRONIC = "ELECTRONIC", "Electronically"

    class Duty(models.TextChoices):
        FULL = "FULL", "Full duties"
        RESTRICTED = "RESTRICTED", "Restricted duties"
        MOVED = "MOVED", "Moved to other duties"
        SUSPENDED = "SUSPENDED", "Suspended from duty"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notice_services")
    subject = models.ForeignKey(Involvement, on_delete=models.PROTECT, related_name="+")
    served_on = models.DateField()
    how = models.CharField(max_length=17, choices=How.choices)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    duty = models.CharField(max_length=10, choices=Duty.choices)
    friend = EncryptedTextField(blank=True)  # the police friend, who need not be of this force
    welfare_contact = EncryptedTextField(blank=True)

    def __str__(self) -> str:
        return f"served {self.served_on}"
