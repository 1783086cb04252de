"""Nobody gets mail in hours in which they asked for none, and nobody gets what was called off."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from backend.notifications.models import Outgoing
from backend.notifications.quiet_hours import end_of_quiet
from backend.notifications.services import LEASE, Counts, call_off, claim_next, queue, release_held, send_due
from tests.mail_server import MailServer

LONDON = ZoneInfo("Europe/London")
NIGHT = {"quiet_from": dt.time(22), "quiet_until": dt.time(7)}
FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
NINE = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
TEN_AT_NIGHT = NINE.replace(hour=22)  # London is on UTC in March, until the 29th
SEVEN_NEXT_DAY = NINE.replace(day=3, hour=7)
MINUTE = dt.timedelta(minutes=1)


def send(moment: dt.datetime) -> Counts:
    return send_due(at=moment, clock=lambda: moment)


def queued(cause: str = "news:1", **more: object) -> Outgoing:
    fields = {"recipient": "maya@home.test", "subject": "News", "body": "Read it.", "at": NINE, **more}
    return queue(cause=cause, **fields)


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-01-05 21:59", "2026-01-05 21:59"),
        ("2026-01-05 22:00", "2026-01-06 07:00"),
        ("2026-01-06 06:59", "2026-01-06 07:00"),
        ("2026-01-06 07:00", "2026-01-06 07:00"),
        ("2026-03-28 23:00", "2026-03-29 07:00"),  # the clocks go forward in this night
        ("2026-10-24 23:00", "2026-10-25 07:00"),  # and back in this one
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(at: str, ends: str) -> None:
    instants = [dt.datetime.fromisoformat(each).replace(tzinfo=LONDON) for each in (at, ends)]

    assert end_of_quiet(instants[0], **NIGHT) == instants[1]


def test_quiet_hours_within_one_day_end_on_it() -> None:
    noon = dt.datetime(2026, 1, 5, 12, 0, tzinfo=LONDON)

    assert end_of_quiet(noon, quiet_from=dt.time(9), quiet_until=dt.time(17)) == noon.replace(hour=17)


def test_without_quiet_hours_mail_goes_at_once() -> None:
    assert end_of_quiet(NINE, quiet_from=None, quiet_until=None) == NINE
    assert end_of_quiet(NINE, quiet_from=dt.time(9), quiet_until=dt.time(9)) == NINE


@given(
    at=st.integers(0, 6 * 366 * 24 * 60).map(lambda minutes: FIRST + dt.timedelta(minutes=minutes)),
    quiet_from=st.times().map(lambda time: time.replace(microsecond=0)),
    quiet_until=st.times().map(lambda time: time.replace(microsecond=0)),
)
def test_mail_never_goes_before_it_is_queued_nor_in_the_quiet_hours_nor_a_day_late(
    at: dt.datetime, quiet_from: dt.time, quiet_until: dt.time
) -> None:
    goes = end_of_quiet(at, quiet_from=quiet_from, quiet_until=quiet_until)

    assert dt.timedelta() <= goes - at <= dt.timedelta(hours=25)
    if goes != at and not _is_skipped(goes, quiet_until):
        assert goes.astimezone(LONDON).time() == quiet_until


def _is_skipped(goes: dt.datetime, wanted: dt.time) -> bool:
    """Whether the clocks skip that time on that day."""
    local = dt.datetime.combine(goes.astimezone(LONDON).date(), wanted, tzinfo=LONDON)
    return local.astimezone(dt.UTC).astimezone(LONDON).time() != wanted


@pytest.mark.django_db(transaction=True)
class TestWithAMailServer:
    def test_a_message_is_not_sent_before_its_time_and_is_then(self, mail_server: MailServer) -> None:
        queued(not_before=NINE + dt.timedelta(hours=2))

        early, late = send(NINE + dt.timedelta(hours=1)), send(NINE + dt.timedelta(hours=2))

        assert (early.sent, late.sent) == (0, 1)
        assert mail_server.recipients == ["maya@home.test"]

    def test_what_is_called_off_is_never_sent(self, mail_server: MailServer) -> None:
        queued("news:1", about="K7QM3XVD", addressee="maya")
        kept = queued("news:2", about="K7QM3XVD", addressee="omar", recipient="omar@home.test")

        assert call_off(about="K7QM3XVD", addressee="maya", why="She is part of the case.") == 1
        send(NINE)

        assert mail_server.recipients == ["omar@home.test"]
        assert Outgoing.objects.exclude(pk=kept.pk).get().state == "CALLED_OFF"

    def test_what_was_sent_is_not_called_off(self, mail_server: MailServer) -> None:
        queued(about="K7QM3XVD")
        send(NINE)

        assert call_off(about="K7QM3XVD", why="Too late.") == 0
        assert Outgoing.objects.get().state == "SENT"

    def test_what_a_worker_holds_is_not_tried_again_once_it_is_called_off(self, mail_server: MailServer) -> None:
        queued(about="K7QM3XVD")
        mail_server.data_answers = ["451 try later"]
        mail_server.before_answer = lambda _message: call_off(about="K7QM3XVD", why="Not owed any more.")

        send(NINE)
        send(NINE + dt.timedelta(days=1))

        assert mail_server.messages == []
        assert Outgoing.objects.get().state == "CALLED_OFF"

    def test_what_a_dead_worker_held_is_laid_down_once_it_is_called_off(self, mail_server: MailServer) -> None:
        queued(about="K7QM3XVD")
        claim_next(at=NINE, now=NINE)
        call_off(about="K7QM3XVD", why="Not owed any more.")

        send(NINE + LEASE + dt.timedelta(seconds=1))

        assert mail_server.recipients == []
        assert Outgoing.objects.get().state == "CALLED_OFF"


@pytest.mark.django_db(transaction=True)
class TestInTheNight:
    """Maya wants no mail from ten in the evening until seven."""

    def test_what_is_queued_in_it_waits_until_it_is_over(self, mail_server: MailServer) -> None:
        queued(at=TEN_AT_NIGHT, **NIGHT)

        assert send(SEVEN_NEXT_DAY - MINUTE) == Counts()
        assert send(SEVEN_NEXT_DAY) == Counts(sent=1)

    def test_what_failed_before_it_is_tried_again_after_it(self, mail_server: MailServer) -> None:
        row = queued(at=NINE, **NIGHT)
        mail_server.data_answers = ["451 try later"]

        assert send(TEN_AT_NIGHT - MINUTE / 4) == Counts(retried=1)

        row.refresh_from_db()
        assert row.next_try_at == SEVEN_NEXT_DAY

    def test_a_worker_that_comes_late_leaves_it_until_it_is_over_and_counts_no_attempt(
        self, mail_server: MailServer
    ) -> None:
        row = queued(at=NINE, **NIGHT)

        assert send(TEN_AT_NIGHT) == Counts()

        row.refresh_from_db()
        assert (row.state, row.attempts, row.claim, row.next_try_at) == ("PENDING", 0, None, SEVEN_NEXT_DAY)
        assert (send(SEVEN_NEXT_DAY), mail_server.recipients) == (Counts(sent=1), ["maya@home.test"])

    def test_what_a_dead_worker_held_is_left_until_it_is_over(self, mail_server: MailServer) -> None:
        row = queued(at=NINE, **NIGHT)
        claim_next(at=TEN_AT_NIGHT - MINUTE, now=TEN_AT_NIGHT - MINUTE)

        assert send(TEN_AT_NIGHT + LEASE) == Counts()

        row.refresh_from_db()
        assert (row.state, row.attempts, row.claimed_until, row.next_try_at) == ("PENDING", 1, None, SEVEN_NEXT_DAY)

    def test_what_a_restore_held_is_let_go_when_it_is_over(self, mail_server: MailServer) -> None:
        hers, other = queued("hers", at=NINE, **NIGHT), queued("other", at=NINE)
        Outgoing.objects.update(held=True)

        assert release_held(at=TEN_AT_NIGHT) == 2

        tries = dict(Outgoing.objects.values_list("cause", "next_try_at"))
        assert tries == {hers.cause: SEVEN_NEXT_DAY, other.cause: TEN_AT_NIGHT}

    def test_mail_to_others_goes_meanwhile(self, mail_server: MailServer) -> None:
        queued("hers", at=NINE, **NIGHT)
        queued("other", at=NINE, recipient="omar@home.test")
        queued("hers again", at=NINE, **NIGHT)
        queued("of the day", at=NINE, recipient="zoe@home.test", quiet_from=dt.time(9), quiet_until=dt.time(17))

        assert send(TEN_AT_NIGHT) == Counts(sent=2)
        assert sorted(mail_server.recipients) == ["omar@home.test", "zoe@home.test"]

    def test_without_quiet_hours_a_failure_waits_for_its_pause_alone(self, mail_server: MailServer) -> None:
        row = queued(at=NINE)
        mail_server.data_answers = ["451 try later"]
        send(TEN_AT_NIGHT)

        row.refresh_from_db()
        assert row.next_try_at - TEN_AT_NIGHT < 2 * MINUTE

    def test_a_clock_that_is_set_back_keeps_no_worker_from_coming_to_an_end(self, mail_server: MailServer) -> None:
        queued(at=NINE, **NIGHT)

        assert claim_next(at=SEVEN_NEXT_DAY, now=TEN_AT_NIGHT) is None


def test_quiet_hours_have_two_ends(db: None) -> None:
    with pytest.raises(IntegrityError, match="outgoing_quiet_hours_begin_and_end"):
        queued(quiet_from=dt.time(22))


def test_everything_is_never_called_off_at_once() -> None:
    with pytest.raises(ValueError, match="everything never is"):
        call_off(why="By mistake.")
