"""The file of refused rows: which file and line, why, and the cells as they were. Knows no database."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import TextIO

from .bundles import Refusal
from .sorting import Sorter

HEADING = ("file", "line", "reason")


class Rejects:
    """Refused rows, written in the order of files and lines once all are known."""

    def __init__(self) -> None:
        self._sorter = Sorter()

    def add(self, refusal: Refusal) -> None:
        row = refusal.row
        self._sorter.add([row.sheet, row.line, refusal.reason, row.cells])

    def write(self, target: TextIO, *, files: Sequence[str], width: int) -> None:
        """Write the CSV file: file, line, reason, then the original cells, for which the heading has `width` columns.

        What no CSV reader likes is written so that it can be seen: a NUL as \\0, a byte that is not UTF-8 as \\udcNN.
        """
        writer = csv.writer(target)
        writer.writerow((*HEADING, *(f"cell_{number}" for number in range(1, width + 1))))
        for sheet, line, reason, cells in self._sorter.records():
            writer.writerow((files[sheet], line, *map(_visible, (reason, *cells))))

    def close(self) -> None:
        self._sorter.close()


def _visible(cell: str) -> str:
    return cell.replace("\0", "\\0").encode(errors="backslashreplace").decode()
