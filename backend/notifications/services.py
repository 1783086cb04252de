"""The outbox: a message is queued in the transaction that causes it, and sent afterwards, outside any transaction."""

import uuid
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from secrets import SystemRandom
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models import Case, Q, Value, When
from django_q.tasks import async_task

from backend.common.errors import Invalid
from backend.common.fields import encrypt

from .mail import MailServer, PermanentError, TemporaryError
from .models import Outgoing
from .quiet_hours import end_of_quiet
from .selectors import FAILED

# A single message takes seconds; a worker that needs longer than this is taken for dead, and another sends.
LEASE = timedelta(minutes=5)

# The pause after each failed attempt; a message that fails once more after the last is given up, after three days.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480, 720, 1200, 1440))
MAX_ATTEMPTS = len(PAUSES) + 1
JITTER = 0.2  # a pause is up to a fifth shorter or longer, so that what failed together does not come back together

SUBJECT_LENGTH = 200
QUIET_HOURS = ("quiet_from", "quiet_until")

# One statement, for every submission waits for it: add the message, unless its cause is known, and tell whether another
# untried message is due already. If one is, its wake-up waits in the queue, or no worker is there to be woken. Where
# that is wrong by a hair (a worker just stopped looking), the schedule of every minute sends the message.
INSERT = """
    INSERT INTO notifications_outgoing
        (public_id, cause, about, addressee, recipient, subject, body, state, held, attempts, queued_at, next_try_at,
         quiet_from, quiet_until, failure, called_off, text_version)
    VALUES
        (%(public_id)s, %(cause)s, %(about)s, %(addressee)s, %(recipient)s, %(subject)s, %(body)s, 'PENDING', false, 0,
         %(at)s, %(not_before)s, %(quiet_from)s, %(quiet_until)s, '', '', %(text_version)s)
    ON CONFLICT (cause) DO NOTHING
    RETURNING id, EXISTS (
        SELECT FROM notifications_outgoing
        WHERE state = 'PENDING' AND NOT held AND attempts = 0 AND next_try_at <= %(at)s
    )
"""

_random = SystemRandom()


class BadRecipient(Invalid):
    """The message has no single usable e-mail address to go to."""

    code = "bad-recipient"


@dataclass(frozen=True)
class Counts:
    """What one run of `send_due` did, in messages."""

    sent: int = 0
    retried: int = 0  # failed, and will be tried again
    dead: int = 0  # given up
    lost: int = 0  # another worker had taken the message over meanwhile; nothing was written


