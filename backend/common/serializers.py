"""Fields that every room's input shares."""

import datetime as dt
from typing import Any

from django.utils import timezone
from rest_framework import serializers


class ProblemOut(serializers.Serializer[dict[str, Any]]):
    """RFC 9457 problem+json."""

    type = serializers.CharField(help_text="Stable: `urn:rylp:problem:…`.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # the standard's word; the metaclass takes it out
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="By field."
    )


class PastDateField(serializers.DateField):
    """A London date, today at the latest."""

    default_error_messages = {"future": "This day has not come yet."}

    def to_internal_value(self, value: Any) -> dt.date:
        day: dt.date = super().to_internal_value(value)
        if day > timezone.localdate():
            self.fail("future")
        return day


class CursorQuery(serializers.Serializer[None]):
    """The query of every list that has pages."""

    cursor = serializers.CharField(required=False, default="", max_length=500, help_text="`next` of the page before.")
    limit = serializers.IntegerField(required=False, default=25, min_value=1, max_value=100)
