"""Reading Code-Point Open: CSV without a header, ten columns, the postcode first and its ward's code last. Pure."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

COLUMNS = 10
POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}")
WARD_CODE = re.compile(r"[A-Z0-9]{0,20}")


@dataclass(frozen=True)
class Row:
    """A postcode without its space, and its ward's code, "" where it is not known."""

    postcode: str
    ward_code: str


@dataclass(frozen=True)
class Malformed:
    """A line of the file that could not be used, and why."""

    line: int
    reason: str


def compact(postcode: str) -> str:
    """A postcode as it is stored: upper case, without spaces. "b1 1ay" becomes "B11AY"."""
    return "".join(postcode.split()).upper()


def read_rows(lines: Iterable[str]) -> Iterator[Row | Malformed]:
    """Each line as a row, or as malformed with its number; empty lines are passed over.

    Every line is read by itself: a stray quotation mark spoils its own line, not the rest of the file.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _row(next(csv.reader([line])), number)


def _row(cells: list[str], line: int) -> Row | Malformed:
    if len(cells) != COLUMNS:
        return Malformed(line, f"{len(cells)} columns instead of {COLUMNS}")
    row = Row(compact(cells[0]), cells[-1].strip().upper())
    if not POSTCODE.fullmatch(row.postcode):
        return Malformed(line, f"“{cells[0][:20]}” is not a postcode")
    if not WARD_CODE.fullmatch(row.ward_code):
        return Malformed(line, f"“{cells[-1][:20]}” is not a ward code")
    return row
