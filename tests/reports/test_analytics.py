"""The analytics against a second implementation in plain Python, over random data."""

import math
import statistics
from collections import Counter

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.analytics import counts, durations

spans = st.lists(st.one_of(st.none(), st.integers(min_value=-5, max_value=4000)), max_size=60)


def closing_frame(days: list[int | None]) -> pd.DataFrame:
    """The histogram that the database would make of these spans."""
    found = Counter(days)
    return pd.DataFrame(
        {
            "year": pd.array([2007] * len(found), dtype="int64"),
            "days": pd.array(list(found), dtype="Int64"),
            "complaints": pd.array(list(found.values()), dtype="int64"),
        }
    )


@settings(max_examples=150, deadline=None)
@given(spans)
def test_the_spread_of_a_histogram_is_that_of_its_days_one_by_one(days):
    counted = sorted(day for day in days if day is not None and day >= 0)

    found = durations.spread(closing_frame(days))

    if not counted:
        assert found is None
        return
    assert found is not None
    assert found["mean"] == round(sum(counted) / len(counted), 2)
    assert found["median"] == statistics.median(counted)
    assert found["p90"] == counted[math.ceil(len(counted) * 9 / 10) - 1]


@settings(max_examples=50, deadline=None)
@given(spans)
def test_closed_within_counts_at_most_that_many_days_and_no_span_below_zero(days):
    frame = closing_frame(days)

    assert durations.within(frame, 30) == sum(day is not None and 0 <= day <= 30 for day in days)
    assert durations.before_receipt(frame) == sum(day is not None and day < 0 for day in days)


def test_the_ninetieth_percentile_is_the_nearest_rank():
    spread = durations.spread(closing_frame([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))

    assert spread == {"mean": 5.5, "median": 5.5, "p90": 9}


def test_a_year_of_which_nothing_is_closed_has_no_spread():
    assert durations.by_year(closing_frame([10]), ["2007", "2008"]) == {
        "2007": {"mean": 10.0, "median": 10, "p90": 10},
        "2008": None,
    }


def test_labels_that_differ_in_case_and_blanks_are_one_and_the_largest_comes_first():
    frame = pd.DataFrame(
        {"category": ["Arrest", " ARREST ", "Search", "", "Neglect"], "allegations": [2, 3, 9, 1, 5]},
    )

    found = counts.by("category", frame, measure="allegations", counted_as=counts.label)

    assert list(found.items()) == [("SEARCH", 9), ("ARREST", 5), ("NEGLECT", 5), ("", 1)]


def test_a_complaint_without_an_outcome_counts_as_none_recorded_and_is_put_last():
    frame = pd.DataFrame({"outcome": ["", "NS", "SU"], "complaints": [50, 2, 7]})

    found = counts.by("outcome", frame, measure="complaints", counted_as=counts.outcome)

    assert list(counts.with_last(found, "none recorded")) == ["SU", "NS", "none recorded"]
    assert counts.with_last({"SU": 1}, "none recorded") == {"SU": 1}


def test_shares_are_rounded_to_one_decimal():
    assert counts.percentages({"A": 1, "B": 2}, 3) == {"A": 33.3, "B": 66.7}
