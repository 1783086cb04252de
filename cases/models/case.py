"""What every case has, whichever machine moves it: reference, state, who holds it, its dates and what is due next."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import or_
from typing import Any, Self

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Least
from django_fsm import FSMField, FSMModelMixin

from backend.accounts.actors import Actor
from backend.accounts.models import Person, Role, User
from backend.areas.models import Neighbourhood, Unit
from backend.common.identifiers import random_reference
from cases import standing

from .reference import Regime
from .states import BEING_HANDLED, CommentState, ComplaintState, MatterState

NOTHING_DUE = dt.date(9999, 12, 31)
ALL_STATES = sorted({*ComplaintState.choices, *MatterState.choices, *CommentState.choices})


class Kind(models.TextChoices):
    COMPLAINT = "COMPLAINT", "Complaint"
    COMMENT = "COMMENT", "Comment"
    MATTER = "MATTER", "Conduct or DSI matter"


class Origin(models.TextChoices):
    LIVE = "LIVE", "Made here"
    IMPORTED = "IMPORTED", "Brought in from a force's records"


class Flag(models.TextChoices):
    """What somebody should look at first: of what was sent in, by a look by machine, and of what came of it since."""

    URGENT = "URGENT", "Urgent"
    SAFEGUARDING = "SAFEGUARDING", "Safeguarding"
    OFFICER_NAMED = "OFFICER_NAMED", "Names an officer"
    THIRD_PARTY = "THIRD_PARTY", "Names somebody else"
    DISSATISFACTION = "DISSATISFACTION", "Dissatisfied"
    UNREAD_MESSAGE = "UNREAD_MESSAGE", "Wrote, and nobody has read it"
    WISH_TO_RECORD = "WISH_TO_RECORD", "Wishes it to be recorded"
    WISH_TO_WITHDRAW = "WISH_TO_WITHDRAW", "Wishes to withdraw"
    MAIL_REFUSED = "MAIL_REFUSED", "A mail could not be delivered"


class MatterType(models.TextChoices):
    CONDUCT = "CONDUCT", "Recordable conduct matter"
    DSI = "DSI", "Death or serious injury matter"


class RecordedBecause(models.TextChoices):
    """Why a complaint was recorded, as the IOPC counts it."""

    WISH = "WISH", "The complainant wishes the complaint to be recorded"
    AUTHORITY = "AUTHORITY", "The appropriate authority decides so"
    DISSATISFACTION = "DISSATISFACTION", "Dissatisfaction after initial handling"
    NATURE = "NATURE", "Nature of the allegations"


class FormSetBy(models.TextChoices):
    AUTHORITY = "AUTHORITY", "The appropriate authority"
    IOPC = "IOPC", "The IOPC"


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, actor: Actor) -> Self:
        """The cases that `actor` may know of: every list, detail, child, search, count and file goes through here.

        The walls come before any role: who is the subject of a case, a witness in it or conflicted out sees nothing of it,
        by whatever account and with whatever role. A complaint about conduct is never shown to a unit, and a restricted case
        to nobody without leave given by name (security.md, section 3).
        """
        if not actor.person_id:
            return self.none()
        authority = actor.forces_of(Role.APPROPRIATE_AUTHORITY)
        handled = [force for force in actor.forces_of(*PSD_ROLES) if force not in authority]
        # Who was appointed investigates it, whoever else handles it meanwhile. Nobody else may be, nor pays for the question.
        appointed = [force for force in actor.forces_of(Role.PSD_INVESTIGATOR) if force not in authority]
        by_role = [
            ("force__in", authority, Q()),
            ("force__in", handled, Q(handler_id=actor.user_id, disposed_on=None)),
            ("force__in", appointed, Q(investigator_id=actor.user_id, disposed_on=None)),
            ("force__in", actor.forces_of(Role.PSD_ASSESSOR), FOR_ASSESSORS),
            ("force__in", actor.forces_of(Role.MODERATOR), FOR_MODERATORS),
            ("unit__in", actor.units_of(*UNIT_ROLES), FOR_UNITS),
            ("force__in", actor.whole_forces_of(*UNIT_ROLES), FOR_UNITS),
        ]
        # What was disposed of is a stub, and nobody's work: the authority alone still reads that it was there.
        # One arm a role that is held, no more: the planner walks the queue's index only where there is no needless OR.
        arms = [cases & Q(**{where: places}) for where, places, cases in by_role if places]
        if not arms:
            return self.none()
        own = {"case": OuterRef("pk"), "person": actor.person_id, "ended_at": None}
        leave = Exists(apps.get_model("cases", "CaseAccess").objects.filter(**own))
        wall = Exists(apps.get_model("cases", "Involvement").objects.filter(**own))
        return self.filter(reduce(or_, arms), Q(restricted=False) | leave, ~wall)

    def in_queue(self) -> Self:
        """Work that is still to be done: history never is."""
        return self.filter(origin=Origin.LIVE, closed_on=None)

    def matching(self, words: str) -> Self:
        """Full-text search of all that is written in a case, in the way of a search engine ("…" for a phrase, - for "not").

        That is its narrative, its notes, its messages both ways and what is alleged in it: what everybody who sees the case
        may read. Names that are shown to those alone who reveal them are not among the words.
        """
        return self.filter(search=SearchQuery(words, config="english", search_type="websearch"))


PSD_ROLES = (Role.PSD_ASSESSOR, Role.PSD_INVESTIGATOR)
UNIT_ROLES = (Role.LPU_HANDLER, Role.LPU_SUPERVISOR)
FOR_ASSESSORS = Q(kind=Kind.COMPLAINT, concerns_conduct=False, disposed_on=None)
FOR_MODERATORS = Q(kind=Kind.COMMENT, disposed_on=None)
# Nobody knows what a complaint alleges until somebody has asked: a unit sees it after the assessment, never before.
FOR_UNITS = Q(concerns_conduct=False, kept_from_units=False, disposed_on=None) & (
    Q(kind=Kind.COMMENT) | Q(assessed_by__isnull=False)
)


ALLEGES_WHAT_IS_REFERRED = (
    Q(alleges_death_or_serious_injury=True) | Q(alleges_mandatory_referral=True) | Q(matter_type="DSI")
)


class Case(FSMModelMixin, models.Model):
    """A complaint or a comment on its way through the force. State changes only by transitions.perform."""

    reference = models.CharField(max_length=8, unique=True, default=random_reference, editable=False)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    state = FSMField(max_length=20, choices=ALL_STATES, protected=True, db_index=False)
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.LIVE)
    version = models.PositiveIntegerField(default=1)

    force = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")  # who holds it
    handler = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    about_unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    neighbourhood = models.ForeignKey(Neighbourhood, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    narrative = models.TextField(blank=True)
    location = models.TextField(blank=True)
    officers_described = models.TextField(blank=True)
    harm = models.TextField(blank=True)  # injury, damage or loss, in the complainant's words
    views_on_handling = models.TextField(blank=True)  # in the complainant's own words, as they were sent
    views_at_contact = models.TextField(
        blank=True
    )  # as they were given at the first contact (PRA 2002 Sch 3 para 2(6))
    flags = models.JSONField(default=list, blank=True)  # of Flag
    reply_wanted = models.BooleanField(default=True)

    # Days are London dates; the instant is kept where there is one (history has days alone).
    received_at = models.DateTimeField(null=True, blank=True)
    received_on = models.DateField()
    made_on = models.DateField()  # first expressed to anyone: any part of the force, the local policing body, the IOPC
    incident_on = models.DateField(null=True, blank=True)
    handling_started_on = models.DateField(null=True, blank=True)
    contacted_on = models.DateField(null=True, blank=True)
    sent_to_unit_on = models.DateField(null=True, blank=True)
    recording_offered_on = models.DateField(null=True, blank=True)  # after an unresolved handling outside Schedule 3
    recording_declined_on = models.DateField(null=True, blank=True)
    must_record_since = models.DateField(null=True, blank=True)  # a wish or a yes that came once it was handled outside
    recorded_on = models.DateField(null=True, blank=True)
    referral_clear_on = models.DateField(null=True, blank=True)  # when it became clear that a referral is mandatory
    referred_on = models.DateField(null=True, blank=True)  # the last time; null again once that no longer stands
    investigating_since = models.DateField(null=True, blank=True)
    timeliness_written_on = models.DateField(null=True, blank=True)  # the last letter of regulation 13
    reported_on = models.DateField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)  # the outcome: the five working days to tell it begin
    review_information_on = models.DateField(null=True, blank=True)  # provided: the 28 days begin on the next day
    progress_told_on = models.DateField(null=True, blank=True)
    resolved_on = models.DateField(null=True, blank=True)
    told_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    disposed_on = models.DateField(null=True, blank=True)  # what was personal is erased; set by the database alone

    # PRA 2002 Sch 3 para 2(6A)-(6B): what forces a recording. Null until the case has been assessed.
    alleges_death_or_serious_injury = models.BooleanField(null=True, blank=True)
    alleges_crime_or_discipline = models.BooleanField(null=True, blank=True)
    alleges_article_2_or_3 = models.BooleanField(null=True, blank=True)
    alleges_mandatory_referral = models.BooleanField(null=True, blank=True)
    wishes_recording = models.BooleanField(null=True, blank=True)
    recording_wished_at = models.DateTimeField(null=True, blank=True)  # the last time: it stands until they say no
    concerns_conduct = models.BooleanField(default=False)  # any of the four above: no unit sees the case
    assessed_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    contact_impossible_reason = models.TextField(blank=True)
    recorded_because = models.CharField(max_length=16, choices=RecordedBecause.choices, blank=True)
    indicates_misconduct = models.BooleanField(null=True, blank=True)  # the duty to investigate (Sch 3 para 6)
    investigation_exception = models.TextField(blank=True)  # regulation 6: why it need not be investigated all the same
    investigator = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    form_set_by = models.CharField(max_length=9, choices=FormSetBy.choices, blank=True)  # of the investigation
    regime = models.CharField(max_length=9, choices=Regime.choices, default=Regime.AMENDED_2025)
    regime_reason = models.TextField(blank=True)
    concerns_chief_officer = models.BooleanField(default=False)  # the local policing body is the appropriate authority
    chief_officer_found_on = models.DateField(
        null=True, blank=True
    )  # that it does: it is to be handed over from then on
    restricted = models.BooleanField(default=False)  # sealed: nobody knows of it but by leave given by name
    matter_type = models.CharField(max_length=7, choices=MatterType.choices, blank=True)
    kept_from_units = models.BooleanField(
        default=False
    )  # an indication of misconduct, special procedures, a serious category, a senior rank, a referral
    iopc_reviews_a_part = models.BooleanField(
        default=False, db_default=False
    )  # an allegation came from a case whose review is the IOPC's, or it is of the incident of one (Sch 3 para 30)
    review_body = models.CharField(max_length=4, blank=True)
    # The people, not the accounts, who held it while it was being handled; and all who held it before it was opened again.
    worked_on_by = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    worked_on_before = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    # The people who decided it before it was opened again, until a reason is recorded why one of them decides it once more.
    decided_before = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True)
    # The day on which the outcome was told that was opened again first: whoever decides it anew, they have heard of it.
    first_told_on = models.DateField(null=True, blank=True)
    decided_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    outcome = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=160, blank=True)

    next_due_on = models.DateField(null=True, blank=True)  # a cache of deadlines.next_due, written with every change
    next_due_rule = models.CharField(max_length=40, blank=True)
    # The first open duty of the force that the law sets, the first that it set itself, and the first of anybody else:
    # cached like the one above, for the lists of what is owed and what is late.
    legal_due_on = models.DateField(null=True, blank=True)
    target_due_on = models.DateField(null=True, blank=True)
    others_due_on = models.DateField(null=True, blank=True)
    own_due_on = models.GeneratedField(  # the first of the force's own, whoever set it
        expression=Least("legal_due_on", "target_due_on"), output_field=models.DateField(), db_persist=True
    )
    # When the watcher has to look at it next (cases.escalation): never later than the next alert.
    watch_at = models.DateTimeField(null=True, blank=True)
    queue_on = models.GeneratedField(
        expression=Coalesce("next_due_on", Value(NOTHING_DUE)), output_field=models.DateField(), db_persist=True
    )

    source = models.CharField(max_length=60, blank=True)
    source_reference = models.CharField(max_length=80, blank=True)
    source_digest = models.CharField(max_length=64, blank=True)  # of the rows it came from, to know them again

    # The words of its notes, messages and allegations, kept in step by triggers on those tables (migration 0018). Whatever
    # anybody else writes here, also an old copy with a whole case that is saved, the database leaves out.
    words = SearchVectorField(null=True, editable=False)
    search = models.GeneratedField(
        expression=Func(
            SearchVector("narrative", config="english"),
            Coalesce("words", Value("", output_field=SearchVectorField())),
            function="tsvector_concat",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects: models.Manager[Any] = CaseQuerySet.as_manager()

    considered_on: dt.date  # the London day on which a move is considered, set by who asks: facts read no clock
    first_state: str  # each machine has its own, and its own moves
    moves: type[models.TextChoices]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_case_a_source_reference",
                fields=["force", "source", "source_reference"],
                condition=~Q(source=""),
            ),
            models.CheckConstraint(
                name="imported_has_a_source",
                condition=Q(origin="LIVE", source="") | (Q(origin="IMPORTED") & ~Q(source="")),
            ),
            models.CheckConstraint(
                name="live_has_an_instant", condition=Q(origin="IMPORTED") | Q(received_at__isnull=False)
            ),
            models.CheckConstraint(
                name="state_of_its_kind",
                condition=Q(kind="COMPLAINT", state__in=ComplaintState.values)
                | Q(kind="COMMENT", state__in=CommentState.values)
                | Q(kind="MATTER", state__in=MatterState.values),
            ),
            models.CheckConstraint(name="a_matter_has_a_type", condition=Q(kind="MATTER") ^ Q(matter_type="")),
            models.CheckConstraint(
                name="chief_officer_was_found_on_a_day",
                condition=Q(concerns_chief_officer=False) ^ Q(chief_officer_found_on__isnull=False),
            ),
            models.CheckConstraint(
                name="closed_after_received",
                condition=Q(origin="IMPORTED") | Q(closed_on=None) | Q(closed_on__gte=F("received_on")),
            ),
            models.CheckConstraint(
                name="disposed_of_after_its_end",
                condition=Q(disposed_on=None)
                | Q(origin="LIVE", closed_on__isnull=False, disposed_on__gt=F("closed_on"), narrative=""),
            ),
            models.CheckConstraint(
                name="what_must_be_recorded_is_kept",
                condition=Q(disposed_on=None)
                | ~Q(
                    kind="COMPLAINT",
                    state__in=[*standing.HANDLED_OUTSIDE],
                    recorded_on=None,
                    concerns_chief_officer=False,
                )
                | (Q(concerns_conduct=False) & ~Q(wishes_recording=True)),
            ),
            models.CheckConstraint(
                name="a_wish_says_when",
                condition=~Q(wishes_recording=True) | Q(recording_wished_at__isnull=False),
            ),
        ]
        indexes = [
            GinIndex(name="case_search", fields=["search"]),
            models.Index(name="case_queue", fields=["queue_on", "id"], condition=Q(origin="LIVE", closed_on=None)),
            models.Index(
                name="case_queue_of_force",
                fields=["force", "queue_on", "id"],
                condition=Q(origin="LIVE", closed_on=None),
            ),
            models.Index(
                name="case_queue_of_unit", fields=["unit", "queue_on", "id"], condition=Q(origin="LIVE", closed_on=None)
            ),
            # What is soon due, or late, is so by what the force owes itself.
            models.Index(
                name="case_own_of_force",
                fields=["force", "own_due_on", "id"],
                condition=Q(origin="LIVE", closed_on=None),
            ),
            models.Index(
                name="case_own_of_unit", fields=["unit", "own_due_on", "id"], condition=Q(origin="LIVE", closed_on=None)
            ),
            # A state that few cases are in would else be looked for through the whole queue.
            models.Index(
                name="case_queue_of_force_by_state",
                fields=["force", "state", "queue_on", "id"],
                condition=Q(origin="LIVE", closed_on=None),
            ),
            models.Index(
                name="case_queue_of_unit_by_state",
                fields=["unit", "state", "queue_on", "id"],
                condition=Q(origin="LIVE", closed_on=None),
            ),
            models.Index(
                name="case_queue_of_handler",
                fields=["handler", "queue_on", "id"],
                condition=Q(origin="LIVE", closed_on=None),
            ),
            # What is owed today, legal clocks first. A closed case may still owe somebody a letter.
            models.Index(
                name="case_owed_by_law",
                fields=["force", "legal_due_on", "id"],
                condition=Q(origin="LIVE", legal_due_on__isnull=False),
            ),
            models.Index(
                name="case_owed_by_target",
                fields=["force", "target_due_on", "id"],
                condition=Q(origin="LIVE", target_due_on__isnull=False),
            ),
            models.Index(
                name="case_owed_by_others",
                fields=["force", "others_due_on", "id"],
                condition=Q(origin="LIVE", others_due_on__isnull=False),
            ),
            # Few are open and have to be referred to the IOPC; whether they were is for who reads it.
            models.Index(
                name="case_to_be_referred",
                fields=["force"],
                condition=Q(origin="LIVE", closed_on=None) & ALLEGES_WHAT_IS_REFERRED,
            ),
            models.Index(name="case_watched", fields=["watch_at", "id"], condition=Q(watch_at__isnull=False)),
            models.Index(
                name="case_ended",
                fields=["closed_on", "id"],
                condition=Q(origin="LIVE", closed_on__isnull=False, disposed_on=None),
            ),
            models.Index(name="case_newest", fields=["-received_on", "-id"]),
            models.Index(name="case_by_day_received", fields=["force", "received_on"]),
        ]

    def __str__(self) -> str:
        return self.reference

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Whoever holds it while it is being handled is among those who worked on it, for good."""
        if self.state in BEING_HANDLED:
            self.worked_on_by = sorted({*self.worked_on_by, *self.holders})
        super().save(*args, **kwargs)

    def wish_recording(self, *, at: dt.datetime) -> None:
        """They wish it to be recorded, said at that instant. A wish is taken back by what they say after the last one alone."""
        self.wishes_recording = True
        self.recording_wished_at = max(filter(None, [self.recording_wished_at, at]))

    def note_what_must_be_recorded(self, on: dt.date) -> None:
        """Keep since when it has to be recorded after all; forget it where the wish and every yes were taken back."""
        if not (self.wishes_recording or self.concerns_conduct):
            self.must_record_since = None
        elif standing.has_to_be_recorded_after_all(self):
            self.must_record_since = self.must_record_since or on

    @property
    def holders(self) -> set[int]:
        """The people behind its handler and its investigator: a second account is nobody else."""
        return {user.person_id for user in (self.handler, self.investigator) if user is not None}

    @property
    def investigators(self) -> set[int]:
        """The people who investigate it, or whose opinions stand in it."""
        opined = {each.opinion_by_id for each in self.allegations.all() if each.opinion_by_id is not None}
        return opined | ({self.investigator.person_id} if self.investigator else set())

    @property
    def deciders(self) -> set[int]:
        """The people who decided it, or an allegation of it."""
        decided_by = (self.decided_by_id, *(each.decided_by_id for each in self.allegations.all()))
        return {person for person in decided_by if person is not None}
