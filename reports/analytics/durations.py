"""How long: from a histogram of whole days (days, complaints), so that every percentile is exact at any size."""

from typing import TypedDict

import pandas as pd


class Spread(TypedDict):
    """Days to close: mean (two decimals), median (the mean of the middle two) and 90th percentile (nearest rank)."""

    mean: float
    median: float
    p90: int


def closed(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with a closing date that is not before the receipt. `frame`: year, days (null: not closed), complaints."""
    return frame[frame["days"].notna() & (frame["days"] >= 0)]


def before_receipt(frame: pd.DataFrame) -> int:
    """How many complaints have a closing date before their receipt: an error in the records, left out of every span."""
    return int(frame.loc[frame["days"] < 0, "complaints"].sum())


def spread(frame: pd.DataFrame) -> Spread | None:
    """Mean, median and 90th percentile in calendar days; None where nothing has a closing date."""
    histogram = closed(frame).groupby("days")["complaints"].sum().sort_index()
    n = int(histogram.sum())
    if n == 0:
        return None
    up_to = histogram.cumsum()

    def at_rank(rank: int) -> int:
        return int(up_to.index[int(up_to.searchsorted(rank))])

    days = int((histogram.index.to_numpy(dtype="int64") * histogram.to_numpy()).sum())
    median = (at_rank((n + 1) // 2) + at_rank(n // 2 + 1)) / 2
    return {"mean": round(days / n, 2), "median": whole(median), "p90": at_rank(-(-9 * n // 10))}


def within(frame: pd.DataFrame, days: int) -> int:
    """How many were closed in at most `days` calendar days."""
    spans = closed(frame)
    return int(spans.loc[spans["days"] <= days, "complaints"].sum())


def by_year(frame: pd.DataFrame, years: list[str]) -> dict[str, Spread | None]:
    """The spread of each year of receipt; None for a year of which nothing is closed."""
    return {year: spread(frame[frame["year"] == int(year)]) for year in years}


def whole(number: float) -> float:
    """The same number, as an integer where it is one: 163, but 163.5."""
    return int(number) if number == int(number) else number
