"""The PDF as it leaves the house: conformant, readable back, and unable to fetch anything."""

import datetime as dt
import io
import itertools
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import page
import pdfplumber
import pypdf
import pytest
from django.db import transaction

from cases.models.states import OUTCOMES
from cases.moves import NOT_RECORDED
from cases.selectors import labels_of
from reports import charts
from reports.pdf import ForeignFileError, render_pdf
from reports.periods import Period
from reports.services.production import Produced, produce
from tests.reports.history import History

AT = dt.datetime(2026, 7, 1, 8, 30, tzinfo=dt.UTC)
YEARS = Period(dt.date(2007, 1, 1), dt.date(2009, 12, 31))


class Listener:
    """A server that counts who comes by."""

    def __init__(self) -> None:
        listener = self
        self.hits: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listener.hits.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                """Stay silent."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


VECTORS = {
    "image": '<img src="{http}/a.png" alt="x">',
    "import": "<style>@import url({http}/b.css);</style>",
    "background": '<p style="background: url({http}/c.png)">x</p>',
    "font": '<style>@font-face {{ font-family: Q; src: url({http}/d.ttf) }}</style><p style="font-family: Q">x</p>',
    "stylesheet": '<link rel="stylesheet" href="{http}/e.css">',
    "object": '<object data="{http}/f.svg" type="image/svg+xml">x</object>',
    "embed": '<embed src="{http}/g.svg" type="image/svg+xml">',
    "image in data": '<img alt="x" src=\'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"><image href="{http}/h.png"/></svg>\'>',
    "image in svg": '<svg width="9" height="9"><title>x</title><image href="{http}/i.png" width="9" height="9"/></svg>',
    "use in svg": '<svg width="9" height="9"><title>x</title><use href="{http}/j.svg#k"/></svg>',
    "base": '<base href="{http}/"><img src="l.png" alt="x">',
    "list style": '<ul style="list-style-image: url({http}/m.png)"><li>x</li></ul>',
    "content": "<style>p::before {{ content: url({http}/n.png) }}</style><p>x</p>",
    "attached address": '<link rel="attachment" href="{http}/o.txt">',
    "attached file": '<link rel="attachment" href="{file}">',
    "attached by a link": '<a rel="attachment" href="{file}">x</a>',
    "local image": '<img src="{file}" alt="x">',
    "local stylesheet": '<link rel="stylesheet" href="{file}">',
}
HOSTILE_END = '"/></svg></td></table></style>'


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.txt"
    path.write_text("CANARY-4711")
    return path


def briefing_of(history: History) -> Produced:
    return produce(period=YEARS, unit=history.force, at=AT)


def text_of(pdf: bytes) -> str:
    return "\n".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("vector", VECTORS)
def test_even_raw_markup_reaches_no_server_and_embeds_no_file(vector: str, listener: Listener, secret: Path):
    markup = VECTORS[vector].format(http=listener.address, file=secret.as_uri())
    html = f'<!DOCTYPE html><html lang="en"><title>t</title><body>{markup}</body></html>'

    try:
        pdf = render_pdf(html)
    except ForeignFileError:
        pdf = b""

    assert listener.hits == []
    assert b"CANARY" not in pdf
    assert b"/EmbeddedFile" not in pdf


def test_the_listener_would_hear_an_ordinary_renderer(listener: Listener):
    from weasyprint import HTML

    HTML(string=VECTORS["image"].format(http=listener.address)).write_pdf()

    assert listener.hits == ["/a.png"]


def test_hostile_names_and_labels_are_printed_as_the_text_they_are(mercia: History, listener: Listener, secret: Path):
    attacks = [vector.format(http=listener.address, file=secret.as_uri()) for vector in VECTORS.values()]
    mercia.force.name = f"Mercia {HOSTILE_END}{attacks[0]}"[:160]
    mercia.force.save()
    district = mercia.unit("01", f'"><img src="{listener.address}/unit.png">')
    for attack in attacks:
        hostile = f"{HOSTILE_END}{attack}"
        mercia.complaint(
            "2007-05-10",
            about=district,
            outcome=hostile[:120],
            category=hostile[:160],
            allegations=((hostile[:160], hostile[:120]),),
        )

    pdf = briefing_of(mercia).pdf

    assert listener.hits == []
    assert dict(pypdf.PdfReader(io.BytesIO(pdf)).attachments) == {}
    assert b"/EmbeddedFile" not in pdf
    assert b"/URI" not in pdf
    words = re.sub(r"\s+", "", text_of(pdf))
    assert "@IMPORTURL(HTTP://" in words  # a category, in capitals, as text
    assert "CANARY" not in words
    assert page.validate_pdf_bytes(pdf, profile="ua1").is_compliant


@pytest.fixture(scope="module")
def briefing(django_db_setup: None, django_db_blocker: Any) -> Produced:
    """A briefing on complaints that differ enough for every part of the document to be there; made once, then undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        mercia = History()
        for place in range(40):
            unit = mercia.unit(f"{place:02d}") if place < 12 else None
            day = dt.date(2007, 1, 3) + dt.timedelta(days=27 * place)
            mercia.complaint(
                str(day),
                "" if place % 5 == 0 else str(day + dt.timedelta(days=7 * place)),
                about=unit,
                outcome=["SU", "NS", ""][place % 3],
                category=f"A whole complaint about matter {place % 4}",
                allegations=((f"CATEGORY WITH QUITE A LONG NAME {place % 20}", ["SU", ""][place % 2]),) * 2,
            )
        made = briefing_of(mercia)
        transaction.set_rollback(True)
    return made


