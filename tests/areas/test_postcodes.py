"""`manage.py import_postcodes`: Code-Point Open as it is published, and lines that are not."""

from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command

from backend.areas.code_point_open import Malformed, Row, read_rows
from backend.areas.models import Postcode
from backend.areas.services.postcodes import store_postcodes
from tests.areas.conftest import AT, DATA, needs_postcodes

Write = Callable[[str, str], str]


def line(postcode: str, ward: str = "E05001193") -> str:
    return f'"{postcode}",10,406523,286448,"E92000001","E19000001","E18000005","","E08000025","{ward}"\n'


@needs_postcodes
@pytest.mark.django_db
def test_the_real_files_are_loaded_and_loading_them_again_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(DATA / "postcodes" / f"{area}.csv") for area in ("b", "cv", "dy", "ws", "wv")]

    call_command("import_postcodes", *files)
    call_command("import_postcodes", *files)

    first, second = capsys.readouterr().out.splitlines()
    assert first == "91,563 lines: 91,563 postcodes added, 0 changed, 0 as they were, 0 malformed."
    assert second == "91,563 lines: 0 postcodes added, 0 changed, 91,563 as they were, 0 malformed."
    assert Postcode.objects.get(pk="B11AY").ward_code == "E05001193"


@pytest.mark.django_db
def test_a_ward_that_has_changed_is_corrected(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_postcodes", write("b.csv", line("B1  1AY") + line("B1  1BA")))
    call_command(
        "import_postcodes", write("b.csv", line("B1  1AY", "E05099999") + line("B1  1BA") + line("B2  4AA", ""))
    )

    assert capsys.readouterr().out.splitlines()[1].startswith("3 lines: 1 postcodes added, 1 changed, 1 as they were")
    assert dict(Postcode.objects.values_list("postcode", "ward_code")) == {
        "B11AY": "E05099999",
        "B11BA": "E05001193",
        "B24AA": "",
    }


@pytest.mark.django_db
def test_malformed_lines_are_counted_and_named_and_spoil_no_other(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(
        "b.csv",
        line("B1  1AY") + "one,two\n\n" + '"B1 1BA,10\n' + line("NOWHERE") + line("B1 1BB", "?") + line("B1 1BC"),
    )

    call_command("import_postcodes", file)

    assert capsys.readouterr().out.splitlines() == [
        "6 lines: 2 postcodes added, 0 changed, 0 as they were, 4 malformed.",
        f"  {file}, line 2: 2 columns instead of 10.",
        f"  {file}, line 4: 1 columns instead of 10.",
        f"  {file}, line 5: “NOWHERE” is not a postcode.",
        f"  {file}, line 6: “?” is not a ward code.",
    ]
    assert set(Postcode.objects.values_list("pk", flat=True)) == {"B11AY", "B11BC"}


@pytest.mark.django_db
def test_only_the_first_malformed_lines_are_named(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_postcodes", write("b.csv", line("B1  1AY") + "bad\n" * 30))

    assert capsys.readouterr().out.splitlines()[-1] == "  and 10 more."


@pytest.mark.django_db
def test_a_file_of_something_else_stores_nothing_not_even_the_good_file_before_it(write: Write) -> None:
    good = write("b.csv", line("B1  1AY"))

    with pytest.raises(CommandError, match="is not Code-Point Open"):
        call_command("import_postcodes", good, write("notes.txt", "Dear reader,\nhello.\n"))
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_postcodes", good, "no-such-file.csv")

    assert not Postcode.objects.exists()


@pytest.mark.django_db
def test_files_longer_than_a_batch_are_read_whole_and_report_their_progress() -> None:
    lines = (line(f"B{n // 1000} {n // 100 % 10}{chr(65 + n // 10 % 10)}{chr(65 + n % 10)}") for n in range(25_000))
    seen: list[int] = []

    stored = store_postcodes(files={"b.csv": read_rows(lines)}, at=AT, progress=lambda: seen.append(1))

    assert (stored.read, stored.added, len(seen)) == (25_000, 25_000, 3)
    assert Postcode.objects.count() == 25_000


def test_rows_are_read_without_spaces_and_in_upper_case() -> None:
    rows = list(read_rows([line("b1 1ay", "e05001193 "), "\n", "x\n"]))

    assert rows == [Row("B11AY", "E05001193"), Malformed(3, "1 columns instead of 10")]
