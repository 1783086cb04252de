"""The public's doors. Each reads, makes one call, and answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse  # a door: this is where HTTP begins
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.attachments.api import download_copy
from backend.attachments.sniffing import ENDINGS
from backend.calendar.working_days import day_of
from backend.common.addresses import client_address
from backend.common.idempotency import IDEMPOTENCY_KEY, read_idempotency_key
from backend.common.parsers import FormParser, StrictJSONParser
from backend.common.permissions import Public
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import CursorQuery
from cases.selectors import equality_choices
from feedback.services import opening, submission, thread, tracking, wishes
from feedback.services.opening import Opened
from feedback.services.submission import Accepted

from .serializers import (
    AcceptedOut,
    CommentForm,
    CommentIn,
    ComplaintForm,
    ComplaintIn,
    EqualityOut,
    KeptOut,
    ProgressOut,
    RatingIn,
    ThreadPage,
    WishesIn,
    WishesOut,
    WrittenForm,
    WrittenIn,
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


def _key(request: Request) -> UUID | None:
    read_query(request, NoQuery)
    return read_idempotency_key(request)


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
        key = _key(request)
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
        key = _key(request)
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
        key = _key(request)
        form = _read(request, ComplaintForm)
        return _answer(
            submission.submit_complaint(draft=form.draft(), files=form.uploads(), key=key, at=timezone.now())
        )


class EqualityView(APIView):
    permission_classes = [Public]
    authentication_classes = []

    @extend_schema(operation_id="complaints_equality", responses={200: EqualityOut}, auth=[])
    def get(self, request: Request) -> Response:
        """The answers that the equality questions of a complaint offer today. Nobody has to answer them."""
        read_query(request, NoQuery)
        return Response(EqualityOut(equality_choices(on=day_of(timezone.now()))).data)


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


class ReceiptDoor(APIView):
    """What is opened by the receipt: anybody who holds it."""

    permission_classes = [Public]
    authentication_classes = []

    def opened(self, request: Request) -> Opened:
        header = request.headers.get("X-Receipt", "")
        return opening.open_receipt(header=header, caller=client_address(request._request), at=timezone.now())


class TrackMessagesView(ReceiptDoor):
    parser_classes = [StrictJSONParser, FormParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "POST":
            thread.count(caller=client_address(request._request), at=timezone.now())

    @extend_schema(
        operation_id="track_messages_list", parameters=[RECEIPT, CursorQuery], responses={200: ThreadPage}, auth=[]
    )
    def get(self, request: Request) -> Response:
        """Your thread with us, the newest page of it first; within a page the oldest message comes first."""
        query = read_query(request, CursorQuery)
        page = thread.read(self.opened(request), cursor=query["cursor"], size=query["limit"])
        return Response(ThreadPage(page).data)

    @extend_schema(
        operation_id="track_messages_create",
        request={"application/json": WrittenIn, "multipart/form-data": WrittenForm},
        responses={201: KeptOut},
        parameters=[RECEIPT, IDEMPOTENCY_KEY],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Write to us about what you sent, or state a wish. You need no address: the answer stands where you track it."""
        key = _key(request)
        opened = self.opened(request)
        form = _read(request, WrittenForm)
        kept = thread.write(
            opened=opened,
            text=form.validated_data["text"],
            wish=form.validated_data["wish"],
            files=form.uploads(),
            key=key,
            at=timezone.now(),
        )
        return Response(KeptOut(kept).data, status=201)


class TrackPreferencesView(ReceiptDoor):
    @extend_schema(operation_id="track_preferences", responses={200: WishesOut}, parameters=[RECEIPT], auth=[])
    def get(self, request: Request) -> Response:
        """How you wish to be written to."""
        read_query(request, NoQuery)
        return Response(WishesOut(wishes.read(opened=self.opened(request))).data)

    @extend_schema(
        operation_id="track_preferences_set",
        request=WishesIn,
        responses={200: WishesOut},
        parameters=[RECEIPT],
        auth=[],
    )
    def put(self, request: Request) -> Response:
        """Say how you wish to be written to: by which way, in which hours not, and what you need to take part."""
        read_query(request, NoQuery)
        thread.count(caller=client_address(request._request), at=timezone.now())
        opened = self.opened(request)
        form = _read(request, WishesIn)
        return Response(WishesOut(wishes.say(opened=opened, wishes=form.wishes(), at=timezone.now())).data)


class TrackFileView(ReceiptDoor):
    @extend_schema(
        operation_id="track_files_download",
        parameters=[RECEIPT],
        responses={(200, content_type): OpenApiTypes.BINARY for content_type in ENDINGS},
        auth=[],
    )
    def get(self, request: Request, public_id: UUID) -> FileResponse:
        """A file that went with a message of your thread."""
        read_query(request, NoQuery)
        return download_copy(thread.find_file(opened=self.opened(request), public_id=public_id))
