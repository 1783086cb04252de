"""What happens to a complaint beside its path: each a dated fact or a small machine of its own, never a product of states."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from backend.accounts.models import Person, User
from backend.attachments.models import StoredFile
from backend.common.identifiers import random_public_id

from .case import Case
from .parts import Allegation, Complainant, Involvement


class Body(models.TextChoices):
    """Who decides what the force cannot decide for itself."""

    IOPC = "IOPC", "Independent Office for Police Conduct"
    LPB = "LPB", "Local policing body"


class BodyNotice(models.Model):
    """A decision of the IOPC or the local policing body, as its notice says it: document, body and date."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="body_notices")
    body = models.CharField(max_length=4, choices=Body.choices)
    decides = models.CharField(max_length=40)  # the move that it was entered with, or what it says beside the path
    dated_on = models.DateField()
    document = models.ForeignKey(  # null: erased, with the case that it was about
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.body} {self.decides} {self.dated_on}"


class Referral(models.Model):
    """One referral to the IOPC, or its calling in of the case (PRA 2002 Sch 3 paras 4 and 4A)."""

    class Basis(models.TextChoices):
        MANDATORY = "MANDATORY", "Mandatory"
        VOLUNTARY = "VOLUNTARY", "Voluntary"
        CALLED_IN = "CALLED_IN", "Called in by the IOPC"
        BY_LPB = "BY_LPB", "Made by the local policing body"

    class Form(models.TextChoices):
        LOCAL = "LOCAL", "Investigation by the authority"
        DIRECTED = "DIRECTED", "Directed investigation"
        INDEPENDENT = "INDEPENDENT", "Independent investigation"
        BACK = "BACK", "Referred back"

    BY_THE_AUTHORITY = (Basis.MANDATORY, Basis.VOLUNTARY)

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    basis = models.CharField(max_length=9, choices=Basis.choices)
    ground = models.CharField(max_length=40, blank=True)
    clear_on = models.DateField(null=True, blank=True)  # when it became clear that it has to be referred
    made_on = models.DateField()
    form = models.CharField(max_length=11, choices=Form.choices, blank=True)  # what the IOPC determined last
    form_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.basis} {self.made_on}"


