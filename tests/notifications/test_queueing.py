"""What goes into the outbox, and what does not."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ

from backend.notifications.models import Outgoing
from backend.notifications.services import BadRecipient, queue

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def queue_for_amina(**changes: object) -> Outgoing:
    values: dict[str, object] = {
        "cause": "acknowledgement:1",
        "recipient": "amina@example.org",
        "subject": "We have received your message",
        "body": "Thank you.",
        "at": NINE,
    }
    return queue(**{**values, **changes})


class ChangeOfMindError(Exception):
    pass


def queue_and_think_better_of_it() -> None:
    with transaction.atomic():
        queue_for_amina()
        raise ChangeOfMindError


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_a_message_whose_transaction_is_rolled_back() -> None:
    with pytest.raises(ChangeOfMindError):
        queue_and_think_better_of_it()

    assert not Outgoing.objects.exists()
    assert not OrmQ.objects.exists()


@pytest.mark.django_db
def test_the_same_cause_twice_is_the_first_message() -> None:
    first = queue_for_amina()

    again = queue_for_amina(recipient="ben@example.org", body="Other words.", at=NINE + timedelta(hours=1))

    assert again.pk == first.pk
    assert (again.recipient, again.body, again.queued_at) == ("amina@example.org", "Thank you.", NINE)
    assert Outgoing.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_cause_from_two_transactions_at_once_is_one_message() -> None:
    found: list[int] = []

    def queue_it_too() -> None:
        found.append(queue_for_amina(body="From the other one.").pk)
        connection.close()

    with transaction.atomic():
        first = queue_for_amina()
        other = threading.Thread(target=queue_it_too)
        other.start()
        other.join(timeout=0.3)  # it waits for our end, or it has yet to begin: the answer is the same
    other.join()

    assert found == [first.pk]
    assert Outgoing.objects.get().body == "Thank you."


@pytest.mark.django_db
def test_one_wake_up_serves_all_messages_that_wait() -> None:
    for number in range(5):
        queue_for_amina(cause=f"acknowledgement:{number}")

    assert [job.func() for job in OrmQ.objects.all()] == ["backend.notifications.jobs.send_outbox"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [{"attempts": 1}, {"held": True}, {"next_try_at": NINE + timedelta(hours=1)}, {"state": "DEAD", "failure": "no"}],
)
def test_a_message_that_cannot_go_now_does_not_keep_the_worker_asleep(changes: dict[str, object]) -> None:
    waiting = queue_for_amina()
    Outgoing.objects.filter(pk=waiting.pk).update(**changes)
    OrmQ.objects.all().delete()

    queue_for_amina(cause="acknowledgement:2")

    assert OrmQ.objects.count() == 1


@pytest.mark.django_db
def test_queueing_costs_one_statement_and_the_wake_up_another(django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        queue_for_amina()
    with django_assert_num_queries(1):
        queue_for_amina(cause="acknowledgement:2")


@pytest.mark.django_db
def test_what_is_returned_is_what_is_stored() -> None:
    row = queue_for_amina()

    stored = Outgoing.objects.get()
    assert {field.name: getattr(row, field.name) for field in Outgoing._meta.fields} == {
        field.name: getattr(stored, field.name) for field in Outgoing._meta.fields
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "amina",
        "amina@example.org\nBcc: everybody@example.org",
        "amina@example.org\r\nSubject: x",
        "amina@example.org, ben@example.org",
        "Amina <amina@example.org>",
        "amina@example.org\n",
    ],
)
def test_a_recipient_is_one_plain_address(recipient: str) -> None:
    with pytest.raises(BadRecipient) as refusal:
        queue_for_amina(recipient=recipient)

    assert refusal.value.status == 400
    assert "@" not in refusal.value.detail
    assert not Outgoing.objects.exists()


@pytest.mark.django_db
def test_a_subject_is_one_line_of_at_most_200_characters() -> None:
    row = queue_for_amina(subject="Your message\r\nBcc: everybody@example.org\x00\x85 " + "x" * 300)

    assert row.subject.startswith("Your message Bcc: everybody@example.org x")
    assert len(row.subject) == 200


@pytest.mark.django_db
def test_the_database_holds_neither_address_nor_text_in_the_clear() -> None:
    queue_for_amina()

    with connection.cursor() as cursor:
        cursor.execute("SELECT o::text FROM notifications_outgoing o")
        stored = cursor.fetchone()[0]

    assert "amina" not in stored
    assert "Thank you" not in stored
