"""The diary of a case: what others were asked, whom one tried to reach, what must be preserved, and who is at work on it."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from backend.accounts.actors import Actor
from backend.accounts.models import Person, User
from backend.areas.models import Unit, kin_of
from backend.attachments.models import StoredFile
from backend.common.blind_indexes import BlindIndexField
from backend.common.fields import EncryptedTextField
from backend.common.identifiers import random_public_id

from .case import UNIT_ROLES, Case, Kind
from .parts import Complainant, Involvement

# What no unit is asked where it is about one of its own.
ABOUT_PEOPLE = Q(case__concerns_conduct=True) | Q(case__kept_from_units=True) | Q(case__kind=Kind.MATTER)


def of_unit(unit: Any) -> Q:
    """Of the people in a case, those whom it is about and who work or worked in the unit: by a role, or when it happened.

    A unit that was made of another, or into another, is the same one here. In a subquery of another, `unit` is of two levels up.
    """
    kin = Unit.objects.filter(kin_of(unit)).values("pk")
    theirs = Q(unit__in=kin) | Q(person__accounts__role_grants__unit__in=kin)
    return Q(theirs, part=Involvement.Part.SUBJECT, ended_at=None)


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def asked_of(self, actor: Actor) -> Self:
        """What the actor's own unit is asked: the question, not the case.

        The walls stand here as everywhere: the subject, a witness and whoever is conflicted out see nothing of it. Of a
        restricted case nobody learns through a question, nor a unit of the conduct of one of its own.
        """
        if not actor.person_id:
            return self.none()
        own = Q(unit__in=actor.units_of(*UNIT_ROLES)) | Q(unit__force__in=actor.whole_forces_of(*UNIT_ROLES))
        wall = Involvement.objects.filter(case=OuterRef("case"), person=actor.person_id, ended_at=None)
        of_their_own = Involvement.objects.filter(of_unit(OuterRef(OuterRef("unit"))), case=OuterRef("case"))
        seen = self.filter(own, case__restricted=False, case__disposed_on=None).exclude(Exists(wall))
        return seen.exclude(ABOUT_PEOPLE, Exists(of_their_own))

    def outstanding(self) -> Self:
        """Those that their unit still has to answer."""
        return self.filter(state__in=Contribution.OUTSTANDING, case__closed_on=None)


class Contribution(models.Model):
    """What another unit or department is asked to contribute to a case: a machine of its own, beside the case's path."""

    class State(models.TextChoices):
        ASKED = "ASKED", "Asked"
        SUBMITTED = "SUBMITTED", "Submitted"
        SENT_BACK = "SENT_BACK", "Sent back"
        ACCEPTED = "ACCEPTED", "Accepted"
        CANCELLED = "CANCELLED", "Cancelled"

    OUTSTANDING = (State.ASKED, State.SENT_BACK)
    FROM = {  # which states each may follow
        State.SUBMITTED: (State.ASKED, State.SENT_BACK),
        State.ACCEPTED: (State.SUBMITTED,),
        State.SENT_BACK: (State.SUBMITTED,),
        State.CANCELLED: (State.ASKED, State.SUBMITTED, State.SENT_BACK),
    }

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contributions")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    question = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()  # for the last time: asked, or sent back
    due_on = models.DateField()
    submitted_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_on = models.DateField(null=True, blank=True)
    files = models.ManyToManyField(
        StoredFile, blank=True, related_name="+"
    )  # of the case, which the asker shows the unit

    objects: models.Manager[Any] = ContributionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="contribution_settled_says_when",
                condition=Q(state__in=["ACCEPTED", "CANCELLED"], settled_on__isnull=False)
                | Q(state__in=["ASKED", "SUBMITTED", "SENT_BACK"], settled_on=None),
            ),
            models.CheckConstraint(name="contribution_due_after_asked", condition=Q(due_on__gte=F("asked_on"))),
        ]
        indexes = [models.Index(name="contribution_of_unit", fields=["unit", "due_on", "id"])]

    def __str__(self) -> str:
        return f"{self.state} by {self.unit_id}"


