"""What belongs to a case: who complained, what is alleged, who is involved, notes, messages and files."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from backend.accounts.models import Person, User
from backend.attachments.models import StoredFile
from backend.common.fields import EncryptedTextField
from backend.common.identifiers import random_public_id

from .case import Case


class Complainant(models.Model):
    """One of the people who made the complaint or comment. Names and addresses are encrypted; anonymous has none."""

    class Relationship(models.TextChoices):
        AFFECTED = "AFFECTED", "It happened to me"
        ADVERSELY_AFFECTED = "ADVERSELY_AFFECTED", "I was affected by it"
        WITNESS = "WITNESS", "I saw or heard it"
        REPRESENTATIVE = "REPRESENTATIVE", "I act for somebody else"
        UNKNOWN = "UNKNOWN", "Not said"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="complainants")
    position = models.PositiveSmallIntegerField(default=1)
    relationship = models.CharField(max_length=20, choices=Relationship.choices, default=Relationship.UNKNOWN)
    anonymous = models.BooleanField(default=False)
    name = EncryptedTextField(blank=True)
    email = EncryptedTextField(blank=True)
    telephone = EncryptedTextField(blank=True)
    address = EncryptedTextField(blank=True)
    acts_for = EncryptedTextField(blank=True)  # whom a representative acts for
    has_authority = models.BooleanField(default=False)  # written consent of the one acted for (PRA 2002 s.12(1B))
    language = models.CharField(max_length=60, blank=True)
    access_needs = EncryptedTextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_complainant_a_position", fields=["case", "position"]),
            models.CheckConstraint(
                name="anonymous_has_no_name", condition=Q(anonymous=False) | Q(anonymous=True, name="")
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Allegation(models.Model):
    """One distinct behaviour complained of. Category and finding are labels, as the force or the source gives them."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="allegations")
    position = models.PositiveSmallIntegerField()
    category_code = models.CharField(max_length=20, blank=True)
    category = models.CharField(max_length=160, blank=True)
    finding = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=160, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_allegation_a_position", fields=["case", "position"])]

    def __str__(self) -> str:
        return self.category


class Involvement(models.Model):
    """Somebody of the force whom the case is about, who witnessed it, or whom a conflict keeps out: the wall stands on these rows."""

    class Part(models.TextChoices):
        SUBJECT = "SUBJECT", "Complained about"
        WITNESS = "WITNESS", "Witness"
        CONFLICT = "CONFLICT", "Conflict of interest"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="involvements")
    allegation = models.ForeignKey(
        Allegation, null=True, blank=True, on_delete=models.PROTECT, related_name="involvements"
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="involvements"
    )  # null: not identified
    part = models.CharField(max_length=8, choices=Part.choices)
    label = models.CharField(
        max_length=120, blank=True
    )  # as the source or the complainant calls somebody not identified
    unit_label = models.CharField(max_length=120, blank=True)  # the unit at the time, as the source gives it

    class Meta:
        indexes = [models.Index(name="involvement_wall", fields=["person", "case"], condition=Q(person__isnull=False))]

    def __str__(self) -> str:
        return str(self.public_id)


class Assessment(models.Model):
    """One answering of the four questions, kept as it was: who said yes is remembered, however often it is asked again."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    answers = models.JSONField()  # {question: true or false}, the complainant's wish among them
    contact_impossible_reason = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"assessment of {self.made_at:%Y-%m-%d}"


class EqualityAnswers(models.Model):
    """Monitoring answers (Equality Act 2010 s.149), apart from the case: no handler's screen or API carries them."""

    complainant = models.OneToOneField(
        Complainant, null=True, blank=True, on_delete=models.PROTECT, related_name="equality_answers"
    )
    involvement = models.OneToOneField(
        Involvement, null=True, blank=True, on_delete=models.PROTECT, related_name="equality_answers"
    )
    sex = models.CharField(max_length=60, blank=True)
    ethnicity = models.CharField(max_length=80, blank=True)
    age = models.CharField(max_length=20, blank=True)
    disability = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="equality_answers_of_one",
                condition=Q(complainant__isnull=False, involvement=None)
                | Q(complainant=None, involvement__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return "answers to the equality questions"


class Note(models.Model):
    """What staff write for each other. It is never shown or sent to the complainant."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.public_id)


class Message(models.Model):
    """What the complainant or author was told, as they read it by their receipt."""

    class About(models.TextChoices):
        PROGRESS = "PROGRESS", "How it is going"
        OUTCOME = "OUTCOME", "The outcome"
        ANSWER = "ANSWER", "The answer"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    about = models.CharField(max_length=8, choices=About.choices)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.public_id)


class CaseFile(models.Model):
    """A file that belongs to a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.file_id)
