"""The list of cases and its counts, as staff narrow them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.calendar.working_days import day_of
from backend.common.queries import read_query
from backend.common.serializers import CursorQuery
from cases.lists import counts, queue
from cases.lists.queue import Queue
from cases.models import Flag, Kind, Regime

from .doors import CaseDoor
from .serializers import STATES, CaseListed

SEARCHED = 'Words of the narrative, notes, messages or allegations, or a reference; "…" for a phrase, - for not.'


class Filters(serializers.Serializer[None]):
    """What a list of cases may be narrowed to."""

    queue = serializers.ChoiceField(choices=Queue.choices, required=False)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)
    unit = serializers.SlugField(required=False, max_length=80, help_text="Slug of the unit that holds the case.")
    about_unit = serializers.SlugField(required=False, max_length=80, help_text="Slug of the unit that it is about.")
    handler = serializers.ChoiceField(choices=["me", "nobody", "anybody"], required=False, default="anybody")
    handled_by = serializers.EmailField(required=False, max_length=254, help_text="E-mail address of the handler.")
    category = serializers.CharField(
        required=False, max_length=20, help_text="Code of an allegation's category; those below it count too."
    )
    factor = serializers.CharField(required=False, max_length=20, help_text="Code of a national factor.")
    regime = serializers.ChoiceField(choices=Regime.choices, required=False)
    recorded = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Whether it was recorded under Schedule 3."
    )
    restricted = serializers.BooleanField(required=False, allow_null=True, default=None)
    older_than = serializers.IntegerField(
        required=False, min_value=0, max_value=36_500, help_text="Received more than so many days ago."
    )
    flag = serializers.ChoiceField(choices=Flag.values, required=False, help_text="Cases with this flag.")
    due_by = serializers.DateField(required=False, help_text="Due on this day or before.")
    received_from = serializers.DateField(required=False)
    received_to = serializers.DateField(required=False)
    open = serializers.BooleanField(
        required=False, help_text="False: closed cases too. Default: true, and false in history."
    )
    history = serializers.ChoiceField(
        choices=["exclude", "include", "only"], required=False, default="exclude", help_text="Imported cases."
    )
    search = serializers.CharField(required=False, default="", max_length=200, help_text=SEARCHED)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"open": attrs["history"] == "exclude", **attrs}


class OrderedFilters(Filters):
    """A list, as it is kept under a name."""

    order = serializers.ChoiceField(
        choices=["due", "newest"],
        required=False,
        help_text="Default: due; newest in a search, in history and from a day received.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        by_day = attrs["search"] or attrs["history"] != "exclude" or attrs.get("received_from")
        return {"order": "newest" if by_day else "due", **super().validate(attrs)}


class QueueQuery(CursorQuery, OrderedFilters):
    pass


class CountsQuery(Filters):
    pass


class CasePage(serializers.Serializer[Any]):
    results = CaseListed(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class CountOut(serializers.Serializer[Any]):
    of = serializers.CharField(help_text="The queue or state; empty for the whole list.")
    count = serializers.IntegerField(help_text="Exact, or the first 1,000 where there are more.")
    is_more = serializers.BooleanField(help_text="There are more than are counted.")


class CountsOut(serializers.Serializer[Any]):
    total = CountOut()
    queues = CountOut(many=True)
    states = CountOut(many=True)


CASE_PAGE = CasePage()  # once: to make its fields anew takes as long as to fill a page


class QueueView(CaseDoor):
    @extend_schema(operation_id="cases_list", parameters=[QueueQuery], responses={200: CasePage})
    def get(self, request: Request) -> Response:
        """The cases that you may see, what is due first at the top."""
        filters = read_query(request, QueueQuery)
        page = queue.page(actor=self.actor(request), filters=filters, on=day_of(timezone.now()))
        return Response(CASE_PAGE.to_representation(page))


class CountsView(CaseDoor):
    @extend_schema(operation_id="cases_counts", parameters=[CountsQuery], responses={200: CountsOut})
    def get(self, request: Request) -> Response:
        """How many cases the list has with these filters, and with each queue or state in place of its own; 1,000 at most."""
        filters = read_query(request, CountsQuery)
        found = counts.counts(actor=self.actor(request), filters=filters, on=day_of(timezone.now()))
        return Response(CountsOut(found).data)
