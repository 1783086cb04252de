"""How the API describes itself: rooms as tags, and every problem that an operation may answer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema

from backend.common.permissions import Staff
from backend.common.serializers import JSONInput, ProblemOut
from backend.documents.api import PDFDoor


class TimeOfDay(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A time by the clock on the wall: without an offset, which the format "time" of JSON Schema asks for."""

    target_class = "rest_framework.fields.TimeField"

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$", "example": "22:30"}


TAGS = {
    "ratings": "Feedback",
    "comments": "Feedback",
    "complaints": "Feedback",
    "track": "Feedback",
    "areas": "Places",
    "auth": "Accounts",
    "cases": "Cases",
    "deadlines": "Cases",
    "reports": "Reports",
}
PROBLEMS = {
    400: "Something that was sent cannot be accepted; `errors` names it.",
    401: "Nobody is signed in.",
    403: "You may see this, but not do it.",
    404: "It does not exist, or it is not for you to see: the two are told alike.",
    409: "It does not stand so that this can be done.",
    412: "Somebody has changed it since you read it.",
    413: "Too large.",
    415: "A body of this type is not read here.",
    422: "The Idempotency-Key was used for another body.",
    428: "Name the version that you are changing in If-Match.",
    429: "Too many requests; Retry-After says how long to wait.",
    503: "It took longer, or more memory, than it may.",
}

OF_HEADERS = {"X-Receipt": (404, 429), "If-Match": (409, 412, 428), "Idempotency-Key": (409, 422, 429)}


class RoomSchema(AutoSchema):
    """spectacular's schema, with the problems that follow from what an operation takes."""

    def get_tags(self) -> list[str]:
        room = self.path.removeprefix("/api/v1/").split("/")[0]
        return [TAGS.get(room, "Service")]

    def _map_serializer(self, serializer: Any, *args: Any, **kwargs: Any) -> Any:
        schema = super()._map_serializer(serializer, *args, **kwargs)  # type: ignore[no-untyped-call]
        if isinstance(serializer, JSONInput) and "properties" in schema:
            schema["additionalProperties"] = False
        return schema

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        schema = self.resolve_serializer(ProblemOut, "response").ref
        for status in sorted(self._problems(operation)):
            operation["responses"].setdefault(
                str(status),
                {"description": PROBLEMS[status], "content": {"application/problem+json": {"schema": schema}}},
            )
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def _problems(self, operation: dict[str, Any]) -> set[int]:
        headers = [each["name"] for each in operation.get("parameters", []) if each["in"] == "header"]
        found = {400}.union(*(OF_HEADERS.get(each, ()) for each in headers))
        if any(isinstance(rule, Staff) for rule in self.view.get_permissions()):
            found |= {401, 403}
            if "requestBody" in operation or "{" in self.path:
                found |= {409}
        if "{" in self.path:
            found |= {404}
        if "requestBody" in operation:
            found |= {413, 415}
        if isinstance(self.view, PDFDoor):
            found |= {503}
        return found
