"""The watcher: alerts before and at each breach, once each, however often or late it looks, and never to one behind a wall."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from backend.notifications.models import Outgoing
from cases.jobs import watch_deadlines
from cases.models import Alert, Case, Escalation, Involvement
from cases.services import alerts, assignment, involvement, messages, targets
from cases.services.due import stale_cases
from tests.cast import AT, Cast, a_case, a_case_handled_outside, assess, gather, move

from .test_races import run_together

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def on(day: str, hour: int = 0) -> dt.datetime:
    return dt.datetime.fromisoformat(day).replace(hour=hour, tzinfo=dt.UTC)


def raised(rule: str = "") -> list[tuple[str, str]]:
    rows = Alert.objects.filter(rule=rule) if rule else Alert.objects.all()
    return list(rows.order_by("due_on", "rule", "id").values_list("rule" if not rule else "stage", "to"))


def everything() -> set[tuple[Any, ...]]:
    return set(Alert.objects.values_list("case", "rule", "about", "started_on", "due_on", "stage", "to", "recipients"))


def mails() -> list[str]:
    return sorted(mail.recipient for mail in Outgoing.objects.filter(cause__startswith="alert:"))


def handled_by_cai(cast: Cast) -> Case:
    case = a_case_handled_outside(cast)
    return assignment.assign(
        reference=case.reference, unit="northgate", handler="cai@westshire.test", actor=cast.actor("beth"), at=AT,
        version=case.version,
    )  # fmt: skip


class TestOneCase:
    """Progress is owed by Friday 18 December, four weeks from 20 November; the unit resolves by the same day."""

    def test_the_handler_is_warned_at_day_21(self, cast: Cast) -> None:
        handled_by_cai(cast)

        assert alerts.watch(at=on("2026-12-10", 23)) == 0
        assert alerts.watch(at=on("2026-12-11")) == 1

        assert raised("progress_update") == [("BEFORE", "HANDLER")]
        assert mails() == ["cai@westshire.test"]

    def test_a_breach_goes_to_the_supervisor_and_then_to_the_authority(self, cast: Cast) -> None:
        handled_by_cai(cast)

        for day in range(40):
            alerts.watch(at=AT + day * DAY)

        assert raised("progress_update") == [
            ("BEFORE", "HANDLER"), ("DAY", "HANDLER"), ("BREACH", "SUPERVISOR"), ("OVERDUE", "AUTHORITY"),
        ]  # fmt: skip
        assert {"cai@westshire.test", "dee@westshire.test", "beth@westshire.test", "lev@westshire.test"} == set(mails())

    def test_who_was_told_in_time_is_not_alerted_and_the_next_four_weeks_are_watched(self, cast: Cast) -> None:
        case = handled_by_cai(cast)
        alerts.watch(at=on("2026-12-11"))
        told_at = on("2026-12-14", 10)
        messages.tell_progress(
            reference=case.reference, text="On it.", actor=cast.actor("cai"), at=told_at, version=case.version
        )

        alerts.watch(at=on("2027-01-04"))

        progress = Alert.objects.filter(rule="progress_update").order_by("id")
        assert [(each.due_on, each.stage) for each in progress] == [
            (dt.date(2026, 12, 18), "BEFORE"),
            (dt.date(2027, 1, 11), "BEFORE"),
        ]

    def test_the_mail_says_the_reference_and_nothing_else(self, cast: Cast) -> None:
        case = handled_by_cai(cast)
        alerts.watch(at=on("2026-12-11"))

        mail = Outgoing.objects.get(cause__startswith="alert:")
        assert case.reference in mail.subject
        assert not any(
            word in mail.subject + mail.body for word in ("Maya", "complaint", "rude", "progress", "December")
        )

    def test_twelve_hours_before_the_end_of_a_referrals_day_the_authority_knows(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast), "beth", alleges_mandatory_referral=True)
        Case.objects.filter(pk=case.pk).update(referral_clear_on=AT.date(), watch_at=AT)

        alerts.watch(at=on("2026-11-21", 11))
        before = raised("referral")
        alerts.watch(at=on("2026-11-21", 12))

        assert ("DAY", "AUTHORITY") not in before
        assert ("DAY", "AUTHORITY") in raised("referral")

    def test_an_address_of_the_table_is_written_to(self, cast: Cast) -> None:
        set_dcc(cast)
        case = assess(cast, a_case(cast), "beth", alleges_mandatory_referral=True)
        Case.objects.filter(pk=case.pk).update(referral_clear_on=AT.date(), watch_at=AT)

        alerts.watch(at=on("2026-11-21", 12))

        assert "dcc@westshire.test" in mails()

    def test_nobody_is_alerted_to_what_begins_and_ends_too_soon_to_be_warned_of(self, cast: Cast) -> None:
        a_case(cast)

        assert alerts.watch(at=AT + HOUR) == 0

    def test_an_hour_is_an_hour_in_london_in_summer_too(self, cast: Cast) -> None:
        Escalation.objects.filter(rule="").update(hour=9)
        made = dt.datetime(2026, 6, 5, 10, 0, tzinfo=dt.UTC)  # a Friday; first contact by Wednesday
        a_case(cast, at=made)

        alerts.watch(at=dt.datetime(2026, 6, 11, 7, 59, tzinfo=dt.UTC))
        assert not Alert.objects.filter(stage="BREACH").exists()
        assert alerts.watch(at=dt.datetime(2026, 6, 11, 8, 0, tzinfo=dt.UTC)) == 1

    def test_what_is_alerted_can_be_read_by_who_sees_the_case(self, cast: Cast) -> None:
        case = handled_by_cai(cast)
        alerts.watch(at=on("2026-12-11"))

        (alert,) = cast.client("dee").get(f"/api/v1/cases/{case.reference}/alerts/").json()

        assert (alert["rule"], alert["stage"], alert["to"], alert["recipients"]) == (
            "progress_update",
            "BEFORE",
            "HANDLER",
            1,
        )


def set_dcc(cast: Cast) -> None:
    targets.set_escalation(
        rule="referral", stage="DAY", days=0, hour=12, to="ADDRESS", address="dcc@westshire.test", source="The force's order",
        actor=cast.actor("beth"), at=AT,
    )  # fmt: skip


class TestWalls:
    def name(self, cast: Cast, case: Case, who: str, part: Involvement.Part) -> None:
        case.refresh_from_db()
        involvement.name_person(
            reference=case.reference,
            who=cast.users[who].email,
            part=part,
            actor=cast.actor("beth"),
            at=AT,
            version=case.version,
        )

    def test_a_subject_or_a_conflicted_person_is_never_written_to(self, cast: Cast) -> None:
        case = handled_by_cai(cast)
        self.name(cast, case, "dee", Involvement.Part.CONFLICT)
        self.name(cast, case, "lev", Involvement.Part.SUBJECT)

        for day in range(40):
            alerts.watch(at=AT + day * DAY)

        assert set(mails()) == {"cai@westshire.test", "beth@westshire.test"}

    def test_a_wall_that_was_raised_later_holds_at_once(self, cast: Cast) -> None:
        case = handled_by_cai(cast)
        Involvement.objects.create(case=case, person=cast.users["cai"].person, part=Involvement.Part.CONFLICT)

        alerts.watch(at=on("2026-12-11"))

        assert mails() == ["dee@westshire.test"]

    def test_the_owner_of_an_address_is_behind_the_wall_too(self, cast: Cast) -> None:
        Escalation.objects.update(to="ADDRESS", address="dee@westshire.test")
        case = handled_by_cai(cast)
        self.name(cast, case, "dee", Involvement.Part.WITNESS)

        alerts.watch(at=on("2026-12-11"))

        assert set(mails()) == {"beth@westshire.test", "lev@westshire.test"}

    def test_the_mail_to_an_address_is_called_off_once_its_owner_is_behind_a_wall(self, cast: Cast) -> None:
        Escalation.objects.update(to="ADDRESS", address="dee@westshire.test")
        case = handled_by_cai(cast)
        alerts.watch(at=on("2026-12-11"))
        assert set(mails()) == {"dee@westshire.test"}

        self.name(cast, case, "dee", Involvement.Part.WITNESS)

        assert set(Outgoing.objects.filter(about=case.reference).values_list("state", flat=True)) == {"CALLED_OFF"}

    def test_a_restricted_case_is_told_to_no_address_and_to_nobody_without_leave(self, cast: Cast) -> None:
        set_dcc(cast)
        case = assess(cast, a_case(cast), "beth", alleges_mandatory_referral=True)
        Case.objects.filter(pk=case.pk).update(referral_clear_on=AT.date(), watch_at=AT, restricted=True)

        alerts.watch(at=on("2026-11-21", 12))

        assert mails() == []
        assert Alert.objects.filter(rule="referral", recipients=0).exists()


class TestHoweverOftenOrLate:
    def days(self, cast: Cast) -> Callable[[], set[tuple[Any, ...]]]:
        """Three cases at different places of their path."""
        handled_by_cai(cast)
        a_case(cast)
        move(cast, a_case(cast), "amal", "take")
        return everything

    def test_five_looks_raise_what_one_does(self, cast: Cast) -> None:
        look = self.days(cast)
        alerts.watch(at=on("2026-12-21"))
        once, sent = look(), mails()

        for _ in range(4):
            assert alerts.watch(at=on("2026-12-21")) == 0

        assert (look(), mails()) == (once, sent)
        assert once

    def test_after_days_off_the_same_alerts_are_raised(self, cast: Cast) -> None:
        look = self.days(cast)
        late = transaction.savepoint()
        alerts.watch(at=on("2026-12-25"))
        raised_late = look()
        transaction.savepoint_rollback(late)

        for hour in range(0, 24 * 35, 6):
            alerts.watch(at=AT + hour * HOUR)

        assert raised_late
        assert look() == raised_late

    def test_verify_proves_that_no_alert_is_missed(self, cast: Cast) -> None:
        self.days(cast)
        assert list(stale_cases()) == []

        Case.objects.filter(kind="COMPLAINT").update(watch_at=on("2027-06-01"))

        assert len(list(stale_cases())) == 3

    def test_the_command_and_the_worker_look_too(self, cast: Cast) -> None:
        self.days(cast)
        out = StringIO()

        call_command("watch", stdout=out)

        assert out.getvalue().startswith("Alerts raised: ")
        assert watch_deadlines() == 0


@pytest.mark.django_db(transaction=True)
def test_watchers_that_look_at_once_share_the_work() -> None:
    cast = gather()
    cases = [handled_by_cai(cast) for _ in range(8)]

    def look() -> str:
        return str(alerts.watch(at=on("2026-12-21")))

    answers = run_together(*[look] * 4)

    assert sum(map(int, answers)) == Alert.objects.count()
    each = Alert.objects.values_list("case", "rule", "about", "due_on", "stage")
    assert len(set(each)) == len(each)
    assert len({case for case, *_ in each}) == len(cases)
    assert len(mails()) == sum(Alert.objects.values_list("recipients", flat=True))
