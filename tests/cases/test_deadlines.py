"""What is due, and by when: from the dates of the case alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import StringIO
from typing import Any, ClassVar

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from backend.calendar.services import add_bank_holiday
from backend.calendar.working_days import WorkingCalendar
from cases.clocks import Step, Timetable
from cases.deadlines import explained, next_due, open_deadlines, suspended_days
from cases.escalation import moments
from cases.models import (
    Allegation,
    BodyNotice,
    Case,
    CommentCase,
    Complainant,
    Involvement,
    Kind,
    MatterCase,
    Notice,
    Preservation,
    Proceeding,
    Referral,
    Review,
    Suspension,
    Withdrawal,
)
from cases.services import messages
from cases.services.due import recompute_open_cases, stale_cases
from cases.services.messages import NothingToTell
from tests.cast import AT, CONTACT, RESOLVE, Cast, a_case, a_case_handled_outside, move

from .bodies import a_case_told
from .paper import a_complaint, with_parts

FRIDAY = dt.date(2026, 12, 18)
DAY = dt.timedelta(days=1)
HOLIDAYS = [dt.date(2026, 12, 25), dt.date(2026, 12, 28), dt.date(2027, 1, 1)]
CALENDAR = WorkingCalendar(HOLIDAYS)


def complaint(*, state: str = "RECEIVED", **dates: Any) -> Case:
    """A complaint of one person, made on that Friday unless it says otherwise."""
    made_on = dates.pop("made_on", FRIDAY)
    return with_parts(a_complaint(made_on, state=state, **dates), complainants=[Complainant()])


def due(case: Case) -> dict[str, dt.date]:
    return {deadline.rule: deadline.due_on for deadline in open_deadlines(case, CALENDAR)}


def owed_by(case: Case, rule: str) -> set[str]:
    return {deadline.owed_by for deadline in open_deadlines(case, CALENDAR) if deadline.rule == rule}


def suspension(start: dt.date, end: dt.date | None = None, **more: Any) -> Suspension:
    state = "RESUMED" if end else "SUSPENDED"
    return Suspension(**{"suspended_on": start, "ended_on": end, "state": state, **more})


def notice(decides: str, on: dt.date, pk: int = 1) -> BodyNotice:
    return BodyNotice(pk=pk, body="IOPC", decides=decides, dated_on=on)


def test_first_contact_is_due_in_three_working_days_of_the_day_made() -> None:
    assert due(complaint())["first_contact"] == dt.date(2026, 12, 23)


def test_progress_is_due_in_four_weeks_of_the_start_of_handling() -> None:
    assert due(complaint(handling_started_on=FRIDAY))["progress_update"] == dt.date(2027, 1, 15)


def test_each_complainant_has_a_clock_that_only_news_of_the_progress_restarts() -> None:
    told = Complainant(progress_told_on=dt.date(2027, 1, 4))
    case = with_parts(
        complaint(handling_started_on=FRIDAY, contacted_on=dt.date(2027, 1, 8)), complainants=[Complainant(), told]
    )

    assert [each.due_on for each in open_deadlines(case, CALENDAR) if each.rule == "progress_update"] == [
        dt.date(2027, 1, 15),
        dt.date(2027, 2, 1),
    ]


def test_who_has_withdrawn_is_owed_no_more_news_and_the_others_are() -> None:
    people = [Complainant(pk=1), Complainant(pk=2)]
    gone = Withdrawal(complainant_id=1, state="SIGNED", wished_on=FRIDAY)
    part = Withdrawal(complainant_id=2, allegation_id=1, state="SIGNED", wished_on=FRIDAY)
    case = with_parts(complaint(handling_started_on=FRIDAY), complainants=people, withdrawals=[gone, part])

    assert [each.about for each in open_deadlines(case, CALENDAR) if each.rule == "progress_update"] == [
        str(people[1].public_id)
    ]


def test_who_has_withdrawn_from_each_allegation_is_owed_no_news_either() -> None:
    allegations = [Allegation(pk=1), Allegation(pk=2)]
    gone = [Withdrawal(complainant_id=1, allegation_id=key, state="SIGNED", wished_on=FRIDAY) for key in (1, 2)]
    parts = {"complainants": [Complainant(pk=1)], "allegations": allegations}

    def news(withdrawals: list[Withdrawal]) -> list[str]:
        case = with_parts(complaint(handling_started_on=FRIDAY), withdrawals=withdrawals, **parts)
        return [each.rule for each in open_deadlines(case, CALENDAR) if each.rule == "progress_update"]

    assert (news(gone[:1]), news(gone)) == (["progress_update"], [])


def test_a_statutory_day_does_not_move_off_a_holiday() -> None:
    case = complaint(handling_started_on=dt.date(2026, 11, 27))

    assert due(case)["progress_update"] == dt.date(2026, 12, 25)


def test_resolution_is_due_in_twenty_working_days_of_receipt() -> None:
    assert due(complaint())["outside_resolution"] == dt.date(2027, 1, 20)


def test_the_outcome_is_told_within_five_working_days() -> None:
    case = complaint(state="DECISION", recorded_on=FRIDAY, contacted_on=FRIDAY, decided_on=dt.date(2026, 12, 23))

    assert due(case)["outcome_notice"] == dt.date(2027, 1, 4)


def test_nothing_is_due_on_a_closed_case_or_on_history() -> None:
    assert due(complaint(closed_on=FRIDAY)) == {}
    assert due(complaint(origin="IMPORTED", source="x")) == {}


def test_the_law_comes_before_the_house_on_the_same_day() -> None:
    case = complaint(handling_started_on=dt.date(2026, 12, 23), made_on=dt.date(2027, 1, 15))
    case.received_on = dt.date(2026, 12, 20)  # 20 working days and 28 calendar days both end on 20 January 2027

    assert [deadline.rule for deadline in open_deadlines(case, CALENDAR)][:3] == [
        "progress_update",
        "first_contact",
        "outside_resolution",
    ]


class TestReferrals:
    CLEAR = {"referral_clear_on": FRIDAY, "alleges_mandatory_referral": True}

    def test_are_due_by_the_end_of_the_next_day_whatever_day_that_is(self) -> None:
        assert due(complaint(**self.CLEAR))["referral"] == dt.date(2026, 12, 19)

    def test_under_the_old_rules_by_the_end_of_the_next_working_day(self) -> None:
        assert due(complaint(regime="2004", **self.CLEAR))["referral_2004"] == dt.date(2026, 12, 21)

    def test_are_not_due_once_made_unless_the_iopc_directs_another(self) -> None:
        made = Referral(basis="MANDATORY", made_on=FRIDAY)
        case = with_parts(complaint(**self.CLEAR), referrals=[made])
        directed = with_parts(
            complaint(**self.CLEAR), referrals=[made], body_notices=[notice("DIRECTS_REFERRAL", FRIDAY + 3 * DAY)]
        )

        assert "referral" not in due(case)
        assert due(directed)["referral"] == FRIDAY + 4 * DAY

    def test_of_a_death_or_serious_injury_are_due_from_when_it_came_to_attention(self) -> None:
        fields = {"kind": Kind.MATTER, "origin": "LIVE", "state": "RECORDED", "matter_type": "DSI"}
        case = with_parts(MatterCase(received_on=FRIDAY, made_on=FRIDAY, recorded_on=FRIDAY, **fields))

        assert due(case)["referral"] == dt.date(2026, 12, 19)

    def test_outlast_a_suspension(self) -> None:
        case = with_parts(complaint(**self.CLEAR), suspensions=[suspension(FRIDAY)])

        assert "referral" in due(case)


class TestWithTheIopc:
    def independent(self, **more: Any) -> Case:
        fields = {
            "state": "INDEPENDENT",
            "recorded_on": FRIDAY,
            "handling_started_on": FRIDAY,
            "investigating_since": FRIDAY,
        }
        return complaint(**{**fields, **more})

    def test_news_and_letters_are_the_iopcs_and_no_work_of_the_force(self) -> None:
        case = self.independent()

        assert owed_by(case, "progress_update") == owed_by(case, "timeliness_letter") == {"IOPC"}
        assert {each.rule for each in open_deadlines(case, CALENDAR) if each.owed_by == "FORCE"} == {"first_contact"}

    def test_its_outcome_is_the_iopcs_to_tell_too(self) -> None:
        case = with_parts(
            self.independent(state="DECISION", decided_on=FRIDAY),
            complainants=[Complainant()],
            body_notices=[notice("determine_independent", FRIDAY)],
        )

        assert owed_by(case, "outcome_notice") == {"IOPC"}

    def test_given_back_the_four_weeks_of_the_force_begin(self) -> None:
        back = FRIDAY + 60 * DAY
        case = with_parts(
            self.independent(state="LOCAL_INV"),
            complainants=[Complainant()],
            body_notices=[notice("determine_independent", FRIDAY), notice("determine_local", back, 2)],
        )

        assert due(case)["progress_update"] == back + 28 * DAY
        assert owed_by(case, "progress_update") == {"FORCE"}

    def test_a_referral_alone_gives_nobody_more_time(self) -> None:
        case = with_parts(
            complaint(state="REFERRED_BACK", recorded_on=FRIDAY, handling_started_on=FRIDAY),
            complainants=[Complainant()],
            body_notices=[notice("refer_back", FRIDAY + 20 * DAY)],
        )

        assert due(case)["progress_update"] == dt.date(2027, 1, 15)
        assert due(case)["handling_decision"] == dt.date(2027, 1, 14)


class TestTheLetterOfRegulation13:
    def investigated(self, *, state: str = "LOCAL_INV", **more: Any) -> Case:
        return complaint(state=state, recorded_on=FRIDAY, investigating_since=FRIDAY, **more)

    def test_is_owed_after_twelve_months_that_begin_with_the_day_made(self) -> None:
        assert due(self.investigated())["timeliness_letter"] == dt.date(2027, 12, 18)

    def test_then_each_six_months_in_a_chain_however_late_one_was_written(self) -> None:
        case = self.investigated(timeliness_written_on=dt.date(2028, 2, 20))

        assert due(case)["timeliness_letter_again"] == dt.date(2028, 6, 18)

    @pytest.mark.parametrize(
        ("made", "chain"),
        [
            ("2024-08-31", ["2025-08-31", "2026-03-01", "2026-09-01"]),
            ("2024-02-29", ["2025-03-01", "2025-09-01", "2026-03-01"]),
            ("2025-03-31", ["2026-03-31", "2026-10-01"]),
        ],
    )
    def test_the_vectors(self, made: str, chain: list[str]) -> None:
        written: dt.date | None = None
        for expected in map(dt.date.fromisoformat, chain):
            case = self.investigated(made_on=dt.date.fromisoformat(made), timeliness_written_on=written)
            assert expected in due(case).values()
            written = expected

    def test_is_for_investigations_alone_and_no_suspension_is_left_out(self) -> None:
        suspended = with_parts(self.investigated(), suspensions=[suspension(FRIDAY + DAY, FRIDAY + 100 * DAY)])

        assert "timeliness_letter" not in due(complaint(state="OTBI", recorded_on=FRIDAY))
        assert due(suspended)["timeliness_letter"] == dt.date(2027, 12, 18)

    @pytest.mark.parametrize("state", ["REPORT_SUBMITTED", "DECISION"])
    def test_is_owed_on_where_the_report_came_too_late_for_it(self, state: str) -> None:
        def reported(on: str, **more: Any) -> dict[str, dt.date]:
            return due(self.investigated(state=state, reported_on=dt.date.fromisoformat(on), **more))

        assert reported("2027-12-18")["timeliness_letter"] == dt.date(2027, 12, 18)
        assert reported("2028-06-18", timeliness_written_on=dt.date(2028, 2, 20)) == {
            **reported("2027-12-17"),
            "timeliness_letter_again": dt.date(2028, 6, 18),
        }
        assert "timeliness_letter" not in reported("2027-12-17")

    def test_is_not_owed_any_more_once_the_outcome_is_told(self) -> None:
        late = dt.date(2028, 1, 10)
        told = {"state": "OUTCOME_SENT", "reported_on": late, "decided_on": late, "told_on": late}

        assert "timeliness_letter" not in due(self.investigated(**told))


class TestSuspensions:
    RECORDED = {"state": "RECORDED", "recorded_on": FRIDAY, "handling_started_on": FRIDAY, "contacted_on": FRIDAY}

    def test_stop_the_targets_and_not_the_news(self) -> None:
        case = with_parts(complaint(**self.RECORDED), complainants=[Complainant()], suspensions=[suspension(FRIDAY)])

        assert due(case) == {"progress_update": dt.date(2027, 1, 15), "suspension_review": dt.date(2027, 1, 15)}

    def test_are_left_out_day_by_day_and_explained(self) -> None:
        days = suspension(dt.date(2026, 12, 22), dt.date(2026, 12, 31))
        case = with_parts(complaint(**self.RECORDED), suspensions=[days])

        # 21 December; then from 31 December: that day, 4, 5 and 6 January.
        (counted,) = [each for duty, each in explained(case, CALENDAR) if duty.rule == "handling_decision"]
        assert counted.due == dt.date(2027, 1, 6)
        assert [day.date.day for day in counted.days if day.reason == "suspended"] == list(range(22, 31))
        assert [day.date for day in counted.days if day.number] == [
            dt.date(2026, 12, 21), dt.date(2026, 12, 31), dt.date(2027, 1, 4), dt.date(2027, 1, 5), dt.date(2027, 1, 6),
        ]  # fmt: skip

    def test_are_the_iopcs_to_look_at_while_it_has_the_case_and_the_forces_again_from_when_it_gives_it_back(
        self,
    ) -> None:
        over, back = notice("determine_independent", FRIDAY), notice("determine_local", FRIDAY + 60 * DAY, pk=2)
        days = {"suspensions": [suspension(FRIDAY)], "complainants": [Complainant()]}
        its = with_parts(complaint(**self.RECORDED | {"state": "INDEPENDENT"}), body_notices=[over], **days)
        ours = with_parts(complaint(**self.RECORDED | {"state": "LOCAL_INV"}), body_notices=[over, back], **days)

        assert owed_by(its, "suspension_review") == {"IOPC"}
        assert owed_by(ours, "suspension_review") == {"FORCE"}
        assert due(ours)["suspension_review"] == FRIDAY + 88 * DAY

    def test_of_a_part_stop_nothing_and_of_every_part_all(self) -> None:
        allegations = [Allegation(pk=1, position=1), Allegation(pk=2, position=2)]
        first, second = suspension(FRIDAY, allegation_id=1), suspension(FRIDAY + DAY, allegation_id=2)
        some = with_parts(complaint(**self.RECORDED), allegations=allegations, suspensions=[first])
        every = with_parts(complaint(**self.RECORDED), allegations=allegations, suspensions=[first, second])

        assert "handling_decision" in due(some)
        assert "handling_decision" not in due(every)

    def test_of_a_part_that_ceased_ask_for_the_others_alone_from_that_day_on(self) -> None:
        """Regulation 41: what was decided not to be resumed is no part that could go on."""
        allegations = [Allegation(pk=1, position=1, finding="REGULATION_41"), Allegation(pk=2, position=2)]
        ceased = suspension(dt.date(2026, 12, 21), dt.date(2026, 12, 23), allegation_id=1, state="CEASED")

        def days(of_the_other: Suspension) -> list[tuple[dt.date, dt.date | None]]:
            rows = {"allegations": allegations, "suspensions": [ceased, of_the_other]}
            found = suspended_days(with_parts(complaint(**self.RECORDED), **rows))
            return [(stop.from_on, stop.until_on) for stop in found]

        assert days(suspension(FRIDAY, allegation_id=2)) == [
            (dt.date(2026, 12, 21), dt.date(2026, 12, 23)),
            (dt.date(2026, 12, 23), None),
        ]
        assert days(suspension(FRIDAY + 14 * DAY, allegation_id=2)) == [(FRIDAY + 14 * DAY, None)]

    def test_each_day_is_as_it_was_whatever_is_alleged_or_withdrawn_since(self) -> None:
        """The one allegation was suspended from 22 to 30 December; then another came, which was moved or withdrawn again."""
        days = suspension(dt.date(2026, 12, 22), dt.date(2026, 12, 31), allegation_id=1)

        def stops(came: dt.date | None, **more: Any) -> list[tuple[int, int]]:
            other = Allegation(pk=2, position=2, added_on=came, **more)
            rows = {"allegations": [Allegation(pk=1, position=1), other], "suspensions": [days]}
            found = suspended_days(with_parts(complaint(**self.RECORDED), **rows))
            return [(stop.from_on.day, stop.until_on.day if stop.until_on else 0) for stop in found]

        assert stops(None) == []
        assert stops(dt.date(2027, 1, 4)) == stops(dt.date(2026, 12, 31)) == [(22, 31)]
        assert stops(dt.date(2026, 12, 28)) == [(22, 28)]
        for gone in (
            {"moved_on": dt.date(2026, 12, 28)},
            {"finding": "WITHDRAWN", "decided_on": dt.date(2026, 12, 28)},
        ):
            assert stops(None, **gone) == [(28, 31)]
            assert sum(until - since for since, until in stops(dt.date(2026, 12, 24), **gone)) == 2 + 3

    def test_a_target_that_was_missed_before_stays_missed(self) -> None:
        case = with_parts(complaint(**self.RECORDED), suspensions=[suspension(dt.date(2027, 2, 1))])

        assert due(case)["handling_decision"] == dt.date(2026, 12, 29)

    def test_asked_whether_to_go_on_the_complainant_has_28_days_and_21_by_the_old_rules(self) -> None:
        asked = {"state": "ASKED", "asked_on": FRIDAY}
        case = with_parts(complaint(**self.RECORDED), suspensions=[suspension(FRIDAY, **asked)])
        old = with_parts(complaint(regime="2012", **self.RECORDED), suspensions=[suspension(FRIDAY, **asked)])

        assert due(case)["reply_silence"] == dt.date(2027, 1, 15)
        assert due(old)["reply_silence_2012"] == dt.date(2027, 1, 8)
        assert owed_by(case, "reply_silence") == {"COMPLAINANT"}

    def test_once_all_of_it_is_not_resumed_nothing_is_left_but_to_tell_that(self) -> None:
        investigated = {**self.RECORDED, "state": "LOCAL_INV", "investigating_since": FRIDAY}
        part, other = Allegation(pk=1, position=1, finding="REGULATION_41"), Allegation(pk=2, position=2)
        of_a_part = suspension(FRIDAY, dt.date(2026, 12, 22), state="CEASED", allegation_id=1)
        of_all = suspension(FRIDAY, dt.date(2026, 12, 22), state="CEASED")
        some = with_parts(complaint(**investigated), allegations=[part, other], suspensions=[of_a_part])
        every = with_parts(complaint(**investigated), complainants=[Complainant()], suspensions=[of_all])

        assert {"local_investigation", "timeliness_letter"} <= set(due(some))
        assert due(every) == {"notice": dt.date(2026, 12, 31)}


class TestTheEnd:
    TOLD = {"state": "OUTCOME_SENT", "recorded_on": FRIDAY, "told_on": dt.date(2027, 1, 4), "review_body": "LPB"}

    def test_a_review_may_be_applied_for_until_the_28th_day_after_it_was_told(self) -> None:
        case = complaint(**self.TOLD, review_information_on=dt.date(2027, 1, 4))

        assert due(case) == {"review_window": dt.date(2027, 2, 1), "finalisation": dt.date(2027, 2, 8)}
        assert owed_by(case, "review_window") == {"COMPLAINANT"}

    def test_how_proceedings_ended_is_told_within_five_working_days_also_of_a_closed_case(self) -> None:
        owed = Notice(kind="PROCEEDING_OUTCOME", to="COMPLAINANT", owed_on=dt.date(2026, 12, 23))
        case = with_parts(complaint(state="FINALISED", told_on=FRIDAY, closed_on=FRIDAY), notices=[owed])

        assert due(case) == {"outcome_notice": dt.date(2027, 1, 4)}

    def test_a_recommendation_is_answered_in_28_days(self) -> None:
        review = Review(body="LPB", state="AWAITING_RESPONSE", applied_on=FRIDAY, recommended_on=FRIDAY)
        case = with_parts(complaint(**{**self.TOLD, "state": "UNDER_REVIEW"}), reviews=[review])

        assert due(case) == {"recommendation_answer": dt.date(2027, 1, 15)}


def test_what_concerns_the_chief_officer_is_handed_over_and_nothing_else() -> None:
    case = complaint(concerns_chief_officer=True, chief_officer_found_on=FRIDAY)

    assert due(case) == {"hand_over": dt.date(2026, 12, 21)}


def test_what_turns_out_late_to_concern_the_chief_officer_is_due_from_the_day_it_did() -> None:
    case = complaint(concerns_chief_officer=True, chief_officer_found_on=FRIDAY + dt.timedelta(days=31))

    assert due(case) == {"hand_over": dt.date(2027, 1, 19)}


def test_what_a_rank_says_to_concern_the_chief_officer_is_handed_over_too_from_the_day_it_was_entered() -> None:
    chief = Involvement(part="SUBJECT", label="Who signed it", rank="Chief Constable", rank_known_on=FRIDAY + 31 * DAY)
    recorded = {"state": "RECORDED", "recorded_on": FRIDAY, "handling_started_on": FRIDAY}
    case = with_parts(complaint(**recorded), involvements=[chief], complainants=[Complainant()])
    found_later = with_parts(
        complaint(**recorded, concerns_chief_officer=True, chief_officer_found_on=FRIDAY + 40 * DAY),
        involvements=[chief],
    )

    assert due(case) == due(found_later) == {"hand_over": dt.date(2027, 1, 19)}
    chief.rank = "Deputy Chief Constable"
    assert "hand_over" not in due(case)


class TestEvidence:
    """It is preserved for as long as anything of it may be looked into, also by others (Sch 3 para 1)."""

    ENDED: ClassVar = {"recorded_on": FRIDAY, "told_on": FRIDAY, "closed_on": FRIDAY}

    def is_owed(self, state: str, *, parts: dict[str, Any] | None = None, **fields: Any) -> bool:
        film = Preservation(kind="CCTV", what="Film.", captured_on=FRIDAY, expires_on=FRIDAY + 30 * DAY)
        case = with_parts(complaint(state=state, **fields), preservations=[film], **parts or {})
        found = [each.due_on for each in open_deadlines(case, CALENDAR) if each.rule == "preservation"]
        assert found in ([], [FRIDAY + 30 * DAY])
        return bool(found)

    @pytest.mark.parametrize(
        "state", ["FINALISED", "CLOSED_OUTSIDE", "WITHDRAWN", "TRANSFERRED_OUT", "NOT_A_COMPLAINT"]
    )
    def test_is_owed_no_more_once_it_has_ended(self, state: str) -> None:
        assert self.is_owed("OUTCOME_SENT", recorded_on=FRIDAY, told_on=FRIDAY)
        assert not self.is_owed(state, **self.ENDED)

    @pytest.mark.parametrize(("state", "waits"), [("APPLIED", True), ("WITHDRAWN", False), ("SUPERSEDED", False)])
    def test_is_owed_while_an_application_for_a_review_waits(self, state: str, waits: bool) -> None:
        review = Review(body="LPB", state=state, applied_on=FRIDAY + 60 * DAY)

        assert self.is_owed("FINALISED", parts={"reviews": [review]}, **self.ENDED) is waits

    @pytest.mark.parametrize("ended_on", [None, FRIDAY])
    def test_is_owed_while_proceedings_follow(self, ended_on: dt.date | None) -> None:
        hearing = Proceeding(kind="MISCONDUCT_HEARING", begun_on=FRIDAY, ended_on=ended_on)

        assert self.is_owed("FINALISED", parts={"proceedings": [hearing]}, **self.ENDED) is (ended_on is None)

    def test_is_owed_where_it_has_to_be_recorded_after_all_or_goes_on_in_another_case(self) -> None:
        ended = {"resolved_on": FRIDAY, "told_on": FRIDAY, "closed_on": FRIDAY}

        assert self.is_owed("CLOSED_OUTSIDE", wishes_recording=True, **ended)
        assert self.is_owed("MERGED", closed_on=FRIDAY)
        assert not self.is_owed("MERGED", closed_on=FRIDAY, disposed_on=FRIDAY)

    def test_is_owed_until_what_concerns_the_chief_officer_is_handed_over(self) -> None:
        assert self.is_owed("ASSESSING", concerns_chief_officer=True)
        assert not self.is_owed("TRANSFERRED_OUT", concerns_chief_officer=True, closed_on=FRIDAY)


class TestAcrossTheChangesOfTheClocks:
    """In 2026 summer time ends on 25 October, in 2027 it begins on 28 March."""

    @pytest.mark.parametrize(("start", "end"), [("2026-10-10", "2026-11-07"), ("2027-03-10", "2027-04-07")])
    def test_four_weeks_are_28_days(self, start: str, end: str) -> None:
        case = complaint(handling_started_on=dt.date.fromisoformat(start))

        assert due(case)["progress_update"] == dt.date.fromisoformat(end)

    def test_an_alert_at_midnight_is_at_midnight_in_london(self) -> None:
        steps = Timetable({}, values={}, steps={"progress_update": [Step("BREACH", 1, 0, "HANDLER")]})
        for start, at in (("2026-10-10", "2026-11-08T00:00+00:00"), ("2027-03-10", "2027-04-07T23:00+00:00")):
            duties = open_deadlines(complaint(handling_started_on=dt.date.fromisoformat(start)), steps)

            assert [each.at for each in moments(duties, steps)] == [dt.datetime.fromisoformat(at)]

    def test_a_case_made_at_night_in_summer_is_of_the_london_day(self, cast: Cast) -> None:
        case = a_case(cast, at=dt.datetime(2026, 7, 31, 23, 30, tzinfo=dt.UTC), made_on=dt.date(2026, 8, 1))

        assert case.received_on == dt.date(2026, 8, 1)


def test_a_comment_is_read_in_one_working_day_and_answered_in_ten() -> None:
    case = CommentCase(kind=Kind.COMMENT, origin="LIVE", state="SUBMITTED", received_on=FRIDAY, made_on=FRIDAY)

    assert due(case) == {"triage": dt.date(2026, 12, 21), "answer": dt.date(2027, 1, 6)}


def test_a_unit_has_five_working_days_for_its_part() -> None:
    case = CommentCase(
        kind=Kind.COMMENT,
        origin="LIVE",
        state="WITH_LPU",
        received_on=FRIDAY,
        made_on=FRIDAY,
        handling_started_on=FRIDAY,
        sent_to_unit_on=dt.date(2026, 12, 21),
    )

    assert due(case) == {"unit_contribution": dt.date(2026, 12, 30), "answer": dt.date(2027, 1, 6)}


@given(
    started=st.dates(dt.date(2010, 1, 1), dt.date(2035, 11, 1)),
    told_after=st.one_of(st.none(), st.integers(-5, 60)),
)
def test_progress_is_owed_at_the_end_of_each_four_weeks_counted_by_hand(
    started: dt.date, told_after: int | None
) -> None:
    told = None if told_after is None else started + told_after * DAY
    case = with_parts(complaint(handling_started_on=started), complainants=[Complainant(progress_told_on=told)])
    since = started if told is None or told < started else told
    day = since
    for _ in range(28):
        day = dt.date.fromordinal(day.toordinal() + 1)

    assert due(case)["progress_update"] == day


class TestTheCache:
    def test_says_what_the_derivation_says_after_every_change(self, cast: Cast) -> None:
        case = a_case(cast)
        steps: list[Callable[[], object]] = [
            lambda: move(cast, case, "amal", "take"),
            lambda: move(cast, case, "amal", "record_contact", **CONTACT),
        ]
        for step in steps:
            step()
            kept = Case.objects.get(pk=case.pk)
            derived = next_due(kept, CALENDAR)
            assert derived is not None
            assert (kept.next_due_on, kept.next_due_rule) == (derived.due_on, derived.rule)

    def test_follows_a_new_bank_holiday_on_every_open_case(self, cast: Cast) -> None:
        case = a_case(cast)
        before = Case.objects.get(pk=case.pk).next_due_on
        assert before == dt.date(2026, 11, 25)

        add_bank_holiday(day=dt.date(2026, 11, 24), name="An extra holiday", source="A proclamation")
        changed = recompute_open_cases()

        assert changed == 1
        assert Case.objects.get(pk=case.pk).next_due_on == dt.date(2026, 11, 26)
        assert recompute_open_cases() == 0

    @pytest.mark.parametrize("what", ["copy", "letter", "evidence", "review", "wish"])
    def test_is_found_wrong_also_where_a_duty_of_a_new_version_is_of_a_case_that_ended_before(
        self, cast: Cast, what: str
    ) -> None:
        case = a_case_told(cast)
        move(cast, case, "lev", "finalise", at=AT + 40 * DAY)
        Notice.objects.filter(case=case).update(settled_on=FRIDAY, settled_as="SENT")
        carried = dict.fromkeys(("next_due_on", "legal_due_on", "target_due_on", "others_due_on", "watch_at"))
        Case.objects.filter(pk=case.pk).update(next_due_rule="", **carried)
        assert list(stale_cases()) == []
        kept_back = {"settled_on": FRIDAY, "settled_as": "WITHHELD", "reason": "A trial."}
        notice = {"case_id": case.pk, "kind": "RECORD_COPY", "to": "COMPLAINANT", "owed_on": FRIDAY}
        if what == "wish":
            Case.objects.filter(pk=case.pk).update(recorded_on=None, wishes_recording=True, recording_wished_at=AT)
        elif what == "review":
            Review.objects.create(case_id=case.pk, body="LPB", applied_on=FRIDAY)
        elif what == "evidence":
            film = {"kind": "CCTV", "what": "Film.", "logged_by": cast.users["beth"]}
            Preservation.objects.create(case_id=case.pk, captured_on=FRIDAY, expires_on=FRIDAY + 30 * DAY, **film)
            Proceeding.objects.create(case_id=case.pk, kind="MISCONDUCT_HEARING", begun_on=FRIDAY)
        else:
            Notice.objects.create(**notice, **(kept_back if what == "copy" else {}))

        with pytest.raises(CommandError, match=case.reference):
            call_command("deadlines", "verify")
        call_command("deadlines", "recompute", stdout=StringIO())

        assert Case.objects.get(pk=case.pk).next_due_on is not None
        call_command("deadlines", "verify", stdout=StringIO())


class TestTellingProgress:
    def test_begins_the_next_four_weeks(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        later = AT + dt.timedelta(days=20)

        _, told = messages.tell_progress(
            reference=case.reference,
            text="We have spoken to the team.",
            actor=cast.actor("amal", later),
            at=later,
            version=case.version,
        )

        assert told.progress_told_on == later.date()
        assert {d.rule: d.due_on for d in open_deadlines(told, CALENDAR)}["progress_update"] == dt.date(2027, 1, 7)

    def test_is_over_once_the_outcome_was_told(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        resolved = move(cast, case, "amal", "resolve", **RESOLVE)

        with pytest.raises(NothingToTell):
            messages.tell_progress(
                reference=case.reference, text="?", actor=cast.actor("amal"), at=AT, version=resolved.version
            )
