"""The addresses of the project, and two views that fail as no view of the project does."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.urls import path
from rest_framework.request import Request
from rest_framework.views import APIView

from backend.common.permissions import Public
from backend.urls import urlpatterns as of_the_project


class Raises(APIView):
    permission_classes = [Public]

    def get(self, request: Request) -> Any:
        raise RuntimeError("Maya Field, maya@home.test")


def suspects(request: HttpRequest) -> Any:
    raise SuspiciousOperation("Maya Field, maya@home.test")


urlpatterns = [path("api/v1/raises/", Raises.as_view()), path("api/v1/suspects/", suspects), *of_the_project]
