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
from feedback.services.submission import Accepted

from .serializers import AcceptedOut, CommentForm, CommentIn, ComplaintForm, ComplaintIn, ProgressOut, RatingIn

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {
        "type": "string",
        "format": "uuid",
        "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    },
    OpenApiParameter.HEADER,
    description="A random UUID. Sent again with the same body within 24 hours, it does nothing new and answers the same.",
)
RECEIPT = OpenApiParameter(
    "X-Receipt", str, OpenApiParameter.HEADER, required=True, description="The receipt, as it was shown."
)


class SubmissionDoor(APIView):
    """What the three forms of the public share: anybody may send them, and each is counted before its body is read."""

    permission_classes = [Public]
    authentication_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        submission.count_submission(caller=client_address(request._request), at=timezone.now())

    def key(self, request: Request) -> UUID | None:
        """The Idempotency-Key. Raises ValidationError (400) for what is no random UUID: others can be guessed."""
        read_query(request, NoQuery)
        given = request.headers.get("Idempotency-Key")
        try:
            key = UUID(given) if given is not None else None
        except ValueError:
            key = UUID(int=0)
        if key is not None and key.version != 4:
            raise ValidationError({"Idempotency-Key": ["Send a random UUID (version 4), or leave the header out."]})
        return key


def _read(request: Request, form: type[serializers.Serializer[Any]]) -> Any:
    fields = form(data=request.data)
    fields.is_valid(raise_exception=True)
    return fields


def _answer(accepted: Accepted) -> Response:
    return Response(AcceptedOut(accepted).data, status=201)


class RatingsView(SubmissionDoor):
    @extend_schema(
        operation_id="ratings_create",
        request=RatingIn,
        responses={201: AcceptedOut},
        parameters=[IDEMPOTENCY_KEY],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Rate a local team on four aspects and overall."""
        key = self.key(request)
        form = _read(request, RatingIn)
        return _answer(submission.submit_rating(draft=form.draft(), key=key, at=timezone.now()))


class CommentsView(SubmissionDoor):
    parser_classes = [StrictJSONParser, FormParser]

    @extend_schema(
        operation_id="comments_create",
        request={"application/json": CommentIn, "multipart/form-data": CommentForm},
        responses={201: AcceptedOut},
        parameters=[IDEMPOTENCY_KEY],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Comment on local policing: praise, a suggestion or a question. It is answered."""
        key = self.key(request)
        form = _read(request, CommentForm)
        return _answer(submission.submit_comment(draft=form.draft(), files=form.uploads(), key=key, at=timezone.now()))


class ComplaintsView(SubmissionDoor):
    parser_classes = [StrictJSONParser, FormParser]

    @extend_schema(
        operation_id="complaints_create",
        request={"application/json": ComplaintIn, "multipart/form-data": ComplaintForm},
        responses={201: AcceptedOut},
        parameters=[IDEMPOTENCY_KEY],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Complain about the police, with or without your name. It goes straight to Professional Standards."""
        key = self.key(request)
        form = _read(request, ComplaintForm)
        return _answer(
            submission.submit_complaint(draft=form.draft(), files=form.uploads(), key=key, at=timezone.now())
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
