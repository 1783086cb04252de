"""Special procedures, severity and acceleration, and the log of the notices that were served."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.serializers import JSONInput
from cases.models import NoticeService, SpecialProcedures
from cases.selectors import notice_services_of, special_procedures_of
from cases.services import special_procedures

from .doors import IF_MATCH, CaseDoor, answer, fields_of

SEVERITIES = [choice for choice in SpecialProcedures.Severity.choices if choice[0] != "NOT_ASSESSED"]


class SeverityAssessmentOut(serializers.Serializer[Any]):
    severity = serializers.ChoiceField(choices=SEVERITIES)
    assessed_on = serializers.DateField()
    assessed_by = serializers.CharField(source="assessed_by.name")
    reason = serializers.CharField()
    consulted = serializers.CharField(source="consulted.name", default=None, allow_null=True)
    consulted_on = serializers.DateField(allow_null=True)


class SpecialProceduresOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    subject = serializers.UUIDField(source="subject.public_id", help_text="The involvement that they are declared for.")
    indication = serializers.ChoiceField(choices=SpecialProcedures.Indication.choices)
    reasons = serializers.CharField()
    severity = serializers.ChoiceField(choices=SpecialProcedures.Severity.choices)
    declared_on = serializers.DateField()
    assessed_on = serializers.DateField(allow_null=True)
    assessments = SeverityAssessmentOut(many=True)
    accelerated_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)


class RestingOnANotice(JSONInput):
    document = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="In an investigation of the IOPC: its notice, the public id of a file of the case.",
    )
    dated_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="The day on that notice.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        document, dated_on = attrs.pop("document"), attrs.pop("dated_on")
        if (document is None) != (dated_on is None):
            raise serializers.ValidationError("Give both the notice and the day on it, or neither.")
        return {**attrs, "notice": document and special_procedures.IOPCNotice(document, dated_on)}


class DeclareIn(RestingOnANotice):
    subject = serializers.UUIDField(help_text="The public id of an involvement of somebody identified.")
    indication = serializers.ChoiceField(choices=SpecialProcedures.Indication.choices)
    reasons = serializers.CharField(max_length=5000)


class SeverityIn(RestingOnANotice):
    severity = serializers.ChoiceField(choices=SEVERITIES)
    reason = serializers.CharField(max_length=5000)
    consulted = serializers.EmailField(
        required=False,
        allow_blank=True,
        default="",
        max_length=254,
        help_text="For a revision: the account of the authority's delegate who was consulted.",
    )
    consulted_on = serializers.DateField(required=False, allow_null=True, default=None)


class AccelerationIn(JSONInput):
    reason = serializers.CharField(max_length=2000)


class NoticeServiceOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    subject = serializers.UUIDField(source="subject.public_id")
    served_on = serializers.DateField()
    how = serializers.ChoiceField(choices=NoticeService.How.choices)
    duty = serializers.ChoiceField(choices=NoticeService.Duty.choices)
    friend = serializers.CharField(help_text="The police friend.")
    welfare_contact = serializers.CharField()


class LookedAfterIn(JSONInput):
    duty = serializers.ChoiceField(choices=NoticeService.Duty.choices)
    friend = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    welfare_contact = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)


class NoticeServiceIn(LookedAfterIn):
    subject = serializers.UUIDField()
    served_on = serializers.DateField()
    how = serializers.ChoiceField(choices=NoticeService.How.choices)


class SpecialProceduresView(CaseDoor):
    @extend_schema(operation_id="cases_special_procedures_list", responses={200: SpecialProceduresOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """Whom special procedures were declared for, with every assessment of how severe it is."""
        case = self.case(request, reference)
        return answer(case, SpecialProceduresOut(special_procedures_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_special_procedures_declare",
        request=DeclareIn,
        parameters=[IF_MATCH],
        responses={201: SpecialProceduresOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Declare the investigation subject to special procedures for one person; no unit sees the case any more."""
        fields = fields_of(request, DeclareIn)
        row, case = special_procedures.declare(**self.change(request, reference), **fields.validated_data)
        return answer(case, SpecialProceduresOut(row).data, status=201)


class SeverityView(CaseDoor):
    @extend_schema(
        operation_id="cases_special_procedures_assess",
        request=SeverityIn,
        parameters=[IF_MATCH],
        responses={200: SpecialProceduresOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Assess how severe it would be if it were proved, or revise that after consulting the authority."""
        fields = fields_of(request, SeverityIn)
        change = self.change(request, reference)
        row, case = special_procedures.assess(special=public_id, **change, **fields.validated_data)
        return answer(case, SpecialProceduresOut(row).data)


class AccelerationView(CaseDoor):
    @extend_schema(
        operation_id="cases_special_procedures_accelerate",
        request=AccelerationIn,
        parameters=[IF_MATCH],
        responses={200: SpecialProceduresOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Treat it as accelerated."""
        fields = fields_of(request, AccelerationIn)
        change = self.change(request, reference)
        row, case = special_procedures.accelerate(special=public_id, **change, **fields.validated_data)
        return answer(case, SpecialProceduresOut(row).data)


class ReturnToOrdinaryView(CaseDoor):
    @extend_schema(
        operation_id="cases_special_procedures_return_to_ordinary",
        request=AccelerationIn,
        parameters=[IF_MATCH],
        responses={200: SpecialProceduresOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Take the acceleration back: the special conditions are not met."""
        fields = fields_of(request, AccelerationIn)
        change = self.change(request, reference)
        row, case = special_procedures.return_to_ordinary(special=public_id, **change, **fields.validated_data)
        return answer(case, SpecialProceduresOut(row).data)


class NoticeServicesView(CaseDoor):
    @extend_schema(operation_id="cases_notice_services_list", responses={200: NoticeServiceOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """On whom notices of investigation were served, when and how, and who looks after them."""
        case = self.case(request, reference)
        return answer(case, NoticeServiceOut(notice_services_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_notice_services_create",
        request=NoticeServiceIn,
        parameters=[IF_MATCH],
        responses={201: NoticeServiceOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Log that a notice of investigation was served."""
        fields = fields_of(request, NoticeServiceIn)
        row, case = special_procedures.serve_notice(**self.change(request, reference), **fields.validated_data)
        return answer(case, NoticeServiceOut(row).data, status=201)


class NoticeServiceView(CaseDoor):
    @extend_schema(
        operation_id="cases_notice_services_update",
        request=LookedAfterIn,
        parameters=[IF_MATCH],
        responses={200: NoticeServiceOut},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Keep up to date what duties they do, their police friend and who looks after their welfare."""
        fields = fields_of(request, LookedAfterIn)
        change = self.change(request, reference)
        row, case = special_procedures.update_service(service=public_id, **change, **fields.validated_data)
        return answer(case, NoticeServiceOut(row).data)


AT = "<reference:reference>/special-procedures/"
SERVED = "<reference:reference>/notice-services/"
urlpatterns: list[URLPattern] = [
    path(AT, SpecialProceduresView.as_view(), name="special-procedures"),
    path(f"{AT}<uuid:public_id>/severity/", SeverityView.as_view(), name="special-severity"),
    path(f"{AT}<uuid:public_id>/acceleration/", AccelerationView.as_view(), name="special-accelerate"),
    path(f"{AT}<uuid:public_id>/ordinary/", ReturnToOrdinaryView.as_view(), name="special-ordinary"),
    path(SERVED, NoticeServicesView.as_view(), name="notice-services"),
    path(f"{SERVED}<uuid:public_id>/", NoticeServiceView.as_view(), name="notice-service"),
]
