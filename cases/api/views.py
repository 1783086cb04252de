"""Cases, for staff. Each view reads, makes one call, and answers; what the caller may not see is a 404."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse  # a door: this is where HTTP begins
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.attachments.api import download_copy
from backend.attachments.sniffing import ENDINGS
from backend.calendar.working_days import day_of
from backend.common.parsers import FormParser
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import CursorQuery
from cases import selectors
from cases.services import assessment, assignment, files, identity, involvement, notes, transitions

from . import serializers as shapes
from .doors import IF_MATCH, CaseDoor, answer, fields_of


class CaseView(CaseDoor):
    @extend_schema(operation_id="cases_retrieve", responses={200: shapes.CaseOut})
    def get(self, request: Request, reference: str) -> Response:
        """One case. Its ETag is what every change has to name in If-Match."""
        case = self.case(request, reference)
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class MovesView(CaseDoor):
    @extend_schema(operation_id="cases_moves_list", responses={200: shapes.NextMovesOut})
    def get(self, request: Request, reference: str) -> Response:
        """Every move of the case: whether you may make it now, why not, and what it needs."""
        case = self.case(request, reference)
        moves = selectors.next_moves(case, actor=self.actor(request), on=day_of(timezone.now()))
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
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


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
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


class AssessmentView(CaseDoor):
    @extend_schema(
        operation_id="cases_assessment_update",
        request=shapes.AssessmentIn,
        parameters=[IF_MATCH],
        responses={200: shapes.CaseOut},
    )
    def put(self, request: Request, reference: str) -> Response:
        """Answer the four questions that decide whether a complaint must be recorded, and a complaint or matter referred."""
        fields = fields_of(request, shapes.AssessmentIn)
        case = assessment.assess(**self.change(request, reference), **fields.split())
        return answer(case, shapes.CaseOut(case, context=self.reader(request, case)).data)


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
    @extend_schema(operation_id="cases_notes_list", parameters=[CursorQuery], responses={200: shapes.NotePage})
    def get(self, request: Request, reference: str) -> Response:
        """What staff wrote for each other, oldest first."""
        case, which = self.page_of(request, reference)
        page = selectors.page_of_notes(case, **which)
        return answer(case, shapes.NotePage(page, context=self.reader(request, case)).data)

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
        return answer(case, shapes.NoteOut(note, context=self.reader(request, case)).data, status=201)


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


class LateView(CaseDoor):
    @extend_schema(operation_id="cases_late_list", responses={200: shapes.DeadlineOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """Every duty that was late or is: done after its day, or still open after it; when it was logged among them."""
        case = self.case(request, reference)
        return answer(case, shapes.DeadlineOut(selectors.late(case, on=day_of(timezone.now())), many=True).data)


class FilesView(CaseDoor):
    parser_classes = [FormParser]

    @extend_schema(operation_id="cases_files_list", responses={200: shapes.FileOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """The files of the case."""
        case = self.case(request, reference)
        return answer(case, shapes.FileOut(selectors.files_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_files_create",
        request={"multipart/form-data": shapes.FileIn},
        parameters=[IF_MATCH],
        responses={201: shapes.FileOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Put a file to the case: a notice of a body, a statement, a letter that came on paper."""
        file = fields_of(request, shapes.FileIn).upload()
        stored, case = files.put(**self.change(request, reference), file=file)
        return answer(case, shapes.FileOut(stored).data, status=201)


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
