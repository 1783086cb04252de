import io
import json
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.core.management import CommandError, call_command

from backend.documents import pdf as documents
from tests.reports.history import History


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    return tmp_path / "briefing.pdf"


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    return tmp_path / "figures.json"


def run(pdf: Path, figures: Path, *, first: str = "2007-01-01", last: str = "2009-12-31", **options: Any) -> str:
    out = io.StringIO()
    call_command("briefing", f"--from={first}", f"--to={last}", pdf=pdf, figures=figures, stdout=out, **options)
    return out.getvalue()


def test_it_writes_the_pdf_and_its_figures_and_says_so(mercia: History, pdf: Path, figures: Path):
    mercia.complaint("2007-05-10", "2007-06-10")

    said = run(pdf, figures)

    written = json.loads(figures.read_text(encoding="utf-8"))
    assert "1 complaint received" in said
    assert written["period"] == {"from": "2007-01-01", "to": "2009-12-31"}
    assert written["unit"]["slug"] == "mercia"
    assert written["figures"][0]["id"] == "complaints_received"
    assert written["fingerprint"] in pypdf.PdfReader(pdf).pages[0].extract_text()


def test_a_unit_is_named_by_its_slug(mercia: History, pdf: Path, figures: Path):
    mercia.complaint("2007-05-10", about=mercia.unit("north"))
    mercia.complaint("2007-05-11")

    run(pdf, figures, unit="north")

    assert json.loads(figures.read_text(encoding="utf-8"))["figures"][0]["value"] == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"first": "2009-01-01", "last": "2008-01-01"}, "swap the two dates"),
        ({"first": "31/12/2007"}, "write it as 2007-12-31"),
        ({"unit": "nowhere"}, "no force or unit with the slug nowhere"),
        ({"first": "1999-01-01", "last": "1999-12-31"}, "No force has a complaint received from 1 January 1999"),
    ],
)
def test_what_cannot_be_done_is_said_in_plain_words(
    options: dict[str, Any], said: str, mercia: History, pdf: Path, figures: Path
):
    mercia.complaint("2007-05-10")

    with pytest.raises(CommandError, match=said):
        run(pdf, figures, **options)

    assert not pdf.exists()
    assert not figures.exists()


def test_several_forces_are_listed_to_choose_from(mercia: History, pdf: Path, figures: Path):
    mercia.complaint("2007-05-10")
    History(slug="wessex").complaint("2007-05-10")

    with pytest.raises(CommandError, match="Name one of: mercia, wessex"):
        run(pdf, figures)


def test_a_folder_that_is_not_there_is_named_before_anything_is_made(mercia: History, tmp_path: Path, figures: Path):
    with pytest.raises(CommandError, match="There is no folder"):
        run(tmp_path / "nowhere" / "briefing.pdf", figures)


def test_what_is_too_much_to_print_is_told_without_a_traceback(
    mercia: History, pdf: Path, figures: Path, monkeypatch: pytest.MonkeyPatch
):
    mercia.complaint("2007-05-10")
    monkeypatch.setattr(documents, "SECONDS", 0.1)

    with pytest.raises(CommandError, match="took longer, or more memory"):
        run(pdf, figures)

    assert not pdf.exists()


def test_a_file_that_cannot_be_written_is_named(mercia: History, tmp_path: Path, figures: Path):
    mercia.complaint("2007-05-10")

    with pytest.raises(CommandError, match="cannot be written"):
        run(tmp_path, figures)
