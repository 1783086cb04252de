"""Working days and London dates: the vectors of the law's practice, and an oracle that counts day by day."""

import datetime as dt

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.calendar.working_days import WorkingCalendar, day_of, good_friday

DAY = dt.timedelta(days=1)
ENGLAND = holidays.country_holidays("GB", subdiv="ENG", years=range(2009, 2038))
CALENDAR = WorkingCalendar(frozenset(ENGLAND))
DAYS = st.dates(dt.date(2010, 1, 1), dt.date(2035, 12, 31))


def works(day: dt.date) -> bool:
    """The oracle: no numpy, one day at a time."""
    return day.weekday() < 5 and day not in ENGLAND


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        ("2026-12-18", 2, "2026-12-22"),
        ("2026-12-18", 10, "2027-01-06"),
        ("2026-12-18", 20, "2027-01-20"),
        ("2026-12-23", 5, "2027-01-04"),
        ("2026-11-20", 1, "2026-11-23"),  # from a Friday
        ("2026-11-21", 1, "2026-11-23"),  # a Saturday: Monday is day 1, not Tuesday
        ("2026-11-22", 1, "2026-11-23"),
        ("2027-12-25", 1, "2027-12-29"),  # both substitute days are skipped
        ("2012-06-01", 1, "2012-06-06"),  # the moved spring holiday and the Jubilee
        ("2022-06-01", 1, "2022-06-06"),
        ("2022-09-16", 1, "2022-09-20"),
        ("2020-05-07", 1, "2020-05-11"),
    ],
)
def test_a_period_of_working_days_ends_where_the_practice_says(start: str, count: int, last: str) -> None:
    end = CALENDAR.add_working_days(dt.date.fromisoformat(start), count)

    assert end == dt.date.fromisoformat(last)


@pytest.mark.parametrize(
    ("start", "last"),
    [("2026-12-18", "2027-01-15"), ("2027-01-04", "2027-02-01"), ("2026-11-27", "2026-12-25")],
)
def test_a_period_of_calendar_days_ends_on_whatever_day_it_ends(start: str, last: str) -> None:
    assert CALENDAR.add_calendar_days(dt.date.fromisoformat(start), 28) == dt.date.fromisoformat(last)


def test_what_is_due_on_christmas_day_is_to_be_sent_the_day_before() -> None:
    assert CALENDAR.last_working_day_before(dt.date(2026, 12, 25)) == dt.date(2026, 12, 24)
    assert CALENDAR.last_working_day_before(dt.date(2026, 12, 29)) == dt.date(2026, 12, 24)


@given(start=DAYS, count=st.integers(1, 130))
def test_adding_working_days_agrees_with_counting_them_one_by_one(start: dt.date, count: int) -> None:
    expected, left = start, count
    while left:
        expected += DAY
        left -= works(expected)

    assert CALENDAR.add_working_days(start, count) == expected
    assert CALENDAR.working_days_between(start, expected) == count


@given(one=DAYS, other=DAYS)
def test_working_days_between_two_dates_are_those_after_the_first_up_to_the_last(one: dt.date, other: dt.date) -> None:
    start, end = sorted((one, min(other, one + 400 * DAY)))
    expected = sum(works(start + n * DAY) for n in range(1, (end - start).days + 1))

    assert CALENDAR.working_days_between(start, end) == expected
    assert CALENDAR.working_days_between(end, start) == -expected


@given(day=DAYS)
def test_a_day_has_a_reason_exactly_when_no_work_is_done_on_it(day: dt.date) -> None:
    before = day - DAY
    while not works(before):
        before -= DAY

    assert CALENDAR.is_working_day(day) is works(day)
    assert bool(CALENDAR.why(day)) is not works(day)
    assert CALENDAR.last_working_day_before(day) == before


def test_the_reason_names_the_day() -> None:
    calendar = WorkingCalendar({dt.date(2026, 8, 31): "Summer bank holiday"})

    assert calendar.why(dt.date(2026, 8, 29)) == "Saturday"
    assert calendar.why(dt.date(2026, 8, 30)) == "Sunday"
    assert calendar.why(dt.date(2026, 8, 31)) == "Summer bank holiday"
    assert calendar.why(dt.date(2026, 9, 1)) == ""


def test_good_friday_and_christmas_day_are_never_working_days_though_a_list_omits_them() -> None:
    empty = WorkingCalendar(())

    assert empty.why(dt.date(2026, 4, 3)) == "Good Friday"
    assert empty.why(dt.date(2026, 12, 25)) == "Christmas Day"
    assert empty.is_working_day(dt.date(2026, 4, 6))


@pytest.mark.parametrize("year", range(1971, 2101))
def test_good_friday_is_reckoned_right(year: int) -> None:
    listed = holidays.country_holidays("GB", subdiv="ENG", years=year)

    assert listed.get(good_friday(year)) == "Good Friday"


@pytest.mark.parametrize("count", [0, -1])
def test_a_period_of_no_working_days_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        CALENDAR.add_working_days(dt.date(2026, 12, 18), count)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-07-01T22:59:59+00:00", dt.date(2026, 7, 1)),
        ("2026-07-01T23:00:00+00:00", dt.date(2026, 7, 2)),  # summer time: London is past midnight
        ("2026-12-31T23:59:59+00:00", dt.date(2026, 12, 31)),
        ("2027-01-01T00:30:00+01:00", dt.date(2026, 12, 31)),
    ],
)
def test_the_legal_day_is_the_london_date(instant: str, day: dt.date) -> None:
    assert day_of(dt.datetime.fromisoformat(instant)) == day


def test_a_time_without_a_zone_has_no_legal_day() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        day_of(dt.datetime(2026, 7, 1, 12))  # noqa: DTZ001 (that is the point)
