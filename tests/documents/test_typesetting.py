"""A PDF is made by a child that knows no secret of ours, and is stopped before it takes more than it may."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pypdf
import pytest

from backend.documents import pdf, typeset
from backend.documents.pdf import (
    FONTS,
    Attached,
    BrokenTypesettingError,
    ForeignFileError,
    TooMuchToPrint,
    render_pdf,
)

SMALL = '<!DOCTYPE html><html lang="en"><title>t</title><body><p>Maya Field</p></body></html>'


def program(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """Another program in the place of the one that typesets."""
    (folder / "typeset.py").write_text(text)
    monkeypatch.setattr(typeset, "__file__", str(folder / "typeset.py"))


def working_at(monkeypatch: pytest.MonkeyPatch, folder: Path, statement: str) -> None:
    """The program itself, which does this where it would begin to typeset, and has two seconds of the processor."""
    text = Path(typeset.__file__).read_text()
    for before, after in (
        ("    target = BytesIO()\n", f"    {statement}\n"),
        (f"CPU_SECONDS = {typeset.CPU_SECONDS}\n", "CPU_SECONDS = 2\n"),
    ):
        assert text.count(before) == 1
        text = text.replace(before, after)
    program(monkeypatch, folder, text)


def test_a_small_document_becomes_a_pdf() -> None:
    assert render_pdf(SMALL, own_files=FONTS).startswith(b"%PDF-")


def test_what_is_attached_lies_in_it_as_it_is(tmp_path: Path) -> None:
    """Not packed either: a file could be made that takes longer than anybody waits."""
    content = bytes(range(256)) * 9
    (tmp_path / "file").write_bytes(content)
    attached = [Attached(name, "Kept in May", tmp_path / "file") for name in ("2 b.txt", "1 ü.txt")]

    pdf = render_pdf(SMALL, own_files=FONTS, attached=attached)

    found = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Names"]["/EmbeddedFiles"]["/Names"][1::2]
    assert [(each.get_object()["/UF"], each.get_object()["/Desc"]) for each in found] == [
        ("1 ü.txt", "Kept in May"), ("2 b.txt", "Kept in May"),
    ]  # fmt: skip
    streams = [each.get_object()["/EF"]["/F"] for each in found]
    assert [each.get_data() for each in streams] == [content, content]
    assert not any("/Filter" in each for each in streams)


def test_what_is_attached_and_is_not_there_breaks_it(tmp_path: Path) -> None:
    with pytest.raises(BrokenTypesettingError, match="FileNotFoundError"):
        render_pdf(SMALL, own_files=FONTS, attached=[Attached("1 b.txt", "", tmp_path / "gone")])


def test_what_takes_too_long_by_the_clock_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 0.1)

    with pytest.raises(TooMuchToPrint) as refused:
        render_pdf(SMALL, own_files=FONTS)

    assert refused.value.status == 503
    assert "Try again" in refused.value.detail


@pytest.mark.parametrize(
    "work",
    [
        pytest.param("while True: pass", id="the processor"),
        pytest.param(
            "bytes(2 * MEMORY)", id="memory", marks=pytest.mark.skipif(sys.platform == "darwin", reason="no such limit")
        ),
    ],
)
def test_what_takes_too_much_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, work: str) -> None:
    working_at(monkeypatch, tmp_path, work)

    with pytest.raises(TooMuchToPrint):
        render_pdf(SMALL, own_files=FONTS)


def test_the_child_is_told_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "SECRET_KEY",
        "FIELD_KEYS",
        "RECEIPT_KEY",
        "EMAIL_HOST_PASSWORD",
    ):
        monkeypatch.setenv(name, "CANARY-4711")
    program(monkeypatch, tmp_path, "import json, os, sys\nprint(json.dumps([dict(os.environ), sys.argv]))")

    attached = [Attached("Maya Field.txt", "From Maya", tmp_path / "file")]
    environment, arguments = json.loads(render_pdf(SMALL, own_files=FONTS, attached=attached))

    assert set(environment) - {"LC_CTYPE", "TMPDIR"} <= set(
        pdf.PASSED_ON
    )  # which Python sets itself where no locale is
    assert "CANARY" not in json.dumps([environment, arguments])
    assert "Maya" not in json.dumps([environment, arguments]), (
        "what is printed goes where no list of processes shows it"
    )


def test_a_foreign_file_is_named_in_the_refusal() -> None:
    with pytest.raises(ForeignFileError, match=r"Refused to fetch file:///etc/passwd"):
        render_pdf(SMALL.replace("Maya", '<img src="file:///etc/passwd" alt="x">'), own_files=FONTS)


def test_what_breaks_says_where_and_nothing_of_the_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    working_at(monkeypatch, tmp_path, "raise ValueError(html)")

    with pytest.raises(BrokenTypesettingError) as broken:
        render_pdf(SMALL, own_files=FONTS)

    assert "ValueError" in str(broken.value)
    assert "Maya" not in str(broken.value)


def test_a_crash_of_the_child_is_no_crash_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(monkeypatch, tmp_path, "import os\nos.abort()")

    with pytest.raises(TooMuchToPrint):
        render_pdf(SMALL, own_files=FONTS)
