"""The machine of a complaint: Police Reform Act 2002, Schedule 3.

A body sets fields only; what must be true and who may is asked beforehand, by transitions.perform. What a move writes
beside the case, and what it makes owed, is in cases.services.effects and cases.consequences.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django_fsm import transition

from backend.accounts.actors import Actor
from backend.accounts.models import User
from cases import facts, makers, standing

from .case import Case, FormSetBy, RecordedBecause
from .investigation import Investigation, when
from .states import ComplaintState as State

BEFORE_CONTACT = [State.RECEIVED, State.ASSESSING]
BEFORE_RECORDING = [*BEFORE_CONTACT, State.CONTACTED]
OUTSIDE = [State.HANDLING_OUTSIDE, State.OUTSIDE_UNRESOLVED]
ENDED_OUTSIDE = [State.RESOLVED_OUTSIDE, State.CLOSED_OUTSIDE]
TO_BE_HANDLED = [State.RECORDED, State.REFERRED_BACK, State.REOPENED]  # how is to be decided
REPORTED = [State.REPORT_SUBMITTED, State.DECISION]  # or decided on without a report: more may have to be found out
HANDLED = [State.OTBI, State.NFA, State.LOCAL_INV, *REPORTED]
WITH_THE_IOPC = [State.REFERRED, State.DIRECTED, State.INDEPENDENT]
UNDER_SCHEDULE_3 = [*TO_BE_HANDLED, *HANDLED]
LIVE = [*BEFORE_RECORDING, *OUTSIDE, *UNDER_SCHEDULE_3, *WITH_THE_IOPC, State.OUTCOME_SENT, State.UNDER_REVIEW]
TOLD = [State.OUTCOME_SENT, State.UNDER_REVIEW, State.FINALISED]

# A recording is forced at any time, also while it is handled outside: no role overrules that.
MAY_STAY_OUTSIDE = (facts.need_not_be_recorded, facts.has_no_wish_to_be_recorded, facts.was_never_referred)


class ComplaintMove(models.TextChoices):
    TAKE = "take", "Take it up for assessment"
    FIND_NOT_A_COMPLAINT = "find_not_a_complaint", "Find that it is not a complaint"
    FIND_NO_STANDING = (
        "find_no_standing",
        "Find that nobody complains: it was sent without the consent of whom it is for",
    )
    REOPEN = "reopen", "Assess it again"
    RECORD_CONTACT = "record_contact", "Record the first contact with the complainant"
    HANDLE_OUTSIDE = "handle_outside", "Handle it outside Schedule 3"
    RESOLVE = "resolve", "Resolve it, and tell the complainant"
    LEAVE_UNRESOLVED = "leave_unresolved", "Note that it is not resolved, and offer to record it"
    CLOSE_OUTSIDE = "close_outside", "Close it unresolved: the complainant does not want it recorded"
    RECORD = "record", "Record it under Schedule 3"
    DECIDE_NOT_TO_RECORD = "decide_not_to_record", "Decide that it need not be recorded"
    TRANSFER_OUT = "transfer_out", "Hand it over to its appropriate authority"
    REFER = "refer", "Refer it to the IOPC"
    CALL_IN = "call_in", "Enter that the IOPC calls it in"
    ENTER_REFERRAL = "enter_referral", "Enter that the local policing body refers it to the IOPC"
    REFER_BACK = "refer_back", "Enter that the IOPC refers it back"
    REFER_BACK_TO_COMPLETE = (
        "refer_back_to_complete",
        "Enter that the IOPC refers it back, to complete the investigation",
    )
    DETERMINE_LOCAL = "determine_local", "Enter that the IOPC determines an investigation by the authority"
    DETERMINE_DIRECTED = "determine_directed", "Enter that the IOPC directs the investigation"
    DETERMINE_INDEPENDENT = "determine_independent", "Enter that the IOPC investigates"
    HANDLE_OTHERWISE = "handle_otherwise", "Handle it otherwise than by investigation"
    TAKE_NO_FURTHER_ACTION = "take_no_further_action", "Propose no further action"
    INVESTIGATE = "investigate", "Investigate it locally"
    REPLACE_INVESTIGATOR = "replace_investigator", "Appoint another investigator"
    SUBMIT_REPORT = "submit_report", "Submit the investigator's report"
    BEGIN_DECISION = "begin_decision", "Begin the decision"
    ENTER_IOPC_REPORT = "enter_iopc_report", "Enter the IOPC's report and decision"
    SEND_OUTCOME = "send_outcome", "Tell the complainant the outcome"
    OPEN_REVIEW = "open_review", "Enter that a review was applied for"
    CLOSE_REVIEW = "close_review", "Close the review: nothing more follows"
    REOPEN_AFTER_REVIEW = "reopen_after_review", "Open it again after the review"
    FINALISE = "finalise", "Finalise it"
    WITHDRAW = "withdraw", "End it: every complainant has withdrawn"
    CEASE = "cease", "End it: the complainant did not wish it to be resumed"
    MERGE = "merge", "Merge it into another case about the same"


class ComplaintCase(Investigation, Case):
    first_state = State.RECEIVED
    moves = ComplaintMove

    class Meta:
        proxy = True

    # ---- assessment and contact

    @transition(
        field="state", source=State.RECEIVED, target=State.ASSESSING, conditions=when(), permission=makers.may_assess
    )
    def take(self, *, actor: Actor, on: dt.date) -> None:
        """Handling starts, and with it the four weeks in which the complainant hears how it is going (reg. 34)."""
        self.handling_started_on = on
        self.handler_id = self.handler_id or actor.user_id

    @transition(
        field="state",
        source=[State.ASSESSING, State.CONTACTED],
        target=State.NOT_A_COMPLAINT,
        conditions=when(
            facts.is_assessed, facts.need_not_be_recorded, facts.owes_no_referral, facts.somebody_may_be_told
        ),
        permission=makers.may_decide,
    )
    def find_not_a_complaint(self, *, actor: Actor, on: dt.date, why: str, told: str) -> None:
        """It stays in the register as a purported complaint (SI 2020/2 reg. 44(c)); there is no right to a review."""
        self._decide_against_it(why, actor=actor, on=on)

    @transition(
        field="state",
        source=[State.ASSESSING, State.CONTACTED, *OUTSIDE],
        target=State.NOT_A_COMPLAINT,
        conditions=when(
            facts.nobody_complains,
            facts.is_assessed,
            facts.need_not_be_recorded,
            facts.owes_no_referral,
            facts.is_not_suspended,
        ),
        permission=makers.may_decide,
    )
    @transition(
        field="state",
        source=UNDER_SCHEDULE_3,
        target=State.NOT_A_COMPLAINT,
        conditions=when(
            facts.nobody_complains,
            facts.owes_no_referral,
            facts.has_been_looked_at_for_misconduct,
            facts.need_not_be_investigated,
            facts.iopc_lets_it_end,
            facts.is_not_suspended,
        ),
        permission=makers.may_decide,
    )
    @transition(
        field="state",
        source=[State.DIRECTED, State.INDEPENDENT],
        target=State.NOT_A_COMPLAINT,
        conditions=when(facts.nobody_complains, facts.owes_no_referral, facts.iopc_lets_it_end, facts.is_not_suspended),
        permission=makers.may_decide,
    )
    def find_no_standing(self, *, actor: Actor, on: dt.date, reason: str) -> None:
        """Who sent it acted for somebody without their consent in writing (s. 12): whenever that is found, it was no complaint.

        What might be misconduct is a conduct matter first. Recorded in error, it is recorded anew should it be one after all.
        """
        self._decide_against_it("NO_STANDING", actor=actor, on=on)
        self.recorded_on, self.recorded_because = None, ""

    @transition(
        field="state",
        source=[State.NOT_A_COMPLAINT, State.NOT_RECORDED],
        target=State.ASSESSING,
        conditions=when(),
        permission=makers.may_take_up_again,
    )
    def reopen(self, *, actor: Actor, on: dt.date, reason: str) -> None:
        self._open_again(on)
        self.handler_id = actor.user_id

    @transition(
        field="state", source=State.ASSESSING, target=State.CONTACTED, conditions=when(), permission=makers.may_handle
    )
    @transition(
        field="state",
        source=[*OUTSIDE, *UNDER_SCHEDULE_3, *WITH_THE_IOPC],
        target=None,
        conditions=when(facts.is_not_contacted),
        permission=makers.may_handle,
    )
    def record_contact(
        self, *, actor: Actor, on: dt.date, contacted_on: dt.date, views: str, wishes_recording: bool
    ) -> None:
        """Whoever was not contacted before it was recorded is owed that all the same (Sch 3 para 2(6)).

        A contact that was logged, or recorded before it was opened again, stays the first; what they say now stands below it.
        """
        self.contacted_on = self.contacted_on or contacted_on
        if views not in self.views_at_contact:
            self.views_at_contact = "\n\n".join(filter(None, [self.views_at_contact, views]))
        # A wish that was stated before stands: only the assessment takes it back, by what they say at a contact that is logged.
        self.wishes_recording = wishes_recording or bool(self.wishes_recording)
        self.note_what_must_be_recorded(contacted_on)

    # ---- outside Schedule 3

    @transition(
        field="state",
        source=[State.ASSESSING, State.CONTACTED],
        target=State.HANDLING_OUTSIDE,
        conditions=when(facts.is_assessed, *MAY_STAY_OUTSIDE, facts.is_contacted_or_cannot_be),
        permission=makers.may_decide,
    )
    def handle_outside(self, *, actor: Actor, on: dt.date) -> None:
        """To be handled with a view to resolving it to the complainant's satisfaction (Sch 3 para 2(6C))."""

    @transition(
        field="state",
        source=State.HANDLING_OUTSIDE,
        target=State.RESOLVED_OUTSIDE,
        conditions=when(*MAY_STAY_OUTSIDE, facts.nothing_is_suspended, facts.somebody_may_be_told),
        permission=makers.may_handle,
    )
    def resolve(self, *, actor: Actor, on: dt.date, result: str, told: str) -> None:
        """Resolved and told on one day: the outcome's five working days (reg. 34) begin and end with it."""
        self.resolved_on = self.told_on = on
        self.resolved_by_id = actor.person_id
        self.outcome = "RESOLVED"

    @transition(
        field="state",
        source=State.HANDLING_OUTSIDE,
        target=State.OUTSIDE_UNRESOLVED,
        conditions=when(facts.is_not_suspended, facts.somebody_may_be_told),
        permission=makers.may_handle,
    )
    def leave_unresolved(self, *, actor: Actor, on: dt.date, result: str, told: str) -> None:
        """The complainant is told that it may be recorded, before anything is closed."""
        self.recording_offered_on = on
        self.resolved_by_id = actor.person_id

    @transition(
        field="state",
        source=State.OUTSIDE_UNRESOLVED,
        target=State.CLOSED_OUTSIDE,
        conditions=when(
            *MAY_STAY_OUTSIDE, facts.owes_no_referral, facts.nothing_is_suspended, facts.somebody_may_be_told
        ),
        permission=makers.may_close,
    )
    def close_outside(self, *, actor: Actor, on: dt.date, declined_on: dt.date, told: str) -> None:
        self.recording_declined_on = declined_on
        self.resolved_on = self.told_on = self.closed_on = on
        self.outcome = "NOT_RESOLVED"

    # ---- recorded, or not

    @transition(
        field="state",
        source=[*BEFORE_RECORDING, *OUTSIDE, *ENDED_OUTSIDE, State.FINALISED],
        target=State.RECORDED,
        conditions=when(facts.is_assessed, facts.was_never_recorded),
        permission=makers.may_assess,
    )
    def record(self, *, actor: Actor, on: dt.date) -> None:
        """At any time, also after it was closed: the wish to have it recorded never comes too late."""
        self._record(on)

    @transition(
        field="state",
        source=[State.ASSESSING, State.CONTACTED],
        target=State.NOT_RECORDED,
        conditions=when(facts.is_assessed, facts.owes_no_referral, facts.somebody_may_be_told),
        permission=makers.may_decide,
    )
    def decide_not_to_record(self, *, actor: Actor, on: dt.date, why: str, told: str) -> None:
        """Sch 3 para 2(7)-(8): dealt with already by criminal or disciplinary proceedings, or withdrawn before."""
        self._decide_against_it(why, actor=actor, on=on)

    @transition(
        field="state",
        source=[*BEFORE_RECORDING, State.RECORDED],
        target=State.TRANSFERRED_OUT,
        permission=makers.may_decide,
    )
    @transition(
        field="state",
        source=[*(state for state in LIVE if state not in (*BEFORE_RECORDING, State.RECORDED)), State.RESOLVED_OUTSIDE],
        target=State.TRANSFERRED_OUT,
        conditions=[facts.concerns_the_chief_officer],
        permission=makers.may_decide,
    )
    def transfer_out(self, *, actor: Actor, on: dt.date, to: str, told: str) -> None:
        """To the authority whose complaint it is; the day it was made goes with it, and so does every duty."""
        self.outcome = "TRANSFERRED"
        self.told_on = self.closed_on = on

    # ---- the IOPC

    @transition(
        field="state",
        source=[*BEFORE_RECORDING, *OUTSIDE, *ENDED_OUTSIDE, *UNDER_SCHEDULE_3, State.OUTCOME_SENT, State.UNDER_REVIEW],
        target=State.REFERRED,
        conditions=when(facts.is_assessed, facts.may_be_referred),
        permission=makers.may_decide,
    )
    def refer(self, *, actor: Actor, on: dt.date, basis: str, ground: str, clear_on: dt.date) -> None:
        """Whenever it becomes clear that it has to be; what was not recorded is recorded with it."""
        if basis == "MANDATORY":
            self.alleges_mandatory_referral = self.concerns_conduct = True
            self.referral_clear_on = clear_on
        self._go_to_the_iopc(on)

    @transition(
        field="state",
        source=[*BEFORE_RECORDING, *OUTSIDE, *ENDED_OUTSIDE, *UNDER_SCHEDULE_3, State.OUTCOME_SENT, State.UNDER_REVIEW],
        target=State.REFERRED,
        conditions=when(facts.may_be_referred),
        permission=makers.may_decide,
    )
    def enter_referral(self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date) -> None:
        """The local policing body may refer it on its own behalf (Sch 3 para 4(3)): it is with the IOPC as by the authority's."""
        self._go_to_the_iopc(on)

    @transition(
        field="state",
        source=[*(s for s in LIVE if s not in WITH_THE_IOPC), *ENDED_OUTSIDE, State.NOT_A_COMPLAINT, State.NOT_RECORDED,
                State.FINALISED],
        target=State.REFERRED,
        conditions=when(),
        permission=makers.may_decide,
    )  # fmt: skip
    def call_in(self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date) -> None:
        """The IOPC treats it as referred (Sch 3 para 4A): the authority's handling ends."""
        self._go_to_the_iopc(on)

    @transition(
        field="state",
        source=[State.REFERRED, State.DIRECTED, State.INDEPENDENT, State.UNDER_REVIEW],
        target=State.LOCAL_INV,
        conditions=when(facts.iopc_may_set_its_form),
        permission=makers.may_decide,
    )
    def determine_local(
        self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date, investigator: User, independence: str
    ) -> None:
        self._investigated_from(on, by=FormSetBy.IOPC)
        self.investigator = self.handler = investigator

    @transition(
        field="state",
        source=[State.REFERRED, State.LOCAL_INV, State.INDEPENDENT, *TOLD],
        target=State.DIRECTED,
        conditions=when(facts.iopc_may_set_its_form),
        permission=makers.may_decide,
    )
    def determine_directed(self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date) -> None:
        """Also as a re-investigation, for compelling reasons (PRA 2002 s. 13B)."""
        self._investigated_from(on, by=FormSetBy.IOPC)

    @transition(
        field="state",
        source=[State.REFERRED, State.LOCAL_INV, State.DIRECTED, *TOLD],
        target=State.INDEPENDENT,
        conditions=when(facts.iopc_may_set_its_form),
        permission=makers.may_decide,
    )
    def determine_independent(self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date) -> None:
        """Also as a re-investigation, for compelling reasons (PRA 2002 s. 13B)."""
        self._investigated_from(on, by=FormSetBy.IOPC)

    # ---- handling under Schedule 3

    @transition(
        field="state",
        source=[*TO_BE_HANDLED, State.NFA, State.LOCAL_INV],
        target=State.OTBI,
        conditions=when(
            facts.owes_no_referral,
            facts.has_been_looked_at_for_misconduct,
            facts.need_not_be_investigated,
            facts.form_is_the_authoritys_own,
            facts.part_2_goes_on,
        ),
        permission=makers.may_decide,
    )
    def handle_otherwise(self, *, actor: Actor, on: dt.date, reason: str) -> None:
        self.investigating_since = self.investigator_id = None
        self.form_set_by = ""

    @transition(
        field="state",
        source=[*TO_BE_HANDLED, State.OTBI],
        target=State.NFA,
        conditions=when(
            facts.owes_no_referral,
            facts.has_been_looked_at_for_misconduct,
            facts.need_not_be_investigated,
            facts.form_is_the_authoritys_own,
            facts.part_2_goes_on,
        ),
        permission=makers.may_decide,
    )
    def take_no_further_action(self, *, actor: Actor, on: dt.date, reason: str) -> None:
        """Where that is reasonable and proportionate; another person than who holds that, or handled it, decides on it."""
        self.worked_on_by = sorted({*self.worked_on_by, actor.person})

    @transition(
        field="state",
        source=[*TO_BE_HANDLED, State.OTBI, State.NFA, *REPORTED],
        target=State.LOCAL_INV,
        conditions=when(facts.owes_no_referral, facts.is_the_authoritys_to_decide, facts.part_2_goes_on),
        permission=makers.may_decide,
    )
    def investigate(self, *, actor: Actor, on: dt.date, investigator: User, independence: str, terms: str) -> None:
        """Also once it was reported on, or is decided on: an indication that appears then, or a report that is not enough."""
        was_set_by_the_iopc = self.state in REPORTED and self.form_set_by == FormSetBy.IOPC
        self._investigated_from(on, by=FormSetBy.IOPC if was_set_by_the_iopc else FormSetBy.AUTHORITY)
        self.investigator = self.handler = investigator

    @transition(
        field="state",
        source=[State.OTBI, State.NFA, State.REPORT_SUBMITTED],
        target=State.DECISION,
        conditions=when(
            facts.is_not_suspended,
            facts.part_2_goes_on,
            facts.owes_no_referral,
            facts.is_investigated_or_need_not_be,
        ),
        permission=makers.may_decide_on_others_work,
    )
    def begin_decision(self, *, actor: Actor, on: dt.date) -> None:
        self.decided_by_id = actor.person_id

    @transition(
        field="state",
        source=State.DECISION,
        target=State.OUTCOME_SENT,
        conditions=when(
            facts.owes_no_referral,
            facts.nothing_is_suspended,
            facts.part_2_goes_on,
            facts.every_allegation_is_coded,
            facts.every_allegation_is_decided,
            facts.is_investigated_or_need_not_be,
            facts.somebody_may_be_told,
            facts.review_body_can_be_written_to,
        ),
        permission=makers.may_check,
    )
    def send_outcome(self, *, actor: Actor, on: dt.date, told: str) -> None:
        """With the right to a review, and its body, where there is one: the 28 days begin on the next day (reg. 29)."""
        self.told_on = on
        self.review_body = standing.review_body_of(self)
        self.review_information_on = on if self.review_body else None
        self.outcome = "DECIDED"

    # ---- review and end

    @transition(
        field="state",
        source=[State.OUTCOME_SENT, State.FINALISED],
        target=State.UNDER_REVIEW,
        conditions=when(facts.has_a_right_to_a_review, facts.has_an_open_review),
        permission=makers.may_decide,
    )
    def open_review(self, *, actor: Actor, on: dt.date) -> None:
        """In time, or accepted late by the body for special circumstances; the application itself is entered before."""
        self.closed_on = None

    @transition(
        field="state",
        source=State.UNDER_REVIEW,
        target=State.FINALISED,
        conditions=when(
            facts.owes_no_referral,
            facts.review_ended_without_more,
            facts.iopcs_findings_are_entered,
            facts.nobody_lacks_consent,
        ),
        permission=makers.may_decide,
    )
    def close_review(self, *, actor: Actor, on: dt.date, told: str) -> None:
        self.closed_on = on

    @transition(
        field="state",
        source=State.UNDER_REVIEW,
        target=State.REOPENED,
        conditions=when(facts.review_calls_for_more),
        permission=makers.may_decide,
    )
    def reopen_after_review(self, *, actor: Actor, on: dt.date) -> None:
        """For somebody else than handled it before, unless a reason is recorded when it is given to them again."""
        self._open_again(on)

    @transition(
        field="state",
        source=[State.RESOLVED_OUTSIDE, State.OUTCOME_SENT],
        target=State.FINALISED,
        conditions=when(
            facts.may_end_where_it_stands,
            facts.owes_no_referral,
            facts.has_told_the_complainant,
            facts.review_window_is_over,
            facts.no_review_is_open,
        ),
        permission=makers.may_close,
    )
    def finalise(self, *, actor: Actor, on: dt.date) -> None:
        self.closed_on = on

    @transition(
        field="state",
        source=LIVE,
        target=State.WITHDRAWN,
        conditions=when(
            facts.is_assessed,
            facts.owes_no_referral,
            facts.every_complainant_has_withdrawn,
            facts.somebody_may_be_told,
            facts.iopc_lets_it_be_withdrawn,
            facts.review_body_knows_of_withdrawal,
        ),
        permission=makers.may_decide,
    )
    def withdraw(self, *, actor: Actor, on: dt.date, public_interest: str) -> None:
        """Part 2 ceases to apply (reg. 38); what the public interest asks for is answered, and goes on as a conduct matter."""
        self.outcome = "WITHDRAWN"
        self.told_on = self.closed_on = on

    @transition(
        field="state",
        source=UNDER_SCHEDULE_3,
        target=State.FINALISED,
        conditions=when(facts.owes_no_referral, facts.part_2_has_ceased, facts.somebody_may_be_told),
        permission=makers.may_decide,
    )
    def cease(self, *, actor: Actor, on: dt.date, told: str) -> None:
        """No wish to resume it, and no public interest in a conduct matter: Part 2 ceases to apply (reg. 41)."""
        self.outcome = "REGULATION_41"
        self.told_on = self.closed_on = on

    @transition(
        field="state",
        source=[*BEFORE_RECORDING, *OUTSIDE, State.RECORDED],
        target=State.MERGED,
        conditions=when(facts.is_assessed, facts.owes_no_referral, facts.somebody_may_be_told),
        permission=makers.may_decide,
    )
    def merge(self, *, actor: Actor, on: dt.date, into: Case, told: str) -> None:
        """A duplicate by the same complainant ends here, with a pointer; both keep their history and their people."""
        self.outcome = "MERGED"
        self.told_on = self.closed_on = on

    # ---- what several moves do

    def _record(self, on: dt.date) -> None:
        was_handled = self.state in (*OUTSIDE, *ENDED_OUTSIDE, State.FINALISED)
        is_worked_on = self.state == State.HANDLING_OUTSIDE and not self.wishes_recording
        self.recorded_because = (
            RecordedBecause.WISH if self.wishes_recording and not was_handled
            else RecordedBecause.NATURE if self.concerns_conduct
            else RecordedBecause.DISSATISFACTION if was_handled and not is_worked_on
            else RecordedBecause.AUTHORITY
        )  # fmt: skip
        self.recorded_on = on
        if self.closed_on or self.resolved_on:
            self._open_again(on)

    def _decide_against_it(self, why: str, *, actor: Actor, on: dt.date) -> None:
        self.outcome, self.decided_by_id = why, actor.person_id
        self.told_on = self.closed_on = on

    def _open_again(self, on: dt.date) -> None:
        """Handling starts anew, for somebody else; whoever worked on it or decided it so far is remembered."""
        self.worked_on_before = sorted({*self.worked_on_by, *self.holders})
        self.decided_before = sorted({*self.decided_before, *self.deciders})
        if self.recorded_on:  # what goes no further than its assessment had no outcome yet
            self.first_told_on = self.first_told_on or self.told_on
        self.handler_id = self.investigator_id = self.resolved_by_id = self.resolved_on = None
        self.handling_started_on, self.investigating_since, self.reported_on = on, None, None
        self._undo_the_outcome()

    def _take_back_the_outcome(self, on: dt.date) -> None:
        """An outcome that was told is opened again; one that was not yet told is undone."""
        if self.told_on:
            self._open_again(on)
        else:
            self._undo_the_outcome()

    def _undo_the_outcome(self) -> None:
        self.decided_on = self.decided_by_id = self.told_on = self.closed_on = None
        self.review_body, self.review_information_on, self.outcome = "", None, ""

    def _go_to_the_iopc(self, on: dt.date) -> None:
        if self.recorded_on is None:
            self._record(on)
        self._take_back_the_outcome(on)
        self.referred_on, self.kept_from_units = on, True

    def _investigated_from(self, on: dt.date, *, by: FormSetBy) -> None:
        self._take_back_the_outcome(on)
        self.investigating_since, self.reported_on = self.investigating_since or on, None
        self.form_set_by = by
