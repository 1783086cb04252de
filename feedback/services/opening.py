"""What a receipt opens: what its holder sent, or the case that staff wrote down for them, as one complainant of it sees it."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from backend.calendar.working_days import day_of
from backend.common import receipts
from backend.common.errors import Missing
from backend.requests import services as requests
from cases.models import Case, Complainant, Receipt
from feedback.models import Submission

logger = logging.getLogger(__name__)
MINUTE = dt.timedelta(minutes=1)
WRONG_TRIES_A_MINUTE = 10
WRONG_TRIES_OF_ALL_A_MINUTE = 1000
SENDER = 1  # the position of who sent the form: others came to the case later


@dataclass(frozen=True)
class Opened:
    """What one holder of a receipt has before them: nothing but a rating, or a case and which of its complainants they are."""

    reference: str
    kind: Submission.Kind
    submitted_on: dt.date
    case: Case | None = None
    complainant: Complainant | None = None


def open_receipt(*, header: str, caller: str, at: dt.datetime) -> Opened:
    """What the receipt `header` opens: that of the form, or the one that staff made last for a complainant.

    Raises Missing (404), alike for a wrong reference, a wrong secret, one that another took the place of and none, and
    TooMany (429) after ten wrong tries a minute from one address, or a thousand from all.
    """
    _refuse_guessers(caller=caller, at=at)
    reference, secret = receipts.read(header)
    sent, issued = _sent(reference), _issued(reference)
    # Nothing else is read before the secret fits: what is not opened takes the same time as what is not there.
    place = receipts.opened_by(secret, hashes=[receipt_hash for _, receipt_hash in (*sent, *issued)])
    if place is None:
        _count_wrong_try(caller=caller, at=at)
        raise Missing("There is no submission with this receipt. Check each letter and figure, and try again.")
    return _of_form(sent[place][0]) if place < len(sent) else _of_complainant(issued[place - len(sent)][0])


def _sent(reference: str) -> list[tuple[int, bytes | memoryview]]:
    """The form with this reference, unless its sender was given another receipt since, or acts for nobody any more."""
    sender = Complainant.objects.filter(case=OuterRef("case"), position=SENDER)
    gone = sender.filter(Q(receipt__isnull=False) | Q(consent_ended_on__isnull=False))
    found = Submission.objects.filter(~Exists(gone), reference=reference)
    return list(found.values_list("pk", "receipt_hash"))


def _issued(reference: str) -> list[tuple[int, bytes | memoryview]]:
    found = Receipt.objects.filter(complainant__case__reference=reference, complainant__consent_ended_on=None)
    return list(found.values_list("complainant_id", "receipt_hash"))


def _of_form(number: int) -> Opened:
    sent = Submission.objects.select_related("case").defer("original").get(pk=number)
    sender = Complainant.objects.filter(case=sent.case, position=SENDER).first() if sent.case else None
    return Opened(sent.reference, Submission.Kind(sent.kind), day_of(sent.submitted_at), sent.case, sender)


def _of_complainant(number: int) -> Opened:
    complainant = Complainant.objects.select_related("case").get(pk=number)
    case = complainant.case
    return Opened(
        case.reference, Submission.Kind(case.kind), complainant.added_on or case.received_on, case, complainant
    )


def _refuse_guessers(*, caller: str, at: dt.datetime) -> None:
    if requests.tries(what="receipt", caller=caller, per=MINUTE, at=at) >= WRONG_TRIES_A_MINUTE:
        raise requests.TooMany(wait=MINUTE)
    if requests.tries(what="receipt", caller="everybody", per=MINUTE, at=at) >= WRONG_TRIES_OF_ALL_A_MINUTE:
        logger.error("Receipts are being guessed: a thousand wrong ones within a minute.")
        raise requests.TooMany(wait=MINUTE)


def _count_wrong_try(*, caller: str, at: dt.datetime) -> None:
    for whose, limit in ((caller, WRONG_TRIES_A_MINUTE), ("everybody", WRONG_TRIES_OF_ALL_A_MINUTE)):
        requests.count_try(what="receipt", caller=whose, limit=limit, per=MINUTE, at=at)
