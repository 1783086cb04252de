"""What belongs to a case: who complained, what is alleged, who is involved, notes, messages and files."""

from __future__ import annotations

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from backend.accounts.models import Person, User
from backend.areas.models import Unit
from backend.attachments.models import StoredFile
from backend.common.blind_indexes import BlindIndexField
from backend.common.fields import EncryptedTextField
from backend.common.identifiers import random_public_id

from .case import Case
from .reference import Code


class Complainant(models.Model):
    """One of the people who made the complaint or comment. Names and addresses are encrypted; anonymous has none."""

    class Relationship(models.TextChoices):
        AFFECTED = "AFFECTED", "It happened to me"
        ADVERSELY_AFFECTED = "ADVERSELY_AFFECTED", "I was affected by it"
        WITNESS = "WITNESS", "I saw or heard it"
        REPRESENTATIVE = "REPRESENTATIVE", "I act for somebody else"
        INTERESTED = (
            "INTERESTED",
            "Has an interest in how it is handled",
        )  # section 21: kept informed, complains of nothing
        UNKNOWN = "UNKNOWN", "Not said"

    class ContactBy(models.TextChoices):
        TRACKING = "TRACKING", "With the receipt, on the tracking page"
        EMAIL = "EMAIL", "By e-mail"
        TELEPHONE = "TELEPHONE", "By telephone"
        POST = "POST", "By post"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="complainants")
    position = models.PositiveSmallIntegerField(default=1)
    relationship = models.CharField(max_length=20, choices=Relationship.choices, default=Relationship.UNKNOWN)
    anonymous = models.BooleanField(default=False)
    name = EncryptedTextField(blank=True)
    email = EncryptedTextField(blank=True)
    telephone = EncryptedTextField(blank=True)
    address = EncryptedTextField(blank=True)
    acts_for = EncryptedTextField(blank=True)  # whom a representative acts for
    has_authority = models.BooleanField(default=False)  # as they say; letters wait for the consent that is recorded
    language = models.CharField(max_length=60, blank=True)
    access_needs = EncryptedTextField(blank=True)
    # What they were known by before it was set anew, a line each (cases.letters.names): it stands in what was written.
    formerly = EncryptedTextField(blank=True, default="", db_default="")
    email_index = BlindIndexField(of="email")
    telephone_index = BlindIndexField(of="telephone")
    progress_told_on = models.DateField(null=True, blank=True)  # each has a clock of their own (reg. 34)
    added_on = models.DateField(null=True, blank=True)  # later than the case began: their clock starts here
    returned_on = models.DateField(null=True, blank=True)  # had withdrawn, or no consent: it starts anew

    contact_by = models.CharField(max_length=9, choices=ContactBy.choices, default=ContactBy.TRACKING)
    never_by_post = models.BooleanField(default=False)  # whoever opens the post at home must not learn of it
    safe_address = EncryptedTextField(blank=True)  # where a letter that the law requires may be sent all the same
    text_by_email = models.BooleanField(
        default=False
    )  # wishes letters themselves by e-mail, not the news of them alone
    quiet_from = models.TimeField(null=True, blank=True)  # London's, by the clock on the wall
    quiet_until = models.TimeField(null=True, blank=True)  # exclusive, on the next day where it is earlier
    consented_on = models.DateField(null=True, blank=True)  # whoever is acted for consented in writing
    consent_given_by = EncryptedTextField(blank=True)
    consent_how = models.CharField(max_length=200, blank=True)
    consent_document = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    consent_ended_on = models.DateField(null=True, blank=True)  # taken back: they act for nobody any more

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="quiet_hours_begin_and_end",
                condition=Q(quiet_from=None, quiet_until=None)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
            ),
            models.CheckConstraint(
                name="consent_says_how",
                condition=Q(consented_on=None) | ~Q(consent_how="") | Q(consent_document__isnull=False),
            ),
            models.CheckConstraint(
                name="consent_ends_after_it_began",
                condition=Q(consent_ended_on=None) | Q(consented_on__lte=F("consent_ended_on")),
            ),
            models.UniqueConstraint(name="one_complainant_a_position", fields=["case", "position"]),
            models.CheckConstraint(
                name="anonymous_has_no_name", condition=Q(anonymous=False) | Q(anonymous=True, name="")
            ),
        ]
        indexes = [
            models.Index(name="complainant_by_email", fields=["email_index"], condition=~Q(email_index="")),
            models.Index(name="complainant_by_telephone", fields=["telephone_index"], condition=~Q(telephone_index="")),
            # Few join later: whether they were contacted is for who reads it.
            models.Index(name="complainant_joined", fields=["case"], condition=Q(added_on__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def lacks_consent(self) -> bool:
        """Whether they act for somebody of whom no consent is recorded, or not any more (PRA 2002 s. 12)."""
        has_consent = self.consented_on is not None and self.consent_ended_on is None
        return self.relationship == self.Relationship.REPRESENTATIVE and not has_consent


class Allegation(models.Model):
    """One distinct behaviour complained of: coded, handled, decided and acted on by itself.

    `category` and `finding` are what is read and counted; history has them as its source writes them, live cases as the
    code and the decision say.
    """

    class Handling(models.TextChoices):
        OUTSIDE = "OUTSIDE", "Outside Schedule 3"
        NFA = "NFA", "Schedule 3: no further action"
        OTBI = "OTBI", "Schedule 3: otherwise than by investigation"
        LOCAL = "LOCAL", "Local investigation"
        SPECIAL = "SPECIAL", "Local investigation, subject to special procedures"
        DIRECTED = "DIRECTED", "Directed investigation"
        INDEPENDENT = "INDEPENDENT", "Independent investigation"

    class Finding(models.TextChoices):
        RESOLVED = "RESOLVED", "Resolved"
        NOT_RESOLVED = "NOT_RESOLVED", "Not resolved"
        ACCEPTABLE = "ACCEPTABLE", "The service provided was acceptable"
        NOT_ACCEPTABLE = "NOT_ACCEPTABLE", "The service provided was not acceptable"
        UNDETERMINED = "UNDETERMINED", "Not able to determine if the service provided was acceptable"
        NO_FURTHER_ACTION = "NO_FURTHER_ACTION", "No further action"
        UPHELD = "UPHELD", "Upheld"  # of the regulations of 2004 and 2012 alone
        NOT_UPHELD = "NOT_UPHELD", "Not upheld"
        CASE_TO_ANSWER = "CASE_TO_ANSWER", "Case to answer"
        NO_CASE_TO_ANSWER = "NO_CASE_TO_ANSWER", "No case to answer"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"
        REGULATION_41 = "REGULATION_41", "Regulation 41"

    class Opinion(models.TextChoices):
        CASE_TO_ANSWER_MISCONDUCT = "CASE_TO_ANSWER_MISCONDUCT", "Case to answer for misconduct"
        CASE_TO_ANSWER_GROSS = "CASE_TO_ANSWER_GROSS", "Case to answer for gross misconduct"
        NO_CASE_TO_ANSWER = "NO_CASE_TO_ANSWER", "No case to answer"
        NOT_SPECIAL = "NOT_SPECIAL", "Not subject to special procedures: the evidence is summed up"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="allegations")
    position = models.PositiveSmallIntegerField()
    category_code = models.CharField(max_length=20, blank=True)
    category = models.CharField(max_length=160, blank=True)
    finding = models.CharField(max_length=120, blank=True)
    action = models.CharField(max_length=160, blank=True)

    summary = models.TextField(blank=True)
    code = models.ForeignKey(Code, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    factors = models.ManyToManyField(Code, blank=True, related_name="+")
    location = models.TextField(blank=True)
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    happened_from = models.DateField(null=True, blank=True)
    happened_to = models.DateField(null=True, blank=True)
    handling = models.CharField(max_length=11, choices=Handling.choices, blank=True)
    opinion = models.CharField(
        max_length=25, choices=Opinion.choices, blank=True
    )  # the investigator's, never a finding
    opinion_reasons = models.TextField(blank=True)
    opinion_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rationale = models.TextField(blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    actions_set_on = models.DateField(null=True, blank=True)  # also where there are none to set
    added_on = models.DateField(null=True, blank=True)  # to this case; null: from the beginning, as in all history
    split_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    moved_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # gone from here
    moved_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_allegation_a_position", fields=["case", "position"]),
            models.CheckConstraint(
                name="happened_in_order", condition=Q(happened_to=None) | Q(happened_to__gte=F("happened_from"))
            ),
            models.CheckConstraint(
                name="moved_says_when",
                condition=Q(moved_to=None, moved_on=None) | Q(moved_to__isnull=False, moved_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="allegation_by_code", fields=["code", "case"], condition=Q(code__isnull=False, moved_to=None)
            )
        ]

    def __str__(self) -> str:
        return self.category


class Involvement(models.Model):
    """Somebody of the force whom the case is about, who witnessed it, or whom a conflict keeps out: the wall stands on these rows."""

    class Part(models.TextChoices):
        SUBJECT = "SUBJECT", "Complained about"
        WITNESS = "WITNESS", "Witness"
        CONFLICT = "CONFLICT", "Conflict of interest"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="involvements")
    allegation = models.ForeignKey(
        Allegation, null=True, blank=True, on_delete=models.PROTECT, related_name="involvements"
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="involvements"
    )  # null: not identified
    part = models.CharField(max_length=8, choices=Part.choices)
    label = models.CharField(
        max_length=120, blank=True
    )  # as the source or the complainant calls somebody not identified
    unit_label = models.CharField(max_length=120, blank=True)  # the unit at the time, as the source gives it
    subject_type = models.CharField(max_length=20, blank=True)  # of the table SUBJECT_TYPE; all at the time
    rank = models.CharField(max_length=60, blank=True)
    rank_known_on = models.DateField(null=True, blank=True)  # since when it is entered here
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    on_duty = models.BooleanField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # a wall that was raised by mistake was taken down

    class Meta:
        indexes = [models.Index(name="involvement_wall", fields=["person", "case"], condition=Q(person__isnull=False))]

    def __str__(self) -> str:
        return str(self.public_id)


class Assessment(models.Model):
    """One answering of the four questions, kept as it was: who said yes is remembered, however often it is asked again."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    answers = models.JSONField()  # {question: true or false}, the complainant's wish among them
    contact_impossible_reason = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"assessment of {self.made_at:%Y-%m-%d}"


class EqualityAnswers(models.Model):
    """Monitoring answers (Equality Act 2010 s.149), apart from the case: no handler's screen or API carries them."""

    complainant = models.OneToOneField(
        Complainant, null=True, blank=True, on_delete=models.PROTECT, related_name="equality_answers"
    )
    involvement = models.OneToOneField(
        Involvement, null=True, blank=True, on_delete=models.PROTECT, related_name="equality_answers"
    )
    sex = models.CharField(max_length=60, blank=True)
    ethnicity = models.CharField(max_length=80, blank=True)
    age = models.CharField(max_length=20, blank=True)
    disability = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="equality_answers_of_one",
                condition=Q(complainant__isnull=False, involvement=None)
                | Q(complainant=None, involvement__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return "answers to the equality questions"


class Note(models.Model):
    """What staff write for each other. It is never shown or sent to the complainant."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    text = models.TextField()
    words = SearchVectorField(editable=False)  # of the text, without the complainants' names: the case is found by them

    def __str__(self) -> str:
        return str(self.public_id)


class Message(models.Model):
    """What one person was told, or wrote to us: text, recipient and attachments as they were when it was queued, for ever."""

    class About(models.TextChoices):
        PROGRESS = "PROGRESS", "How it is going"
        OUTCOME = "OUTCOME", "The outcome"
        ANSWER = "ANSWER", "The answer"
        OFFER = "OFFER", "An offer to record it"
        NOTICE = "NOTICE", "A notice"
        REPLY = "REPLY", "An answer to what was written"
        ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT", "An acknowledgement"
        WRITTEN = "WRITTEN", "Written to us"

    class Direction(models.TextChoices):
        OUT = "OUT", "From the force"
        IN = "IN", "To the force"

    class Party(models.TextChoices):
        COMPLAINANT = "COMPLAINANT", "Complainant"
        SUBJECT = "SUBJECT", "Person complained about"
        LPB = "LPB", "Local policing body"
        IOPC = "IOPC", "IOPC"

    class Delivery(models.TextChoices):
        TRACKING = "TRACKING", "With the receipt, announced by a mail that says nothing"
        EMAIL = "EMAIL", "The text itself, by e-mail"
        POST = "POST", "By post"
        RECORDED_DELIVERY = "RECORDED_DELIVERY", "By recorded delivery"
        HAND = "HAND", "By hand"
        SECURE = "SECURE", "By staff, over a secure channel"

    class Wish(models.TextChoices):
        WITHDRAW = "WITHDRAW", "To withdraw it"
        RECORD = "RECORD", "To have it recorded"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="messages")
    about = models.CharField(max_length=15, choices=About.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices, default=Direction.OUT)
    author = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # null: it came in
    sent_at = models.DateTimeField()
    text = models.TextField()
    words = SearchVectorField(editable=False)  # of the text, without the complainants' names: the case is found by them

    party = models.CharField(max_length=11, choices=Party.choices, default=Party.COMPLAINANT)  # to, or from, whom
    complainant = models.ForeignKey(Complainant, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Involvement, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    addressed_to = EncryptedTextField(blank=True)  # name and address at the time, as the envelope has them
    heading = models.CharField(max_length=120, blank=True)  # the subject line, which tells nothing
    # The department that wrote it, as it was called; "" in what came in, and in what went out before this was kept.
    office = models.CharField(max_length=160, blank=True, default="", db_default="")
    template = models.ForeignKey(
        "cases.LetterTemplate", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    review_right = models.ForeignKey(  # the text of the right to a review that stands in it, a version of its own
        "cases.LetterTemplate", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    delivery = models.CharField(max_length=17, choices=Delivery.choices, default=Delivery.TRACKING)
    delivery_reason = models.TextField(blank=True)  # why it went another way than the law or the person asks for
    wish = models.CharField(max_length=8, choices=Wish.choices, blank=True)  # that the complainant states with it

    mail: str = ""  # how the mail that went with it stands, set by who asks (selectors.messages_of); "" where none did

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="staff_write_what_goes_out",
                condition=Q(direction="OUT", author__isnull=False)
                | Q(direction="IN", author=None, party="COMPLAINANT"),
            )
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def mail_cause(self) -> str:
        """What its mail is known by in the outbox. `complainant` is loaded."""
        return f"message:{self.public_id}:{self.complainant.public_id}" if self.complainant else ""


class Notice(models.Model):
    """That somebody has to be told something: owed from a day, and settled by a message or by a reason not to (reg. 35)."""

    class To(models.TextChoices):
        COMPLAINANT = "COMPLAINANT", "Complainant"
        SUBJECT = "SUBJECT", "Person complained about"
        LPB = "LPB", "Local policing body"
        IOPC = "IOPC", "IOPC"

    class Settled(models.TextChoices):
        SENT = "SENT", "Sent"
        WITHHELD = "WITHHELD", "Withheld after the harm test"
        NOT_OWED = "NOT_OWED", "Not owed any more"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=30)  # of cases.notices.NOTICES
    to = models.CharField(max_length=11, choices=To.choices)
    complainant = models.ForeignKey(Complainant, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Involvement, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proceeding = models.ForeignKey(
        "cases.Proceeding", null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )  # whose end, or whose beginning, is told
    withdrawal = models.ForeignKey(
        "cases.Withdrawal", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the wish that it asks to confirm
    suspension = models.ForeignKey(
        "cases.Suspension", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # of which it asks whether it goes on
    owed_on = models.DateField()
    settled_on = models.DateField(null=True, blank=True)
    settled_as = models.CharField(max_length=8, choices=Settled.choices, blank=True)
    settled_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    harm = models.CharField(max_length=20, blank=True)  # the ground of the harm test, and in `reason` why it applies
    reason = models.TextField(blank=True)
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reviewed_on = models.DateField(null=True, blank=True)  # that it is withheld was looked at again (reg. 3)
    withheld_until = models.DateField(null=True, blank=True)  # it is not any more: a new notice is owed

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="settled_says_how",
                condition=Q(settled_on=None, settled_as="") | (Q(settled_on__isnull=False) & ~Q(settled_as="")),
            ),
            models.CheckConstraint(name="withheld_says_why", condition=~Q(settled_as="WITHHELD") | ~Q(reason="")),
        ]
        indexes = [models.Index(name="notice_owed", fields=["case"], condition=Q(settled_on=None))]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"


class CaseFile(models.Model):
    """A file that belongs to a case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.file_id)
