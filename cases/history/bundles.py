"""A complaint with all its rows, read and checked as one: it is taken whole or refused whole. Knows no database."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .areas import NotAnArea
from .columns import CannotRead
from .mapping import Mapping
from .reading import Layout, Row

COMPLAINTS = 0  # the number of their sheet in the mapping
MOST_ROWS = 10_000  # of one complaint: more is a mistake in the file, and would have to be held at once


@dataclass(frozen=True, slots=True)
class Equality:
    """Monitoring answers about one person, as the source words them."""

    sex: str = ""
    ethnicity: str = ""
    age: str = ""
    disability: str = ""

    def __bool__(self) -> bool:
        return bool(self.sex or self.ethnicity or self.age or self.disability)


@dataclass(frozen=True, slots=True)
class AllegationRow:
    """One allegation, and the officer it is about where the source says anything of one."""

    category_code: str
    category: str
    finding: str
    action: str
    subject: str
    subject_unit: str
    subject_equality: Equality

    @property
    def has_subject(self) -> bool:
        return bool(self.subject or self.subject_unit or self.subject_equality)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint as it is to be stored. `digest` knows it again: SHA-256 of its mapped cells and its rows, in order."""

    reference: str
    made_on: dt.date
    incident_on: dt.date | None
    closed_on: dt.date | None
    unit: str
    category: str
    narrative: str
    location: str
    outcome: str = ""
    allegations: tuple[AllegationRow, ...] = ()
    complainants: tuple[Equality, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Warned:
    """Something odd that refuses nothing: `kind` is counted, `detail` tells this one."""

    kind: str
    row: Row
    detail: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """A complaint that can be taken, with the rows it was read from and what is odd about it."""

    complaint: Complaint
    rows: tuple[Row, ...]
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that is refused, and why."""

    row: Row
    reason: str


def read_bundles(
    rows: Iterable[Row], *, mapping: Mapping, layouts: Sequence[Layout], today: dt.date
) -> Iterator[Bundle | Refusal]:
    """Every complaint that can be taken, and every row that cannot, from rows in the order of reference, file and line.

    The first complaint of a reference counts; a later one is refused. Rows of a refused complaint are refused with it.
    """
    reader = _Reader(mapping=mapping, layouts=layouts, today=today)
    held: list[Row] = []
    for row in rows:
        if held and row.reference != held[0].reference:
            yield from reader.read(held)
            held = []
        reason = _refused_at_once(row, held, complaints=mapping.complaints.file)
        if reason:
            yield Refusal(row, reason)
        else:
            held.append(row)
    if held:
        yield from reader.read(held)


def _refused_at_once(row: Row, held: Sequence[Row], *, complaints: str) -> str:
    """Why a row need not be held until its complaint is complete, or "": so no file can fill the memory with them."""
    if not row.reference:
        return row.fault
    if row.sheet == COMPLAINTS:
        return f"{row.reference} stands already on line {held[0].line}: a reference is imported once" if held else ""
    if not held:
        return f"no such complaint: {row.reference} is not in {complaints}"
    return f"its complaint has more than {MOST_ROWS:,} rows" if len(held) > MOST_ROWS else ""


class _Fields:
    """The mapped cells of the rows of one file; a field that is not mapped reads as blank."""

    def __init__(self, layout: Layout) -> None:
        self._cells = {field: (layout.sheet.columns[field], place) for field, place in layout.places.items()}
        self._digested = [place for _, place in sorted(layout.places.items())]

    def text(self, row: Row, field: str) -> str:
        if field not in self._cells:
            return ""
        column, place = self._cells[field]
        return column.text(row.cells[place])

    def day(self, row: Row, field: str) -> dt.date | None:
        if field not in self._cells:
            return None
        column, place = self._cells[field]
        return column.day(row.cells[place])

    def digested(self, row: Row) -> list[str]:
        return [row.cells[place].strip() for place in self._digested]


class _Reader:
    """Reads the rows of one complaint after the other by the mapping."""

    def __init__(self, *, mapping: Mapping, layouts: Sequence[Layout], today: dt.date) -> None:
        self._mapping, self._today = mapping, today
        self._fields = [_Fields(layout) for layout in layouts]
        self._kinds = mapping.kinds

    def read(self, rows: Sequence[Row]) -> list[Bundle | Refusal]:
        """The complaint of these rows, of which it is the first; or the refusal of each of them."""
        children: list[AllegationRow | Equality] = []
        odd: list[Warned] = []
        row = rows[0]
        try:
            if len(rows) > MOST_ROWS:
                raise CannotRead(f"has more than {MOST_ROWS:,} rows")
            complaint = self._complaint(row, odd)
            for row in rows[1:]:
                children.append(self._child(row, odd))
        except CannotRead as fault:
            return self._refuse(rows, row, str(fault))
        return [Bundle(self._whole(complaint, children, rows), tuple(rows), tuple(odd))]

    def _refuse(self, rows: Sequence[Row], culprit: Row, reason: str) -> list[Bundle | Refusal]:
        """Each of `rows` is refused because one of them cannot be taken."""
        file = self._mapping.sheets[culprit.sheet].file
        for_others = f"refused together with {file}, line {culprit.line}: {reason}"
        return [Refusal(row, reason if row is culprit else for_others) for row in rows]

    def _whole(
        self, complaint: Complaint, children: Sequence[AllegationRow | Equality], rows: Sequence[Row]
    ) -> Complaint:
        allegations = tuple(child for child in children if isinstance(child, AllegationRow))
        found = {allegation.finding for allegation in allegations}
        canonical = [[self._kinds[row.sheet], *self._fields[row.sheet].digested(row)] for row in rows]
        return replace(
            complaint,
            allegations=allegations,
            complainants=tuple(child for child in children if isinstance(child, Equality)),
            outcome=next((code for code in self._mapping.findings if code in found), ""),
            digest=hashlib.sha256(json.dumps(canonical).encode()).hexdigest(),
        )

    def _child(self, row: Row, odd: list[Warned]) -> AllegationRow | Equality:
        _refuse_fault(row)
        return self._allegation(row, odd) if self._kinds[row.sheet] == "allegations" else self._equality(row)

    def _complaint(self, row: Row, odd: list[Warned]) -> Complaint:
        _refuse_fault(row)
        fields = self._fields[row.sheet]
        made_on = fields.day(row, "made_on")
        if made_on is None:
            raise CannotRead(
                f"has no date of the complaint: {self._mapping.complaints.columns['made_on'].name} is blank"
            )
        complaint = Complaint(
            reference=fields.text(row, "reference"),
            made_on=made_on,
            incident_on=fields.day(row, "incident_on"),
            closed_on=fields.day(row, "closed_on"),
            unit=self._unit(row, odd),
            category=fields.text(row, "category"),
            narrative=fields.text(row, "narrative"),
            location=fields.text(row, "location"),
        )
        odd.extend(Warned(kind, row, detail) for kind, detail in _odd_dates(complaint, self._today))
        return complaint

    def _unit(self, row: Row, odd: list[Warned]) -> str:
        cell = self._fields[row.sheet].text(row, "unit")
        try:
            return self._mapping.area.slug(cell)
        except NotAnArea as fault:
            odd.append(Warned("area not understood, so not located", row, f"{cell} ({fault})"))
            return ""

    def _allegation(self, row: Row, odd: list[Warned]) -> AllegationRow:
        fields = self._fields[row.sheet]
        finding = fields.text(row, "finding")
        if finding and finding not in self._mapping.findings:
            odd.append(Warned("finding that the mapping does not list, kept but no outcome", row, finding))
        return AllegationRow(
            category_code=fields.text(row, "category_code"),
            category=fields.text(row, "category"),
            finding=finding,
            action=fields.text(row, "action"),
            subject=fields.text(row, "subject"),
            subject_unit=fields.text(row, "subject_unit"),
            subject_equality=Equality(
                sex=fields.text(row, "subject_sex"), ethnicity=fields.text(row, "subject_ethnicity")
            ),
        )

    def _equality(self, row: Row) -> Equality:
        fields = self._fields[row.sheet]
        return Equality(
            sex=fields.text(row, "sex"),
            ethnicity=fields.text(row, "ethnicity"),
            age=fields.text(row, "age"),
            disability=fields.text(row, "disability"),
        )


def _refuse_fault(row: Row) -> None:
    if row.fault:
        raise CannotRead(row.fault)


def _odd_dates(complaint: Complaint, today: dt.date) -> Iterator[tuple[str, str]]:
    """What is odd about a complaint's days: no reason to refuse it, and every reason to look."""
    made, incident, closed = complaint.made_on, complaint.incident_on, complaint.closed_on
    if incident and incident > made:
        yield "incident after the complaint", f"incident {incident}, complaint {made}"
    if closed and closed < made:
        yield "closed before the complaint", f"closed {closed}, complaint {made}"
    for day in (made, incident, closed):
        if day and day > today:
            yield "date in the future", str(day)
