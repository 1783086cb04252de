"""Cases, for staff. Each view reads, makes one call, and answers; what the caller may not see is a 404."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse  # a door: this is where HTTP begins
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.accounts.actors import Actor, acting
from backend.accounts.api.authentication import account
from backend.attachments.api import download_copy
from backend.attachments.sniffing import ENDINGS
from backend.common.etags import etag, read_if_match
from backend.common.permissions import Staff
from backend.common.queries import NoQuery, read_query
from cases import selectors
from cases.models import Case
from cases.services import assessment, assignment, identity, involvement, messages, notes, transitions

from . import serializers as shapes

IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag of the version that is changed."
)


class CaseDoor(APIView):
    """What every door to cases shares."""

    permission_classes = [Staff]

    def actor(self, request: Request) -> Actor:
        return acting(account(request), at=timezone.now())

    def change(self, request: Request, reference: str) -> dict[str, Any]:
        """The arguments that every change of a case takes."""
        read_query(request, NoQuery)
        return {
            "reference": reference,
            "version": read_if_match(request, reference),
            "actor": self.actor(request),
            "at": timezone.now(),
        }

    def case(self, request: Request, reference: str) -> Case:
        read_query(request, NoQuery)
        return selectors.get_case(reference=reference, actor=self.actor(request))


def fields_of(request: Request, form: type[serializers.Serializer[Any]]) -> Any:
    fields = form(data=request.data)
    fields.is_valid(raise_exception=True)
    return fields


def answer(case: Case, body: Any, *, status: int = 200) -> Response:
    return Response(body, status=status, headers={"ETag": etag(case.reference, case.version)})


class QueueView(CaseDoor):
    @extend_schema(operation_id="cases_list", parameters=[shapes.QueueQuery], responses={200: shapes.CasePage})
    def get(self, request: Request) -> Response:
        """The cases that you may see, what is due first at the top."""
        filters = read_query(request, shapes.QueueQuery)
        page = selectors.queue(actor=self.actor(request), filters=filters)
        return Response(shapes.CasePage(page).data)


class CaseView(CaseDoor):
    @extend_schema(operation_id="cases_retrieve", responses={200: shapes.CaseOut})
    def get(self, request: Request, reference: str) -> Response:
        """One case. Its ETag is what every change has to name in If-Match."""
        case = self.case(request, reference)
        return answer(case, shapes.CaseOut(case).data)


class MovesView(CaseDoor):
    @extend_schema(operation_id="cases_moves_list", responses={200: shapes.NextMovesOut})
    def get(self, request: Request, reference: str) -> Response:
        """Every move of the case: whether you may make it now, why not, and what it needs."""
        case = self.case(request, reference)
        moves = selectors.next_moves(case, actor=self.actor(request))
        return answer(case, shapes.NextMovesOut({"state": case.state, "moves": moves}).data)

    @extend_schema(
        operation_id="cases_moves_create",
        request=shapes.MoveIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Move the case along."""
        fields = fields_of(request, shapes.MoveIn)
        case = transitions.perform(**self.change(request, reference), **fields.validated_data)
        return answer(case, shapes.CaseOut(case).data)


