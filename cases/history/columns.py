"""A column of a spreadsheet: which one it is, and how its cells read. Knows no database."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .toml_table import TomlTable

DATE_FIELDS = frozenset({"made_on", "incident_on", "closed_on"})
VERBATIM_FIELDS = frozenset({"narrative", "location"})  # what people wrote is kept as they wrote it

# The longest text that each field takes, as the models have it; a longer cell refuses its complaint.
LONGEST = {
    "reference": 80,
    "unit": 80,
    "category": 160,
    "narrative": 100_000,
    "location": 10_000,
    "category_code": 20,
    "finding": 120,
    "action": 160,
    "subject": 120,
    "subject_unit": 120,
    "subject_sex": 60,
    "subject_ethnicity": 80,
    "sex": 60,
    "ethnicity": 80,
    "age": 20,
    "disability": 60,
}


class CannotRead(ValueError):
    """A cell is not what its column should hold; the text says why."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field that it holds, `blanks` that mean "nothing", `replacements` from what is written to what is meant."""

    holds: str
    name: str
    blanks: frozenset[str]
    replacements: Mapping[str, str]
    formats: tuple[str, ...]  # of a date

    def text(self, cell: str) -> str:
        """The cell trimmed, "" where it is blank, and what is meant in place of what is written.

        A narrative and a location stay as they are written, also at their ends. Raises CannotRead for a text that is too long.
        """
        trimmed = cell.strip()
        if not trimmed or trimmed in self.blanks:
            return ""
        value = cell if self.holds in VERBATIM_FIELDS else self.replacements.get(trimmed, trimmed)
        if len(value) > LONGEST[self.holds]:
            raise CannotRead(f"{self.name} is longer than {LONGEST[self.holds]:,} characters")
        return value

    def day(self, cell: str) -> dt.date | None:
        """The date in the cell by the first of `formats` that fits, or None where it is blank. Raises CannotRead."""
        trimmed = cell.strip()
        if not trimmed or trimmed in self.blanks:
            return None
        day = _day(self.replacements.get(trimmed, trimmed), self.formats)
        if day is None:
            raise CannotRead(f"{self.name} is not a date as {' or '.join(self.formats)}: {trimmed[:40]}")
        return day


@lru_cache(maxsize=20_000)
def _day(text: str, formats: tuple[str, ...]) -> dt.date | None:
    """Few days are written many times, and reading one costs 10 µs."""
    for pattern in formats:
        try:
            return dt.date(*time.strptime(text, pattern)[:3])
        except ValueError:
            continue
    return None


def read_columns(
    table: TomlTable, fields: tuple[str, ...], *, blanks: tuple[str, ...], formats: tuple[str, ...]
) -> dict[str, Column]:
    """The columns that `table` names for `fields`: a column's name alone, or a table with more to say."""
    columns = {}
    for key in fields:
        if key in table:
            columns[key] = _read_column(table, key, blanks=blanks, formats=formats)
    _refuse_bad_formats(table, columns)
    return columns


def _read_column(table: TomlTable, key: str, *, blanks: tuple[str, ...], formats: tuple[str, ...]) -> Column:
    formats = formats if key in DATE_FIELDS else ()
    if isinstance(table.raw(key), str):
        return Column(holds=key, name=table.text(key), blanks=frozenset(blanks), replacements={}, formats=formats)
    detail = table.table(key)
    detail.allow("column", "blanks", "replace", *(["formats"] if key in DATE_FIELDS else []))
    return Column(
        holds=key,
        name=detail.text("column"),
        blanks=frozenset((*blanks, *detail.texts("blanks"))),
        replacements=detail.text_table("replace"),
        formats=detail.texts("formats") or formats,
    )


def _refuse_bad_formats(table: TomlTable, columns: Mapping[str, Column]) -> None:
    probe = dt.date(2007, 1, 31)
    for key, column in columns.items():
        for pattern in column.formats:
            if _day(probe.strftime(pattern), (pattern,)) != probe:
                table.fault(f'"{pattern}" does not tell year, month and day of a date, as "%Y-%m-%d" does', key)
