"""How long a case is kept once it has ended, what holds it, and its disposal, which two people decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.calendar.working_days import day_of
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import CursorQuery, JSONInput
from cases import selectors
from cases.lists import retention as reading
from cases.models import Case, Ending, Kind, RetentionHold, RetentionReview, RetentionStep
from cases.services import retention, retention_periods

from .doors import IF_MATCH, CaseDoor, TextAsRead, answer, fields_of
from .serializers import STATES, ReasonIn

STEPS = ("hold", "lift", "keep", "dispose", "confirm", "refuse")
PENDING = [(state.value, state.label) for state in RetentionReview.PENDING]


class RetentionPeriodIn(JSONInput):
    ending = serializers.ChoiceField(choices=Ending.choices)
    years = serializers.IntegerField(min_value=1, max_value=100)
    basis = serializers.CharField(max_length=200, help_text="Why so long.")
    source = serializers.CharField(max_length=200, help_text="Where it comes from: a schedule, a decision.")  # type: ignore[assignment]  # a word of the framework too
    verified = serializers.BooleanField(help_text="Whether somebody has read the figure in that source.")
    from_on = serializers.DateField(help_text="The value is for what ends on this London day or later.")


class RetentionPeriodOut(serializers.Serializer[Any]):
    ending = serializers.ChoiceField(choices=Ending.choices)
    years = serializers.IntegerField()
    basis = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a word of the framework too
    verified = serializers.BooleanField()
    from_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True, help_text="The first day it is no longer for.")


class HoldOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    ground = serializers.ChoiceField(choices=RetentionHold.Ground.choices)
    until_on = serializers.DateField(allow_null=True, help_text="Its last day; null: until it is lifted.")
    placed_on = serializers.DateField()
    placed_by = serializers.CharField(source="placed_by.name")
    lifted_on = serializers.DateField(allow_null=True)


class RetentionReviewOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=RetentionReview.State.choices)
    ending = serializers.ChoiceField(choices=Ending.choices)
    years = serializers.IntegerField()
    ended_on = serializers.DateField()
    due_on = serializers.DateField()
    opened_on = serializers.DateField()
    decided_by = serializers.CharField(source="decided_by.name", allow_null=True)
    decided_on = serializers.DateField(allow_null=True)
    kept_until = serializers.DateField(allow_null=True, help_text="The day on which it is looked at again.")
    seconded_by = serializers.CharField(source="seconded_by.name", allow_null=True)
    settled_on = serializers.DateField(allow_null=True)


class RetentionStepOut(serializers.Serializer[Any]):
    what = serializers.ChoiceField(choices=RetentionStep.What.choices)
    by = serializers.CharField(source="author.name", allow_null=True, help_text="Null: the system.")
    at = serializers.DateTimeField(source="taken_at")
    text = TextAsRead()


class PossibleOut(serializers.Serializer[Any]):
    step = serializers.ChoiceField(choices=STEPS)
    allowed = serializers.BooleanField()
    why_not = serializers.ListField(child=serializers.CharField())


class RetentionOut(serializers.Serializer[Any]):
    ending = serializers.CharField(help_text="The kind of ending that it is kept by; empty while it goes on.")
    ended_on = serializers.DateField(source="case.closed_on", allow_null=True)
    period = RetentionPeriodOut(allow_null=True)
    due_on = serializers.DateField(allow_null=True, help_text="From this day on it may be reviewed.")
    disposed_on = serializers.DateField(source="case.disposed_on", allow_null=True)
    against = serializers.ListField(child=serializers.CharField(), help_text="What stands against a disposal.")
    steps = PossibleOut(many=True, source="possible", help_text="What you may do now, and why not the rest.")
    holds = HoldOut(many=True)
    reviews = RetentionReviewOut(many=True, help_text="Oldest first.")
    history = RetentionStepOut(many=True)


class HoldIn(ReasonIn):
    ground = serializers.ChoiceField(choices=RetentionHold.Ground.choices)
    until_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Its last day; null: until it is lifted."
    )


class RetentionDecisionIn(JSONInput):
    decision = serializers.ChoiceField(choices=retention.DECISIONS)
    until_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Of KEEP: when to look at it again."
    )
    reason = serializers.CharField(max_length=2000, help_text="Of DISPOSE: it outlives the case, so name nobody.")


class AwaitingQuery(CursorQuery):
    state = serializers.ChoiceField(choices=PENDING, required=False, default="")


class AwaitingCase(serializers.Serializer[Case]):
    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    state = serializers.ChoiceField(choices=STATES)


class AwaitingOut(serializers.Serializer[Any]):
    case = AwaitingCase()
    review = RetentionReviewOut(source="*")


class AwaitingPage(serializers.Serializer[Any]):
    results = AwaitingOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class RetentionPeriodsView(CaseDoor):
    @extend_schema(operation_id="deadlines_retention_periods_list", responses={200: RetentionPeriodOut(many=True)})
    def get(self, request: Request) -> Response:
        """How long a case is kept by how it ended: every value, and from when until when."""
        read_query(request, NoQuery)
        return Response(RetentionPeriodOut(selectors.retention_periods(), many=True).data)

    @extend_schema(
        operation_id="deadlines_retention_periods_create",
        request=RetentionPeriodIn,
        responses={201: RetentionPeriodOut},
    )
    def post(self, request: Request) -> Response:
        """Set how long is kept what ends so from a day on."""
        read_query(request, NoQuery)
        fields = fields_of(request, RetentionPeriodIn)
        period = retention_periods.set_period(**fields.validated_data, actor=self.actor(request), at=timezone.now())
        return Response(RetentionPeriodOut(period).data, status=201)


class AwaitingView(CaseDoor):
    @extend_schema(operation_id="cases_retention_awaiting", parameters=[AwaitingQuery], responses={200: AwaitingPage})
    def get(self, request: Request) -> Response:
        """The cases that wait for your decision whether they are kept, or for a second person; what was due first at the top."""
        query = read_query(request, AwaitingQuery)
        page = reading.pending(
            actor=self.actor(request), state=query["state"], cursor=query["cursor"], size=query["limit"]
        )
        return Response(AwaitingPage(page).data)


class RetentionView(CaseDoor):
    @extend_schema(operation_id="cases_retention_retrieve", responses={200: RetentionOut})
    def get(self, request: Request, reference: str) -> Response:
        """How long the case is kept and why, what holds it, what was decided, and what you may do now."""
        case = self.case(request, reference)
        found = reading.standing(case, actor=self.actor(request), on=day_of(timezone.now()))
        return answer(case, RetentionOut(found, context=self.reader(request, case)).data)


class HoldsView(CaseDoor):
    @extend_schema(operation_id="cases_retention_hold", request=HoldIn, parameters=[IF_MATCH], responses={201: HoldOut})
    def post(self, request: Request, reference: str) -> Response:
        """Keep the case whatever its age."""
        fields = fields_of(request, HoldIn)
        row, case = retention.hold(**self.change(request, reference), **fields.validated_data)
        return answer(case, HoldOut(row).data, status=201)


class HoldLiftView(CaseDoor):
    @extend_schema(
        operation_id="cases_retention_lift", request=ReasonIn, parameters=[IF_MATCH], responses={200: HoldOut}
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Lift a hold: its age counts again."""
        fields = fields_of(request, ReasonIn)
        row, case = retention.lift(hold=public_id, **self.change(request, reference), **fields.validated_data)
        return answer(case, HoldOut(row).data)


