"""The part of an address after the question mark: an allow-list, and an unknown name is an error."""

from functools import cache
from typing import Any, TypeVar

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.serializers import Serializer


class NoQuery(Serializer[None]):
    """For an address that takes no query."""


S = TypeVar("S", bound="Serializer[Any]")


def read_query(request: Request, serializer_class: type[S]) -> dict[str, Any]:
    """The validated query. Raises ValidationError (400) for a name that is not known, twice given, or has a bad value."""
    serializer = _made(serializer_class)
    known = serializer.fields.keys()
    unknown = {
        name: [f"Unknown parameter; known are: {', '.join(known)}."]
        for name in request.query_params
        if name not in known
    }
    repeated = {name: ["Give this once."] for name, values in request.query_params.lists() if len(values) > 1}
    if unknown or repeated:
        raise ValidationError({**repeated, **unknown})
    return dict(serializer.run_validation({name: values[-1] for name, values in request.query_params.lists()}))


@cache
def _made(serializer_class: type[S]) -> S:
    """Once: to make its fields anew takes as long as to read a query by them."""
    return serializer_class()
