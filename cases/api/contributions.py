"""What another unit or department is asked to contribute."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse  # a door: this is where HTTP begins
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.attachments.api import download_copy
from backend.attachments.sniffing import ENDINGS
from backend.common.etags import etag, read_if_match
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import CursorQuery, JSONInput
from cases import diary
from cases.models import Contribution
from cases.services import contributions

from .doors import IF_MATCH, CaseDoor, TextAsRead, answer, fields_of
from .serializers import FileOut, ReasonIn, TextIn, UnitNamed

# The unit that is asked reads what was written for it: it has no case to look anybody up in, and may have to know a name.
AS_WRITTEN = {"as_read": str}


class ContributionsQuery(CursorQuery):
    settled = serializers.BooleanField(
        required=False, default=False, help_text="True: also what was answered, cancelled or ended with its case."
    )


class QuestionIn(JSONInput):
    unit = serializers.SlugField(max_length=80, help_text="Slug of the unit that is asked.")
    question = serializers.CharField(max_length=20_000, help_text="All that the unit sees: it does not see the case.")
    due_on = serializers.DateField(
        source="due", required=False, allow_null=True, default=None, help_text="Default: the target for contributions."
    )
    files = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        default=list,
        max_length=20,
        help_text="Files of the case to show.",
    )


class SendBackIn(ReasonIn):
    due_on = serializers.DateField(
        source="due", required=False, allow_null=True, default=None, help_text="Default: the target, from today."
    )


class EntryOut(serializers.Serializer[Any]):
    step = serializers.ChoiceField(choices=Contribution.State.choices)
    author = serializers.CharField(source="author.name")
    written_at = serializers.DateTimeField()
    text = TextAsRead()


class ContributionOut(serializers.Serializer[Any]):
    """Of the case it tells nothing but what the asker wrote and attached."""

    public_id = serializers.UUIDField()
    version = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Contribution.State.choices)
    unit = UnitNamed()
    question = TextAsRead()
    asked_by = serializers.CharField(source="asked_by.name")
    asked_on = serializers.DateField()
    due_on = serializers.DateField(help_text="The last day for it.")
    settled_on = serializers.DateField(allow_null=True)
    files = FileOut(many=True)
    entries = EntryOut(many=True)


class ContributionPage(serializers.Serializer[Any]):
    results = ContributionOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


# ---- by those who handle the case


class CaseContributionsView(CaseDoor):
    @extend_schema(operation_id="cases_contributions_of_case_list", responses={200: ContributionOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """What other units were asked for this case, the first first."""
        case = self.case(request, reference)
        context = self.reader(request, case)
        return answer(case, ContributionOut(diary.contributions_of(case), many=True, context=context).data)

    @extend_schema(
        operation_id="cases_contributions_ask",
        request=QuestionIn,
        parameters=[IF_MATCH],
        responses={201: ContributionOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Ask another unit or department: it sees the question and what you attach, not the case."""
        fields = fields_of(request, QuestionIn)
        asked, case = contributions.ask(**self.change(request, reference), **fields.validated_data)
        return answer(case, ContributionOut(asked, context=self.reader(request, case)).data, status=201)


