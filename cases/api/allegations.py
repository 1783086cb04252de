"""The allegations of a case: coded, decided and acted on one by one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.serializers import JSONInput, NestedInput, PastDateField
from cases import selectors
from cases.models import Allegation
from cases.services import allegations, decisions, splitting

from . import serializers as shapes
from . import subjects
from .doors import IF_MATCH, CaseDoor, answer, fields_of


class AllegationIn(JSONInput):
    """One distinct behaviour that is complained of: split by behaviour, never by sentence."""

    summary = serializers.CharField(max_length=5000)
    location = serializers.CharField(required=False, allow_blank=True, max_length=500)
    unit = serializers.SlugField(
        required=False, allow_null=True, allow_blank=True, max_length=80, help_text="Slug of the unit that it is about."
    )
    happened_from = PastDateField(required=False, allow_null=True)
    happened_to = PastDateField(required=False, allow_null=True, help_text="The last day, where it went on for longer.")


class AllegationChangeIn(AllegationIn):
    """What is left out stays as it is."""

    summary = serializers.CharField(required=False, max_length=5000)


class CodingIn(JSONInput):
    category = serializers.CharField(
        max_length=20, help_text="A code of the table CATEGORY, as the case's rules have it."
    )
    factors = serializers.ListField(
        child=serializers.CharField(max_length=20), required=False, default=list, help_text="All of them."
    )


class HandlingIn(JSONInput):
    handling = serializers.ChoiceField(
        choices=Allegation.Handling.choices, allow_blank=True, help_text='"" goes by the way of the case again.'
    )


class OpinionIn(JSONInput):
    opinion = serializers.ChoiceField(choices=Allegation.Opinion.choices)
    reasons = serializers.CharField(max_length=20_000)


class FindingIn(JSONInput):
    finding = serializers.ChoiceField(choices=Allegation.Finding.choices)
    rationale = serializers.CharField(max_length=20_000, help_text="What was found, on what evidence, and why.")
    notice = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Where the IOPC decides: its notice in this case. Null: the one of its report, or of its review.",
    )


class ActionIn(NestedInput):
    kind = serializers.CharField(max_length=20, help_text="A code of the table ACTION.")
    owner = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=254, help_text="A collar number or e-mail address."
    )
    due_on = serializers.DateField(required=False, allow_null=True, default=None)


class ActionsIn(JSONInput):
    actions = ActionIn(many=True, help_text="All that is to be done; an empty list says that nothing is.")

    def split(self) -> dict[str, Any]:
        return {"actions": [decisions.NewAction(**each) for each in self.validated_data["actions"]]}


class LearningIn(JSONInput):
    text = serializers.CharField(max_length=5000)
    owner = serializers.CharField(max_length=254, help_text="A collar number or e-mail address.")
    due_on = serializers.DateField()


class DoneIn(JSONInput):
    done_on = PastDateField()
    evidence = serializers.CharField(max_length=5000, help_text="How it is known to be done.")


class SplitIn(JSONInput):
    summary = serializers.CharField(max_length=5000, help_text="What stays in this one.")
    second = serializers.CharField(max_length=5000, help_text="What the new one is about.")


class MoveToIn(JSONInput):
    into = serializers.CharField(max_length=8, help_text="The reference of the other case.")


class TaskOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    owner = serializers.CharField(source="owner.name", default=None, allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    set_on = serializers.DateField()
    done_on = serializers.DateField(allow_null=True)
    evidence = serializers.CharField()


class ActionOut(TaskOut):
    kind = serializers.CharField(source="kind.code")
    title = serializers.CharField(source="kind.label")


class LearningOut(TaskOut):
    text = serializers.CharField()


class OpinionOut(serializers.Serializer[Any]):
    opinion = serializers.CharField()
    reasons = serializers.CharField()
    given_by = serializers.CharField(source="given_by.name")
    given_at = serializers.DateTimeField()


class DecisionOut(serializers.Serializer[Any]):
    finding = serializers.CharField()
    handling = serializers.CharField()
    rationale = serializers.CharField()
    decided_on = serializers.DateField()
    by_the_iopc = serializers.SerializerMethodField(help_text="Whether the IOPC decided, and its notice was entered.")

    def get_by_the_iopc(self, decision: Any) -> bool:
        return decision.notice_id is not None


class FactorOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    title = serializers.CharField(source="label")


class AllegationDetail(shapes.AllegationOut):
    location = serializers.CharField()
    unit = serializers.CharField(source="unit.slug", default=None, allow_null=True)
    happened_from = serializers.DateField(allow_null=True)
    happened_to = serializers.DateField(allow_null=True)
    factors = FactorOut(many=True, source="factors.all")
    opinion_reasons = serializers.CharField()
    opinions = OpinionOut(many=True, source="opinions.all", help_text="Every one that was given, the first first.")
    rationale = serializers.CharField()
    decisions = DecisionOut(many=True, source="decisions.all", help_text="Every one that was made, the first first.")
    subjects = shapes.InvolvementOut(many=True, source="involvements.all")
    actions = ActionOut(many=True, source="actions.all")
    learning = LearningOut(many=True, source="learning.all")
    split_from = serializers.UUIDField(source="split_from.public_id", default=None, allow_null=True)
    moved_to = serializers.UUIDField(
        source="moved_to.public_id", default=None, allow_null=True, help_text="It goes on there, in another case."
    )


class AllegationsView(CaseDoor):
    @extend_schema(operation_id="cases_allegations_list", responses={200: AllegationDetail(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """What is alleged, in its order, with all that was found and done; what went to another case too."""
        case = self.case(request, reference)
        return answer(case, AllegationDetail(selectors.allegations_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_allegations_create",
        request=AllegationIn,
        parameters=[IF_MATCH],
        responses={201: shapes.AllegationOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Add an allegation."""
        fields = fields_of(request, AllegationIn)
        allegation, case = allegations.add(**self.change(request, reference), described=fields.validated_data)
        return answer(case, shapes.AllegationOut(allegation).data, status=201)


