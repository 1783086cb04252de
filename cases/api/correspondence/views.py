"""Letters, notices and the two-way thread with the complainant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse  # a door: this is where HTTP begins
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.calendar.working_days import day_of
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import CursorQuery
from backend.documents.api import PDFDoor, download_pdf
from cases import letters as texts
from cases import selectors
from cases.api.doors import IF_MATCH, CaseDoor, answer, fields_of
from cases.api.serializers import MessageOut, MessagePage
from cases.models import Case
from cases.notices import HARM_GROUNDS, OF_A_RECORD_COPY
from cases.services import letterheads, messages, papers, preferences, review_bundle, settling, templates, timeliness

from .shapes import (
    ConsentEndIn,
    ConsentIn,
    DraftOut,
    LetterheadIn,
    LetterheadOut,
    LetterTemplateIn,
    LetterTemplateOut,
    MessageIn,
    NoticeOut,
    NoticeSendIn,
    PreferencesIn,
    PreferencesOut,
    TimelinessIn,
    TimelinessOut,
    WithholdIn,
    WithholdingReviewIn,
)


class MessagesView(CaseDoor):
    @extend_schema(operation_id="cases_messages_list", parameters=[CursorQuery], responses={200: MessagePage})
    def get(self, request: Request, reference: str) -> Response:
        """What was written to everybody concerned, and what the complainants wrote, oldest first."""
        case, which = self.page_of(request, reference)
        page = selectors.page_of_messages(case, **which)
        return answer(case, MessagePage(page, context=self.reader(request, case)).data)

    @extend_schema(
        operation_id="cases_messages_create", request=MessageIn, parameters=[IF_MATCH], responses={201: MessageOut}
    )
    def post(self, request: Request, reference: str) -> Response:
        """Write to a complainant, or to each: how it is going, an answer, or an acknowledgement."""
        fields = fields_of(request, MessageIn)
        message, case = messages.write(**self.change(request, reference), **fields.arguments())
        return answer(case, MessageOut(message, context=self.reader(request, case)).data, status=201)


class MessageReadView(CaseDoor):
    @extend_schema(operation_id="cases_messages_read", request=None, parameters=[IF_MATCH], responses={200: MessageOut})
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Note that what came in has been read."""
        message, case = messages.mark_read(message=public_id, **self.change(request, reference))
        return answer(case, MessageOut(message, context=self.reader(request, case)).data)


class LetterPDFView(CaseDoor, PDFDoor):
    @extend_schema(operation_id="cases_messages_letter", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, reference: str, public_id: UUID) -> HttpResponse:
        """A message as a letter on paper, with the address on its envelope. Each look is recorded.

        One with the name of somebody who complained is refused (409) until you have revealed them.
        """
        read_query(request, NoQuery)
        pdf = papers.letter_pdf(reference=reference, message=public_id, actor=self.actor(request), at=timezone.now())
        return download_pdf(pdf, name=f"letter {reference}.pdf")


class ReviewBundleView(CaseDoor, PDFDoor):
    @extend_schema(operation_id="cases_review_bundle", responses={(200, "application/pdf"): OpenApiTypes.BINARY})
    def get(self, request: Request, reference: str) -> HttpResponse:
        """All that a review body needs, as one PDF with an index and the case's files in it. Each is recorded.

        Files that do not fit into one PDF are named there as sent beside it. It names those who complained, and is refused
        (409) until you have revealed them.
        """
        read_query(request, NoQuery)
        pdf = review_bundle.as_pdf(reference=reference, actor=self.actor(request), at=timezone.now())
        return download_pdf(pdf, name=f"OFFICIAL-SENSITIVE papers {reference}.pdf")


class NoticeDoor(CaseDoor):
    def reader(self, request: Request, case: Case) -> dict[str, Any]:
        """For NoticeOut: also the grounds on which something may be kept back today."""
        grounds = selectors.choices_on(day_of(timezone.now()), HARM_GROUNDS, OF_A_RECORD_COPY)
        return {**super().reader(request, case), "grounds": grounds}


