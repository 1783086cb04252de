"""Those who complain: who joins them, and the receipt by which each follows the case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cases.services import complainants, receipts

from .desk import ComplainantIn
from .doors import IF_MATCH, CaseDoor, answer, fields_of
from .serializers import ComplainantListed


class IssuedOut(serializers.Serializer[Any]):
    complainant = serializers.UUIDField()
    receipt = serializers.CharField(
        help_text="Shown once, and kept nowhere: read it out to them or hand it over, and keep no copy."
    )
    issued_at = serializers.DateTimeField()


class ComplainantsView(CaseDoor):
    @extend_schema(
        operation_id="cases_complainants_create",
        request=ComplainantIn,
        parameters=[IF_MATCH],
        responses={201: ComplainantListed},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Add somebody who complains of the same, or who goes on where another acted for them."""
        fields = fields_of(request, ComplainantIn)
        added, case = complainants.add(new=fields.new(fields.validated_data), **self.change(request, reference))
        return answer(case, ComplainantListed(added).data, status=201)


class ReceiptView(CaseDoor):
    @extend_schema(
        operation_id="cases_complainants_receipt", request=None, parameters=[IF_MATCH], responses={201: IssuedOut}
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Make the receipt of one complainant. Any that they had before opens nothing any more."""
        issued, case = receipts.issue(complainant=public_id, **self.change(request, reference))
        return answer(case, IssuedOut(issued).data, status=201)


urlpatterns = [
    path("<reference:reference>/complainants/", ComplainantsView.as_view(), name="complainants"),
    path(
        "<reference:reference>/complainants/<uuid:public_id>/receipt/",
        ReceiptView.as_view(),
        name="complainant-receipt",
    ),
]