class AcceptView(CaseDoor):
    @extend_schema(
        operation_id="cases_contributions_accept", request=None, parameters=[IF_MATCH], responses={200: ContributionOut}
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Take what was submitted. Whoever wrote it does not accept it."""
        accepted, case = contributions.accept(**self.change(request, reference), public_id=public_id)
        return answer(case, ContributionOut(accepted, context=self.reader(request, case)).data)


class SendBackView(CaseDoor):
    @extend_schema(
        operation_id="cases_contributions_send_back",
        request=SendBackIn,
        parameters=[IF_MATCH],
        responses={200: ContributionOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Ask for more or for better; the time for it starts again."""
        fields = fields_of(request, SendBackIn)
        change = self.change(request, reference)
        returned, case = contributions.send_back(**change, public_id=public_id, **fields.validated_data)
        return answer(case, ContributionOut(returned, context=self.reader(request, case)).data)


class CancelView(CaseDoor):
    @extend_schema(
        operation_id="cases_contributions_cancel",
        request=ReasonIn,
        parameters=[IF_MATCH],
        responses={200: ContributionOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """It is not needed any more."""
        fields = fields_of(request, ReasonIn)
        change = self.change(request, reference)
        cancelled, case = contributions.cancel(**change, public_id=public_id, **fields.validated_data)
        return answer(case, ContributionOut(cancelled, context=self.reader(request, case)).data)


# ---- by the unit that was asked


class OurContributionsView(CaseDoor):
    @extend_schema(
        operation_id="cases_contributions_list", parameters=[ContributionsQuery], responses={200: ContributionPage}
    )
    def get(self, request: Request) -> Response:
        """What your unit is asked to contribute, what is due first at the top."""
        query = read_query(request, ContributionsQuery)
        page = diary.contributions_asked(
            settled=query["settled"], actor=self.actor(request), cursor=query["cursor"], size=query["limit"]
        )
        return Response(ContributionPage(page, context=AS_WRITTEN).data)


class OurContributionView(CaseDoor):
    @extend_schema(operation_id="cases_contributions_retrieve", responses={200: ContributionOut})
    def get(self, request: Request, public_id: UUID) -> Response:
        """One question to your unit. Its ETag is what an answer has to name in If-Match."""
        read_query(request, NoQuery)
        return _answer(diary.get_contribution(public_id=public_id, actor=self.actor(request)))


class SubmitView(CaseDoor):
    @extend_schema(
        operation_id="cases_contributions_submit",
        request=TextIn,
        parameters=[IF_MATCH],
        responses={200: ContributionOut},
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Answer what your unit was asked."""
        read_query(request, NoQuery)
        fields = fields_of(request, TextIn)
        return _answer(
            contributions.submit(
                public_id=public_id,
                version=read_if_match(request, str(public_id)),
                actor=self.actor(request),
                at=timezone.now(),
                **fields.validated_data,
            )
        )


class OurContributionFileView(CaseDoor):
    @extend_schema(
        operation_id="cases_contributions_files_download",
        responses={(200, content_type): OpenApiTypes.BINARY for content_type in ENDINGS},
    )
    def get(self, request: Request, public_id: UUID, file: UUID) -> FileResponse:
        """A file that was attached to the question."""
        read_query(request, NoQuery)
        found = diary.get_contribution_file(public_id=public_id, file=file, actor=self.actor(request))
        return download_copy(found)


def _answer(contribution: Contribution) -> Response:
    tag = etag(str(contribution.public_id), contribution.version)
    return Response(ContributionOut(contribution, context=AS_WRITTEN).data, headers={"ETag": tag})


OF_CASE = "<reference:reference>/contributions/"
OURS = "contributions/"
urlpatterns = [
    path(OURS, OurContributionsView.as_view(), name="our-contributions"),
    path(f"{OURS}<uuid:public_id>/", OurContributionView.as_view(), name="our-contribution"),
    path(f"{OURS}<uuid:public_id>/submit/", SubmitView.as_view(), name="contribution-submit"),
    path(f"{OURS}<uuid:public_id>/files/<uuid:file>/", OurContributionFileView.as_view(), name="contribution-file"),
    path(OF_CASE, CaseContributionsView.as_view(), name="contributions"),
    path(f"{OF_CASE}<uuid:public_id>/accept/", AcceptView.as_view(), name="contribution-accept"),
    path(f"{OF_CASE}<uuid:public_id>/send-back/", SendBackView.as_view(), name="contribution-send-back"),
    path(f"{OF_CASE}<uuid:public_id>/cancel/", CancelView.as_view(), name="contribution-cancel"),
]
