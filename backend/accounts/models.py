"""Who works here: the person, the accounts they sign in with, and the roles they hold in a unit for a time."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from backend.areas.models import Unit
from backend.common.identifiers import random_public_id


class Person(models.Model):
    """An officer or member of staff: the human behind accounts, who may also be the subject of a case.

    Walls follow the person: whatever account they sign in with, they see nothing of a case that is about them.
    """

    class Kind(models.TextChoices):
        OFFICER = "OFFICER", "Police officer"
        SPECIAL = "SPECIAL", "Special constable"
        PCSO = "PCSO", "Police community support officer"
        STAFF = "STAFF", "Member of police staff"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    rank = models.CharField(max_length=60, blank=True)
    collar_number = models.CharField(max_length=20, blank=True)
    force = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="people")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_person_a_collar_number", fields=["force", "collar_number"], condition=~Q(collar_number="")
            )
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """An account: an e-mail address as name, and the person behind it."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    email = models.EmailField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="accounts")
    is_active = models.BooleanField(default=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [models.CheckConstraint(name="email_in_lower_case", condition=Q(email=Lower("email")))]

    def __str__(self) -> str:
        return self.email

    @property
    def name(self) -> str:
        return self.person.name


class Role(models.TextChoices):
    """What somebody may do in a unit and all below it; the matrix is in docs/permissions.md."""

    MODERATOR = "MODERATOR", "Moderator of comments"
    LPU_HANDLER = "LPU_HANDLER", "Handler in a local policing unit or department"
    LPU_SUPERVISOR = "LPU_SUPERVISOR", "Supervisor in a local policing unit or department"
    PSD_ASSESSOR = "PSD_ASSESSOR", "Assessor in Professional Standards"
    PSD_INVESTIGATOR = "PSD_INVESTIGATOR", "Investigator in Professional Standards"
    APPROPRIATE_AUTHORITY = "APPROPRIATE_AUTHORITY", "Delegate of the appropriate authority"
    SENIOR_READER = "SENIOR_READER", "Senior reader of reports"
    AUDITOR = "AUDITOR", "Auditor"
    SYSTEM_ADMINISTRATOR = "SYSTEM_ADMINISTRATOR", "System administrator"


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def held_at(self, at: dt.datetime) -> RoleGrantQuerySet:
        return self.filter(Q(starts_at__lte=at), Q(ends_at=None) | Q(ends_at__gt=at))


class RoleGrant(models.Model):
    """A role that somebody holds in a unit, from `starts_at` until `ends_at` (exclusive; null means still)."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=24, choices=Role.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="role_grants")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects: models.Manager[Any] = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="role_ends_after_it_starts", condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at"))
            ),
            models.UniqueConstraint(
                name="one_open_grant_a_role_in_a_unit", fields=["user", "role", "unit"], condition=Q(ends_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} in {self.unit_id}"
