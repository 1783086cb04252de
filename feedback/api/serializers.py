"""What the public sends and is answered, field by field."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.attachments.api import FilesIn
from backend.common.serializers import JSONInput, NestedInput, PastDateField, YesField
from cases.models import Complainant, Message
from cases.services.preferences import Wishes
from feedback.models import ASPECTS, Submission
from feedback.services.drafts import CommentDraft, ComplaintDraft, Contact, PlaceNamed, RatingDraft

OFFERED = "A code of its list, as GET /api/v1/complaints/equality/ answers it today; or nothing."


def _words(help_text: str, *, required: bool = False, longest: int = 1000) -> serializers.CharField:
    if required:
        return serializers.CharField(help_text=help_text, max_length=longest)
    return serializers.CharField(help_text=help_text, max_length=longest, required=False, allow_blank=True, default="")


def _score(aspect: str) -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=1,
        max_value=7,
        required=False,
        allow_null=True,
        default=None,
        help_text=f"{aspect}: 1 (completely dissatisfied) to 7 (completely satisfied); null where it does not apply.",
    )


class ScoresIn(NestedInput):
    contact = _score("How easy it was to contact us")
    actions = _score("What we did")
    follow_up = _score("How we kept you informed")
    treatment = _score("How we treated you")
    overall = _score("The whole experience")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if all(attrs[aspect] is None for aspect in ASPECTS):
            raise serializers.ValidationError("Give at least one score from 1 to 7.")
        return attrs


class PlaceIn(JSONInput):
    force = _words("The slug of the force; needed only where several forces are here.", longest=80)
    unit = _words("The slug of the local policing unit or department that this is about.", longest=80)
    neighbourhood = _words("The code of the neighbourhood that this is about.", longest=20)

    @staticmethod
    def place(fields: dict[str, Any]) -> PlaceNamed:
        return PlaceNamed(*(fields.pop(name) for name in ("force", "unit", "neighbourhood")))


class ContactIn(JSONInput):
    """All of it may be left out: nobody has to say who they are."""

    name = _words("Your name. Leave it out to stay anonymous.", longest=200)
    email = serializers.EmailField(
        required=False, allow_blank=True, default="", max_length=254, help_text="Where to write that there is news."
    )
    telephone = _words("A telephone number to reach you on.", longest=40)
    address = _words("Where to write to by post.", longest=500)
    language = _words("The language that you prefer.", longest=60)
    access_needs = _words("What you need to take part: large print, BSL, an interpreter, an appropriate adult…")

    @staticmethod
    def contact(fields: dict[str, Any]) -> Contact:
        names = ("name", "email", "telephone", "address", "language", "access_needs")
        return Contact(**{name: fields.pop(name) for name in names})


class RatingIn(PlaceIn):
    scores = ScoresIn()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["unit"] and not attrs["neighbourhood"]:
            raise serializers.ValidationError({"unit": ["Say which unit or neighbourhood you are rating."]})
        return attrs

    def draft(self) -> RatingDraft:
        fields = dict(self.validated_data)
        return RatingDraft(place=self.place(fields), scores=fields["scores"])


class CommentIn(PlaceIn, ContactIn):
    text = _words("Your comment.", required=True, longest=20_000)
    scores = ScoresIn(required=False, default=dict)
    reply_wanted = YesField(default=True)
    may_be_published = serializers.BooleanField(
        default=False, help_text="Whether the comment may be published with its answer, without your name."
    )

    def draft(self) -> CommentDraft:
        fields = {name: value for name, value in self.validated_data.items() if name != "files"}
        return CommentDraft(place=self.place(fields), contact=self.contact(fields), **fields)


class CommentForm(CommentIn, FilesIn):
    """As CommentIn, with files."""


class EqualityIn(NestedInput):
    """Optional, kept apart from the complaint, and of no influence on how it is handled."""

    sex = _words(OFFERED, longest=40)
    ethnicity = _words(OFFERED, longest=40)
    age = _words(OFFERED, longest=40)
    disability = _words(OFFERED, longest=40)


class OfferedOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    title = serializers.CharField(source="label")


class EqualityOut(serializers.Serializer[Any]):
    sex = OfferedOut(many=True)
    ethnicity = OfferedOut(many=True)
    age = OfferedOut(many=True)
    disability = OfferedOut(many=True)


class ComplaintIn(PlaceIn, ContactIn):
    what_happened = _words("What happened, in your own words.", required=True, longest=50_000)
    relationship = serializers.ChoiceField(
        choices=Complainant.Relationship.choices, required=False, default="UNKNOWN", help_text="How it concerns you."
    )
    acts_for = _words("Whom you act for, if you act for somebody else.", longest=200)
    has_authority = serializers.BooleanField(
        default=False, help_text="Whether you have the written authority of the person that you act for."
    )
    incident_on = PastDateField(
        required=False, allow_null=True, default=None, help_text="The day on which it happened."
    )
    location = _words("Where it happened.")
    officers = _words("Who was involved: names, numbers or what they looked like.", longest=2000)
    harm = _words("Injury, damage or loss.", longest=5000)
    views = _words("How you would like it handled, and what would put it right.", longest=5000)
    wishes_recording = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="Whether you wish it to be formally recorded."
    )
    equality = EqualityIn(required=False, default=dict)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["relationship"] == Complainant.Relationship.REPRESENTATIVE and not attrs["acts_for"]:
            raise serializers.ValidationError({"acts_for": ["Say whom you act for."]})
        return attrs

    def draft(self) -> ComplaintDraft:
        fields = {name: value for name, value in self.validated_data.items() if name != "files"}
        return ComplaintDraft(place=self.place(fields), contact=self.contact(fields), **fields)


class ComplaintForm(ComplaintIn, FilesIn):
    """As ComplaintIn, with files."""


class AcceptedOut(serializers.Serializer[Any]):
    reference = serializers.CharField(help_text="May be told to anybody; it opens nothing.")
    receipt = serializers.CharField(help_text="Shown once. Whoever holds it can follow the case: keep it safe.")
    submitted_at = serializers.DateTimeField()
    next = serializers.SerializerMethodField(help_text="What to do with the receipt.")
    may_complain = serializers.SerializerMethodField(
        help_text="True where the score suggests that a complaint may be wanted: /api/v1/complaints/."
    )

    def get_next(self, accepted: Any) -> str:
        return "Keep the receipt. Send it in the X-Receipt header to /api/v1/track/ to see where this stands."

    def get_may_complain(self, accepted: Any) -> bool:
        return accepted.overall is not None and accepted.overall <= 3


class StepOut(serializers.Serializer[Any]):
    name = serializers.CharField(source="label")
    reached_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)


class AttachedOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField(help_text="For /api/v1/track/files/….")
    name = serializers.CharField()


class ToldOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    by = serializers.ChoiceField(choices=["US", "YOU"], help_text="Who wrote it: the force, or you.")
    about = serializers.ChoiceField(choices=Message.About.choices)
    on = serializers.DateField()
    text = serializers.CharField()
    wish = serializers.ChoiceField(choices=Message.Wish.choices, allow_blank=True)
    attachments = AttachedOut(many=True)


class ThreadPage(serializers.Serializer[Any]):
    results = ToldOut(many=True, source="rows")
    next = serializers.CharField(
        source="next_cursor", help_text="The cursor of the messages before these; empty where there are none."
    )


class WrittenIn(JSONInput):
    text = _words("What you want to tell us.", required=True, longest=20_000)
    wish = serializers.ChoiceField(
        choices=Message.Wish.choices,
        required=False,
        default="",
        help_text="RECORD: to have a complaint formally recorded, also after it was closed. WITHDRAW: to withdraw it; we "
        "write and ask whether that is so.",
    )


class WrittenForm(WrittenIn, FilesIn):
    """As WrittenIn, with files."""


class WishesIn(JSONInput):
    contact_by = serializers.ChoiceField(choices=Complainant.ContactBy.choices)
    never_by_post = serializers.BooleanField(help_text="Whether nothing may ever come by post.")
    text_by_email = serializers.BooleanField(help_text="Whether to mail you the text itself, not the news of it alone.")
    quiet_from = serializers.TimeField(required=False, allow_null=True, default=None, help_text="London time.")
    quiet_until = serializers.TimeField(required=False, allow_null=True, default=None)
    language = _words("The language that you prefer.", longest=60)
    access_needs = _words("What you need to take part: large print, BSL, an interpreter, an appropriate adult…")

    def wishes(self) -> Wishes:
        return Wishes(**self.validated_data)


class WishesOut(serializers.Serializer[Any]):
    """Of addresses nothing: whoever finds the receipt must not learn them."""

    contact_by = serializers.ChoiceField(choices=Complainant.ContactBy.choices)
    never_by_post = serializers.BooleanField()
    text_by_email = serializers.BooleanField()
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(allow_null=True)
    language = serializers.CharField()
    access_needs = serializers.CharField()


class KeptOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    received_on = serializers.DateField()
    wish = serializers.ChoiceField(choices=Message.Wish.choices, allow_blank=True)


class ProgressOut(serializers.Serializer[Any]):
    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=Submission.Kind.choices)
    submitted_on = serializers.DateField()
    stage = serializers.CharField()
    explanation = serializers.CharField()
    next_step = serializers.CharField()
    next_by = serializers.DateField(allow_null=True, help_text="The last day for it, a London date.")
    next_basis = serializers.CharField(help_text="The law or the target that the day comes from.")
    steps = StepOut(many=True)
    messages = ToldOut(many=True, help_text="The newest of your thread, oldest first.")
    older = serializers.CharField(
        help_text="The cursor of the messages before these, for /api/v1/track/messages/; empty where there are none."
    )
