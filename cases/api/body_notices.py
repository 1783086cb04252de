"""What the IOPC and the local policing body say, and the local policing bodies by name."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.calendar.working_days import day_of
from backend.common.pagination import Order
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import CursorQuery, JSONInput, PastDateField
from cases.lists.owed import owed_to_bodies
from cases.models import Body
from cases.services import body_notices, policing_bodies

from .doors import IF_MATCH, CaseDoor, answer, fields_of

NEWEST_FIRST = Order("entered", ("entered_at", "id"), descending=True)


class BodyNoticeIn(JSONInput):
    body = serializers.ChoiceField(choices=Body.choices)
    decides = serializers.ChoiceField(
        choices=list(body_notices.DECISIONS), help_text="What is itself a move of the case comes in with that move."
    )
    dated_on = PastDateField(help_text="The day on the notice.")
    document = serializers.UUIDField(help_text="The notice: the public id of a file of this case.")


class BodyNoticeOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    case = serializers.CharField(source="case.reference")
    body = serializers.ChoiceField(choices=Body.choices)
    decides = serializers.CharField()
    dated_on = serializers.DateField()
    document = serializers.UUIDField(source="document.public_id", allow_null=True)
    entered_by = serializers.CharField(source="entered_by.name")
    entered_at = serializers.DateTimeField()


class BodyNoticePage(serializers.Serializer[Any]):
    results = BodyNoticeOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class TrayQuery(CursorQuery):
    body = serializers.ChoiceField(choices=Body.choices, required=False)


class OwedToBodiesQuery(CursorQuery):
    body = serializers.ChoiceField(choices=Body.choices, required=False, default="")


class OwedToBodyOut(serializers.Serializer[Any]):
    case = serializers.CharField(source="case.reference")
    body = serializers.ChoiceField(choices=Body.choices)
    kind = serializers.CharField(
        help_text="Of a notice, or MANDATORY_REFERRAL, TIMELINESS (a letter of regulation 13), RECOMMENDATION."
    )
    says = serializers.CharField()
    owed_on = serializers.DateField()
    due_on = serializers.DateField()


class OwedToBodyPage(serializers.Serializer[Any]):
    results = OwedToBodyOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class PolicingBodyIn(JSONInput):
    force = serializers.SlugField(max_length=80, help_text="Slug of the force.")
    name = serializers.CharField(max_length=200)
    address = serializers.CharField(max_length=1000)
    from_on = serializers.DateField(help_text="Also a day to come. The body before it ends on this day.")


class PolicingBodyOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    force = serializers.CharField(source="force.slug")
    name = serializers.CharField()
    address = serializers.CharField()
    from_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True, help_text="Exclusive.")


class CaseBodyNoticesView(CaseDoor):
    @extend_schema(operation_id="cases_body_notices_of_case", responses={200: BodyNoticeOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """What bodies said about this case, oldest first."""
        case = self.case(request, reference)
        return answer(case, BodyNoticeOut(body_notices.notices_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_body_notices_create",
        request=BodyNoticeIn,
        parameters=[IF_MATCH],
        responses={201: BodyNoticeOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Enter what a body decided, by its document. It is never changed."""
        fields = fields_of(request, BodyNoticeIn)
        notice, case = body_notices.enter(**self.change(request, reference), **fields.validated_data)
        return answer(case, BodyNoticeOut(notice).data, status=201)


class TrayView(CaseDoor):
    @extend_schema(operation_id="cases_body_notices_list", parameters=[TrayQuery], responses={200: BodyNoticePage})
    def get(self, request: Request) -> Response:
        """What bodies said about every case that you may see, newest first."""
        query = read_query(request, TrayQuery)
        said = body_notices.notices_in(actor=self.actor(request), body=query.get("body", ""))
        return Response(BodyNoticePage(NEWEST_FIRST.page(said, cursor=query["cursor"], size=query["limit"])).data)


class OwedToBodiesView(CaseDoor):
    @extend_schema(
        operation_id="cases_body_notices_owed",
        parameters=[OwedToBodiesQuery],
        responses={200: OwedToBodyPage},
    )
    def get(self, request: Request) -> Response:
        """What the force owes to bodies: referrals, bundles, letters and answers, what the law sets first.

        The first due first. A page is of up to `limit` cases.
        """
        query = read_query(request, OwedToBodiesQuery)
        page = owed_to_bodies(
            actor=self.actor(request),
            body=query["body"],
            cursor=query["cursor"],
            size=query["limit"],
            on=day_of(timezone.now()),
        )
        return Response(OwedToBodyPage(page).data)


class PolicingBodiesView(CaseDoor):
    @extend_schema(operation_id="cases_local_policing_bodies_list", responses={200: PolicingBodyOut(many=True)})
    def get(self, request: Request) -> Response:
        """The local policing bodies of your force, from when until when."""
        read_query(request, NoQuery)
        return Response(PolicingBodyOut(policing_bodies.named(actor=self.actor(request)), many=True).data)

    @extend_schema(
        operation_id="cases_local_policing_bodies_create", request=PolicingBodyIn, responses={201: PolicingBodyOut}
    )
    def post(self, request: Request) -> Response:
        """Name the local policing body of a force from a day on: an administrator or the authority does."""
        read_query(request, NoQuery)
        fields = fields_of(request, PolicingBodyIn)
        body = policing_bodies.name(actor=self.actor(request), at=timezone.now(), **fields.validated_data)
        return Response(PolicingBodyOut(body).data, status=201)


urlpatterns = [
    path("body-notices/", TrayView.as_view(), name="body-notices-tray"),
    path("body-notices/owed/", OwedToBodiesView.as_view(), name="owed-to-bodies"),
    path("local-policing-bodies/", PolicingBodiesView.as_view(), name="local-policing-bodies"),
    path("<reference:reference>/body-notices/", CaseBodyNoticesView.as_view(), name="body-notices"),
]