def test_the_briefing_is_pdf_ua_1(briefing: Produced):
    report = page.validate_pdf_bytes(briefing.pdf, profile="ua1")

    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant


def test_the_checker_would_find_a_picture_without_a_text_alternative():
    pdf = render_pdf(
        '<html lang="en"><title>t</title><body><svg width="9" height="9"><rect width="9" height="9"/></svg></body></html>'
    )

    assert not page.validate_pdf_bytes(pdf, profile="ua1").is_compliant


def test_every_page_carries_the_marking_at_top_and_bottom_and_its_number(briefing: Produced):
    with pdfplumber.open(io.BytesIO(briefing.pdf)) as document:
        sheets = document.pages
        assert len(sheets) >= 5
        for number, sheet in enumerate(sheets, 1):
            head = sheet.crop((0, 0, sheet.width, 60)).extract_text()
            foot = sheet.crop((0, sheet.height - 60, sheet.width, sheet.height)).extract_text()
            assert "OFFICIAL-SENSITIVE" in head
            assert "OFFICIAL-SENSITIVE" in foot
            assert f"Page {number} of {len(sheets)}" in foot


def test_the_title_page_says_whom_when_and_of_which_data(briefing: Produced):
    reader = pypdf.PdfReader(io.BytesIO(briefing.pdf))
    cover = reader.pages[0].extract_text()

    assert reader.metadata is not None
    assert reader.metadata.title == "Complaints briefing: Mercia Police, 1 January 2007 to 31 December 2009"
    assert str(reader.trailer["/Root"]["/Lang"]) == "en-GB"
    assert "Mercia Police" in cover
    assert "1 January 2007 to 31 December 2009" in cover
    assert "1 July 2026, 09:30 BST" in cover
    assert briefing.fingerprint in re.sub(r"\s", "", cover)


def test_every_number_in_the_pdf_is_in_the_figures(briefing: Produced):
    months = briefing.figures["figures"][0]["breakdown"]["month"]
    known = set(re.findall(r"\d+(?:\.\d+)?", json.dumps(briefing.figures)))
    known |= {str(tick) for tick in charts.nice_ticks(max(months.values()))}
    known |= {str(int(number)) for number in known if "." not in number}  # the 01 of a date is printed as 1
    known |= {f"{float(number):.1f}" for number in known}  # a share of 5 is printed as 5.0
    with pdfplumber.open(io.BytesIO(briefing.pdf)) as document:  # keeps cells apart by their place on the page
        text = "\n".join(sheet.extract_text() for sheet in document.pages).replace("1 July 2026, 09:30 BST", "")
    text = re.sub(r"Page \d+ of \d+", "", text)
    text = text.replace(briefing.fingerprint, "")

    printed = {number.replace(",", "") for number in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)}

    assert printed - known == set()
    assert len(printed) > 40


def test_the_tables_hold_every_value_of_every_breakdown(briefing: Produced):
    text = " ".join(text_of(briefing.pdf).split())
    by_id = {figure["id"]: figure for figure in briefing.figures["figures"]}

    for label, count in by_id["allegations_by_category"]["breakdown"].items():
        assert f"{label} {count} {by_id['allegations_by_category_percent']['value'][label]:.1f}" in text
    for year, spread in by_id["days_to_close_by_year"]["value"].items():
        assert f"{year} {spread['mean']:,} {spread['median']:,} {spread['p90']:,}" in text
    for year, count in by_id["complaints_received"]["breakdown"]["year"].items():
        assert f"{year} {count}" in text


