"""Searching all that is written in cases: the same come, in whichever form the database is asked, and for nobody by a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.postgres.search import SearchVector
from django.db.models import Value
from rest_framework.test import APIClient

from cases.lists import queue
from cases.models import Allegation, Case, Involvement, Message, Note
from cases.services import access, allegations, identity, involvement, messages, notes, splitting
from cases.services.intake import NewComplainant
from tests.cases.alleging import alleged, by
from tests.cast import AT, Cast, a_case, a_case_handled_outside, gather, give_to
from tests.database_setup import as_owner

CASES = "/api/v1/cases/"
MAYA = NewComplainant(
    name="Maya Quill", email="maya@home.test", telephone="0121 496 0000", address="5 Osier Lane\nWest Town"
)


FORMS = pytest.mark.parametrize(
    ("few", "common"),
    [(queue.FEW_MATCHES, queue.KNOWN_AS_COMMON), (0, queue.KNOWN_AS_COMMON), (0, -1)],
    ids=["few matches", "many matches", "known as common"],
)


@FORMS
def test_a_search_answers_the_newest_first_whether_its_words_are_rare_or_common(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int, common: int
) -> None:
    monkeypatch.setattr(queue, "FEW_MATCHES", few)
    monkeypatch.setattr(queue, "KNOWN_AS_COMMON", common)
    older = a_case(cast, narrative="A kestrel was chased by a patrol car.", at=AT - dt.timedelta(days=2))
    newer = a_case(cast, narrative="The patrol car ran over my kestrels.", at=AT - dt.timedelta(days=1))
    a_case(cast, narrative="A buzzard, and nobody came.")

    beth = cast.client("beth")
    first = beth.get(CASES, {"search": "kestrel", "limit": 1}).json()
    second = beth.get(CASES, {"search": "kestrel", "limit": 1, "cursor": first["next"]}).json()

    assert [case["reference"] for case in first["results"]] == [newer.reference]
    assert [case["reference"] for case in second["results"]] == [older.reference]
    assert second["next"] == ""


@FORMS
def test_a_search_finds_nothing_that_is_not_yours_to_see(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int, common: int
) -> None:
    monkeypatch.setattr(queue, "FEW_MATCHES", few)
    monkeypatch.setattr(queue, "KNOWN_AS_COMMON", common)
    a_case(cast, narrative="A kestrel was chased by a patrol car.")

    found = cast.client("kit").get(CASES, {"search": "kestrel"}).json()

    assert found == {"results": [], "next": ""}


def found(client: APIClient, words: str, **more: object) -> set[str]:
    """The cases that a search answers."""
    answer = client.get(CASES, {"search": words, **more})
    assert answer.status_code == 200, answer.content
    return {case["reference"] for case in answer.json()["results"]}


def a_note(cast: Cast, case: Case, text: str) -> None:
    notes.add(text=text, **by(cast, "beth", case))


def a_message(cast: Cast, case: Case, text: str) -> None:
    messages.write(about=Message.About.REPLY, text=text, complainant=None, way=None, files=[], **by(cast, "beth", case))


def a_message_from_them(_cast: Cast, case: Case, text: str) -> None:
    messages.receive(case_id=case.pk, text=text, wish="", files=[], at=AT)


def an_allegation(cast: Cast, case: Case, text: str) -> None:
    alleged(cast, case, summary=text)


def the_place_of_an_allegation(cast: Cast, case: Case, text: str) -> None:
    alleged(cast, case, location=text)


PARTS = pytest.mark.parametrize(
    "write", [a_note, a_message, a_message_from_them, an_allegation, the_place_of_an_allegation]
)
Write = Callable[[Cast, Case, str], None]


class TestWhatIsWrittenInACase:
    @PARTS
    @FORMS
    def test_finds_it_for_whoever_sees_the_case_and_for_nobody_else(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch, write: Write, few: int, common: int
    ) -> None:
        monkeypatch.setattr(queue, "FEW_MATCHES", few)
        monkeypatch.setattr(queue, "KNOWN_AS_COMMON", common)
        case = a_case_handled_outside(cast)
        write(cast, case, "Two kestrels were seen.")
        give_to(cast, case, "northgate")
        a_case_handled_outside(cast)

        for name in ("amal", "beth", "cai", "dee"):
            assert found(cast.client(name), "kestrel") == {case.reference}, name
        for name in ("ed", "fay", "gwen", "jo", "kit"):
            assert found(cast.client(name), "kestrel") == set(), name

    @PARTS
    def test_finds_it_together_with_the_narrative_and_with_each_other(self, cast: Cast, write: Write) -> None:
        case, other = a_case_handled_outside(cast), a_case_handled_outside(cast)
        write(cast, case, "Two kestrels were seen.")
        write(cast, other, "Two buzzards were seen.")
        a_note(cast, case, "The heron was first.")
        beth = cast.client("beth")

        assert found(beth, "seen rude") == {case.reference, other.reference}
        assert found(beth, "rude seen -buzzard") == {case.reference}
        assert found(beth, "kestrel heron") == {case.reference}
        assert found(beth, '"kestrels were seen"') == {case.reference}
        assert found(beth, "buzzard heron") == set()

    @PARTS
    def test_finds_it_for_nobody_whom_a_wall_keeps_from_it(self, cast: Cast, write: Write) -> None:
        case = a_case_handled_outside(cast)
        write(cast, case, "Two kestrels were seen.")
        give_to(cast, case, "northgate")
        assert found(cast.client("cai"), "kestrel") == {case.reference}

        involvement.name_person(who="1003", part=Involvement.Part.WITNESS, **by(cast, "beth", case))

        assert found(cast.client("cai"), "kestrel") == set()
        assert found(cast.client("dee"), "kestrel") == {case.reference}

    @PARTS
    def test_finds_a_restricted_case_for_those_alone_who_have_leave(self, cast: Cast, write: Write) -> None:
        case = a_case_handled_outside(cast)
        write(cast, case, "Two kestrels were seen.")

        access.restrict(reason="A witness is at risk.", **by(cast, "beth", case))

        assert found(cast.client("beth"), "kestrel") == {case.reference}
        assert found(cast.client("lev"), "kestrel") == found(cast.client("amal"), "kestrel") == set()

    def test_is_counted_as_it_is_listed(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        a_note(cast, case, "Two kestrels were seen.")

        counted = cast.client("beth").get(f"{CASES}counts/", {"search": "kestrel"}).json()

        assert (counted["total"]["count"], counted["total"]["is_more"]) == (1, False)


@pytest.mark.parametrize("spelled", ["{}", " {} ", "{lower}", "{dashed}"])
def test_a_reference_finds_its_case_however_it_is_typed(cast: Cast, spelled: str) -> None:
    case, _ = a_case(cast), a_case(cast)
    reference = case.reference
    typed = spelled.format(reference, lower=reference.lower(), dashed=f"{reference[:4]}-{reference[4:]}")

    assert found(cast.client("beth"), typed) == {reference}
    assert found(cast.client("kit"), typed) == set()


def test_what_mentions_a_reference_is_found_with_the_case_of_it_and_left_out_where_that_is_asked(cast: Cast) -> None:
    case, other = a_case(cast), a_case(cast)
    for each in (case, other):
        a_note(cast, each, f"See {case.reference}.")
    beth = cast.client("beth")

    assert found(beth, case.reference) == {case.reference, other.reference}
    assert found(beth, f"-{case.reference}") == set()


class TestNobodyIsFoundByName:
    """A name is shown to who reveals it, for a reason that is kept: a search would be a way around that."""

    @pytest.mark.parametrize("known", ["Maya", "quill", '"Maya Quill"', "maya@home.test", "Osier", "0121", "496"])
    def test_in_a_letter_to_them_nor_in_what_they_wrote_or_staff_noted(self, cast: Cast, known: str) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        for write in (a_message, a_message_from_them, a_note):
            write(cast, case, "Dear Maya Quill of 5 Osier Lane, 0121 496 0000, maya@home.test: the kestrels were seen.")
        identity.reveal(reference=case.reference, reason="To ring.", actor=cast.actor("beth"), at=AT)
        beth = cast.client("beth")

        assert found(beth, known) == set()
        assert found(beth, "kestrels") == {case.reference}

    def test_nor_by_what_stands_in_place_of_the_name(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        a_message(cast, case, "Dear Maya")

        assert found(cast.client("beth"), "shown") == set()


class TestWhatChanges:
    def test_an_edited_allegation_is_found_by_what_it_says_now(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        a_note(cast, case, "The heron was first.")
        allegation = alleged(cast, case, summary="Two kestrels were seen.")

        allegations.describe(
            allegation=allegation.public_id, changes={"summary": "A buzzard."}, **by(cast, "beth", case)
        )

        beth = cast.client("beth")
        assert found(beth, "kestrel") == set()
        assert found(beth, "buzzard heron rude") == {case.reference}

    def test_each_half_of_a_split_one_is_found(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        allegation = alleged(cast, case, summary="Two kestrels and a buzzard.")

        splitting.split(
            allegation=allegation.public_id, summary="A lapwing.", second="A dunnock.", **by(cast, "beth", case)
        )

        assert found(cast.client("beth"), "lapwing dunnock") == {case.reference}
        assert found(cast.client("beth"), "kestrel") == set()

    def test_a_moved_one_is_found_where_it_goes_on(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)
        a_note(cast, case, "The heron was first.")
        allegation = alleged(cast, case, summary="Two kestrels were seen.")
        alleged(cast, other, summary="A buzzard.")

        splitting.move_to(allegation=allegation.public_id, into=other.reference, **by(cast, "beth", case))

        beth = cast.client("beth")
        assert found(beth, "kestrel") == found(beth, "kestrel buzzard") == {other.reference}
        assert found(beth, "heron") == {case.reference}

    def test_a_removed_one_finds_nothing(self, cast: Cast) -> None:
        case = a_case(cast)
        Allegation.objects.filter(pk=alleged(cast, case, summary="Two kestrels were seen.").pk).delete()

        assert found(cast.client("beth"), "kestrel") == set()

    def test_an_old_copy_of_the_case_that_is_saved_loses_no_words(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        old = Case.objects.get(pk=case.pk)
        a_note(cast, case, "Two kestrels were seen.")

        old.save()
        Case.objects.filter(pk=case.pk).update(words=SearchVector(Value("buzzard")))

        assert found(cast.client("beth"), "kestrel rude") == {case.reference}
        assert found(cast.client("beth"), "buzzard") == set()

    def test_a_case_with_more_words_than_a_search_can_hold_still_takes_notes(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        a_note(cast, case, "Two kestrels were seen.")
        for number in range(3):
            words = " ".join(f"word{number}x{place:0>24}" for place in range(15_000))
            Note.objects.create(
                case=case, author=cast.users["beth"], written_at=AT, text="…",
                words=SearchVector(Value(words), config="english"),
            )  # fmt: skip

        a_note(cast, case, "The heron was last.")

        assert Note.objects.count() == 5
        assert found(cast.client("beth"), "kestrel heron") == {case.reference}

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("table", ["cases_note", "cases_message"])
    @pytest.mark.parametrize(
        "erased", ["DELETE FROM {}", "UPDATE {} SET text = ''", "UPDATE {} SET text = 'A buzzard.'"]
    )
    def test_what_the_owner_erases_is_not_found_any_more(self, table: str, erased: str) -> None:
        cast = gather()
        case = a_case_handled_outside(cast)
        alleged(cast, case, summary="A heron.")
        write = a_note if table == "cases_note" else a_message
        write(cast, case, "Two kestrels were seen.")
        assert found(cast.client("beth"), "kestrel") == {case.reference}

        with as_owner() as cursor:
            cursor.execute(erased.format(table))

        assert found(cast.client("beth"), "kestrel") == found(cast.client("beth"), "buzzard") == set()
        assert found(cast.client("beth"), "heron") == {case.reference}
