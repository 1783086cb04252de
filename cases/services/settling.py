"""Settling what somebody has to be told: by the letter, or by the reason why it is kept back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Refused
from cases import makers
from cases.models import Case, Message, Notice, WithholdingReview
from cases.models.path import LetterWay
from cases.notices import NOTICES, may_be_withheld_on

from . import codes, correspondence, letters, locking, notices, parts, steps, suspensions, withdrawals
from .correspondence import Way
from .due import forget
from .letters import Recipient, Written
from .locking import MayNot

Delivery = Message.Delivery
Settled = Notice.Settled
LETTER_WAYS = {
    Delivery.RECORDED_DELIVERY: LetterWay.RECORDED_DELIVERY,
    Delivery.POST: LetterWay.POST,
    Delivery.EMAIL: LetterWay.EMAIL,
    Delivery.TRACKING: LetterWay.RECEIPT,
    Delivery.HAND: LetterWay.BY_HAND,
    Delivery.SECURE: LetterWay.EMAIL,
}
RECORD_CONSENT = "Record the consent of the person that they act for first."


class NoticeSettled(Refused):
    code = "notice-settled"
    title = "This notice is settled."


class NothingToAsk(Refused):
    code = "nothing-to-ask"
    title = "There is nothing that they could be asked."


class MustBeSent(Refused):
    code = "must-be-sent"
    title = "The law lets nobody keep this back."


class ConsentNotRecorded(Refused):
    code = "consent-not-recorded"
    title = "Nobody has recorded that they may act for somebody else."


@dataclass(frozen=True)
class Completed:
    """What the handler adds to a letter: its parts, how it goes, and, for the person complained about, who may be named."""

    gaps: Mapping[str, str] = field(default_factory=dict)
    way: Way = field(default_factory=Way)
    files: Sequence[UUID] = ()
    identity: str = ""  # letters.SHOWN or letters.REDACTED
    harm_check: str = ""  # why the copy of the record does no harm


@transaction.atomic
def send(
    *, reference: str, notice: UUID, completed: Completed, actor: Actor, at: dt.datetime, version: int
) -> tuple[Message, Case]:
    """Send a notice that is owed, by the letter of its kind. A letter that asks starts the complainant's 28 days.

    Raises Missing (404), Stale (412), MayNot (403); NoticeSettled (409); NothingToAsk (409) where what it asks is settled;
    ConsentNotRecorded (409) for a representative; Invalid (400) for an open part of the letter, or, with the copy of the
    record for the person complained about, without the harm check; and as correspondence.check_way.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_may_send(case, actor)
    row = _open_notice(case, notice)
    message = settle_by_letter(case, row, completed=completed, actor=actor, at=at)
    details = {**_details(row), "message": str(message.public_id), "delivery": message.delivery}
    if message.template:
        details["version"] = str(message.template.version)
    steps.keep(case, "NOTICE_SENT", "notices", actor=actor, at=at, details=details)
    return message, case


def settle_by_letter(case: Case, row: Notice, *, completed: Completed, actor: Actor, at: dt.datetime) -> Message:
    """The letter of an open notice, sent. For a change that records itself. Raises as `send`."""
    to, on = recipient_of(case, row, on=day_of(at)), day_of(at)
    _check_consent(row)
    _check_harm(row, completed)
    correspondence.check_way(case, completed.way, to=to, by_recorded_delivery=NOTICES[row.kind].by_recorded_delivery)
    files = correspondence.files_of_case(case, completed.files)
    letter = letters.write(
        case,
        letters.kind_for(case, row),
        to=to,
        gaps=completed.gaps,
        on=on,
        identity=completed.identity or letters.REDACTED,
        part=parts.part_of(case, row),
    )
    letter = _with_its_right(case, row, letter, to=to, on=on)
    _note_that_they_were_asked(case, row, completed.way, on=on)
    message = correspondence.post(
        case, letter, about=Message.About.NOTICE, to=to, way=completed.way, actor=actor, at=at, files=files
    )
    notices.settle_by_message(case, row, message, actor=actor, on=on, reason=completed.harm_check)
    _note_what_was_told_of_proceedings(case, row)
    return message