class AssignmentView(CaseDoor):
    @extend_schema(
        operation_id="cases_assignment_update",
        request=shapes.AssignmentIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def put(self, request: Request, reference: str) -> Response:
        """Give the case to a unit, a handler, or both."""
        fields = fields_of(request, shapes.AssignmentIn)
        case = assignment.assign(**self.change(request, reference), **fields.validated_data)
        return answer(case, shapes.CaseOut(case).data)


class AssessmentView(CaseDoor):
    @extend_schema(
        operation_id="cases_assessment_update",
        request=shapes.AssessmentIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def put(self, request: Request, reference: str) -> Response:
        """Answer the four questions that decide whether the complaint must be recorded."""
        fields = fields_of(request, shapes.AssessmentIn)
        case = assessment.assess(**self.change(request, reference), **fields.split())
        return answer(case, shapes.CaseOut(case).data)


class InvolvementsView(CaseDoor):
    @extend_schema(operation_id="cases_involvements_list", responses={200: shapes.InvolvementOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """Whom of the force the case is about, who witnessed it, and who is kept out."""
        case = self.case(request, reference)
        return answer(case, shapes.InvolvementOut(selectors.involvements_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_involvements_create",
        request=shapes.InvolvementIn,
        parameters=[IF_MATCH],
        responses={204: OpenApiResponse(description="Named; the wall stands.")},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Name somebody of the force as subject or witness, or declare a conflict: they see nothing of the case any more."""
        fields = fields_of(request, shapes.InvolvementIn)
        case = involvement.name_person(**self.change(request, reference), **fields.validated_data)
        return answer(case, None, status=204)


class NotesView(CaseDoor):
    @extend_schema(operation_id="cases_notes_list", responses={200: shapes.NoteOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """What staff wrote for each other, oldest first."""
        case = self.case(request, reference)
        return answer(case, shapes.NoteOut(selectors.notes_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_notes_create",
        request=shapes.TextIn,
        parameters=[IF_MATCH],
        responses={201: shapes.NoteOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Add a note for staff. It never reaches the complainant."""
        fields = fields_of(request, shapes.TextIn)
        note, case = notes.add(**self.change(request, reference), **fields.validated_data)
        return answer(case, shapes.NoteOut(note).data, status=201)


class MessagesView(CaseDoor):
    @extend_schema(operation_id="cases_messages_list", responses={200: shapes.MessageOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """What the complainant was told, oldest first."""
        case = self.case(request, reference)
        return answer(case, shapes.MessageOut(selectors.messages_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_messages_create",
        request=shapes.TextIn,
        parameters=[IF_MATCH],
        responses={201: shapes.MessageOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Tell the complainant how it is going: they read it with their receipt, and the next four weeks begin."""
        fields = fields_of(request, shapes.TextIn)
        message, case = messages.tell_progress(**self.change(request, reference), **fields.validated_data)
        return answer(case, shapes.MessageOut(message).data, status=201)


class IdentityView(CaseDoor):
    @extend_schema(
        operation_id="cases_complainants_reveal",
        request=shapes.ReasonIn,
        responses={200: shapes.IdentityOut(many=True)},
    )
    def post(self, request: Request, reference: str) -> Response:
        """The names and addresses of the complainants, for a reason that is kept."""
        read_query(request, NoQuery)
        fields = fields_of(request, shapes.ReasonIn)
        found = identity.reveal(
            reference=reference, actor=self.actor(request), at=timezone.now(), **fields.validated_data
        )
        return Response(shapes.IdentityOut(found, many=True).data)


class DeadlinesView(CaseDoor):
    @extend_schema(
        operation_id="cases_deadlines_list",
        parameters=[shapes.ExplainQuery],
        responses={200: shapes.ExplainedOut(many=True)},
    )
    def get(self, request: Request, reference: str) -> Response:
        """What is due on the case, the first due first; with ?explain=1 every day that was counted or skipped."""
        explain = read_query(request, shapes.ExplainQuery)["explain"]
        case = selectors.get_case(reference=reference, actor=self.actor(request))
        if explain:
            return answer(case, shapes.ExplainedOut(selectors.explained_deadlines(case), many=True).data)
        return answer(case, shapes.DeadlineOut(selectors.deadlines(case), many=True).data)


class FilesView(CaseDoor):
    @extend_schema(operation_id="cases_files_list", responses={200: shapes.FileOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """The files of the case."""
        case = self.case(request, reference)
        return answer(case, shapes.FileOut(selectors.files_of(case), many=True).data)


class FileView(CaseDoor):
    @extend_schema(
        operation_id="cases_files_download",
        responses={(200, content_type): OpenApiTypes.BINARY for content_type in ENDINGS},
    )
    def get(self, request: Request, reference: str, public_id: UUID) -> FileResponse:
        """The handler's copy of a file, without what its camera or program wrote into it."""
        read_query(request, NoQuery)
        return download_copy(
            selectors.get_file(reference=reference, public_id=str(public_id), actor=self.actor(request))
        )
