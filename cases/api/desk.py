"""Complaints taken by telephone, letter or at a counter; live complaints on an officer; contact plans."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.attachments.api import FilesIn
from backend.common.idempotency import IDEMPOTENCY_KEY, read_idempotency_key
from backend.common.parsers import FormParser, StrictJSONParser
from backend.common.queries import NoQuery, read_query
from backend.common.serializers import CursorQuery, JSONInput, NestedInput, ObjectsField, YesField
from cases import diary
from cases.models import Complainant, ContactPlan, Intake, Kind
from cases.services import contact_plans, desk, officers
from cases.services.intake import NewComplainant

from .doors import CaseDoor, answer, fields_of
from .serializers import STATES, ReasonIn


def _words(help_text: str, *, longest: int = 200) -> serializers.CharField:
    return serializers.CharField(required=False, allow_blank=True, default="", max_length=longest, help_text=help_text)


# ---- taken down by staff


class ComplainantIn(NestedInput):
    relationship = serializers.ChoiceField(
        choices=Complainant.Relationship.choices, required=False, default="UNKNOWN", help_text="How it concerns them."
    )
    name = _words("Left out, the complaint is anonymous.")
    email = serializers.EmailField(required=False, allow_blank=True, default="", max_length=254)
    telephone = _words("A number to reach them on.", longest=40)
    address = _words("Where to write to.", longest=500)
    acts_for = _words("Whom a representative acts for.")
    has_authority = serializers.BooleanField(
        required=False, default=False, help_text="Whether the written authority of that person was seen."
    )
    language = _words("The language that they prefer.", longest=60)
    access_needs = _words("Large print, BSL, an interpreter, an appropriate adult…", longest=1000)

    def new(self, fields: dict[str, Any]) -> NewComplainant:
        return NewComplainant(anonymous=not fields["name"], **fields)


class ToldIn(JSONInput):
    channel = serializers.ChoiceField(choices=Intake.Channel.choices)
    narrative = serializers.CharField(max_length=50_000, help_text="What happened, in the complainant's words.")
    made_on = serializers.DateField(
        help_text="When it was first made to anyone: a transfer keeps the day of the authority it came from."
    )
    received_on = serializers.DateField(help_text="When this force had it.")
    received_by = _words("Who of the force took it; left out, you did.", longest=160)
    transferred_from = _words("The authority that transferred it.", longest=160)
    their_reference = _words("What the other body calls it.", longest=80)
    complainants = ObjectsField(child=ComplainantIn(), min_length=1, max_length=20)
    force = _words("Slug of the force; needed only where you work for several.", longest=80)
    about_unit = _words("Slug of the unit that it is about.", longest=80)
    neighbourhood = _words("Code of the neighbourhood that it is about.", longest=20)
    incident_on = serializers.DateField(required=False, allow_null=True, default=None)
    location = _words("Where it happened.", longest=1000)
    officers_described = _words("Who was involved: names, numbers or looks.", longest=2000)
    harm = _words("Injury, damage or loss.", longest=5000)
    views_on_handling = _words("How they would like it handled.", longest=5000)
    wishes_recording = serializers.BooleanField(required=False, allow_null=True, default=None)
    reply_wanted = YesField(default=True)

    def told(self) -> desk.Told:
        fields = {name: value for name, value in self.validated_data.items() if name != "files"}
        complainants = tuple(ComplainantIn().new(each) for each in fields.pop("complainants"))
        return desk.Told(complainants=complainants, **fields)


class ToldForm(ToldIn, FilesIn):
    """As ToldIn, with the letter or whatever else came with it."""


class ReceiptOfOut(serializers.Serializer[Any]):
    position = serializers.IntegerField(help_text="Of the complainant, as they were sent; the first is 1.")
    receipt = serializers.CharField(help_text="Shown once: tell it to nobody but them, and keep no copy.")


class TakenDownOut(serializers.Serializer[desk.TakenDown]):
    reference = serializers.CharField(help_text="To tell the complainant; it opens nothing.")
    made_on = serializers.DateField()
    received_on = serializers.DateField()
    receipts = ReceiptOfOut(many=True, help_text="For each who complains; with it they follow the case.")


class IntakeView(CaseDoor):
    parser_classes = [StrictJSONParser, FormParser]

    @extend_schema(
        operation_id="cases_intake_create",
        request={"application/json": ToldIn, "multipart/form-data": ToldForm},
        parameters=[IDEMPOTENCY_KEY],
        responses={201: TakenDownOut},
    )
    def post(self, request: Request) -> Response:
        """Write down a complaint that was made by telephone, letter, e-mail, at a counter, or through another body.

        Send what came on paper with it: afterwards your unit may not see the case until it is assessed.
        """
        read_query(request, NoQuery)
        key = read_idempotency_key(request)
        fields = fields_of(request, ToldForm)
        taken = desk.take_down(
            told=fields.told(), files=fields.uploads(), key=key, actor=self.actor(request), at=timezone.now()
        )
        return Response(TakenDownOut(taken).data, status=201)


# ---- live complaints on an officer


class LookupIn(ReasonIn):
    collar_number = serializers.CharField(max_length=20)
    cursor = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=500, help_text="`next` of the page before."
    )
    limit = serializers.IntegerField(required=False, default=25, min_value=1, max_value=100)


class LiveCaseOut(serializers.Serializer[Any]):
    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    state = serializers.ChoiceField(choices=STATES)
    received_on = serializers.DateField()


class LookupOut(serializers.Serializer[Any]):
    name = serializers.CharField(source="person.name")
    collar_number = serializers.CharField(source="person.collar_number")
    live = serializers.IntegerField(help_text="How many, as far as you may know of them.")
    cases = LiveCaseOut(many=True)
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class OfficerLookupView(CaseDoor):
    @extend_schema(operation_id="cases_officers_lookup", request=LookupIn, responses={200: LookupOut})
    def post(self, request: Request) -> Response:
        """The live cases in which an officer is complained about, for a reason that is kept: vetting, promotion, transfer.

        What was received first comes first. Each page is a look of its own, and is kept as one.
        """
        read_query(request, NoQuery)
        fields = fields_of(request, LookupIn)
        found = officers.look_up(actor=self.actor(request), at=timezone.now(), **fields.validated_data)
        return Response(LookupOut(found).data)


# ---- the people who complain again


class PlanIn(JSONInput):
    complainant = serializers.UUIDField()
    text = serializers.CharField(max_length=5000, help_text="How this person is dealt with, and by whom.")
    review_on = serializers.DateField(help_text="By when it is looked at again.")


class PlanReviewIn(JSONInput):
    version = serializers.IntegerField(min_value=1, help_text="The version of the plan that you read.")
    text = _words("The new text; left out, the old one stands.", longest=5000)
    review_on = serializers.DateField(help_text="By when it is looked at again.")


class PlanEndIn(JSONInput):
    version = serializers.IntegerField(min_value=1, help_text="The version of the plan that you read.")
    reason = serializers.CharField(max_length=500)


class PlanOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    version = serializers.IntegerField(
        help_text="One more with each review: who reviews or ends it says which they read."
    )
    text = serializers.CharField()
    made_by = serializers.CharField(source="made_by.name")
    made_on = serializers.DateField()
    review_on = serializers.DateField()
    reviewed_by = serializers.CharField(source="reviewed_by.name", default=None, allow_null=True)
    reviewed_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)
    ended_because = serializers.CharField(help_text="Why it ended; empty while it is in force.")


class PlanOnCaseOut(PlanOut):
    complainants = serializers.SerializerMethodField(help_text="Whom of this case it is about.")

    def get_complainants(self, plan: ContactPlan) -> list[UUID]:
        return diary.whom_it_concerns(self.context["case"], plan)


class OtherCaseOut(LiveCaseOut):
    complainant = serializers.UUIDField(help_text="The complainant of this case whose address or number it shares.")
    reference = serializers.CharField(source="case.reference")
    kind = serializers.ChoiceField(source="case.kind", choices=Kind.choices)
    state = serializers.ChoiceField(source="case.state", choices=STATES)
    received_on = serializers.DateField(source="case.received_on")


class OtherCasePage(serializers.Serializer[Any]):
    results = OtherCaseOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class ContactPlansView(CaseDoor):
    @extend_schema(operation_id="cases_contact_plans_list", responses={200: PlanOnCaseOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """How the people who made this case are dealt with, where there is a plan."""
        case = self.case(request, reference)
        return answer(case, PlanOnCaseOut(diary.plans_of(case), many=True, context={"case": case}).data)

    @extend_schema(operation_id="cases_contact_plans_create", request=PlanIn, responses={201: PlanOut})
    def post(self, request: Request, reference: str) -> Response:
        """Make a plan for the person behind a complainant: it is shown on every case of theirs."""
        read_query(request, NoQuery)
        fields = fields_of(request, PlanIn)
        plan = contact_plans.make(
            reference=reference, actor=self.actor(request), at=timezone.now(), **fields.validated_data
        )
        return Response(PlanOut(plan).data, status=201)


class ContactPlanReviewView(CaseDoor):
    @extend_schema(operation_id="cases_contact_plans_review", request=PlanReviewIn, responses={200: PlanOut})
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Confirm or change a plan that somebody else made."""
        read_query(request, NoQuery)
        fields = fields_of(request, PlanReviewIn)
        plan = contact_plans.review(
            reference=reference,
            public_id=public_id,
            actor=self.actor(request),
            at=timezone.now(),
            **fields.validated_data,
        )
        return Response(PlanOut(plan).data)


