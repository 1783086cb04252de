"""Suspending the whole or a part, and how it goes on (regulations 40 and 41)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.serializers import JSONInput
from cases.models import Suspension, WishToResume
from cases.moves import PUBLIC_INTEREST
from cases.selectors import suspensions_of
from cases.services import suspensions

from .doors import IF_MATCH, CaseDoor, answer, fields_of


class SuspensionReviewOut(serializers.Serializer[Any]):
    reviewed_on = serializers.DateField()
    reviewed_by = serializers.CharField(source="reviewed_by.name")
    reason = serializers.CharField()


class WishOut(serializers.Serializer[Any]):
    complainant = serializers.UUIDField(source="complainant.public_id")
    asked_on = serializers.DateField(allow_null=True)
    wish = serializers.CharField(help_text="RESUME, END, or empty where none was stated.")
    stated_on = serializers.DateField(allow_null=True)


class SuspensionOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    allegation = serializers.UUIDField(
        source="allegation.public_id", default=None, allow_null=True, help_text="Null: the whole."
    )
    state = serializers.ChoiceField(choices=Suspension.State.choices)
    suspended_on = serializers.DateField()
    reason = serializers.CharField()
    for_criminal_proceedings = serializers.BooleanField()
    of_an_investigation = serializers.BooleanField()
    reviewed_on = serializers.DateField(allow_null=True)
    reviews = SuspensionReviewOut(many=True)
    concluded_on = serializers.DateField(allow_null=True)
    wishes = WishOut(many=True)
    asked_on = serializers.DateField(allow_null=True, help_text="When the last letter was sent that asks.")
    ended_on = serializers.DateField(allow_null=True)
    decision_reason = serializers.CharField()


class ReasonedIn(JSONInput):
    reason = serializers.CharField(max_length=2000)


class SuspendIn(ReasonedIn):
    allegation = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Null: the whole.")
    until = serializers.ChoiceField(choices=suspensions.UNTIL, help_text="What going on would prejudice.")


class LookAgainIn(ReasonedIn):
    until = serializers.ChoiceField(choices=suspensions.UNTIL, help_text="What it waits for now.")


class DirectionIn(JSONInput):
    document = serializers.UUIDField(help_text="The IOPC's notice: the public id of a file of the case.")
    dated_on = serializers.DateField()


class ConclusionIn(JSONInput):
    concluded_on = serializers.DateField()


class ResumptionWishIn(JSONInput):
    complainant = serializers.UUIDField()
    wish = serializers.ChoiceField(choices=WishToResume.Wish.choices)
    stated_on = serializers.DateField()


class ResumptionLetterIn(JSONInput):
    complainant = serializers.UUIDField()
    sent_on = serializers.DateField()


class DecisionIn(ReasonedIn):
    public_interest = serializers.ChoiceField(choices=PUBLIC_INTEREST)


class SuspensionsView(CaseDoor):
    @extend_schema(operation_id="cases_suspensions_list", responses={200: SuspensionOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """What was suspended, why, and how it went on, in the order in which it was."""
        case = self.case(request, reference)
        return answer(case, SuspensionOut(suspensions_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_suspensions_create",
        request=SuspendIn,
        parameters=[IF_MATCH],
        responses={201: SuspensionOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Suspend the whole or one allegation."""
        fields = fields_of(request, SuspendIn)
        row, case = suspensions.suspend(**self.change(request, reference), **fields.validated_data)
        return answer(case, SuspensionOut(row).data, status=201)