class Review(models.Model):
    """One application for a review of the outcome (PRA 2002 Sch 3 paras 6A and 25), a machine of its own."""

    class State(models.TextChoices):
        APPLIED = "APPLIED", "Applied for"
        INVALID = "INVALID", "Not valid"
        WITHDRAWN = "WITHDRAWN", "Withdrawn"
        NOT_UPHELD = "NOT_UPHELD", "Not upheld"
        AWAITING_RESPONSE = "AWAITING_RESPONSE", "Recommendation to be answered"
        ACCEPTED = "ACCEPTED", "Recommendation accepted"
        REFUSED = "REFUSED", "Recommendation not accepted"
        DETERMINED = "DETERMINED", "Upheld, and determined by the IOPC"
        SUPERSEDED = "SUPERSEDED", "Ended with the outcome that it was of"

    OPEN = (State.APPLIED, State.AWAITING_RESPONSE)
    ENDED = (State.INVALID, State.WITHDRAWN, State.NOT_UPHELD, State.REFUSED)
    UPHELD = (State.ACCEPTED, State.DETERMINED)

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reviews")
    complainant = models.ForeignKey(Complainant, null=True, on_delete=models.PROTECT, related_name="reviews")
    body = models.CharField(max_length=4, choices=Body.choices)
    state = models.CharField(max_length=17, choices=State.choices, default=State.APPLIED)
    applied_on = models.DateField()
    forwarded_on = models.DateField(null=True, blank=True)  # from the wrong body: treated as made on this day
    accepted_late_reason = models.TextField(blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decision = models.ForeignKey(  # the body's own notice of what it decided last
        BodyNotice, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recommended_on = models.DateField(null=True, blank=True)
    recommendation = models.TextField(blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answer = models.TextField(blank=True)
    superseded_on = models.DateField(null=True, blank=True)
    superseded_by = models.CharField(max_length=40, blank=True)  # the move that took the case elsewhere
    # Another's was open when it was applied for, and it was not taken up since: it is the next one, and not the last.
    waits = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="nothing_is_examined_while_it_waits",
                condition=Q(waits=False) | Q(state__in=["APPLIED", "INVALID", "WITHDRAWN", "SUPERSEDED"]),
            ),
            models.CheckConstraint(
                name="superseded_says_when_and_by_what",
                condition=Q(state="SUPERSEDED", superseded_on__isnull=False) & ~Q(superseded_by="")
                | ~Q(state="SUPERSEDED") & Q(superseded_on=None, superseded_by=""),
            ),
            models.UniqueConstraint(
                name="one_open_review_a_case",
                fields=["case"],
                condition=Q(state__in=["APPLIED", "AWAITING_RESPONSE"], waits=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body} {self.state}"

    @property
    def days_with_wrong_body(self) -> int:
        """Left out of the time to apply (SI 2020/2 reg. 29)."""
        return (self.forwarded_on - self.applied_on).days if self.forwarded_on else 0


class LetterWay(models.TextChoices):
    """How a letter that asks went. Regulation 39(3) wants recorded delivery; anything else needs a reason."""

    RECORDED_DELIVERY = "RECORDED_DELIVERY", "Recorded delivery"
    POST = "POST", "Ordinary post"
    EMAIL = "EMAIL", "E-mail"
    RECEIPT = "RECEIPT", "Read with the receipt"
    BY_HAND = "BY_HAND", "By hand"


class Withdrawal(models.Model):
    """One complainant's wish to withdraw, of the whole or of one allegation (SI 2020/2 regs 38-39)."""

    class State(models.TextChoices):
        WISHED = "WISHED", "An unsigned wish: to be asked to confirm it"
        ASKED = "ASKED", "Asked to confirm an unsigned wish"
        SIGNED = "SIGNED", "Signed"
        CONFIRMED = "CONFIRMED", "Confirmed"
        SILENT = "SILENT", "No answer in the time allowed"
        DENIED = "DENIED", "Denied: it goes on"

    class SignedBy(models.TextChoices):
        COMPLAINANT = "COMPLAINANT", "The complainant"
        SOLICITOR = "SOLICITOR", "The complainant's solicitor"
        AGENT = "AGENT", "Another agent whom the complainant authorised"

    PENDING = (State.WISHED, State.ASKED)
    EFFECTIVE = (State.SIGNED, State.CONFIRMED, State.SILENT)

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="withdrawals")
    complainant = models.ForeignKey(Complainant, on_delete=models.PROTECT, related_name="withdrawals")
    allegation = models.ForeignKey(Allegation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=State.choices)
    wished_on = models.DateField()
    signed_on = models.DateField(null=True, blank=True)
    signed_by = models.CharField(max_length=11, choices=SignedBy.choices, blank=True)
    authority_seen_on = models.DateField(null=True, blank=True)  # the agent's, in writing
    document = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField(null=True, blank=True)  # the letter was sent: the 28 days begin on the next day
    asked_by = models.CharField(max_length=17, choices=LetterWay.choices, blank=True)
    way_reason = models.TextField(blank=True)  # why it did not go by recorded delivery (reg. 39(3))
    settled_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="signed_says_by_whom", condition=~Q(state="SIGNED") | ~Q(signed_by="")),
            models.CheckConstraint(name="asked_says_when", condition=~Q(state="ASKED") | Q(asked_on__isnull=False)),
            models.CheckConstraint(
                name="other_way_says_why", condition=Q(asked_by__in=["", "RECORDED_DELIVERY"]) | ~Q(way_reason="")
            ),
            models.CheckConstraint(name="silent_was_asked", condition=~Q(state="SILENT") | Q(asked_on__isnull=False)),
            models.UniqueConstraint(
                name="one_withdrawal_a_part",
                fields=["complainant", "allegation"],
                condition=~Q(state="DENIED"),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.state


class Suspension(models.Model):
    """The whole or one allegation suspended, and how it goes on (SI 2020/2 regs 40-41)."""

    class State(models.TextChoices):
        SUSPENDED = "SUSPENDED", "Suspended"
        CONCLUDED = "CONCLUDED", "Proceedings concluded: the complainant is to be asked"
        ASKED = "ASKED", "Proceedings concluded, complainant asked"
        DECIDING = "DECIDING", "No wish to go on: public interest to be decided"
        RESUMED = "RESUMED", "Resumed"
        CONDUCT_MATTER = "CONDUCT_MATTER", "To be treated as a conduct matter"
        CEASED = "CEASED", "Part 2 ceased to apply"
        ENDED = "ENDED", "Ended with what was suspended"

    OPEN = (State.SUSPENDED, State.CONCLUDED, State.ASKED, State.DECIDING)
    NOT_RESUMED = (State.CONDUCT_MATTER, State.CEASED)  # Part 2 ceased to apply to it either way (reg. 41)

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="suspensions")
    allegation = models.ForeignKey(Allegation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=14, choices=State.choices, default=State.SUSPENDED)
    suspended_on = models.DateField()
    reason = models.TextField()
    for_criminal_proceedings = models.BooleanField()
    of_an_investigation = models.BooleanField()  # the letter of regulation 41 is owed for an investigation alone
    reviewed_on = models.DateField(null=True, blank=True)
    concluded_on = models.DateField(null=True, blank=True)  # the proceedings were
    asked_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_suspension_a_part",
                fields=["case", "allegation"],
                condition=Q(state__in=["SUSPENDED", "CONCLUDED", "ASKED", "DECIDING"]),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="asked_to_resume_says_when", condition=~Q(state="ASKED") | Q(asked_on__isnull=False)
            ),
            models.CheckConstraint(
                name="stay_ends_on_a_day",
                condition=Q(state__in=["SUSPENDED", "CONCLUDED", "ASKED", "DECIDING"]) ^ Q(ended_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.state

    @property
    def waits_for_wishes(self) -> bool:
        """Whether what it waited for has concluded, and complainants are asked whether it goes on (reg. 41)."""
        return self.state in (self.State.CONCLUDED, self.State.ASKED)


class SpecialProcedures(models.Model):
    """One person's investigation under special procedures, and how severe it is (PRA 2002 Sch 3 paras 19A-19E)."""

    class Severity(models.TextChoices):
        NOT_ASSESSED = "NOT_ASSESSED", "To be assessed"
        MISCONDUCT = "MISCONDUCT", "Misconduct"
        GROSS_MISCONDUCT = "GROSS_MISCONDUCT", "Gross misconduct"
        NEITHER = "NEITHER", "Neither: the special procedures have ended"

    class Indication(models.TextChoices):
        CRIME = "CRIME", "That they may have committed a criminal offence"
        DISCIPLINARY = "DISCIPLINARY", "That they behaved in a way that would justify disciplinary proceedings"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="special_procedures")
    subject = models.ForeignKey(Involvement, on_delete=models.PROTECT, related_name="+")
    severity = models.CharField(max_length=16, choices=Severity.choices, default=Severity.NOT_ASSESSED)
    indication = models.CharField(max_length=12, choices=Indication.choices)
    reasons = models.TextField()
    declared_on = models.DateField()
    assessed_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    accelerated_on = models.DateField(null=True, blank=True)  # PRA 2002 Sch 3 para 20A

    class Meta:
        constraints = [
            models.UniqueConstraint(name="special_once_a_subject", fields=["subject"], condition=Q(ended_on=None)),
            models.CheckConstraint(
                name="neither_ends_it", condition=~Q(severity="NEITHER") | Q(ended_on__isnull=False)
            ),
            models.CheckConstraint(
                name="accelerated_is_gross", condition=Q(accelerated_on=None) | Q(severity="GROSS_MISCONDUCT")
            ),
        ]

    def __str__(self) -> str:
        return self.severity


class Proceeding(models.Model):
    """A meeting, hearing, criminal case or the like that goes on after the decision; its outcome is told too (reg. 34(2)(b))."""

    class Kind(models.TextChoices):
        MISCONDUCT_MEETING = "MISCONDUCT_MEETING", "Misconduct meeting"
        MISCONDUCT_HEARING = "MISCONDUCT_HEARING", "Misconduct hearing"
        ACCELERATED_HEARING = "ACCELERATED_HEARING", "Accelerated misconduct hearing"
        RPRP = "RPRP", "Reflective practice review process"
        UPP = "UPP", "Unsatisfactory performance procedures"
        CRIMINAL = "CRIMINAL", "Criminal proceedings"
        APPEAL = "APPEAL", "Appeal"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proceedings")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    subject = models.ForeignKey(Involvement, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    begun_on = models.DateField()
    next_date_on = models.DateField(null=True, blank=True)  # the next day in court, or of the meeting
    contact = models.CharField(max_length=200, blank=True)  # officer in the case, prosecutor
    ended_on = models.DateField(null=True, blank=True)
    result = models.TextField(blank=True)
    told_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="proceeding_ends_with_a_result", condition=Q(ended_on=None) ^ ~Q(result="")),
            models.CheckConstraint(
                name="proceeding_ends_after_it_begins",
                condition=Q(ended_on=None) | Q(ended_on__gte=models.F("begun_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.kind


class CaseLink(models.Model):
    """One case and another: each keeps its own history, dates, letters and people."""

    class Kind(models.TextChoices):
        DUPLICATE = "DUPLICATE", "Duplicate"
        SAME_INCIDENT = "SAME_INCIDENT", "Same incident"
        SAME_COMPLAINANT = "SAME_COMPLAINANT", "Same complainant"
        SUPERSEDES = "SUPERSEDES", "Supersedes"
        JOINED = "JOINED", "Investigated together"
        SPLIT = "SPLIT", "Split from"
        ARISING = "ARISING", "Arising from"
        MERGED = "MERGED", "Merged into"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links")  # reads: `case` kind `other`
    other = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links_to")
    reason = models.TextField(blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_link_a_kind", fields=["kind", "case", "other"], condition=Q(ended_at=None)
            ),
            models.CheckConstraint(name="linked_to_another", condition=~Q(case=models.F("other"))),
        ]

    def __str__(self) -> str:
        return self.kind


class CaseAccess(models.Model):
    """Leave to see a restricted case, given by name."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="access")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # Null: by an operator of the server, where nobody of the authority saw the case any more.
    given_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_leave_a_person", fields=["case", "person"], condition=Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return f"leave for {self.person_id}"

    @property
    def giver(self) -> str:
        return self.given_by.name if self.given_by else "An operator of the server"
