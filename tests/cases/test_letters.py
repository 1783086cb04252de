"""Letters: plain enough to read, filled by name, frozen as they went, and on paper as a letter looks."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import page
import pdfplumber
import pypdf
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from backend.attachments import services as attachments
from backend.attachments.models import StoredFile
from backend.attachments.selectors import open_copy
from backend.audit.models import Event
from backend.common.errors import Invalid, Missing
from backend.documents import pdf as documents
from backend.notifications.models import Outgoing
from cases import letters as texts
from cases.consequences import CONSEQUENCES
from cases.letters.reading import grade, syllables_of
from cases.models import Allegation, Case, CaseFile, Complainant, Kind, LetterTemplate, LocalPolicingBody, Message
from cases.notices import NOTICES
from cases.selectors import get_case, next_moves
from cases.services import (
    identity,
    letterheads,
    letters,
    matters,
    messages,
    notes,
    papers,
    policing_bodies,
    review_bundle,
    special_procedures,
    templates,
)
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from cases.services.transitions import CannotMove
from tests.attachments.samples import CAMERA, photograph
from tests.cases import staying
from tests.cases.alleging import (
    alleged,
    an_investigated_case,
    by,
    code,
    decide,
    in_decision,
    name_subject,
    opine,
    under_special_procedures,
)
from tests.cases.bodies import a_case_told, a_case_under_review, answered, conclude
from tests.cast import AT, Cast, a_case, a_case_handled_outside, a_matter, assess, give_to, move, sign_withdrawal

HOUR = dt.timedelta(hours=1)
ROOT = Path(__file__).resolve().parents[2]
FIRST: dict[str, dict[str, dict[str, str]]] = tomllib.loads((ROOT / "cases/letters/first_versions.toml").read_text())
ALL = [(kind, audience, letter["body"]) for kind, texts_of in FIRST.items() for audience, letter in texts_of.items()]
SAMPLE = dict.fromkeys(texts.FROM_THE_HANDLER, "We spoke to two people.") | {
    "reference": "K7QM3XVD", "force": "Westshire Police", "office": "Standards", "addressee": "Maya Field",
    "made_on": "5 May 2026", "today": "6 June 2026", "answer_by": "4 July 2026", "record": "The man was rude to me.",
    "complainant": "Maya Field", "body_name": "the Commissioner", "body_address": "1 High Street, Town",
    "review_by": "4 July 2026", "review_right": "You may ask for a review.", "part": "This is what it is about:\n\n- He swore at me.",
}  # fmt: skip


class TestTheTexts:
    @pytest.mark.parametrize(("kind", "audience", "body"), ALL, ids=[f"{kind} to {who}" for kind, who, _ in ALL])
    def test_each_can_be_read_after_nine_years_of_school(self, kind: str, audience: str, body: str) -> None:
        """By the Flesch-Kincaid grade, counted here once more and without the app's own code."""
        read = texts.fill(body, SAMPLE)
        sentences = len(re.findall(r"[.?:]+\s|\n- |\n\n(?=\S)", read)) or 1
        words = re.findall(r"[A-Za-z']+", read)
        vowels = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$|es$|ed$", "", word.lower())))) for word in words)

        assert 0.39 * len(words) / sentences + 11.8 * vowels / len(words) - 15.59 <= 9
        assert grade(read) <= 9

    def test_there_is_one_for_every_notice_and_everybody_it_is_owed_to(self) -> None:
        to_tell = {"ACKNOWLEDGEMENT", "PROGRESS", "REVIEW_RIGHT_IOPC", "REVIEW_RIGHT_LPB", "GENERAL"}

        assert set(FIRST) >= to_tell
        assert set(FIRST) <= set(texts.KINDS)
        assert set(FIRST["GENERAL"]) == {"COMPLAINANT", "INTERESTED", "SUBJECT", "BODY"}

    @pytest.mark.parametrize(("kind", "audience", "body"), ALL, ids=[f"{kind} to {who}" for kind, who, _ in ALL])
    def test_each_gap_is_one_that_is_filled(self, kind: str, audience: str, body: str) -> None:
        assert texts.unknown_in(body) == []

    @pytest.mark.django_db
    def test_the_database_begins_with_them(self) -> None:
        rows = LetterTemplate.objects.values_list("kind", "audience", "version", "body")

        assert set(rows) == {(kind, audience, 1, body.strip()) for kind, audience, body in ALL}

    @pytest.mark.django_db
    def test_no_subject_line_tells_anything(self) -> None:
        headings = set(LetterTemplate.objects.values_list("heading", flat=True))

        assert headings == {"Your reference {reference}", "Our reference {reference}"}


