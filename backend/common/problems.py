"""Every error of the API as RFC 9457 problem+json, made in one place."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse  # the web's own types: this is a door
from rest_framework import exceptions
from rest_framework.response import Response

from .errors import Refused, Stale

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be understood.",
    401: "Sign in first.",
    403: "You may not do this.",
    404: "Not found.",
    405: "This address does not take that method.",
    406: "That form of answer is not to be had here.",
    413: "That is too large.",
    415: "That type of content is not accepted here.",
    429: "Too many requests.",
    500: "Something went wrong on our side.",
    503: "The service cannot answer just now.",
}
DETAILS = {
    404: "There is nothing here.",
    413: "Send less at once; the documentation states the limits.",
    429: "Wait a moment and try again. If it is urgent, call 101; in an emergency, call 999.",
    500: "Try again in a few minutes. If it stays so, tell us when it happened.",
    503: "Try again in a few minutes. With the same Idempotency-Key, nothing is done twice.",
}
CODES = {
    400: "invalid",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    429: "too-many-requests",
    500: "server-error",
    503: "unavailable",
}


def problem(status: int, *, code: str = "", title: str = "", detail: str = "", errors: Any = None) -> dict[str, Any]:
    """The body of a problem: type (stable), title, status, detail and, for refused fields, errors by field."""
    body: dict[str, Any] = {
        "type": f"urn:rylp:problem:{code or CODES.get(status, 'refused')}",
        "title": title or TITLES.get(status, HTTPStatus(status).phrase),
        "status": status,
        "detail": detail or DETAILS.get(status, title or TITLES.get(status, "")),
    }
    if errors:
        body["errors"] = errors
    return body


def problem_of(refusal: Refused) -> dict[str, Any]:
    """The body of a refusal; of a version that is stale with what was done since."""
    body = problem(refusal.status, code=refusal.code, title=refusal.title, detail=refusal.detail, errors=refusal.errors)
    if isinstance(refusal, Stale) and refusal.changes:
        body["changes"] = refusal.changes
    return body


def plain_problem(status: int) -> HttpResponse:
    """A problem for an error that was met outside the API's views: an unknown address, a crash."""
    return JsonResponse(problem(status), status=status, content_type=MEDIA_TYPE)


def handle(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's exception handler. None lets an unexpected error become a 500, which the middleware dresses."""
    if isinstance(exc, Refused):
        return Response(
            problem_of(exc), status=exc.status, content_type=MEDIA_TYPE, headers=getattr(exc, "headers", None)
        )
    if isinstance(exc, OperationalError | InterfaceError):
        logger.error("The database could not answer.", exc_info=exc)
        return Response(problem(503), status=503, content_type=MEDIA_TYPE, headers={"Retry-After": "30"})
    exc = _as_api_exception(exc)
    if not isinstance(exc, exceptions.APIException):
        return None
    headers = {}
    if isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        headers["WWW-Authenticate"] = getattr(exc, "auth_header", "") or "Token"
    if isinstance(exc, exceptions.MethodNotAllowed) and (view := context.get("view")):
        headers["Allow"] = ", ".join(view.allowed_methods)
    if isinstance(exc, exceptions.ValidationError):
        body = problem(400, title="Some of what was sent cannot be accepted.", errors=_by_field(exc.detail))
    else:
        detail = "" if exc.status_code in (404, 500) else str(exc.detail)
        body = problem(exc.status_code, detail=detail)
    return Response(body, status=exc.status_code, content_type=MEDIA_TYPE, headers=headers)


def _as_api_exception(exc: Exception) -> Exception:
    if isinstance(exc, Http404):
        return exceptions.NotFound()
    if isinstance(exc, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(exc, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return TooLarge()
    return exc


class TooLarge(exceptions.APIException):
    status_code = 413
    default_detail = DETAILS[413]


def _by_field(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested errors as flat `a.b.0` paths, each with its sentences."""
    if isinstance(detail, Mapping):
        children = [(f"{path}.{key}" if path else str(key), value) for key, value in detail.items()]
    elif isinstance(detail, list) and any(isinstance(item, Mapping | list) for item in detail):
        children = [(f"{path}.{place}" if path else str(place), value) for place, value in enumerate(detail)]
    else:
        sentences = detail if isinstance(detail, list) else [detail]
        return {path or "request": [str(sentence) for sentence in sentences]}
    return {name: sentences for key, value in children if value for name, sentences in _by_field(value, key).items()}
