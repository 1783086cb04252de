"""CSV files as rows with their line numbers, one at a time, whatever stands in them. Knows no database."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from .mapping import Mapping, Sheet


class UnfitFile(ValueError):
    """A file as a whole cannot be read as the mapping says; the text names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file: `sheet` is the file's number in the mapping, `line` where the record starts (from 1).

    `fault` says why it cannot be taken, or is empty. `reference` is "" where none can be read.
    """

    reference: str
    sheet: int
    line: int
    cells: tuple[str, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the mapped columns of one file stand, by the file's own heading."""

    path: Path
    sheet: Sheet
    width: int
    places: dict[str, int]  # field -> number of the cell


class _Lines:
    """The lines of a file, remembering those of the record that is being read, for the rejects."""

    def __init__(self, source: TextIO) -> None:
        self._source = source
        self.of_this_record: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._source)
        self.of_this_record.append(line)
        return line


def open_csv(path: Path) -> TextIO:
    """The file as text: UTF-8 with or without a byte order mark; bytes that are not UTF-8 are kept as lone surrogates."""
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def read_layouts(mapping: Mapping, folder: Path) -> list[Layout]:
    """The headings of all files of the mapping. Raises UnfitFile where one is missing, or has other columns."""
    return [_read_layout(sheet, folder / sheet.file) for sheet in mapping.sheets]


def _read_layout(sheet: Sheet, path: Path) -> Layout:
    try:
        with open_csv(path) as source:
            heading = next(csv.reader(source, strict=True), None)
    except OSError as fault:
        raise UnfitFile(
            f"{path}: it cannot be read: {fault.strerror}. The mapping names it; is this the folder?"
        ) from None
    except csv.Error as fault:
        raise UnfitFile(f"{path}, line 1: the heading is not CSV: {fault}.") from None
    if not heading:
        raise UnfitFile(f"{path}, line 1: there is no heading with the names of the columns.")
    names = [name.strip() for name in heading]
    if not all(_is_text(name) for name in names):
        raise UnfitFile(f"{path}, line 1: the heading is not UTF-8 text. Save the file as CSV in UTF-8.")
    _refuse_other_columns(sheet, path, names)
    places = {field: names.index(column.name) for field, column in sheet.columns.items()}
    return Layout(path=path, sheet=sheet, width=len(names), places=places)


def _refuse_other_columns(sheet: Sheet, path: Path, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnfitFile(f"{path}, line 1: the column {', '.join(twice)} stands there twice. Rename one.")
    missing = sorted(column.name for column in sheet.columns.values() if column.name not in names)
    if missing:
        raise UnfitFile(
            f"{path}, line 1: there is no column {', '.join(missing)}, which the mapping names. "
            f"The columns are: {', '.join(names)}."
        )
    unknown = [name for name in names if name not in sheet.known]
    if unknown:
        raise UnfitFile(
            f"{path}, line 1: the mapping does not know the column {', '.join(unknown)}. "
            "Say what it is, or put it under `ignored` with the reason."
        )


def read_rows(layout: Layout, *, sheet: int) -> Iterator[Row]:
    """Every record below the heading, in the order of the file. Empty lines are none. Holds one record at a time."""
    with open_csv(layout.path) as source:
        lines = _Lines(source)
        reader = csv.reader(lines, strict=True)
        next(reader)
        while True:
            start = reader.line_num + 1
            lines.of_this_record.clear()
            try:
                cells = next(reader, None)
            except csv.Error as fault:
                raw = "".join(lines.of_this_record).rstrip("\r\n")
                yield Row("", sheet, start, (raw,), f"not readable as CSV: {fault}")
                continue
            if cells is None:
                return
            if cells:
                yield _row(layout, sheet, start, cells)


def _row(layout: Layout, sheet: int, line: int, cells: list[str]) -> Row:
    place = layout.places["reference"]
    reference = layout.sheet.columns["reference"].name
    fault = ""
    if len(cells) != layout.width:
        fault = f"has {len(cells)} cells where the heading has {layout.width}"
    elif any("\0" in cell for cell in cells):
        fault = "holds a NUL character"
    elif not _is_text("".join(cells)):
        fault = "is not UTF-8 text"
    elif not cells[place].strip():
        fault = f"{reference} is blank: there is no reference"
    found = cells[place].strip() if place < len(cells) else ""
    return Row(found, sheet, line, tuple(cells), fault)


def _is_text(text: str) -> bool:
    """False where bytes that were not UTF-8 stand in it."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
