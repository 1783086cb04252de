"""The receipt of a complainant who sent no form, or has lost theirs: shown once to who issues it, and kept as a hash alone.

It opens the tracking page for that one complainant, as the receipt of the public form does for who sent that.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.common import receipts
from backend.common.errors import Refused
from backend.notifications import services as outbox
from cases import standing
from cases.models import Case, Complainant, Kind, Receipt

from . import identity, locking, steps

SUBJECT = "Your reference {reference}"
BODY = """A new receipt was made for your reference {reference}. If you had one before, it opens nothing any more.

For your safety this message does not repeat it: whoever made it tells it to you, or hands it to you.

If you did not ask for it, call 101 and tell us.

Please do not answer this message: nobody reads the answers.
"""


class NoReceipt(Refused):
    """There is nothing that a receipt of theirs could open."""

    code = "no-receipt"
    title = "They get no receipt here."


@dataclass(frozen=True)
class Issued:
    """A receipt as it is told, once."""

    complainant: UUID
    receipt: str
    issued_at: dt.datetime


@transaction.atomic
def issue(*, reference: str, complainant: UUID, actor: Actor, at: dt.datetime, version: int) -> tuple[Issued, Case]:
    """Make the receipt of one who complains or comments: any that they had, also that of the form, opens nothing any more.

    For who may know who they are. Where they left an e-mail address they are told that there is a new one, and not what it
    is. Raises Missing (404), HistoryStands (409), Stale (412), MayNot (403), and NoReceipt (409) for who
    complains of nothing.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    identity.check_may_know(case, actor)
    who: Complainant = steps.find(case.complainants, complainant)
    _check(case, who)
    secret = receipts.random_secret()
    keep(who, secret=secret, actor=actor, at=at)
    details = {"complainant": str(who.public_id)}
    steps.keep(case, "RECEIPT_ISSUED", "complainants", actor=actor, at=at, details=details)
    _tell(case, who, at=at)
    return Issued(who.public_id, receipts.write(reference=case.reference, secret=secret), at), case


def keep(complainant: Complainant, *, secret: str, actor: Actor, at: dt.datetime) -> None:
    """The hash of the secret, in the place of any before. For a change that records itself, and holds the case."""
    Receipt.objects.update_or_create(
        complainant=complainant,
        defaults={"receipt_hash": receipts.hash_of(secret), "issued_by_id": actor.account, "issued_at": at},
    )


def _check(case: Case, who: Complainant) -> None:
    if not standing.may_have_a_receipt(case, who):
        raise NoReceipt("They complain of nothing, so there is nothing of theirs to follow: write to them.")


def _tell(case: Case, who: Complainant, *, at: dt.datetime) -> None:
    """So nobody who works on the case makes themselves a way into the thread without a word to whose it is."""
    if not who.email or (case.kind == Kind.COMMENT and not case.reply_wanted):
        return
    outbox.queue(
        cause=f"receipt:{who.public_id}:{case.version}",
        recipient=who.email,
        subject=SUBJECT.format(reference=case.reference),
        body=BODY.format(reference=case.reference),
        at=at,
        quiet_from=who.quiet_from,
        quiet_until=who.quiet_until,
        about=case.reference,
        addressee=str(who.public_id),
    )