def queue(
    *,
    cause: str,
    recipient: str,
    subject: str,
    body: str,
    at: datetime,
    not_before: datetime | None = None,
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    about: str = "",
    addressee: str = "",
    text_version: str = "",
) -> Outgoing:
    """Put a message into the outbox, within the caller's transaction: it is sent if, and only if, that commits.

    `cause` (at most 200 characters) tells what is told, to whom, and for which occasion; the same cause queued again
    changes nothing and returns the first message. The subject is stored unencrypted: it must not tell anything about
    a person or a case. Line breaks and control characters in it become spaces. Before `not_before` it waits, and in the
    quiet hours (quiet_hours.end_of_quiet) whenever it is tried. `about` (a reference) and `addressee` (a public id) are what
    `call_off` finds it by, and whoever is told that it could not be delivered. `text_version` (a public id) is kept with it:
    the version of the text that it was written by. Raises BadRecipient.
    """
    try:
        validate_email(recipient)
    except ValidationError:
        raise BadRecipient("This is not an e-mail address that a message can be sent to.") from None
    first_try_at = end_of_quiet(max(at, not_before or at), quiet_from=quiet_from, quiet_until=quiet_until)
    fresh = Outgoing(
        cause=cause,
        about=about,
        addressee=addressee,
        recipient=recipient,
        subject=_one_line(subject),
        body=body,
        queued_at=at,
        next_try_at=first_try_at,
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        called_off="",
        text_version=text_version,
    )
    values: dict[str, Any] = {
        "public_id": fresh.public_id,
        "cause": cause,
        "about": about,
        "addressee": addressee,
        "recipient": encrypt(recipient),
        "subject": fresh.subject,
        "body": encrypt(body),
        "at": at,
        "not_before": first_try_at,
        "quiet_from": quiet_from,
        "quiet_until": quiet_until,
        "text_version": text_version,
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        added = cursor.fetchone()
    if not added:
        return Outgoing.objects.get(cause=cause)
    fresh.pk, another_waits = added
    if not another_waits and first_try_at == at:
        async_task("backend.notifications.jobs.send_outbox")
    return fresh


def call_off(*, why: str, about: str = "", addressee: str = "", cause: str = "", but_to: Collection[str] = ()) -> int:
    """Call off what is not sent yet, in the caller's transaction; returns how many messages.

    At least one of: `about`, the reference that it tells of; `addressee`, the public id of who would get it; `cause`, how its
    cause begins. Where several are given, all have to fit. What goes to one of the addressees in `but_to` is left. What a
    worker is sending at this moment may still go out; where that fails, it is not tried again. `why` must not tell anything
    about a person.
    """
    named = {"about": about, "addressee": addressee, "cause__startswith": cause}
    wanted = {name: value for name, value in named.items() if value}
    if not wanted:
        raise ValueError("Name what is to be called off: everything never is.")
    named_messages = Outgoing.objects.filter(**wanted).exclude(addressee__in=but_to)
    unsent = named_messages.filter(state__in=[Outgoing.State.PENDING, Outgoing.State.CLAIMED], called_off="")
    called_off = unsent.update(called_off=why)
    named_messages.filter(state=Outgoing.State.PENDING).exclude(called_off="").update(state=Outgoing.State.CALLED_OFF)
    return called_off


def send_due(*, at: datetime, clock: Callable[[], datetime]) -> Counts:
    """Send every message that is due at `at` and not held, one after the other; must not run inside a transaction.

    `clock` tells the time of each claim and each result, for a long run outlives `at`. Several workers may run at
    once: each message is claimed by one of them. A message is sent again only if its worker died between the mail
    server's acceptance and the note of it; it then has the same Message-ID.

    Where the mail server cannot be reached, the run ends with the first message, so that an outage does not use up
    the attempts of all.
    """
    results = Counter[str]()
    results["dead"] += give_up_on_what_kills_workers(now=clock())
    lay_down_what_was_called_off(now=clock())
    with MailServer() as server:
        while row := claim_next(at=at, now=clock()):
            try:
                message = Outgoing.objects.get(pk=row.pk)  # only now: what cannot be decrypted fails alone
                server.send(
                    public_id=message.public_id,
                    recipient=message.recipient,
                    subject=message.subject,
                    body=message.body,
                )
            except PermanentError as failure:
                results[_give_up(row, why=str(failure))] += 1
            except TemporaryError as failure:
                results[_try_again(row, why=str(failure), now=clock())] += 1
                if failure.concerns_all:
                    break
            except Exception as failure:  # a message that nothing can be done with must not stop the others
                why = f"It could not be prepared for sending ({type(failure).__name__})."
                results[_try_again(row, why=why, now=clock())] += 1
            else:
                results[_mark_sent(row, now=clock())] += 1
    return Counts(**results)


def claim_next(*, at: datetime, now: datetime) -> Outgoing | None:
    """Take the message that has been due longest for LEASE, and commit; None where no message is due at `at`.

    The row that is returned carries the claim, without which its result may not be written, and neither address nor
    text. A claim counts as an attempt, so that a message which kills its worker comes to an end, too. What is found within
    its quiet hours is no attempt: it is put off until they end.
    """
    free = Q(state=Outgoing.State.PENDING) | Q(state=Outgoing.State.CLAIMED, claimed_until__lte=now)
    due = (
        Outgoing.objects.select_for_update(skip_locked=True)
        .filter(free, next_try_at__lte=min(at, now), held=False, called_off="", attempts__lt=MAX_ATTEMPTS)
        .only("pk", "attempts", "public_id", *QUIET_HOURS)
        .order_by("next_try_at", "pk")
    )
    while True:
        with transaction.atomic(durable=True):
            row = due.first()
            if row is None:
                return None
            may_go_at = _outside_quiet_hours(row, now)
            if may_go_at == now:
                row.state = Outgoing.State.CLAIMED
                row.claim, row.claimed_until = uuid.uuid4(), now + LEASE
                row.attempts += 1
                row.save(update_fields=["state", "claim", "claimed_until", "attempts"])
                return row
            row.state, row.claim, row.claimed_until, row.next_try_at = Outgoing.State.PENDING, None, None, may_go_at
            row.save(update_fields=["state", "claim", "claimed_until", "next_try_at"])


def give_up_on_what_kills_workers(*, now: datetime) -> int:
    """Give up messages whose last allowed attempt never came to a result; returns how many."""
    return Outgoing.objects.filter(
        state=Outgoing.State.CLAIMED, claimed_until__lte=now, held=False, attempts__gte=MAX_ATTEMPTS
    ).update(
        state=Outgoing.State.DEAD,
        claim=None,
        claimed_until=None,
        failure="Given up: every worker that tried to send it stopped before there was a result.",
    )


def lay_down_what_was_called_off(*, now: datetime) -> int:
    """End messages that were called off while a worker had them that never came to a result; returns how many."""
    return (
        Outgoing.objects.filter(state=Outgoing.State.CLAIMED, claimed_until__lte=now)
        .exclude(called_off="")
        .update(state=Outgoing.State.CALLED_OFF, claim=None, claimed_until=None)
    )


@transaction.atomic
def release_held(*, at: datetime) -> int:
    """Let go what a restore held: it is due at `at`, or when its quiet hours end. Returns the number of messages."""
    held = Outgoing.objects.filter(held=True)
    released = held.filter(quiet_from=None).update(held=False, next_try_at=at)
    for hours in list(held.values(*QUIET_HOURS).order_by().distinct()):
        released += held.filter(**hours).update(held=False, next_try_at=end_of_quiet(at, **hours))
    return released


def tell_of_failures(keys: Collection[int], *, at: datetime) -> None:
    """Note that whoever has to know has been told, in the caller's transaction: these messages are told of no more."""
    Outgoing.objects.filter(pk__in=keys).update(failure_told_at=at)


def settle_failures(*, about: str, addressee: str, at: datetime) -> int:
    """Note, in the caller's transaction, that somebody saw to it that this addressee was not reached; returns how many messages."""
    return Outgoing.objects.filter(FAILED, about=about, addressee=addressee).update(failure_settled_at=at)


def _mark_sent(row: Outgoing, *, now: datetime) -> str:
    return _write(row, "sent", state=Outgoing.State.SENT, sent_at=now, failure="")


def _give_up(row: Outgoing, *, why: str) -> str:
    return _write(row, "dead", state=Outgoing.State.DEAD, failure=why)


def _try_again(row: Outgoing, *, why: str, now: datetime) -> str:
    if row.attempts >= MAX_ATTEMPTS:
        return _give_up(row, why=f"Given up after {row.attempts} attempts. {why}")
    pause = PAUSES[row.attempts - 1] * _random.uniform(1 - JITTER, 1 + JITTER)
    wanted = When(called_off="", then=Value(Outgoing.State.PENDING))
    state = Case(wanted, default=Value(Outgoing.State.CALLED_OFF))
    return _write(row, "retried", state=state, next_try_at=_outside_quiet_hours(row, now + pause), failure=why)


def _outside_quiet_hours(row: Outgoing, at: datetime) -> datetime:
    return end_of_quiet(at, quiet_from=row.quiet_from, quiet_until=row.quiet_until)


def _write(row: Outgoing, result: str, **values: Any) -> str:
    """Write the result, if the claim is still ours: a worker that outlived its lease must not undo another's work."""
    written = Outgoing.objects.filter(pk=row.pk, state=Outgoing.State.CLAIMED, claim=row.claim).update(
        claim=None, claimed_until=None, **values
    )
    return result if written else "lost"


def _one_line(subject: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in subject)
    return " ".join(printable.split())[:SUBJECT_LENGTH]
