"""How many: frames of counts in, plain dictionaries out. Nothing here knows a database or a person."""

from collections.abc import Callable, Iterable

import pandas as pd

NONE_RECORDED = "none recorded"


def label(text: str) -> str:
    """A label as it is counted: trimmed and in capitals, so that spellings that differ only in these are one."""
    return text.strip().upper()


def code(text: str) -> str:
    """A source's code as it is counted: trimmed, otherwise as the source writes it."""
    return text.strip()


def outcome(text: str) -> str:
    """A complaint's outcome as it is counted; a complaint without one counts as "none recorded"."""
    return text.strip() or NONE_RECORDED


def total(frame: pd.DataFrame, measure: str) -> int:
    """All of `measure` in the frame; 0 for an empty one."""
    return int(frame[measure].sum())


def by_month(frame: pd.DataFrame, months: Iterable[str]) -> dict[str, int]:
    """Complaints by month ("2007-01"), in the order of `months`; a month without any is 0. `frame`: month (a date), complaints."""
    return _in_order(frame["month"].map(lambda day: f"{day:%Y-%m}"), frame["complaints"], months)


def by_found_month(frame: pd.DataFrame) -> dict[str, int]:
    """Complaints by month ("2007-01"), the earliest first, of those months alone that have any."""
    return by_month(frame, sorted({f"{day:%Y-%m}" for day in frame["month"]}))


def by_year(frame: pd.DataFrame, years: Iterable[str]) -> dict[str, int]:
    """Complaints by year ("2007"), in the order of `years`; a year without any is 0. `frame`: month (a date), complaints."""
    return _in_order(frame["month"].map(lambda day: f"{day:%Y}"), frame["complaints"], years)


def by(column: str, frame: pd.DataFrame, *, measure: str, counted_as: Callable[[str], str]) -> dict[str, int]:
    """Counts by the values of a text column as `counted_as` reads them: largest first, equal ones by name; none left out."""
    counts = frame[measure].groupby(frame[column].map(counted_as)).sum()
    return dict(sorted(((str(key), int(count)) for key, count in counts.items()), key=lambda pair: (-pair[1], pair[0])))


def with_last(counts: dict[str, int], key: str) -> dict[str, int]:
    """The same counts, with `key` (where there is one) moved to the end."""
    return {
        **{name: count for name, count in counts.items() if name != key},
        **({key: counts[key]} if key in counts else {}),
    }


def percentages(counts: dict[str, int], of: int) -> dict[str, float]:
    """Each count as a percentage of `of`, rounded to one decimal; they need not add up to 100. `of` must not be 0."""
    return {key: round(100 * count / of, 1) for key, count in counts.items()}


def _in_order(keys: "pd.Series[str]", counts: "pd.Series[int]", wanted: Iterable[str]) -> dict[str, int]:
    found = counts.groupby(keys).sum().to_dict()
    return {key: int(found.get(key, 0)) for key in wanted}
