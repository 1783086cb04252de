"""What somebody was named to do, or to see to that it is learnt: their own list, and that it is done."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.queries import NoQuery, read_query
from backend.common.serializers import CursorQuery
from cases.lists import owned
from cases.services import decisions

from .allegations import ActionOut, DoneIn, LearningOut
from .doors import CaseDoor, fields_of


class OwnQuery(CursorQuery):
    done = serializers.BooleanField(required=False, default=False, help_text="True: also what is done.")


class OwnActionOut(ActionOut):
    """Of the case it tells nothing but what it is called."""

    reference = serializers.CharField(source="allegation.case.reference", help_text="Of the case, seen or not.")


class OwnActionPage(serializers.Serializer[Any]):
    results = OwnActionOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class OwnLearningOut(LearningOut):
    """Of the case it tells nothing but what it is called."""

    reference = serializers.CharField(source="allegation.case.reference", help_text="Of the case, seen or not.")


class OwnLearningPage(serializers.Serializer[Any]):
    results = OwnLearningOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class OwnActionsView(CaseDoor):
    @extend_schema(operation_id="cases_own_actions_list", parameters=[OwnQuery], responses={200: OwnActionPage})
    def get(self, request: Request) -> Response:
        """What you were named to do, in whatever case, what was set first at the top."""
        query = read_query(request, OwnQuery)
        page = owned.actions_of(
            done=query["done"], actor=self.actor(request), cursor=query["cursor"], size=query["limit"]
        )
        return Response(OwnActionPage(page).data)


class OwnLearningView(CaseDoor):
    @extend_schema(operation_id="cases_own_learning_list", parameters=[OwnQuery], responses={200: OwnLearningPage})
    def get(self, request: Request) -> Response:
        """What you were named to see to that it is learnt, in whatever case, what is due first at the top."""
        query = read_query(request, OwnQuery)
        page = owned.learning_of(
            done=query["done"], actor=self.actor(request), cursor=query["cursor"], size=query["limit"]
        )
        return Response(OwnLearningPage(page).data)


class OwnActionDoneView(CaseDoor):
    @extend_schema(operation_id="cases_own_actions_done", request=DoneIn, responses={200: OwnActionOut})
    def put(self, request: Request, public_id: UUID) -> Response:
        """Say that what you were named to do is done. No If-Match: an action is done once, and never changes before."""
        read_query(request, NoQuery)
        fields = fields_of(request, DoneIn)
        done = decisions.finish_own_action(
            public_id=public_id, actor=self.actor(request), at=timezone.now(), **fields.validated_data
        )
        return Response(OwnActionOut(done).data)


class OwnLearningDoneView(CaseDoor):
    @extend_schema(operation_id="cases_own_learning_done", request=DoneIn, responses={200: OwnLearningOut})
    def put(self, request: Request, public_id: UUID) -> Response:
        """Say that it was learnt. No If-Match, as of an action."""
        read_query(request, NoQuery)
        fields = fields_of(request, DoneIn)
        done = decisions.finish_own_learning(
            public_id=public_id, actor=self.actor(request), at=timezone.now(), **fields.validated_data
        )
        return Response(OwnLearningOut(done).data)


urlpatterns = [
    path("actions/", OwnActionsView.as_view(), name="own-actions"),
    path("actions/<uuid:public_id>/done/", OwnActionDoneView.as_view(), name="own-action-done"),
    path("learning/", OwnLearningView.as_view(), name="own-learning"),
    path("learning/<uuid:public_id>/done/", OwnLearningDoneView.as_view(), name="own-learning-done"),
]
