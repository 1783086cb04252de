"""Those who complain: who joins them, how each is reached, and the receipt by which each follows the case."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.serializers import JSONInput
from cases.services import complainants, receipts
from cases.services.complainants import Contact

from .desk import ComplainantIn
from .doors import IF_MATCH, CaseDoor, answer, fields_of
from .serializers import ComplainantListed


class ContactIn(JSONInput):
    name = serializers.CharField(allow_blank=True, max_length=200, help_text='"": they are anonymous.')
    email = serializers.EmailField(allow_blank=True, max_length=254, help_text='"" where there is none, as below.')
    telephone = serializers.CharField(allow_blank=True, max_length=40)
    address = serializers.CharField(allow_blank=True, max_length=500)


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


class ContactView(CaseDoor):
    @extend_schema(
        operation_id="cases_complainants_contact",
        request=ContactIn,
        parameters=[IF_MATCH],
        responses={200: ComplainantListed},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Set who somebody is and how they are reached, all of it at once; you have to have revealed them.

        Mail that waits to go to another address is called off. Sent again as it was, it clears the flag MAIL_REFUSED.
        """
        fields = fields_of(request, ContactIn)
        changed, case = complainants.set_contact(
            complainant=public_id, contact=Contact(**fields.validated_data), **self.change(request, reference)
        )
        return answer(case, ComplainantListed(changed).data)


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
    path(
        "<reference:reference>/complainants/<uuid:public_id>/contact/",
        ContactView.as_view(),
        name="complainant-contact",
    ),
]
