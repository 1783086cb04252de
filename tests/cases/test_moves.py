"""Every move says in words what it is, what it needs to be told, who may, and what it brings with it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from backend.common.errors import Invalid
from cases.consequences import CONSEQUENCES, PART_2_ENDS, RECORDING
from cases.facts import Fact
from cases.machine import MACHINES, edges
from cases.models import Kind
from cases.moves import KINDS, NEEDS, kind_of, read_details
from cases.notices import NOTICES

TODAY = dt.date(2026, 11, 20)
MOVES = [(kind, move) for kind in Kind for move in MACHINES[kind].moves]
NAMES = sorted({move.value for _, move in MOVES})


def steps_of(kind: Kind, move: Any) -> list[Any]:
    return list(getattr(MACHINES[kind], move.value)._django_fsm.transitions.values())


def test_no_list_names_a_move_that_no_machine_has() -> None:
    assert set(NEEDS) == set(CONSEQUENCES) == set(NAMES)
    assert set(NAMES) >= {*PART_2_ENDS, *RECORDING}


@pytest.mark.parametrize(("kind", "move"), MOVES)
def test_every_move_has_a_label_a_way_and_somebody_who_may(kind: Kind, move: Any) -> None:
    assert move.label[0].isupper()
    assert steps_of(kind, move)
    assert any(edge.move == move.value for edge in edges() if edge.kind == kind)
    for step in steps_of(kind, move):
        assert step.permission.otherwise.endswith((".", "anywhere"))


@pytest.mark.parametrize(("kind", "move"), MOVES)
def test_whatever_a_move_waits_for_says_why_not_and_by_which_rule(kind: Kind, move: Any) -> None:
    for step in steps_of(kind, move):
        for fact in step.conditions:
            assert isinstance(fact, Fact)
            assert fact.otherwise.endswith(".")
            assert fact.rule


@pytest.mark.parametrize(("kind", "move"), [(kind, move) for kind, move in MOVES if kind != Kind.COMMENT])
def test_nothing_moves_that_concerns_the_chief_officer_but_to_the_local_policing_body(kind: Kind, move: Any) -> None:
    for step in steps_of(kind, move):
        asks = {fact.holds.__name__ for fact in step.conditions}
        assert ("is_for_this_authority" in asks) != (move.value == "transfer_out")


def test_an_end_waits_for_a_referral_that_is_owed() -> None:
    """A mandatory referral that was not made blocks every ending (PRA 2002 Sch 3 para 4), but the hand-over of the duty itself."""
    ended = {"NOT_A_COMPLAINT", "NOT_RECORDED", "CLOSED_OUTSIDE", "FINALISED", "WITHDRAWN", "MERGED"}
    for kind in (Kind.COMPLAINT, Kind.MATTER):
        for move in MACHINES[kind].moves:
            for step in steps_of(kind, move):
                if step.target in ended:
                    assert "owes_no_referral" in {fact.holds.__name__ for fact in step.conditions}, move


@pytest.mark.parametrize("move", NAMES)
def test_what_a_move_makes_owed_is_a_notice_to_somebody(move: str) -> None:
    for owed in CONSEQUENCES[move].owed:
        assert owed.kind in NOTICES
        assert owed.to in {"COMPLAINANT", "SUBJECT", "LPB", "IOPC", "REVIEW_BODY", "ACTED_FOR_NOBODY"}


@pytest.mark.parametrize("move", NAMES)
def test_a_move_that_tells_the_complainant_is_given_the_words(move: str) -> None:
    """A withdrawal alone has words of its own: everybody is told the same."""
    has_words = any(need.name == "told" for need in NEEDS[move])
    assert CONSEQUENCES[move].tells == (has_words or move == "withdraw")


@pytest.mark.parametrize("move", NAMES)
def test_every_need_is_named_missing_and_asked_for_in_words(move: str) -> None:
    needs = NEEDS[move]
    assert all(need.kind in KINDS and need.label and kind_of(move, need.name) == need.kind for need in needs)
    if not needs:
        assert read_details(needs, {}, today=TODAY) == {}
        return
    with pytest.raises(Invalid) as refusal:
        read_details(needs, {}, today=TODAY)
    assert set(refusal.value.errors) == {need.name for need in needs}


@pytest.mark.parametrize("value", [None, 1, "", "x" * 40, "2026-11-21", ["2026-11-20"], {"day": 1}, True])
def test_nothing_that_is_no_date_is_taken_for_one(value: Any) -> None:
    with pytest.raises(Invalid):
        read_details(NEEDS["close_outside"], {"declined_on": value, "told": "Closed."}, today=TODAY)


def test_a_document_and_an_account_are_named_as_such() -> None:
    given = {"document": "not an id", "dated_on": "2026-11-20", "investigator": " ", "independence": "They never met."}

    with pytest.raises(Invalid) as refusal:
        read_details(NEEDS["determine_local"], given, today=TODAY)

    assert set(refusal.value.errors) == {"document", "investigator"}
