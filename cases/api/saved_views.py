"""Lists that somebody keeps, and changes of many cases at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.problems import problem_of
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import JSONInput, ProblemOut
from cases.lists import kept
from cases.models import SavedView
from cases.services import bulk, saved_views

from .doors import CaseDoor, fields_of
from .queue import OrderedFilters
from .serializers import AssignmentIn, MoveIn


def wrong_with(filters: dict[str, Any]) -> dict[str, list[str]]:
    """What the list of today does not take of these filters, by name."""
    form = OrderedFilters(data=filters)
    unknown = {name: ["There is no such filter any more."] for name in filters if name not in form.fields}
    return unknown if form.is_valid() else {**form.errors, **unknown}


class SavedViewIn(JSONInput):
    name = serializers.CharField(max_length=80)
    filters = serializers.DictField(
        child=serializers.JSONField(), help_text="As in the query of the list of cases, without cursor and limit."
    )

    def validate_filters(self, filters: dict[str, Any]) -> dict[str, Any]:
        # Kept as words, as they stand in an address.
        plain = {name: _as_in_an_address(value) for name, value in filters.items()}
        wrong = wrong_with(plain) or kept.unknown_codes(plain, kept.known_codes())
        if wrong:
            raise serializers.ValidationError(wrong)
        return plain


def _as_in_an_address(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class SavedViewOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    name = serializers.CharField()
    filters = serializers.DictField(child=serializers.CharField())
    query = serializers.CharField(help_text="To be put after the question mark of the list's address.")
    problems = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="The filters that the list does not take any more, and why. Empty: it can be opened.",
    )
    saved_at = serializers.DateTimeField()


def as_told(view: SavedView, codes: set[tuple[str, str]]) -> dict[str, Any]:
    return {
        "public_id": view.public_id,
        "name": view.name,
        "filters": view.filters,
        "query": urlencode(sorted(view.filters.items())),
        "problems": wrong_with(view.filters) | kept.unknown_codes(view.filters, codes),
        "saved_at": view.saved_at,
    }


class SavedViewsView(CaseDoor):
    @extend_schema(operation_id="cases_views_list", responses={200: SavedViewOut(many=True)})
    def get(self, request: Request) -> Response:
        """The lists that you keep, by name. One whose filter is gone is told of with the reason, and never lost."""
        read_query(request, NoQuery)
        codes = kept.known_codes()
        views = [as_told(view, codes) for view in kept.views_of(self.actor(request))]
        return Response(SavedViewOut(views, many=True).data)

    @extend_schema(operation_id="cases_views_create", request=SavedViewIn, responses={201: SavedViewOut})
    def post(self, request: Request) -> Response:
        """Keep a list under a name: for you alone."""
        read_query(request, NoQuery)
        fields = fields_of(request, SavedViewIn)
        view = saved_views.keep(**fields.validated_data, actor=self.actor(request), at=timezone.now())
        return Response(SavedViewOut(as_told(view, kept.known_codes())).data, status=201)


class SavedViewView(CaseDoor):
    @extend_schema(operation_id="cases_views_destroy", responses={204: OpenApiResponse(description="It is gone.")})
    def delete(self, request: Request, public_id: UUID) -> Response:
        """Drop a list of yours."""
        read_query(request, NoQuery)
        saved_views.discard(public_id=public_id, actor=self.actor(request), at=timezone.now())
        return Response(status=204)


class WantedIn(JSONInput):
    reference = serializers.RegexField(r"^[0-9A-HJKMNP-TV-Z]{8}\Z")
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="As it was read.")


class BulkIn(JSONInput):
    cases = serializers.ListField(child=WantedIn(), min_length=1, max_length=bulk.AT_MOST)

    def validate_cases(self, cases: list[dict[str, Any]]) -> list[bulk.Wanted]:
        if len({each["reference"] for each in cases}) < len(cases):
            raise serializers.ValidationError("Name each case once.")
        return [bulk.Wanted(**each) for each in cases]


class BulkAssignIn(AssignmentIn, BulkIn):
    pass


class BulkMoveIn(MoveIn, BulkIn):
    pass


class ResultOut(serializers.Serializer[bulk.Result]):
    reference = serializers.CharField()
    version = serializers.IntegerField(allow_null=True, help_text="The new one; null where nothing was changed.")
    problem = serializers.SerializerMethodField()

    @extend_schema_field(ProblemOut(allow_null=True))
    def get_problem(self, result: bulk.Result) -> dict[str, Any] | None:
        return problem_of(result.problem) if result.problem else None


class ResultsOut(serializers.Serializer[Any]):
    results = ResultOut(many=True)


class BulkAssignView(CaseDoor):
    @extend_schema(operation_id="cases_bulk_assign", request=BulkAssignIn, responses={200: ResultsOut})
    def post(self, request: Request) -> Response:
        """Assign up to 100 cases, each by itself: the answer says of each what became of it."""
        read_query(request, NoQuery)
        fields = fields_of(request, BulkAssignIn)
        found = bulk.assign_each(**fields.validated_data, actor=self.actor(request), at=timezone.now())
        return Response(ResultsOut({"results": found}).data)


class BulkMoveView(CaseDoor):
    @extend_schema(operation_id="cases_bulk_move", request=BulkMoveIn, responses={200: ResultsOut})
    def post(self, request: Request) -> Response:
        """Make one move with up to 100 cases, each by itself: the answer says of each what became of it."""
        read_query(request, NoQuery)
        fields = fields_of(request, BulkMoveIn)
        found = bulk.move_each(**fields.validated_data, actor=self.actor(request), at=timezone.now())
        return Response(ResultsOut({"results": found}).data)


urlpatterns = [
    path("views/", SavedViewsView.as_view(), name="views"),
    path("views/<uuid:public_id>/", SavedViewView.as_view(), name="view"),
    path("bulk/assign/", BulkAssignView.as_view(), name="bulk-assign"),
    path("bulk/move/", BulkMoveView.as_view(), name="bulk-move"),
]
