"""The diary of a case: attempts at contact, evidence to preserve, who is editing, and everything that happened."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.queries import NoQuery, read_query
from backend.common.serializers import CursorQuery, JSONInput
from cases import diary, selectors
from cases.models import ContactAttempt, Preservation
from cases.services import contact, editing, preservation
from cases.timeline import timeline

from .doors import IF_MATCH, CaseDoor, TextAsRead, answer, fields_of
from .serializers import CaseOut, EditorOut, ReasonIn


def _optional(help_text: str, *, longest: int) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, default="", max_length=longest, help_text=help_text)


# ---- contact


class AttemptIn(JSONInput):
    complainant = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Needed where there are several."
    )
    how = serializers.ChoiceField(choices=ContactAttempt.How.choices)
    tried_at = serializers.DateTimeField()
    reached = serializers.BooleanField()
    views = _optional("How they would like it handled; needed at the first contact.", longest=5000)
    wishes_recording = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text=(
            "Needed at the first contact. A yes stands; by a no after it a second person may take it back, in the assessment."
        ),
    )
    note = _optional("What staff should know of it.", longest=5000)


class AttemptOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    complainant = serializers.UUIDField(source="complainant.public_id")
    how = serializers.ChoiceField(choices=ContactAttempt.How.choices)
    tried_at = serializers.DateTimeField()
    reached = serializers.BooleanField()
    views = TextAsRead()
    wishes_recording = serializers.BooleanField(allow_null=True)
    note = TextAsRead()
    logged_by = serializers.CharField(source="logged_by.name")
    logged_at = serializers.DateTimeField()


class ContactAttemptsView(CaseDoor):
    @extend_schema(operation_id="cases_contact_attempts_list", responses={200: AttemptOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """Every attempt to reach a complainant, the first first."""
        case = self.case(request, reference)
        context = self.reader(request, case)
        return answer(case, AttemptOut(diary.attempts_of(case), many=True, context=context).data)

    @extend_schema(
        operation_id="cases_contact_attempts_create",
        request=AttemptIn,
        parameters=[IF_MATCH],
        responses={201: AttemptOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Log an attempt. The first that succeeds is the contact that the law asks for: it takes their views."""
        fields = fields_of(request, AttemptIn)
        attempt, case = contact.log_attempt(**self.change(request, reference), **fields.validated_data)
        return answer(case, AttemptOut(attempt, context=self.reader(request, case)).data, status=201)


class ContactImpossibleView(CaseDoor):
    @extend_schema(
        operation_id="cases_contact_impossible_update",
        request=ReasonIn,
        parameters=[IF_MATCH],
        responses={200: CaseOut},
    )
    def put(self, request: Request, reference: str) -> Response:
        """Record why nobody can be contacted: each was tried in vain, or left no way to reach them."""
        fields = fields_of(request, ReasonIn)
        case = contact.find_impossible(**self.change(request, reference), **fields.validated_data)
        return answer(case, CaseOut(case, context=self.reader(request, case)).data)


# ---- evidence


class EvidenceIn(JSONInput):
    kind = serializers.ChoiceField(choices=Preservation.Kind.choices)
    what = serializers.CharField(max_length=2000)
    where = _optional("Who keeps it, in which system.", longest=2000)
    captured_on = serializers.DateField()
    expires_on = serializers.DateField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The last day on which it is kept; default: the target.",
    )


class PreservedIn(JSONInput):
    preserved_on = serializers.DateField()


class EvidenceOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    reference = serializers.CharField(source="case.reference")
    kind = serializers.ChoiceField(choices=Preservation.Kind.choices)
    what = serializers.CharField()
    where = serializers.CharField()
    captured_on = serializers.DateField()
    expires_on = serializers.DateField()
    preserved_on = serializers.DateField(allow_null=True)
    lost_on = serializers.DateField(allow_null=True)
    lost_reason = serializers.CharField()
    logged_by = serializers.CharField(source="logged_by.name")


class EvidencePage(serializers.Serializer[Any]):
    results = EvidenceOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class ExpiringQuery(CursorQuery):
    by = serializers.DateField(required=False, default=None, help_text="What expires on this day or before.")


