"""The moves that a complaint and a matter share: an investigation goes the same way, whatever it is of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django_fsm import transition

from backend.accounts.actors import Actor
from backend.accounts.models import User
from cases import facts, makers

from .states import ComplaintState as State

if TYPE_CHECKING:
    from .case import Case as OfACase
else:
    OfACase = object  # the machines are the models; this is a part of both


def when(*conditions: Callable[[Any], bool]) -> list[Callable[[Any], bool]]:
    """The facts that a move waits for. What concerns the chief officer moves no further than to the local policing body."""
    return [facts.is_for_this_authority, *conditions]


class Investigation(OfACase):
    @transition(
        field="state",
        source=State.REFERRED,
        target=State.REFERRED_BACK,
        conditions=when(facts.was_not_being_investigated),
        permission=makers.may_decide,
    )
    def refer_back(self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date) -> None:
        self.form_set_by = ""

    @transition(
        field="state",
        source=State.REFERRED,
        target=State.LOCAL_INV,
        conditions=when(facts.was_being_investigated),
        permission=makers.may_decide,
    )
    def refer_back_to_complete(self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date) -> None:
        """An investigation that was under way is completed, not chosen afresh (Sch 3 para 5(2))."""

    @transition(
        field="state",
        source=State.LOCAL_INV,
        target=State.LOCAL_INV,
        conditions=when(facts.part_2_goes_on),
        permission=makers.may_decide,
    )
    def replace_investigator(
        self, *, actor: Actor, on: dt.date, investigator: User, independence: str, reason: str
    ) -> None:
        """Who falls ill, leaves or turns out to be part of it holds nothing up; whose the investigation is stays."""
        self.investigator = self.handler = investigator

    @transition(
        field="state",
        source=State.LOCAL_INV,
        target=State.REPORT_SUBMITTED,
        conditions=when(
            facts.is_not_suspended,
            facts.part_2_goes_on,
            facts.every_severity_is_assessed,
            facts.every_allegation_has_an_opinion,
        ),
        permission=makers.may_investigate,
    )
    def submit_report(self, *, actor: Actor, on: dt.date, summary: str) -> None:
        """The investigator gives evidence and opinion; what is found is for the authority to decide (para 22)."""
        self.reported_on = on

    @transition(
        field="state",
        source=[State.DIRECTED, State.INDEPENDENT],
        target=State.DECISION,
        conditions=when(),
        permission=makers.may_decide,
    )
    def enter_iopc_report(self, *, actor: Actor, on: dt.date, document: Any, dated_on: dt.date) -> None:
        """The report goes to the IOPC, which decides (para 22): the force enters it, and carries out what follows."""
        self.reported_on = dated_on
        self.decided_by_id = None
