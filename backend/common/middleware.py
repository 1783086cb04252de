"""Promises about every request: nothing too large is read, no cache keeps the answer, and under /api/ an error is a problem."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase  # the web's own types: this is a door

from .problems import plain_problem

Handler = Callable[[HttpRequest], HttpResponseBase]


class BodyLimitMiddleware:
    """A body that is larger than anything we accept is refused before a byte of it is read."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.BODY_MAX_BYTES:
            return plain_problem(413)
        return self.get_response(request)


class NoStoreMiddleware:
    """Nothing that a person saw here is left behind in a browser's or proxy's cache."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class ProblemMiddleware:
    """Django's own error pages become problem+json where a program asked."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_html = response.headers.get("Content-Type", "").startswith("text/html")
        if response.status_code >= 400 and is_html and request.path.startswith("/api/"):
            return plain_problem(response.status_code)
        return response
