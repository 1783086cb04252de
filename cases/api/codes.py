"""The tables that staff keep: all that is chosen from a list, and is not read by the machine itself."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.calendar.working_days import day_of
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import JSONInput
from cases import selectors
from cases.models import Code
from cases.services import codes

from .doors import CaseDoor, fields_of


class CodesQuery(serializers.Serializer[None]):
    table = serializers.ChoiceField(choices=Code.Table.choices)
    on = serializers.DateField(required=False, help_text="As it stood on this day. Default: today.")


class CodeIn(JSONInput):
    table = serializers.ChoiceField(choices=Code.Table.choices)
    code = serializers.RegexField(r"^[A-Za-z0-9_]+$", max_length=codes.LONGEST)
    title = serializers.CharField(source="label", max_length=160)
    part_of = serializers.CharField(
        source="parent",
        required=False,
        allow_blank=True,
        default="",
        max_length=20,
        help_text="The category that it is a part of.",
    )
    before_2020 = serializers.BooleanField(
        required=False, default=False, help_text="Of the list for cases under the rules of before 1 February 2020."
    )
    never_to_units = serializers.BooleanField(
        required=False, default=False, help_text="Such an allegation is never handled by a local unit."
    )
    taken_from = serializers.CharField(source="source", max_length=200, help_text="Where it stands.")
    from_on = serializers.DateField()


class SuccessorIn(JSONInput):
    before_2020 = serializers.BooleanField(required=False, default=False)
    title = serializers.CharField(source="label", max_length=160)
    never_to_units = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Null: as it was."
    )
    taken_from = serializers.CharField(source="source", max_length=200, help_text="Where it stands.")
    on = serializers.DateField(help_text="The first day of the successor: today or later.")


class EndIn(JSONInput):
    before_2020 = serializers.BooleanField(required=False, default=False)
    on = serializers.DateField(help_text="The first day without it: today or later.")


class CodeOut(serializers.Serializer[Any]):
    table = serializers.ChoiceField(choices=Code.Table.choices)
    code = serializers.CharField()
    title = serializers.CharField(source="label")
    part_of = serializers.CharField(source="parent.code", default="", help_text="Empty: of the first level.")
    before_2020 = serializers.BooleanField()
    never_to_units = serializers.BooleanField()
    taken_from = serializers.CharField(source="source")
    from_on = serializers.DateField()
    until_on = serializers.DateField(allow_null=True, help_text="The first day without it.")


class CodesView(CaseDoor):
    @extend_schema(operation_id="codes_list", parameters=[CodesQuery], responses={200: CodeOut(many=True)})
    def get(self, request: Request) -> Response:
        """One of the tables, as it stood on a day."""
        query = {"on": day_of(timezone.now()), **read_query(request, CodesQuery)}
        return Response(CodeOut(selectors.codes_of(**query), many=True).data)

    @extend_schema(operation_id="codes_create", request=CodeIn, responses={201: CodeOut})
    def post(self, request: Request) -> Response:
        """Add a value to a table. For the delegates of the authority and system administrators."""
        read_query(request, NoQuery)
        fields = fields_of(request, CodeIn)
        added = codes.add(**fields.validated_data, actor=self.actor(request), at=timezone.now())
        return Response(CodeOut(added).data, status=201)


class CodeView(CaseDoor):
    @extend_schema(operation_id="codes_succeed", request=SuccessorIn, responses={201: CodeOut})
    def put(self, request: Request, table: str, code: str) -> Response:
        """End a value, and begin its successor on the same day: what was coded by the former stays as it was."""
        read_query(request, NoQuery)
        fields = fields_of(request, SuccessorIn)
        successor = codes.succeed(
            table=table.upper(), code=code, **fields.validated_data, actor=self.actor(request), at=timezone.now()
        )
        return Response(CodeOut(successor).data, status=201)


class CodeEndView(CaseDoor):
    @extend_schema(operation_id="codes_end", request=EndIn, responses={200: CodeOut})
    def post(self, request: Request, table: str, code: str) -> Response:
        """End a value, and with it its sub-categories."""
        read_query(request, NoQuery)
        fields = fields_of(request, EndIn)
        ended = codes.end(
            table=table.upper(), code=code, **fields.validated_data, actor=self.actor(request), at=timezone.now()
        )
        return Response(CodeOut(ended).data)


urlpatterns = [
    path("codes/", CodesView.as_view(), name="codes"),
    path("codes/<slug:table>/<slug:code>/", CodeView.as_view(), name="code"),
    path("codes/<slug:table>/<slug:code>/end/", CodeEndView.as_view(), name="code-end"),
]
