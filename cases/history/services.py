"""Bringing in a force's past: files are staged, then imported batch by batch, or rehearsed without a change."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DatabaseError, OperationalError, connection, transaction

from backend.calendar.working_days import day_of
from backend.common.errors import Refused

from .bundles import Bundle, Complaint, Refusal, Warned, read_bundles
from .mapping import Mapping
from .reading import Layout, Row, read_layouts, read_rows
from .sorting import Sorter
from .writing import HistoryWriter, digests_of

BATCH_COMPLAINTS = 2_000  # one transaction: what a kill can lose, and how long others wait for the audit chain
BATCH_ROWS = 20_000
IMPORT_LOCK = 4702111234567002
LOCK_SECONDS = 10

Progress = Callable[[int], object]  # told how many more rows are done


class AlreadyImporting(Refused):
    """Another import of history is running: two at once could take the same complaint twice."""

    code = "already-importing"
    title = "Another import is running."


@dataclass(slots=True)
class Tally:
    """Of one file's rows below the heading: read = imported + already_there + rejected."""

    read: int = 0
    imported: int = 0
    already_there: int = 0
    rejected: int = 0


@dataclass(slots=True)
class Report:
    """What became of each file's rows, in the mapping's order, and how often each kind of oddity was found."""

    files: dict[str, Tally]
    warnings: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Stage:
    """The rows of all files of a mapping, ready to be taken complaint by complaint."""

    mapping: Mapping
    layouts: list[Layout]
    sorter: Sorter
    read: Counter[int]

    def rows(self) -> Iterator[Row]:
        for reference, sheet, line, cells, fault in self.sorter.records():
            yield Row(reference, sheet, line, tuple(cells), fault)


@contextlib.contextmanager
def staged(*, mapping: Mapping, folder: Path, progress: Progress) -> Iterator[Stage]:
    """Read all files of the mapping in `folder`, whatever their order. Raises UnfitFile before anything is changed."""
    layouts = read_layouts(mapping, folder)
    stage = Stage(mapping=mapping, layouts=layouts, sorter=Sorter(), read=Counter())
    try:
        for sheet, layout in enumerate(layouts):
            for row in read_rows(layout, sheet=sheet):
                stage.sorter.add([row.reference, row.sheet, row.line, row.cells, row.fault])
                stage.read[sheet] += 1
                progress(1)
        yield stage
    finally:
        stage.sorter.close()


def import_history(
    *,
    stage: Stage,
    at: dt.datetime,
    on_refusal: Callable[[Refusal], object],
    on_warning: Callable[[Warned], object],
    progress: Progress,
) -> Report:
    """Take every complaint that is not here yet, a batch a transaction; may be run again after any interruption.

    History enters finalised, with one IMPORTED event a case: nothing is mailed, nothing becomes due. Every row that is
    refused is told to `on_refusal`, every oddity to `on_warning`. Raises AlreadyImporting.
    """
    writer = HistoryWriter(mapping=stage.mapping, at=at)
    run = _Run(stage=stage, at=at, on_refusal=on_refusal, on_warning=on_warning, progress=progress, write=writer.write)
    return run.report()


def rehearse_import(
    *,
    stage: Stage,
    at: dt.datetime,
    on_refusal: Callable[[Refusal], object],
    on_warning: Callable[[Warned], object],
    progress: Progress,
) -> Report:
    """What `import_history` would do and tell, without any change to the database. Raises AlreadyImporting."""
    run = _Run(stage=stage, at=at, on_refusal=on_refusal, on_warning=on_warning, progress=progress, write=_leave)
    return run.report()


def _leave(_complaints: Sequence[Complaint]) -> None:
    """Write nothing."""


class _Run:
    """One pass over a stage."""

    def __init__(
        self,
        *,
        stage: Stage,
        at: dt.datetime,
        on_refusal: Callable[[Refusal], object],
        on_warning: Callable[[Warned], object],
        progress: Progress,
        write: Callable[[Sequence[Complaint]], None],
    ) -> None:
        self._stage, self._today = stage, day_of(at)
        self._on_refusal, self._on_warning, self._progress, self._write = on_refusal, on_warning, progress, write
        self._tallies = [Tally(read=stage.read[number]) for number in range(len(stage.layouts))]
        self._warnings: Counter[str] = Counter()

    def report(self) -> Report:
        with _alone():
            for batch in self._batches():
                self._take(batch)
        files = [layout.sheet.file for layout in self._stage.layouts]
        return Report(files=dict(zip(files, self._tallies, strict=True)), warnings=self._warnings)

    def _batches(self) -> Iterator[list[Bundle]]:
        """Complaints that can be taken, in batches; refusals are told on the way."""
        stage = self._stage
        batch: list[Bundle] = []
        rows = 0
        for found in read_bundles(stage.rows(), mapping=stage.mapping, layouts=stage.layouts, today=self._today):
            if isinstance(found, Refusal):
                self._refuse(found)
                continue
            batch.append(found)
            rows += len(found.rows)
            if len(batch) >= BATCH_COMPLAINTS or rows >= BATCH_ROWS:
                yield batch
                batch, rows = [], 0
        if batch:
            yield batch

    def _take(self, batch: Sequence[Bundle]) -> None:
        """All of the batch or nothing; what is counted and told is so only once it is committed."""
        with transaction.atomic():
            _forget_plans()
            known = digests_of([bundle.complaint.reference for bundle in batch], mapping=self._stage.mapping)
            fresh = [bundle for bundle in batch if bundle.complaint.reference not in known]
            if fresh:
                self._write([bundle.complaint for bundle in fresh])
        for bundle in batch:
            digest = known.get(bundle.complaint.reference)
            if digest is None:
                self._count_imported(bundle)
            elif digest == bundle.complaint.digest:
                self._count_already_there(bundle)
            else:
                for row in bundle.rows:
                    self._refuse(Refusal(row, "already imported with other values"))

    def _count_imported(self, bundle: Bundle) -> None:
        for row in bundle.rows:
            self._tallies[row.sheet].imported += 1
        for warning in bundle.warnings:
            self._warnings[warning.kind] += 1
            self._on_warning(warning)
        self._progress(len(bundle.rows))

    def _count_already_there(self, bundle: Bundle) -> None:
        for row in bundle.rows:
            self._tallies[row.sheet].already_there += 1
        self._progress(len(bundle.rows))

    def _refuse(self, refusal: Refusal) -> None:
        self._tallies[refusal.row.sheet].rejected += 1
        self._on_refusal(refusal)
        self._progress(1)


def _forget_plans() -> None:
    """A plan that this connection made while a table was small may read all of it for each row that is added to it now.

    That concerns the checks of foreign keys and the audit's trigger, whose plans live as long as the connection.
    """
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """One import at a time; the lock falls with the connection, so a killed import leaves none behind."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # A killed import's connection may live a moment longer than its process.
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            cursor.execute("SELECT pg_advisory_lock(%s)", [IMPORT_LOCK])
    except OperationalError as fault:
        raise AlreadyImporting(
            "Another import of history is running. Wait until it has ended, and try again."
        ) from fault
    try:
        yield
    finally:
        with contextlib.suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [IMPORT_LOCK])
