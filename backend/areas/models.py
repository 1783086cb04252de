"""The force, its units and its neighbourhoods: dated rows, for the structure of a force changes every few years."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5, Cast

from backend.common.identifiers import random_public_id


def current_on(day: dt.date, *, prefix: str = "") -> Q:
    """Rows that stood on `day`: `starts_on` and `ends_on` are both inclusive, and null means "always" or "still".

    `prefix` leads to the dated row from the one that is filtered: "unit__".
    """
    starts, ends = f"{prefix}starts_on", f"{prefix}ends_on"
    return (Q((starts, None)) | Q((f"{starts}__lte", day))) & (Q((ends, None)) | Q((f"{ends}__gte", day)))


def kin_of(unit: Any) -> Q:
    """The unit, what it came from and what came of it: the people are the same, whatever it is called. `unit` is a key.

    Over two reorganisations, as that is how far a career in one place reaches; not what else came from the same unit.
    """
    before, after = "successors", "predecessors"
    return (
        Q(pk=unit)
        | Q((before, unit))
        | Q((f"{before}__{before}", unit))
        | Q((after, unit))
        | Q((f"{after}__{after}", unit))
    )


class Unit(models.Model):
    """A force, one of its local policing units, or one of its departments."""

    class Kind(models.TextChoices):
        FORCE = "FORCE", "Force"
        LPU = "LPU", "Local policing unit"
        DEPARTMENT = "DEPARTMENT", "Department"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    slug = models.CharField(max_length=80)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    force = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="units")
    # The department that receives every complaint and owns every answer of its force (PRA 2002: the delegate of the authority).
    is_professional_standards = models.BooleanField(default=False)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    successors = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="predecessors")
    # Of a force: whose data its names, points, boundaries and postcodes are, as their licence asks to be told.
    attribution = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="only_a_force_stands_alone",
                condition=Q(kind="FORCE", force=None) | (~Q(kind="FORCE") & Q(force__isnull=False)),
            ),
            models.UniqueConstraint(name="one_force_a_slug", fields=["slug"], condition=Q(force=None)),
            models.UniqueConstraint(name="one_unit_a_slug_in_a_force", fields=["force", "slug"]),
            models.UniqueConstraint(
                name="one_professional_standards_a_force",
                fields=["force"],
                condition=Q(is_professional_standards=True, ends_on=None),
            ),
            models.CheckConstraint(
                name="unit_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Neighbourhood(models.Model):
    """The area of one neighbourhood team, within a unit; its boundary is GeoJSON where it is known."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="neighbourhoods")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=160)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    boundary = models.JSONField(null=True, blank=True)
    # By this the geometry that each process keeps in memory knows that it is out of date, whoever changed the row.
    boundary_digest = models.GeneratedField(
        expression=MD5(Cast("boundary", models.TextField())),
        output_field=models.CharField(max_length=32, null=True),  # null: there is no boundary
        db_persist=True,
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_current_neighbourhood_a_code", fields=["unit", "code"], condition=Q(ends_on=None)
            ),
            models.CheckConstraint(
                name="neighbourhood_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]
        indexes = [models.Index(name="neighbourhood_by_code", fields=["code"])]

    def __str__(self) -> str:
        return self.name


class Postcode(models.Model):
    """A postcode and the ward that it lies in, as published in Code-Point Open."""

    postcode = models.CharField(primary_key=True, max_length=7)  # without the space: "B11AY"
    ward_code = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.postcode
