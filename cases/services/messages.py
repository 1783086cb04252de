"""What the complainant is told: read by the receipt, and announced by a mail that says nothing but that it is there."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from backend.notifications import services as outbox
from cases import facts
from cases.models import Case, Kind, Message

from . import locking
from .due import write_next_due
from .locking import MayNot

NEWS_SUBJECT = "News about your reference {reference}"
NEWS_BODY = """There is something new to read about your reference {reference}.

For your safety this message does not say what it is. Open the tracking page, and enter your receipt to read it.

Please do not answer this message: nobody reads the answers.
"""


class NothingToTell(Refused):
    code = "case-closed"
    title = "The case is closed."


@transaction.atomic
def tell_progress(*, reference: str, text: str, actor: Actor, at: dt.datetime, version: int) -> tuple[Message, Case]:
    """Tell the complainant how it is going; the next four weeks start today (SI 2020/2, regulation 34).

    Raises Missing (404), Stale (412), MayNot (403), and NothingToTell (409) once the outcome was told.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if case.told_on or case.closed_on:
        raise NothingToTell("The outcome was told already, so there is no progress to tell.")
    # To the author of a comment only Professional Standards writes.
    rule = facts.may_handle if case.kind == Kind.COMPLAINT else facts.may_answer_comments
    if not rule(case, actor):
        raise MayNot(rule.otherwise)
    case.progress_told_on = day_of(at)
    message = send(case, about=Message.About.PROGRESS, text=text, actor=actor, at=at)
    case.version += 1
    write_next_due(case)
    case.save()
    audit.record(
        actor=actor.public_id,
        verb="PROGRESS_TOLD",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"message": str(message.public_id)},
    )
    return message, case


def send(case: Case, *, about: Message.About, text: str, actor: Actor, at: dt.datetime) -> Message:
    """The message, frozen, and a mail to everyone on the case who gave an address and wants a reply.

    For a change that records itself.
    """
    message = Message.objects.create(case_id=case.pk, about=about, author_id=actor.account, sent_at=at, text=text)
    for complainant in case.complainants.all():
        if complainant.email and case.reply_wanted:
            outbox.queue(
                cause=f"message:{message.public_id}:{complainant.public_id}",
                recipient=complainant.email,
                subject=NEWS_SUBJECT.format(reference=case.reference),
                body=NEWS_BODY.format(reference=case.reference),
                at=at,
            )
    return message