def test_only_the_app_s_own_fonts_are_used_and_all_are_embedded(briefing: Produced):
    reader = pypdf.PdfReader(io.BytesIO(briefing.pdf))
    fonts = [font.get_object() for sheet in reader.pages for font in sheet["/Resources"]["/Font"].values()]

    assert fonts
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object()
        assert "Source-Sans-Pro" in inner["/BaseFont"] or "SourceSansPro" in inner["/BaseFont"]
        assert {"/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"].get_object())


def test_headings_do_not_skip_a_level_and_tables_name_their_rows_and_columns(briefing: Produced):
    structure = pypdf.PdfReader(io.BytesIO(briefing.pdf)).trailer["/Root"]["/StructTreeRoot"]
    kinds: list[str] = []

    def walk(element: object) -> None:
        found = element.get_object() if hasattr(element, "get_object") else element
        if isinstance(found, pypdf.generic.ArrayObject):
            for kid in found:
                walk(kid)
        elif isinstance(found, pypdf.generic.DictionaryObject):
            kinds.append(str(found.get("/S", "")))
            if found.get("/S") == "/Figure":
                assert len(str(found["/Alt"])) > 30
            walk(found.get("/K"))

    walk(structure)
    levels = [int(kind[2]) for kind in kinds if re.fullmatch(r"/H[1-6]", kind)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert kinds.count("/Figure") >= 6
    assert kinds.count("/TH") > 50


def test_nothing_known_about_closing_is_said_in_words_and_not_drawn(mercia: History):
    mercia.complaint("2007-05-10")

    pdf = briefing_of(mercia).pdf
    text = " ".join(text_of(pdf).split())

    assert "Not known: no complaint received in the period has a closing date." in text
    assert "Median days to close –" not in text
    assert page.validate_pdf_bytes(pdf, profile="ua1").is_compliant


def test_how_a_case_that_was_dealt_with_here_ended_is_told_in_words(mercia: History):
    mercia.complaint("2007-05-10", outcome="NOT_RESOLVED", allegations=(("Rudeness", "NO_CASE_TO_ANSWER"),))
    mercia.complaint("2007-05-11", outcome="NOT_ABOUT_POLICE")

    text = " ".join(text_of(briefing_of(mercia).pdf).split())

    assert "Not resolved outside Schedule 3" in text
    assert "No complaint: not about the police" in text
    assert "No case to answer" in text
    assert "NOT_RESOLVED" not in text


def test_every_outcome_that_a_move_gives_has_words(db: None):
    written = "".join(path.read_text(encoding="utf-8") for path in Path("cases/models").glob("*.py"))
    given = {*re.findall(r'self\.outcome = "(\w+)"', written), *re.findall(r'_decide_against_it\("(\w+)"', written)}

    assert {"RESOLVED", "NO_STANDING", "MERGED"} <= given
    assert given | set(NOT_RECORDED) <= {*OUTCOMES, *labels_of(table="NOT_A_COMPLAINT")}


def test_what_there_is_one_of_is_told_in_the_singular(mercia: History):
    mercia.complaint("2007-05-10", "2007-06-10", allegations=(("Rudeness", "Not upheld"),))
    mercia.complaint("2007-05-11")

    text = " ".join(text_of(briefing_of(mercia).pdf).split())

    assert "1 complaint with a closing date" in text
    assert "none on record for 1 complaint " in text
    assert not re.search(r"\b1 (complaints|allegations)\b", text)


def test_a_briefing_on_nothing_is_still_a_whole_document(mercia: History):
    pdf = briefing_of(mercia).pdf

    assert "Nothing to show for this period." in text_of(pdf)
    assert page.validate_pdf_bytes(pdf, profile="ua1").is_compliant


def test_a_briefing_on_a_unit_names_its_force_and_needs_no_chart_of_units(mercia: History):
    north = mercia.unit("north", "North Mercia")
    mercia.complaint("2007-05-10", about=north)

    found = produce(period=YEARS, unit=north, at=AT)
    text = text_of(found.pdf)

    assert found.figures["unit"] == {"slug": "north", "name": "North Mercia", "kind": "LPU", "force": "mercia"}
    assert "Mercia Police" in text
    assert "Complaints by unit" not in text