class RetentionDecisionView(CaseDoor):
    @extend_schema(
        operation_id="cases_retention_decide",
        request=RetentionDecisionIn,
        parameters=[IF_MATCH],
        responses={200: RetentionReviewOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Keep the case until a day, or propose to dispose of it: a second person has to confirm that."""
        fields = fields_of(request, RetentionDecisionIn)
        row, case = retention.decide(**self.change(request, reference), **fields.validated_data)
        return answer(case, RetentionReviewOut(row).data)


class ConfirmationView(CaseDoor):
    @extend_schema(
        operation_id="cases_retention_confirm",
        request=None,
        parameters=[IF_MATCH],
        responses={200: RetentionReviewOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Confirm a disposal that somebody else proposed: what is personal in the case is erased at once, for good."""
        row, case = retention.confirm(**self.change(request, reference))
        return answer(case, RetentionReviewOut(row).data)


class RefusalView(CaseDoor):
    @extend_schema(
        operation_id="cases_retention_refuse",
        request=ReasonIn,
        parameters=[IF_MATCH],
        responses={200: RetentionReviewOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Refuse a disposal that somebody else proposed. Answers the new review, on which it is decided anew."""
        fields = fields_of(request, ReasonIn)
        row, case = retention.refuse(**self.change(request, reference), **fields.validated_data)
        return answer(case, RetentionReviewOut(row).data)


AT = "<reference:reference>/retention/"
urlpatterns = [
    path("retention/", AwaitingView.as_view(), name="retention-awaiting"),
    path(AT, RetentionView.as_view(), name="retention"),
    path(f"{AT}holds/", HoldsView.as_view(), name="retention-hold"),
    path(f"{AT}holds/<uuid:public_id>/lift/", HoldLiftView.as_view(), name="retention-lift"),
    path(f"{AT}decision/", RetentionDecisionView.as_view(), name="retention-decide"),
    path(f"{AT}confirmation/", ConfirmationView.as_view(), name="retention-confirm"),
    path(f"{AT}refusal/", RefusalView.as_view(), name="retention-refuse"),
]
