"""The wish of a complainant to withdraw (regulations 38 and 39)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.serializers import JSONInput
from cases.models import Withdrawal
from cases.models.path import LetterWay
from cases.moves import PUBLIC_INTEREST
from cases.selectors import withdrawals_of
from cases.services import withdrawals

from .doors import IF_MATCH, CaseDoor, answer, fields_of


class WithdrawalOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    complainant = serializers.UUIDField(source="complainant.public_id")
    allegation = serializers.UUIDField(
        source="allegation.public_id", default=None, allow_null=True, help_text="Null: from the whole."
    )
    state = serializers.ChoiceField(choices=Withdrawal.State.choices)
    wished_on = serializers.DateField()
    signed_on = serializers.DateField(allow_null=True)
    signed_by = serializers.CharField(help_text="Empty, or who signed.")
    authority_seen_on = serializers.DateField(allow_null=True)
    document = serializers.UUIDField(source="document.public_id", default=None, allow_null=True)
    asked_on = serializers.DateField(allow_null=True, help_text="When the letter was sent that asks.")
    asked_by = serializers.CharField(help_text="Empty, or in which way it went.")
    way_reason = serializers.CharField(help_text="Why it did not go by recorded delivery.")
    settled_on = serializers.DateField(allow_null=True)


class PartIn(JSONInput):
    complainant = serializers.UUIDField()
    allegation = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Null: from the whole.")


class SignedIn(PartIn):
    signed_on = serializers.DateField()
    signed_by = serializers.ChoiceField(choices=Withdrawal.SignedBy.choices)
    authority_seen_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Of an agent: when their written authority was seen."
    )
    document = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="The notification: the public id of a file of the case.",
    )


class WishIn(PartIn):
    wished_on = serializers.DateField()


class LetterIn(JSONInput):
    sent_on = serializers.DateField()
    way = serializers.ChoiceField(choices=LetterWay.choices)
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=1000,
        help_text="Needed where it did not go by recorded delivery.",
    )


class AnswerIn(JSONInput):
    answer = serializers.ChoiceField(choices=["CONFIRMED", "DENIED"])
    answered_on = serializers.DateField()


class EndAllegationIn(JSONInput):
    allegation = serializers.UUIDField()
    public_interest = serializers.ChoiceField(choices=PUBLIC_INTEREST)


class WithdrawalsView(CaseDoor):
    @extend_schema(operation_id="cases_withdrawals_list", responses={200: WithdrawalOut(many=True)})
    def get(self, request: Request, reference: str) -> Response:
        """Who has withdrawn what, and who is being asked, in the order in which it came."""
        case = self.case(request, reference)
        return answer(case, WithdrawalOut(withdrawals_of(case), many=True).data)


class SignedView(CaseDoor):
    @extend_schema(
        operation_id="cases_withdrawals_sign",
        request=SignedIn,
        parameters=[IF_MATCH],
        responses={201: WithdrawalOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Enter a signed notification: it is effective at once."""
        fields = fields_of(request, SignedIn)
        row, case = withdrawals.enter_signed(**self.change(request, reference), **fields.validated_data)
        return answer(case, WithdrawalOut(row).data, status=201)


class WishView(CaseDoor):
    @extend_schema(
        operation_id="cases_withdrawals_wish",
        request=WishIn,
        parameters=[IF_MATCH],
        responses={201: WithdrawalOut},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Enter a wish without a signature: the complainant has to be asked by letter."""
        fields = fields_of(request, WishIn)
        row, case = withdrawals.enter_wish(**self.change(request, reference), **fields.validated_data)
        return answer(case, WithdrawalOut(row).data, status=201)


class LetterView(CaseDoor):
    @extend_schema(
        operation_id="cases_withdrawals_letter",
        request=LetterIn,
        parameters=[IF_MATCH],
        responses={200: WithdrawalOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Enter that the letter was sent: the time to answer begins on the next day."""
        fields = fields_of(request, LetterIn)
        change = self.change(request, reference)
        row, case = withdrawals.enter_letter(withdrawal=public_id, **change, **fields.validated_data)
        return answer(case, WithdrawalOut(row).data)


class AnswerView(CaseDoor):
    @extend_schema(
        operation_id="cases_withdrawals_answer",
        request=AnswerIn,
        parameters=[IF_MATCH],
        responses={200: WithdrawalOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Enter what the complainant answered: confirmed, or denied, and then it goes on where it is."""
        fields = fields_of(request, AnswerIn).validated_data
        enter = {"CONFIRMED": withdrawals.confirm, "DENIED": withdrawals.deny}[fields["answer"]]
        change = self.change(request, reference)
        row, case = enter(withdrawal=public_id, answered_on=fields["answered_on"], **change)
        return answer(case, WithdrawalOut(row).data)


class SilenceView(CaseDoor):
    @extend_schema(
        operation_id="cases_withdrawals_silence",
        request=None,
        parameters=[IF_MATCH],
        responses={200: WithdrawalOut},
    )
    def post(self, request: Request, reference: str, public_id: UUID) -> Response:
        """Find that no answer came in the time allowed: it counts as a withdrawal."""
        row, case = withdrawals.find_silent(withdrawal=public_id, **self.change(request, reference))
        return answer(case, WithdrawalOut(row).data)


class EndAllegationView(CaseDoor):
    @extend_schema(
        operation_id="cases_withdrawals_end_allegation",
        request=EndAllegationIn,
        parameters=[IF_MATCH],
        responses={204: None},
    )
    def post(self, request: Request, reference: str) -> Response:
        """End one allegation that every complainant has withdrawn; the whole ends by the move `withdraw`."""
        fields = fields_of(request, EndAllegationIn)
        _, case = withdrawals.end_allegation(**self.change(request, reference), **fields.validated_data)
        return answer(case, None, status=204)


AT = "<reference:reference>/withdrawals/"
urlpatterns: list[URLPattern] = [
    path(AT, WithdrawalsView.as_view(), name="withdrawals"),
    path(f"{AT}signed/", SignedView.as_view(), name="withdrawal-signed"),
    path(f"{AT}wishes/", WishView.as_view(), name="withdrawal-wish"),
    path(f"{AT}allegations/", EndAllegationView.as_view(), name="withdrawal-allegation"),
    path(f"{AT}<uuid:public_id>/letter/", LetterView.as_view(), name="withdrawal-letter"),
    path(f"{AT}<uuid:public_id>/answer/", AnswerView.as_view(), name="withdrawal-answer"),
    path(f"{AT}<uuid:public_id>/silence/", SilenceView.as_view(), name="withdrawal-silence"),
]
