"""Meetings, hearings and courts that follow or run beside a case, and may outlast it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.serializers import JSONInput
from cases.models import Proceeding
from cases.selectors import proceedings_of
from cases.services import proceedings

from .doors import IF_MATCH, CaseDoor, answer, fields_of
from .serializers import TextIn


class ProceedingOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Proceeding.Kind.choices)
    subject = serializers.UUIDField(source="subject.public_id", default=None, allow_null=True)
    begun_on = serializers.DateField()
    next_date_on = serializers.DateField(allow_null=True)
    contact = serializers.CharField()
    ended_on = serializers.DateField(allow_null=True)
    result = serializers.CharField()
    told_on = serializers.DateField(allow_null=True)


class FollowIn(JSONInput):
    next_date_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The next day in court or of the meeting."
    )
    contact = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=200, help_text="Officer in the case, or prosecutor."
    )


class ProceedingIn(FollowIn):
    kind = serializers.ChoiceField(choices=Proceeding.Kind.choices)
    subject = serializers.UUIDField(required=False, allow_null=True, default=None)
    begun_on = serializers.DateField()


class ProceedingEndIn(JSONInput):
    ended_on = serializers.DateField()
    result = serializers.CharField(max_length=5000)


class ProceedingsView(CaseDoor):
    @extend_schema(operation_id="cases_proceedings_list", responses={200: ProceedingOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """The proceedings of the case, the first begun first."""
        case = self.case(request, reference)
        return answer(case, ProceedingOut(proceedings_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_proceedings_create",
        request=ProceedingIn,
        parameters=[IF_MATCH],
        responses={201: ProceedingOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Enter proceedings that have begun, also after the case has ended."""
        fields = fields_of(request, ProceedingIn)
        row, case = proceedings.begin(**self.change(request, reference), **fields.validated_data)
        return answer(case, ProceedingOut(row).data, status=201)


class ProceedingView(CaseDoor):
    @extend_schema(
        operation_id="cases_proceedings_update",
        request=FollowIn,
        parameters=[IF_MATCH],
        responses={200: ProceedingOut},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Enter the next day in court or of the meeting, and whom to ask."""
        fields = fields_of(request, FollowIn)
        change = self.change(request, reference)
        row, case = proceedings.follow(proceeding=public_id, **change, **fields.validated_data)
        return answer(case, ProceedingOut(row).data)


class ProceedingEndView(CaseDoor):
    @extend_schema(
        operation_id="cases_proceedings_end",
        request=ProceedingEndIn,
        parameters=[IF_MATCH],
        responses={200: ProceedingOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Enter how they ended: the complainants are told within five working days."""
        fields = fields_of(request, ProceedingEndIn)
        change = self.change(request, reference)
        row, case = proceedings.end(proceeding=public_id, **change, **fields.validated_data)
        return answer(case, ProceedingOut(row).data)


class ProceedingToldView(CaseDoor):
    @extend_schema(
        operation_id="cases_proceedings_tell",
        request=TextIn,
        parameters=[IF_MATCH],
        responses={200: ProceedingOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Tell those who are owed it how they ended: not from whom that is kept back, nor who was told by letter."""
        fields = fields_of(request, TextIn)
        change = self.change(request, reference)
        row, case = proceedings.tell(proceeding=public_id, **change, **fields.validated_data)
        return answer(case, ProceedingOut(row).data)


AT = "<reference:reference>/proceedings/"
urlpatterns: list[URLPattern] = [
    path(AT, ProceedingsView.as_view(), name="proceedings"),
    path(f"{AT}<uuid:public_id>/", ProceedingView.as_view(), name="proceeding"),
    path(f"{AT}<uuid:public_id>/end/", ProceedingEndView.as_view(), name="proceeding-end"),
    path(f"{AT}<uuid:public_id>/told/", ProceedingToldView.as_view(), name="proceeding-told"),
]
