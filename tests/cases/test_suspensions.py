"""Suspending the whole or a part, and the ways on: directly, by asking, by the public interest."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from backend.areas.models import Unit
from backend.common.errors import Invalid, Missing
from cases import facts, standing
from cases.deadlines import open_deadlines, suspended_days
from cases.machine import reasons_against
from cases.models import (
    Allegation,
    BodyNotice,
    Case,
    CaseLink,
    Complainant,
    Message,
    Suspension,
    SuspensionReview,
    WishToResume,
)
from cases.selectors import get_case
from cases.services import allegations, complainants, messages, settling, splitting, steps, suspensions, withdrawals
from cases.services.correspondence import Way
from cases.services.decisions import CannotDecide
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from cases.services.settling import Completed
from cases.services.suspensions import CannotGoOn, CannotSuspend
from cases.services.transitions import CannotMove
from tests.cases.alleging import (
    a_recorded_case,
    alleged,
    an_investigated_case,
    an_otbi_case,
    by,
    code,
    name_subject,
    opine,
    set_actions,
)
from tests.cases.alleging import decide as decide_allegation
from tests.cases.bodies import TOLD
from tests.cases.paper import a_complaint, with_parts
from tests.cases.staying import (
    BOTH,
    DAY,
    TODAY,
    a_document,
    answer,
    ask,
    find_silent,
    open_notices,
    sign,
    step,
    suspend,
    who,
    wish,
)
from tests.cast import AT, RESOLVE, Cast, a_case, a_case_handled_outside, a_matter, give_to, move

CASES = "/api/v1/cases/"
LATER = AT + 60 * DAY
Wish = WishToResume.Wish


def read(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def conclude(cast: Cast, row: Suspension, at: dt.datetime = LATER) -> Suspension:
    return step(cast, row, suspensions.conclude, at=at, concluded_on=at.date())


def says(cast: Cast, row: Suspension, wish: Wish, place: int = 1, at: dt.datetime = LATER) -> Suspension:
    complainant = who(row.case, place).public_id
    return step(cast, row, suspensions.state_wish, at=at, complainant=complainant, wish=wish, stated_on=at.date())


def write(cast: Cast, row: Suspension, place: int = 1, at: dt.datetime = LATER) -> Suspension:
    complainant = who(row.case, place).public_id
    return step(cast, row, suspensions.enter_letter, at=at, complainant=complainant, sent_on=at.date())


def decide(cast: Cast, row: Suspension, at: dt.datetime = LATER, name: str = "beth", **more: str) -> Suspension:
    given = {"public_interest": "ENDS", "reason": "The court has looked at all of it.", **more}
    return step(cast, row, suspensions.decide, name=name, at=at, **given)


class TestSuspending:
    @pytest.mark.parametrize("make", [a_case_handled_outside, a_recorded_case, an_otbi_case, an_investigated_case])
    def test_stops_what_is_being_handled_and_both_sides_are_told(self, cast: Cast, make: Any) -> None:
        case = make(cast)

        row = suspend(cast, case)

        assert (row.state, row.suspended_on, row.for_criminal_proceedings) == ("SUSPENDED", TODAY, True)
        assert row.of_an_investigation == (make is an_investigated_case)
        assert [notice.to for notice in open_notices(case, "SUSPENSION")] == ["COMPLAINANT"]
        assert standing.is_wholly_suspended(read(case))

    def test_the_person_complained_about_is_told_too(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        name_subject(cast, case, "1005")

        suspend(cast, case)

        assert [notice.to for notice in open_notices(case, "SUSPENSION")] == ["COMPLAINANT", "SUBJECT"]

    def test_holds_back_the_moves_that_would_go_on(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        row = suspend(cast, case)
        with pytest.raises(CannotMove, match="suspended"):
            move(cast, case, "amal", "resolve", **RESOLVE)

        step(cast, row, suspensions.resume, reason="No charge.")

        assert move(cast, case, "amal", "resolve", **RESOLVE).state == "RESOLVED_OUTSIDE"

    def test_never_stops_keeping_the_complainant_informed(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)

        suspend(cast, case)

        seen = get_case(reference=case.reference, actor=cast.actor("beth"))
        rules = {deadline.rule for deadline in open_deadlines(seen, steps.working_calendar())}
        assert {"progress_update", "suspension_review"} <= rules

    def test_needs_something_that_is_being_handled(self, cast: Cast) -> None:
        received = a_case(cast)
        resolved = move(cast, a_case_handled_outside(cast), "amal", "resolve", **RESOLVE)

        for case in (received, resolved, a_case(cast, kind="COMMENT")):
            with pytest.raises(CannotSuspend, match="nothing to suspend"):
                suspend(cast, case)

    def test_is_the_iopcs_to_decide_while_it_has_the_case(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")

        with pytest.raises(CannotSuspend, match="IOPC"):
            suspend(cast, case)

    def test_is_for_the_delegate_alone(self, cast: Cast) -> None:
        case = give_to(cast, a_case_handled_outside(cast), "northgate")

        for name in ("amal", "cai", "dee"):
            with pytest.raises(MayNot):
                suspend(cast, case, name=name)
        with pytest.raises(Missing):
            suspend(cast, case, name="ed")

    def test_of_one_allegation_leaves_the_others_alone(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        first, second = alleged(cast, case), alleged(cast, case, summary="He left.")

        suspend(cast, case, allegation=first.public_id)
        assert not standing.is_wholly_suspended(read(case))
        suspend(cast, case, allegation=second.public_id)

        assert standing.is_wholly_suspended(read(case))
        with pytest.raises(CannotMove, match="suspended"):
            move(cast, case, "lev", "begin_decision")

    @pytest.mark.parametrize("since", ["one more", "half of it", "gone"])
    def test_of_all_that_was_alleged_by_then_stays_one_whatever_is_alleged_since(self, cast: Cast, since: str) -> None:
        """And of a part stays one of a part: what was due on a day is not due on another for what comes or goes later."""
        case = an_otbi_case(cast)
        first = alleged(cast, case)
        second = alleged(cast, case, summary="He left.") if since == "gone" else None
        row = suspend(cast, case, allegation=first.public_id)
        step(cast, row, suspensions.resume, at=LATER, reason="No charge.")
        before = read(case)

        if second:
            into = an_otbi_case(cast).reference
            splitting.move_to(**by(cast, "beth", case, LATER), allegation=second.public_id, into=into)
        elif since == "one more":
            allegations.add(**by(cast, "beth", case, LATER), described={"summary": "He left."})
        else:
            halves = {"summary": "He swore.", "second": "He left."}
            splitting.split(**by(cast, "beth", case, LATER), allegation=first.public_id, **halves)

        stops = [suspended_days(each) for each in (before, read(case))]
        assert [(stop.from_on, stop.until_on) for stop in stops[0]] == ([] if second else [(TODAY, LATER.date())])
        assert stops[1] == stops[0]
        assert read(case).target_due_on == before.target_due_on

    def test_of_what_is_left_is_one_of_all_from_the_day_on_which_the_other_part_is_withdrawn(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        first, second = alleged(cast, case), alleged(cast, case, summary="He left.")
        suspend(cast, case, allegation=first.public_id)
        sign(cast, case, allegation=second.public_id, at=LATER)

        withdrawals.end_allegation(**by(cast, "beth", case, LATER), allegation=second.public_id, public_interest="ENDS")

        assert [(stop.from_on, stop.until_on) for stop in suspended_days(read(case))] == [(LATER.date(), None)]

    def test_of_one_allegation_holds_back_the_outcome_of_all_and_nothing_before(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        first, second = code(cast, alleged(cast, case)), code(cast, alleged(cast, case, summary="He left."))
        row = suspend(cast, case, allegation=first.public_id)
        move(cast, case, "lev", "begin_decision")
        set_actions(cast, decide_allegation(cast, second, "ACCEPTABLE"))
        step(cast, row, suspensions.resume, reason="No charge.")
        set_actions(cast, decide_allegation(cast, first, "ACCEPTABLE"))
        row = suspend(cast, case, allegation=first.public_id)

        with pytest.raises(CannotMove, match="a part of it, is suspended"):
            move(cast, case, "beth", "send_outcome", **TOLD)
        step(cast, row, suspensions.resume, reason="No charge again.")
        assert move(cast, case, "beth", "send_outcome", **TOLD).state == "OUTCOME_SENT"

    def test_of_one_allegation_holds_back_the_end_outside_schedule_3(self, cast: Cast) -> None:
        case, other = a_case_handled_outside(cast), a_case_handled_outside(cast)
        rows = []
        for each in (case, other):
            part, _ = alleged(cast, each), alleged(cast, each, summary="He left.")
            rows.append(suspend(cast, each, allegation=part.public_id))
        move(cast, other, "beth", "leave_unresolved", **RESOLVE)
        declined = {"declined_on": str(TODAY), "told": "It ends here, as you wished."}

        for each, end, given in ((case, "resolve", RESOLVE), (other, "close_outside", declined)):
            with pytest.raises(CannotMove, match="a part of it, is suspended"):
                move(cast, each, "lev", end, **given)
        for row in rows:
            step(cast, row, suspensions.resume, reason="No charge.")
        assert move(cast, case, "lev", "resolve", **RESOLVE).state == "RESOLVED_OUTSIDE"
        assert move(cast, other, "lev", "close_outside", **declined).state == "CLOSED_OUTSIDE"

    def test_of_one_allegation_holds_back_the_end_of_a_matter(self, cast: Cast) -> None:
        matter = a_matter(cast)
        move(cast, matter, "beth", "investigate", investigator="fay@westshire.test", terms="All of it.")
        first, second = code(cast, alleged(cast, matter)), code(cast, alleged(cast, matter, summary="He left."))
        opine(cast, first)
        opine(cast, second)
        move(cast, matter, "fay", "submit_report", summary="As I found it.")
        move(cast, matter, "lev", "begin_decision")
        for each in (first, second):
            set_actions(cast, decide_allegation(cast, each, "ACCEPTABLE"))
        row = suspend(cast, matter, allegation=first.public_id)

        with pytest.raises(CannotMove, match="a part of it, is suspended"):
            move(cast, matter, "beth", "finalise")
        step(cast, row, suspensions.resume, reason="No charge.")
        assert move(cast, matter, "beth", "finalise").state == "FINALISED"

    def test_comes_once_a_part(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        part = alleged(cast, case)
        alleged(cast, case, summary="He left.")
        suspend(cast, case, allegation=part.public_id)

        with pytest.raises(CannotSuspend, match="already"):
            suspend(cast, case, allegation=part.public_id)
        with pytest.raises(CannotSuspend, match="Parts of it"):
            suspend(cast, case)
        with pytest.raises(Invalid):
            suspend(cast, case, allegation=uuid4())
        with pytest.raises(IntegrityError), transaction.atomic():
            Suspension.objects.create(
                case=case, allegation=part, suspended_on=TODAY, reason="?", for_criminal_proceedings=True,
                of_an_investigation=False,
            )  # fmt: skip


class TestReviewing:
    def test_is_recorded_with_its_reason_and_begins_the_next_28_days(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        row = suspend(cast, case, until="CRIMINAL_INVESTIGATION")
        assert not row.for_criminal_proceedings

        step(cast, row, suspensions.review, at=AT + 20 * DAY, reason="Charged.", until="CRIMINAL_PROCEEDINGS")
        row = step(cast, row, suspensions.review, at=AT + 40 * DAY, reason="Listed.", until="CRIMINAL_PROCEEDINGS")

        assert (row.reviewed_on, row.for_criminal_proceedings) == (TODAY + 40 * DAY, True)
        kept = SuspensionReview.objects.filter(suspension=row).order_by("pk")
        assert [(each.reviewed_on, each.reason) for each in kept] == [
            (TODAY + 20 * DAY, "Charged."),
            (TODAY + 40 * DAY, "Listed."),
        ]
        seen = get_case(reference=case.reference, actor=cast.actor("beth"))
        due = {each.rule: each.due_on for each in open_deadlines(seen, steps.working_calendar())}
        assert due["suspension_review"] == TODAY + 68 * DAY


class TestTheIOPCsDirection:
    def test_makes_it_go_on_by_its_notice(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        row = suspend(cast, case)
        with pytest.raises(Invalid):
            step(cast, row, suspensions.follow_direction, document=uuid4(), dated_on=TODAY)

        document = UUID(a_document(case))
        row = step(cast, row, suspensions.follow_direction, document=document, dated_on=TODAY)

        assert (row.state, row.ended_on) == ("RESUMED", TODAY)
        assert BodyNotice.objects.get(case=case).decides == "DIRECTS_CONTINUATION"
        assert len(open_notices(case, "RESUMPTION")) == 1

    @pytest.mark.parametrize("form", ["determine_directed", "determine_independent"])
    def test_is_the_only_way_on_while_it_investigates_or_decides(self, cast: Cast, form: str) -> None:
        case = an_investigated_case(cast)
        row = suspend(cast, case)
        notice = {"document": a_document(case), "dated_on": f"{TODAY}"}
        move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on=f"{TODAY}")
        step(cast, row, suspensions.review, reason="The trial is in May.", until="CRIMINAL_PROCEEDINGS")

        for said in (form, "enter_iopc_report"):
            move(cast, case, "beth", said, **notice)
            for service, given in (
                (suspensions.review, {"reason": "Listed.", "until": "CRIMINAL_PROCEEDINGS"}),
                (suspensions.resume, {"reason": "No charge."}),
                (suspensions.conclude, {"concluded_on": TODAY}),
            ):
                with pytest.raises(CannotGoOn, match="with the IOPC"):
                    step(cast, row, service, **given)
            seen = get_case(reference=case.reference, actor=cast.actor("beth"))
            owed = {each.rule: each.owed_by for each in open_deadlines(seen, steps.working_calendar())}
            assert owed["suspension_review"] == "IOPC"

        row = step(cast, row, suspensions.follow_direction, document=UUID(notice["document"]), dated_on=TODAY)
        assert row.state == "RESUMED"
        with pytest.raises(CannotSuspend, match="with the IOPC"):
            suspend(cast, case)

    @pytest.mark.parametrize("asked", [False, True])
    def test_is_followed_whatever_the_complainant_was_asked(self, cast: Cast, asked: bool) -> None:
        case = an_investigated_case(cast)
        row = conclude(cast, suspend(cast, case))
        row = write(cast, row) if asked else says(cast, row, Wish.END)
        notice = {"document": a_document(case), "dated_on": f"{LATER.date()}"}
        move(cast, case, "beth", "refer", LATER, basis="VOLUNTARY", ground="GRAVITY", clear_on=f"{LATER.date()}")
        move(cast, case, "beth", "determine_independent", LATER, **notice)

        with pytest.raises(CannotGoOn, match="with the IOPC"):
            decide(cast, row)
        directs = {"document": UUID(notice["document"]), "dated_on": LATER.date()}
        row = step(cast, row, suspensions.follow_direction, at=LATER, **directs)

        assert row.state == "RESUMED"
        assert open_notices(case, "ASK_TO_RESUME") == []

    def test_cannot_be_older_than_the_suspension(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        row = suspend(cast, case)

        with pytest.raises(Invalid):
            step(cast, row, suspensions.follow_direction, document=UUID(a_document(case)), dated_on=TODAY - DAY)


class TestWhenTheyHaveConcluded:
    """The letter of regulation 41 is owed in one case alone (9A A18)."""

    @pytest.mark.parametrize(
        ("make", "until", "state"),
        [
            (an_investigated_case, "CRIMINAL_PROCEEDINGS", "CONCLUDED"),
            (an_investigated_case, "CRIMINAL_INVESTIGATION", "RESUMED"),
            (an_otbi_case, "CRIMINAL_PROCEEDINGS", "RESUMED"),
            (a_case_handled_outside, "CRIMINAL_PROCEEDINGS", "RESUMED"),
        ],
    )
    def test_the_complainant_is_asked_only_about_an_investigation_after_criminal_proceedings(
        self, cast: Cast, make: Any, until: str, state: str
    ) -> None:
        case = make(cast)

        row = conclude(cast, suspend(cast, case, until=until))

        assert row.state == state
        assert len(open_notices(case, "ASK_TO_RESUME")) == (state == "CONCLUDED")
        assert len(open_notices(case, "RESUMPTION")) == (state == "RESUMED")

    def test_a_matter_has_nobody_to_ask(self, cast: Cast) -> None:
        matter = a_matter(cast)
        move(cast, matter, "beth", "investigate", investigator="fay@westshire.test", terms="All of it.")

        assert conclude(cast, suspend(cast, matter)).state == "RESUMED"

    @pytest.mark.parametrize(("wish", "state"), [(Wish.RESUME, "RESUMED"), (Wish.END, "DECIDING")])
    def test_a_wish_that_was_stated_before_is_followed_without_asking(self, cast: Cast, wish: Wish, state: str) -> None:
        case = an_investigated_case(cast)
        row = suspend(cast, case)
        assert says(cast, row, wish, at=AT + DAY).state == "SUSPENDED"

        assert conclude(cast, row).state == state

        assert open_notices(case, "ASK_TO_RESUME") == []

    def test_the_last_wish_counts(self, cast: Cast) -> None:
        row = suspend(cast, an_investigated_case(cast))
        says(cast, row, Wish.END, at=AT + DAY)
        says(cast, row, Wish.RESUME, at=AT + 2 * DAY)

        assert conclude(cast, row).state == "RESUMED"

    def test_they_have_not_concluded_before_they_began_or_tomorrow(self, cast: Cast) -> None:
        row = suspend(cast, an_investigated_case(cast))

        for day in (TODAY - DAY, TODAY + DAY):
            with pytest.raises(Invalid):
                step(cast, row, suspensions.conclude, concluded_on=day)

    def test_the_authority_does_not_resume_past_the_complainant(self, cast: Cast) -> None:
        row = conclude(cast, suspend(cast, an_investigated_case(cast)))

        with pytest.raises(CannotGoOn):
            step(cast, row, suspensions.resume, reason="Let us go on.")
        with pytest.raises(CannotGoOn, match="asked first"):
            decide(cast, row)


class TestAsking:
    def asked(self, cast: Cast, **more: Any) -> Suspension:
        return write(cast, conclude(cast, suspend(cast, an_investigated_case(cast, **more))))

    def test_gives_28_days_from_the_day_after_the_letter(self, cast: Cast) -> None:
        row = self.asked(cast)

        assert (row.state, row.asked_on) == ("ASKED", LATER.date())
        assert open_notices(row.case, "ASK_TO_RESUME") == []
        seen = get_case(reference=row.case.reference, actor=cast.actor("beth"))
        due = {each.rule: each.due_on for each in open_deadlines(seen, steps.working_calendar())}
        assert due["reply_silence"] == LATER.date() + 28 * DAY

    def test_a_wish_that_it_goes_on_has_it_go_on(self, cast: Cast) -> None:
        row = says(cast, self.asked(cast), Wish.RESUME, at=LATER + 3 * DAY)

        assert (row.state, row.ended_on) == ("RESUMED", (LATER + 3 * DAY).date())
        assert read(row.case).state == "LOCAL_INV"
        assert len(open_notices(row.case, "RESUMPTION")) == 1

    def test_a_no_leaves_the_authority_to_decide(self, cast: Cast) -> None:
        assert says(cast, self.asked(cast), Wish.END).state == "DECIDING"

    def test_silence_does_so_only_after_the_28_days(self, cast: Cast) -> None:
        row = self.asked(cast)
        with pytest.raises(CannotGoOn, match="may answer until"):
            step(cast, row, suspensions.find_silent, at=LATER + 28 * DAY)

        assert step(cast, row, suspensions.find_silent, at=LATER + 29 * DAY).state == "DECIDING"

    def test_nobody_is_silent_whose_message_is_unread(self, cast: Cast) -> None:
        row = self.asked(cast)
        wrote = messages.receive(case_id=row.case_id, text="Go on!", wish="", files=[], at=LATER + DAY)

        with pytest.raises(CannotGoOn, match="read it first"):
            step(cast, row, suspensions.find_silent, at=LATER + 29 * DAY)

        messages.mark_read(**by(cast, "amal", row.case), message=wrote.public_id)
        assert step(cast, row, suspensions.find_silent, at=LATER + 29 * DAY).state == "DECIDING"

    def test_silence_under_the_old_rules_is_21_days(self, cast: Cast) -> None:
        row = self.asked(cast)
        Case.objects.filter(pk=row.case_id).update(regime="2012")

        assert step(cast, row, suspensions.find_silent, at=LATER + 22 * DAY).state == "DECIDING"

    def test_silence_needs_a_letter(self, cast: Cast) -> None:
        row = conclude(cast, suspend(cast, an_investigated_case(cast)))

        with pytest.raises(CannotGoOn, match="by letter first"):
            step(cast, row, suspensions.find_silent, at=LATER + 99 * DAY)

    def test_a_late_answer_that_it_goes_on_is_followed_too(self, cast: Cast) -> None:
        row = self.asked(cast)
        step(cast, row, suspensions.find_silent, at=LATER + 29 * DAY)

        assert says(cast, row, Wish.RESUME, at=LATER + 30 * DAY).state == "RESUMED"

    def test_each_of_several_is_asked_and_one_yes_is_enough(self, cast: Cast) -> None:
        row = conclude(cast, suspend(cast, an_investigated_case(cast, complainants=BOTH)))
        assert len(open_notices(row.case, "ASK_TO_RESUME")) == 2
        assert write(cast, row).state == "CONCLUDED"
        with pytest.raises(CannotGoOn, match="by letter first"):
            step(cast, row, suspensions.find_silent, at=LATER + 99 * DAY)
        assert write(cast, row, 2, at=LATER + DAY).state == "ASKED"

        assert says(cast, row, Wish.END, at=LATER + 2 * DAY).state == "ASKED"
        assert says(cast, row, Wish.RESUME, 2, at=LATER + 2 * DAY).state == "RESUMED"

    def test_all_of_several_have_to_say_no(self, cast: Cast) -> None:
        row = conclude(cast, suspend(cast, an_investigated_case(cast, complainants=BOTH)))

        assert says(cast, row, Wish.END).state == "CONCLUDED"
        assert says(cast, row, Wish.END, 2).state == "DECIDING"
        assert open_notices(row.case, "ASK_TO_RESUME") == []

    def test_whoever_has_withdrawn_is_not_asked(self, cast: Cast) -> None:
        case = an_investigated_case(cast, complainants=BOTH)
        sign(cast, case, 2)

        row = conclude(cast, suspend(cast, case))

        assert [notice.complainant for notice in open_notices(case, "ASK_TO_RESUME")] == [who(case)]
        assert write(cast, row).state == "ASKED"

    def test_nobody_is_asked_twice_or_before_they_have_concluded(self, cast: Cast) -> None:
        row = suspend(cast, an_investigated_case(cast))
        with pytest.raises(CannotGoOn, match="not to be asked"):
            write(cast, row)
        conclude(cast, row)
        write(cast, row)

        with pytest.raises(CannotGoOn, match="not to be asked"):
            write(cast, row)


class TestThePublicInterest:
    def deciding(self, cast: Cast, case: Case, **more: Any) -> Suspension:
        row = suspend(cast, case, **more)
        conclude(cast, row)
        return says(cast, row, Wish.END)

    def test_may_let_it_end_and_part_2_ceases(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        row = self.deciding(cast, case)
        with pytest.raises(CannotMove, match="still goes on"):
            move(cast, case, "beth", "cease", LATER, told="?")

        decided = decide(cast, row)
        assert (decided.state, decided.decision_reason) == ("CEASED", "The court has looked at all of it.")

        ceased = move(cast, case, "beth", "cease", LATER, told="Nothing more is done about it, as you wished.")
        assert (ceased.state, ceased.outcome, ceased.review_body) == ("FINALISED", "REGULATION_41", "")
        assert not CaseLink.objects.filter(other=case).exists()

    def test_may_ask_for_a_conduct_matter_and_part_2_ceases_too(self, cast: Cast) -> None:
        case = an_investigated_case(cast)

        assert decide(cast, self.deciding(cast, case), public_interest="CONDUCT_MATTER").state == "CONDUCT_MATTER"

        assert CaseLink.objects.get(other=case, kind="ARISING").case.matter_type == "CONDUCT"
        assert move(cast, case, "beth", "cease", LATER, told="It goes on without you.").state == "FINALISED"

    def test_leaves_no_wish_to_withdraw_what_has_ended_and_asks_about_no_such(self, cast: Cast) -> None:
        case = an_investigated_case(cast, complainants=BOTH)
        first, second = alleged(cast, case), alleged(cast, case, summary="He left.")
        row = suspend(cast, case, allegation=first.public_id)
        conclude(cast, row)
        for place in (1, 2):
            says(cast, row, Wish.END, place)
        of_the_first, of_the_second = (
            wish(cast, case, 2, at=LATER, allegation=each.public_id) for each in (first, second)
        )

        decide(cast, row)

        of_the_first.refresh_from_db()
        assert (of_the_first.state, of_the_first.settled_on) == ("DENIED", LATER.date())
        assert [each.withdrawal for each in open_notices(case, "ASK_TO_CONFIRM")] == [of_the_second]

    def test_ends_one_allegation_and_leaves_the_others(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        first, second = alleged(cast, case), alleged(cast, case, summary="He left.")

        decide(cast, self.deciding(cast, case, allegation=first.public_id))

        assert Allegation.objects.get(pk=first.pk).finding == "REGULATION_41"
        assert len(open_notices(case, "CEASED")) == 1
        with pytest.raises(CannotMove, match="still goes on"):
            move(cast, case, "beth", "cease", LATER, told="?")
        decide(cast, self.deciding(cast, case, allegation=second.public_id))
        assert move(cast, case, "beth", "cease", LATER, told="All of it ended.").state == "FINALISED"

    def test_of_the_last_that_was_to_be_decided_is_the_outcome(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        first, second = code(cast, alleged(cast, case)), code(cast, alleged(cast, case, summary="He left."))
        row = self.deciding(cast, case, allegation=first.public_id)
        for part in (first, second):
            opine(cast, part)
        move(cast, case, "fay", "submit_report", LATER, summary="As I found it.")
        move(cast, case, "lev", "begin_decision", LATER)
        set_actions(cast, decide_allegation(cast, second, "ACCEPTABLE", at=LATER))
        assert read(case).decided_on is None

        decide(cast, row, at=LATER + DAY)

        seen = get_case(reference=case.reference, actor=cast.actor("beth"))
        assert seen.decided_on == (LATER + DAY).date()
        assert "outcome_notice" in {each.rule for each in open_deadlines(seen, steps.working_calendar())}

    def test_is_for_the_delegate_alone_and_for_what_is_to_be_decided(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        row = self.deciding(cast, case)

        with pytest.raises(MayNot):
            decide(cast, row, name="fay")
        decide(cast, row)
        with pytest.raises(CannotGoOn, match="has ended"):
            decide(cast, row)
        with pytest.raises(CannotGoOn, match="has ended"):
            says(cast, row, Wish.RESUME)

    def test_nothing_is_investigated_or_found_any_more_on_what_ended(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        first, second = code(cast, alleged(cast, case)), code(cast, alleged(cast, case, summary="He left."))
        decide(cast, self.deciding(cast, case, allegation=first.public_id))

        with pytest.raises(CannotDecide, match="not to be resumed"):
            opine(cast, first)
        opine(cast, second)
        move(cast, case, "fay", "submit_report", LATER, summary="As I found it.")
        move(cast, case, "lev", "begin_decision", LATER)
        with pytest.raises(CannotDecide, match="not to be resumed"):
            decide_allegation(cast, first, "NOT_ACCEPTABLE")
        with pytest.raises(CannotDecide, match="not to be resumed"):
            set_actions(cast, first)

        set_actions(cast, decide_allegation(cast, second, "ACCEPTABLE"))
        assert move(cast, case, "beth", "send_outcome", LATER, **TOLD).state == "OUTCOME_SENT"

    @pytest.mark.parametrize("public_interest", ["ENDS", "CONDUCT_MATTER"])
    def test_leaves_nothing_of_the_whole_but_to_tell_that_it_ended(self, cast: Cast, public_interest: str) -> None:
        case = an_investigated_case(cast)
        part = alleged(cast, case)
        decide(cast, self.deciding(cast, case), public_interest=public_interest)

        with pytest.raises(CannotDecide, match="has ceased"):
            opine(cast, part)
        with pytest.raises(CannotSuspend, match="has ceased"):
            suspend(cast, case, allegation=part.public_id, at=LATER)
        anew = {"investigator": "gus@westshire.test", "reason": "On leave."}
        for name, goes_on, given in (
            ("fay", "submit_report", {"summary": "As I found it."}),
            ("beth", "replace_investigator", anew),
            ("beth", "handle_otherwise", {"reason": "It can be put right."}),
        ):
            with pytest.raises(CannotMove, match="has ceased"):
                move(cast, case, name, goes_on, LATER, **given)
        assert move(cast, case, "beth", "cease", LATER, told="It ended.").state == "FINALISED"

    @pytest.mark.parametrize("state", ["OTBI", "NFA", "REPORT_SUBMITTED", "DECISION", "REFERRED_BACK"])
    def test_leaves_nothing_wherever_it_stands_by_then(self, state: str) -> None:
        ended = Suspension(suspended_on=TODAY, ended_on=TODAY, state="CEASED")
        recorded = a_complaint(TODAY, state=state, recorded_on=TODAY, concerns_conduct=True, force=Unit(pk=1))
        case = with_parts(recorded, suspensions=[ended])
        handling = ("investigate", "handle_otherwise", "take_no_further_action", "begin_decision", "send_outcome")

        why = [[each.why for each in reasons_against(case, name)] for name in handling]
        of_those_that_start_here = [each for each in why if not any("does not start there" in one for one in each)]

        assert of_those_that_start_here
        assert all(facts.part_2_goes_on.otherwise in each for each in of_those_that_start_here)
        assert reasons_against(case, "cease") == []

    def test_what_the_iopc_takes_up_afterwards_goes_on_by_its_word(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        part = code(cast, alleged(cast, case))
        decide(cast, self.deciding(cast, case, allegation=part.public_id))
        move(cast, case, "beth", "cease", LATER, told="It ended.")
        after = LATER + 2 * DAY
        notice = {"document": a_document(case), "dated_on": str(after.date())}

        for said in ("call_in", "determine_independent", "enter_iopc_report"):
            move(cast, case, "beth", said, after, **notice)

        set_actions(cast, decide_allegation(cast, part, "NOT_ACCEPTABLE", at=after))
        assert move(cast, case, "beth", "send_outcome", after, **TOLD).state == "OUTCOME_SENT"

    def test_what_ceased_before_a_later_referral_ends_nothing_after_it(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        decide(cast, self.deciding(cast, case))
        move(cast, case, "beth", "cease", LATER, told="It ended.")
        after = LATER + 2 * DAY
        notice = {"document": a_document(case), "dated_on": str(after.date())}

        move(cast, case, "beth", "call_in", after, **notice)
        move(cast, case, "beth", "refer_back", after, **notice)

        with pytest.raises(CannotMove, match="still goes on"):
            move(cast, case, "beth", "cease", after, told="Again?")

    def test_waits_for_a_referral_that_is_owed(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        row = self.deciding(cast, case)
        Case.objects.filter(pk=case.pk).update(alleges_mandatory_referral=True)

        with pytest.raises(CannotGoOn, match="referred to the IOPC first"):
            decide(cast, row)


class TestTwoAtOnce:
    """Each has its own letter, and its own 28 days."""

    def both(self, cast: Cast, **more: Any) -> tuple[Suspension, Suspension]:
        case = an_investigated_case(cast, **more)
        parts = [alleged(cast, case), alleged(cast, case, summary="He left.")]
        first, second = [suspend(cast, case, allegation=each.public_id) for each in parts]
        return first, second

    def test_the_letter_of_one_is_owed_though_the_other_goes_on(self, cast: Cast) -> None:
        first, second = self.both(cast)
        conclude(cast, first)

        step(cast, second, suspensions.resume, at=LATER, reason="It prejudices nothing any more.")

        assert [notice.suspension for notice in open_notices(first.case, "ASK_TO_RESUME")] == [first]

    def test_a_wish_for_one_leaves_the_letter_of_the_other_owed(self, cast: Cast) -> None:
        first, second = self.both(cast)
        conclude(cast, first)
        conclude(cast, second)

        says(cast, second, Wish.END)

        assert [notice.suspension for notice in open_notices(first.case, "ASK_TO_RESUME")] == [first]

    def test_a_letter_asks_of_one_and_leaves_the_days_of_the_other_alone(self, cast: Cast) -> None:
        first, second = self.both(cast)
        conclude(cast, first)
        write(cast, first)
        after = LATER + 20 * DAY
        conclude(cast, second, at=after)
        [notice] = open_notices(first.case, "ASK_TO_RESUME")

        by_hand = Completed(way=Way(Message.Delivery.HAND, "She came in."))
        settling.send(**by(cast, "beth", first.case, after), notice=notice.public_id, completed=by_hand)

        asked = Suspension.objects.filter(case=first.case).order_by("pk")
        assert [(each.state, each.asked_on) for each in asked] == [("ASKED", LATER.date()), ("ASKED", after.date())]
        assert open_notices(first.case, "ASK_TO_RESUME") == []


class TestWhoComplainsByThen:
    def waiting_for_noor(self, cast: Cast) -> Suspension:
        row = conclude(cast, suspend(cast, an_investigated_case(cast, complainants=BOTH)))
        return says(cast, row, Wish.END)

    def join(self, cast: Cast, row: Suspension, at: dt.datetime = LATER) -> Complainant:
        return complainants.add(**by(cast, "beth", row.case, at), new=BOTH[1])[0]

    @pytest.mark.parametrize("how", ["signed", "confirmed", "silent"])
    def test_who_withdraws_meanwhile_is_waited_for_no_more(self, cast: Cast, how: str) -> None:
        row = self.waiting_for_noor(cast)
        if how == "signed":
            sign(cast, row.case, 2, at=LATER)
        else:
            wished = ask(cast, wish(cast, row.case, 2, at=LATER), at=LATER)
            if how == "silent":
                find_silent(cast, wished, LATER + 29 * DAY)
            else:
                answer(cast, wished, withdrawals.confirm, at=LATER + DAY)

        row.refresh_from_db()
        assert row.state == "DECIDING"
        assert open_notices(row.case, "ASK_TO_RESUME") == []

    def test_who_takes_their_withdrawal_back_is_asked(self, cast: Cast) -> None:
        row = self.waiting_for_noor(cast)
        gone = sign(cast, row.case, 2, at=LATER)

        answer(cast, gone, withdrawals.deny, at=LATER + DAY)

        row.refresh_from_db()
        assert row.state == "CONCLUDED"
        assert [notice.complainant for notice in open_notices(row.case, "ASK_TO_RESUME")] == [who(row.case, 2)]

    def test_who_was_asked_and_takes_it_back_has_the_rest_of_their_days(self, cast: Cast) -> None:
        row = write(cast, self.waiting_for_noor(cast), 2)
        gone = sign(cast, row.case, 2, at=LATER + DAY)
        answer(cast, gone, withdrawals.deny, at=LATER + 2 * DAY)

        with pytest.raises(CannotGoOn, match="may answer until"):
            step(cast, row, suspensions.find_silent, at=LATER + 28 * DAY)

        assert step(cast, row, suspensions.find_silent, at=LATER + 29 * DAY).state == "DECIDING"

    @pytest.mark.parametrize("state", ["CONCLUDED", "ASKED", "DECIDING"])
    def test_who_joins_is_asked_too_before_anything_is_decided(self, cast: Cast, state: str) -> None:
        row = conclude(cast, suspend(cast, an_investigated_case(cast)))
        if state != "CONCLUDED":
            row = write(cast, row) if state == "ASKED" else says(cast, row, Wish.END)
        assert row.state == state

        self.join(cast, row)

        assert who(row.case, 2) in [notice.complainant for notice in open_notices(row.case, "ASK_TO_RESUME")]
        with pytest.raises(CannotGoOn, match="asked first"):
            decide(cast, row)
        if state != "DECIDING":
            says(cast, row, Wish.END)
        write(cast, row, 2)
        assert step(cast, row, suspensions.find_silent, at=LATER + 29 * DAY).state == "DECIDING"
        assert decide(cast, row, at=LATER + 29 * DAY).state == "CEASED"

    def test_who_joins_once_somebody_wished_it_to_go_on_is_not_asked(self, cast: Cast) -> None:
        row = says(cast, conclude(cast, suspend(cast, an_investigated_case(cast))), Wish.RESUME)

        self.join(cast, row)

        assert open_notices(row.case, "ASK_TO_RESUME") == []

    def test_the_yes_of_who_withdrew_since_spares_nobody_the_letter(self, cast: Cast) -> None:
        case = an_investigated_case(cast, complainants=BOTH)
        row = says(cast, suspend(cast, case), Wish.RESUME, at=AT)
        sign(cast, case)

        row = conclude(cast, row)

        assert row.state == "CONCLUDED"
        assert [notice.complainant for notice in open_notices(case, "ASK_TO_RESUME")] == [who(case, 2)]

    def test_nothing_is_decided_by_the_no_of_who_acts_without_recorded_consent(self, cast: Cast) -> None:
        acts = Complainant.Relationship.REPRESENTATIVE
        rae = NewComplainant(name="Rae Oak", relationship=acts, acts_for="Sam Oak")
        case = an_investigated_case(cast, complainants=[rae])
        part = alleged(cast, case)
        row = says(cast, conclude(cast, suspend(cast, case, allegation=part.public_id)), Wish.END)

        with pytest.raises(CannotGoOn, match="consent is not recorded"):
            decide(cast, row)

        part.refresh_from_db()
        assert part.finding == ""


class TestItsEnd:
    """A suspension does not outlive what was suspended."""

    def test_is_that_of_the_case_that_was_withdrawn(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        row = suspend(cast, case)
        sign(cast, case, at=LATER)

        move(cast, case, "beth", "withdraw", LATER, public_interest="ENDS")

        row.refresh_from_db()
        assert (row.state, row.ended_on) == ("ENDED", LATER.date())
        assert not standing.open_suspensions(read(case))

    def test_is_that_of_the_case_that_goes_on_elsewhere(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        row = suspend(cast, case)

        move(cast, case, "beth", "transfer_out", to="OTHER_FORCE", told="It goes on there.")

        row.refresh_from_db()
        assert (row.state, row.ended_on) == ("ENDED", TODAY)

    def test_is_that_of_the_allegation_that_was_withdrawn(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        first, second = alleged(cast, case), alleged(cast, case, summary="He left.")
        gone, stays = [suspend(cast, case, allegation=each.public_id) for each in (first, second)]
        conclude(cast, gone)
        sign(cast, case, at=LATER, allegation=first.public_id)

        ends = {"allegation": first.public_id, "public_interest": "ENDS"}
        withdrawals.end_allegation(**by(cast, "beth", case, LATER), **ends)

        gone.refresh_from_db()
        stays.refresh_from_db()
        assert (gone.state, gone.ended_on, stays.state) == ("ENDED", LATER.date(), "SUSPENDED")
        assert open_notices(case, "ASK_TO_RESUME") == []


def test_a_suspended_case_may_be_suspended_again_after_it_went_on(cast: Cast) -> None:
    case = an_otbi_case(cast)
    step(cast, suspend(cast, case), suspensions.resume, reason="Bailed.")

    assert suspend(cast, case).state == "SUSPENDED"


def test_nothing_of_another_case_is_reached(cast: Cast) -> None:
    row, other = suspend(cast, an_otbi_case(cast)), an_otbi_case(cast)

    with pytest.raises(Missing):
        suspensions.resume(**by(cast, "beth", other), suspension=row.public_id, reason="?")


def test_a_suspension_goes_through_http_from_the_trial_to_the_end(cast: Cast) -> None:
    case = an_investigated_case(cast, complainants=[NewComplainant(name="Noor Hill")])
    client, url = cast.client("beth"), f"{CASES}{case.reference}/suspensions/"

    def post(path: str, body: dict[str, Any], status: int) -> Any:
        tag = client.get(f"{CASES}{case.reference}/")["ETag"]
        sent = client.post(f"{url}{path}", body, format="json", headers={"If-Match": tag})
        assert sent.status_code == status, sent.content
        return sent.json()

    made = post("", {"until": "CRIMINAL_PROCEEDINGS", "reason": "The trial."}, 201)
    day, complainant = made["suspended_on"], str(who(case).public_id)
    item = f"{made['public_id']}/"
    assert post("", {"until": "CRIMINAL_PROCEEDINGS", "reason": "Again."}, 409)["type"].endswith("cannot-suspend")
    looked = post(f"{item}reviews/", {"until": "CRIMINAL_PROCEEDINGS", "reason": "It goes on."}, 200)
    assert [each["reason"] for each in looked["reviews"]] == ["It goes on."]
    assert post(f"{item}conclusion/", {"concluded_on": day}, 200)["state"] == "CONCLUDED"
    assert post(f"{item}letter/", {"complainant": complainant, "sent_on": day}, 200)["state"] == "ASKED"
    assert post(f"{item}silence/", {}, 409)["type"].endswith("cannot-go-on")
    no = {"complainant": complainant, "wish": "END", "stated_on": day}
    assert post(f"{item}wishes/", no, 200)["state"] == "DECIDING"
    ended = post(f"{item}decision/", {"public_interest": "ENDS", "reason": "Tried and acquitted."}, 200)
    assert (ended["state"], ended["wishes"][0]["wish"]) == ("CEASED", "END")
    assert [each["state"] for each in client.get(url).json()] == ["CEASED"]
    assert post(f"{item}resumption/", {"reason": "?"}, 409)