class NoticesView(NoticeDoor):
    @extend_schema(operation_id="cases_notices_list", responses={200: NoticeOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """What somebody has to be told, or was: owed, sent, kept back, or not owed any more."""
        case = self.case(request, reference)
        context = self.reader(request, case)
        return answer(case, NoticeOut(selectors.notices_of(case), many=True, context=context).data)


class NoticeDraftView(CaseDoor):
    @extend_schema(operation_id="cases_notices_draft", responses={200: DraftOut})
    def get(self, request: Request, reference: str, public_id: UUID) -> Response:
        """The letter of a notice as far as the case fills it, and the parts that are left to write."""
        case = self.case(request, reference)
        draft = settling.draft(case, public_id, at=timezone.now())
        parts = {name: texts.FROM_THE_HANDLER[name] for name in texts.for_the_handler(draft.text)}
        drafted = {"heading": draft.heading, "text": draft.text, "parts": parts, "template": draft.template}
        return answer(case, DraftOut(drafted, context=self.reader(request, case)).data)


class NoticeSendView(CaseDoor):
    @extend_schema(
        operation_id="cases_notices_send", request=NoticeSendIn, parameters=[IF_MATCH], responses={201: MessageOut}
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Send a notice by the letter of its kind. One that asks starts the 28 days of whoever is asked."""
        fields = fields_of(request, NoticeSendIn)
        message, case = settling.send(notice=public_id, completed=fields.completed(), **self.change(request, reference))
        return answer(case, MessageOut(message, context=self.reader(request, case)).data, status=201)


class NoticeWithholdView(NoticeDoor):
    @extend_schema(
        operation_id="cases_notices_withhold", request=WithholdIn, parameters=[IF_MATCH], responses={200: NoticeOut}
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Keep a notice back after the harm test, for a reason that is kept."""
        fields = fields_of(request, WithholdIn)
        notice, case = settling.withhold(notice=public_id, **fields.validated_data, **self.change(request, reference))
        return answer(case, NoticeOut(notice, context=self.reader(request, case)).data)


class NoticeReviewView(NoticeDoor):
    @extend_schema(
        operation_id="cases_notices_review",
        request=WithholdingReviewIn,
        parameters=[IF_MATCH],
        responses={200: NoticeOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Look again at what was kept back: it still is, or it is owed from today. Each look is kept with its reason."""
        fields = fields_of(request, WithholdingReviewIn)
        notice, case = settling.review_withholding(
            notice=public_id, **fields.validated_data, **self.change(request, reference)
        )
        return answer(case, NoticeOut(notice, context=self.reader(request, case)).data)


class TimelinessView(CaseDoor):
    @extend_schema(
        operation_id="cases_timeliness_letters_create",
        request=TimelinessIn,
        parameters=[IF_MATCH],
        responses={201: TimelinessOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Write to the local policing body and the IOPC why it takes so long, with copies to those concerned.

        Who acts for somebody whose consent is not recorded gets none yet: theirs stays owed, and the answer says so.
        """
        fields = fields_of(request, TimelinessIn)
        written, case = timeliness.write_letters(**self.change(request, reference), **fields.arguments())
        return answer(case, TimelinessOut(written, context=self.reader(request, case)).data, status=201)


class PreferencesView(CaseDoor):
    @extend_schema(
        operation_id="cases_complainants_preferences",
        request=PreferencesIn,
        parameters=[IF_MATCH],
        responses={200: PreferencesOut},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """How a complainant wishes to be written to: by which way, in which hours not, and what they need to take part."""
        fields = fields_of(request, PreferencesIn)
        complainant, case = preferences.set_preferences(
            complainant=public_id,
            preferences=preferences.Preferences(**fields.validated_data),
            **self.change(request, reference),
        )
        return answer(case, PreferencesOut(complainant, context=self.reader(request, case)).data)


class ConsentView(CaseDoor):
    @extend_schema(
        operation_id="cases_complainants_consent",
        request=ConsentIn,
        parameters=[IF_MATCH],
        responses={200: PreferencesOut},
    )
    def put(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Record that the person for whom a representative acts consented: who, when, and how that was shown."""
        fields = fields_of(request, ConsentIn)
        complainant, case = preferences.record_consent(
            complainant=public_id, **fields.validated_data, **self.change(request, reference)
        )
        return answer(case, PreferencesOut(complainant, context=self.reader(request, case)).data)


class ConsentEndView(CaseDoor):
    @extend_schema(
        operation_id="cases_complainants_consent_end",
        request=ConsentEndIn,
        parameters=[IF_MATCH],
        responses={200: PreferencesOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Record that whoever is acted for took their consent back: the representative hears and reads nothing more."""
        fields = fields_of(request, ConsentEndIn)
        complainant, case = preferences.end_consent(
            complainant=public_id, **fields.validated_data, **self.change(request, reference)
        )
        return answer(case, PreferencesOut(complainant, context=self.reader(request, case)).data)


class LetterTemplatesView(CaseDoor):
    @extend_schema(operation_id="letter_templates_list", responses={200: LetterTemplateOut(many=True)})
    def get(self, request: Request) -> Response:
        """Every version of every letter, the newest of each first."""
        read_query(request, NoQuery)
        return Response(LetterTemplateOut(templates.of_forces(self.actor(request)), many=True).data)

    @extend_schema(operation_id="letter_templates_create", request=LetterTemplateIn, responses={201: LetterTemplateOut})
    def post(self, request: Request) -> Response:
        """Add a version of a letter for a force. What was sent keeps the version that it was written by."""
        read_query(request, NoQuery)
        fields = fields_of(request, LetterTemplateIn)
        template = templates.add_version(**fields.validated_data, actor=self.actor(request), at=timezone.now())
        return Response(LetterTemplateOut(template).data, status=201)


class LetterheadsView(CaseDoor):
    @extend_schema(operation_id="letterheads_list", responses={200: LetterheadOut(many=True)})
    def get(self, request: Request) -> Response:
        """How your force is reached, as the head of its letters has it from day to day."""
        read_query(request, NoQuery)
        return Response(LetterheadOut(letterheads.of_forces(self.actor(request)), many=True).data)

    @extend_schema(operation_id="letterheads_create", request=LetterheadIn, responses={201: LetterheadOut})
    def post(self, request: Request) -> Response:
        """Set the head of the letters of a force from a day on: an administrator or the authority does."""
        read_query(request, NoQuery)
        fields = fields_of(request, LetterheadIn)
        head = letterheads.add(actor=self.actor(request), at=timezone.now(), **fields.validated_data)
        return Response(LetterheadOut(head).data, status=201)


CASE = "<reference:reference>"
NOTICE = f"{CASE}/notices/<uuid:public_id>"
MESSAGE = f"{CASE}/messages/<uuid:public_id>"
COMPLAINANT = f"{CASE}/complainants/<uuid:public_id>"
urlpatterns = [
    path("letterheads/", LetterheadsView.as_view(), name="letterheads"),
    path("letter-templates/", LetterTemplatesView.as_view(), name="letter-templates"),
    path(f"{CASE}/messages/", MessagesView.as_view(), name="messages"),
    path(f"{MESSAGE}/read/", MessageReadView.as_view(), name="message-read"),
    path(f"{MESSAGE}/letter.pdf", LetterPDFView.as_view(), name="message-letter"),
    path(f"{CASE}/review-bundle.pdf", ReviewBundleView.as_view(), name="review-bundle"),
    path(f"{CASE}/notices/", NoticesView.as_view(), name="notices"),
    path(f"{NOTICE}/draft/", NoticeDraftView.as_view(), name="notice-draft"),
    path(f"{NOTICE}/send/", NoticeSendView.as_view(), name="notice-send"),
    path(f"{NOTICE}/withhold/", NoticeWithholdView.as_view(), name="notice-withhold"),
    path(f"{NOTICE}/review/", NoticeReviewView.as_view(), name="notice-review"),
    path(f"{CASE}/timeliness-letters/", TimelinessView.as_view(), name="timeliness-letters"),
    path(f"{COMPLAINANT}/preferences/", PreferencesView.as_view(), name="preferences"),
    path(f"{COMPLAINANT}/consent/", ConsentView.as_view(), name="consent"),
    path(f"{COMPLAINANT}/consent/end/", ConsentEndView.as_view(), name="consent-end"),
]
