"""What follows a review: a recommendation answered, what the IOPC determines, and a different handler."""

import datetime as dt
from typing import Any

import pytest

from backend.accounts.models import Role
from backend.accounts.services import people
from backend.common.errors import Invalid
from cases.models import Case, Notice, Review
from cases.selectors import deadlines, get_case, next_moves
from cases.services import assignment, determinations
from cases.services.allegations import CannotChangeAllegations
from cases.services.assignment import CannotAssign
from cases.services.determinations import CannotDetermine
from cases.services.locking import MayNot
from cases.services.reviews import CannotDecideReview
from cases.services.transitions import CannotMove
from tests.cases.alleging import (
    a_recorded_case,
    alleged,
    an_otbi_case,
    by,
    code,
    decide,
    in_decision,
    set_actions,
)
from tests.cases.bodies import (
    CLOSE,
    RECOMMENDS,
    TOLD,
    a_case_under_review,
    a_paper,
    answered,
    apply,
    conclude,
    on_day,
    tell_outcome_of,
)
from tests.cast import AT, FOUNDER, PASSWORD, Cast, a_case, assess, move


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


class TestARecommendation:
    """PRA 2002 Sch 3 para 28ZA; SI 2020/2 reg. 30: answered in writing, with reasons, within 28 days."""

    def recommended(self, cast: Cast) -> Review:
        return conclude(cast, a_case_under_review(cast), "RECOMMENDS", recommendation=RECOMMENDS)

    def test_waits_for_the_authoritys_answer(self, cast: Cast) -> None:
        review = self.recommended(cast)

        case = get_case(reference=review.case.reference, actor=cast.actor("beth"))

        assert (review.state, review.recommendation) == ("AWAITING_RESPONSE", RECOMMENDS)
        due = [each for each in deadlines(case) if each.rule == "recommendation_answer"]
        assert [each.due_on for each in due] == [on_day(28).date()]
        for name, details in (("close_review", CLOSE), ("reopen_after_review", {})):
            with pytest.raises(CannotMove):
                move(cast, case, "beth", name, **details)

    def test_accepted_opens_the_case_again_for_somebody_else(self, cast: Cast) -> None:
        review = self.recommended(cast)

        answered(cast, review, "ACCEPTED", at=on_day(3))
        opened = move(cast, review.case, "beth", "reopen_after_review", at=on_day(3))

        assert (opened.state, opened.handler) == ("REOPENED", None)
        assert opened.worked_on_before == [cast.users["amal"].person_id]
        assert (opened.told_on, opened.review_body) == (None, "")

    def test_refused_closes_it_and_the_reasons_are_still_to_be_sent(self, cast: Cast) -> None:
        review = self.recommended(cast)

        answered(cast, review, "REFUSED", at=on_day(3))
        closed = move(cast, review.case, "beth", "close_review", at=on_day(3), **CLOSE)

        assert closed.state == "FINALISED"
        letter = Notice.objects.get(case=closed, kind="RECOMMENDATION_ANSWER")
        assert (letter.to, letter.owed_on, letter.settled_on) == ("LPB", AT.date(), None)
        with pytest.raises(CannotMove):
            move(cast, review.case, "beth", "reopen_after_review", at=on_day(3))

    def test_has_a_text(self, cast: Cast) -> None:
        review = a_case_under_review(cast)

        with pytest.raises(Invalid) as refused:
            conclude(cast, review, "RECOMMENDS")
        with pytest.raises(Invalid):
            conclude(cast, review, "NOT_UPHELD", recommendation=RECOMMENDS)

        assert set(refused.value.errors) == {"recommendation"}

    def test_is_answered_once_and_only_where_there_is_one(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        with pytest.raises(CannotDecideReview):
            answered(cast, review, "ACCEPTED")
        conclude(cast, review, "RECOMMENDS", recommendation=RECOMMENDS)
        answered(cast, review, "REFUSED")

        with pytest.raises(CannotDecideReview):
            answered(cast, review, "ACCEPTED")


class TestWhatTheIOPCDetermines:
    def test_an_investigation_by_the_authority_is_for_somebody_else(self, cast: Cast) -> None:
        review = a_case_under_review(cast, conduct=True)
        conclude(cast, review, "DETERMINES_INVESTIGATION")
        notice = {"document": str(a_paper(review.case)), "dated_on": "2026-11-20"}

        case = move(cast, review.case, "beth", "determine_local", investigator="fay@westshire.test", **notice)

        assert (case.state, case.form_set_by, case.handler) == ("LOCAL_INV", "IOPC", cast.users["fay"])
        assert (case.told_on, case.review_body) == (None, "")

    def test_it_may_investigate_itself(self, cast: Cast) -> None:
        review = a_case_under_review(cast, conduct=True)
        conclude(cast, review, "DETERMINES_INVESTIGATION")
        notice = {"document": str(a_paper(review.case)), "dated_on": "2026-11-20"}

        assert move(cast, review.case, "beth", "determine_independent", **notice).state == "INDEPENDENT"

    def test_nothing_is_investigated_for_it_before_it_has_determined_so(self, cast: Cast) -> None:
        review = a_case_under_review(cast, conduct=True)
        notice = {"document": str(a_paper(review.case)), "dated_on": "2026-11-20"}

        with pytest.raises(CannotMove):
            move(cast, review.case, "beth", "determine_independent", **notice)

    def test_an_investigation_that_it_determined_is_neither_closed_away_nor_handled_otherwise(self, cast: Cast) -> None:
        review = a_case_under_review(cast, conduct=True)

        conclude(cast, review, "DETERMINES_INVESTIGATION")

        for name, details in (("close_review", CLOSE), ("reopen_after_review", {})):
            with pytest.raises(CannotMove):
                move(cast, review.case, "beth", name, **details)


class TestTheIOPCsOwnFindings:
    """PRA 2002 Sch 3 para 25: they stand in the place of the authority's, and the case does not end with the old ones."""

    def substituted(self, cast: Cast, **more: Any) -> Review:
        return conclude(cast, a_case_under_review(cast, conduct=True, **more), "SUBSTITUTES_FINDINGS")

    def test_set_aside_what_the_authority_found_and_keep_it_as_it_was(self, cast: Cast) -> None:
        review = self.substituted(cast)

        allegation = review.case.allegations.get()

        assert (allegation.finding, allegation.decided_on, allegation.actions_set_on) == ("", None, None)
        assert allegation.handling == "OTBI"
        assert [each.finding for each in allegation.decisions.all()] == ["ACCEPTABLE"]

    def test_are_entered_by_its_notice_before_the_review_is_closed(self, cast: Cast) -> None:
        review = self.substituted(cast)
        allegation = review.case.allegations.get()
        with pytest.raises(CannotMove, match="put its own findings"):
            move(cast, review.case, "beth", "close_review", **CLOSE)

        found = decide(cast, allegation, "NOT_ACCEPTABLE", "lev", notice=review.decision.public_id)
        with pytest.raises(CannotMove, match="put its own findings"):
            move(cast, review.case, "beth", "close_review", **CLOSE)
        set_actions(cast, found, name="beth")
        closed = move(cast, review.case, "beth", "close_review", **CLOSE)

        assert (closed.state, closed.allegations.get().finding) == ("FINALISED", "NOT_ACCEPTABLE")
        kept = allegation.decisions.latest("pk")
        assert (kept.notice, kept.decided_by, kept.decided_on) == (review.decision, None, AT.date())

    def test_are_for_each_allegation(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        assess(cast, case, "beth", alleges_crime_or_discipline=True)
        both = [code(cast, alleged(cast, case, summary=summary)) for summary in ("He swore at me.", "He left.")]
        in_decision(cast, case, "lev")
        for each in both:
            set_actions(cast, decide(cast, each, "ACCEPTABLE"))
        review = apply(cast, move(cast, case, "beth", "send_outcome", **TOLD))
        move(cast, case, "beth", "open_review")
        conclude(cast, review, "SUBSTITUTES_FINDINGS")

        set_actions(cast, decide(cast, both[0], "NOT_ACCEPTABLE"))
        with pytest.raises(CannotMove, match="put its own findings"):
            move(cast, case, "beth", "close_review", **CLOSE)
        set_actions(cast, decide(cast, both[1], "ACCEPTABLE"))  # which it left as it was

        assert move(cast, case, "beth", "close_review", **CLOSE).state == "FINALISED"

    def test_are_by_no_other_notice(self, cast: Cast) -> None:
        review = self.substituted(cast)
        applied = review.case.body_notices.get(decides="REVIEW_APPLIED")

        with pytest.raises(Invalid) as refused:
            decide(cast, review.case.allegations.get(), "NOT_ACCEPTABLE", notice=applied.public_id)

        assert set(refused.value.errors) == {"notice"}

    def test_may_be_what_no_further_action_never_found(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        assess(cast, case, "beth", alleges_crime_or_discipline=True)
        allegation = code(cast, alleged(cast, case))
        move(cast, case, "beth", "take_no_further_action", reason="It repeats what was decided.")
        in_decision(cast, case, "lev")
        set_actions(cast, decide(cast, allegation, "NO_FURTHER_ACTION"))
        review = apply(cast, move(cast, case, "beth", "send_outcome", **TOLD))
        move(cast, case, "beth", "open_review")
        conclude(cast, review, "SUBSTITUTES_FINDINGS")

        assert decide(cast, allegation, "NOT_ACCEPTABLE").finding == "NOT_ACCEPTABLE"

    def test_are_followed_by_no_investigation_and_no_reopening(self, cast: Cast) -> None:
        review = self.substituted(cast)
        notice = {"document": str(a_paper(review.case)), "dated_on": "2026-11-20"}

        for name, details in (("determine_independent", notice), ("reopen_after_review", {})):
            with pytest.raises(CannotMove):
                move(cast, review.case, "beth", name, **details)

    def test_are_the_authoritys_to_enter_and_nothing_else_of_the_allegations_is_opened(self, cast: Cast) -> None:
        review = self.substituted(cast)
        allegation = review.case.allegations.get()
        Case.objects.filter(pk=review.case.pk).update(handler=cast.users["fay"])

        with pytest.raises(MayNot):
            decide(cast, allegation, "NOT_ACCEPTABLE", "fay")
        with pytest.raises(CannotChangeAllegations):
            code(cast, allegation)

    def test_are_entered_under_no_other_review(self, cast: Cast) -> None:
        review = a_case_under_review(cast, conduct=True)
        allegation = review.case.allegations.get()

        for decides in ("", "DETERMINES_INVESTIGATION"):
            if decides:
                conclude(cast, review, decides)
            with pytest.raises(CannotChangeAllegations):
                decide(cast, allegation, "NOT_ACCEPTABLE")


WAYS_ON = {
    "INVALID": {"close_review"},
    "WITHDRAWN": {"close_review"},
    "NOT_UPHELD": {"close_review"},
    "REFUSED": {"close_review"},
    "ACCEPTED": {"reopen_after_review"},
    "DETERMINES_INVESTIGATION": {"determine_local", "determine_directed", "determine_independent"},
    "SUBSTITUTES_FINDINGS": {"close_review"},
}


def a_review_that_ended(cast: Cast, ending: str) -> Review:
    """As in WAYS_ON: decided by its body two days on, or answered by the authority three days on."""
    iopcs = ending in ("DETERMINES_INVESTIGATION", "SUBSTITUTES_FINDINGS")
    review = a_case_under_review(cast, conduct=iopcs)
    if ending in ("ACCEPTED", "REFUSED"):
        conclude(cast, review, "RECOMMENDS", at=on_day(2), recommendation=RECOMMENDS)
        return answered(cast, review, ending, at=on_day(3))
    return conclude(cast, review, ending, at=on_day(2))


@pytest.mark.parametrize("ending", sorted(WAYS_ON))
def test_every_ending_of_a_review_has_one_way_on(cast: Cast, ending: str) -> None:
    """9A A23."""
    review = a_review_that_ended(cast, ending)
    if ending == "SUBSTITUTES_FINDINGS":
        set_actions(cast, decide(cast, review.case.allegations.get(), "NOT_ACCEPTABLE"))

    case = get_case(reference=review.case.reference, actor=cast.actor("beth"))

    after_a_review = set.union(*WAYS_ON.values())
    offered = {each.move for each in next_moves(case, actor=cast.actor("beth"), on=AT.date()) if each.allowed}
    assert offered & after_a_review == WAYS_ON[ending]


@pytest.mark.parametrize("ending", sorted(WAYS_ON))
def test_whatever_a_review_came_to_is_owed_by_the_authority_until_it_goes_on(cast: Cast, ending: str) -> None:
    review = a_review_that_ended(cast, ending)
    since = on_day(3 if ending in ("ACCEPTED", "REFUSED") else 2).date()
    case = get_case(reference=review.case.reference, actor=cast.actor("beth"))

    [due] = [each for each in deadlines(case) if each.rule == "review_follow_up"]
    assert (due.owed_by, due.started_on, due.about) == ("FORCE", since, str(review.public_id))
    assert due.due_on == dt.date(2026, 11, 30 if since == on_day(3).date() else 27)
    if WAYS_ON[ending] == {"close_review"} and ending != "SUBSTITUTES_FINDINGS":
        closed = move(cast, case, "beth", "close_review", at=on_day(4), **CLOSE)
        assert "review_follow_up" not in [each.rule for each in deadlines(closed)]


def test_nothing_follows_a_review_before_its_body_has_decided(cast: Cast) -> None:
    review = a_case_under_review(cast)

    assert "review_follow_up" not in [each.rule for each in deadlines(fresh(review.case))]
    conclude(cast, review, "RECOMMENDS", recommendation=RECOMMENDS)
    assert "review_follow_up" not in [each.rule for each in deadlines(fresh(review.case))]


class TestADifferentHandler:
    def reopened(self, cast: Cast) -> Case:
        review = conclude(cast, a_case_under_review(cast), "RECOMMENDS", recommendation=RECOMMENDS)
        answered(cast, review, "ACCEPTED")
        return move(cast, review.case, "beth", "reopen_after_review")

    def assign(self, cast: Cast, case: Case, handler: str, reason: str = "") -> Case:
        return assignment.assign(
            **by(cast, "beth", case), unit=None, handler=f"{handler}@westshire.test", reason=reason
        )

    def test_has_it_after_a_review(self, cast: Cast) -> None:
        case = self.reopened(cast)

        with pytest.raises(CannotAssign, match="handled it before"):
            self.assign(cast, case, "amal")

        assert self.assign(cast, case, "lev").handler == cast.users["lev"]

    def test_nor_has_the_same_person_by_another_account(self, cast: Cast) -> None:
        case = self.reopened(cast)
        second = people.open_account(
            email="amal.two@westshire.test", person=cast.users["amal"].person, password=PASSWORD, actor=FOUNDER, at=AT
        )
        people.grant_role(user=second, role=Role.PSD_ASSESSOR, unit=cast.standards, actor=FOUNDER, at=AT)

        with pytest.raises(CannotAssign, match="handled it before"):
            self.assign(cast, case, "amal.two")

    def test_or_the_same_for_a_reason_that_is_kept(self, cast: Cast) -> None:
        case = self.reopened(cast)

        given = self.assign(cast, case, "amal", reason="Nobody else knows the system.")

        assert given.handler == cast.users["amal"]
        assert "Nobody else knows the system." in [note.text for note in given.notes.all()]
        kept = given.determinations.get(about="SAME_HANDLER")
        assert kept.answers == {"handler": str(cast.users["amal"].public_id)}

    def test_investigates_it_too(self, cast: Cast) -> None:
        case = self.reopened(cast)
        Case.objects.filter(pk=case.pk).update(worked_on_before=[cast.users["fay"].person_id])
        terms = {"investigator": "fay@westshire.test", "terms": "All of it."}

        with pytest.raises(Invalid) as refused:
            move(cast, case, "beth", "investigate", **terms)
        self.assign(cast, case, "fay", reason="The only investigator trained for it.")

        assert set(refused.value.errors) == {"investigator"}
        assert move(cast, case, "beth", "investigate", **terms).investigator == cast.users["fay"]


class TestADifferentDecider:
    def reopened(self, cast: Cast) -> Case:
        """Decided by Lev before, and handled once more."""
        review = conclude(cast, a_case_under_review(cast), "RECOMMENDS", recommendation=RECOMMENDS)
        answered(cast, review, "ACCEPTED")
        move(cast, review.case, "beth", "reopen_after_review")
        return move(cast, review.case, "beth", "handle_otherwise", reason="As was recommended.")

    def let_decide_again(self, cast: Cast, case: Case, who: str, name: str = "beth") -> Case:
        return determinations.let_decide_again(
            **by(cast, name, case), who=f"{who}@westshire.test", reason="The others handled it."
        )

    def test_decides_it_after_a_review(self, cast: Cast) -> None:
        case = self.reopened(cast)

        with pytest.raises(MayNot, match="decided it before"):
            in_decision(cast, case, "lev")
        in_decision(cast, case, "beth")
        with pytest.raises(MayNot, match="decided it before"):
            decide(cast, case.allegations.get(), "ACCEPTABLE", "lev")

        assert decide(cast, case.allegations.get(), "ACCEPTABLE", "beth").decided_by == cast.users["beth"].person

    def test_or_the_same_for_a_reason_that_another_delegate_records(self, cast: Cast) -> None:
        case = self.reopened(cast)
        with pytest.raises(CannotDetermine, match="another delegate"):
            self.let_decide_again(cast, case, "lev", "lev")
        with pytest.raises(MayNot):
            self.let_decide_again(cast, case, "lev", "amal")

        self.let_decide_again(cast, case, "lev")

        assert in_decision(cast, case, "lev").state == "DECISION"
        kept = case.determinations.get(about="SAME_DECIDER")
        assert (kept.answers, kept.reason, kept.made_by) == (
            {"decider": str(cast.users["lev"].public_id)},
            "The others handled it.",
            cast.users["beth"],
        )

    def test_is_asked_for_anew_after_every_review(self, cast: Cast) -> None:
        case = self.reopened(cast)
        self.let_decide_again(cast, case, "lev")
        in_decision(cast, case, "lev")
        set_actions(cast, decide(cast, case.allegations.get(), "NOT_ACCEPTABLE"))
        move(cast, case, "beth", "send_outcome", **TOLD)

        again = move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")

        assert again.decided_before == [cast.users["lev"].person_id]

    def test_is_a_question_of_who_decided_it_alone(self, cast: Cast) -> None:
        case = self.reopened(cast)

        with pytest.raises(CannotDetermine, match="did not decide it before"):
            self.let_decide_again(cast, case, "beth", "lev")
        with pytest.raises(Invalid):
            self.let_decide_again(cast, case, "nobody.there")
        assert in_decision(cast, case, "beth").state == "DECISION"


class TestTheFirstContact:
    """7.3: whoever was told the outcome has heard of the force, and nobody else has."""

    def is_owed(self, case: Case) -> bool:
        return "first_contact" in [each.rule for each in deadlines(fresh(case))]

    @pytest.mark.parametrize(
        ("end", "why"),
        [("find_not_a_complaint", "SERVICE_REQUEST"), ("decide_not_to_record", "DEALT_WITH_BY_CRIMINAL_PROCEEDINGS")],
    )
    def test_is_owed_of_what_is_recorded_after_it_was_to_go_no_further(self, cast: Cast, end: str, why: str) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")
        assess(cast, case)
        move(cast, case, "beth", end, why=why, told="It goes no further.")
        move(cast, case, "lev", "reopen", reason="It does.")
        assert self.is_owed(case)

        move(cast, case, "lev", "record")

        assert self.is_owed(case)

    def test_is_owed_no_more_of_an_outcome_that_was_told_whoever_may_decide_it_again(self, cast: Cast) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")
        assess(cast, case)
        move(cast, case, "amal", "record")
        assert self.is_owed(case)
        without_a_duty = {"indicates_misconduct": False, "exception": "", "reason": "No."}
        determinations.set_duty_to_investigate(**by(cast, "beth", case), **without_a_duty)
        move(cast, case, "beth", "handle_otherwise", reason="At once.")
        tell_outcome_of(cast, fresh(case))
        paper = {"document": str(a_paper(case)), "dated_on": AT.date().isoformat()}
        move(cast, case, "beth", "call_in", **paper)
        opened = move(cast, case, "beth", "refer_back", **paper)
        assert (opened.first_told_on, opened.decided_before) == (AT.date(), [cast.users["lev"].person_id])

        lev = "lev@westshire.test"
        determinations.let_decide_again(**by(cast, "beth", case), who=lev, reason="Nobody else is left.")

        assert not self.is_owed(case)
