"""What the worker does for this room. A job is given nothing: what is due stands in the cases."""

from django.utils import timezone

from .services import retention_watch, undelivered
from .services.alerts import watch
from .services.contributions import remind
from .services.due import recompute_open_cases


def watch_deadlines() -> int:
    """Alert staff to what is due or late; returns how many alerts were raised."""
    return watch(at=timezone.now())


def tell_of_undelivered_mail() -> int:
    """Tell those who handle a case that somebody could not be reached by e-mail; returns how many mails were told of."""
    return undelivered.watch(at=timezone.now())


def review_retention() -> int:
    """Open reviews of what is kept long enough; returns how many were opened."""
    return retention_watch.watch(at=timezone.now())


def recompute_deadlines() -> int:
    """Derive what is due on every open case; returns how many had another day.

    Whoever edits the calendar has this done at once. A move that was under way at that moment was counted by the calendar of
    before: it is put right within a day.
    """
    return recompute_open_cases()


def remind_of_contributions() -> int:
    """Remind units of what they were asked to contribute; returns how many contributions are waited for."""
    return remind(at=timezone.now())
