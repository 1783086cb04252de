"""How a case stands to others: links, and the matters that arise from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.serializers import JSONInput
from cases.identities import as_read_by
from cases.models import Case, CaseLink, MatterType
from cases.services import links, matters

from . import serializers as shapes
from .doors import IF_MATCH, CaseDoor, TextAsRead, answer, fields_of


class LinkIn(JSONInput):
    other = serializers.CharField(max_length=8, help_text="The reference of the other case.")
    kind = serializers.ChoiceField(
        choices=[kind.value for kind in links.LINKED_BY_HAND], help_text="Reads: this case is `kind` of the other."
    )
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=2000)


class LinkOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=CaseLink.Kind.choices)
    case = serializers.CharField(source="case.reference", help_text="Reads: `case` is `kind` of `other`.")
    other = serializers.CharField(source="other.reference")
    reason = TextAsRead()
    made_by = serializers.CharField(source="made_by.name")
    made_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class MatterIn(JSONInput):
    matter_type = serializers.ChoiceField(choices=MatterType.choices)
    why = serializers.CharField(max_length=20_000, help_text="What the matter is, and how it came to light.")


class InterestedPersonIn(JSONInput):
    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(required=False, allow_blank=True, default="", max_length=254)
    telephone = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)
    address = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class LinkDoor(CaseDoor):
    """A link is spoken of with the names of both sides' people: each is looked up in their own case."""

    def reader_of(self, request: Request, case: Case, found: Iterable[CaseLink]) -> dict[str, Any]:
        others = {each.pk: each for link in found if link.reason for each in (link.case, link.other)}
        others.pop(case.pk, None)
        return {"as_read": as_read_by(self.actor(request), case=case, others=others.values())}


class LinksView(LinkDoor):
    @extend_schema(operation_id="cases_links_list", responses={200: LinkOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """The links of the case in both directions, to cases that you may see."""
        case = self.case(request, reference)
        found = links.links_of(case, actor=self.actor(request))
        return answer(case, LinkOut(found, many=True, context=self.reader_of(request, case, found)).data)

    @extend_schema(operation_id="cases_links_create", request=LinkIn, parameters=[IF_MATCH], responses={201: LinkOut})
    def post(self, request: Request, reference: str) -> Response:
        """Link the case to another of the force."""
        fields = fields_of(request, LinkIn)
        made, case = links.add(**self.change(request, reference), **fields.validated_data)
        return answer(case, LinkOut(made, context=self.reader_of(request, case, [made])).data, status=201)


class LinkEndView(LinkDoor):
    @extend_schema(
        operation_id="cases_links_end",
        request=shapes.ReasonIn,
        parameters=[IF_MATCH],
        responses={200: LinkOut(many=True)},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """End a link that was made by hand; it stays in the history."""
        fields = fields_of(request, shapes.ReasonIn)
        change = self.change(request, reference)
        case = links.end(**change, public_id=public_id, **fields.validated_data)
        found = links.links_of(case, actor=change["actor"])
        return answer(case, LinkOut(found, many=True, context=self.reader_of(request, case, found)).data)


class MattersView(CaseDoor):
    @extend_schema(
        operation_id="cases_matters_create",
        request=MatterIn,
        parameters=[IF_MATCH],
        responses={201: shapes.CaseOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Open a conduct or DSI matter that arises from this case, which goes on. Answers the matter, with its own ETag."""
        fields = fields_of(request, MatterIn)
        matter, _ = matters.open_matter(**self.change(request, reference), **fields.validated_data)
        return answer(matter, shapes.CaseOut(matter, context=self.reader(request, matter)).data, status=201)


class InterestedPersonsView(CaseDoor):
    @extend_schema(
        operation_id="cases_interested_persons_create",
        request=InterestedPersonIn,
        parameters=[IF_MATCH],
        responses={201: shapes.ComplainantListed},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Add somebody who is kept informed without having complained (PRA 2002, section 21)."""
        fields = fields_of(request, InterestedPersonIn)
        person, case = matters.add_interested_person(**self.change(request, reference), **fields.validated_data)
        return answer(case, shapes.ComplainantListed(person).data, status=201)


LINKS = "<reference:reference>/links/"
urlpatterns = [
    path(LINKS, LinksView.as_view(), name="links"),
    path(f"{LINKS}<uuid:public_id>/end/", LinkEndView.as_view(), name="link-end"),
    path("<reference:reference>/matters/", MattersView.as_view(), name="matters"),
    path("<reference:reference>/interested-persons/", InterestedPersonsView.as_view(), name="interested-persons"),
]
