"""What the authority determines about a case beside its path: the duty to investigate, the chief officer, the rules.

And why somebody decides it again.
"""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.serializers import JSONInput
from cases.models import Determination, Regime
from cases.services import determinations

from . import serializers as shapes
from .doors import IF_MATCH, CaseDoor, answer, fields_of


class DutyToInvestigateIn(JSONInput):
    indicates_misconduct = serializers.BooleanField(
        help_text="Whether there is an indication of a crime, of misconduct or of an infringement of article 2 or 3."
    )
    exception = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=5000,
        help_text="Why it need not be investigated all the same (SI 2020/2, regulation 6).",
    )
    reason = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=2000, help_text="Needed where a yes is taken back."
    )


class ChiefOfficerIn(JSONInput):
    concerns_chief_officer = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000)


class RegimeIn(JSONInput):
    regime = serializers.ChoiceField(choices=Regime.choices)
    reason = serializers.CharField(max_length=2000)


class SameDeciderIn(JSONInput):
    who = serializers.EmailField(max_length=254, help_text="The e-mail address of their account.")
    reason = serializers.CharField(max_length=2000)


class ProposalOut(serializers.Serializer[Any]):
    regime = serializers.ChoiceField(choices=Regime.choices)
    reason = serializers.CharField()


class RegimeOut(serializers.Serializer[Any]):
    regime = serializers.ChoiceField(choices=Regime.choices)
    reason = serializers.CharField(source="regime_reason")
    proposed = ProposalOut()


class DeterminationOut(serializers.Serializer[Any]):
    about = serializers.ChoiceField(choices=Determination.About.choices)
    answers = serializers.DictField()
    reason = serializers.CharField()
    made_by = serializers.CharField(source="made_by.name")
    made_at = serializers.DateTimeField()


class DeterminationsView(CaseDoor):
    @extend_schema(operation_id="cases_determinations_list", responses={200: DeterminationOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """Everything that was determined about the case, oldest first: the last of its kind stands."""
        case = self.case(request, reference)
        return answer(case, DeterminationOut(determinations.determinations_of(case), many=True).data)


class DutyToInvestigateView(CaseDoor):
    @extend_schema(
        operation_id="cases_duty_to_investigate_update",
        request=DutyToInvestigateIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def put(self, request: Request, reference: str) -> Response:
        """Say whether a recorded complaint has to be investigated."""
        fields = fields_of(request, DutyToInvestigateIn)
        case = determinations.set_duty_to_investigate(**self.change(request, reference), **fields.validated_data)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class ChiefOfficerView(CaseDoor):
    @extend_schema(
        operation_id="cases_chief_officer_update",
        request=ChiefOfficerIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def put(self, request: Request, reference: str) -> Response:
        """Say whether a complaint or matter concerns the chief officer: then it is restricted, and goes to the local policing body."""
        fields = fields_of(request, ChiefOfficerIn)
        case = determinations.set_chief_officer(**self.change(request, reference), **fields.validated_data)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class RegimeView(CaseDoor):
    @extend_schema(operation_id="cases_regime_retrieve", responses={200: RegimeOut})
    def get(self, request: Request, reference: str) -> Response:
        """The rules that the case is handled by, why, and what would be proposed today."""
        case = self.case(request, reference)
        proposed = determinations.proposal_for(case, actor=self.actor(request))
        rules = {"regime": case.regime, "regime_reason": case.regime_reason, "proposed": proposed}
        return answer(case, RegimeOut(rules).data)

    @extend_schema(
        operation_id="cases_regime_update",
        request=RegimeIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def put(self, request: Request, reference: str) -> Response:
        """Set the rules that the case is handled by."""
        fields = fields_of(request, RegimeIn)
        case = determinations.set_regime(**self.change(request, reference), **fields.validated_data)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class SameDeciderView(CaseDoor):
    @extend_schema(
        operation_id="cases_same_decider_create",
        request=SameDeciderIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Record why somebody who decided the case before it was opened again decides it once more."""
        fields = fields_of(request, SameDeciderIn)
        case = determinations.let_decide_again(**self.change(request, reference), **fields.validated_data)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


urlpatterns = [
    path("<reference:reference>/determinations/", DeterminationsView.as_view(), name="determinations"),
    path("<reference:reference>/duty-to-investigate/", DutyToInvestigateView.as_view(), name="duty-to-investigate"),
    path("<reference:reference>/chief-officer/", ChiefOfficerView.as_view(), name="chief-officer"),
    path("<reference:reference>/regime/", RegimeView.as_view(), name="regime"),
    path("<reference:reference>/same-decider/", SameDeciderView.as_view(), name="same-decider"),
]
