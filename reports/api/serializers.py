from typing import Any

from rest_framework import serializers

from backend.common.serializers import JSONInput
from reports.models import Briefing
from reports.periods import Period


class BriefingIn(JSONInput):
    period_from = serializers.DateField(help_text="First day of the period, a London date.")
    period_to = serializers.DateField(help_text="Last day of the period, included.")
    unit = serializers.CharField(
        max_length=161,
        default="",
        allow_blank=True,
        help_text="Slug of a force or unit; FORCE/UNIT where several forces have it. "
        "Without it: the only one of your forces with complaints in the period.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"period": Period(attrs["period_from"], attrs["period_to"]), "unit_name": attrs["unit"]}


class BriefingOut(serializers.Serializer[Briefing]):
    public_id = serializers.UUIDField()
    unit = serializers.CharField(source="unit.slug")
    unit_name = serializers.CharField(source="unit.name")
    period_from = serializers.DateField()
    period_to = serializers.DateField()
    state = serializers.ChoiceField(choices=Briefing.State.choices)
    requested_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    fingerprint = serializers.CharField(
        help_text="sha256 of the counts that it was made from; empty until it is ready."
    )
    failure = serializers.CharField(help_text="Why it could not be made; empty otherwise.")


class BriefingPageOut(serializers.Serializer[Any]):
    results = BriefingOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class PeriodOut(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateField(), "to": serializers.DateField()}


class ReportedUnitOut(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    force = serializers.CharField(help_text="Slug of its force.")


class FigureOut(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Stable name of the metric.")
    definition = serializers.CharField()
    measure = serializers.CharField(help_text="What one of it is: complaints, allegations, calendar days …")
    n = serializers.IntegerField(help_text="How many records stand behind it.")
    caveat = serializers.CharField()
    value = serializers.JSONField(help_text="Null where it cannot be known; the caveat says why.")
    breakdown = serializers.JSONField(help_text="Flat where it has one dimension.")

    def get_fields(self) -> dict[str, Any]:
        # `label` is a method of every serializer's fields, so it cannot be declared as an attribute.
        fields = super().get_fields()
        return {"id": fields.pop("id"), "label": serializers.CharField(), **fields}


class FiguresOut(serializers.Serializer[Any]):
    period = PeriodOut()
    unit = ReportedUnitOut()
    fingerprint = serializers.CharField()
    figures = FigureOut(many=True)
