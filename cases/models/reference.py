"""Reference data that staff edit: the lists that are chosen from. What was used once is ended, never changed or removed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q


class Regime(models.TextChoices):
    """The rules that a case is handled by. They follow from when it was made and what it relates to (SI 2020/2 reg. 2)."""

    OF_2004 = "2004", "Regulations of 2004"
    OF_2012 = "2012", "Regulations of 2012"
    OF_2020 = "2020", "Regulations of 2020"
    AMENDED_2025 = "2020-2025", "Regulations of 2020 as amended in 2025"


class CodeQuerySet(models.QuerySet["Code"]):
    def current_on(self, on: Any) -> CodeQuerySet:
        return self.filter(Q(from_on__lte=on), Q(until_on=None) | Q(until_on__gt=on))


class Code(models.Model):
    """One value of a table that staff keep: its code, its label, from when until when, and where it comes from."""

    class Table(models.TextChoices):
        CATEGORY = "CATEGORY", "Category of an allegation"
        FACTOR = "FACTOR", "National factor"
        ACTION = "ACTION", "Action"
        NOT_A_COMPLAINT = "NOT_A_COMPLAINT", "Why it is not a complaint"
        HARM_GROUND = "HARM_GROUND", "Ground of the harm test"
        RECORD_COPY_GROUND = "RECORD_COPY_GROUND", "Ground to keep back a copy of the record"
        SUBJECT_TYPE = "SUBJECT_TYPE", "Type of a person complained about"
        SEX = "SEX", "Sex, as an equality answer"
        ETHNICITY = "ETHNICITY", "Ethnicity, as an equality answer"
        AGE = "AGE", "Age, as an equality answer"
        DISABILITY = "DISABILITY", "Disability, as an equality answer"
        SENIOR_RANK = "SENIOR_RANK", "Rank that is senior in a unit"

    table = models.CharField(max_length=20, choices=Table.choices)
    code = models.CharField(max_length=40)
    label = models.CharField(max_length=160)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    before_2020 = models.BooleanField(default=False)  # of the list that cases made before 1 February 2020 are coded by
    never_to_units = models.BooleanField(default=False)  # an allegation of this kind is never handled by a local unit
    source = models.CharField(max_length=200)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)  # exclusive

    objects: models.Manager[Any] = CodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_code_a_time", fields=["table", "before_2020", "code", "from_on"]),
            models.UniqueConstraint(
                name="one_current_code", fields=["table", "before_2020", "code"], condition=Q(until_on=None)
            ),
            models.CheckConstraint(
                name="code_ends_after_it_begins", condition=Q(until_on=None) | Q(until_on__gt=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


# The equality questions, and where the answers that they offer are.
EQUALITY = {
    "sex": Code.Table.SEX,
    "ethnicity": Code.Table.ETHNICITY,
    "age": Code.Table.AGE,
    "disability": Code.Table.DISABILITY,
}
