"""Briefings over HTTP: ask for one, see how it is getting on, fetch the PDF or its figures."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any, cast

from django.http import FileResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.actors import Actor, acting
from backend.accounts.models import User
from backend.attachments.api import download_original
from backend.common.errors import Missing
from backend.common.pagination import Order
from backend.common.permissions import Staff
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import CursorQuery, ProblemOut
from reports import selectors
from reports.services import briefings

from .serializers import BriefingIn, BriefingOut, BriefingPageOut, FiguresOut

NOT_READY = {
    (409, "application/problem+json"): OpenApiResponse(
        ProblemOut, description="It has not been made yet, or could not be."
    )
}
NEWEST = Order("newest", ("requested_at", "id"), descending=True)


class PdfRenderer(BaseRenderer):
    """Lets a caller ask for application/pdf; the file itself is streamed, so what is rendered here is a problem."""

    media_type = "application/pdf"
    format = "pdf"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return json.dumps(data).encode()


def _actor(request: Request, at: dt.datetime) -> Actor:
    return acting(cast(User, request.user), at=at)  # Staff lets nobody in who is not signed in


class BriefingsView(APIView):
    permission_classes = [Staff]

    @extend_schema(
        operation_id="briefings_request",
        request=BriefingIn,
        responses={202: BriefingOut},
        parameters=[
            OpenApiParameter(
                "Location",
                str,
                OpenApiParameter.HEADER,
                response=[202],
                description="Where to ask how it is getting on.",
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Ask for a briefing; the worker makes it. For the delegate of the appropriate authority."""
        read_query(request, NoQuery)
        fields = BriefingIn(data=request.data)
        fields.is_valid(raise_exception=True)
        at = timezone.now()
        briefing = briefings.request(actor=_actor(request, at), at=at, **fields.validated_data)
        address = reverse("reports:briefing", kwargs={"public_id": briefing.public_id})
        return Response(BriefingOut(briefing).data, status=202, headers={"Location": address})

    @extend_schema(operation_id="briefings_list", parameters=[CursorQuery], responses={200: BriefingPageOut})
    def get(self, request: Request) -> Response:
        """The briefings that you may read, newest first."""
        query = read_query(request, CursorQuery)
        rows = selectors.briefings_for(actor=_actor(request, timezone.now()))
        return Response(BriefingPageOut(NEWEST.page(rows, cursor=query["cursor"], size=query["limit"])).data)


class BriefingView(APIView):
    permission_classes = [Staff]

    @extend_schema(operation_id="briefings_retrieve", responses={200: BriefingOut})
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """One briefing, and whether it is ready."""
        read_query(request, NoQuery)
        briefing = selectors.briefing_for(public_id=public_id, actor=_actor(request, timezone.now()))
        if briefing is None:
            raise Missing
        return Response(BriefingOut(briefing).data)


class BriefingPdfView(APIView):
    permission_classes = [Staff]
    renderer_classes = [JSONRenderer, PdfRenderer]

    @extend_schema(operation_id="briefings_pdf", responses={(200, "application/pdf"): OpenApiTypes.BINARY, **NOT_READY})
    def get(self, request: Request, public_id: uuid.UUID) -> FileResponse:
        """The PDF of a briefing that is ready (409 until then). Every download is recorded."""
        read_query(request, NoQuery)
        at = timezone.now()
        return download_original(briefings.download(public_id=public_id, actor=_actor(request, at), at=at))


class BriefingFiguresView(APIView):
    permission_classes = [Staff]

    @extend_schema(operation_id="briefings_figures", responses={200: FiguresOut, **NOT_READY})
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Every number in the PDF of a briefing that is ready (409 until then). Every reading is recorded."""
        read_query(request, NoQuery)
        at = timezone.now()
        briefing = briefings.read_figures(public_id=public_id, actor=_actor(request, at), at=at)
        return Response(briefing.figures)
