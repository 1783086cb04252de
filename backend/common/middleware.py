"""Two promises about every answer: it is kept by no cache unless it says so, and an error is problem+json under /api/."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase  # the web's own types: this is a door

Handler = Callable[[HttpRequest], HttpResponseBase]


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
        from .problems import plain_problem

        response = self.get_response(request)
        is_html = response.headers.get("Content-Type", "").startswith("text/html")
        if response.status_code >= 400 and is_html and request.path.startswith("/api/"):
            return plain_problem(response.status_code)
        return response