@transaction.atomic
def withhold(
    *, reference: str, notice: UUID, ground: str, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Notice, Case]:
    """Keep a notice back after the harm test (SI 2020/2 regs 3 and 35). Of a copy of the record, the refusal stays under review.

    Raises Missing (404), Stale (412), MayNot (403), NoticeSettled (409), MustBeSent (409), and Invalid (400) for a ground
    that this notice is not kept back on.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    row = _open_notice(case, notice)
    keep_back(case, row, ground=ground, reason=reason, actor=actor, on=day_of(at))
    steps.keep(case, "NOTICE_WITHHELD", "notices", actor=actor, at=at, details={**_details(row), "ground": ground})
    return row, case


def keep_back(case: Case, row: Notice, *, ground: str, reason: str, actor: Actor, on: dt.date) -> None:
    """The bare fact, for a change that records itself. Raises MustBeSent (409) and Invalid (400)."""
    table = may_be_withheld_on(row.kind, to=row.to)
    if not table:
        raise MustBeSent("Send it: no harm that it may do is a ground to keep it back.")
    codes.check_chosen({"ground": (table, ground)}, on=on)
    forget(case, "notices")
    row.settled_on, row.settled_as, row.settled_by_id = on, Settled.WITHHELD, actor.account
    row.harm, row.reason = ground, reason
    row.save(update_fields=["settled_on", "settled_as", "settled_by", "harm", "reason"])
    _note_what_was_told_of_proceedings(case, row)


@transaction.atomic
def review_withholding(
    *, reference: str, notice: UUID, still_withheld: str, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Notice, Case]:
    """Look again at what was kept back: it still is (`still_withheld` YES), or it is owed from today as a notice of its own (NO).

    Each look is kept with its `reason`, and why it was kept back at first stays. Answers with the notice that then stands.
    Raises Missing (404), Stale (412), MayNot (403), and NoticeSettled (409) where nothing is kept back.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    row: Notice = steps.find(case.notices, notice)
    if row.settled_as != Settled.WITHHELD or row.withheld_until:
        raise NoticeSettled("It is not kept back.")
    review = WithholdingReview.objects.create(
        notice=row, reviewed_by_id=actor.account, reviewed_at=at, still_withheld=still_withheld == "YES", reason=reason
    )
    row.reviewed_on = day_of(at)
    stands = row
    if not review.still_withheld:
        row.withheld_until = day_of(at)
        stands = notices.owe_again(case, row, on=day_of(at))
        _note_what_was_told_of_proceedings(case, row)
    row.save(update_fields=["reviewed_on", "withheld_until"])
    details = {**_details(row), "still_withheld": still_withheld, "review": str(review.public_id)}
    steps.keep(case, "WITHHOLDING_REVIEWED", "notices", actor=actor, at=at, details=details)
    return stands, case


def draft(case: Case, notice: UUID, *, at: dt.datetime) -> Written:
    """The letter of an open notice with the handler's parts still open. Raises Missing (404), NoticeSettled (409)."""
    row = _open_notice(case, notice)
    to = recipient_of(case, row, on=day_of(at))
    letter = letters.preview(case, letters.kind_for(case, row), to=to, on=day_of(at), part=parts.part_of(case, row))
    return _with_its_right(case, row, letter, to=to, on=day_of(at))


def recipient_of(case: Case, row: Notice, *, on: dt.date) -> Recipient:
    """Whom a notice is owed to, as they are named on that London day."""
    if row.complainant:
        return letters.to_complainant(row.complainant)
    if row.subject:
        return letters.to_subject(row.subject)
    return letters.to_body(case, row.to, on=on)


def _with_its_right(case: Case, row: Notice, letter: Written, *, to: Recipient, on: dt.date) -> Written:
    return letters.with_right_to_a_review(case, letter, to=to, on=on) if row.kind == "OUTCOME" else letter


def _open_notice(case: Case, public_id: UUID) -> Notice:
    row: Notice = steps.find(case.notices, public_id)
    if row.settled_on:
        raise NoticeSettled("It was sent, kept back, or is not owed any more.")
    return row


def _check_may_send(case: Case, actor: Actor) -> None:
    if not makers.may_handle(case, actor):
        raise MayNot(makers.may_handle.otherwise)


def _check_consent(row: Notice) -> None:
    """Nobody without consent is told anything of it, but for that."""
    if row.kind != "NO_STANDING" and row.complainant and row.complainant.lacks_consent:
        raise ConsentNotRecorded(RECORD_CONSENT)


def _note_what_was_told_of_proceedings(case: Case, row: Notice) -> None:
    if row.proceeding:
        notices.note_whether_told(case, row.proceeding)


def _check_harm(row: Notice, completed: Completed) -> None:
    if row.kind != "RECORD_COPY" or row.to != Notice.To.SUBJECT:
        return
    errors = {}
    if not completed.identity:
        errors["identity"] = ["Say whether they may read who complained: SHOWN or REDACTED."]
    if not completed.harm_check:
        errors["harm_check"] = ["Say why the copy does no harm, or keep it back."]
    if errors:
        raise Invalid("Check first what harm the copy may do.", errors=errors)


def _note_that_they_were_asked(case: Case, row: Notice, way: Way, *, on: dt.date) -> None:
    """A letter that asks was sent: the 28 days of what it asks begin on the next day (regulations 39(4) and 41(4))."""
    if row.kind == "ASK_TO_CONFIRM":
        wish = row.withdrawal
        if wish is None or wish.state != wish.State.WISHED:
            raise NothingToAsk("They did not say that they wish to withdraw, or have settled it since.")
        withdrawals.note_letter(case, wish, sent_on=on, way=LETTER_WAYS[way.delivery], reason=way.reason)
        forget(case, "withdrawals")
    if row.kind == "ASK_TO_RESUME":
        suspension = row.suspension
        if suspension is None or row.complainant is None or not suspension.waits_for_wishes:
            raise NothingToAsk("Nothing waits for their wish: it is not suspended, or the proceedings go on.")
        suspensions.note_letter(case, suspension, complainant=row.complainant, sent_on=on)
        forget(case, "suspensions")


def _details(row: Notice) -> dict[str, str]:
    return {"notice": str(row.public_id), "kind": row.kind, "to": row.to}
