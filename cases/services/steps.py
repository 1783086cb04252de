"""What every step beside the path shares: its part of the locked case found, its days checked, and the step kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from backend.accounts.actors import Actor
from backend.attachments.models import StoredFile
from backend.audit import services as audit
from backend.calendar.selectors import working_calendar
from backend.common.errors import CHECK_THE_YEAR, Invalid, Missing
from backend.notifications import services as outbox
from cases import standing
from cases.clocks import due_on
from cases.models import Allegation, BodyNotice, Case, CaseFile, Complainant, Involvement, Message

from .due import forget, write_next_due

CORRECT = "Correct the field that is named, and send it again."
READ_FIRST = "They wrote, and nobody has read it yet: read it first, for it may be their answer."
HANDLER_SUBJECT = "Reference {reference}"
HANDLER_BODY = "There is something new to read in the case with the reference {reference}.\n"
A_LIFETIME = dt.timedelta(days=36_525)


def wrong(field: str, told: str) -> Invalid:
    return Invalid(CORRECT, errors={field: [told]})


def tell_handler(case: Case, *, cause: str, at: dt.datetime, of: Case | None = None) -> None:
    """A mail that says nothing but that there is something to read; called off should they become part of the case.

    To the handler of the case, or of that in which it goes on.
    """
    handler = (of or case).handler
    if handler and handler.is_active:
        outbox.queue(
            cause=cause,
            recipient=handler.email,
            subject=HANDLER_SUBJECT.format(reference=case.reference),
            body=HANDLER_BODY.format(reference=case.reference),
            at=at,
            about=case.reference,
            addressee=str(handler.public_id),
        )


def find(rows: Any, public_id: UUID) -> Any:
    """The one of `rows`, which are a part of the locked case. Raises Missing (404)."""
    found = next((row for row in rows.all() if row.public_id == public_id), None)
    if found is None:
        raise Missing
    return found


def complainant_of(case: Case, public_id: UUID) -> Complainant:
    """Somebody who complains. Raises Invalid (400) for anybody else, also for who is only kept informed."""
    found = next((each for each in standing.complainants_of(case) if each.public_id == public_id), None)
    if found is None:
        raise wrong("complainant", "Nobody who complains in this case has this id.")
    return found


def allegation_of(case: Case, public_id: UUID) -> Allegation:
    """An allegation that is still open here. Raises Invalid (400)."""
    ended = ("WITHDRAWN", "REGULATION_41")
    found = next((each for each in case.allegations.all() if each.public_id == public_id), None)
    if found is None or found.moved_to_id or found.finding in ended:
        raise wrong("allegation", "The case has no open allegation with this id.")
    return found


def subject_of(case: Case, public_id: UUID) -> Involvement:
    """An identified person whom the case is about. Raises Invalid (400): nothing is owed to the unknown until they are known."""
    found = next((each for each in case.involvements.all() if each.public_id == public_id), None)
    if found is None or found.part != Involvement.Part.SUBJECT or found.person_id is None or found.ended_at:
        raise wrong("subject", "Nobody identified whom the case is about has this id.")
    return found


def document_of(case: Case, public_id: UUID) -> StoredFile:
    """A file of the case. Raises Invalid (400)."""
    link = CaseFile.objects.filter(case_id=case.pk, file__public_id=public_id).select_related("file").first()
    if link is None:
        raise wrong("document", "The case has no such file: upload it to the case first.")
    return link.file


def check_day(field: str, day: dt.date, *, since: dt.date, on: dt.date) -> None:
    """That `day` lies between the two, both included. Raises Invalid (400)."""
    if day > on:
        raise wrong(field, "This day has not come yet.")
    if day < since:
        raise wrong(field, f"This is before {since:%d %B %Y}, which it cannot be.")


def last_day_to_answer(case: Case, asked_on: dt.date) -> dt.date:
    """28 days from the day after the letter was sent (SI 2020/2 regs 39(4), 41(4)); 21 under the rules of 2012 and before."""
    rule = "reply_silence_2012" if case.regime in ("2004", "2012") else "reply_silence"
    return due_on(rule, asked_on, working_calendar())


def wrote_unread(case: Case, complainants: Collection[Complainant]) -> bool:
    """Whether one of them wrote what nobody has read yet: nobody was silent who may have answered."""
    came_in = Message.objects.filter(case_id=case.pk, direction=Message.Direction.IN, complainant__in=complainants)
    return came_in.filter(read=None).exists()


def check_within_reach(field: str, day: dt.date, *, on: dt.date) -> None:
    """That `day` is within a hundred years of `on`, before or after: what is further off is a slip. Raises Invalid (400)."""
    if not is_within_reach(day, on=on):
        raise wrong(field, CHECK_THE_YEAR)


def is_within_reach(day: dt.date, *, on: dt.date) -> bool:
    return abs(day - on) <= A_LIFETIME


def keep_body_notice(
    case: Case, decides: str, *, document: UUID, dated_on: dt.date, actor: Actor, at: dt.datetime
) -> BodyNotice:
    """The IOPC's notice of what it decided. Raises Invalid (400) where the case has no such file."""
    forget(case, "body_notices")
    return BodyNotice.objects.create(
        case_id=case.pk,
        body="IOPC",
        decides=decides,
        dated_on=dated_on,
        document=document_of(case, document),
        entered_by_id=actor.account,
        entered_at=at,
    )


def keep(case: Case, verb: str, *parts: str, actor: Actor, at: dt.datetime, details: dict[str, Any]) -> None:
    """The next version of the case with what is due on it, and the audit row, last of all. `parts` are what was written."""
    forget(case, *parts)
    case.version += 1
    write_next_due(case)
    case.save()
    audit.record(actor=actor.public_id, verb=verb, subject_kind="case", subject=case.reference, at=at, details=details)
