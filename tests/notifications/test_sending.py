"""Every message ends sent or dead, whatever the mail server and the workers do."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from email.message import Message

import pytest
from django.core.mail import get_connection
from django.db import connection, transaction
from django.utils.timezone import now
from pytest_django.fixtures import Settings

from backend.notifications.models import Outgoing
from backend.notifications.services import (
    LEASE,
    MAX_ATTEMPTS,
    PAUSES,
    Counts,
    claim_next,
    queue,
    release_held,
    send_due,
)
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AMINA = "amina@example.org"
BEN = "ben@example.org"


def send(moment: datetime) -> Counts:
    return send_due(at=moment, clock=lambda: moment)


def queued(recipient: str = AMINA, *, cause: str = "") -> Outgoing:
    return queue(
        cause=cause or f"acknowledgement:{recipient}",
        recipient=recipient,
        subject="We have received your message",
        body="Thank you, Amina. £5 café.\n.\nThe end.",
        at=NINE,
    )


def test_a_message_is_sent_once_as_it_was_written(mail_server: MailServer, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Policing feedback <no-reply@feedback.example>"
    row = queued()

    first, second = send(NINE), send(NINE + timedelta(days=1))

    row.refresh_from_db()
    assert (first, second) == (Counts(sent=1), Counts())
    assert (row.state, row.sent_at, row.attempts, row.claim) == (Outgoing.State.SENT, NINE, 1, None)
    (message,) = mail_server.messages
    assert message["Message-ID"] == f"<{row.public_id}@feedback.example>"
    assert message["From"] == "Policing feedback <no-reply@feedback.example>"
    assert (message["To"], message["Subject"]) == (AMINA, "We have received your message")
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n").strip() == "Thank you, Amina. £5 café.\n.\nThe end."


def test_a_message_is_not_sent_before_it_is_due(mail_server: MailServer) -> None:
    queued()

    assert send(NINE - timedelta(seconds=1)) == Counts()
    assert mail_server.messages == []


def test_a_message_that_is_refused_for_now_is_accepted_later(mail_server: MailServer) -> None:
    row = queued()
    mail_server.refuse_recipient[AMINA] = f"450 4.2.1 The mailbox of {AMINA} is busy"

    refused = send(NINE)
    row.refresh_from_db()
    mail_server.refuse_recipient.clear()
    too_early = send(NINE + PAUSES[0] * 0.79)
    later = send(NINE + PAUSES[0] * 1.21)

    assert (refused, too_early, later) == (Counts(retried=1), Counts(), Counts(sent=1))
    assert "450" in row.failure
    assert AMINA not in row.failure
    row.refresh_from_db()
    assert (row.state, row.attempts, row.failure) == (Outgoing.State.SENT, 2, "")


@pytest.mark.parametrize("where", ["recipient", "data"])
def test_a_message_that_is_refused_for_good_is_dead_at_once(mail_server: MailServer, where: str) -> None:
    row = queued()
    if where == "recipient":
        mail_server.refuse_recipient[AMINA] = f"550 5.1.1 No such user: {AMINA}"
    else:
        mail_server.data_answers = [f"554 5.7.1 Refused: Thank you, Amina ({AMINA})"]

    refused, later = send(NINE), send(NINE + timedelta(days=9))

    row.refresh_from_db()
    assert (refused, later) == (Counts(dead=1), Counts())
    assert (row.state, row.attempts) == (Outgoing.State.DEAD, 1)
    assert "for good" in row.failure
    assert "mina" not in row.failure
    assert mail_server.messages == []


def test_a_refused_message_does_not_hold_up_the_others(mail_server: MailServer) -> None:
    mail_server.refuse_recipient = {AMINA: "550 No such user", BEN: "450 Busy"}
    rows = [queued(AMINA), queued(BEN), queued("chloe@example.org")]

    counts = send(NINE)

    states = [Outgoing.objects.get(pk=row.pk).state for row in rows]
    assert counts == Counts(sent=1, retried=1, dead=1)
    assert states == [Outgoing.State.DEAD, Outgoing.State.PENDING, Outgoing.State.SENT]


def test_a_message_that_cannot_be_decrypted_does_not_hold_up_the_others(mail_server: MailServer) -> None:
    poison, good = queued(AMINA), queued(BEN)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_outgoing SET body = 'not a token' WHERE id = %s", [poison.pk])

    counts = send(NINE)

    assert counts == Counts(sent=1, retried=1)
    assert mail_server.ids() == [f"<{good.public_id}@localhost>"]
    assert Outgoing.objects.defer("body").get(pk=poison.pk).failure.endswith("(InvalidToken).")


def test_messages_wait_while_the_server_is_down_and_only_one_pays_for_the_attempt(mail_server: MailServer) -> None:
    for recipient in (AMINA, BEN):
        queued(recipient)
    mail_server.stop()

    down = send(NINE)
    attempts = sorted(Outgoing.objects.values_list("attempts", flat=True))
    mail_server.start()
    up = send(NINE + 2 * PAUSES[0])

    assert (down, up) == (Counts(retried=1), Counts(sent=2))
    assert attempts == [0, 1]
    assert len(mail_server.messages) == 2


def test_a_message_that_is_never_accepted_is_given_up_after_three_days(mail_server: MailServer) -> None:
    row = queued()
    mail_server.refuse_recipient[AMINA] = "450 Busy"
    moment = NINE

    for _ in range(MAX_ATTEMPTS - 1):
        assert send(moment) == Counts(retried=1)
        row.refresh_from_db()
        moment = row.next_try_at
    assert send(moment) == Counts(dead=1)

    row.refresh_from_db()
    assert (row.state, row.attempts) == (Outgoing.State.DEAD, MAX_ATTEMPTS)
    assert row.failure.startswith(f"Given up after {MAX_ATTEMPTS} attempts.")
    assert timedelta(days=2) < moment - NINE < timedelta(days=4)


def test_a_message_whose_worker_was_killed_is_sent_by_another_after_the_lease(mail_server: MailServer) -> None:
    row = queued()
    mail_server.hold = True
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import django, sys; django.setup()\n"
            "from django.db import connections\n"
            "from django.utils.timezone import now\n"
            "from backend.notifications.services import send_due\n"
            "connections['default'].settings_dict['NAME'] = sys.argv[1]\n"
            "send_due(at=now(), clock=now)\n",
            str(connection.settings_dict["NAME"]),
        ],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "backend.settings.test",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(mail_server.port),
        },
    )
    try:
        assert mail_server.somebody_waits.wait(timeout=60)
    finally:
        worker.kill()
        worker.wait()
    mail_server.hold = False

    within_the_lease = send(now())
    after_the_lease = send(now() + LEASE + timedelta(minutes=1))

    assert (within_the_lease, after_the_lease) == (Counts(), Counts(sent=1))
    assert mail_server.ids() == [f"<{row.public_id}@localhost>"]


def test_a_crash_after_the_server_accepted_repeats_the_same_message_once_at_most(mail_server: MailServer) -> None:
    row = queued()

    class Crash(BaseException):
        pass

    def clock_that_crashes_after_sending() -> datetime:
        if mail_server.messages:
            raise Crash
        return NINE

    with pytest.raises(Crash):
        send_due(at=NINE, clock=clock_that_crashes_after_sending)
    again = send(NINE + LEASE)
    later = send(NINE + timedelta(days=9))

    assert (again, later) == (Counts(sent=1), Counts())
    assert mail_server.ids() == [f"<{row.public_id}@localhost>"] * 2


def test_a_worker_that_outlives_its_lease_writes_nothing(mail_server: MailServer) -> None:
    row = queued()
    after_the_lease = NINE + LEASE
    taken_over: list[Outgoing | None] = []

    def another_worker_claims_meanwhile(_message: Message) -> None:
        taken_over.append(claim_next(at=after_the_lease, now=after_the_lease))
        connection.close()  # this thread's own

    mail_server.before_answer = another_worker_claims_meanwhile

    slow = send(NINE)

    row.refresh_from_db()
    (other,) = taken_over
    assert slow == Counts(lost=1)
    assert other is not None
    assert (row.state, row.claim, row.sent_at, row.attempts) == (Outgoing.State.CLAIMED, other.claim, None, 2)


def test_a_message_that_kills_every_worker_is_given_up(mail_server: MailServer) -> None:
    row = queued()
    moment = NINE
    for _ in range(MAX_ATTEMPTS):
        assert claim_next(at=moment, now=moment) is not None
        moment += LEASE

    counts = send(moment)

    row.refresh_from_db()
    assert counts == Counts(dead=1)
    assert row.state == Outgoing.State.DEAD
    assert "every worker" in row.failure
    assert mail_server.messages == []


def test_a_message_that_another_worker_is_just_taking_is_passed_over() -> None:
    first, second = queued(AMINA), queued(BEN)
    claimed: list[Outgoing | None] = []

    def work() -> None:
        claimed.append(claim_next(at=NINE, now=NINE))
        connection.close()

    with transaction.atomic():
        Outgoing.objects.select_for_update().get(pk=first.pk)
        worker = threading.Thread(target=work)
        worker.start()
        worker.join(timeout=20)
        taken_meanwhile = list(claimed)
    worker.join()

    assert [row and row.pk for row in taken_meanwhile] == [second.pk]


def test_a_lease_that_ends_during_a_long_run_is_seen_in_that_run() -> None:
    row = queued()
    claim_next(at=NINE, now=NINE)

    within = claim_next(at=NINE, now=NINE + LEASE - timedelta(seconds=1))
    after = claim_next(at=NINE, now=NINE + LEASE)

    assert within is None
    assert after is not None
    assert after.pk == row.pk


def test_two_workers_at_once_send_each_message_once(mail_server: MailServer) -> None:
    rows = [queued(f"person{number}@example.org") for number in range(20)]
    start = threading.Barrier(2)
    counts: list[Counts] = []

    def work() -> None:
        start.wait()
        counts.append(send(NINE))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(count.sent for count in counts) == 20
    assert sorted(mail_server.ids()) == sorted(f"<{row.public_id}@localhost>" for row in rows)


def test_held_messages_wait_until_they_are_released(mail_server: MailServer) -> None:
    queued()
    Outgoing.objects.update(held=True)

    held = send(NINE + timedelta(days=1))
    released = release_held(at=NINE + timedelta(days=2))
    sent = send(NINE + timedelta(days=2))

    assert (held, released, sent) == (Counts(), 1, Counts(sent=1))
    assert release_held(at=NINE + timedelta(days=2)) == 0
    assert len(mail_server.messages) == 1


def test_sending_refuses_to_run_inside_a_transaction(mail_server: MailServer) -> None:
    queued()

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        send(NINE)

    assert mail_server.messages == []


def test_the_tests_talk_to_a_real_server(mail_server: MailServer) -> None:
    assert type(get_connection()).__module__ == "django.core.mail.backends.smtp"
