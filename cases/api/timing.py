"""Service targets and escalations, which staff set; and of one case its corrected dates and its alerts."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.queries import NoQuery, read_query
from backend.common.serializers import JSONInput, ProblemOut
from cases import selectors
from cases.clocks import CLOCKS
from cases.models import Recipient, ServiceTarget, Stage
from cases.services import corrections, targets
from cases.services.corrections import CORRECTABLE
from cases.services.targets import EDITABLE

from .doors import IF_MATCH, CaseDoor, TextAsRead, answer, fields_of

RULES = ["", *CLOCKS]
NO_SUCH_STEP = {(404, "application/problem+json"): OpenApiResponse(ProblemOut, description="There is no such step.")}


class TargetIn(JSONInput):
    rule = serializers.ChoiceField(choices=EDITABLE)
    count = serializers.IntegerField(min_value=1, max_value=1000)
    unit = serializers.ChoiceField(choices=ServiceTarget.Unit.choices)
    from_on = serializers.DateField(help_text="The value is for what starts on this London day or later.")
    source = serializers.CharField(max_length=200, help_text="Where it comes from: a decision, a publication.")  # type: ignore[assignment]  # a word of the framework too


class TargetOut(serializers.Serializer[Any]):
    rule = serializers.ChoiceField(choices=EDITABLE)
    count = serializers.IntegerField()
    unit = serializers.ChoiceField(choices=ServiceTarget.Unit.choices)
    from_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True, help_text="The first day it is no longer for.")
    source = serializers.CharField()  # type: ignore[assignment]  # a word of the framework too


class StepIn(JSONInput):
    rule = serializers.ChoiceField(
        choices=RULES, allow_blank=True, help_text='"" is for every rule that has no step of its own.'
    )
    stage = serializers.ChoiceField(choices=Stage.choices)


class EscalationIn(StepIn):
    days = serializers.IntegerField(
        min_value=-366, max_value=366, help_text="Days after the last day allowed; before it: less than 0."
    )
    hour = serializers.IntegerField(min_value=0, max_value=23, required=False, default=0, help_text="In London.")
    to = serializers.ChoiceField(choices=Recipient.choices)
    address = serializers.EmailField(required=False, allow_blank=True, default="")
    source = serializers.CharField(max_length=200)  # type: ignore[assignment]  # a word of the framework too


class EscalationOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    days = serializers.IntegerField()
    hour = serializers.IntegerField()
    to = serializers.ChoiceField(choices=Recipient.choices)
    address = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a word of the framework too


class CorrectionIn(JSONInput):
    what = serializers.ChoiceField(choices=CORRECTABLE)
    about = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The part of the case whose day it is, where it is of one.",
    )
    to = serializers.DateField()
    reason = serializers.CharField(max_length=2000)


class BreachedOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    about = serializers.CharField()
    started_on = serializers.DateField()
    due_on = serializers.DateField()
    is_statutory = serializers.BooleanField()


class CorrectionOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    what = serializers.CharField()
    about = serializers.CharField()
    old = serializers.DateField()
    new = serializers.DateField()
    reason = TextAsRead()
    made_by = serializers.CharField(source="made_by.name")
    made_at = serializers.DateTimeField()
    breached = BreachedOut(many=True, help_text="What was late by the old day.")


class AlertOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    about = serializers.CharField()
    started_on = serializers.DateField()
    due_on = serializers.DateField()
    stage = serializers.ChoiceField(choices=Stage.choices)
    to = serializers.ChoiceField(choices=Recipient.choices)
    recipients = serializers.IntegerField(help_text="How many were written to.")
    raised_at = serializers.DateTimeField()


class TargetsView(CaseDoor):
    @extend_schema(operation_id="deadlines_targets_list", responses={200: TargetOut(many=True)})
    def get(self, request: Request) -> Response:
        """How long the periods are that no law fixes: every value, and from when until when."""
        read_query(request, NoQuery)
        return Response(TargetOut(selectors.service_targets(), many=True).data)

    @extend_schema(operation_id="deadlines_targets_create", request=TargetIn, responses={201: TargetOut})
    def post(self, request: Request) -> Response:
        """Set how long a period is from a day on; every open case is derived anew at once."""
        read_query(request, NoQuery)
        fields = fields_of(request, TargetIn)
        target, _ = targets.set_target(**fields.validated_data, actor=self.actor(request), at=timezone.now())
        return Response(TargetOut(target).data, status=201)


class EscalationsView(CaseDoor):
    @extend_schema(operation_id="deadlines_escalations_list", responses={200: EscalationOut(many=True)})
    def get(self, request: Request) -> Response:
        """Who is alerted to what is due or late, and when."""
        read_query(request, NoQuery)
        return Response(EscalationOut(selectors.escalations(), many=True).data)

    @extend_schema(operation_id="deadlines_escalations_update", request=EscalationIn, responses={200: EscalationOut})
    def put(self, request: Request) -> Response:
        """Set one step: the first of a rule takes it away from the steps that are for every rule."""
        read_query(request, NoQuery)
        fields = fields_of(request, EscalationIn)
        step = targets.set_escalation(**fields.validated_data, actor=self.actor(request), at=timezone.now())
        return Response(EscalationOut(step).data)


class EscalationRemovalView(CaseDoor):
    @extend_schema(operation_id="deadlines_escalations_remove", request=StepIn, responses={204: None, **NO_SUCH_STEP})
    def post(self, request: Request) -> Response:
        """Take one step away."""
        read_query(request, NoQuery)
        fields = fields_of(request, StepIn)
        targets.remove_escalation(**fields.validated_data, actor=self.actor(request), at=timezone.now())
        return Response(status=204)


class CorrectionsView(CaseDoor):
    @extend_schema(operation_id="cases_corrections_list", responses={200: CorrectionOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """The days that were put right, oldest first, each with what was late by the old one."""
        case = self.case(request, reference)
        return answer(
            case, CorrectionOut(selectors.corrections_of(case), many=True, context=self.reader(request, case)).data
        )

    @extend_schema(
        operation_id="cases_corrections_create",
        request=CorrectionIn,
        parameters=[IF_MATCH],
        responses={201: CorrectionOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Put a day right that was entered wrongly; what is due follows from it."""
        fields = fields_of(request, CorrectionIn)
        correction, case = corrections.correct(**self.change(request, reference), **fields.validated_data)
        return answer(case, CorrectionOut(correction, context=self.reader(request, case)).data, status=201)


class AlertsView(CaseDoor):
    @extend_schema(operation_id="cases_alerts_list", responses={200: AlertOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """To what staff were alerted on this case, oldest first."""
        case = self.case(request, reference)
        return answer(case, AlertOut(selectors.alerts_of(case), many=True).data)


urlpatterns = [
    path("<reference:reference>/corrections/", CorrectionsView.as_view(), name="corrections"),
    path("<reference:reference>/alerts/", AlertsView.as_view(), name="alerts"),
]
