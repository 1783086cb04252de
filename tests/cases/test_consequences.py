"""What GET …/moves/ says that a move will cause is what it causes: notices owed, words sent, clocks started and stopped."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from backend.calendar.working_days import day_of
from cases.consequences import CONSEQUENCES, consequences_of
from cases.models import Case, CaseLink, Involvement, Kind, Message, Notice
from cases.selectors import foreseen, get_case, next_moves
from cases.services import involvement
from cases.timetable import timetable
from tests.cases.promises import Promise
from tests.cast import (
    AT,
    CONTACT,
    RESOLVE,
    Cast,
    a_case,
    a_case_handled_outside,
    a_matter,
    assess,
    move,
    sign_withdrawal,
)

REFER = {"basis": "MANDATORY", "ground": "SERIOUS_ASSAULT", "clear_on": "2026-11-20"}


def read(cast: Cast, case: Case) -> Any:
    found = get_case(reference=case.reference, actor=cast.actor("beth"))
    found.considered_on = day_of(AT)
    return found


def watched(cast: Cast, case: Case, name: str, what: str, at: dt.datetime = AT, **details: object) -> Case:
    """The move, held to what it was said to bring."""
    promise = Promise.of(read(cast, case), what)
    moved = move(cast, case, name, what, at, **details)
    promise.check(moved)
    return moved


def test_the_way_outside_schedule_3_keeps_every_promise(cast: Cast) -> None:
    case = a_case(cast)
    watched(cast, case, "amal", "take")
    assess(cast, case)
    watched(cast, case, "amal", "record_contact", **CONTACT)
    watched(cast, case, "beth", "handle_outside")
    watched(cast, case, "amal", "resolve", **RESOLVE)
    watched(cast, case, "beth", "finalise")


def test_taking_starts_the_four_weeks_and_is_said_to(cast: Cast) -> None:
    case = read(cast, a_case(cast))

    causes = foreseen(case, "take", timetable())

    assert (causes.starts, causes.stops) == (("progress_update",), ())


def test_nothing_is_written_by_looking_ahead(cast: Cast) -> None:
    case = a_case(cast)
    assess(cast, case)
    loaded = read(cast, case)
    before = {key: value for key, value in loaded.__dict__.items() if not key.startswith("_")}

    next_moves(loaded, actor=cast.actor("beth"), on=day_of(AT))

    assert {key: value for key, value in loaded.__dict__.items() if not key.startswith("_")} == before
    assert Case.objects.get(pk=case.pk).version == 2
    assert not loaded.referrals.all()


@pytest.mark.parametrize("what", ["refer", "call_in"])
def test_what_goes_to_the_iopc_unrecorded_owes_the_copies_of_the_record_too(cast: Cast, what: str) -> None:
    case = a_case(cast)
    unrecorded = consequences_of(read(cast, case), what)

    case.recorded_on = AT.date()

    assert {owed.kind for owed in unrecorded.owed} == {"RECORD_COPY", "REFERRAL"}
    assert {owed.kind for owed in consequences_of(case, what).owed} == {"REFERRAL"}


def test_a_referral_from_any_state_tells_complainant_and_subject(cast: Cast) -> None:
    case = a_case(cast)
    assess(cast, case, alleges_mandatory_referral=True)
    version = Case.objects.get(pk=case.pk).version
    involvement.name_person(
        reference=case.reference,
        who="1004",
        part=Involvement.Part.SUBJECT,
        actor=cast.actor("beth"),
        at=AT,
        version=version,
    )

    watched(cast, case, "beth", "refer", **REFER)

    kinds = set(Notice.objects.filter(case_id=case.pk).values_list("kind", "to"))
    assert kinds >= {("RECORD_COPY", "COMPLAINANT"), ("REFERRAL", "SUBJECT")}


def test_where_part_2_ceases_nothing_else_is_owed_any_more(cast: Cast) -> None:
    case = a_case(cast)
    assess(cast, case)
    move(cast, case, "amal", "record")
    sign_withdrawal(cast, case)

    watched(cast, case, "beth", "withdraw", public_interest="ENDS")

    assert not Notice.objects.filter(case_id=case.pk, kind="RECORD_COPY", settled_on=None).exists()


def test_what_is_owed_outlives_an_ordinary_end(cast: Cast) -> None:
    """Finalising is no answer to whoever was not told yet: the notice stays owed, and is due."""
    case = a_case_handled_outside(cast)
    move(cast, case, "amal", "resolve", **RESOLVE)
    Notice.objects.create(case_id=case.pk, kind="OUTCOME", to="SUBJECT", owed_on=AT.date())

    closed = move(cast, case, "beth", "finalise")

    assert Notice.objects.get(case_id=case.pk).settled_on is None
    assert closed.next_due_rule == "outcome_notice"


@pytest.mark.parametrize(
    ("public_interest", "words"), [("ENDS", "We will do no more work on it"), ("CONDUCT_MATTER", "must look into")]
)
def test_who_withdraws_is_told_the_truth_about_what_follows(cast: Cast, public_interest: str, words: str) -> None:
    case = a_case(cast)
    assess(cast, case)
    sign_withdrawal(cast, case)

    move(cast, case, "beth", "withdraw", public_interest=public_interest)

    assert words in Message.objects.get(case_id=case.pk).text
    arising = CaseLink.objects.filter(kind=CaseLink.Kind.ARISING, other_id=case.pk).exists()
    assert arising == (public_interest == "CONDUCT_MATTER")


def test_the_ways_of_a_comment_and_of_a_matter_keep_their_promises(cast: Cast) -> None:
    comment = a_case(cast, kind=Kind.COMMENT)
    watched(cast, comment, "gwen", "triage")
    watched(cast, comment, "gwen", "send_to_unit", unit="northgate")
    watched(cast, comment, "gwen", "answer", told="Thank you.")
    matter = a_matter(cast)
    watched(cast, matter, "beth", "refer", **REFER)


def test_every_move_of_a_fresh_case_is_foreseen_or_impossible(cast: Cast) -> None:
    case = read(cast, a_case(cast))

    offers = {each.move: each for each in next_moves(case, actor=cast.actor("beth"), on=day_of(AT))}

    assert set(offers) <= set(CONSEQUENCES)
    assert {name for name, each in offers.items() if each.allowed} == {
        "take",
        "transfer_out",
        "enter_referral",
        "call_in",
    }
    assert offers["transfer_out"].causes.starts == ()
    assert set(offers["transfer_out"].causes.stops) == {"first_contact", "recording_decision", "outside_resolution"}
