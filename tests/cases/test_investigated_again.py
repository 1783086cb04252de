"""The duty to investigate is asked until the outcome is told, and an investigation goes on where more has to be found out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from cases.models import AllegationDecision, Case
from cases.selectors import deadlines, get_case
from cases.services import determinations, special_procedures
from cases.services.transitions import CannotMove
from tests.cases.alleging import (
    a_directed_case_reported_on,
    a_recorded_case,
    alleged,
    an_investigated_case,
    an_otbi_case,
    by,
    code,
    decide,
    in_decision,
    name_subject,
    opine,
    set_actions,
)
from tests.cases.staying import DAY, a_document
from tests.cast import AT, Cast, a_matter, move

FAY = {"investigator": "fay@westshire.test", "terms": "What was said at the desk."}
TOLD = {"told": "This is what we found, and why."}


def indicate(cast: Cast, case: Case, exception: str = "", *, indicates: bool = True) -> None:
    determinations.set_duty_to_investigate(
        **by(cast, "beth", case), indicates_misconduct=indicates, exception=exception, reason="The footage came today."
    )


def decided(cast: Cast, case: Case) -> Case:
    """One allegation, decided by Lev, with what is done because of it."""
    allegation = code(cast, alleged(cast, case))
    in_decision(cast, case, "lev")
    decide(cast, allegation, "ACCEPTABLE", "lev")
    set_actions(cast, allegation, name="lev")
    return case


def test_the_letter_of_an_outcome_that_was_taken_back_is_owed_no_more(cast: Cast) -> None:
    case = an_otbi_case(cast)
    name_subject(cast, case, "1005")
    move(cast, decided(cast, case), "beth", "send_outcome", **TOLD)
    owed = case.notices.filter(kind="OUTCOME", settled_on=None)
    assert owed.exists(), "the officer is told by letter"

    move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")

    assert not owed.exists()


def a_nfa_case(cast: Cast) -> Case:
    return move(cast, a_recorded_case(cast), "beth", "take_no_further_action", reason="The desk was closed.")


def a_reported_case(cast: Cast, case: Case | None = None) -> Case:
    case = case or an_investigated_case(cast)
    opine(cast, code(cast, alleged(cast, case)))
    return move(cast, case, "fay", "submit_report", summary="He was rude.")


class TestTheDutyToInvestigate:
    """Police Reform Act 2002, Schedule 3, paragraph 6."""

    @pytest.mark.parametrize("prepare", [an_otbi_case, a_nfa_case])
    def test_that_arises_while_it_is_handled_otherwise_holds_up_the_decision(self, cast: Cast, prepare: Any) -> None:
        case = prepare(cast)
        indicate(cast, case)

        with pytest.raises(CannotMove, match="must be investigated"):
            move(cast, case, "lev", "begin_decision")

        assert move(cast, case, "beth", "investigate", **FAY).state == "LOCAL_INV"

    def test_that_arises_in_the_decision_holds_up_the_outcome(self, cast: Cast) -> None:
        case = decided(cast, an_otbi_case(cast))
        indicate(cast, case)

        with pytest.raises(CannotMove, match="must be investigated"):
            move(cast, case, "beth", "send_outcome", **TOLD)

        investigated = move(cast, case, "beth", "investigate", **FAY)
        assert (investigated.state, investigated.form_set_by) == ("LOCAL_INV", "AUTHORITY")

    def test_that_an_exception_lifts_holds_up_nothing(self, cast: Cast) -> None:
        case = decided(cast, an_otbi_case(cast))
        indicate(cast, case, "It repeats what was decided in May, with nothing new.")

        assert move(cast, case, "beth", "send_outcome", **TOLD).state == "OUTCOME_SENT"

    def test_is_done_where_it_was_investigated(self, cast: Cast) -> None:
        case = in_decision(cast, a_reported_case(cast), "lev")
        indicate(cast, case)
        decide(cast, case.allegations.get(), "NOT_ACCEPTABLE", "lev")
        set_actions(cast, case.allegations.get(), name="lev")

        assert move(cast, case, "beth", "send_outcome", **TOLD).state == "OUTCOME_SENT"


class TestAnInvestigationThatGoesOn:
    @pytest.fixture
    def case(self, cast: Cast) -> Case:
        return a_reported_case(cast)

    def back(self, cast: Cast, case: Case, at: dt.datetime = AT) -> Case:
        return move(cast, case, "beth", "investigate", at, **FAY)

    def test_a_report_that_is_not_enough_goes_back(self, cast: Cast, case: Case) -> None:
        began = case.investigating_since

        again = self.back(cast, case, AT + DAY)

        assert (again.state, again.reported_on, again.investigating_since) == ("LOCAL_INV", None, began)
        assert again.investigator == cast.users["fay"]
        with pytest.raises(CannotMove, match="opinion on every allegation"):
            move(cast, case, "fay", "submit_report", AT + DAY, summary="The same again.")

    def test_from_the_decision_nothing_that_was_decided_stands_and_all_of_it_is_kept(
        self, cast: Cast, case: Case
    ) -> None:
        allegation = case.allegations.get()
        in_decision(cast, case, "lev")
        decide(cast, allegation, "ACCEPTABLE", "lev")
        set_actions(cast, allegation, name="lev")

        again = self.back(cast, case)

        allegation.refresh_from_db()
        assert (again.decided_on, again.decided_by, again.told_on, again.outcome) == (None, None, None, "")
        assert (allegation.finding, allegation.decided_on, allegation.actions_set_on) == ("", None, None)
        assert (allegation.opinion, allegation.opinion_reasons) == ("", "")
        assert AllegationDecision.objects.get(allegation=allegation).finding == "ACCEPTABLE"

    def test_its_clocks_are_those_of_an_investigation_again(self, cast: Cast, case: Case) -> None:
        in_decision(cast, case, "lev")
        decide(cast, case.allegations.get(), "ACCEPTABLE", "lev")

        def rules() -> set[str]:
            return {each.rule for each in deadlines(get_case(reference=case.reference, actor=cast.actor("beth")))}

        assert "outcome_notice" in rules()
        self.back(cast, case)

        assert {"local_investigation", "timeliness_letter"} <= rules()
        assert "outcome_notice" not in rules()

    def test_who_has_to_be_told_how_it_is_handled_is_told_again(self, cast: Cast, case: Case) -> None:
        before = case.notices.filter(kind="HANDLING").count()

        self.back(cast, case)

        assert case.notices.filter(kind="HANDLING").count() == 2 * before

    def test_special_procedures_may_be_declared_then(self, cast: Cast, case: Case) -> None:
        subject = name_subject(cast, case, "1005")
        in_decision(cast, case, "lev")

        self.back(cast, case)
        special, _ = special_procedures.declare(
            **by(cast, "fay", case), subject=subject.public_id, indication="CRIME", reasons="A push.", notice=None
        )

        assert special.severity == "NOT_ASSESSED"

    def test_an_allegation_that_was_added_late_gets_its_opinion(self, cast: Cast, case: Case) -> None:
        late = code(cast, alleged(cast, case, summary="He lied about it."))

        self.back(cast, case)
        for allegation in case.allegations.order_by("position"):
            opine(cast, allegation)
        reported = move(cast, case, "fay", "submit_report", summary="Both.")

        late.refresh_from_db()
        assert (reported.state, bool(late.opinion)) == ("REPORT_SUBMITTED", True)

    def test_whoever_decided_it_may_decide_it_again_and_whoever_investigated_it_never(
        self, cast: Cast, case: Case
    ) -> None:
        in_decision(cast, case, "lev")
        self.back(cast, case)
        opine(cast, case.allegations.get())
        move(cast, case, "fay", "submit_report", summary="More.")

        again = in_decision(cast, case, "lev")

        assert again.decided_by == cast.users["lev"].person
        assert cast.users["fay"].person_id in again.worked_on_by

    def test_what_the_iopc_determined_to_be_investigated_stays_its_determination(self, cast: Cast) -> None:
        """A13: the authority does not handle otherwise what it was told to investigate."""
        case = a_recorded_case(cast)
        move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")
        notice = {"document": a_document(case), "dated_on": "2026-11-20"}
        move(cast, case, "beth", "determine_local", investigator="fay@westshire.test", **notice)
        a_reported_case(cast, case)

        again = self.back(cast, case)

        assert again.form_set_by == "IOPC"
        with pytest.raises(CannotMove, match="may not end that"):
            move(cast, case, "beth", "handle_otherwise", reason="It is small.")

    def test_what_the_iopc_directed_is_not_the_authoritys_to_send_back(self, cast: Cast) -> None:
        case = a_directed_case_reported_on(cast)

        with pytest.raises(CannotMove, match="for it to say"):
            self.back(cast, case)

    @pytest.mark.parametrize("begun", [False, True], ids=["reported on", "being decided"])
    def test_a_matter_goes_back_alike(self, cast: Cast, begun: bool) -> None:
        matter = a_matter(cast)
        move(cast, matter, "beth", "investigate", **FAY)
        a_reported_case(cast, matter)
        if begun:
            in_decision(cast, matter, "lev")

        again = self.back(cast, matter)

        assert (again.state, again.reported_on, again.decided_by) == ("LOCAL_INV", None, None)