class ContactPlanEndView(CaseDoor):
    @extend_schema(operation_id="cases_contact_plans_end", request=PlanEndIn, responses={200: PlanOut})
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """End a plan, and say why."""
        read_query(request, NoQuery)
        fields = fields_of(request, PlanEndIn)
        plan = contact_plans.end(
            reference=reference,
            public_id=public_id,
            actor=self.actor(request),
            at=timezone.now(),
            **fields.validated_data,
        )
        return Response(PlanOut(plan).data)


class OtherCasesView(CaseDoor):
    @extend_schema(operation_id="cases_other_cases_list", parameters=[CursorQuery], responses={200: OtherCasePage})
    def get(self, request: Request, reference: str) -> Response:
        """What else the same people made, known by an e-mail address or telephone number, as far as you may see it.

        The newest first; a page is of up to `limit` cases, each with every complainant of this case who made it.
        """
        case, which = self.page_of(request, reference)
        return answer(case, OtherCasePage(diary.other_cases_of(case, actor=self.actor(request), **which)).data)


PLANS = "<reference:reference>/contact-plans/"
urlpatterns = [
    path("intake/", IntakeView.as_view(), name="intake"),
    path("officers/lookup/", OfficerLookupView.as_view(), name="officer-lookup"),
    path(PLANS, ContactPlansView.as_view(), name="contact-plans"),
    path(f"{PLANS}<uuid:public_id>/review/", ContactPlanReviewView.as_view(), name="contact-plan-review"),
    path(f"{PLANS}<uuid:public_id>/end/", ContactPlanEndView.as_view(), name="contact-plan-end"),
    path("<reference:reference>/complainants/other-cases/", OtherCasesView.as_view(), name="other-cases"),
]
