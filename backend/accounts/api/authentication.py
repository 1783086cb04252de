"""Signing in to the API: by the browser's session, or by a token that can be taken back."""

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework.authentication import SessionAuthentication as DjangoSessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from backend.accounts.models import User


def account(request: Request) -> User:
    """Who is signed in. For views that let in staff alone; raises NotAuthenticated (401) otherwise."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


class SessionAuthentication(DjangoSessionAuthentication):
    """The session cookie, with CSRF protection on every change."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class TokenAuthentication(KnoxTokenAuthentication):  # type: ignore[misc]
    """`Authorization: Token …`: stored hashed, revocable."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, object]:
        """As knox does it. Raises AuthenticationFailed (401), also for what could not be a token: it cannot be looked up."""
        if not token.isalnum():
            raise AuthenticationFailed("Invalid token.")
        found: tuple[User, object] = super().authenticate_credentials(token)
        return found

    def _cleanup_token(self, auth_token: Any) -> bool:
        """Whether the token has expired. Knox would look through all tokens of the account here, at every request."""
        return auth_token.expiry is not None and auth_token.expiry < timezone.now()


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token <the token>`"}
