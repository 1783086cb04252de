"""The Idempotency-Key header, as doors read it; backend.requests keeps what was answered."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {
        "type": "string",
        "format": "uuid",
        "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    },
    OpenApiParameter.HEADER,
    description="A random UUID. Sent again with the same body within 24 hours, it does nothing new and answers the same.",
)


def read_idempotency_key(request: Request) -> UUID | None:
    """The key, or None without one. Raises ValidationError (400) for what is no random UUID: others can be guessed."""
    given = request.headers.get("Idempotency-Key")
    try:
        key = UUID(given) if given is not None else None
    except ValueError:
        key = UUID(int=0)
    if key is not None and key.version != 4:
        raise ValidationError({"Idempotency-Key": ["Send a random UUID (version 4), or leave the header out."]})
    return key
