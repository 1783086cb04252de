import datetime as dt

import pytest

from reports.periods import BadPeriod, Period


def period(first: str, last: str) -> Period:
    return Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_a_period_names_every_month_that_has_a_day_in_it():
    found = period("2007-11-30", "2008-02-01")

    assert found.months == ["2007-11", "2007-12", "2008-01", "2008-02"]
    assert found.years == ["2007", "2008"]


def test_a_single_day_is_a_period():
    assert period("2008-02-29", "2008-02-29").months == ["2008-02"]


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2007-01-01", "2009-12-31", ["2007-12-31", "2008-12-31", "2009-12-31"]),
        ("2007-06-01", "2008-06-30", ["2007-12-31", "2008-06-30"]),
        ("2007-12-31", "2007-12-31", ["2007-12-31"]),
    ],
)
def test_open_complaints_are_counted_at_the_end_of_each_year_and_of_the_period(first, last, days):
    assert [str(day) for day in period(first, last).counting_days] == days


def test_reversed_dates_are_refused_with_what_to_do():
    with pytest.raises(BadPeriod, match="swap the two dates"):
        period("2008-01-02", "2008-01-01")


def test_a_period_that_no_chart_could_show_is_refused():
    with pytest.raises(BadPeriod, match="choose a shorter one"):
        period("0001-01-01", "9999-12-31")


def test_a_period_reads_as_people_write_dates():
    assert str(period("2007-01-01", "2009-12-31")) == "1 January 2007 to 31 December 2009"
