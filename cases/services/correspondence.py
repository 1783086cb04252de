"""Putting a letter or message into the post: by the way that the law and its recipient ask for, frozen as it goes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from backend.accounts.actors import Actor
from backend.attachments.models import StoredFile
from backend.common.errors import Invalid, Refused
from backend.notifications import services as outbox
from backend.notifications.selectors import MailState
from cases import standing
from cases.models import Case, CaseFile, Complainant, Kind, Message, MessageFile

from . import letters
from .letters import Recipient, Written
from .words import words_of

Delivery = Message.Delivery
BY_POST = (Delivery.POST, Delivery.RECORDED_DELIVERY)
NEWS_BODY = """There is something new to read about your reference {reference}.

For your safety this message does not say what it is. Open the tracking page, and enter your receipt to read it.

Please do not answer this message: nobody reads the answers.
"""
WITH_FILES = "Something is attached that is not mailed. Open the tracking page, and enter your receipt to see it.\n\n"
FILES_ON_ASKING = "Something is attached that is not mailed. Ask us for it.\n\n"
NO_ANSWERS = "Please do not answer this message by e-mail: nobody reads the answers."


class NeverByPost(Refused):
    code = "never-by-post"
    title = "They must not be written to by post."


@dataclass(frozen=True)
class Way:
    """How a message goes, and why so where it goes another way than the law or its recipient asks for."""

    delivery: Message.Delivery = Delivery.TRACKING
    reason: str = ""


def post(
    case: Case,
    letter: Written,
    *,
    about: Message.About,
    to: Recipient,
    way: Way,
    actor: Actor,
    at: dt.datetime,
    files: Sequence[StoredFile] = (),
) -> Message:
    """The message, with its text, recipient and attachments as they will stay, and the mail that goes with it.

    For a change that records itself, after `check_way`.
    """
    message = Message.objects.create(
        case_id=case.pk,
        about=about,
        author_id=actor.account,
        sent_at=at,
        text=letter.text,
        words=words_of(letter.text, case=case),
        heading=letter.heading,
        office=letters.office_of(case),
        template=letter.template,
        review_right=letter.review_right,
        party=to.party,
        complainant=to.complainant,
        subject=to.subject,
        addressed_to=_envelope(to, way),
        delivery=way.delivery,
        delivery_reason=way.reason,
    )
    MessageFile.objects.bulk_create([MessageFile(message=message, file=file) for file in files])
    if to.complainant:
        _mail(case, message, to.complainant, has_files=bool(files), at=at)
    return message


def usual_way(case: Case, complainant: Complainant) -> Way:
    """How somebody is written to where nothing else is said: as they wish, as far as what they left allows it.

    The text itself is mailed to those alone who wish that. Who can have no receipt, for they complain of nothing, is written
    to by post, and where that may not be by hand.
    """
    has_receipt = standing.may_have_a_receipt(case, complainant)
    has_address = bool(complainant.safe_address or complainant.address) and not complainant.never_by_post
    if complainant.text_by_email and complainant.email:
        return Way(Delivery.EMAIL)
    if has_address and (complainant.contact_by == Complainant.ContactBy.POST or not has_receipt):
        return Way(Delivery.POST)
    return Way(Delivery.TRACKING if has_receipt else Delivery.HAND)


def check_way(case: Case, way: Way, *, to: Recipient, by_recorded_delivery: bool) -> None:
    """That a letter may go so. `by_recorded_delivery` is whether the law asks for that (SI 2020/2 regs 39(3), 41(2)).

    Raises NeverByPost (409), and Invalid (400) for a way that has no address, does not fit the recipient, or needs a reason.
    """
    if by_recorded_delivery and way.delivery != Delivery.RECORDED_DELIVERY and not way.reason:
        told = "The law asks for recorded delivery: say why it goes another way."
        raise _wrong("delivery_reason", told)
    if to.complainant is None:
        if way.delivery in (Delivery.TRACKING, Delivery.EMAIL):
            raise _wrong("delivery", "They have no receipt: it goes by hand, by post or over a secure channel.")
        return
    if way.delivery == Delivery.TRACKING and not standing.may_have_a_receipt(case, to.complainant):
        raise _wrong(
            "delivery",
            "They complain of nothing, or not any more, so no receipt of theirs opens it: choose another way.",
        )
    if way.delivery in BY_POST:
        _check_post(to.complainant, way, asked_by_law=by_recorded_delivery)
    if way.delivery == Delivery.EMAIL and not (to.complainant.email and to.complainant.text_by_email):
        told = "The text itself goes by e-mail to those alone who wish it and gave an address: set that first."
        raise _wrong("delivery", told)


def files_of_case(case: Case, public_ids: Sequence[UUID]) -> list[StoredFile]:
    """Files of the case by their public ids, to go with a message. Raises Invalid (400) where one is not of the case."""
    links = CaseFile.objects.filter(case_id=case.pk, file__public_id__in=public_ids).select_related("file")
    found = {link.file.public_id: link.file for link in links}
    if len(found) != len(set(public_ids)):
        raise _wrong("attachments", "The case has no such file: upload it to the case first.")
    return [found[public_id] for public_id in dict.fromkeys(public_ids)]


def _check_post(complainant: Complainant, way: Way, *, asked_by_law: bool) -> None:
    if complainant.never_by_post:
        needed = asked_by_law and way.delivery == Delivery.RECORDED_DELIVERY
        if not needed:
            raise NeverByPost("They asked never to be written to by post: choose another way.")
        if not complainant.safe_address and not way.reason:
            raise NeverByPost("Enter a safe address, or say why it has to go to the one that is known.")
    if not complainant.safe_address and not complainant.address:
        raise _wrong("delivery", "Nobody has given an address to write to.")


def announce_again(case: Case, complainant: Complainant, *, at: dt.datetime) -> None:
    """Mail that there is something to read to an address that earlier mail about the case has not reached.

    It says nothing else, also to who wishes the text itself: each message stands where they track it. Who has no receipt
    could read nothing there: whoever handles the case writes to them anew. For a change that records itself.
    """
    if not _wants_news(case, complainant) or not standing.may_have_a_receipt(case, complainant):
        return
    outbox.queue(
        cause=f"news:{complainant.public_id}:{case.version}",
        recipient=complainant.email,
        subject=letters.heading_of(case),
        body=NEWS_BODY.format(reference=case.reference),
        at=at,
        quiet_from=complainant.quiet_from,
        quiet_until=complainant.quiet_until,
        about=case.reference,
        addressee=str(complainant.public_id),
    )


def _envelope(to: Recipient, way: Way) -> str:
    complainant = to.complainant
    if complainant and way.delivery in BY_POST:
        return f"{to.name}\n{complainant.safe_address or complainant.address}"
    if complainant and way.delivery == Delivery.EMAIL:
        return f"{to.name}\n{complainant.email}"
    return to.name


def _mail(case: Case, message: Message, complainant: Complainant, *, has_files: bool, at: dt.datetime) -> None:
    """The text itself to who wishes that; to who reads it with the receipt, that there is something to read."""
    whole, news = message.delivery == Delivery.EMAIL, message.delivery == Delivery.TRACKING
    if not (whole and _wants_mail(case, complainant)) and not (news and _wants_news(case, complainant)):
        return
    files = (WITH_FILES if standing.may_have_a_receipt(case, complainant) else FILES_ON_ASKING) if has_files else ""
    outbox.queue(
        cause=message.mail_cause,
        recipient=complainant.email,
        subject=message.heading,
        body=f"{message.text}\n\n{files}{NO_ANSWERS}\n" if whole else NEWS_BODY.format(reference=case.reference),
        at=at,
        quiet_from=complainant.quiet_from,
        quiet_until=complainant.quiet_until,
        about=case.reference,
        addressee=str(complainant.public_id),
    )
    message.mail = MailState.QUEUED


def _wants_mail(case: Case, complainant: Complainant) -> bool:
    return bool(complainant.email) and (case.kind != Kind.COMMENT or case.reply_wanted)


def _wants_news(case: Case, complainant: Complainant) -> bool:
    """Not who would rather be rung up: others may read what comes to the address."""
    return _wants_mail(case, complainant) and complainant.contact_by != Complainant.ContactBy.TELEPHONE


def _wrong(field: str, told: str) -> Invalid:
    return Invalid("Correct the field that is named, and send it again.", errors={field: [told]})
