"""How periods are counted: the vectors of the law, an oracle that walks day by day, and every day explained."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from backend.calendar.models import BankHoliday
from backend.calendar.working_days import WorkingCalendar
from cases.clocks import CLOCKS, corresponding_date, count_out, due_on
from cases.models import Case
from tests.cast import Cast, a_case, move

DAY = dt.timedelta(days=1)
HOLIDAYS = {
    dt.date(2010, 12, 27): "Christmas Day (substitute)",
    dt.date(2010, 12, 28): "Boxing Day (substitute)",
    dt.date(2026, 12, 28): "Boxing Day (substitute)",
    dt.date(2027, 1, 1): "New Year's Day",
}
CALENDAR = WorkingCalendar(HOLIDAYS)
WORKING = [rule for rule, clock in CLOCKS.items() if clock.of == "working days"]
CALENDAR_DAYS = [rule for rule, clock in CLOCKS.items() if clock.of == "calendar days"]


@pytest.mark.parametrize(
    ("rule", "start", "due"),
    [
        ("referral", "2026-12-18", "2026-12-19"),
        ("progress_update", "2026-12-18", "2027-01-15"),
        ("outside_resolution", "2026-12-18", "2027-01-20"),
        ("answer", "2026-12-18", "2027-01-06"),
        ("outcome_notice", "2026-12-23", "2027-01-04"),
        ("review_window", "2027-01-04", "2027-02-01"),
        ("timeliness_letter", "2026-12-18", "2027-12-18"),
        ("timeliness_letter_again", "2027-12-18", "2028-06-18"),
        ("timeliness_letter", "2024-08-31", "2025-08-31"),
        ("timeliness_letter_again", "2025-08-31", "2026-03-01"),
        ("timeliness_letter_again", "2026-03-01", "2026-09-01"),
        ("timeliness_letter", "2024-02-29", "2025-03-01"),
        ("timeliness_letter", "2025-03-31", "2026-03-31"),
        ("timeliness_letter_again", "2026-03-31", "2026-10-01"),
        ("referral_2004", "2010-12-24", "2010-12-29"),
        ("progress_update", "2026-11-27", "2026-12-25"),
    ],
)
def test_the_vectors_of_the_law(rule: str, start: str, due: str) -> None:
    assert due_on(rule, dt.date.fromisoformat(start), CALENDAR) == dt.date.fromisoformat(due)


def test_a_day_due_on_a_holiday_comes_with_the_last_working_day_before_it() -> None:
    counted = count_out("progress_update", dt.date(2026, 11, 27), CALENDAR)

    assert counted.last_working_day_before == dt.date(2026, 12, 24)
    assert count_out("progress_update", dt.date(2026, 11, 26), CALENDAR).last_working_day_before is None


@given(
    start=st.dates(dt.date(2010, 1, 1), dt.date(2035, 6, 1)),
    rule=st.sampled_from(WORKING),
    extra=st.sets(st.dates(dt.date(2010, 1, 1), dt.date(2035, 12, 31)), max_size=40),
)
def test_working_days_agree_with_a_walk_day_by_day(start: dt.date, rule: str, extra: set[dt.date]) -> None:
    calendar = WorkingCalendar(sorted(extra))
    day, left = start, CLOCKS[rule].count
    while left:
        day += DAY
        if day.isoweekday() <= 5 and day not in calendar.names:
            left -= 1

    assert due_on(rule, start, calendar) == day


@given(start=st.dates(dt.date(2010, 1, 1), dt.date(2035, 6, 1)), rule=st.sampled_from(list(CLOCKS)))
def test_the_days_of_an_explanation_add_up_to_the_day_due(start: dt.date, rule: str) -> None:
    counted = count_out(rule, start, CALENDAR)

    numbers = [day.number for day in counted.days if day.number is not None]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [day.date for day in counted.days] == [
        counted.days[0].date + DAY * place for place in range(len(counted.days))
    ]
    if CLOCKS[rule].of == "months":
        assert (counted.days[0].date, counted.days[-1].date + DAY) == (start, counted.due)
    else:
        assert (counted.days[0].date, counted.days[-1].date) == (start, counted.due)
        assert len(numbers) == CLOCKS[rule].count


@given(start=st.dates(dt.date(2010, 1, 1), dt.date(2035, 6, 1)), months=st.sampled_from([6, 12]))
def test_a_period_of_months_ends_before_the_corresponding_date(start: dt.date, months: int) -> None:
    after = corresponding_date(start, months)

    assert (after.year * 12 + after.month) - (start.year * 12 + start.month) in (months, months + 1)
    assert after.day in (start.day, 1)
    assert after.day == start.day or start.day > 28


def test_the_command_explains_each_day(db: None) -> None:
    out = StringIO()

    call_command("deadline", "outcome_notice", "2026-12-23", stdout=out)

    text = out.getvalue()
    assert "Fri 25 Dec 2026     –  Christmas Day" in text
    assert text.rstrip().endswith("by the end of Monday 04 January 2027. " + CLOCKS["outcome_notice"].basis + ".")


def test_the_command_answers_in_json_by_the_names_of_the_api(db: None, browser: APIClient) -> None:
    out = StringIO()
    call_command("deadline", "referral", "2026-12-18", "--json", stdout=out)

    answer = browser.get("/api/v1/deadlines/calculator/", {"rule": "referral", "start": "2026-12-18"})

    assert answer.status_code == 200
    assert json.loads(out.getvalue()) == answer.json()
    assert answer.json()["due"] == "2026-12-19"
    assert answer.json()["last_working_day_before"] == "2026-12-18"


@pytest.mark.parametrize(
    "query",
    [{"rule": "nonsense", "start": "2026-12-18"}, {"rule": "referral"}, {"rule": "referral", "start": "1899-01-01"}],
)
def test_the_calculator_refuses_what_it_cannot_count(db: None, browser: APIClient, query: dict[str, Any]) -> None:
    assert browser.get("/api/v1/deadlines/calculator/", query).status_code == 400


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        ("outcome_notice", "2036-12-23"), ("outcome_notice", "2009-12-23"), ("outcome_notice", "2035-12-27"),
        ("timeliness_letter", "2035-01-02"), ("referral", "2005-12-22"), ("referral", "9999-12-30"), ("referral", "0001-01-01"),
    ],
)  # fmt: skip
def test_nothing_is_counted_where_the_bank_holidays_are_not_known(
    db: None, browser: APIClient, rule: str, start: str
) -> None:
    with pytest.raises(CommandError, match="known from 2010 to 2035: a period has to start and end"):
        call_command("deadline", rule, start)

    answer = browser.get("/api/v1/deadlines/calculator/", {"rule": rule, "start": start})

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"start"}


def test_the_years_that_are_known_are_those_that_staff_entered(db: None) -> None:
    def enter(*days: str) -> None:
        BankHoliday.objects.bulk_create(BankHoliday(day=day, name="A day", source="Published") for day in days)

    enter("2036-06-02")
    with pytest.raises(CommandError, match="from 2010 to 2035"):
        call_command("deadline", "outcome_notice", "2036-05-20")

    enter("2036-01-01", "2036-04-14", "2036-05-05", "2036-08-25", "2036-12-26")
    out = StringIO()
    call_command("deadline", "outcome_notice", "2036-05-30", stdout=out)
    assert "Mon 02 Jun 2036     –  A day" in out.getvalue()


def test_the_command_refuses_what_is_no_date(db: None) -> None:
    with pytest.raises(CommandError, match="is no date"):
        call_command("deadline", "referral", "tomorrow")


def test_a_case_explains_its_deadlines_over_http_and_at_the_command_line(cast: Cast) -> None:
    case = move(cast, a_case(cast), "amal", "take")
    client = cast.client("amal")

    plain = client.get(f"/api/v1/cases/{case.reference}/deadlines/").json()
    explained = client.get(f"/api/v1/cases/{case.reference}/deadlines/", {"explain": "1"}).json()

    assert [each["rule"] for each in plain] == [
        "first_contact",
        "recording_decision",
        "progress_update",
        "outside_resolution",
    ]
    assert "days" not in plain[0]
    assert [each["days"][-1]["date"] for each in explained] == [each["due_on"] for each in plain]
    out = StringIO()
    call_command("explain_deadline", case.reference, stdout=out)
    assert out.getvalue().count("by the end of") == 4


def test_verify_names_a_case_whose_cache_was_tampered_with(cast: Cast) -> None:
    case = a_case(cast)
    call_command("deadlines", "verify", stdout=StringIO())

    Case.objects.filter(pk=case.pk).update(next_due_on=dt.date(2030, 1, 1))

    with pytest.raises(CommandError, match=case.reference):
        call_command("deadlines", "verify")


@pytest.mark.parametrize("rule", CLOCKS)
def test_a_case_is_saved_whichever_duty_falls_due_first(cast: Cast, rule: str) -> None:
    case = a_case(cast)
    case.next_due_rule = rule

    case.save()

    assert Case.objects.get(pk=case.pk).next_due_rule == rule