class LookAgainView(CaseDoor):
    @extend_schema(
        operation_id="cases_suspensions_review",
        request=LookAgainIn,
        parameters=[IF_MATCH],
        responses={200: SuspensionOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Record why it stays suspended; owed every 28 days."""
        fields = fields_of(request, LookAgainIn)
        change = self.change(request, reference)
        row, case = suspensions.review(suspension=public_id, **change, **fields.validated_data)
        return answer(case, SuspensionOut(row).data)


class ResumptionView(CaseDoor):
    @extend_schema(
        operation_id="cases_suspensions_resume",
        request=ReasonedIn,
        parameters=[IF_MATCH],
        responses={200: SuspensionOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Go on before what it waits for has concluded: it would prejudice nothing any more."""
        fields = fields_of(request, ReasonedIn)
        change = self.change(request, reference)
        row, case = suspensions.resume(suspension=public_id, **change, **fields.validated_data)
        return answer(case, SuspensionOut(row).data)


class DirectionView(CaseDoor):
    @extend_schema(
        operation_id="cases_suspensions_direct",
        request=DirectionIn,
        parameters=[IF_MATCH],
        responses={200: SuspensionOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Enter the IOPC's direction that it goes on."""
        fields = fields_of(request, DirectionIn)
        change = self.change(request, reference)
        row, case = suspensions.follow_direction(suspension=public_id, **change, **fields.validated_data)
        return answer(case, SuspensionOut(row).data)


class ConclusionView(CaseDoor):
    @extend_schema(
        operation_id="cases_suspensions_conclude",
        request=ConclusionIn,
        parameters=[IF_MATCH],
        responses={200: SuspensionOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Enter that what it waited for has concluded: it goes on, or the complainant has to be asked."""
        fields = fields_of(request, ConclusionIn)
        change = self.change(request, reference)
        row, case = suspensions.conclude(suspension=public_id, **change, **fields.validated_data)
        return answer(case, SuspensionOut(row).data)


class ResumptionWishView(CaseDoor):
    @extend_schema(
        operation_id="cases_suspensions_wish",
        request=ResumptionWishIn,
        parameters=[IF_MATCH],
        responses={200: SuspensionOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Enter what a complainant wishes: that it goes on, or not."""
        fields = fields_of(request, ResumptionWishIn)
        change = self.change(request, reference)
        row, case = suspensions.state_wish(suspension=public_id, **change, **fields.validated_data)
        return answer(case, SuspensionOut(row).data)


class ResumptionLetterView(CaseDoor):
    @extend_schema(
        operation_id="cases_suspensions_letter",
        request=ResumptionLetterIn,
        parameters=[IF_MATCH],
        responses={200: SuspensionOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Enter that the letter of regulation 41 was sent: the time to answer begins on the next day."""
        fields = fields_of(request, ResumptionLetterIn)
        change = self.change(request, reference)
        row, case = suspensions.enter_letter(suspension=public_id, **change, **fields.validated_data)
        return answer(case, SuspensionOut(row).data)


class ResumptionSilenceView(CaseDoor):
    @extend_schema(
        operation_id="cases_suspensions_silence",
        request=None,
        parameters=[IF_MATCH],
        responses={200: SuspensionOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Find that nobody asked for it to go on in the time allowed: the authority decides."""
        row, case = suspensions.find_silent(suspension=public_id, **self.change(request, reference))
        return answer(case, SuspensionOut(row).data)


class DecisionView(CaseDoor):
    @extend_schema(
        operation_id="cases_suspensions_decide",
        request=DecisionIn,
        parameters=[IF_MATCH],
        responses={200: SuspensionOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Decide what the public interest asks for where nobody wishes it to go on; the whole then ends by the move `cease`."""
        fields = fields_of(request, DecisionIn)
        change = self.change(request, reference)
        row, case = suspensions.decide(suspension=public_id, **change, **fields.validated_data)
        return answer(case, SuspensionOut(row).data)


AT = "<reference:reference>/suspensions/"
urlpatterns: list[URLPattern] = [
    path(AT, SuspensionsView.as_view(), name="suspensions"),
    path(f"{AT}<uuid:public_id>/reviews/", LookAgainView.as_view(), name="suspension-review"),
    path(f"{AT}<uuid:public_id>/resumption/", ResumptionView.as_view(), name="suspension-resume"),
    path(f"{AT}<uuid:public_id>/direction/", DirectionView.as_view(), name="suspension-direction"),
    path(f"{AT}<uuid:public_id>/conclusion/", ConclusionView.as_view(), name="suspension-conclude"),
    path(f"{AT}<uuid:public_id>/wishes/", ResumptionWishView.as_view(), name="suspension-wish"),
    path(f"{AT}<uuid:public_id>/letter/", ResumptionLetterView.as_view(), name="suspension-letter"),
    path(f"{AT}<uuid:public_id>/silence/", ResumptionSilenceView.as_view(), name="suspension-silence"),
    path(f"{AT}<uuid:public_id>/decision/", DecisionView.as_view(), name="suspension-decide"),
]
