"""What is owed today, by whom, to whom; and how much each handler has."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.calendar.working_days import day_of
from backend.common.queries import read_query
from backend.common.serializers import CursorQuery
from cases.lists.owed import owed
from cases.lists.workload import workload
from cases.models import Kind

from .doors import CaseDoor
from .serializers import STATES, DeadlineOut, HandlerOut, UnitNamed


class OwedQuery(CursorQuery):
    days = serializers.IntegerField(
        required=False, default=1, min_value=0, max_value=366, help_text="Due within so many days after today."
    )
    mine = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Of the cases that you handle; and what you were named to do, of those that you do not see.",
    )
    unit = serializers.SlugField(required=False, max_length=80, help_text="Slug of the unit that holds the case.")
    statutory = serializers.BooleanField(required=False, default=False, help_text="Only what the law sets.")
    overdue = serializers.BooleanField(required=False, default=False, help_text="Only what is late.")


class OwedCase(serializers.Serializer[Any]):
    """Of a case that the reader does not see, and was named to do something in, the reference alone."""

    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices, allow_null=True)
    state = serializers.ChoiceField(choices=STATES, allow_null=True)
    unit = UnitNamed(allow_null=True)
    handler = HandlerOut(allow_null=True)


class OwedDutyOut(DeadlineOut):
    due_on = serializers.DateField(
        allow_null=True, help_text="The last day allowed; it ends at midnight in London. Null: no day is set for it."
    )


class DutyOut(serializers.Serializer[Any]):
    case = OwedCase()
    duty = OwedDutyOut()
    asked_of = UnitNamed(
        allow_null=True, help_text="The unit that was asked to contribute, where that is what is owed."
    )
    days_over = serializers.IntegerField(
        allow_null=True, help_text="Days past the last day allowed; 0 on that day, less before it. Null: there is none."
    )
    owner = serializers.CharField(help_text="Who was named to do it; empty where nobody was.")


class DutyPage(serializers.Serializer[Any]):
    results = DutyOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class OwedView(CaseDoor):
    @extend_schema(operation_id="cases_owed_list", parameters=[OwedQuery], responses={200: DutyPage})
    def get(self, request: Request) -> Response:
        """What is owed today, by whom, to whom: duty by duty, what the law sets first. A page is of up to `limit` cases."""
        filters = read_query(request, OwedQuery)
        page = owed(actor=self.actor(request), filters=filters, on=day_of(timezone.now()))
        return Response(DutyPage(page).data)


class WorkloadQuery(serializers.Serializer[None]):
    unit = serializers.SlugField(required=False, max_length=80, help_text="Slug of one unit that you supervise.")


class LoadOut(serializers.Serializer[Any]):
    handler = HandlerOut(allow_null=True, help_text="Null: cases without a handler.")
    open = serializers.IntegerField()
    late_by_law = serializers.IntegerField(help_text="Cases with a duty of the law that is late.")
    late_by_target = serializers.IntegerField(help_text="Cases with a service target that is late.")
    due_soon = serializers.IntegerField(help_text="Cases with something due within five working days.")
    oldest_received_on = serializers.DateField(allow_null=True)


class WorkloadView(CaseDoor):
    @extend_schema(operation_id="cases_workload_list", parameters=[WorkloadQuery], responses={200: LoadOut(many=True)})
    def get(self, request: Request) -> Response:
        """The open cases of each handler whom you supervise, as far as you may see the cases."""
        query = read_query(request, WorkloadQuery)
        found = workload(actor=self.actor(request), unit=query.get("unit"), at=timezone.now())
        return Response(LoadOut(found, many=True).data)


urlpatterns = [
    path("owed/", OwedView.as_view(), name="owed"),
    path("workload/", WorkloadView.as_view(), name="workload"),
]