class AllegationView(CaseDoor):
    @extend_schema(
        operation_id="cases_allegations_partial_update",
        request=AllegationChangeIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def patch(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Correct how an allegation is described, until it is decided."""
        fields = fields_of(request, AllegationChangeIn)
        case = allegations.describe(
            **self.change(request, reference), allegation=public_id, changes=fields.validated_data
        )
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class CodingView(CaseDoor):
    @extend_schema(
        operation_id="cases_allegations_code",
        request=CodingIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Code an allegation: category and national factors."""
        fields = fields_of(request, CodingIn)
        case = allegations.code(**self.change(request, reference), allegation=public_id, **fields.validated_data)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class HandlingView(CaseDoor):
    @extend_schema(
        operation_id="cases_allegations_handle",
        request=HandlingIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Say that one allegation is handled otherwise than the case is."""
        fields = fields_of(request, HandlingIn)
        case = allegations.set_handling(
            **self.change(request, reference), allegation=public_id, **fields.validated_data
        )
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class OpinionView(CaseDoor):
    @extend_schema(
        operation_id="cases_allegations_opinion",
        request=OpinionIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Give the investigator's opinion, which is never a finding."""
        fields = fields_of(request, OpinionIn)
        case = decisions.give_opinion(**self.change(request, reference), allegation=public_id, **fields.validated_data)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class DecisionView(CaseDoor):
    @extend_schema(
        operation_id="cases_allegations_decide",
        request=FindingIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Decide an allegation, with reasons; the last decision starts the days in which the outcome is told."""
        fields = fields_of(request, FindingIn)
        case = decisions.decide(**self.change(request, reference), allegation=public_id, **fields.validated_data)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class ActionsView(CaseDoor):
    @extend_schema(
        operation_id="cases_allegations_actions",
        request=ActionsIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Say what is done because of a decided allegation, or that nothing is."""
        fields = fields_of(request, ActionsIn)
        case = decisions.set_actions(**self.change(request, reference), allegation=public_id, **fields.split())
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class LearningView(CaseDoor):
    @extend_schema(
        operation_id="cases_allegations_learning_create",
        request=LearningIn,
        parameters=[IF_MATCH],
        responses={201: LearningOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Note what the organisation learns from it, who sees to it and by when."""
        fields = fields_of(request, LearningIn)
        learning, case = decisions.add_learning(
            **self.change(request, reference), allegation=public_id, **fields.validated_data
        )
        return answer(case, LearningOut(learning).data, status=201)


class ActionDoneView(CaseDoor):
    @extend_schema(
        operation_id="cases_actions_done", request=DoneIn, parameters=[IF_MATCH], responses={200: shapes.CaseOut}
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Note that an action is done; also after the case was closed."""
        fields = fields_of(request, DoneIn)
        case = decisions.finish_action(**self.change(request, reference), action=public_id, **fields.validated_data)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class LearningDoneView(CaseDoor):
    @extend_schema(
        operation_id="cases_learning_done", request=DoneIn, parameters=[IF_MATCH], responses={200: shapes.CaseOut}
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Note that something was learnt; also after the case was closed."""
        fields = fields_of(request, DoneIn)
        case = decisions.finish_learning(**self.change(request, reference), learning=public_id, **fields.validated_data)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class SplitView(CaseDoor):
    @extend_schema(
        operation_id="cases_allegations_split",
        request=SplitIn,
        parameters=[IF_MATCH],
        responses={201: shapes.AllegationOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Make two of an allegation that holds two distinct behaviours."""
        fields = fields_of(request, SplitIn)
        second, case = splitting.split(**self.change(request, reference), allegation=public_id, **fields.validated_data)
        return answer(case, shapes.AllegationOut(second).data, status=201)


class MoveToView(CaseDoor):
    @extend_schema(
        operation_id="cases_allegations_move",
        request=MoveToIn,
        parameters=[IF_MATCH],
        responses={201: shapes.AllegationOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Let an allegation go on in another case of the same people, or one that is linked; answers the one over there."""
        fields = fields_of(request, MoveToIn)
        there, case = splitting.move_to(
            **self.change(request, reference), allegation=public_id, **fields.validated_data
        )
        return answer(case, shapes.AllegationOut(there).data, status=201)


ALLEGATIONS = "<reference:reference>/allegations/"
ONE = f"{ALLEGATIONS}<uuid:public_id>/"
urlpatterns = [
    path(ALLEGATIONS, AllegationsView.as_view(), name="allegations"),
    path(ONE, AllegationView.as_view(), name="allegation"),
    path(f"{ONE}coding/", CodingView.as_view(), name="allegation-coding"),
    path(f"{ONE}handling/", HandlingView.as_view(), name="allegation-handling"),
    path(f"{ONE}opinion/", OpinionView.as_view(), name="allegation-opinion"),
    path(f"{ONE}decision/", DecisionView.as_view(), name="allegation-decision"),
    path(f"{ONE}actions/", ActionsView.as_view(), name="allegation-actions"),
    path(f"{ONE}learning/", LearningView.as_view(), name="allegation-learning"),
    path(f"{ONE}split/", SplitView.as_view(), name="allegation-split"),
    path(f"{ONE}move/", MoveToView.as_view(), name="allegation-move"),
    path(f"{ALLEGATIONS}actions/<uuid:public_id>/done/", ActionDoneView.as_view(), name="action-done"),
    path(f"{ALLEGATIONS}learning/<uuid:public_id>/done/", LearningDoneView.as_view(), name="learning-done"),
    *subjects.urlpatterns,
]