class EvidenceView(CaseDoor):
    @extend_schema(operation_id="cases_evidence_list", responses={200: EvidenceOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """What has to be preserved, what expires first at the top."""
        case = self.case(request, reference)
        return answer(case, EvidenceOut(diary.evidence_of(case), many=True).data)

    @extend_schema(
        operation_id="cases_evidence_create", request=EvidenceIn, parameters=[IF_MATCH], responses={201: EvidenceOut}
    )
    def post(self, request: Request, reference: str) -> Response:
        """Note evidence that is deleted unless somebody preserves it."""
        fields = fields_of(request, EvidenceIn)
        evidence, case = preservation.note(**self.change(request, reference), **fields.validated_data)
        return answer(case, EvidenceOut(evidence).data, status=201)


class NoEvidenceView(CaseDoor):
    @extend_schema(
        operation_id="cases_evidence_none", request=ReasonIn, parameters=[IF_MATCH], responses={200: CaseOut}
    )
    def post(self, request: Request, reference: str) -> Response:
        """There is no evidence to preserve: say why."""
        fields = fields_of(request, ReasonIn)
        case = preservation.find_nothing(**self.change(request, reference), **fields.validated_data)
        return answer(case, CaseOut(case, context=self.reader(request, case)).data)


class PreservedView(CaseDoor):
    @extend_schema(
        operation_id="cases_evidence_preserved",
        request=PreservedIn,
        parameters=[IF_MATCH],
        responses={200: EvidenceOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """It is safe."""
        fields = fields_of(request, PreservedIn)
        change = self.change(request, reference)
        evidence, case = preservation.mark_preserved(**change, public_id=public_id, **fields.validated_data)
        return answer(case, EvidenceOut(evidence).data)


class LostView(CaseDoor):
    @extend_schema(
        operation_id="cases_evidence_lost", request=ReasonIn, parameters=[IF_MATCH], responses={200: EvidenceOut}
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """It is gone, or there never was any: say why."""
        fields = fields_of(request, ReasonIn)
        change = self.change(request, reference)
        evidence, case = preservation.mark_lost(**change, public_id=public_id, **fields.validated_data)
        return answer(case, EvidenceOut(evidence).data)


class ExpiringView(CaseDoor):
    @extend_schema(operation_id="cases_evidence_expiring", parameters=[ExpiringQuery], responses={200: EvidencePage})
    def get(self, request: Request) -> Response:
        """What nobody has preserved yet in the cases that you may see, what expires first at the top."""
        query = read_query(request, ExpiringQuery)
        page = diary.expiring(by=query["by"], actor=self.actor(request), cursor=query["cursor"], size=query["limit"])
        return Response(EvidencePage(page).data)


# ---- who is editing, and what happened


class EditingView(CaseDoor):
    @extend_schema(operation_id="cases_editing_list", responses={200: EditorOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """Who has the case open for editing."""
        case = self.case(request, reference)
        return answer(case, EditorOut(selectors.editors_of(case, at=timezone.now()), many=True).data)

    @extend_schema(operation_id="cases_editing_hold", request=None, responses={200: EditorOut(many=True)})
    def post(self, request: Request, reference: str) -> Response:
        """Show others that you are editing, for five minutes more. It stops nobody."""
        read_query(request, NoQuery)
        holds = editing.hold(reference=reference, actor=self.actor(request), at=timezone.now())
        return Response(EditorOut(holds, many=True).data)

    @extend_schema(operation_id="cases_editing_release", request=None, responses={200: EditorOut(many=True)})
    def delete(self, request: Request, reference: str) -> Response:
        """You are not editing any more."""
        read_query(request, NoQuery)
        holds = editing.release(reference=reference, actor=self.actor(request), at=timezone.now())
        return Response(EditorOut(holds, many=True).data)


class TimelineEntryOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    what = serializers.CharField(help_text="The verb of the trail; NOTE, MESSAGE… for what was written with a move.")
    says = serializers.CharField()
    who = serializers.CharField()
    details = serializers.DictField(help_text="Codes, days and names.")
    text = serializers.CharField(help_text="What was written with it: why, and what was told.")


class TimelinePage(serializers.Serializer[Any]):
    results = TimelineEntryOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class TimelineView(CaseDoor):
    @extend_schema(operation_id="cases_timeline", parameters=[CursorQuery], responses={200: TimelinePage})
    def get(self, request: Request, reference: str) -> Response:
        """Everything that happened to the case, in order, with who and why, as far as you may know of it."""
        query, actor = read_query(request, CursorQuery), self.actor(request)
        case = selectors.get_case(reference=reference, actor=actor)
        page = timeline(case, actor=actor, cursor=query["cursor"], size=query["limit"])
        return answer(case, TimelinePage(page).data)


CASE = "<reference:reference>"
urlpatterns = [
    path("evidence/expiring/", ExpiringView.as_view(), name="evidence-expiring"),
    path(f"{CASE}/contact-attempts/", ContactAttemptsView.as_view(), name="contact-attempts"),
    path(f"{CASE}/contact-impossible/", ContactImpossibleView.as_view(), name="contact-impossible"),
    path(f"{CASE}/evidence/", EvidenceView.as_view(), name="evidence"),
    path(f"{CASE}/evidence/none/", NoEvidenceView.as_view(), name="evidence-none"),
    path(f"{CASE}/evidence/<uuid:public_id>/preserved/", PreservedView.as_view(), name="evidence-preserved"),
    path(f"{CASE}/evidence/<uuid:public_id>/lost/", LostView.as_view(), name="evidence-lost"),
    path(f"{CASE}/editing/", EditingView.as_view(), name="editing"),
    path(f"{CASE}/timeline/", TimelineView.as_view(), name="timeline"),
]
