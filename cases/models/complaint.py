"""The machine of a complaint: Police Reform Act 2002, Schedule 3, as far as handling outside it.

A body sets fields only; what must be true and who may is asked beforehand, by transitions.perform.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import models
from django_fsm import transition

from backend.accounts.actors import Actor
from cases import facts

from .case import Case
from .states import ComplaintState as State

# A recording is forced at any time, also while it is handled outside: no role overrules that.
OUTSIDE: list[Callable[[Any], bool]] = [facts.need_not_be_recorded, facts.has_no_wish_to_be_recorded]
LIVE = [State.RECEIVED, State.ASSESSING, State.CONTACTED, State.HANDLING_OUTSIDE]


class ComplaintMove(models.TextChoices):
    TAKE = "take", "Take it up for assessment"
    RECORD_CONTACT = "record_contact", "Record the first contact with the complainant"
    HANDLE_OUTSIDE = "handle_outside", "Handle it outside Schedule 3"
    RESOLVE = "resolve", "Resolve it, and tell the complainant"
    FINALISE = "finalise", "Finalise it"
    WITHDRAW = "withdraw", "Withdraw it at the complainant's signed wish"


class ComplaintCase(Case):
    first_state = State.RECEIVED
    moves = ComplaintMove

    class Meta:
        proxy = True

    @transition(field="state", source=State.RECEIVED, target=State.ASSESSING, permission=facts.may_assess)
    def take(self, *, actor: Actor, on: dt.date) -> None:
        """Handling starts, and with it the four weeks in which the complainant hears how it is going (reg. 34)."""
        self.handling_started_on = on
        self.handler_id = self.handler_id or actor.user_id

    @transition(field="state", source=State.ASSESSING, target=State.CONTACTED, permission=facts.may_handle)
    def record_contact(
        self, *, actor: Actor, on: dt.date, contacted_on: dt.date, views: str, wishes_recording: bool
    ) -> None:
        """The first duty on receipt: contact, and the complainant's views on the handling (Sch 3 para 2(6))."""
        self.contacted_on = contacted_on
        self.views_at_contact = views
        # A wish that was stated before stands: only the assessment takes it back, by a second person and for a reason.
        self.wishes_recording = wishes_recording or bool(self.wishes_recording)

    @transition(
        field="state",
        source=[State.ASSESSING, State.CONTACTED],
        target=State.HANDLING_OUTSIDE,
        conditions=[facts.is_assessed, *OUTSIDE, facts.is_contacted_or_cannot_be],
        permission=facts.may_decide,
    )
    def handle_outside(self, *, actor: Actor, on: dt.date) -> None:
        """To be handled with a view to resolving it to the complainant's satisfaction (Sch 3 para 2(6C))."""

    @transition(
        field="state",
        source=State.HANDLING_OUTSIDE,
        target=State.RESOLVED_OUTSIDE,
        conditions=OUTSIDE,
        permission=facts.may_handle,
    )
    def resolve(self, *, actor: Actor, on: dt.date, result: str, told: str) -> None:
        """Resolved and told on one day: the outcome's five working days (reg. 34) begin and end with it."""
        self.resolved_on = self.told_on = on
        self.resolved_by_id = actor.person_id
        self.outcome = "RESOLVED"

    @transition(
        field="state",
        source=State.RESOLVED_OUTSIDE,
        target=State.FINALISED,
        conditions=[*OUTSIDE, facts.has_told_the_complainant],
        permission=facts.may_close,
    )
    def finalise(self, *, actor: Actor, on: dt.date) -> None:
        self.closed_on = on

    @transition(
        field="state",
        source=LIVE,
        target=State.WITHDRAWN,
        conditions=[facts.is_assessed, facts.owes_no_referral],
        permission=facts.may_decide,
    )
    def withdraw(self, *, actor: Actor, on: dt.date, signed_on: dt.date, signed_by: str) -> None:
        """A signed notification ends it (SI 2020/2, regs 38-39); an unsigned wish is not one."""
        self.withdrawal_signed_on, self.withdrawal_signed_by = signed_on, signed_by
        self.outcome = "WITHDRAWN"
        self.told_on = self.closed_on = on
