"""CSV as it comes from offices: whatever stands in it, every record is told by the line on which it starts."""

from pathlib import Path

import pytest

from cases.history.mapping import parse_mapping
from cases.history.reading import Row, UnfitFile, read_layouts, read_rows

from .folders import HEADINGS, MAPPING, Folder

HEADING = (",".join(HEADINGS["people.csv"]) + "\r\n").encode()


def read(folder: Folder, content: bytes) -> list[Row]:
    """The rows of people.csv with this content below its heading."""
    folder.write_raw("people.csv", HEADING + content)
    layouts = read_layouts(parse_mapping(MAPPING, name="m.toml"), folder.path)
    return list(read_rows(layouts[2], sheet=2))


def test_a_record_is_told_by_the_line_on_which_it_starts(folder: Folder) -> None:
    rows = read(folder, b'7,"fe\r\nmale",x,20\r\n\r\n8,male,y,21\n9,male,z,22')

    assert [(row.reference, row.line, row.fault) for row in rows] == [("7", 2, ""), ("8", 5, ""), ("9", 6, "")]
    assert rows[0].cells == ("7", "fe\r\nmale", "x", "20")


def test_a_byte_order_mark_is_no_part_of_the_first_column(folder: Folder) -> None:
    folder.write_raw("people.csv", b"\xef\xbb\xbf" + HEADING + b"7,male,x,20\n")
    layouts = read_layouts(parse_mapping(MAPPING, name="m.toml"), folder.path)

    assert next(read_rows(layouts[2], sheet=2)).reference == "7"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"7,male,x\n", "has 3 cells where the heading has 4"),
        (b"7,male,x,20,more\n", "has 5 cells where the heading has 4"),
        (b"7,ma\0le,x,20\n", "holds a NUL character"),
        (b"7,caf\xe9,x,20\n", "is not UTF-8 text"),
        (b" ,male,x,20\n", "number is blank: there is no reference"),
        (b'7,"male"x,x,20\n', "not readable as CSV: ',' expected after '\"'"),
        (b"7," + b"x" * 140_000 + b",x,20\n", "not readable as CSV: field larger than field limit (131072)"),
    ],
    ids=["too few", "too many", "NUL", "not UTF-8", "no reference", "stray quote", "oversize"],
)
def test_a_bad_record_is_told_and_the_next_one_is_read(folder: Folder, content: bytes, fault: str) -> None:
    bad, good = read(folder, content + b"8,male,y,21\n")

    assert (bad.line, bad.fault) == (2, fault)
    assert (good.reference, good.line, good.fault) == ("8", 3, "")


def test_a_quote_that_never_ends_swallows_no_row_in_silence(folder: Folder) -> None:
    rows = read(folder, b'7,"male,x,20\n8,male,y,21\n')

    assert [(row.line, row.fault) for row in rows] == [(2, "not readable as CSV: unexpected end of data")]
    assert rows[0].cells == ('7,"male,x,20\n8,male,y,21',)


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        (b"number,sex,race\n", "there is no column age, which the mapping names"),
        (b"number,sex,race,age,height\n", "the mapping does not know the column height"),
        (b"number,sex,race,age,age\n", "the column age stands there twice"),
        (b"number,sex,r\xe9ce,age\n", "the heading is not UTF-8 text"),
        (b"", "there is no heading"),
        (b'number,"sex"x\n', "the heading is not CSV"),
    ],
)
def test_a_file_with_other_columns_is_refused_as_a_whole(folder: Folder, heading: bytes, told: str) -> None:
    folder.write_raw("people.csv", heading)

    with pytest.raises(UnfitFile, match=r"people\.csv, line 1: ") as refused:
        read_layouts(parse_mapping(MAPPING, name="m.toml"), folder.path)
    assert told in str(refused.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnfitFile, match=r"complaints\.csv: it cannot be read: No such file or directory"):
        read_layouts(parse_mapping(MAPPING, name="m.toml"), tmp_path)
