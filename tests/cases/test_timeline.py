"""Everything that happened to a case, in order, with who and why, and nothing that the reader may not know."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.audit import services as audit
from backend.common.errors import Invalid
from cases.models import Case, Involvement, Note
from cases.selectors import get_case
from cases.services import assessment, contact, contributions, identity, involvement, messages, notes
from cases.timeline import Entry, timeline
from tests.cast import AT, CONTACT, NO_TICKS, Cast, a_case, a_case_handled_outside, give_to, move

HOUR = dt.timedelta(hours=1)


def version_of(case: Case) -> int:
    return Case.objects.values_list("version", flat=True).get(pk=case.pk)


def entries(cast: Cast, case: Case, name: str = "beth") -> list[Entry]:
    actor = cast.actor(name)
    seen = get_case(reference=case.reference, actor=actor)
    return timeline(seen, actor=actor, cursor="", size=100).rows


def whats(cast: Cast, case: Case, name: str = "beth") -> list[str]:
    return [entry.what for entry in entries(cast, case, name)]


def test_moves_are_told_by_their_names_with_who_and_why(cast: Cast) -> None:
    case = a_case(cast)
    move(cast, case, "amal", "take", AT)
    notes.add(reference=case.reference, text="Rang.", actor=cast.actor("beth"), at=AT + HOUR, version=version_of(case))

    taken, noted = entries(cast, case)

    assert (taken.what, taken.says, taken.who, taken.at) == ("TAKE", "Take it up for assessment", "Amal", AT)
    assert taken.details["state"] == "ASSESSING"
    assert (noted.what, noted.who, noted.text, noted.details) == ("NOTE_ADDED", "Beth", "Rang.", {})


def test_what_was_written_with_a_move_stands_beside_it(cast: Cast) -> None:
    case = a_case_handled_outside(cast)
    give_to(cast, case, "northgate")
    move(cast, case, "cai", "resolve", AT + HOUR, result="Report taken.", told="We are sorry.")

    resolved, *written = entries(cast, case)[-3:]

    assert (resolved.what, resolved.who) == ("RESOLVE", "Cai")
    assert {(each.what, each.text) for each in written} == {("NOTE", "Report taken."), ("MESSAGE", "We are sorry.")}


def test_everything_stands_in_the_order_in_which_it_happened(cast: Cast) -> None:
    case = a_case(cast)
    move(cast, case, "amal", "take", AT)
    contact.log_attempt(
        reference=case.reference, complainant=None, how="VISIT", tried_at=AT, reached=False, views="", wishes_recording=None,
        note="Nobody in.", actor=cast.actor("amal"), at=AT + HOUR, version=version_of(case),
    )  # fmt: skip
    move(cast, case, "amal", "record_contact", AT + 2 * HOUR, **CONTACT)
    messages.tell_progress(
        reference=case.reference, text="On it.", actor=cast.actor("amal"), at=AT + 3 * HOUR, version=version_of(case)
    )

    found = entries(cast, case)

    assert [(each.what, each.text) for each in found] == [
        ("TAKE", ""), ("CONTACT_TRIED", "Nobody in."), ("RECORD_CONTACT", ""), ("PROGRESS_TOLD", "On it."),
    ]  # fmt: skip
    assert [each.at for each in found] == sorted(each.at for each in found)


def test_a_correction_of_the_assessment_says_why(cast: Cast) -> None:
    case = a_case(cast)
    for name, ticks, reason in (("beth", {"alleges_crime_or_discipline": True}, ""), ("lev", {}, "It names nobody.")):
        assessment.assess(
            reference=case.reference, ticks={**NO_TICKS, **ticks}, wishes_recording=None, contact_impossible_reason=None,
            reason=reason, actor=cast.actor(name), at=AT, version=version_of(case),
        )  # fmt: skip

    assert [(each.who, each.text) for each in entries(cast, case)] == [("Beth", ""), ("Lev", "It names nobody.")]


def test_contributions_are_told_with_what_was_asked(cast: Cast) -> None:
    case = a_case(cast)
    contributions.ask(
        reference=case.reference, unit="custody", question="Was it kept?", due=None, files=[], actor=cast.actor("amal"),
        at=AT, version=version_of(case),
    )  # fmt: skip

    (asked,) = entries(cast, case)

    assert (asked.what, asked.text, asked.details["unit"]) == ("CONTRIBUTION_ASKED", "Was it kept?", "custody")


def test_who_looked_at_the_names_is_for_the_authority_alone(cast: Cast) -> None:
    case = give_to(cast, a_case_handled_outside(cast), "northgate")
    identity.reveal(reference=case.reference, reason="To ring.", actor=cast.actor("cai"), at=AT)

    revealed = entries(cast, case, "beth")[-1]
    assert (revealed.what, revealed.who, revealed.text) == ("COMPLAINANT_REVEALED", "Cai", "To ring.")
    assert "COMPLAINANT_REVEALED" not in whats(cast, case, "cai") + whats(cast, case, "amal")


def test_people_are_named_where_the_trail_has_their_ids(cast: Cast) -> None:
    case = give_to(cast, a_case(cast), "northgate")
    involvement.name_person(
        reference=case.reference, who="1005", part=Involvement.Part.WITNESS, actor=cast.actor("amal"), at=AT,
        version=version_of(case),
    )  # fmt: skip

    assert entries(cast, case)[-1].details["person"] == "Ed"


def test_what_names_a_case_that_one_may_not_see_is_left_out(cast: Cast) -> None:
    case, other = give_to(cast, a_case(cast), "northgate"), a_case(cast)
    before = whats(cast, case, "cai")
    audit.record(
        actor=str(cast.users["beth"].public_id), verb="LINKED", subject_kind="case", subject=case.reference, at=AT,
        details={"links": [{"other": other.reference}]},
    )  # fmt: skip

    assert whats(cast, case, "beth")[-1] == "LINKED"
    assert whats(cast, case, "cai") == before


def test_a_move_that_names_such_a_case_is_told_without_it(cast: Cast) -> None:
    case, other = give_to(cast, a_case(cast), "northgate"), a_case(cast)
    audit.record(
        actor="", verb="MERGE", subject_kind="case", subject=case.reference, at=AT,
        details={"state": "MERGED", "into": other.reference},
    )  # fmt: skip

    assert entries(cast, case, "beth")[-1].details == {"state": "MERGED", "into": other.reference}
    assert entries(cast, case, "cai")[-1].details == {"state": "MERGED"}
    assert entries(cast, case, "cai")[-1].who == "The public"


def test_it_comes_in_pages(cast: Cast) -> None:
    case = a_case(cast)
    for number in range(5):
        notes.add(
            reference=case.reference, text=f"{number}", actor=cast.actor("amal"), at=AT + number * HOUR,
            version=version_of(case),
        )  # fmt: skip
    client, url = cast.client("amal"), f"/api/v1/cases/{case.reference}/timeline/"

    first = client.get(url, {"limit": 2}).json()
    second = client.get(url, {"limit": 2, "cursor": first["next"]}).json()
    third = client.get(url, {"limit": 2, "cursor": second["next"]}).json()

    assert [[each["text"] for each in page["results"]] for page in (first, second, third)] == [
        ["0", "1"], ["2", "3"], ["4"],
    ]  # fmt: skip
    assert third["next"] == ""


def test_a_page_reads_the_texts_that_it_shows_and_no_others(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_case(cast)
    for number in range(6):
        notes.add(
            reference=case.reference, text=f"{number}", actor=cast.actor("amal"), at=AT + number * HOUR,
            version=version_of(case),
        )  # fmt: skip
    read: list[str] = []
    load = Note.from_db.__func__

    def noting(cls: type[Note], db: str, names: list[str], values: list[object]) -> Note:
        note = load(cls, db, names, values)
        read.append(note.text)
        return note

    monkeypatch.setattr(Note, "from_db", classmethod(noting))
    client, url = cast.client("amal"), f"/api/v1/cases/{case.reference}/timeline/"
    first = client.get(url, {"limit": 2}).json()
    client.get(url, {"limit": 2, "cursor": first["next"]})

    assert read == ["0", "1", "2", "3"]


def test_a_page_asks_as_much_of_a_long_history_as_of_a_short_one(cast: Cast) -> None:
    case, client = a_case(cast), cast.client("amal")

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/api/v1/cases/{case.reference}/timeline/", {"limit": 100}).status_code == 200
        return len(captured)

    def add(count: int) -> None:
        for _ in range(count):
            notes.add(reference=case.reference, text="Rang.", actor=cast.actor("amal"), at=AT, version=version_of(case))
            messages.tell_progress(
                reference=case.reference, text="On it.", actor=cast.actor("amal"), at=AT, version=version_of(case)
            )

    add(1)
    few = asked()
    add(5)

    assert asked() == few


def test_a_cursor_of_another_case_is_refused(cast: Cast) -> None:
    case, other = a_case(cast), a_case(cast)
    for each in (case, other):
        for _ in range(2):
            notes.add(reference=each.reference, text="Rang.", actor=cast.actor("amal"), at=AT, version=version_of(each))
    actor = cast.actor("amal")
    page = timeline(get_case(reference=case.reference, actor=actor), actor=actor, cursor="", size=1)

    for cursor in (page.next_cursor, "made up"):
        with pytest.raises(Invalid):
            timeline(get_case(reference=other.reference, actor=actor), actor=actor, cursor=cursor, size=1)
