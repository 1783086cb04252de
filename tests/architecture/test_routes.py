"""Every route says who may call it, and those that let anybody in are listed here by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from backend.accounts.api.authentication import SessionAuthentication, TokenAuthentication
from backend.common.permissions import Public, Staff, Undeclared

# Anybody may call these. A route is added here only with a reason that its reviewer shares.
OPEN = {
    "api/v1/areas/": "the structure of the force is public",
    "api/v1/areas/locate/": "a form has to find the neighbourhood",
    "api/v1/auth/token/": "this is where one signs in",
    "api/v1/ratings/": "the public's form",
    "api/v1/comments/": "the public's form",
    "api/v1/complaints/": "the public's form",
    "api/v1/complaints/equality/": "what a form may offer",
    "api/v1/track/": "opened by the receipt",
    "api/v1/track/messages/": "opened by the receipt",
    "api/v1/track/files/<uuid:public_id>/": "opened by the receipt",
    "api/v1/track/preferences/": "opened by the receipt",
    "api/v1/deadlines/calculator/": "the law's arithmetic, of no case",
    "api/v1/schema/": "the API's description",
    "api/v1/docs/": "the API's description",
}
# Plain views of Django's, outside the API.
PAGES = {"health/alive", "health/ready", "login/", "logout/", ""}


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern), pattern.callback


def views() -> dict[str, type[APIView]]:
    return {
        route: callback.cls
        for route, callback in routes()
        if isinstance(getattr(callback, "cls", None), type) and issubclass(callback.cls, APIView)
    }


def test_every_route_declares_who_may_call_it() -> None:
    for route, view in views().items():
        assert view.permission_classes, route
        assert Undeclared not in view.permission_classes, route
        assert all(issubclass(rule, (Public, Staff, IsAuthenticated)) for rule in view.permission_classes), route


def test_anybody_is_let_in_only_where_it_is_listed() -> None:
    found = {route for route, view in views().items() if Public in view.permission_classes}

    assert found == set(OPEN)


def test_everything_else_asks_who_is_there_by_session_or_token() -> None:
    for route, view in views().items():
        if route not in OPEN:
            assert view.permission_classes == [Staff], route
            assert list(view.authentication_classes) == [SessionAuthentication, TokenAuthentication], route


def test_what_is_outside_the_api_is_listed() -> None:
    assert {route for route, _ in routes()} - set(views()) == PAGES
