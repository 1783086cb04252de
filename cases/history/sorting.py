"""Rows of all files brought together by reference, with memory that does not grow with the files. Knows no database."""

from __future__ import annotations

import heapq
import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

MOST_IN_MEMORY = 20_000  # records: about 10 MB of ordinary ones


class Sorter:
    """Records (lists of plain values, told apart by their first values) in ascending order, sorted partly on disk.

    The disk files have no name and vanish with the process: they hold what people wrote to the police.
    """

    def __init__(self, *, most_in_memory: int = MOST_IN_MEMORY) -> None:
        self._most = most_in_memory
        self._recent: list[list[Any]] = []
        self._runs: list[IO[str]] = []
        self.count = 0

    def add(self, record: list[Any]) -> None:
        """Take one more record, of values that JSON knows."""
        self._recent.append(record)
        self.count += 1
        if len(self._recent) >= self._most:
            self._spill()

    def records(self) -> Iterator[list[Any]]:
        """All records, in order. Call it once, after the last was added."""
        self._recent.sort()
        return heapq.merge(*map(_read, self._runs), self._recent)

    def close(self) -> None:
        """Give the disk files back."""
        for run in self._runs:
            run.close()
        self._recent.clear()

    def _spill(self) -> None:
        self._recent.sort()
        run = tempfile.TemporaryFile("w+", encoding="ascii")  # noqa: SIM115 (closed by close())
        run.writelines(json.dumps(record) + "\n" for record in self._recent)
        self._runs.append(run)
        self._recent.clear()


def _read(run: IO[str]) -> Iterable[list[Any]]:
    run.seek(0)
    return map(json.loads, run)
