"""Applications for a review, and how each ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.serializers import JSONInput, PastDateField
from cases.models import Body, Review
from cases.services import reviews

from .doors import IF_MATCH, CaseDoor, answer, fields_of


class ApplicationIn(JSONInput):
    complainant = serializers.UUIDField(help_text="Who applied: the public id of somebody who complains in this case.")
    made_to = serializers.ChoiceField(choices=Body.choices, help_text="The body that it was sent to first.")
    applied_on = PastDateField(help_text="The day on which it was first made.")
    forwarded_on = PastDateField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Where it went to the wrong body: the day on which it was forwarded. It counts as made then.",
    )
    accepted_late_reason = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=2000,
        help_text="The special circumstances for which the body accepts it late.",
    )
    document = serializers.UUIDField(help_text="The body's notice of the application: a file of this case.")


class ReviewDecisionIn(JSONInput):
    decides = serializers.ChoiceField(
        choices=list(reviews.ENDINGS),
        help_text="RECOMMENDS is the local policing body's, DETERMINES_INVESTIGATION and SUBSTITUTES_FINDINGS the IOPC's.",
    )
    dated_on = PastDateField(help_text="The day on the body's notice.")
    document = serializers.UUIDField(help_text="The body's notice: a file of this case.")
    recommendation = serializers.CharField(required=False, allow_blank=True, default="", max_length=20_000)


class RecommendationAnswerIn(JSONInput):
    says = serializers.ChoiceField(choices=["ACCEPTED", "REFUSED"])
    reasons = serializers.CharField(max_length=20_000)


class ReviewOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    complainant = serializers.UUIDField(source="complainant.public_id", allow_null=True, default=None)
    body = serializers.ChoiceField(choices=Body.choices)
    state = serializers.ChoiceField(choices=Review.State.choices)
    applied_on = serializers.DateField()
    forwarded_on = serializers.DateField(allow_null=True)
    days_with_wrong_body = serializers.IntegerField()
    accepted_late_reason = serializers.CharField()
    decided_on = serializers.DateField(allow_null=True)
    recommended_on = serializers.DateField(allow_null=True)
    recommendation = serializers.CharField()
    answered_on = serializers.DateField(allow_null=True)
    answer = serializers.CharField()
    superseded_on = serializers.DateField(
        allow_null=True, help_text="The day on which the case was taken elsewhere: the review ended with its outcome."
    )
    superseded_by = serializers.CharField(help_text="The move that took it there; empty where none did.")
    waits = serializers.BooleanField(help_text="It was applied for while another's was open, and is taken up after it.")


class ReviewsView(CaseDoor):
    @extend_schema(operation_id="cases_reviews_list", responses={200: ReviewOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """The applications for a review of the outcome, oldest first."""
        case = self.case(request, reference)
        return answer(case, ReviewOut(reviews.reviews_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_reviews_create",
        request=ApplicationIn,
        parameters=[IF_MATCH],
        responses={201: ReviewOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Enter an application; the move open_review opens the review. While another's is open, this one waits for its end."""
        fields = fields_of(request, ApplicationIn)
        review, case = reviews.apply(**self.change(request, reference), **fields.validated_data)
        return answer(case, ReviewOut(review).data, status=201)


class ReviewDecisionView(CaseDoor):
    @extend_schema(
        operation_id="cases_reviews_decide",
        request=ReviewDecisionIn,
        parameters=[IF_MATCH],
        responses={200: ReviewOut},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Enter what the body decided."""
        fields = fields_of(request, ReviewDecisionIn)
        review, case = reviews.decide(**self.change(request, reference), public_id=public_id, **fields.validated_data)
        return answer(case, ReviewOut(review).data)


class RecommendationAnswerView(CaseDoor):
    @extend_schema(
        operation_id="cases_reviews_answer",
        request=RecommendationAnswerIn,
        parameters=[IF_MATCH],
        responses={200: ReviewOut},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Answer what the local policing body recommends, with reasons."""
        fields = fields_of(request, RecommendationAnswerIn)
        review, case = reviews.answer(**self.change(request, reference), public_id=public_id, **fields.validated_data)
        return answer(case, ReviewOut(review).data)


REVIEWS = "<reference:reference>/reviews/"
urlpatterns = [
    path(REVIEWS, ReviewsView.as_view(), name="reviews"),
    path(f"{REVIEWS}<uuid:public_id>/decision/", ReviewDecisionView.as_view(), name="review-decision"),
    path(f"{REVIEWS}<uuid:public_id>/answer/", RecommendationAnswerView.as_view(), name="review-answer"),
]
