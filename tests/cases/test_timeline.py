"""Everything that happened to a case, in order, with who and why, and nothing that the reader may not know."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from backend.audit import services as audit
from backend.common.errors import Invalid
from cases.models import Case, CaseLink, Involvement, Note, Regime, SpecialProcedures
from cases.selectors import get_case
from cases.services import (
    access,
    assessment,
    contact,
    contributions,
    determinations,
    identity,
    involvement,
    links,
    matters,
    messages,
    notes,
    preservation,
    special_procedures,
    suspensions,
)
from cases.services.intake import NewComplainant
from cases.timeline import SOURCES, WHY, Entry, timeline
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
from tests.cases.staying import step, suspend
from tests.cast import AT, CONTACT, NO_TICKS, Cast, a_case, a_case_handled_outside, give_to, move

HOUR = dt.timedelta(hours=1)


A_REASON = re.compile("reason|rationale|why|because|exception")
TOLD_OTHERWISE = {  # columns with a reason that the timeline tells from somewhere else, or never
    "Allegation.opinion_reasons": "the last of the opinions that are kept, each of which is told",
    "Allegation.rationale": "the last of the decisions that are kept, each of which is told",
    "Case.contact_impossible_reason": "the last of what was determined or answered, each of which is told",
    "Case.investigation_exception": "the last of what was determined, each of which is told",
    "Case.regime_reason": "the last of what was determined, each of which is told, or the rule that chose at the beginning",
    "OfficerLookup.reason": "of no case: why somebody looked up the live complaints on a person",
    "ContactPlan.ended_because": "of no case: why a plan for a person ended",
}


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
    texts = {each.what: each.text for each in written}
    assert texts["NOTE"] == "Report taken."
    assert "We are sorry." in texts["MESSAGE"].splitlines()  # in the letter of that move


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

    *before, told = found
    assert [(each.what, each.text) for each in before] == [
        ("TAKE", ""), ("CONTACT_TRIED", "Nobody in."), ("RECORD_CONTACT", ""),
    ]  # fmt: skip
    assert told.what == "PROGRESS_TOLD"
    assert "On it." in told.text.splitlines()
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


def test_no_column_that_says_why_is_forgotten() -> None:
    told = {(model_of(each), column) for each in (*SOURCES, *WHY) for column in each.columns}
    told.add(("Determination", "exception"))
    reasons = {
        (model.__name__, column.name)
        for model in apps.get_app_config("cases").get_models()
        for column in model._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField) and A_REASON.search(column.name)
        and column.model is model and not column.choices
    }  # fmt: skip

    assert {f"{model}.{column}" for model, column in reasons - told} == set(TOLD_OTHERWISE)


def model_of(source: Any) -> str:
    return str(source.rows(Case(pk=0)).model.__name__)


def said(cast: Cast, case: Case, name: str = "beth") -> dict[str, str]:
    """What stands with the last entry of each verb."""
    return {entry.what: entry.text for entry in entries(cast, case, name)}


def test_what_was_determined_says_why(cast: Cast) -> None:
    case = an_investigated_case(cast)
    determinations.set_duty_to_investigate(
        **by(cast, "beth", case, AT + HOUR),
        indicates_misconduct=True,
        exception="He has resigned.",
        reason="He hit him.",
    )
    determinations.set_regime(
        **by(cast, "beth", case, AT + 2 * HOUR), regime=Regime.OF_2020, reason="It was found in 2024."
    )
    preservation.find_nothing(**by(cast, "beth", case, AT + 2.5 * HOUR), reason="There was no camera.")
    access.restrict(**by(cast, "beth", case, AT + 3 * HOUR), reason="An informant is named.")
    access.give(**by(cast, "beth", case, AT + 4 * HOUR), who="lev@westshire.test", reason="He decides it.")

    told = said(cast, case)

    assert told["DUTY_TO_INVESTIGATE_SET"] == "He has resigned.\n\nHe hit him."
    assert told["REGIME_SET"] == "It was found in 2024."
    assert told["NO_EVIDENCE_FOUND"] == "There was no camera."
    assert (told["RESTRICTED"], told["LEAVE_GIVEN"]) == ("An informant is named.", "He decides it.")


def test_why_a_contact_was_impossible_is_told_in_the_words_of_who_found_it(cast: Cast) -> None:
    case = a_case(cast, complainants=[NewComplainant(anonymous=True)])
    contact.find_impossible(**by(cast, "amal", case), reason="They left no address.")
    answers = {"ticks": NO_TICKS, "wishes_recording": None, "reason": ""}
    for minutes, reason in ((1, None), (2, "They moved abroad.")):
        at = AT + dt.timedelta(minutes=minutes)
        assessment.assess(**by(cast, "beth", case, at), **answers, contact_impossible_reason=reason)

    told = [(each.what, each.text) for each in entries(cast, case)][-3:]

    assert told == [
        ("CONTACT_FOUND_IMPOSSIBLE", "They left no address."),
        ("ASSESSED", ""),
        ("ASSESSED", "They moved abroad."),
    ]


def test_every_step_of_a_suspension_says_why(cast: Cast) -> None:
    case = an_investigated_case(cast)
    row = suspend(cast, case, at=AT + dt.timedelta(minutes=1), reason="The trial is in March.")
    until = "CRIMINAL_PROCEEDINGS"
    for hours, reason in ((1, "It was put off."), (2, "It was put off again.")):
        step(cast, row, suspensions.review, at=AT + hours * HOUR, until=until, reason=reason)
    step(cast, row, suspensions.resume, at=AT + 3 * HOUR, reason="He was acquitted.")

    assert [(each.what, each.text) for each in entries(cast, case)[-4:]] == [
        ("SUSPENDED", "The trial is in March."),
        ("SUSPENSION_REVIEWED", "It was put off."),
        ("SUSPENSION_REVIEWED", "It was put off again."),
        ("RESUMED", "He was acquitted."),
    ]


def test_what_is_found_says_why(cast: Cast) -> None:
    case = an_investigated_case(cast)
    row = code(cast, alleged(cast, case))
    opine(cast, row)
    move(cast, case, "fay", "submit_report", AT + HOUR, summary="All were heard.")
    in_decision(cast, case)
    decide(cast, row, "ACCEPTABLE", at=AT + 2 * HOUR)

    told = said(cast, case)

    assert told["OPINION_GIVEN"] == told["ALLEGATION_DECIDED"] == "The footage shows it; the officer agrees."


def test_every_opinion_says_why_also_once_another_stands_in_its_place(cast: Cast) -> None:
    case = an_investigated_case(cast)
    row = alleged(cast, case)
    opine(cast, row, reasons="Nobody saw it.")
    opine(cast, row, reasons="Two people saw it.")

    told = [each.text for each in entries(cast, case) if each.what == "OPINION_GIVEN"]

    assert told == ["Nobody saw it.", "Two people saw it."]


def test_special_procedures_say_why(cast: Cast) -> None:
    case = an_investigated_case(cast)
    special = under_special_procedures(name_subject(cast, case, "ed@westshire.test"))
    severity = SpecialProcedures.Severity
    for hours, severe in ((1, severity.GROSS_MISCONDUCT), (2, severity.MISCONDUCT)):
        special_procedures.assess(
            **by(cast, "fay", case, AT + hours * HOUR), special=special.public_id, reason=f"{severe}, if it is true.",
            severity=severe, consulted="beth@westshire.test", consulted_on=AT.date(), notice=None,
        )  # fmt: skip

    told = [each.text for each in entries(cast, case) if each.what == "SEVERITY_ASSESSED"]

    assert told == ["GROSS_MISCONDUCT, if it is true.", "MISCONDUCT, if it is true."]


def test_a_link_says_why_in_both_cases_and_why_it_ended(cast: Cast) -> None:
    case, other = a_case(cast), a_case(cast)
    made, _ = links.add(
        **by(cast, "beth", case), other=other.reference, kind=CaseLink.Kind.SAME_INCIDENT, reason="The same night."
    )
    links.end(**by(cast, "beth", case, AT + HOUR), public_id=made.public_id, reason="It was another night.")

    for each in (case, other):
        linked, ended = entries(cast, each)
        assert (linked.text, ended.text) == ("The same night.", "It was another night.")


def test_why_something_arose_is_kept_from_who_may_not_see_it(cast: Cast) -> None:
    case = give_to(cast, a_case(cast), "northgate")
    matters.open_matter(**by(cast, "beth", case, AT + HOUR), matter_type="CONDUCT", why="He lied about it.")

    assert said(cast, case)["MATTER_AROSE"] == "He lied about it."
    assert "He lied" not in str(entries(cast, case, "cai"))
