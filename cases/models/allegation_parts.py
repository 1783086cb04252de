"""What belongs to one allegation: how it was decided, what is done about it, what is learnt; and who raised which wall."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from backend.accounts.actors import Actor
from backend.accounts.models import Person, User
from backend.common.identifiers import random_public_id

from .parts import Allegation, Involvement
from .path import BodyNotice, CaseAccess
from .reference import Code


class AllegationDecision(models.Model):
    """One decision on an allegation, kept as it was: what was decided before a reopening stays readable."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    allegation = models.ForeignKey(Allegation, on_delete=models.PROTECT, related_name="decisions")
    handling = models.CharField(max_length=11, choices=Allegation.Handling.choices)
    finding = models.CharField(max_length=120)
    rationale = models.TextField()
    decided_on = models.DateField()
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    notice = models.ForeignKey(BodyNotice, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            # The force decides, and somebody of it answers for that; or the IOPC does, and its notice says so.
            models.CheckConstraint(
                name="decided_by_one_of_two",
                condition=Q(decided_by__isnull=False, notice=None) | Q(decided_by=None, notice__isnull=False),
            ),
            models.CheckConstraint(name="decided_with_reasons", condition=~Q(rationale="")),
        ]

    def __str__(self) -> str:
        return f"{self.finding} {self.decided_on}"


class AllegationOpinion(models.Model):
    """One opinion of an investigator on an allegation, kept as it was: what was thought before the last stays readable."""

    allegation = models.ForeignKey(Allegation, on_delete=models.PROTECT, related_name="opinions")
    opinion = models.CharField(max_length=25, choices=Allegation.Opinion.choices)
    reasons = models.TextField()
    given_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="opinion_with_reasons", condition=~Q(reasons=""))]

    def __str__(self) -> str:
        return f"{self.opinion} of {self.given_at:%Y-%m-%d}"


class OwnedQuerySet(models.QuerySet[Any]):
    def owned_by(self, actor: Actor) -> Self:
        """What the actor was named to do or to see to, by whatever account: that, not the case, whether they see it or not.

        The walls stand here as everywhere, and of a restricted case nobody learns without leave.
        """
        if not actor.person_id:
            return self.none()
        own = {"case": OuterRef("allegation__case"), "person": actor.person_id, "ended_at": None}
        leave, wall = Exists(CaseAccess.objects.filter(**own)), Exists(Involvement.objects.filter(**own))
        theirs = self.filter(owner=actor.person_id, allegation__case__disposed_on=None)
        return theirs.filter(Q(allegation__case__restricted=False) | leave, ~wall)


class AllegationAction(models.Model):
    """Something to be done because of an allegation: what, by whom, by when, and how it is known to be done."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    allegation = models.ForeignKey(Allegation, on_delete=models.PROTECT, related_name="actions")
    kind = models.ForeignKey(Code, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    done_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.TextField(blank=True)

    objects: models.Manager[Any] = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="action_done_with_evidence",
                condition=Q(done_on=None, done_by=None) | (Q(done_on__isnull=False, done_by__isnull=False) & ~Q(evidence="")),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.public_id)


class Learning(models.Model):
    """What the organisation learns from an allegation: who sees to it, by when, and how it is known to be done."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    allegation = models.ForeignKey(Allegation, on_delete=models.PROTECT, related_name="learning")
    text = models.TextField()
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    set_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    set_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)
    done_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    evidence = models.TextField(blank=True)

    objects: models.Manager[Any] = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="learning_done_with_evidence",
                condition=Q(done_on=None, done_by=None) | (Q(done_on__isnull=False, done_by__isnull=False) & ~Q(evidence="")),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.public_id)


class Naming(models.Model):
    """Who raised, filled or took down a wall, and why: the one who named somebody is not the one who takes it back."""

    class What(models.TextChoices):
        NAMED = "NAMED", "Named"
        IDENTIFIED = "IDENTIFIED", "Identified"
        TAKEN_DOWN = "TAKEN_DOWN", "Taken down"

    involvement = models.ForeignKey(Involvement, on_delete=models.PROTECT, related_name="namings")
    what = models.CharField(max_length=10, choices=What.choices)
    by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="taken_down_says_why", condition=~Q(what="TAKEN_DOWN") | ~Q(reason=""))
        ]

    def __str__(self) -> str:
        return self.what
