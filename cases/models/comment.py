"""The machine of a comment: answered by Professional Standards together with the unit that it is about."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django_fsm import transition

from backend.accounts.actors import Actor
from backend.areas.models import Unit
from cases import makers

from .case import Case
from .states import CommentState as State


class CommentMove(models.TextChoices):
    TRIAGE = "triage", "Take it into triage"
    SEND_TO_UNIT = "send_to_unit", "Send it to a local policing unit or department"
    RETURN_TO_TRIAGE = "return_to_triage", "Return it to triage: it is for another unit"
    ANSWER = "answer", "Answer it"


class CommentCase(Case):
    first_state = State.SUBMITTED
    moves = CommentMove

    class Meta:
        proxy = True

    @transition(field="state", source=State.SUBMITTED, target=State.TRIAGE, permission=makers.may_answer_comments)
    def triage(self, *, actor: Actor, on: dt.date) -> None:
        self.handling_started_on = on

    @transition(field="state", source=State.TRIAGE, target=State.WITH_LPU, permission=makers.may_answer_comments)
    def send_to_unit(self, *, actor: Actor, on: dt.date, unit: Unit) -> None:
        self.unit = unit
        self.handler_id = None
        self.sent_to_unit_on = on

    @transition(field="state", source=State.WITH_LPU, target=State.TRIAGE, permission=makers.may_work_on_comments)
    def return_to_triage(self, *, actor: Actor, on: dt.date, reason: str) -> None:
        self.handler_id = None

    @transition(field="state", source=State.WITH_LPU, target=State.ANSWERED, permission=makers.may_answer_comments)
    def answer(self, *, actor: Actor, on: dt.date, told: str) -> None:
        """Professional Standards owns the answer; a unit contributes to it but does not send it."""
        self.told_on = self.closed_on = on
        self.outcome = "ANSWERED"
