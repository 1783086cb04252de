"""Deny by default: a route that declares nothing lets nobody in, and a test names it."""

from typing import Any

from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request


class Undeclared(BasePermission):
    """The default of every view: nobody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class Public(BasePermission):
    """Anybody, signed in or not."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return True


class Staff(IsAuthenticated):
    """Anybody with an account; what they see and may do is decided by their roles, in the services."""
