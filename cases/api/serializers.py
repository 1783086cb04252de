"""Cases as staff read and change them, field by field. Equality answers and receipts are in none of them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.attachments.services import Upload
from backend.common.serializers import JSONInput
from backend.notifications.selectors import MailState
from cases import selectors
from cases.models import (
    Case,
    CommentState,
    ComplaintState,
    Flag,
    Intake,
    Involvement,
    Kind,
    MatterState,
    Message,
    Origin,
)
from cases.moves import KINDS
from cases.services.assessment import TICKS

from .calculator import DayOut
from .doors import TextAsRead

MAIL = "How the mail that goes with it stands; empty where none does."
STATES = sorted({*ComplaintState.values, *MatterState.values, *CommentState.values})


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
    disposed_on = serializers.DateField(
        allow_null=True, help_text="What was personal in it is erased: what is left is a stub."
    )
    next_due_on = serializers.DateField(allow_null=True)
    next_due_rule = serializers.CharField()
    own_due_on = serializers.DateField(allow_null=True, help_text="By when the force itself owes something, first.")
    concerns_conduct = serializers.BooleanField()
    flags = serializers.ListField(
        child=serializers.ChoiceField(choices=Flag.values),
        help_text="What a first look by machine asks somebody to see first.",
    )
    outcome = serializers.CharField()


class AllegationOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    position = serializers.IntegerField()
    category_code = serializers.CharField()
    category = serializers.CharField()
    finding = serializers.CharField()
    action = serializers.CharField()
    summary = serializers.CharField()
    handling = serializers.CharField(help_text="As it was set; empty where the way of the case says it.")
    opinion = serializers.CharField(help_text="The investigator's, never a finding.")
    decided_on = serializers.DateField(allow_null=True)
    actions_set_on = serializers.DateField(allow_null=True)


class ComplainantListed(serializers.Serializer[Any]):
    """Without name and address: those are revealed for a reason."""

    public_id = serializers.UUIDField()
    relationship = serializers.CharField()
    anonymous = serializers.BooleanField()
    language = serializers.CharField()
    access_needs = serializers.CharField()
    contact_by = serializers.CharField()
    never_by_post = serializers.BooleanField()
    text_by_email = serializers.BooleanField()
    has_authority = serializers.BooleanField(help_text="To act for somebody else.")
    consented_on = serializers.DateField(allow_null=True)


class EditorOut(serializers.Serializer[Any]):
    name = serializers.CharField(source="user.name")
    email = serializers.EmailField(source="user.email")
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


class IntakeOut(serializers.Serializer[Any]):
    channel = serializers.ChoiceField(choices=Intake.Channel.choices)
    received_by = TextAsRead(help_text="Who of the force took it.")
    transferred_from = TextAsRead(help_text="The authority that transferred it.")
    their_reference = TextAsRead(help_text="What the other body calls it.")
    entered_by = HandlerOut(help_text="Who wrote it down.")
    entered_at = serializers.DateTimeField()


class CaseOut(CaseListed):
    narrative = serializers.CharField()
    location = serializers.CharField()
    officers_described = serializers.CharField()
    harm = serializers.CharField()
    views_on_handling = serializers.CharField()
    views_at_contact = TextAsRead()
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
    contact_impossible_reason = TextAsRead()
    recording_offered_on = serializers.DateField(allow_null=True)
    recording_declined_on = serializers.DateField(allow_null=True)
    must_record_since = serializers.DateField(
        allow_null=True, help_text="A wish or a yes that came once it was handled outside Schedule 3."
    )
    recorded_on = serializers.DateField(allow_null=True)
    recorded_because = serializers.CharField()
    referral_clear_on = serializers.DateField(allow_null=True)
    referred_on = serializers.DateField(allow_null=True)
    indicates_misconduct = serializers.BooleanField(allow_null=True)
    investigation_exception = serializers.CharField()
    investigating_since = serializers.DateField(allow_null=True)
    investigator = HandlerOut(allow_null=True)
    form_set_by = serializers.CharField()
    reported_on = serializers.DateField(allow_null=True)
    decided_on = serializers.DateField(allow_null=True)
    review_body = serializers.CharField()
    review_information_on = serializers.DateField(allow_null=True)
    regime = serializers.CharField()
    regime_reason = serializers.CharField()
    concerns_chief_officer = serializers.BooleanField()
    restricted = serializers.BooleanField()
    kept_from_units = serializers.BooleanField()
    matter_type = serializers.CharField()
    category = serializers.CharField()
    imported_from = serializers.CharField(source="source")
    imported_reference = serializers.CharField(source="source_reference")
    allegations = AllegationOut(many=True)
    complainants = ComplainantListed(many=True)
    intake = serializers.SerializerMethodField(help_text="How it came, where staff wrote it down; else null.")
    editing = serializers.SerializerMethodField(help_text="Who has it open for editing; it stops nobody.")

    @extend_schema_field(IntakeOut(allow_null=True))
    def get_intake(self, case: Case) -> Any:
        intake = selectors.intake_of(case)
        return IntakeOut(intake, context=self.context).data if intake else None

    @extend_schema_field(EditorOut(many=True))
    def get_editing(self, case: Case) -> Any:
        return EditorOut(selectors.editors_of(case, at=timezone.now()), many=True).data


class NeedOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS)
    question = serializers.CharField(source="label")
    choices = serializers.ListField(child=serializers.CharField())


class AgainstOut(serializers.Serializer[Any]):
    why = serializers.CharField()
    rule = serializers.CharField()


class OwedOut(serializers.Serializer[Any]):
    kind = serializers.CharField()
    to = serializers.CharField()


class ConsequencesOut(serializers.Serializer[Any]):
    owed = OwedOut(many=True, help_text="The notices that become owed.")
    tells = serializers.BooleanField(help_text="The complainant is told at once, by the text that the move needs.")
    starts = serializers.ListField(child=serializers.CharField(), help_text="The clocks that start.")
    stops = serializers.ListField(child=serializers.CharField(), help_text="The clocks that stop.")
    also = serializers.ListField(child=serializers.CharField())


class NextMoveOut(serializers.Serializer[Any]):
    move = serializers.CharField()
    title = serializers.CharField(source="label")
    allowed = serializers.BooleanField()
    why_not = AgainstOut(many=True)
    target = serializers.ChoiceField(choices=STATES)
    who = serializers.CharField()
    needs = NeedOut(many=True)
    causes = ConsequencesOut()


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
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=2000,
        help_text="Needed where it goes again to somebody who handled it before; kept as a note.",
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
        required=False,
        allow_null=True,
        default=None,
        help_text=(
            "The complainant's wish; null leaves it as it is. A yes is taken back only where they gave it up at a contact since."
        ),
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
    who = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=254,
        help_text="A collar number, or the e-mail address of an account; empty where nobody knows yet who it is.",
    )
    part = serializers.ChoiceField(choices=Involvement.Part.choices)
    allegation = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Null: they are named for the whole case."
    )
    called = serializers.CharField(
        source="label",
        required=False,
        allow_blank=True,
        default="",
        max_length=120,
        help_text="What is known of somebody who is not identified.",
    )
    subject_type = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=20,
        help_text="A code of the table SUBJECT_TYPE: what they were at the time.",
    )
    rank = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=60, help_text="Rank or grade at the time."
    )
    unit = serializers.SlugField(
        required=False, allow_blank=True, default="", max_length=80, help_text="Slug of their unit at the time."
    )
    on_duty = serializers.BooleanField(required=False, allow_null=True, default=None)


class InvolvementOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    part = serializers.ChoiceField(choices=Involvement.Part.choices)
    name = serializers.CharField(source="person.name", default=None, allow_null=True)
    collar_number = serializers.CharField(source="person.collar_number", default=None, allow_null=True)
    called = serializers.CharField(source="label", help_text="As the source calls somebody who is not identified.")
    allegation = serializers.UUIDField(source="allegation.public_id", default=None, allow_null=True)
    subject_type = serializers.CharField()
    rank = serializers.CharField()
    unit = serializers.CharField(source="unit.slug", default=None, allow_null=True)
    on_duty = serializers.BooleanField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True, help_text="The wall was taken down: raised by mistake.")


class TextIn(JSONInput):
    text = serializers.CharField(max_length=20_000)


class ReasonIn(JSONInput):
    reason = serializers.CharField(max_length=500)


class NoteOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    author = serializers.CharField(source="author.name")
    written_at = serializers.DateTimeField()
    text = TextAsRead()


class NotePage(serializers.Serializer[Any]):
    results = NoteOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class AttachmentOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField(source="file.public_id")
    name = serializers.CharField(source="file.name")


class MessageOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    about = serializers.ChoiceField(choices=Message.About.choices)
    direction = serializers.ChoiceField(choices=Message.Direction.choices)
    author = serializers.CharField(source="author.name", default=None, allow_null=True)
    sent_at = serializers.DateTimeField()
    heading = serializers.CharField(help_text="The subject line.")
    text = TextAsRead(help_text="Without the complainants' names, unless you have revealed them.")
    party = serializers.ChoiceField(choices=Message.Party.choices)
    complainant = serializers.UUIDField(source="complainant.public_id", default=None, allow_null=True)
    subject = serializers.UUIDField(source="subject.public_id", default=None, allow_null=True)
    delivery = serializers.ChoiceField(choices=Message.Delivery.choices)
    delivery_reason = TextAsRead()
    template_kind = serializers.CharField(source="template.kind", default="")
    template_version = serializers.IntegerField(source="template.version", default=None, allow_null=True)
    review_right_kind = serializers.CharField(
        source="review_right.kind", default="", help_text="By what text it tells the right to a review, where it does."
    )
    review_right_version = serializers.IntegerField(source="review_right.version", default=None, allow_null=True)
    wish = serializers.ChoiceField(choices=Message.Wish.choices, allow_blank=True)
    read_at = serializers.DateTimeField(source="read.read_at", default=None, allow_null=True)
    mail = serializers.ChoiceField(choices=MailState.choices, allow_blank=True, help_text=MAIL)
    attachments = AttachmentOut(many=True, source="files.all")


class MessagePage(serializers.Serializer[Any]):
    results = MessageOut(many=True, source="rows")
    next = serializers.CharField(source="next_cursor", help_text="The cursor of the next page; empty on the last.")


class IdentityOut(ComplainantListed):
    name = serializers.CharField()
    email = serializers.CharField()
    telephone = serializers.CharField()
    address = serializers.CharField()
    acts_for = serializers.CharField()
    safe_address = serializers.CharField()
    consent_given_by = serializers.CharField()
    consent_how = serializers.CharField()


class DeadlineOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    duty = serializers.CharField()
    started_on = serializers.DateField()
    due_on = serializers.DateField(help_text="The last day allowed; it ends at midnight in London.")
    basis = serializers.CharField()
    is_statutory = serializers.BooleanField()
    owed_by = serializers.ChoiceField(choices=["FORCE", "COMPLAINANT", "IOPC"])
    owed_to = serializers.CharField()
    about = serializers.CharField(help_text="The public id of the complainant, notice or the like that it is of.")


class ExplainedOut(DeadlineOut):
    last_working_day_before = serializers.DateField(
        allow_null=True,
        required=False,
        help_text="With ?explain=1: by when to post it, where due_on is no working day.",
    )
    days = DayOut(many=True, required=False, help_text="With ?explain=1: every day that was counted or skipped.")


class ExplainQuery(serializers.Serializer[None]):
    explain = serializers.BooleanField(required=False, default=False)


class FileIn(JSONInput):
    file = serializers.FileField(
        max_length=None,
        allow_empty_file=True,
        help_text="A photograph, a PDF document or a plain text of at most 20 MB.",
    )

    def upload(self) -> Upload:
        file = self.validated_data["file"]
        return Upload(file.name or "", file.file)


class FileOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    scan = serializers.CharField()
    kept_at = serializers.DateTimeField()
