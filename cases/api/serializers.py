"""Cases as staff read and change them, field by field. Equality answers and receipts are in none of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.common.serializers import CursorQuery, JSONInput
from cases.models import Case, CommentState, ComplaintState, Involvement, Kind, Message, Origin
from cases.moves import KINDS
from cases.services.assessment import TICKS

from .calculator import DayOut

FLAGS = ["URGENT", "SAFEGUARDING", "OFFICER_NAMED", "THIRD_PARTY", "DISSATISFACTION"]
STATES = [*ComplaintState.values, *CommentState.values]


class QueueQuery(CursorQuery):
    kind = serializers.ChoiceField(choices=Kind.choices, required=False)
    state = serializers.ChoiceField(choices=STATES, required=False)
    unit = serializers.SlugField(required=False, max_length=80, help_text="Slug of the unit that holds the case.")
    about_unit = serializers.SlugField(required=False, max_length=80, help_text="Slug of the unit that it is about.")
    handler = serializers.ChoiceField(choices=["me", "nobody", "anybody"], required=False, default="anybody")
    flag = serializers.ChoiceField(choices=FLAGS, required=False, help_text="Cases with this flag.")
    due_by = serializers.DateField(required=False, help_text="Due on this day or before.")
    received_from = serializers.DateField(required=False)
    received_to = serializers.DateField(required=False)
    open = serializers.BooleanField(
        required=False, help_text="False: closed cases too. Default: true, and false in history."
    )
    history = serializers.ChoiceField(
        choices=["exclude", "include", "only"], required=False, default="exclude", help_text="Imported cases."
    )
    search = serializers.CharField(
        required=False, default="", max_length=200, help_text='Words of the narrative; "…" for a phrase, - for not.'
    )
    order = serializers.ChoiceField(
        choices=["due", "newest"], required=False, help_text="Default: due; newest in a search and in history."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        now = attrs["history"] == "exclude"
        return {"open": now, "order": "due" if now and not attrs["search"] else "newest", **attrs}


class HandlerOut(serializers.Serializer[Any]):
    email = serializers.EmailField()
    name = serializers.CharField()


class UnitNamed(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()


class CaseListed(serializers.Serializer[Case]):
    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    state = serializers.ChoiceField(choices=STATES)
    origin = serializers.ChoiceField(choices=Origin.choices)
    version = serializers.IntegerField()
    unit = UnitNamed(allow_null=True)
    about_unit = UnitNamed(allow_null=True)
    neighbourhood = serializers.CharField(source="neighbourhood.name", default=None, allow_null=True)
    handler = HandlerOut(allow_null=True)
    made_on = serializers.DateField()
    received_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    next_due_on = serializers.DateField(allow_null=True)
    next_due_rule = serializers.CharField()
    concerns_conduct = serializers.BooleanField()
    flags = serializers.ListField(
        child=serializers.ChoiceField(choices=FLAGS),
        help_text="What a first look by machine asks somebody to see first.",
    )
    outcome = serializers.CharField()


class CasePage(serializers.Serializer[Any]):
    results = CaseListed(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class AllegationOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    position = serializers.IntegerField()
    category_code = serializers.CharField()
    category = serializers.CharField()
    finding = serializers.CharField()
    action = serializers.CharField()


class ComplainantListed(serializers.Serializer[Any]):
    """Without name and address: those are revealed for a reason."""

    public_id = serializers.UUIDField()
    relationship = serializers.CharField()
    anonymous = serializers.BooleanField()
    language = serializers.CharField()
    access_needs = serializers.CharField()


class CaseOut(CaseListed):
    narrative = serializers.CharField()
    location = serializers.CharField()
    officers_described = serializers.CharField()
    harm = serializers.CharField()
    views_on_handling = serializers.CharField()
    views_at_contact = serializers.CharField()
    reply_wanted = serializers.BooleanField()
    wishes_recording = serializers.BooleanField(allow_null=True)
    incident_on = serializers.DateField(allow_null=True)
    handling_started_on = serializers.DateField(allow_null=True)
    contacted_on = serializers.DateField(allow_null=True)
    progress_told_on = serializers.DateField(allow_null=True)
    resolved_on = serializers.DateField(allow_null=True)
    told_on = serializers.DateField(allow_null=True)
    alleges_death_or_serious_injury = serializers.BooleanField(allow_null=True)
    alleges_crime_or_discipline = serializers.BooleanField(allow_null=True)
    alleges_article_2_or_3 = serializers.BooleanField(allow_null=True)
    alleges_mandatory_referral = serializers.BooleanField(allow_null=True)
    contact_impossible_reason = serializers.CharField()
    withdrawal_signed_on = serializers.DateField(allow_null=True)
    withdrawal_signed_by = serializers.CharField()
    category = serializers.CharField()
    imported_from = serializers.CharField(source="source")
    imported_reference = serializers.CharField(source="source_reference")
    allegations = AllegationOut(many=True)
    complainants = ComplainantListed(many=True)


class NeedOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    question = serializers.CharField(source="label")


class NextMoveOut(serializers.Serializer[Any]):
    move = serializers.CharField()
    title = serializers.CharField(source="label")
    allowed = serializers.BooleanField()
    why_not = serializers.ListField(child=serializers.CharField())
    target = serializers.ChoiceField(choices=STATES)
    who = serializers.CharField()
    needs = NeedOut(many=True)


class NextMovesOut(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=STATES)
    moves = NextMoveOut(many=True)


class MoveIn(JSONInput):
    move = serializers.CharField(max_length=40, help_text="One of the moves of GET …/moves/.")
    details = serializers.DictField(required=False, default=dict, help_text="What the move needs, by name.")


class AssignmentIn(JSONInput):
    unit = serializers.SlugField(required=False, allow_null=True, default=None, max_length=80)
    handler = serializers.EmailField(
        required=False,
        allow_null=True,
        allow_blank=True,
        default=None,
        max_length=254,
        help_text='"" takes it from them.',
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["unit"] is None and attrs["handler"] is None:
            raise serializers.ValidationError("Name a unit, a handler or both.")
        return attrs


class AssessmentIn(JSONInput):
    """Go by what is alleged, as if it were proved (PRA 2002, Schedule 3, paragraph 2(6A) and (6B))."""

    alleges_death_or_serious_injury = serializers.BooleanField()
    alleges_crime_or_discipline = serializers.BooleanField()
    alleges_article_2_or_3 = serializers.BooleanField()
    alleges_mandatory_referral = serializers.BooleanField()
    wishes_recording = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="The complainant's wish; null leaves it as it is."
    )
    contact_impossible_reason = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        default=None,
        max_length=1000,
        help_text="Null leaves it as it is.",
    )
    reason = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=1000, help_text="Needed where a yes is taken back."
    )

    def split(self) -> dict[str, Any]:
        """The fields as assessment.assess takes them."""
        fields = dict(self.validated_data)
        return {"ticks": {name: fields.pop(name) for name in TICKS}, **fields}


class InvolvementIn(JSONInput):
    who = serializers.CharField(max_length=254, help_text="A collar number, or the e-mail address of an account.")
    part = serializers.ChoiceField(choices=Involvement.Part.choices)


class InvolvementOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    part = serializers.ChoiceField(choices=Involvement.Part.choices)
    name = serializers.CharField(source="person.name", default=None, allow_null=True)
    collar_number = serializers.CharField(source="person.collar_number", default=None, allow_null=True)
    called = serializers.CharField(source="label", help_text="As the source calls somebody who is not identified.")


class TextIn(JSONInput):
    text = serializers.CharField(max_length=20_000)


class ReasonIn(JSONInput):
    reason = serializers.CharField(max_length=500)


class NoteOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    author = serializers.CharField(source="author.name")
    written_at = serializers.DateTimeField()
    text = serializers.CharField()


class MessageOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    about = serializers.ChoiceField(choices=Message.About.choices)
    author = serializers.CharField(source="author.name")
    sent_at = serializers.DateTimeField()
    text = serializers.CharField()


class IdentityOut(ComplainantListed):
    name = serializers.CharField()
    email = serializers.CharField()
    telephone = serializers.CharField()
    address = serializers.CharField()
    acts_for = serializers.CharField()
    has_authority = serializers.BooleanField()


class DeadlineOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    duty = serializers.CharField()
    started_on = serializers.DateField()
    due_on = serializers.DateField(help_text="The last day allowed; it ends at midnight in London.")
    basis = serializers.CharField()
    is_statutory = serializers.BooleanField()


class ExplainedOut(DeadlineOut):
    days = DayOut(many=True, required=False, help_text="With ?explain=1: every day that was counted or skipped.")


class ExplainQuery(serializers.Serializer[None]):
    explain = serializers.BooleanField(required=False, default=False)


class FileOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    scan = serializers.CharField()
    kept_at = serializers.DateTimeField()
