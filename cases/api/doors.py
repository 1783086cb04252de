"""What every door to cases shares: who asks, which version they read, and the ETag that they are answered with."""

from __future__ import annotations

from typing import Any

from django.urls import register_converter
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.actors import Actor, acting
from backend.accounts.api.authentication import account
from backend.common.etags import etag, read_if_match
from backend.common.identifiers import ReferenceConverter
from backend.common.permissions import Staff
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import CursorQuery
from cases import selectors
from cases.identities import as_read_by
from cases.models import Case

register_converter(ReferenceConverter, "reference")  # before the addresses of any topic are read

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag of the version that is changed."
)


class CaseDoor(APIView):
    """What every door to cases shares."""

    permission_classes = [Staff]

    def actor(self, request: Request) -> Actor:
        return acting(account(request), at=timezone.now())

    def change(self, request: Request, reference: str) -> dict[str, Any]:
        """The arguments that every change of a case takes."""
        read_query(request, NoQuery)
        return {
            "reference": reference,
            "version": read_if_match(request, reference),
            "actor": self.actor(request),
            "at": timezone.now(),
        }

    def case(self, request: Request, reference: str) -> Case:
        read_query(request, NoQuery)
        return selectors.get_case(reference=reference, actor=self.actor(request))

    def page_of(self, request: Request, reference: str) -> tuple[Case, dict[str, Any]]:
        """A case, and which page of one of its lists is asked for: `cursor` and `size`."""
        query = read_query(request, CursorQuery)
        case = selectors.get_case(reference=reference, actor=self.actor(request))
        return case, {"cursor": query["cursor"], "size": query["limit"]}

    def reader(self, request: Request, case: Case) -> dict[str, Any]:
        """For whatever answers with TextAsRead: how the caller reads the texts of the case."""
        return {"as_read": as_read_by(self.actor(request), case=case)}


class TextAsRead(serializers.CharField):
    """What was written in a case, without the names of those who complained for who has not revealed them.

    Who uses it says whose reading it is (CaseDoor.reader); without that it answers nothing at all.
    """

    def to_representation(self, value: Any) -> str:
        return str(self.context["as_read"](super().to_representation(value)))


def fields_of(request: Request, form: type[serializers.Serializer[Any]]) -> Any:
    fields = form(data=request.data)
    fields.is_valid(raise_exception=True)
    return fields


def answer(case: Case, body: Any, *, status: int = 200) -> Response:
    return Response(body, status=status, headers={"ETag": etag(case.reference, case.version)})
