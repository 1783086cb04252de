"""What letters, notices and messages come in as and are answered with, field by field."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from backend.common.serializers import JSONInput, NestedInput, PastDateField
from backend.notifications.selectors import MailState
from cases import letters as texts
from cases.api.doors import TextAsRead
from cases.api.serializers import MAIL, ComplainantListed, MessageOut
from cases.letters.reading import grade
from cases.models import Complainant, LetterTemplate, Message, Notice
from cases.notices import NOTICES, may_be_withheld_on
from cases.services import messages, settling, timeliness
from cases.services.correspondence import Way
from cases.services.letters import REDACTED, SHOWN

# ---- what comes in


class WayIn(JSONInput):
    delivery = serializers.ChoiceField(choices=Message.Delivery.choices, required=False, default="TRACKING")
    delivery_reason = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=1000,
        help_text="Why it goes another way than the law or its recipient asks for.",
    )
    attachments = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=20, help_text="Files of the case."
    )

    def way(self) -> Way:
        fields = self.validated_data
        return Way(Message.Delivery(fields["delivery"]), fields["delivery_reason"])


class MessageIn(WayIn):
    text = serializers.CharField(
        max_length=20_000,
        help_text="Your own words. But in an answer they stand in a letter of its kind, which greets and closes.",
    )
    about = serializers.ChoiceField(
        choices=[(about.value, about.label) for about in messages.BY_STAFF],
        required=False,
        default="PROGRESS",
        help_text="How it is going alone starts the next four weeks.",
    )
    complainant = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Null writes to each of them."
    )
    delivery = serializers.ChoiceField(
        choices=Message.Delivery.choices,
        required=False,
        allow_null=True,
        default=None,
        help_text="Null is the way that each wishes.",
    )

    def arguments(self) -> dict[str, Any]:
        fields = self.validated_data
        return {
            "about": Message.About(fields["about"]),
            "text": fields["text"],
            "complainant": fields["complainant"],
            "way": self.way() if fields["delivery"] else None,
            "files": fields["attachments"],
        }


class LetterPartsIn(NestedInput):
    """The parts of the letter that its handler writes; GET …/draft/ names those that are needed."""

    explanation = serializers.CharField(required=False, max_length=20_000)
    progress = serializers.CharField(required=False, max_length=20_000)
    next_steps = serializers.CharField(required=False, max_length=20_000)
    estimated_end = serializers.CharField(required=False, max_length=200)
    reasons = serializers.CharField(required=False, max_length=20_000)
    outcome = serializers.CharField(required=False, max_length=50_000)


class NoticeSendIn(WayIn):
    parts = LetterPartsIn(required=False, default=dict)
    identity = serializers.ChoiceField(
        choices=[(SHOWN, "They may read who complained"), (REDACTED, "They may not")],
        required=False,
        default="",
        help_text="Of the copy of the record for the person complained about.",
    )
    harm_check = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=2000, help_text="Why that copy does no harm."
    )

    def completed(self) -> settling.Completed:
        fields = self.validated_data
        return settling.Completed(
            gaps=fields["parts"],
            way=self.way(),
            files=fields["attachments"],
            identity=fields["identity"],
            harm_check=fields["harm_check"],
        )


class WithholdIn(JSONInput):
    ground = serializers.CharField(max_length=20, help_text="One of may_be_withheld_on of the notice.")
    reason = serializers.CharField(max_length=2000)


class WithholdingReviewIn(JSONInput):
    still_withheld = serializers.ChoiceField(choices=["YES", "NO"])
    reason = serializers.CharField(max_length=2000)


class KeptBackIn(NestedInput):
    to = serializers.ChoiceField(choices=Notice.To.choices)
    ground = serializers.CharField(max_length=20, help_text="A code of the table HARM_GROUND.")
    reason = serializers.CharField(max_length=2000)


class TimelinessIn(JSONInput):
    progress = serializers.CharField(max_length=20_000, help_text="What has been done.")
    reasons = serializers.CharField(max_length=20_000, help_text="Why it takes so long.")
    next_steps = serializers.CharField(max_length=20_000, help_text="What is planned.")
    estimated_end = serializers.CharField(max_length=200, help_text="When it is expected to end.")
    kept_back = KeptBackIn(many=True, required=False, default=list)

    def arguments(self) -> dict[str, Any]:
        fields = dict(self.validated_data)
        kept_back = [timeliness.KeptBack(**each) for each in fields.pop("kept_back")]
        return {"gaps": fields, "kept_back": kept_back}


class PreferencesIn(JSONInput):
    contact_by = serializers.ChoiceField(choices=Complainant.ContactBy.choices)
    never_by_post = serializers.BooleanField()
    safe_address = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    text_by_email = serializers.BooleanField(help_text="Wishes the text itself by e-mail, not the news of it alone.")
    quiet_from = serializers.TimeField(required=False, allow_null=True, default=None, help_text="London time.")
    quiet_until = serializers.TimeField(required=False, allow_null=True, default=None)
    language = serializers.CharField(required=False, allow_blank=True, default="", max_length=60)
    access_needs = serializers.CharField(required=False, allow_blank=True, default="", max_length=1000)


class ConsentIn(JSONInput):
    given_by = serializers.CharField(max_length=200, help_text="Who consents: the person that is acted for.")
    given_on = PastDateField()
    how = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    document = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="The file of the case that shows it."
    )


class ConsentEndIn(JSONInput):
    ended_on = PastDateField(help_text="The day on which they took it back.")


class LetterTemplateIn(JSONInput):
    force = serializers.SlugField(max_length=80)
    kind = serializers.ChoiceField(choices=sorted(texts.KINDS))
    audience = serializers.ChoiceField(choices=LetterTemplate.Audience.choices)
    heading = serializers.CharField(max_length=120, help_text="The subject line; it must tell nothing.")
    body = serializers.CharField(max_length=20_000, help_text="The text, with gaps in braces.")
    from_on = serializers.DateField(help_text="The first day on which letters are written by it.")


class LetterheadIn(JSONInput):
    force = serializers.SlugField(max_length=80, help_text="Slug of the force.")
    address = serializers.CharField(max_length=300, help_text="A line for each line of it.")
    telephone = serializers.CharField(max_length=60)
    web = serializers.CharField(max_length=200, help_text="Where the tracking page is found too.")
    from_on = serializers.DateField(help_text="Today, or a day to come.")


# ---- what is answered


class WithholdingReviewOut(serializers.Serializer[Any]):
    reviewed_at = serializers.DateTimeField()
    reviewed_by = serializers.CharField(source="reviewed_by.name")
    still_withheld = serializers.BooleanField(help_text="False: it is owed from that day as a notice of its own.")
    reason = TextAsRead()


class NoticeOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    kind = serializers.CharField()
    says = serializers.SerializerMethodField()
    basis = serializers.SerializerMethodField()
    to = serializers.ChoiceField(choices=Notice.To.choices)
    complainant = serializers.UUIDField(source="complainant.public_id", default=None, allow_null=True)
    subject = serializers.UUIDField(source="subject.public_id", default=None, allow_null=True)
    withdrawal = serializers.UUIDField(
        source="withdrawal.public_id", default=None, allow_null=True, help_text="The wish that it asks to confirm."
    )
    suspension = serializers.UUIDField(
        source="suspension.public_id", default=None, allow_null=True, help_text="Of which it asks whether it goes on."
    )
    owed_on = serializers.DateField()
    by_recorded_delivery = serializers.SerializerMethodField(help_text="Whether the law asks for that.")
    may_be_withheld_on = serializers.SerializerMethodField(
        help_text="The grounds, as their table stands today; none where it has to be sent."
    )
    settled_on = serializers.DateField(allow_null=True)
    settled_as = serializers.ChoiceField(choices=Notice.Settled.choices, allow_blank=True)
    harm = serializers.CharField()
    reason = TextAsRead(
        help_text="Why it was kept back at first, or why it does no harm; what was found since is in reviews."
    )
    reviews = WithholdingReviewOut(many=True)
    reviewed_on = serializers.DateField(allow_null=True)
    withheld_until = serializers.DateField(allow_null=True)
    message = serializers.UUIDField(source="message.public_id", default=None, allow_null=True)
    mail = serializers.ChoiceField(
        source="message.mail", choices=MailState.choices, default="", allow_blank=True, help_text=MAIL
    )

    def get_says(self, notice: Notice) -> str:
        return NOTICES[notice.kind].says

    def get_basis(self, notice: Notice) -> str:
        return NOTICES[notice.kind].basis

    def get_by_recorded_delivery(self, notice: Notice) -> bool:
        return NOTICES[notice.kind].by_recorded_delivery

    def get_may_be_withheld_on(self, notice: Notice) -> list[str]:
        choices: dict[str, list[str]] = self.context["grounds"]
        return choices.get(may_be_withheld_on(notice.kind, to=notice.to), [])


class StillOwedOut(serializers.Serializer[Any]):
    notice = serializers.UUIDField(source="public_id")
    complainant = serializers.UUIDField(source="complainant.public_id")
    why = serializers.SerializerMethodField()

    def get_why(self, notice: Notice) -> str:
        return settling.RECORD_CONSENT


class TimelinessOut(serializers.Serializer[Any]):
    messages = MessageOut(many=True, help_text="The letters that were written.")
    still_owed = StillOwedOut(
        many=True, help_text="The notices that were not sent and stay owed, each with the reason."
    )


class DraftOut(serializers.Serializer[Any]):
    heading = serializers.CharField()
    text = TextAsRead(
        help_text="With the parts that the handler writes still open, in braces. The letter itself has the name."
    )
    parts = serializers.DictField(child=serializers.CharField(), help_text="Those parts, and what each is for.")
    template_version = serializers.IntegerField(source="template.version")
    template_kind = serializers.CharField(source="template.kind")


class PreferencesOut(ComplainantListed):
    has_safe_address = serializers.SerializerMethodField()
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(allow_null=True)
    consent_how = TextAsRead()
    consent_ended_on = serializers.DateField(allow_null=True)

    def get_has_safe_address(self, complainant: Complainant) -> bool:
        return bool(complainant.safe_address)


class LetterheadOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    force = serializers.CharField(source="force.slug")
    address = serializers.CharField()
    telephone = serializers.CharField()
    web = serializers.CharField()
    from_on = serializers.DateField()


class LetterTemplateOut(serializers.Serializer[Any]):
    public_id = serializers.UUIDField()
    kind = serializers.CharField()
    says = serializers.SerializerMethodField()
    audience = serializers.ChoiceField(choices=LetterTemplate.Audience.choices)
    version = serializers.IntegerField()
    force = serializers.CharField(source="force.slug", default=None, allow_null=True, help_text="Null: of all forces.")
    heading = serializers.CharField()
    body = serializers.CharField()
    from_on = serializers.DateField()
    reading_grade = serializers.SerializerMethodField(
        help_text="Years of school to read it with ease (Flesch-Kincaid); 9 is what a letter to the public aims at."
    )

    def get_says(self, template: LetterTemplate) -> str:
        return texts.KINDS[template.kind]

    def get_reading_grade(self, template: LetterTemplate) -> float:
        return grade(template.body)
