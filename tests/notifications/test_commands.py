"""What an operator sees of the outbox, and what the worker does by itself."""

from datetime import UTC, datetime
from importlib import import_module
from io import StringIO

import pytest
from django.core.management import call_command
from django_q.models import OrmQ, Schedule

from backend.notifications.jobs import STANDING_WORK, send_outbox
from backend.notifications.models import Outgoing
from backend.notifications.services import queue
from tests.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def queued(name: str) -> Outgoing:
    return queue(
        cause=f"acknowledgement:{name}",
        recipient=f"{name}@example.org",
        subject="Your message",
        body=f"Dear {name}, thank you.",
        at=datetime(2026, 3, 2, 9, tzinfo=UTC),
    )


def test_the_list_tells_ids_states_and_counts_and_nothing_about_a_person(mail_server: MailServer) -> None:
    mail_server.refuse_recipient["amina@example.org"] = "550 No such user amina@example.org"
    dead, sent = queued("amina"), queued("ben")
    run("outbox", "send")
    waiting = queued("chloe")
    Outgoing.objects.filter(pk=waiting.pk).update(held=True)

    text = run("outbox", "list")

    assert "PENDING 1, CLAIMED 0, SENT 1, DEAD 1, CALLED_OFF 0; held 1" in text
    assert f"{dead.public_id}  DEAD  attempts: 1  The mail server refused the recipient for good" in text
    assert f"{waiting.public_id}  PENDING, held  attempts: 0" in text
    assert str(sent.public_id) not in text
    assert not any(word in text for word in ("amina", "chloe", "example.org", "Dear", "Your message"))


def test_the_list_says_since_when_the_oldest_message_waits() -> None:
    queued("amina")

    assert "Waiting since 02 March 2026 09:00" in run("outbox", "list")


def test_released_messages_are_sent(mail_server: MailServer) -> None:
    queued("amina")
    Outgoing.objects.update(held=True)

    answers = run("outbox", "send"), run("outbox", "release"), run("outbox", "send")

    assert [answer.split(",")[0].split(".")[0] for answer in answers] == ["Sent 0", "Released 1", "Sent 1"]
    assert len(mail_server.messages) == 1


def test_the_wake_up_in_the_queue_sends_the_message(mail_server: MailServer) -> None:
    queued("amina")
    (job,) = OrmQ.objects.all()
    task = job.task
    module, _, function = task["func"].rpartition(".")

    counts = getattr(import_module(module), function)(*task["args"])

    assert counts == {"sent": 1, "retried": 0, "dead": 0, "lost": 0}
    assert len(mail_server.messages) == 1
    assert not any(word in str(task) for word in ("amina", "thank"))


def test_a_run_with_nothing_to_do_needs_no_server() -> None:
    assert send_outbox() == {"sent": 0, "retried": 0, "dead": 0, "lost": 0}


def test_setting_up_the_schedules_twice_schedules_each_once() -> None:
    run("schedules")
    run("schedules")

    scheduled = dict(Schedule.objects.values_list("func", "minutes"))
    assert scheduled == STANDING_WORK
    assert Schedule.objects.count() == len(STANDING_WORK)
    assert scheduled["backend.notifications.jobs.send_outbox"] == 1


@pytest.mark.parametrize("func", STANDING_WORK)
def test_every_scheduled_function_exists(func: str) -> None:
    module, _, function = func.rpartition(".")

    assert callable(getattr(import_module(module), function))
