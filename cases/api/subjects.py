"""Those whom a case is about, after they were named."""

from __future__ import annotations

from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.queries import NoQuery, read_query
from backend.common.serializers import JSONInput
from cases.services import subjects

from . import serializers as shapes
from .doors import IF_MATCH, CaseDoor, answer, fields_of


class IdentityOfSubjectIn(JSONInput):
    who = serializers.CharField(max_length=254, help_text="A collar number, or the e-mail address of an account.")


class SubjectEqualityIn(JSONInput):
    """Optional, kept apart from the case, and read by no staff. Each is a code of its list: /api/v1/complaints/equality/."""

    sex = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)
    ethnicity = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)
    age = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)
    disability = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)


class IdentifyView(CaseDoor):
    @extend_schema(
        operation_id="cases_involvements_identify",
        request=IdentityOfSubjectIn,
        parameters=[IF_MATCH],
        responses={204: OpenApiResponse(description="Identified; the wall stands.")},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Say who somebody is that was not known when they were named."""
        fields = fields_of(request, IdentityOfSubjectIn)
        case = subjects.identify(**self.change(request, reference), involvement=public_id, **fields.validated_data)
        return answer(case, None, status=204)


class TakeDownView(CaseDoor):
    @extend_schema(
        operation_id="cases_involvements_take_down",
        request=shapes.ReasonIn,
        parameters=[IF_MATCH],
        responses={204: OpenApiResponse(description="Taken down; the row stays, with the reason.")},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Take down a wall that was raised by mistake: by somebody else than raised it."""
        fields = fields_of(request, shapes.ReasonIn)
        case = subjects.take_down(**self.change(request, reference), involvement=public_id, **fields.validated_data)
        return answer(case, None, status=204)


class SubjectEqualityView(CaseDoor):
    @extend_schema(
        operation_id="cases_involvements_equality",
        request=SubjectEqualityIn,
        responses={204: OpenApiResponse(description="Kept, and not shown again.")},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Keep a subject's answers to the equality questions, once. Nothing reads them here."""
        read_query(request, NoQuery)
        fields = fields_of(request, SubjectEqualityIn)
        subjects.answer_equality(
            reference=reference,
            involvement=public_id,
            answers=dict(fields.validated_data),
            actor=self.actor(request),
            at=timezone.now(),
        )
        return Response(status=204)


ONE = "<reference:reference>/involvements/<uuid:public_id>/"
urlpatterns = [
    path(f"{ONE}identity/", IdentifyView.as_view(), name="involvement-identity"),
    path(f"{ONE}end/", TakeDownView.as_view(), name="involvement-end"),
    path(f"{ONE}equality/", SubjectEqualityView.as_view(), name="involvement-equality"),
]
