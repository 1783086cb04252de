"""The machine of a conduct matter or a death or serious injury (DSI) matter: a record of its own, with no complainant."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django_fsm import transition

from backend.accounts.actors import Actor
from backend.accounts.models import User
from cases import facts, makers

from .case import Case, FormSetBy, MatterType
from .investigation import Investigation, when
from .states import MatterState as State

UNDER_WAY = [State.REFERRED_BACK, State.OTBI, State.LOCAL_INV, State.REPORT_SUBMITTED, State.DECISION]
WITH_THE_FORCE = [State.RECORDED, *UNDER_WAY]


class MatterMove(models.TextChoices):
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
    INVESTIGATE = "investigate", "Investigate it locally"
    REPLACE_INVESTIGATOR = "replace_investigator", "Appoint another investigator"
    FIND_CONDUCT = "find_conduct", "Treat the DSI matter as a conduct matter"
    SUBMIT_REPORT = "submit_report", "Submit the investigator's report"
    BEGIN_DECISION = "begin_decision", "Begin the decision"
    ENTER_IOPC_REPORT = "enter_iopc_report", "Enter the IOPC's report and decision"
    FINALISE = "finalise", "Finalise it"
    TRANSFER_OUT = "transfer_out", "Hand it over to its appropriate authority"
    MERGE = "merge", "Merge it into another case about the same"


class MatterCase(Investigation, Case):
    first_state = State.RECORDED
    moves = MatterMove

    class Meta:
        proxy = True

    @transition(
        field="state",
        source=WITH_THE_FORCE,
        target=State.REFERRED,
        conditions=when(facts.may_be_referred),
        permission=makers.may_decide,
    )
    def refer(self, *, actor: Actor, on: dt.date, basis: str, ground: str, clear_on: dt.date) -> None:
        if basis == "MANDATORY":
            self.alleges_mandatory_referral = True
            self.referral_clear_on = clear_on
        self._go_to_the_iopc(on)

    @transition(
        field="state",
        source=WITH_THE_FORCE,
        target=State.REFERRED,
        conditions=when(facts.may_be_referred),
        permission=makers.may_decide,
    )
    def enter_referral(self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date) -> None:
        """The local policing body may refer it too (Sch 3 para 13)."""
        self._go_to_the_iopc(on)

    @transition(
        field="state",
        source=[*WITH_THE_FORCE, State.FINALISED],
        target=State.REFERRED,
        conditions=when(),
        permission=makers.may_decide,
    )
    def call_in(self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date) -> None:
        self._go_to_the_iopc(on)

    @transition(
        field="state",
        source=[State.REFERRED, State.DIRECTED, State.INDEPENDENT],
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
        source=[State.REFERRED, State.LOCAL_INV, State.INDEPENDENT, State.FINALISED],
        target=State.DIRECTED,
        conditions=when(facts.iopc_may_set_its_form),
        permission=makers.may_decide,
    )
    def determine_directed(self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date) -> None:
        self._investigated_from(on, by=FormSetBy.IOPC)

    @transition(
        field="state",
        source=[State.REFERRED, State.LOCAL_INV, State.DIRECTED, State.FINALISED],
        target=State.INDEPENDENT,
        conditions=when(facts.iopc_may_set_its_form),
        permission=makers.may_decide,
    )
    def determine_independent(self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date) -> None:
        self._investigated_from(on, by=FormSetBy.IOPC)

    @transition(
        field="state",
        source=[State.RECORDED, State.REFERRED_BACK],
        target=State.OTBI,
        conditions=when(facts.owes_no_referral, facts.is_known_whether_it_is_referred),
        permission=makers.may_decide,
    )
    def handle_otherwise(self, *, actor: Actor, on: dt.date, reason: str) -> None:
        """In such other manner, if any, as the authority determines (Sch 3 paras 10, 11, 14 and 14D): another person decides on it.

        So ends also what turns out to be no conduct matter: nothing is found to be done about it.
        """
        self.worked_on_by = sorted({*self.worked_on_by, actor.person})

    @transition(
        field="state",
        source=[State.RECORDED, State.REFERRED_BACK, State.OTBI, State.REPORT_SUBMITTED, State.DECISION],
        target=State.LOCAL_INV,
        conditions=when(
            facts.owes_no_referral, facts.is_known_whether_it_is_referred, facts.is_the_authoritys_to_decide
        ),
        permission=makers.may_decide,
    )
    def investigate(self, *, actor: Actor, on: dt.date, investigator: User, independence: str, terms: str) -> None:
        """Also once it was reported on, or is decided on: a second indication, or a report that is not enough."""
        self._investigated_from(on, by=FormSetBy(self.form_set_by or FormSetBy.AUTHORITY))
        self.investigator = self.handler = investigator

    @transition(
        field="state",
        source=[State.LOCAL_INV, State.DIRECTED, State.INDEPENDENT],
        target=None,
        conditions=when(facts.is_a_dsi_matter),
        permission=makers.may_decide,
    )
    def find_conduct(self, *, actor: Actor, on: dt.date, reason: str) -> None:
        """On an indication that somebody may have committed a crime or misconduct (Sch 3 para 21A)."""
        self.matter_type = MatterType.CONDUCT

    @transition(
        field="state",
        source=[State.OTBI, State.REPORT_SUBMITTED],
        target=State.DECISION,
        conditions=when(facts.is_not_suspended, facts.owes_no_referral),
        permission=makers.may_decide_on_others_work,
    )
    def begin_decision(self, *, actor: Actor, on: dt.date) -> None:
        self.decided_by_id = actor.person_id

    @transition(
        field="state",
        source=State.DECISION,
        target=State.FINALISED,
        conditions=when(
            facts.owes_no_referral,
            facts.is_known_whether_it_is_referred,
            facts.nothing_is_suspended,
            facts.every_allegation_is_coded,
            facts.every_allegation_is_decided,
        ),
        permission=makers.may_check,
    )
    def finalise(self, *, actor: Actor, on: dt.date) -> None:
        """Nobody has a right to a review of a matter. Who has to be told its outcome is still to be told, by letter."""
        self.outcome = "DECIDED"
        self.closed_on = on

    @transition(
        field="state",
        source=State.RECORDED,
        target=State.TRANSFERRED_OUT,
        permission=makers.may_decide,
    )
    @transition(
        field="state",
        source=[*UNDER_WAY, State.REFERRED, State.DIRECTED, State.INDEPENDENT],
        target=State.TRANSFERRED_OUT,
        conditions=[facts.concerns_the_chief_officer],
        permission=makers.may_decide,
    )
    def transfer_out(self, *, actor: Actor, on: dt.date, to: str, told: str) -> None:
        """To the authority whose matter it is: what concerns the chief officer is the local policing body's at any time."""
        self.outcome = "TRANSFERRED"
        self.told_on = self.closed_on = on

    @transition(
        field="state",
        source=State.RECORDED,
        target=State.MERGED,
        conditions=when(facts.owes_no_referral, facts.is_known_whether_it_is_referred),
        permission=makers.may_decide,
    )
    def merge(self, *, actor: Actor, on: dt.date, into: Case, told: str) -> None:
        """What is dealt with already as another matter ends here, with a pointer; both keep their history and their people."""
        self.outcome = "MERGED"
        self.told_on = self.closed_on = on

    def _go_to_the_iopc(self, on: dt.date) -> None:
        self._undo_the_outcome()
        self.referred_on = on

    def _investigated_from(self, on: dt.date, *, by: FormSetBy) -> None:
        self.investigating_since = self.investigating_since or on
        self.form_set_by = by
        # Reported on or decided before: sent back, or a re-investigation, for compelling reasons (PRA 2002 s. 13B).
        self._undo_the_outcome()
        self.reported_on = None

    def _undo_the_outcome(self) -> None:
        self.decided_on = self.decided_by_id = self.closed_on = None
        self.outcome = ""
