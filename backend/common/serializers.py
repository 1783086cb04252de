"""Fields that every room's input shares."""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.utils import html

from .errors import CHECK_THE_YEAR
from .text import clean

EARLIEST_YEAR = 1900
A_LIFETIME = 100  # years
AFTER_THE_NAME = re.compile(r"[.\[].*", re.DOTALL)  # of a part of a form: `scores.overall`, `files[0]`


class ChangeOut(serializers.Serializer[dict[str, Any]]):
    """What somebody did."""

    what = serializers.CharField(help_text="The verb of the trail: a move, ASSIGNED, NOTE_ADDED…")
    who = serializers.CharField()
    at = serializers.DateTimeField()


class ProblemOut(serializers.Serializer[dict[str, Any]]):
    """RFC 9457 problem+json."""

    type = serializers.CharField(help_text="Stable: `urn:rylp:problem:…`.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # the standard's word; the metaclass takes it out
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="By field."
    )
    changes = ChangeOut(many=True, required=False, help_text="With 412: what was done since the version that was read.")


class JSONInput(serializers.Serializer[None]):
    # No docstring: the schema would show it at every body that has none of its own.
    def to_internal_value(self, data: Any) -> Any:
        """Refuses a value of another type than the schema names: in JSON, 1 is no text and "true" no boolean.

        In a form all is text, and a boolean is `true` or `false`, not one of the many words that could be meant for it. What
        has a name that is not known is refused: a mistyped one would be lost without a word, and so would its file. So is a day
        before 1900, or more than a hundred years to come.
        """
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        if html.is_html_input(data):
            wrong = self._unknown_in(AFTER_THE_NAME.sub("", name) for name in data) | self._no_booleans_in(data)
            rest = data
        else:
            wrong = self._unknown_in(data) | self._of_another_type(data)
            # What is wrong is taken out of the way, so that one answer names it together with everything else.
            rest = {name: value for name, value in data.items() if name not in wrong}
        try:
            values = super().to_internal_value(rest)
        except serializers.ValidationError as error:
            by_field: Any = error.detail
            raise serializers.ValidationError({**by_field, **wrong}) from None
        wrong |= {name: CHECK_THE_YEAR for name, value in values.items() if _is_out_of_reach(value)}
        if wrong:
            raise serializers.ValidationError(wrong)
        return values

    def _unknown_in(self, names: Iterable[str]) -> dict[str, str]:
        return {name: "There is no such field." for name in names if name not in self.fields}

    def _of_another_type(self, data: Mapping[str, Any]) -> dict[str, str]:
        wrong = {name: _wrong_type(field, data.get(name)) for name, field in self.fields.items()}
        return {name: problem for name, problem in wrong.items() if problem}

    def _no_booleans_in(self, form: Mapping[str, Any]) -> dict[str, str]:
        booleans = [name for name, field in self.fields.items() if isinstance(field, serializers.BooleanField)]
        return {name: "Must be true or false." for name in booleans if form.get(name, "") not in ("true", "false", "")}


def _is_out_of_reach(value: Any) -> bool:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        return False
    return not EARLIEST_YEAR <= value.year <= timezone.localdate().year + A_LIFETIME


def _from_json(given: Any) -> Any:
    """What a part of a form says in JSON."""
    try:
        return clean(json.loads(given))
    except (ValueError, TypeError, RecursionError):
        return given  # which is no object, and is refused as such (UnusableText is a ValueError)


def _wrong_type(field: Any, value: Any) -> str:
    if isinstance(field, serializers.BooleanField) and not isinstance(value, bool | None):
        return "Must be true or false."
    if isinstance(field, serializers.CharField) and not isinstance(value, str | None):
        return "Must be a text."
    if isinstance(field, serializers.IntegerField) and isinstance(value, bool | str):
        return "Must be a whole number."
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return next((problem for item in value if (problem := _wrong_type(field.child, item))), "")
    return ""


class NestedInput(JSONInput):
    def get_value(self, dictionary: Mapping[Any, Any]) -> Any:
        """An object within a body: a form gives it field by field (`scores.overall`) or, as OpenAPI has it, as JSON."""
        given = dictionary.get(self.field_name) if html.is_html_input(dictionary) else None
        return super().get_value(dictionary) if given is None else _from_json(given)


class ObjectsField(serializers.ListField):
    """A list of objects within a body: a form gives each as a part of its own, as JSON (as OpenAPI has it)."""

    def get_value(self, dictionary: Mapping[Any, Any]) -> Any:
        given = super().get_value(dictionary)
        return [_from_json(each) for each in given] if html.is_html_input(dictionary) and given is not empty else given


class PastDateField(serializers.DateField):
    """A London date, today at the latest, and not before anybody now alive was born."""

    default_error_messages = {
        "future": "This day has not come yet.",
        "long ago": "This day is too long ago: write the year in full.",
    }

    def to_internal_value(self, value: Any) -> dt.date:
        day: dt.date = super().to_internal_value(value)
        if day > timezone.localdate():
            self.fail("future")
        if day.year < EARLIEST_YEAR:
            self.fail("long ago")
        return day


class YesField(serializers.BooleanField):
    """True unless it is said otherwise, in a form as well, where a box that is not there would else count as a no."""

    default_empty_html = True


class CursorQuery(serializers.Serializer[None]):
    """The query of every list that has pages."""

    cursor = serializers.CharField(required=False, default="", max_length=500, help_text="`next` of the page before.")
    limit = serializers.IntegerField(required=False, default=25, min_value=1, max_value=100)
