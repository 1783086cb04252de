"""Who complained stands in no text for who has not revealed it, and in every one as it was queued for the rest."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from backend.audit import services as audit
from backend.notifications.models import Outgoing
from cases.identities import kept_from
from cases.letters.names import NOT_SHOWN, names_left_out
from cases.models import Case, CaseLink, Complainant, Involvement, Kind, Message, Notice
from cases.selectors import get_case
from cases.services import (
    complainants,
    contact,
    contributions,
    corrections,
    identity,
    involvement,
    links,
    messages,
    notes,
    retention,
)
from cases.services.intake import NewComplainant
from tests.cases.alleging import by
from tests.cast import AT, Cast, a_case, a_case_handled_outside, assess, give_to, move

MAYA = NewComplainant(
    name="Maya Quill", email="maya@home.test", telephone="0121 496 0000", address="5 Osier Lane\nWest Town\nB1 1AA"
)
SIGNED = "I am Maya Quill of 5 osier lane, B1 1AA: ring (0121) 496-0000 or write to MAYA@home.test. A man saw it."
KNOWN = ("maya", "quill", "osier", "b1 1aa", "496 0000", "496-0000")
REVEAL = {"reason": "To ring back."}
LATE = {"progress": "Two heard.", "reasons": "One is abroad.", "next_steps": "A video call.", "estimated_end": "June"}


def path(case: Case, rest: str = "") -> str:
    return f"/api/v1/cases/{case.reference}/{rest}"


def reveal(cast: Cast, case: Case, name: str = "beth", at: dt.datetime = AT) -> None:
    identity.reveal(reference=case.reference, reason="To ring back.", actor=cast.actor(name, at), at=at)


def tagged(client: APIClient, case: Case) -> dict[str, Any]:
    return {"format": "json", "headers": {"If-Match": client.get(path(case))["ETag"]}}


def a_case_full_of_names(cast: Cast) -> Case:
    """Recorded, so that Maya is owed a letter; with all that is written in a case, and her name in each."""
    case = a_case(cast, complainants=[MAYA])
    assess(cast, case, alleges_crime_or_discipline=True)
    involvement.name_person(who="1005", part=Involvement.Part.SUBJECT, **by(cast, "beth", case))
    move(cast, case, "beth", "record")
    messages.tell_progress(text="Dear Maya Quill\n\nWe have heard two people.", **by(cast, "beth", case))
    messages.receive(case_id=case.pk, text=SIGNED, wish="", files=[], at=AT)
    notes.add(text=f"She says: {SIGNED}", **by(cast, "beth", case))
    attempt = {"how": "LETTER", "tried_at": AT, "reached": False, "views": "", "wishes_recording": None}
    contact.log_attempt(complainant=None, note=SIGNED, **attempt, **by(cast, "beth", case))
    contributions.ask(unit="custody", question=SIGNED, due=None, files=[], **by(cast, "beth", case))
    return case


def the_draft(case: Case) -> str:
    return f"notices/{Notice.objects.get(case=case, kind='RECORD_COPY', to='COMPLAINANT').public_id}/draft/"


PLACES: dict[str, Callable[[Case], str]] = {
    "messages": lambda _: "messages/",
    "a letter that is drafted": the_draft,
    "timeline": lambda _: "timeline/",
    "notes": lambda _: "notes/",
    "attempts": lambda _: "contact-attempts/",
    "contributions": lambda _: "contributions/",
}
# What never had a name in it.
NOWHERE = ("", "notices/", "deadlines/", "moves/", "involvements/", "withdrawals/", "allegations/")


class TestReading:
    @pytest.mark.parametrize("place", PLACES)
    def test_who_has_not_revealed_them_reads_plain_words_in_their_place(self, cast: Cast, place: str) -> None:
        case = a_case_full_of_names(cast)
        reveal(cast, case, "lev")

        read = cast.client("beth").get(path(case, PLACES[place](case)))

        assert read.status_code == 200, read.content
        assert NOT_SHOWN in read.content.decode()
        assert not [known for known in KNOWN if known in read.content.decode().lower()]

    @pytest.mark.parametrize("place", PLACES)
    def test_who_has_revealed_them_reads_what_was_written(self, cast: Cast, place: str) -> None:
        case = a_case_full_of_names(cast)

        reveal(cast, case)

        read = cast.client("beth").get(path(case, PLACES[place](case))).content.decode()
        assert NOT_SHOWN not in read
        assert "Maya Quill" in read

    @pytest.mark.parametrize("place", NOWHERE)
    def test_elsewhere_nobody_is_named_at_all(self, cast: Cast, place: str) -> None:
        case = a_case_full_of_names(cast)
        reveal(cast, case)

        read = cast.client("beth").get(path(case, place))

        assert read.status_code == 200, read.content
        assert not [known for known in KNOWN if known in read.content.decode().lower()]

    @pytest.mark.parametrize("address", ["/api/v1/cases/", "/api/v1/cases/owed/?days=365", "/api/v1/cases/?search=man"])
    def test_nor_in_any_list(self, cast: Cast, address: str) -> None:
        a_case_full_of_names(cast)

        listed = cast.client("beth").get(address)

        assert listed.json()["results"]
        assert not [known for known in KNOWN if known in listed.content.decode().lower()]

    def test_the_rest_of_the_text_is_as_it_was(self, cast: Cast) -> None:
        case = a_case_full_of_names(cast)

        told, wrote = cast.client("beth").get(path(case, "messages/")).json()["results"]

        assert f"Dear {NOT_SHOWN}\n\nWe have heard two people.\n\n" in told["text"]
        assert wrote["text"].endswith("A man saw it.")

    def test_the_author_of_a_comment_is_named_to_no_unit_that_has_not_revealed_them(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT, complainants=[MAYA])
        move(cast, case, "gwen", "triage")
        messages.receive(case_id=case.pk, text=SIGNED, wish="", files=[], at=AT)
        gwen = cast.client("gwen")

        assert "Maya" not in gwen.get(path(case, "messages/")).content.decode()
        assert gwen.post(path(case, "complainants/reveal/"), REVEAL, format="json").status_code == 200
        assert "Maya" in gwen.get(path(case, "messages/")).content.decode()

    def test_a_reveal_counts_in_its_own_case_alone(self, cast: Cast) -> None:
        case, other = a_case_full_of_names(cast), a_case_full_of_names(cast)

        reveal(cast, other)

        assert "Maya" not in cast.client("beth").get(path(case, "messages/")).content.decode()

    def test_who_was_added_after_the_last_look_is_not_named_before_the_next(self, cast: Cast) -> None:
        case = a_case_full_of_names(cast)
        reveal(cast, case)
        later = AT + dt.timedelta(days=3)
        Complainant.objects.create(case=case, position=2, name="Orla Fenn", added_on=later.date())
        notes.add(text="Orla Fenn was there with Maya Quill.", **by(cast, "beth", case, later))

        def noted() -> str:
            return str(cast.client("beth").get(path(case, "notes/")).json()["results"][-1]["text"])

        assert noted() == f"{NOT_SHOWN} was there with Maya Quill."
        reveal(cast, case, at=later)
        assert noted() == "Orla Fenn was there with Maya Quill."

    def test_who_may_not_reveal_any_more_does_not_read_names_by_an_old_look(self, cast: Cast) -> None:
        case = give_to(cast, a_case_handled_outside(cast, complainants=[MAYA]), "northgate")
        reveal(cast, case, "cai")
        seen, cai, ed = get_case(reference=case.reference, actor=cast.actor("cai")), cast.actor("cai"), cast.actor("ed")

        assert kept_from(seen, cai) == []
        as_a_handler_elsewhere = type(cai)(cai.public_id, cai.user_id, cai.person_id, ed.roles)
        assert [each.name for each in kept_from(seen, as_a_handler_elsewhere)] == ["Maya Quill"]


class TestWriting:
    """Whoever writes is answered with what they may read, not with the name that the letter is to."""

    def test_a_letter_is_answered_without_the_name_and_goes_with_it(self, cast: Cast) -> None:
        case = a_case_full_of_names(cast)
        beth, notice = cast.client("beth"), Notice.objects.get(case=case, kind="RECORD_COPY", to="COMPLAINANT")

        sent = beth.post(
            path(case, f"notices/{notice.public_id}/send/"), {"parts": {}, "delivery": "POST"}, **tagged(beth, case)
        )

        assert sent.status_code == 201, sent.content
        assert f"Dear {NOT_SHOWN}" in sent.json()["text"]
        letter = Message.objects.get(public_id=sent.json()["public_id"])
        assert letter.text.startswith("Dear Maya Quill")
        assert letter.addressed_to == "Maya Quill\n5 Osier Lane\nWest Town\nB1 1AA"

    def test_a_message_is_answered_without_the_name_and_mailed_with_it(self, cast: Cast) -> None:
        case = a_case_full_of_names(cast)
        Complainant.objects.filter(case=case).update(text_by_email=True)
        beth = cast.client("beth")

        sent = beth.post(path(case, "messages/"), {"text": "Dear Maya\n\nWe go on."}, **tagged(beth, case))

        assert sent.status_code == 201
        assert f"Dear {NOT_SHOWN}\n\nWe go on." in sent.json()["text"]
        assert "Dear Maya\n\nWe go on." in Outgoing.objects.latest("pk").body

    def test_marking_a_message_as_read_tells_no_name(self, cast: Cast) -> None:
        case = a_case_full_of_names(cast)
        beth, came_in = cast.client("beth"), Message.objects.get(case=case, direction="IN")

        read = beth.post(path(case, f"messages/{came_in.public_id}/read/"), {}, **tagged(beth, case))

        assert read.status_code == 200
        assert "Maya" not in read.content.decode()

    def test_a_note_an_attempt_and_a_question_are_answered_as_they_are_read(self, cast: Cast) -> None:
        case = a_case_full_of_names(cast)
        beth = cast.client("beth")
        attempt = {"how": "VISIT", "tried_at": f"{AT.isoformat()}", "reached": False, "note": "Maya was out."}

        for place, body in (
            ("notes/", {"text": "Maya was out."}),
            ("contact-attempts/", attempt),
            ("contributions/", {"unit": "custody", "question": "Was Maya held?"}),
        ):
            answer = beth.post(path(case, place), body, **tagged(beth, case))
            assert answer.status_code == 201, answer.content
            assert "Maya" not in answer.content.decode()

    def test_the_letters_of_regulation_13_are_answered_without_the_name(self, cast: Cast) -> None:
        case = a_case_full_of_names(cast)
        move(cast, case, "beth", "investigate", investigator="fay@westshire.test", terms="Find out.")
        Case.objects.filter(pk=case.pk).update(investigating_since=AT.date() - dt.timedelta(days=800))
        Case.objects.filter(pk=case.pk).update(made_on=AT.date() - dt.timedelta(days=800))
        beth = cast.client("beth")

        written = beth.post(path(case, "timeliness-letters/"), LATE, **tagged(beth, case))

        assert written.status_code == 201, written.content
        assert f"Dear {NOT_SHOWN}" in written.content.decode()
        assert "Maya" not in written.content.decode()

    def test_the_unit_that_is_asked_reads_the_question_as_it_was_put(self, cast: Cast) -> None:
        """It has no case to look anybody up in: whoever asks decides which name it has to know."""
        case = a_case(cast, complainants=[MAYA])
        contributions.ask(unit="northgate", question=SIGNED, due=None, files=[], **by(cast, "amal", case))

        (asked,) = cast.client("cai").get("/api/v1/cases/contributions/").json()["results"]

        assert asked["question"] == SIGNED


class TestOnPaper:
    """A letter as PDF has the name and the address: who opens it looks at who complained."""

    def letter(self, case: Case) -> str:
        return path(case, f"messages/{Message.objects.get(case=case, direction='OUT').public_id}/letter.pdf")

    def test_is_refused_before_a_reveal_and_leaves_nothing_on_the_trail(self, cast: Cast) -> None:
        case = a_case_full_of_names(cast)
        before = audit.head()

        refused = cast.client("beth").get(self.letter(case))

        assert (refused.status_code, refused.json()["type"]) == (409, "urn:rylp:problem:look-them-up-first")
        assert audit.head() == before

    def test_is_opened_after_it_and_each_look_is_on_record(self, cast: Cast) -> None:
        case = a_case_full_of_names(cast)
        beth = cast.client("beth")
        beth.post(path(case, "complainants/reveal/"), REVEAL, format="json")

        opened = [beth.get(self.letter(case)) for _ in range(2)]

        assert [(each.status_code, each["Content-Type"]) for each in opened] == [(200, "application/pdf")] * 2
        looks = [event for event, _ in audit.timeline(subject_kind="case", subject=case.reference)][-3:]
        assert [(event.verb, event.actor) for event in looks] == [
            ("COMPLAINANT_REVEALED", cast.actor("beth").public_id), *[("LETTER_OPENED", cast.actor("beth").public_id)] * 2,
        ]  # fmt: skip

    def test_needs_a_look_of_ones_own(self, cast: Cast) -> None:
        case = a_case_full_of_names(cast)
        reveal(cast, case, "lev")

        assert cast.client("beth").get(self.letter(case)).status_code == 409

    def test_one_with_nobodys_name_is_opened_at_once(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[NewComplainant(anonymous=True)])
        messages.tell_progress(text="We have heard two people.", **by(cast, "beth", case))

        assert cast.client("beth").get(self.letter(case)).status_code == 200

    def test_the_review_bundle_needs_a_reveal_too(self, cast: Cast) -> None:
        case = a_case_full_of_names(cast)
        beth = cast.client("beth")

        assert beth.get(path(case, "review-bundle.pdf")).status_code == 409
        reveal(cast, case)
        assert beth.get(path(case, "review-bundle.pdf")).status_code == 200


def known(**more: str) -> Any:
    return SimpleNamespace(
        **{"name": "", "acts_for": "", "consent_given_by": "", "email": "", "telephone": "", "address": "",
           "safe_address": "", "formerly": "", **more}
    )  # fmt: skip


class TestLeavingOut:
    @pytest.mark.parametrize(
        ("person", "text", "expected"),
        [
            (known(name="Maya Quill"), "MAYA QUILL; quill, Maya’s", f"{NOT_SHOWN}; {NOT_SHOWN}, {NOT_SHOWN}’s"),
            (known(name="Aoife O'Brien-Lee"), "Dear Aoife O’Brien-Lee", f"Dear {NOT_SHOWN}"),
            (known(name="Jo Li"), "Dear Jo, jo and Li", f"Dear {NOT_SHOWN}, jo and {NOT_SHOWN}"),
            (known(acts_for="the late Ann Moss"), "Of the late Moss", f"Of the {NOT_SHOWN} {NOT_SHOWN}"),
            (known(consent_given_by="Ann Moss"), "Ann signed", f"{NOT_SHOWN} signed"),
            (known(email="a.b@c.test"), "<A.B@C.test> axb@c.test", f"<{NOT_SHOWN}> axb@c.test"),
            (known(telephone="07700 900123"), "+44 (0)7700 900 123.", f"{NOT_SHOWN}."),
            (known(telephone="+44 7700 900123"), "07700-900123, 077009001234", f"{NOT_SHOWN}, 077009001234"),
            (known(telephone="12"), "At 12 we met", "At 12 we met"),
            (known(address="5 Mill Lane, West Town, B1 1AA"), "In Mill Lane, not West Town", f"In {NOT_SHOWN}, not West Town"),
            (known(safe_address="Rose Cottage\nAshby"), "rose  cottage", NOT_SHOWN),
            (known(name="Maya Quill", formerly="name: Maya Feild"), "Ms Feild-Quill", f"Ms {NOT_SHOWN}-{NOT_SHOWN}"),
            (known(formerly="telephone: 07700 900123\nemail: a@b.test"), "a@b.test, 07700 900123", f"{NOT_SHOWN}, {NOT_SHOWN}"),
            (known(), "Maya", "Maya"),
        ],
    )  # fmt: skip
    def test_a_person_by_whatever_they_are_known_by(self, person: Any, text: str, expected: str) -> None:
        assert names_left_out([person])(text) == expected

    @given(st.text(max_size=30), st.text(max_size=60), st.text(max_size=30))
    def test_never_fails_whatever_somebody_is_called(self, name: str, address: str, text: str) -> None:
        read = names_left_out([known(name=name, address=address, telephone=name, email=address)])

        assert isinstance(read(f"{text} {name} {address}"), str)
        assert read("") == ""


class TestBesideTheTextsThatAreMasked:
    """The same words stand in other places too, and a mask that one of them lacks is none."""

    def read(self, cast: Cast, case: Case, rest: str = "") -> str:
        answer = cast.client("beth").get(path(case, rest))
        assert answer.status_code == 200, answer.content
        return answer.content.decode()

    def test_what_was_said_at_the_first_contact(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        move(cast, case, "amal", "take")
        assess(cast, case)
        said = {"views": "Maya Quill wants an apology.", "wishes_recording": False, "note": ""}
        contact.log_attempt(
            complainant=None, how="TELEPHONE", tried_at=AT, reached=True, **said, **by(cast, "amal", case)
        )

        for rest in ("", "contact-attempts/", "timeline/"):
            assert "Quill" not in self.read(cast, case, rest)
        reveal(cast, case)
        assert "Quill" in self.read(cast, case)

    def test_the_reasons_of_holds_links_and_corrections(self, cast: Cast) -> None:
        case, other = a_case_handled_outside(cast, complainants=[MAYA]), a_case(cast)
        retention.hold(**by(cast, "beth", case), ground="LITIGATION", until_on=None, reason="Maya Quill sues us.")
        links.add(
            **by(cast, "beth", case), other=other.reference, kind=CaseLink.Kind.SAME_INCIDENT, reason="Maya Quill was there."
        )  # fmt: skip
        day_after = AT + dt.timedelta(days=1)
        corrections.correct(
            **by(cast, "beth", case, day_after), what="handling_started_on", about=None, to=day_after.date(), reason="Maya Quill says so."
        )  # fmt: skip

        for rest in ("retention/", "links/", "corrections/", "timeline/"):
            assert "Quill" not in self.read(cast, case, rest), rest

    def test_the_reason_of_a_link_names_the_people_of_either_side_to_who_looked_them_up_there(self, cast: Cast) -> None:
        case, other = a_case(cast, complainants=[MAYA]), a_case(cast, complainants=[NewComplainant(name="Noor Hale")])
        links.add(
            **by(cast, "beth", case), other=other.reference, kind=CaseLink.Kind.SAME_INCIDENT, reason="Quill and Hale."
        )

        def reasons() -> list[str]:
            return [json.loads(self.read(cast, each, "links/"))[0]["reason"] for each in (case, other)]

        assert reasons() == [f"{NOT_SHOWN} and {NOT_SHOWN}."] * 2
        reveal(cast, case)
        assert reasons() == [f"Quill and {NOT_SHOWN}."] * 2
        reveal(cast, other)
        assert reasons() == ["Quill and Hale."] * 2

    def test_an_underscore_is_no_letter_of_a_name(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        notes.add(text="The statement of _Quill_ is maya_quill.pdf", **by(cast, "beth", case))

        assert "quill" not in self.read(cast, case, "notes/").lower()
        assert cast.client("beth").get("/api/v1/cases/?search=quill").json()["results"] == []

    def test_a_look_does_not_cover_who_came_later_on_the_same_day(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        reveal(cast, case)
        later = AT + dt.timedelta(hours=4)
        complainants.add(new=NewComplainant(name="Orla Fenn"), **by(cast, "amal", case, later))
        notes.add(text="Orla Fenn was there.", **by(cast, "amal", case, later))

        assert "Orla" not in self.read(cast, case, "notes/")
