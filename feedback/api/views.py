"""The public's doors. Each reads, makes one call, and answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.common.addresses import client_address
from backend.common.parsers import FormParser, StrictJSONParser
from backend.common.permissions import Public
from backend.common.queries import NoQuery, read_query
from feedback.services import submission, tracking
from feedback.services.submission import Accepted, Sent

from .serializers import AcceptedOut, CommentIn, ComplaintIn, ProgressOut, RatingIn

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "format": "uuid"},
    OpenApiParameter.HEADER,
    description="A random UUID. Sent again with the same body within 24 hours, it does nothing new and answers the same.",
)
RECEIPT = OpenApiParameter(
    "X-Receipt", str, OpenApiParameter.HEADER, required=True, description="The receipt, as it was shown."
)


def _sent(request: Request) -> Sent:
    read_query(request, NoQuery)
    key = request.headers.get("Idempotency-Key")
    try:
        return Sent(caller=client_address(request._request), key=UUID(key) if key is not None else None)
    except ValueError:
        raise ValidationError({"Idempotency-Key": ["Send a random UUID, or leave the header out."]}) from None


def _read(request: Request, form: type[serializers.Serializer[Any]]) -> Any:
    fields = form(data=request.data)
    fields.is_valid(raise_exception=True)
    return fields


def _answer(accepted: Accepted) -> Response:
    return Response(AcceptedOut(accepted).data, status=201)


class RatingsView(APIView):
    permission_classes = [Public]
    authentication_classes = []

    @extend_schema(
        operation_id="ratings_create",
        request=RatingIn,
        responses={201: AcceptedOut},
        parameters=[IDEMPOTENCY_KEY],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Rate a local team on four aspects and overall."""
        sent = _sent(request)
        form = _read(request, RatingIn)
        return _answer(submission.submit_rating(draft=form.draft(), sent=sent, at=timezone.now()))


class CommentsView(APIView):
    permission_classes = [Public]
    authentication_classes = []
    parser_classes = [StrictJSONParser, FormParser]

    @extend_schema(
        operation_id="comments_create",
        request=CommentIn,
        responses={201: AcceptedOut},
        parameters=[IDEMPOTENCY_KEY],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Comment on local policing: praise, a suggestion or a question. It is answered."""
        sent = _sent(request)
        form = _read(request, CommentIn)
        return _answer(
            submission.submit_comment(draft=form.draft(), files=form.uploads(), sent=sent, at=timezone.now())
        )


class ComplaintsView(APIView):
    permission_classes = [Public]
    authentication_classes = []
    parser_classes = [StrictJSONParser, FormParser]

    @extend_schema(
        operation_id="complaints_create",
        request=ComplaintIn,
        responses={201: AcceptedOut},
        parameters=[IDEMPOTENCY_KEY],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Complain about the police, with or without your name. It goes straight to Professional Standards."""
        sent = _sent(request)
        form = _read(request, ComplaintIn)
        return _answer(
            submission.submit_complaint(draft=form.draft(), files=form.uploads(), sent=sent, at=timezone.now())
        )


class TrackView(APIView):
    permission_classes = [Public]
    authentication_classes = []

    @extend_schema(operation_id="track", responses={200: ProgressOut}, parameters=[RECEIPT], auth=[])
    def get(self, request: Request) -> Response:
        """Where a submission stands, what happens next, and by when."""
        read_query(request, NoQuery)
        header = request.headers.get("X-Receipt", "")
        progress = tracking.look_up(header=header, caller=client_address(request._request), at=timezone.now())
        return Response(ProgressOut(progress).data)
