"""What is due, and by when: from the dates of the case alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.calendar.services import add_bank_holiday
from backend.calendar.working_days import WorkingCalendar
from cases.deadlines import next_due, open_deadlines
from cases.models import Case, CommentCase, ComplaintCase, Kind
from cases.services import messages
from cases.services.due import recompute_open_cases
from cases.services.messages import NothingToTell
from tests.cast import AT, CONTACT, RESOLVE, Cast, a_case, a_case_handled_outside, move

FRIDAY = dt.date(2026, 12, 18)
HOLIDAYS = [dt.date(2026, 12, 25), dt.date(2026, 12, 28), dt.date(2027, 1, 1)]
CALENDAR = WorkingCalendar(HOLIDAYS)


def complaint(**dates: object) -> ComplaintCase:
    fields = {"kind": Kind.COMPLAINT, "origin": "LIVE", "received_on": FRIDAY, "made_on": FRIDAY, **dates}
    return ComplaintCase(state="RECEIVED", **fields)


def due(case: Case) -> dict[str, dt.date]:
    return {deadline.rule: deadline.due_on for deadline in open_deadlines(case, CALENDAR)}


def test_first_contact_is_due_in_three_working_days_of_the_day_made() -> None:
    assert due(complaint())["first_contact"] == dt.date(2026, 12, 23)


def test_progress_is_due_in_four_weeks_of_the_start_of_handling() -> None:
    assert due(complaint(handling_started_on=FRIDAY))["progress_update"] == dt.date(2027, 1, 15)


def test_progress_is_due_four_weeks_after_it_was_last_told() -> None:
    case = complaint(handling_started_on=FRIDAY, progress_told_on=dt.date(2027, 1, 4))

    assert due(case)["progress_update"] == dt.date(2027, 2, 1)


def test_a_statutory_day_does_not_move_off_a_holiday() -> None:
    case = complaint(handling_started_on=dt.date(2026, 11, 27))

    assert due(case)["progress_update"] == dt.date(2026, 12, 25)


def test_resolution_is_due_in_twenty_working_days_of_receipt() -> None:
    assert due(complaint())["outside_resolution"] == dt.date(2027, 1, 20)


def test_the_outcome_is_told_within_five_working_days() -> None:
    case = complaint(contacted_on=FRIDAY, resolved_on=dt.date(2026, 12, 23))

    assert due(case) == {"outcome_notice": dt.date(2027, 1, 4)}


def test_nothing_is_due_on_a_closed_case_or_on_history() -> None:
    assert due(complaint(closed_on=FRIDAY)) == {}
    assert due(complaint(origin="IMPORTED", source="x")) == {}


def test_the_law_comes_before_the_house_on_the_same_day() -> None:
    case = complaint(handling_started_on=dt.date(2026, 12, 23), made_on=dt.date(2027, 1, 15), contacted_on=None)
    case.received_on = dt.date(2026, 12, 20)  # 20 working days and 28 calendar days both end on 20 January 2027

    assert [deadline.rule for deadline in open_deadlines(case, CALENDAR)][:3] == [
        "progress_update",
        "first_contact",
        "outside_resolution",
    ]


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
    told = None if told_after is None else started + dt.timedelta(days=told_after)
    case = complaint(handling_started_on=started, progress_told_on=told)
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
