"""What the worker runs, and how often. A job is given nothing: what is due stands in the outbox."""

from dataclasses import asdict

from django.db import connection, transaction
from django.utils.timezone import now
from django_q.models import Schedule

from .services import send_due

EVERY_MINUTE = 1
EVERY_FEW_MINUTES = 5
EVERY_DAY = 24 * 60

# The worker's standing work: the function, by the name that the queue calls it by, and minutes between two runs.
STANDING_WORK = {
    "backend.notifications.jobs.send_outbox": EVERY_MINUTE,
    "backend.attachments.jobs.sweep_files": EVERY_DAY,
    "backend.requests.jobs.forget_requests": EVERY_DAY,
    "cases.jobs.watch_deadlines": EVERY_FEW_MINUTES,
    "cases.jobs.tell_of_undelivered_mail": EVERY_FEW_MINUTES,
    "cases.jobs.recompute_deadlines": EVERY_DAY,
    "cases.jobs.remind_of_contributions": EVERY_DAY,
    "cases.jobs.review_retention": EVERY_DAY,
}

_LOCK = 7_205_001  # any number, the same in every process


def send_outbox() -> dict[str, int]:
    """Send what is due; returns the counts, which are all that the job table keeps of it."""
    return asdict(send_due(at=now(), clock=now))


def ensure_schedule(*, func: str, minutes: int) -> None:
    """Have the worker run `func` every `minutes` minutes, from the next minute on; said twice, it is still once."""
    with transaction.atomic(), connection.cursor() as cursor:
        # The table knows no unique name: two processes that start at once would each add a schedule.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        Schedule.objects.update_or_create(
            name=func, defaults={"func": func, "schedule_type": Schedule.MINUTES, "minutes": minutes, "repeats": -1}
        )


def ensure_schedules() -> list[str]:
    """Have the worker do all of its standing work; returns the names of the functions."""
    for func, minutes in STANDING_WORK.items():
        ensure_schedule(func=func, minutes=minutes)
    return list(STANDING_WORK)
