"""Who may know of a restricted case."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.serializers import JSONInput
from cases.services import access

from . import serializers as shapes
from .doors import IF_MATCH, CaseDoor, answer, fields_of


class LeaveIn(JSONInput):
    who = serializers.EmailField(max_length=254, help_text="The e-mail address of their account.")
    reason = serializers.CharField(max_length=2000)


class LeaveOut(serializers.Serializer[Any]):
    name = serializers.CharField(source="person.name")
    given_by = serializers.CharField(source="giver")
    given_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()


class RestrictionView(CaseDoor):
    @extend_schema(
        operation_id="cases_restriction_create",
        request=shapes.ReasonIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Restrict the case: only you see it from now on, and whom you give leave."""
        fields = fields_of(request, shapes.ReasonIn)
        case = access.restrict(**self.change(request, reference), **fields.validated_data)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class RestrictionLiftView(CaseDoor):
    @extend_schema(
        operation_id="cases_restriction_lift",
        request=shapes.ReasonIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Lift the restriction that somebody else made."""
        fields = fields_of(request, shapes.ReasonIn)
        case = access.lift(**self.change(request, reference), **fields.validated_data)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class LeaveView(CaseDoor):
    @extend_schema(operation_id="cases_leave_list", responses={200: LeaveOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """Who has leave to see the case while it is restricted, or had it."""
        case = self.case(request, reference)
        return answer(case, LeaveOut(access.leave_of(case), many=True).data)

    @extend_schema(operation_id="cases_leave_create", request=LeaveIn, parameters=[IF_MATCH], responses={201: LeaveOut})
    def post(self, request: Request, reference: str) -> Response:
        """Give somebody leave to see a restricted case."""
        fields = fields_of(request, LeaveIn)
        leave, case = access.give(**self.change(request, reference), **fields.validated_data)
        return answer(case, LeaveOut(leave).data, status=201)


class LeaveEndView(CaseDoor):
    @extend_schema(
        operation_id="cases_leave_end", request=LeaveIn, parameters=[IF_MATCH], responses={200: LeaveOut(many=True)}
    )
    def post(self, request: Request, reference: str) -> Response:
        """End somebody's leave."""
        fields = fields_of(request, LeaveIn)
        case = access.end(**self.change(request, reference), **fields.validated_data)
        return answer(case, LeaveOut(access.leave_of(case), many=True).data)


urlpatterns = [
    path("<reference:reference>/restriction/", RestrictionView.as_view(), name="restriction"),
    path("<reference:reference>/restriction/lift/", RestrictionLiftView.as_view(), name="restriction-lift"),
    path("<reference:reference>/leave/", LeaveView.as_view(), name="leave"),
    path("<reference:reference>/leave/end/", LeaveEndView.as_view(), name="leave-end"),
]
