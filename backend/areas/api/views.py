"""Places, for everybody: the structure of the force, and which neighbourhood a place lies in."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.areas import selectors
from backend.areas.selectors import Located
from backend.calendar.working_days import day_of
from backend.common.permissions import Public
from backend.common.queries import read_query

from .serializers import AreasOut, AreasQuery, LocatedOut, LocateQuery


class AreasView(APIView):
    permission_classes = [Public]
    authentication_classes = []

    @extend_schema(operation_id="areas_list", parameters=[AreasQuery], responses={200: AreasOut}, auth=[])
    def get(self, request: Request) -> Response:
        """The forces, with the units and neighbourhoods that stand today."""
        query = read_query(request, AreasQuery)
        forces = selectors.forces_as_of(day=day_of(timezone.now()), **query)
        return Response(AreasOut({"attribution": selectors.attribution(), "forces": forces}).data)


class LocateView(APIView):
    permission_classes = [Public]
    authentication_classes = []

    @extend_schema(operation_id="areas_locate", parameters=[LocateQuery], responses={200: LocatedOut}, auth=[])
    def get(self, request: Request) -> Response:
        """The neighbourhood and unit of a place: exactly one of `lat` and `lon`, `postcode`, or `name`.

        A place that is not found is no error: `explanation` says why.
        """
        located = _locate(read_query(request, LocateQuery))
        answer = {
            "found": located.found,
            "neighbourhood": located.neighbourhood,
            "unit": located.unit,
            "matches": located.matches,
            "explanation": located.explanation,
            "attribution": selectors.attribution(),
        }
        return Response(LocatedOut(answer).data)


def _locate(query: dict[str, Any]) -> Located:
    day = day_of(timezone.now())
    if "postcode" in query:
        return selectors.locate_postcode(postcode=query["postcode"], day=day)
    if "name" in query:
        return selectors.locate_name(name=query["name"], day=day)
    return selectors.locate_point(latitude=query["lat"], longitude=query["lon"], day=day)
