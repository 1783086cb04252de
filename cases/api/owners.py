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
from cases.identities import as_read_by
from cases.lists import owned
from cases.services import decisions

from .allegations import ActionOut, DoneIn, LearningOut
from .doors import CaseDoor, fields_of


class OwnQuery(CursorQuery):
    done = serializers.BooleanField(required=False, default=False, help_text="True: also what is done.")


class ReadByItsOwner(serializers.Serializer[Any]):
    """What was written is read as every text of the case is, by the `actor` of the context."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        told = super().to_representation(instance)
        as_read = as_read_by(self.context["actor"], case=instance.allegation.case)
        return told | {name: as_read(told[name]) for name in ("text", "evidence") if name in told}


class OwnActionOut(ReadByItsOwner, ActionOut):
    """Of the case it tells nothing but what it is called."""

    reference = serializers.CharField(source="allegation.case.reference", help_text="Of the case, seen or not.")


class OwnActionPage(serializers.Serializer[Any]):
    results = OwnActionOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class OwnLearningOut(ReadByItsOwner, LearningOut):
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
        actor = self.actor(request)
        page = owned.actions_of(done=query["done"], actor=actor, cursor=query["cursor"], size=query["limit"])
        return Response(OwnActionPage(page, context={"actor": actor}).data)


class OwnLearningView(CaseDoor):
    @extend_schema(operation_id="cases_own_learning_list", parameters=[OwnQuery], responses={200: OwnLearningPage})
    def get(self, request: Request) -> Response:
        """What you were named to see to that it is learnt, in whatever case, what is due first at the top."""
        query = read_query(request, OwnQuery)
        actor = self.actor(request)
        page = owned.learning_of(done=query["done"], actor=actor, cursor=query["cursor"], size=query["limit"])
        return Response(OwnLearningPage(page, context={"actor": actor}).data)


class OwnActionDoneView(CaseDoor):
    @extend_schema(operation_id="cases_own_actions_done", request=DoneIn, responses={200: OwnActionOut})
    def put(self, request: Request, public_id: UUID) -> Response:
        """Say that what you were named to do is done. No If-Match: an action is done once, and never changes before."""
        read_query(request, NoQuery)
        fields = fields_of(request, DoneIn)
        actor = self.actor(request)
        done = decisions.finish_own_action(public_id=public_id, actor=actor, at=timezone.now(), **fields.validated_data)
        return Response(OwnActionOut(done, context={"actor": actor}).data)


class OwnLearningDoneView(CaseDoor):
    @extend_schema(operation_id="cases_own_learning_done", request=DoneIn, responses={200: OwnLearningOut})
    def put(self, request: Request, public_id: UUID) -> Response:
        """Say that it was learnt. No If-Match, as of an action."""
        read_query(request, NoQuery)
        fields = fields_of(request, DoneIn)
        actor = self.actor(request)
        done = decisions.finish_own_learning(
            public_id=public_id, actor=actor, at=timezone.now(), **fields.validated_data
        )
        return Response(OwnLearningOut(done, context={"actor": actor}).data)


urlpatterns = [
    path("actions/", OwnActionsView.as_view(), name="own-actions"),
    path("actions/<uuid:public_id>/done/", OwnActionDoneView.as_view(), name="own-action-done"),
    path("learning/", OwnLearningView.as_view(), name="own-learning"),
    path("learning/<uuid:public_id>/done/", OwnLearningDoneView.as_view(), name="own-learning-done"),
]