class ContributionEntry(models.Model):
    """One step of a contribution, with what was said at it: frozen."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    contribution = models.ForeignKey(Contribution, on_delete=models.PROTECT, related_name="entries")
    step = models.CharField(max_length=9, choices=Contribution.State.choices)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.step


class ContactAttempt(models.Model):
    """One attempt to reach a complainant, and what came of it: frozen (PRA 2002, Schedule 3, paragraph 2(6))."""

    class How(models.TextChoices):
        TELEPHONE = "TELEPHONE", "By telephone"
        TEXT = "TEXT", "By text message"
        EMAIL = "EMAIL", "By e-mail"
        LETTER = "LETTER", "By letter"
        VISIT = "VISIT", "By a visit"
        COUNTER = "COUNTER", "At the counter"
        RECEIPT = "RECEIPT", "By messages with the receipt"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contact_attempts")
    complainant = models.ForeignKey(Complainant, on_delete=models.PROTECT, related_name="contact_attempts")
    how = models.CharField(max_length=9, choices=How.choices)
    tried_at = models.DateTimeField()
    reached = models.BooleanField()
    views = models.TextField(blank=True)
    wishes_recording = models.BooleanField(null=True, blank=True)
    note = models.TextField(blank=True)
    logged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="views_of_somebody_reached", condition=Q(reached=True) | Q(views="", wishes_recording=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.how}, {'reached' if self.reached else 'not reached'}"


class Preservation(models.Model):
    """Evidence that is deleted unless somebody preserves it (PRA 2002, Schedule 3, paragraph 1 and 12: the duty to)."""

    class Kind(models.TextChoices):
        BODY_WORN_VIDEO = "BODY_WORN_VIDEO", "Body-worn video"
        CUSTODY_FOOTAGE = "CUSTODY_FOOTAGE", "Custody footage"
        CCTV = "CCTV", "CCTV"
        CALL_RECORDING = "CALL_RECORDING", "Recording of a call"
        DATA = "DATA", "Data of a system"
        OTHER = "OTHER", "Something else"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="preservations")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    what = models.TextField()
    where = models.TextField(blank=True)  # who keeps it, in which system
    captured_on = models.DateField()
    expires_on = models.DateField()  # the last day on which it is still kept
    preserved_on = models.DateField(null=True, blank=True)
    lost_on = models.DateField(null=True, blank=True)
    lost_reason = models.TextField(blank=True)
    logged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="preserved_or_lost", condition=Q(preserved_on=None) | Q(lost_on=None)),
            models.CheckConstraint(
                name="lost_says_why",
                condition=Q(lost_on=None, lost_reason="") | (Q(lost_on__isnull=False) & ~Q(lost_reason="")),
            ),
            models.CheckConstraint(name="expires_after_captured", condition=Q(expires_on__gte=F("captured_on"))),
        ]
        indexes = [
            models.Index(
                name="preservation_open", fields=["expires_on", "id"], condition=Q(preserved_on=None, lost_on=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} until {self.expires_on}"

    @property
    def is_open(self) -> bool:
        return self.preserved_on is None and self.lost_on is None


class EditingHold(models.Model):
    """That somebody has a case open for editing, shown to others; it ends by itself and stops nobody."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_hold_an_editor", fields=["case", "user"])]

    def __str__(self) -> str:
        return f"until {self.until:%H:%M}"


class CaseVersion(models.Model):
    """Where the trail stood when a version of a case was changed: what came after it is what whoever read it has missed."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    trail = models.BigIntegerField()  # the number of the case's last event in that version

    class Meta:
        constraints = [models.UniqueConstraint(name="one_mark_a_version", fields=["case", "version"])]

    def __str__(self) -> str:
        return f"version {self.version}"


class Intake(models.Model):
    """How a complaint came in that staff recorded, and who took it: frozen."""

    class Channel(models.TextChoices):
        TELEPHONE = "TELEPHONE", "By telephone"
        LETTER = "LETTER", "By letter"
        EMAIL = "EMAIL", "By e-mail"
        COUNTER = "COUNTER", "At a counter"
        IN_PERSON = "IN_PERSON", "To an officer"
        LPB = "LPB", "Through the local policing body"
        IOPC = "IOPC", "Through the IOPC"
        TRANSFER = "TRANSFER", "Transferred by another authority"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="intake")
    channel = models.CharField(max_length=9, choices=Channel.choices)
    received_by = models.CharField(max_length=160)  # who of the force took it
    transferred_from = models.CharField(max_length=160, blank=True)
    their_reference = models.CharField(max_length=80, blank=True)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="transfer_says_from_whom", condition=~Q(channel="TRANSFER") | ~Q(transferred_from="")
            )
        ]

    def __str__(self) -> str:
        return self.channel


class OfficerLookup(models.Model):
    """That somebody looked up the live complaints on an officer, why, and how many they were shown: frozen."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    reason = models.TextField()
    shown = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.public_id)


class ContactPlan(models.Model):
    """How a person is dealt with who complains often or persistently: of the person, whatever case they make next.

    The person is known again by the blind index of an e-mail address or telephone number, never by name.
    """

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    force = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    email = EncryptedTextField(blank=True)
    telephone = EncryptedTextField(blank=True)
    email_index = BlindIndexField(of="email")
    telephone_index = BlindIndexField(of="telephone")
    text = EncryptedTextField()
    version = models.PositiveIntegerField(default=1, db_default=1)  # one more with each review, and with its end
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_on = models.DateField()
    review_on = models.DateField()  # by when somebody has to look at it again
    reviewed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reviewed_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    ended_because = EncryptedTextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.CheckConstraint(name="contact_plan_of_somebody", condition=~Q(email_index="", telephone_index=""))
        ]
        indexes = [
            models.Index(name="contact_plan_by_email", fields=["email_index"], condition=~Q(email_index="")),
            models.Index(
                name="contact_plan_by_telephone", fields=["telephone_index"], condition=~Q(telephone_index="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
