"""A wish to have it recorded, or a yes to what must be, once it is handled outside Schedule 3: a duty with a day, also after its end.

Police Reform Act 2002, Schedule 3, paragraph 2(6A): the wish counts at any time. The target of five working days runs from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from cases.deadlines import Deadline
from cases.models import Alert, BodyNotice, Case, DateCorrection, Message
from cases.selectors import deadlines, get_case
from cases.services import alerts, assessment, contact, corrections, messages
from cases.services.due import stale_cases
from tests.cases.alleging import by
from tests.cases.bodies import enter
from tests.cases.retaining import an_ended_case
from tests.cast import AT, NO_TICKS, RESOLVE, Cast, a_case, a_case_handled_outside, move, sign_withdrawal

DAY = dt.timedelta(days=1)
LATER = AT + 10 * DAY  # Monday 30 November
FIFTH = dt.date(2026, 12, 7)  # the fifth working day after it

Way = Callable[..., Any]


def by_receipt(_: Cast, case: Case, at: dt.datetime = LATER) -> Message:
    return messages.receive(case_id=case.pk, text="I want it on record.", wish=Message.Wish.RECORD, files=[], at=at)


def by_telephone(cast: Cast, case: Case, at: dt.datetime = LATER, **more: Any) -> None:
    told = {"reached": True, "views": "", "wishes_recording": True, "note": "", **more}
    contact.log_attempt(**by(cast, "beth", case, at), complainant=None, how="TELEPHONE", **{"tried_at": at, **told})


def by_assessment(cast: Cast, case: Case, at: dt.datetime = LATER, name: str = "lev", **more: Any) -> Case:
    given = {"ticks": NO_TICKS, "wishes_recording": True, "contact_impossible_reason": None, "reason": "", **more}
    return assessment.assess(**by(cast, name, case, at), **given)


def by_a_yes(cast: Cast, case: Case, at: dt.datetime = LATER) -> Case:
    ticks = {**NO_TICKS, "alleges_crime_or_discipline": True}
    return by_assessment(cast, case, at, ticks=ticks, wishes_recording=None)


def by_a_notice(cast: Cast, case: Case, at: dt.datetime = LATER) -> BodyNotice:
    enter(cast, case, "REQUIRES_REFERRAL")
    return case.body_notices.get()


def owed(cast: Cast, case: Case) -> dict[str, Deadline]:
    return {each.rule: each for each in deadlines(get_case(reference=case.reference, actor=cast.actor("beth")))}


def resolved(cast: Cast) -> Case:
    return move(cast, a_case_handled_outside(cast), "amal", "resolve", **RESOLVE)


def closed(cast: Cast) -> Case:
    case = a_case_handled_outside(cast)
    move(cast, case, "amal", "leave_unresolved", result="No.", told="You may have it recorded.")
    return move(cast, case, "beth", "close_outside", declined_on="2026-11-20", told="It is closed.")


class TestWhileItIsHandled:
    @pytest.mark.parametrize("says", [by_receipt, by_telephone, by_assessment, by_a_yes])
    def test_it_is_to_be_recorded_within_five_working_days_of_that_day(self, cast: Cast, says: Way) -> None:
        case = a_case_handled_outside(cast)
        assert "recording_decision" not in owed(cast, case)

        says(cast, case)

        duty = owed(cast, case)["recording_decision"]
        assert (duty.started_on, duty.due_on, duty.owed_by) == (LATER.date(), FIFTH, "FORCE")
        assert "outside_resolution" not in owed(cast, case)
        assert move(cast, case, "beth", "record", at=LATER).recorded_on == LATER.date()
        assert "recording_decision" not in owed(cast, case)

    def test_the_day_is_that_on_which_they_said_so(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)

        by_telephone(cast, case, LATER + 4 * DAY, tried_at=LATER)

        assert owed(cast, case)["recording_decision"].due_on == FIFTH

    def test_a_notice_that_requires_a_referral_starts_it_too(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)

        by_a_notice(cast, case)

        assert owed(cast, case)["recording_decision"].started_on == AT.date()

    def test_the_first_wish_counts(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)

        for days, says in enumerate((by_receipt, by_telephone, by_a_yes)):
            says(cast, case, LATER + days * DAY)

        assert owed(cast, case)["recording_decision"].started_on == LATER.date()

    def test_taken_back_by_a_second_person_it_is_owed_no_more(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        by_receipt(cast, case)

        by_telephone(cast, case, LATER + DAY, wishes_recording=False)
        taken_back = by_assessment(cast, case, LATER + DAY, wishes_recording=False, reason="She said so to Beth.")

        assert taken_back.must_record_since is None
        assert "recording_decision" not in owed(cast, case)
        assert "outside_resolution" in owed(cast, case)
        by_receipt(cast, case, LATER + 3 * DAY)
        assert owed(cast, case)["recording_decision"].started_on == (LATER + 3 * DAY).date()

    def test_before_it_is_decided_the_decision_is_due_from_the_day_made(self, cast: Cast) -> None:
        case = a_case(cast)

        by_receipt(cast, case)

        assert owed(cast, case)["recording_decision"].started_on == AT.date()
        assert Case.objects.get(pk=case.pk).must_record_since is None

    def test_a_wrong_day_is_put_right(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        by_receipt(cast, case)

        corrections.correct(
            **by(cast, "beth", case, LATER + 10 * DAY), what="must_record_since", about=None, to=LATER.date() - 3 * DAY,
            reason="The letter is dated so.",
        )  # fmt: skip

        assert owed(cast, case)["recording_decision"].due_on == dt.date(2026, 12, 4)
        assert [each["rule"] for each in DateCorrection.objects.get().breached].count("recording_decision") == 1

    def test_what_is_withdrawn_then_is_not_recorded_any_more(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        by_receipt(cast, case)
        sign_withdrawal(cast, case, at=LATER)

        move(cast, case, "beth", "withdraw", at=LATER, public_interest="ENDS")

        assert owed(cast, case) == {}


class TestAfterItsEnd:
    @pytest.mark.parametrize("says", [by_receipt, by_telephone])
    @pytest.mark.parametrize("end", [closed, an_ended_case])
    def test_it_is_owed_although_the_case_is_closed(self, cast: Cast, end: Way, says: Way) -> None:
        case = end(cast)
        assert owed(cast, case) == {}

        says(cast, case)

        duty = owed(cast, case)["recording_decision"]
        assert (duty.started_on, duty.due_on) == (LATER.date(), FIFTH)
        case.refresh_from_db()
        assert (case.next_due_on, case.next_due_rule, case.target_due_on) == (FIFTH, "recording_decision", FIFTH)
        assert list(stale_cases()) == []

    def test_it_stands_in_the_list_of_what_is_owed_and_in_the_queue_of_what_is_late(self, cast: Cast) -> None:
        case = closed(cast)
        by_receipt(cast, case, AT - 30 * DAY)
        client = cast.client("beth")

        found = client.get("/api/v1/cases/owed/", {"days": 30}).json()["results"]
        queued = client.get("/api/v1/cases/", {"open": False}).json()["results"]

        assert [(each["case"]["reference"], each["duty"]["rule"]) for each in found] == [
            (case.reference, "recording_decision"), (case.reference, "message"),
        ]  # fmt: skip
        assert [(each["reference"], each["next_due_rule"]) for each in queued] == [
            (case.reference, "recording_decision")
        ]

    def test_somebody_is_alerted_to_it_also_where_nobody_handles_it(self, cast: Cast) -> None:
        case = closed(cast)
        Case.objects.filter(pk=case.pk).update(handler=None)
        by_receipt(cast, case)

        for day in range(20):
            alerts.watch(at=LATER + day * DAY)

        raised = Alert.objects.filter(case=case, rule="recording_decision")
        assert {"BEFORE", "BREACH", "OVERDUE"} == set(raised.values_list("stage", flat=True))
        assert all(each.recipients for each in raised)

    def test_recorded_it_is_owed_no_more_and_handled_anew(self, cast: Cast) -> None:
        case = closed(cast)
        by_receipt(cast, case)

        recorded = move(cast, case, "amal", "record", at=LATER)

        assert (recorded.closed_on, recorded.must_record_since) == (None, LATER.date())
        assert "recording_decision" not in owed(cast, case)
        assert "handling_decision" in owed(cast, case)

    def test_what_was_resolved_is_not_to_be_finalised_then(self, cast: Cast) -> None:
        case = resolved(cast)
        assert set(owed(cast, case)) == {"finalisation"}

        by_receipt(cast, case)

        assert set(owed(cast, case)) == {"recording_decision"}

    def test_it_was_not_late_by_the_day_on_which_it_was_made(self, cast: Cast) -> None:
        """What was decided in time, and had to be decided anew since, is no breach of the first decision."""
        case = closed(cast)
        by_receipt(cast, case)
        move(cast, case, "amal", "record", at=LATER)

        corrections.correct(
            **by(cast, "beth", case, LATER), what="recorded_on", about=None, to=LATER.date() - DAY, reason="Slip."
        )

        assert "recording_decision" not in {each["rule"] for each in DateCorrection.objects.get().breached}