def own_version(cast: Cast, kind: str, body: str, **more: Any) -> LetterTemplate:
    """Beth's own text of a letter to who complained, from today on."""
    fields = {
        "audience": LetterTemplate.Audience.COMPLAINANT, "heading": "About {reference}", "from_on": AT.date(), **more,
    }  # fmt: skip
    return templates.add_version(force="westshire", kind=kind, body=body, actor=cast.actor("beth"), at=AT, **fields)


def told(case: Case) -> Message:
    return Message.objects.select_related("template").get(case=case, complainant=Complainant.objects.get(case=case))


class TestWhatIsTold:
    """What a move tells, how it is going and that it has arrived are letters of their kinds, with the handler's words in them."""

    def test_every_move_that_tells_has_a_letter_to_who_complained(self) -> None:
        telling = {move for move, causes in CONSEQUENCES.items() if causes.tells}

        assert telling == {*texts.TOLD_BY, "withdraw"}
        assert {*texts.TOLD_BY.values(), *texts.WITHDRAWN.values()} <= {
            kind for kind, audience, _ in ALL if audience == "COMPLAINANT"
        }

    @pytest.mark.parametrize(
        ("kind", "who", "step", "details"),
        [
            ("RESOLVED", "amal", "resolve", {"result": "Rang her.", "told": "We rang the driver."}),
            ("OFFER", "amal", "leave_unresolved", {"result": "Rang her.", "told": "We rang the driver."}),
        ],
    )
    def test_what_a_move_tells_is_written_by_the_text_in_force(
        self, cast: Cast, kind: str, who: str, step: str, details: dict[str, str]
    ) -> None:
        case = a_case_handled_outside(cast)
        own = own_version(cast, kind, "Hello {addressee}\n\n{explanation}\n\nBye.\n{office}")

        move(cast, case, who, step, **details)

        message = told(case)
        assert message.text == "Hello Maya Field\n\nWe rang the driver.\n\nBye.\nProfessional Standards"
        assert (message.template, message.heading) == (own, f"About {case.reference}")

    def test_an_older_text_with_several_places_announces_nothing_that_is_not_said(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        LetterTemplate.objects.create(
            kind="PROGRESS", audience="COMPLAINANT", version=2, force=cast.force, heading="Your reference {reference}",
            body=(
                "Hello {addressee}\n\nWhat we have done:\n\n{progress}\n\nWhat we will do next:\n\n{next_steps}\n\n"
                "It may end on {estimated_end}.\n\nBye.\n{office}"
            ),
            from_on=AT.date(), made_by=cast.users["beth"], made_at=AT,
        )  # fmt: skip

        messages.tell_progress(**by(cast, "amal", case), text="We rang the driver.")

        assert told(case).text == (
            "Hello Maya Field\n\nWhat we have done:\n\nWe rang the driver.\n\nBye.\nProfessional Standards"
        )

    def test_what_is_not_handled_here_is_told_so_in_a_whole_letter(self, cast: Cast) -> None:
        for step, details, kind in (
            ("find_not_a_complaint", {"why": "NOT_ABOUT_POLICE"}, "NOT_A_COMPLAINT"),
            ("decide_not_to_record", {"why": "DEALT_WITH_BY_CRIMINAL_PROCEEDINGS"}, "NOT_RECORDED"),
            ("transfer_out", {"to": "OTHER_FORCE"}, "TRANSFER"),
        ):
            case = assess(cast, a_case(cast))
            move(cast, case, "amal", "take")

            move(cast, case, "beth", step, **details, told="It is about a bus.")

            message = told(case)
            assert message.text.startswith("Dear Maya Field\n\n")
            assert message.text.endswith("Yours sincerely\n\nProfessional Standards\nWestshire Police")
            assert "\n\nIt is about a bus.\n\n" in message.text
            assert (message.template.kind, message.template.version) == (kind, 1)

    def test_an_answer_to_a_comment_is_a_letter(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)
        move(cast, case, "gwen", "triage")
        move(cast, case, "gwen", "send_to_unit", unit="northgate")

        move(cast, case, "gwen", "answer", told="We have doubled them.")

        message = told(case)
        assert message.template.kind == "ANSWER"
        assert "complaint" not in message.text

    @pytest.mark.parametrize("public_interest", ["ENDS", "CONDUCT_MATTER"])
    def test_that_it_was_withdrawn_has_a_salutation_a_close_and_a_version(
        self, cast: Cast, public_interest: str
    ) -> None:
        case = assess(cast, a_case(cast))
        sign_withdrawal(cast, case)

        move(cast, case, "beth", "withdraw", public_interest=public_interest)

        message = told(case)
        assert message.text.startswith("Dear Maya Field\n\n")
        assert "\n\nYours sincerely\n\n" in message.text
        assert message.template.kind == texts.WITHDRAWN[public_interest]
        assert texts.gaps_in(message.text) == []

    @pytest.mark.parametrize("about", ["PROGRESS", "ACKNOWLEDGEMENT"])
    def test_staff_write_by_the_text_in_force(self, cast: Cast, about: str) -> None:
        case = a_case_handled_outside(cast)
        own = own_version(cast, about, "Hello {addressee}\n\n{progress}\n\nBye.")

        message, _ = messages.write(
            reference=case.reference, about=Message.About(about), text="Two were heard.", complainant=None, way=None,
            files=[], actor=cast.actor("amal"), at=AT, version=Case.objects.get(pk=case.pk).version,
        )  # fmt: skip

        assert (message.text, message.template) == ("Hello Maya Field\n\nTwo were heard.\n\nBye.", own)

    def test_an_answer_in_the_thread_is_the_words_of_its_writer(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)

        message, _ = messages.write(
            reference=case.reference, about=Message.About.REPLY, text="Yes, we have it.", complainant=None, way=None,
            files=[], actor=cast.actor("amal"), at=AT, version=Case.objects.get(pk=case.pk).version,
        )  # fmt: skip

        assert (message.text, message.template) == ("Yes, we have it.", None)

    def test_no_word_is_lost_by_a_text_that_has_no_place_for_it(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        LetterTemplate.objects.create(
            kind="PROGRESS", audience="COMPLAINANT", version=2, force=cast.force, heading="News", body="All is well.",
            from_on=AT.date(),
        )  # fmt: skip

        message = a_letter(cast, case, "Two were heard.")

        assert message.text == "All is well.\n\nTwo were heard."


class TestTheHead:
    FIELDS: dict[str, Any] = {
        "force": "westshire", "address": "1 Old Road", "telephone": "0121 496 0001", "web": "old.test",
        "from_on": "2100-01-01",
    }  # fmt: skip

    @pytest.mark.parametrize(
        ("name", "status"), [("beth", 201), ("jo", 201), ("amal", 403), ("cai", 403), ("kit", 403)]
    )
    def test_is_set_by_the_delegate_or_an_administrator_of_the_force(self, cast: Cast, name: str, status: int) -> None:
        client = cast.client(name)

        assert client.post("/api/v1/cases/letterheads/", self.FIELDS, format="json").status_code == status
        listed = cast.client("beth").get("/api/v1/cases/letterheads/").json()
        assert [each["address"] for each in listed] == ["1 Old Road"] * (status == 201)
        assert Event.objects.filter(verb="LETTERHEAD_ADDED").count() == (status == 201)

    def test_is_never_set_for_letters_that_were_sent(self, cast: Cast) -> None:
        yesterday = AT.date() - dt.timedelta(days=1)

        with pytest.raises(Invalid) as refusal:
            letterheads.add(**{**self.FIELDS, "from_on": yesterday}, actor=cast.actor("jo"), at=AT)

        assert "choose today or a day to come" in refusal.value.errors["from_on"][0]


class TestTheMailThatItHasArrived:
    def send(self, cast: Cast) -> Outgoing:
        body = {"what_happened": "An officer shouted at me.", "name": "Maya", "email": "m@home.test"}
        sent = APIClient().post("/api/v1/complaints/", {**body, "force": "westshire"}, format="json").json()
        return Outgoing.objects.get(about=sent["reference"])

    def test_is_written_by_the_text_in_force_and_keeps_its_version(self, cast: Cast) -> None:
        first = self.send(cast)
        with time_machine.travel(AT, tick=False):
            own = own_version(cast, "MAIL_RECEIVED", "It is here: {reference}.")
            mail = self.send(cast)

        assert first.body.startswith(f"We have received what you sent. Your reference is {first.about}.")
        assert LetterTemplate.objects.get(public_id=first.text_version).version == 1
        assert (mail.body, mail.subject) == (f"It is here: {mail.about}.", f"About {mail.about}")
        assert mail.text_version == str(own.public_id)

    def test_a_text_that_is_added_for_today_counts_from_the_next_minute_on(self, cast: Cast) -> None:
        def version(at: dt.datetime) -> str:
            return templates.mail("MAIL_RECEIVED", reference="K7QM3XVD", force_id=cast.force.pk, at=at).version

        before = version(AT)
        own = own_version(cast, "MAIL_RECEIVED", "It is here: {reference}.")

        assert version(AT) == before
        assert version(AT + dt.timedelta(minutes=1)) == str(own.public_id)


def test_a_hard_text_is_found_hard() -> None:
    hard = "Notwithstanding the aforementioned statutory determination, the appropriate authority's consideration of "
    hard += "proportionality necessitates additional deliberation regarding the investigatory methodology employed."

    assert grade(hard) > 15
    assert grade("The man was rude. I was upset. He did not stop.") < 3
    assert [syllables_of(word) for word in ("rude", "police", "complaint", "table", "asked")] == [1, 2, 2, 2, 1]
    assert grade("") == 0


class TestFilling:
    def test_what_is_filled_in_is_text_whatever_it_looks_like(self) -> None:
        assert texts.fill("A {record} B {force}", {"record": "{force}", "force": "W"}) == "A {force} B W"

    def test_what_nobody_filled_stays_open(self) -> None:
        assert texts.fill("{record} {outcome}", {"record": "Rude."}) == "Rude. {outcome}"

    @given(st.text(), st.text())
    def test_filling_never_fails_and_never_fills_twice(self, record: str, force: str) -> None:
        assert texts.fill("<{record}|{force}>", {"record": record, "force": force}) == f"<{record}|{force}>"


def words_of(pdf: bytes) -> str:
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        return "\n".join(sheet.extract_text() for sheet in document.pages)


def a_letter(cast: Cast, case: Case, text: str = "Dear Maya\n\nWe have spoken to two people.") -> Message:
    version = Case.objects.get(pk=case.pk).version
    message, _ = messages.tell_progress(
        reference=case.reference, text=text, actor=cast.actor("amal"), at=AT, version=version
    )
    return message


def on_paper(cast: Cast, case: Case, message: Message) -> bytes:
    """The letter as Amal opens it, who has looked up whom it is to."""
    identity.reveal(reference=case.reference, reason="To post it.", actor=cast.actor("amal"), at=AT)
    return papers.letter_pdf(reference=case.reference, message=message.public_id, actor=cast.actor("amal"), at=AT)


class TestOnPaper:
    def test_a_letter_is_an_accessible_pdf_with_marking_date_and_reference(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        message = a_letter(cast, case)

        pdf = on_paper(cast, case, message)

        report = page.validate_pdf_bytes(pdf, profile="ua1")
        assert [(failure.rule_id, failure.message) for failure in report.failures] == []
        words = words_of(pdf)
        assert words.count("OFFICIAL") == 2  # at the top and at the bottom
        for expected in (
            "Maya Field",
            "20 November 2026",
            case.reference,
            "Westshire Police",
            "We have spoken",
            "Page 1 of 1",
        ):
            assert expected in words

    def test_its_head_has_the_department_that_wrote_it(self, cast: Cast) -> None:
        case = give_to(cast, a_case_handled_outside(cast), "northgate")
        message = a_letter(cast, case)

        give_to(cast, case, "professional-standards")

        head = words_of(on_paper(cast, case, message)).partition("Our reference")[0]
        assert "Northgate" in head
        assert "Professional Standards" not in head

    def test_its_head_says_how_the_force_is_reached_as_it_was_when_it_was_sent(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        ways = {"force": "westshire", "actor": cast.actor("jo"), "from_on": AT.date()}
        before, between, after = (AT + dt.timedelta(minutes=minutes) for minutes in (-5, 0, 5))
        letterheads.add(**ways, address="1 Old Road\nWest Town", telephone="0121 496 0001", web="old.test", at=before)
        message = a_letter(cast, case)
        letterheads.add(**ways, address="2 New Road\nWest Town", telephone="0121 496 0002", web="new.test", at=after)

        pdf = on_paper(cast, case, message)

        assert message.sent_at == between
        head = words_of(pdf).partition("Our reference")[0]
        for expected in ("1 Old Road", "West Town", "Telephone 0121 496 0001", "old.test"):
            assert expected in head
        assert "New Road" not in head
        assert page.validate_pdf_bytes(pdf, profile="ua1").is_compliant

    def test_nothing_outside_the_sheet_tells_what_it_is_about(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        message = a_letter(cast, case)

        assert message.heading == f"Your reference {case.reference}"

    def test_hostile_words_are_printed_as_the_text_they_are(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        hostile = '<img src="http://127.0.0.1:9/a.png"> <script>x()</script> <link rel="stylesheet" href="file:///etc/passwd">'
        message = a_letter(cast, case, hostile)

        pdf = on_paper(cast, case, message)

        assert "<script>x()</script>" in words_of(pdf)

    def test_every_look_is_on_record_for_it_shows_a_name_and_address(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        message = a_letter(cast, case)
        identity.reveal(reference=case.reference, reason="To post it.", actor=cast.actor("amal"), at=AT)

        answer = cast.client("amal").get(f"/api/v1/cases/{case.reference}/messages/{message.public_id}/letter.pdf")

        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")
        assert Event.objects.filter(verb="LETTER_OPENED", subject=case.reference).count() == 1

    def test_one_that_takes_too_long_is_refused_in_plain_words(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case = a_case_handled_outside(cast)
        message = a_letter(cast, case)
        identity.reveal(reference=case.reference, reason="To post it.", actor=cast.actor("amal"), at=AT)
        monkeypatch.setattr(documents, "SECONDS", 0.1)

        answer = cast.client("amal").get(f"/api/v1/cases/{case.reference}/messages/{message.public_id}/letter.pdf")

        assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
        assert answer.json()["type"] == "urn:rylp:problem:too-much-to-print"
        assert "Try again in a few minutes" in answer.json()["detail"]

    def test_a_letter_of_another_case_is_nowhere(self, cast: Cast) -> None:
        case, other = a_case_handled_outside(cast), a_case_handled_outside(cast)
        message = a_letter(cast, other)

        with pytest.raises(Missing):
            papers.letter_pdf(reference=case.reference, message=message.public_id, actor=cast.actor("amal"), at=AT)

    def test_points_become_a_list(self) -> None:
        blocks = papers.blocks_of("Tell us:\n\n- one\n- two\n\nYours\n\nStandards\nWestshire")

        assert [(block.text, list(block.points)) for block in blocks] == [
            ("Tell us:", []), ("", ["one", "two"]), ("Yours", []), ("Standards\nWestshire", []),
        ]  # fmt: skip


def put(case: Case, name: str, content: bytes) -> StoredFile:
    """A file that was sent with the case."""
    stored = attachments.keep(content=io.BytesIO(content), name=name, at=AT)
    CaseFile.objects.create(case=case, file=stored)
    return stored


def copy_of(stored: StoredFile) -> bytes:
    with open_copy(stored) as copy:
        return copy.read()


def lying_in(pdf: bytes) -> dict[str, Any]:
    """What is attached to a PDF: the file specifications, by the names that its list of attachments has."""
    names = pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/Names"].get("/EmbeddedFiles", {"/Names": []})["/Names"]
    assert names[::2] == sorted(names[::2])
    return {each.get_object()["/UF"]: each.get_object() for each in names[1::2]}


def content_of(specification: Any) -> bytes:
    return specification["/EF"]["/F"].get_data()


class TestTheBundle:
    def test_it_has_an_index_with_pages_and_everything_but_what_is_internal(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        for number in range(12):
            a_letter(cast, case, f"News number {number}.\n\n" + "We go on with it. " * 150)
        move(cast, case, "amal", "resolve", result="INTERNAL-RESULT", told="We are sorry.")
        identity.reveal(reference=case.reference, reason="For the review.", actor=cast.actor("beth"), at=AT)

        pdf = review_bundle.as_pdf(reference=case.reference, actor=cast.actor("beth"), at=AT)

        assert page.validate_pdf_bytes(pdf, profile="ua1").is_compliant
        with pdfplumber.open(io.BytesIO(pdf)) as document:
            sheets = [sheet.extract_text() for sheet in document.pages]
        index = sheets[0]
        for part in (
            "1. The case",
            "2. How it was handled",
            "3. Allegations, opinions and decisions",
            "4. Letters and messages",
            "5. Notices of the IOPC and the local policing body",
            "6. Files",
        ):
            number = int(re.search(rf"{re.escape(part)}[ .]+(\d+)", index)[1])
            assert part in sheets[number - 1]
        whole = "\n".join(sheets)
        assert "News number 11." in whole
        assert "We are sorry." in whole
        assert "INTERNAL-RESULT" not in whole
        assert f"Page {len(sheets)} of {len(sheets)}" in sheets[-1]
        assert "OFFICIAL-SENSITIVE" in index

    def test_it_has_what_bodies_said_and_no_allegation_that_went_to_another_case(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        elsewhere = Allegation.objects.create(case=a_case(cast), position=2)
        Allegation.objects.create(
            case=review.case, position=2, summary="GONE-ELSEWHERE", moved_to=elsewhere, moved_on=AT.date()
        )
        staying.said(cast, review.case, "IOPC", "CONSENTS_TO_REFERRAL")
        staying.said(cast, review.case, "IOPC", "refer_back")
        identity.reveal(reference=review.case.reference, reason="For it.", actor=cast.actor("beth"), at=AT)

        pdf = review_bundle.as_pdf(reference=review.case.reference, actor=cast.actor("beth"), at=AT)

        words = words_of(pdf)
        assert "Finding The service provided was acceptable" in words
        assert "Allegation 2" not in words
        assert "GONE-ELSEWHERE" not in words
        for said in ("Local policing body Review applied", "It may be referred again", "The IOPC refers it back"):
            assert said in words
        assert page.validate_pdf_bytes(pdf, profile="ua1").is_compliant

    def test_the_copies_of_the_files_lie_in_it_byte_for_byte(self, cast: Cast) -> None:
        case, other = a_case_handled_outside(cast), a_case(cast)
        photo, note = put(case, "door.jpg", photograph()), put(case, "réponse (1).txt", b"No (reply) \\ yet.\r\n")
        for number in range(9):  # by whatever names, also the same one
            put(case, "door.jpg", b"Letter number %d." % number)
        put(other, "elsewhere.txt", b"Of another case.")
        identity.reveal(reference=case.reference, reason="For the review.", actor=cast.actor("beth"), at=AT)

        pdf = review_bundle.as_pdf(reference=case.reference, actor=cast.actor("beth"), at=AT)

        found = lying_in(pdf)
        listed = ["01 door.jpg", "02 réponse (1).txt", *(f"{number:02} door.jpg.txt" for number in range(3, 12))]
        assert list(found) == listed
        assert [content_of(each) for each in found.values()] == [
            copy_of(link.file) for link in case.files.order_by("id")
        ]
        assert CAMERA.encode() not in content_of(found["01 door.jpg"])
        assert {each["/Desc"] for each in found.values()} == {"Kept on 20 November 2026"}
        assert {each["/AFRelationship"] for each in found.values()} == {"/Supplement"}
        assert len(pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]["/AF"]) == len(listed)
        assert page.validate_pdf_bytes(pdf, profile="ua1").is_compliant
        words = "".join(words_of(pdf).split())
        for name in listed:
            assert words.count(name.replace(" ", "")) == 2, "in the index, and in the list of files"
        assert hashlib.sha256(copy_of(photo)).hexdigest() in words
        assert f"Assent:{photo.sha256}" in words
        assert note.sha256 in words

    def test_files_that_do_not_fit_into_one_pdf_are_named_as_sent_beside(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case = a_case_handled_outside(cast)
        for name, length in (("first.txt", 600), ("large.txt", 500), ("small.txt", 400)):
            put(case, name, b"x" * length)
        identity.reveal(reference=case.reference, reason="For the review.", actor=cast.actor("beth"), at=AT)
        monkeypatch.setattr(review_bundle, "MOST_WITHIN", 1000)

        pdf = review_bundle.as_pdf(reference=case.reference, actor=cast.actor("beth"), at=AT)

        assert list(lying_in(pdf)) == ["1 first.txt", "3 small.txt"]
        words = " ".join(words_of(pdf).split())
        assert re.search(r"2 large\.txt, sent beside[ .]+\d", words)
        assert "They are sent beside it, each by its name here." in words
        assert hashlib.sha256(b"x" * 500).hexdigest() in words.replace(" ", "")
        assert page.validate_pdf_bytes(pdf, profile="ua1").is_compliant

    def test_it_has_how_it_was_investigated_and_why_it_was_decided_so(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        row = code(cast, alleged(cast, case))
        special = under_special_procedures(name_subject(cast, case, "ed@westshire.test"))
        special_procedures.assess(
            **by(cast, "fay", case, AT + HOUR), special=special.public_id, reason="He hit him, if it is true.",
            severity=special.Severity.GROSS_MISCONDUCT, consulted="beth@westshire.test", consulted_on=AT.date(), notice=None,
        )  # fmt: skip
        notes.add(**by(cast, "fay", case, AT + 2 * HOUR), text="AMONG-US")
        opine(cast, row, "CASE_TO_ANSWER_MISCONDUCT", reasons="One of them saw it.")
        opine(cast, row, "NO_CASE_TO_ANSWER")
        move(cast, case, "fay", "submit_report", AT + 3 * HOUR, summary="Four were heard.\n\nThe footage is clear.")
        in_decision(cast, case)
        decide(cast, row, "NO_CASE_TO_ANSWER", at=AT + 4 * HOUR)
        identity.reveal(reference=case.reference, reason="For it.", actor=cast.actor("beth"), at=AT)

        pdf = review_bundle.as_pdf(reference=case.reference, actor=cast.actor("beth"), at=AT + 5 * HOUR)

        words = " ".join(words_of(pdf).split())
        for said in (
            "20 November 2026: Terms of reference", "What was said at the desk.",
            "20 November 2026: Special procedures", "Police officer", "Gross misconduct He hit him, if it is true.",
            "20 November 2026: The investigator's report", "Four were heard. The footage is clear.",
            "Nothing points to it.", "Opinion before, on 20 November 2026 Case to answer for misconduct, Fay One of them saw it.",
            "Investigator's opinion No case to answer",
            "Reasons for the opinion The footage shows it; the officer agrees.", "Finding No case to answer",
            "Reasons The footage shows it; the officer agrees.", "Decided by Lev", "Regulations of 2020 as amended in 2025",
        ):  # fmt: skip
            assert said in words
        assert "AMONG-US" not in words
        assert page.validate_pdf_bytes(pdf, profile="ua1").is_compliant

    def test_it_calls_everything_by_its_name_and_keeps_what_was_decided_before(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        conclude(cast, review, "RECOMMENDS", recommendation="Look at the footage again.")
        answered(cast, review, "ACCEPTED")
        move(cast, review.case, "beth", "reopen_after_review")
        identity.reveal(reference=review.case.reference, reason="For it.", actor=cast.actor("beth"), at=AT)

        words = words_of(review_bundle.as_pdf(reference=review.case.reference, actor=cast.actor("beth"), at=AT))

        assert "Why it was handled otherwise than by investigation" in words
        assert "Decided before, on 20 November 2026" in words
        assert not [code for code in ("LPB", "DECIDED", "2020-2025", "ACCEPTABLE", "OTBI") if code in words]

    def test_it_says_who_complained_and_names_nobody_else(self, cast: Cast) -> None:
        """Neither who is only kept informed nor, in an allegation that came from another case, who complained there."""
        review = a_case_under_review(cast)
        Complainant.objects.create(case=review.case, position=2, name="Ola Reed", relationship="INTERESTED")
        elsewhere = a_case(cast, complainants=[NewComplainant(name="Noor Hale")])
        there = Allegation.objects.create(case=elsewhere, position=1)
        Allegation.objects.create(case=review.case, position=2, summary="Noor Hale was pushed.", split_from=there)
        identity.reveal(reference=review.case.reference, reason="For it.", actor=cast.actor("beth"), at=AT)

        words = words_of(review_bundle.as_pdf(reference=review.case.reference, actor=cast.actor("beth"), at=AT))

        assert "Complained by Maya Field" in words
        assert "[name kept back] was pushed." in words
        assert not [name for name in ("Ola", "Noor") if name in words]

    def test_the_delegate_of_the_authority_alone_makes_it_and_that_is_on_record(self, cast: Cast) -> None:
        case = a_case(cast)

        with pytest.raises(MayNot):
            review_bundle.as_pdf(reference=case.reference, actor=cast.actor("amal"), at=AT)
        identity.reveal(reference=case.reference, reason="For the review.", actor=cast.actor("beth"), at=AT)
        answer = cast.client("beth").get(f"/api/v1/cases/{case.reference}/review-bundle.pdf")

        assert answer.content.startswith(b"%PDF")
        assert Event.objects.get(verb="REVIEW_BUNDLE_MADE").subject == case.reference


@pytest.mark.parametrize(
    "kind", ["REFERRED_BY_ANOTHER", *sorted(kind for kind, notice in NOTICES.items() if notice.to_interested)]
)
@pytest.mark.parametrize("prepare", [a_case, a_matter])
def test_who_is_only_kept_informed_reads_of_no_complaint_of_theirs_and_no_receipt(
    cast: Cast, prepare: Callable[[Cast], Case], kind: str
) -> None:
    case = prepare(cast)
    ola, _ = matters.add_interested_person(
        name="Ola Reed", email="ola@home.test", telephone="", address="", **by(cast, "beth", case)
    )

    letter = letters.preview(case, kind, to=letters.to_complainant(ola), on=AT.date())

    assert "Dear Ola Reed" in letter.text
    assert "your complaint" not in letter.text.lower()
    assert "tracking page" not in letter.text


@pytest.mark.parametrize(
    "kind", ["HANDLING", "REFERRAL", "REFERRED_BY_ANOTHER", "IOPC_DECISION", "SUSPENSION", "RESUMPTION", "SPECIAL_PROCEDURES",
             "TIMELINESS", "OUTCOME"]
)  # fmt: skip
def test_whom_a_matter_is_about_reads_of_no_complaint(cast: Cast, kind: str) -> None:
    to = letters.Recipient(Message.Party.SUBJECT, "Sam Sharp")

    letter = letters.preview(a_matter(cast), kind, to=to, on=AT.date())

    assert "complaint" not in letter.text
    assert "the person who complained" not in letter.text


@pytest.mark.parametrize("body", ["LPB", ""])
def test_whom_a_complaint_is_about_reads_of_a_review_where_there_is_a_right_to_one(cast: Cast, body: str) -> None:
    case = a_case(cast)
    case.review_body = body

    letter = letters.preview(case, "OUTCOME", to=letters.Recipient(Message.Party.SUBJECT, "Sam Sharp"), on=AT.date())

    assert ("ask for a review" in letter.text) == bool(body)


class TestTheOutcome:
    """SI 2020/2 regulation 33: that there is a right to a review, whose it is, where to write, by when, and why that body."""

    def outcome(self, cast: Cast, body: str) -> letters.Written:
        case = a_case(cast)
        case.review_body, case.review_information_on = body, AT.date()
        complainant = Complainant.objects.get(case=case)
        return letters.write_outcome(
            case, "We found that the service was not good enough.", to=letters.to_complainant(complainant), on=AT.date()
        )

    def test_the_iopc_is_named_with_its_address_and_the_last_day(self, cast: Cast) -> None:
        letter = self.outcome(cast, "IOPC")

        for said in ("not good enough", "18 December 2026", "PO Box 473", "no one else can", "This is because"):
            assert said in letter.text
        assert letter.template is not None
        assert letter.template.kind == "OUTCOME"

    def test_the_local_policing_body_is_named_as_it_is_called_on_that_day(self, cast: Cast) -> None:
        policing_bodies.name(
            force="westshire",
            name="Mayor of Westshire",
            address="1 High Street\nWest Town",
            from_on=dt.date(2026, 5, 7),
            actor=cast.actor("jo"),
            at=AT,
        )

        letter = self.outcome(cast, "LPB")

        assert "Write to: Mayor of Westshire, 1 High Street West Town." in letter.text

    def test_waits_until_it_is_entered_where_to_write(self, cast: Cast) -> None:
        LocalPolicingBody.objects.update(until_on=AT.date())

        with pytest.raises(CannotMove, match="enter first what it is called"):
            a_case_told(cast)

        case = get_case(reference=Case.objects.get().reference, actor=cast.actor("beth"))
        moves = {each.move: each for each in next_moves(case, actor=cast.actor("beth"), on=AT.date())}
        rules = [against.rule for against in moves["send_outcome"].why_not]
        assert "Police (Complaints and Misconduct) Regulations 2020, regulation 33" in rules
        assert (case.state, case.told_on, case.review_information_on) == ("DECISION", None, None)
        assert not Message.objects.filter(case=case).exists()

    def test_by_the_iopc_waits_for_nobody(self, cast: Cast) -> None:
        LocalPolicingBody.objects.update(until_on=AT.date())

        assert a_case_told(cast, conduct=True).state == "OUTCOME_SENT"

    def test_the_right_stands_in_the_letter_and_not_below_its_close(self, cast: Cast) -> None:
        letter = self.outcome(cast, "IOPC")

        assert letter.text.index("If you do not agree") < letter.text.index("Yours sincerely")
        assert letter.text.count("If you do not agree") == 1

    def test_a_text_of_the_force_that_has_no_place_for_the_right_has_it_at_its_end(self, cast: Cast) -> None:
        own_version(cast, "OUTCOME", "Dear {addressee}\n\n{outcome}\n\nBye.")

        letter = self.outcome(cast, "IOPC")

        assert letter.text.index("Bye.") < letter.text.index("If you do not agree")

    def test_it_keeps_the_version_of_the_right_beside_its_own(self, cast: Cast) -> None:
        own_version(
            cast, "REVIEW_RIGHT_LPB", "You may ask {body_name} for a review. Write to {body_address} by {review_by}."
        )
        case = a_case_told(cast)

        listed = cast.client("beth").get(f"/api/v1/cases/{case.reference}/messages/").json()["results"]
        (outcome,) = [each for each in listed if each["about"] == "OUTCOME"]

        assert "You may ask" in outcome["text"]
        assert (outcome["template_kind"], outcome["template_version"]) == ("OUTCOME", 1)
        assert (outcome["review_right_kind"], outcome["review_right_version"]) == ("REVIEW_RIGHT_LPB", 2)

    def test_without_a_right_nothing_is_said_of_one(self, cast: Cast) -> None:
        letter = self.outcome(cast, "")

        assert "review" not in letter.text
        assert letter.review_right is None


def test_a_letter_names_every_part_that_is_missing_or_unknown(cast: Cast) -> None:
    case = a_case(cast)
    to = letters.to_complainant(Complainant.objects.get(case=case))

    with pytest.raises(Invalid) as refusal:
        letters.write(case, "TIMELINESS", to=to, gaps={"progress": "Two heard.", "outcome": "None."}, on=AT.date())

    assert set(refusal.value.errors) == {"reasons", "next_steps", "estimated_end", "outcome"}


def test_a_kind_without_a_text_of_its_own_is_written_by_the_general_one(cast: Cast) -> None:
    case = a_case(cast)
    to = letters.to_body(case, "IOPC", on=AT.date())

    letter = letters.write(case, "HANDLING", to=to, gaps={"explanation": "Locally."}, on=AT.date())

    assert letter.template is not None
    assert letter.template.kind == "GENERAL"
    assert "Dear Independent Office for Police Conduct" in letter.text


@pytest.mark.parametrize("kind", sorted(NOTICES))
@pytest.mark.parametrize("party", ["COMPLAINANT", "SUBJECT", "BODY"])
def test_there_is_a_text_for_every_notice_to_everybody(cast: Cast, kind: str, party: str) -> None:
    case: Any = a_case(cast)
    assess(cast, case)
    to = {
        "COMPLAINANT": letters.to_complainant(Complainant.objects.get(case=case)),
        "SUBJECT": letters.Recipient(Message.Party.SUBJECT, "Sam Sharp"),
        "BODY": letters.to_body(case, "LPB", on=AT.date()),
    }[party]

    draft = letters.preview(case, kind, to=to, on=AT.date())

    assert set(texts.gaps_in(draft.text)) <= set(texts.FROM_THE_HANDLER)
