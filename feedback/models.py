"""What the public sends, as it was sent: ratings, comments and complaints, and the receipt that they are followed by."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from backend.areas.models import Neighbourhood, Unit
from backend.common.fields import EncryptedTextField
from backend.common.identifiers import random_reference
from cases.models import Case


class Submission(models.Model):
    """One rating, comment or complaint: the frozen original, its public reference and the hash of its receipt."""

    class Kind(models.TextChoices):
        RATING = "RATING", "Rating"
        COMMENT = "COMMENT", "Comment"
        COMPLAINT = "COMPLAINT", "Complaint"

    reference = models.CharField(max_length=8, unique=True, default=random_reference, editable=False)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    submitted_at = models.DateTimeField()
    receipt_hash = models.BinaryField(max_length=32)  # HMAC-SHA256 of the secret, which itself is never stored
    original = EncryptedTextField()  # JSON, as received and validated; never changed, seen by nobody on a screen
    case = models.OneToOneField(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    force = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    neighbourhood = models.ForeignKey(Neighbourhood, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    may_be_published = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="words_open_a_case",
                condition=Q(kind="RATING", case=None) | (~Q(kind="RATING") & Q(case__isnull=False)),
            )
        ]
        indexes = [models.Index(name="submission_by_unit", fields=["unit", "kind", "submitted_at"])]

    def __str__(self) -> str:
        return self.reference


def _score() -> models.PositiveSmallIntegerField[int | None, int | None]:
    return models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(7)]
    )


ASPECTS = ("contact", "actions", "follow_up", "treatment", "overall")


class Rating(models.Model):
    """Four aspects and the whole, from 1 (completely dissatisfied) to 7 (completely satisfied); null: does not apply."""

    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="rating")
    contact = _score()
    actions = _score()
    follow_up = _score()
    treatment = _score()
    overall = _score()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name=f"{aspect}_of_seven", condition=Q(**{f"{aspect}": None}) | Q(**{f"{aspect}__range": (1, 7)})
            )
            for aspect in ASPECTS
        ]

    def __str__(self) -> str:
        return f"{self.overall} of 7"
