"""Counting a period by hand: any rule, any start, every day with its reason. It knows of no case."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.common.permissions import Public
from backend.common.queries import read_query
from cases.clocks import CLOCKS, Counted, count_by_hand
from cases.timetable import timetable


class CalculatorQuery(serializers.Serializer[None]):
    rule = serializers.ChoiceField(choices=list(CLOCKS))
    start = serializers.DateField(help_text="The London date of the event, in a year whose bank holidays are known.")


class DayOut(serializers.Serializer[Any]):
    date = serializers.DateField()
    counted = serializers.SerializerMethodField()
    number = serializers.IntegerField(
        allow_null=True, help_text="Its number within the period; null where it is skipped."
    )
    reason = serializers.CharField()

    def get_counted(self, day: Any) -> bool:
        return day.number is not None


class CountedOut(serializers.Serializer[Counted]):
    rule = serializers.CharField(source="clock.rule")
    duty = serializers.CharField(source="clock.duty")
    start = serializers.DateField()
    due = serializers.DateField(help_text="The last day allowed; for months the first day after them.")
    basis = serializers.CharField(source="clock.basis")
    last_working_day_before = serializers.DateField(
        allow_null=True, help_text="By when to post it, where the day due is no working day."
    )
    days = DayOut(many=True)


class CalculatorView(APIView):
    permission_classes = [Public]
    authentication_classes = []

    @extend_schema(
        operation_id="deadlines_calculator", parameters=[CalculatorQuery], responses={200: CountedOut}, auth=[]
    )
    def get(self, request: Request) -> Response:
        """When a period ends, and every day that is counted or skipped on the way, in the years whose bank holidays are known."""
        query = read_query(request, CalculatorQuery)
        return Response(CountedOut(count_by_hand(query["rule"], query["start"], timetable())).data)
