"""Somebody who says that they act for another, and does not, or does so no more, holds nothing up and is told nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from backend.common.errors import Invalid
from backend.notifications.models import Outgoing
from cases.models import Case, Complainant, Message, Notice, Withdrawal
from cases.selectors import deadlines, get_case
from cases.services import (
    complainants,
    determinations,
    intake,
    messages,
    preferences,
    settling,
    suspensions,
    withdrawals,
)
from cases.services.correspondence import Way
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from cases.services.preferences import NoConsent
from cases.services.settling import Completed
from cases.services.transitions import CannotMove
from cases.services.withdrawals import CannotWithdraw
from tests.cases.alleging import a_recorded_case, alleged, an_investigated_case, an_otbi_case, by, in_decision
from tests.cases.bodies import CLOSE, a_case_under_review, a_paper, answered, apply, conclude, tell_outcome_of
from tests.cases.staying import DAY, MAYA, a_document, open_notices, said, sign, step, suspend
from tests.cast import AT, RESOLVE, Cast, a_case, a_case_handled_outside, assess, move

RITA = NewComplainant(
    name="Rita Rep", email="rita@home.test", relationship=Complainant.Relationship.REPRESENTATIVE, acts_for="Zed Zulu"
)
ZED = NewComplainant(name="Zed Zulu", email="zed@home.test")


def rita_of(case: Case) -> Complainant:
    return Complainant.objects.get(case=case, position=1)


def consent(cast: Cast, case: Case, at: dt.datetime = AT) -> None:
    how = {"given_by": "Zed", "given_on": AT.date(), "how": "A letter.", "document": None}
    preferences.record_consent(**by(cast, "amal", case, at), complainant=rita_of(case).public_id, **how)


def end(cast: Cast, case: Case, at: dt.datetime = AT) -> None:
    preferences.end_consent(**by(cast, "amal", case, at), complainant=rita_of(case).public_id, ended_on=at.date())


def read(cast: Cast, case: Case) -> Case:
    return get_case(reference=case.reference, actor=cast.actor("beth"))


def owed_the_record(case: Case) -> set[Complainant | None]:
    return {notice.complainant for notice in open_notices(case, "RECORD_COPY")}


class TestWhoseConsentNeverCame:
    def test_is_entered_as_acting_for_nobody_and_the_outcome_goes_to_who_complains(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])
        complainants.add(new=ZED, **by(cast, "amal", case))
        with pytest.raises(CannotMove, match="consent is not recorded"):
            move(cast, case, "amal", "resolve", **RESOLVE)

        end(cast, case)

        assert move(cast, case, "amal", "resolve", **RESOLVE).state == "RESOLVED_OUTSIDE"
        told = Message.objects.filter(case=case, direction="OUT").values_list("complainant__position", flat=True)
        assert set(told) == {2}

    def test_does_not_stop_the_complainant_from_withdrawing(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])
        zed, _ = complainants.add(new=ZED, **by(cast, "amal", case))
        end(cast, case)
        signed = {"signed_on": AT.date(), "signed_by": "COMPLAINANT", "authority_seen_on": None, "document": None}
        withdrawals.enter_signed(complainant=zed.public_id, allegation=None, **signed, **by(cast, "beth", case))

        assert move(cast, case, "beth", "withdraw", public_interest="ENDS").state == "WITHDRAWN"

    @pytest.mark.parametrize("name", ["leave_unresolved", "resolve"])
    def test_is_told_no_outcome(self, cast: Cast, name: str) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])

        with pytest.raises(CannotMove, match="consent is not recorded"):
            move(cast, case, "amal", name, result="It was looked into.", told="What came of it.")

        assert not Message.objects.filter(case=case, text__contains="What came of it").exists()

    def test_is_told_of_no_review_and_nobody_waits_for_them(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        case = conclude(cast, review, "NOT_UPHELD").case
        rita = intake.add_complainant(case, RITA, position=2)
        with pytest.raises(CannotMove, match="consent is not recorded"):
            move(cast, case, "beth", "close_review", **CLOSE)

        preferences.end_consent(**by(cast, "amal", case), complainant=rita.public_id, ended_on=AT.date())

        assert move(cast, case, "beth", "close_review", **CLOSE).state == "FINALISED"
        assert not Message.objects.filter(case=case, complainant=rita).exists()

    @pytest.mark.parametrize("ended", ["NOT_UPHELD", "REFUSED"])
    def test_holds_the_end_of_a_review_up_no_more_than_another_where_nobody_else_complains(
        self, cast: Cast, ended: str
    ) -> None:
        case = an_otbi_case(cast, complainants=[RITA])
        consent(cast, case)
        review = apply(cast, tell_outcome_of(cast, case))
        move(cast, case, "beth", "open_review")
        told_before = Message.objects.filter(case=case).count()
        end(cast, case)
        if ended == "REFUSED":
            conclude(cast, review, "RECOMMENDS", recommendation="Apologise again.")
            answered(cast, review, ended)
        else:
            conclude(cast, review, ended)

        assert move(cast, case, "beth", "close_review", **CLOSE).state == "FINALISED"
        assert Message.objects.filter(case=case).count() == told_before

    def test_is_not_told_that_part_2_ceases_and_nobody_waits_for_them(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        row = step(cast, suspend(cast, case), suspensions.conclude, concluded_on=AT.date())
        stated = {"complainant": rita_of(case).public_id, "wish": "END", "stated_on": AT.date()}
        step(cast, row, suspensions.state_wish, **stated)
        step(cast, row, suspensions.decide, public_interest="ENDS", reason="The court has looked at it.")
        rita, _ = complainants.add(new=RITA, **by(cast, "amal", case))
        with pytest.raises(CannotMove, match="consent is not recorded"):
            move(cast, case, "beth", "cease", told="It ends.")

        preferences.end_consent(**by(cast, "amal", case), complainant=rita.public_id, ended_on=AT.date())

        assert move(cast, case, "beth", "cease", told="It ends.").state == "FINALISED"
        assert not Message.objects.filter(case=case, complainant=rita).exists()

    def test_is_not_told_of_a_merger_before_consent_is_recorded(self, cast: Cast) -> None:
        into, case = (a_case_handled_outside(cast, complainants=[RITA]) for _ in range(2))
        merger = {"into": into.reference, "told": "We deal with it under the other reference."}
        with pytest.raises(CannotMove, match="consent is not recorded"):
            move(cast, case, "beth", "merge", **merger)

        consent(cast, case)

        assert move(cast, case, "beth", "merge", **merger).state == "MERGED"

    def test_it_is_entered_once_and_of_representatives_alone(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])
        zed, _ = complainants.add(new=ZED, **by(cast, "amal", case))
        end(cast, case)

        with pytest.raises(NoConsent):
            end(cast, case)
        with pytest.raises(NoConsent):
            preferences.end_consent(**by(cast, "amal", case), complainant=zed.public_id, ended_on=AT.date())


class TestWhoseConsentIsRecordedAgain:
    def test_is_owed_the_record_and_hears_how_it_is_going_within_four_weeks_of_that_day(self, cast: Cast) -> None:
        case = a_recorded_case(cast, complainants=[RITA, ZED])
        end(cast, case)
        assert rita_of(case) not in owed_the_record(case)

        consent(cast, case, AT + 60 * DAY)

        assert owed_the_record(case) == {rita_of(case), Complainant.objects.get(case=case, position=2)}
        due = {each.about: each.due_on for each in deadlines(read(cast, case)) if each.rule == "progress_update"}
        assert due[str(rita_of(case).public_id)] == AT.date() + 88 * DAY

    def test_is_owed_the_outcome_that_was_told_meanwhile(self, cast: Cast) -> None:
        case = an_otbi_case(cast, complainants=[RITA, ZED])
        end(cast, case)
        tell_outcome_of(cast, case)

        consent(cast, case, AT + 3 * DAY)

        [owed] = open_notices(case, "OUTCOME")
        assert (owed.complainant, owed.owed_on) == (rita_of(case), AT.date() + 3 * DAY)

    def test_changes_nothing_of_it_where_it_had_not_ended(self, cast: Cast) -> None:
        case = a_recorded_case(cast, complainants=[RITA])
        Notice.objects.filter(case=case).delete()

        consent(cast, case, AT + 60 * DAY)

        assert owed_the_record(case) == set()
        assert rita_of(case).returned_on is None


class TestWhoseConsentIsNotRecorded:
    """Decision 19: the end of a withdrawal waits until it is."""

    @pytest.mark.parametrize("signed_by", ["COMPLAINANT", "SOLICITOR", "AGENT"])
    def test_signs_no_withdrawal_by_whoever_it_is_signed(self, cast: Cast, signed_by: str) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])
        seen = AT.date() if signed_by == "AGENT" else None

        with pytest.raises(CannotWithdraw, match="whose consent is not recorded"):
            sign(cast, case, signed_by=signed_by, authority_seen_on=seen)

        consent(cast, case)
        assert sign(cast, case, signed_by=signed_by, authority_seen_on=seen).state == "SIGNED"

    def test_withdraws_nothing_by_what_was_signed_before_anybody_asked(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])
        signed = {"state": "SIGNED", "wished_on": AT.date(), "signed_on": AT.date(), "signed_by": "COMPLAINANT"}
        Withdrawal.objects.create(case=case, complainant=rita_of(case), **signed)

        with pytest.raises(CannotMove, match="consent is not recorded"):
            move(cast, case, "beth", "withdraw", public_interest="ENDS")

        consent(cast, case)
        assert move(cast, case, "beth", "withdraw", public_interest="ENDS").state == "WITHDRAWN"

    def test_ends_no_allegation_either(self, cast: Cast) -> None:
        case = a_recorded_case(cast, complainants=[RITA])
        part = alleged(cast, case)
        alleged(cast, case, summary="He left.")
        signed = {"state": "SIGNED", "wished_on": AT.date(), "signed_on": AT.date(), "signed_by": "COMPLAINANT"}
        Withdrawal.objects.create(case=case, complainant=rita_of(case), allegation=part, **signed)

        with pytest.raises(CannotWithdraw, match="consent is not recorded"):
            withdrawals.end_allegation(**by(cast, "beth", case), allegation=part.public_id, public_interest="ENDS")


def a_recorded_one(cast: Cast, **more: Any) -> Case:
    return a_recorded_case(cast, complainants=[RITA], **more)


def one_in_decision(cast: Cast) -> Case:
    return in_decision(cast, an_otbi_case(cast, complainants=[RITA]), "lev")


class TestOfWhomNobodyComplains:
    """PRA 2002 s. 12: a complaint is made by somebody, or on behalf of somebody who agrees to it in writing."""

    @pytest.mark.parametrize(
        "prepare",
        [
            lambda cast: move(cast, assess(cast, a_case(cast, complainants=[RITA])), "amal", "take"),
            lambda cast: a_case_handled_outside(cast, complainants=[RITA]),
            a_recorded_one,
            lambda cast: an_otbi_case(cast, complainants=[RITA]),
            lambda cast: an_investigated_case(cast, complainants=[RITA]),
            one_in_decision,
        ],
        ids=["assessed", "handled outside", "recorded", "handled otherwise", "investigated", "being decided"],
    )
    def test_ends_wherever_it_stands_and_who_sent_it_alone_is_owed_to_be_told_that(
        self, cast: Cast, prepare: Callable[[Cast], Case]
    ) -> None:
        case = prepare(cast)
        told_before = Message.objects.filter(case=case).count()
        end(cast, case)

        ended = move(cast, case, "beth", "find_no_standing", reason="Zed was asked, and did not agree.")

        assert (ended.state, ended.outcome, ended.closed_on) == ("NOT_A_COMPLAINT", "NO_STANDING", AT.date())
        assert Message.objects.filter(case=case).count() == told_before
        owed = Notice.objects.filter(case=case, settled_on=None)
        assert [(each.kind, each.complainant) for each in owed] == [("NO_STANDING", rita_of(case))]
        assert ended.next_due_rule == "notice"

    def test_what_was_referred_before_is_recorded_when_it_turns_out_to_be_one_after_all(self, cast: Cast) -> None:
        case = a_recorded_case(cast, complainants=[RITA])
        move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")
        move(cast, case, "beth", "refer_back", document=str(a_paper(case)), dated_on="2026-11-20")
        end(cast, case)
        move(cast, case, "beth", "find_no_standing", reason="Zed was asked, and did not agree.")
        consent(cast, case)
        move(cast, case, "lev", "reopen", reason="His letter came.")

        with pytest.raises(CannotMove, match="It was referred to the IOPC: record it"):
            move(cast, case, "beth", "handle_outside")

    def test_is_told_to_nobody_who_is_kept_informed_either(self, cast: Cast) -> None:
        ola = NewComplainant(name="Ola Reed", relationship=Complainant.Relationship.INTERESTED)
        case = a_recorded_case(cast, complainants=[RITA, ola])
        end(cast, case)

        move(cast, case, "beth", "find_no_standing", reason="Zed cannot be found.")

        assert {each.complainant for each in Notice.objects.filter(case=case, settled_on=None)} == {rita_of(case)}

    def test_is_told_without_a_word_of_the_case_and_not_on_the_tracking_page(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[replace(RITA, address="5 Mill Lane, Northgate")])
        end(cast, case)
        move(cast, case, "beth", "find_no_standing", reason="Zed was asked, and did not agree.")
        [owed] = Notice.objects.filter(case=case, settled_on=None)

        def send(delivery: Message.Delivery) -> Message:
            completed = Completed(way=Way(delivery))
            return settling.send(**by(cast, "beth", case), notice=owed.public_id, completed=completed)[0]

        with pytest.raises(Invalid) as refused:
            send(Message.Delivery.TRACKING)
        letter = send(Message.Delivery.POST)

        assert "no receipt of theirs opens it" in refused.value.errors["delivery"][0]
        assert letter.complainant == rita_of(case)
        assert "agree to it in writing" in letter.text
        for word in ("desk", "rude", "Zed", "November"):
            assert word not in letter.text

    def test_is_not_found_while_the_consent_may_still_come(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])

        with pytest.raises(CannotMove, match="refused or has ended"):
            move(cast, case, "beth", "find_no_standing", reason="Nothing came.")

    def test_is_not_found_where_somebody_else_complains_or_nobody_acted_for_anybody(self, cast: Cast) -> None:
        joined = a_case_handled_outside(cast, complainants=[RITA, ZED])
        end(cast, joined)

        for case in (joined, a_case_handled_outside(cast), a_case_handled_outside(cast, complainants=[])):
            with pytest.raises(CannotMove, match="Somebody complains of it"):
                move(cast, case, "beth", "find_no_standing", reason="Nothing came.")

    def test_is_found_by_the_authority(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA])
        end(cast, case)

        with pytest.raises(MayNot):
            move(cast, case, "amal", "find_no_standing", reason="Nothing came.")

    def test_leaves_no_indication_of_misconduct_behind(self, cast: Cast) -> None:
        case = a_recorded_one(cast)
        end(cast, case)
        duty = {"exception": "", "reason": "It is looked into as a conduct matter."}
        determinations.set_duty_to_investigate(**by(cast, "beth", case), indicates_misconduct=True, **duty)

        with pytest.raises(CannotMove, match="must be investigated"):
            move(cast, case, "beth", "find_no_standing", reason="Zed did not agree.")

        determinations.set_duty_to_investigate(**by(cast, "beth", case), indicates_misconduct=False, **duty)
        assert move(cast, case, "beth", "find_no_standing", reason="Zed did not agree.").closed_on

    def test_what_must_be_recorded_is_recorded_and_looked_at_first(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[RITA])
        move(cast, case, "amal", "take")
        assess(cast, case, "beth", alleges_crime_or_discipline=True)
        end(cast, case)
        with pytest.raises(CannotMove, match="must be recorded"):
            move(cast, case, "beth", "find_no_standing", reason="Zed did not agree.")

        move(cast, case, "beth", "record")

        with pytest.raises(CannotMove, match="Say first whether there is an indication"):
            move(cast, case, "beth", "find_no_standing", reason="Zed did not agree.")

    def test_what_the_iopc_determined_to_be_investigated_is_not_ended_by_the_authority(self, cast: Cast) -> None:
        case = a_recorded_one(cast)
        move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")
        notice = {"document": a_document(case), "dated_on": "2026-11-20"}
        move(cast, case, "beth", "determine_local", investigator="fay@westshire.test", **notice)
        end(cast, case)

        with pytest.raises(CannotMove, match="notice first that it may end"):
            move(cast, case, "beth", "find_no_standing", reason="Zed did not agree.")

    def test_what_the_iopc_determined_ends_by_its_word_given_since(self, cast: Cast) -> None:
        case = a_recorded_one(cast)
        move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")
        notice = {"document": a_document(case), "dated_on": "2026-11-20"}
        said(cast, case, "IOPC", "LETS_WITHDRAW")
        move(cast, case, "beth", "determine_directed", **notice)
        end(cast, case)

        with pytest.raises(CannotMove, match="notice first that it may end"):
            move(cast, case, "beth", "find_no_standing", reason="Zed did not agree.")
        said(cast, case, "IOPC", "LETS_WITHDRAW")

        assert move(cast, case, "beth", "find_no_standing", reason="Zed did not agree.").closed_on == AT.date()

    def test_goes_on_where_the_consent_comes_after_all_and_is_recorded_anew(self, cast: Cast) -> None:
        case = a_recorded_one(cast)
        end(cast, case)
        ended = move(cast, case, "beth", "find_no_standing", reason="Zed cannot be found.")

        consent(cast, case)
        move(cast, case, "lev", "reopen", reason="Zed is back, and agrees.")
        recorded = move(cast, case, "lev", "record", AT + DAY)

        assert (ended.recorded_on, recorded.recorded_on) == (None, (AT + DAY).date())
        assert Notice.objects.get(case=case, kind="NO_STANDING").settled_as == "NOT_OWED"


class TestWhoseConsentWasTakenBack:
    def test_is_not_written_to_by_hand_either(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[RITA, ZED])
        consent(cast, case)
        end(cast, case)

        with pytest.raises(Invalid, match="Write to somebody else"):
            messages.write(
                **by(cast, "amal", case), about="PROGRESS", text="News.", complainant=rita_of(case).public_id, way=None, files=[]
            )  # fmt: skip

        to_rita = Outgoing.objects.filter(about=case.reference, addressee=str(rita_of(case).public_id))
        assert not to_rita.filter(state="PENDING").exists()

    @pytest.mark.parametrize("others", [[MAYA], []], ids=["others were asked", "nobody else complains"])
    def test_leaves_no_suspension_waiting_for_them(self, cast: Cast, others: list[NewComplainant]) -> None:
        case = an_investigated_case(cast, complainants=[RITA, *others])
        consent(cast, case)
        row = step(cast, suspend(cast, case), suspensions.conclude, at=AT + DAY, concluded_on=(AT + DAY).date())
        for each in Complainant.objects.filter(case=case, position=2):
            asked = {"complainant": each.public_id, "sent_on": (AT + 2 * DAY).date()}
            row = step(cast, row, suspensions.enter_letter, at=AT + 2 * DAY, **asked)

        end(cast, case, AT + 3 * DAY)

        row.refresh_from_db()
        assert row.state == ("ASKED" if others else "DECIDING")
        if others:
            assert step(cast, row, suspensions.find_silent, at=AT + 60 * DAY).state == "DECIDING"


def test_who_wishes_what_stands_already_changes_no_version(cast: Cast) -> None:
    case = a_case_handled_outside(cast)
    sender = Complainant.objects.get(case=case)
    wishes = preferences.Wishes(
        contact_by=Complainant.ContactBy.TRACKING, never_by_post=True, text_by_email=False, quiet_from=None, quiet_until=None,
        language="Welsh", access_needs="",
    )  # fmt: skip
    preferences.set_own(complainant=sender, wishes=wishes, at=AT)
    before = Case.objects.get(pk=case.pk).version

    preferences.set_own(complainant=sender, wishes=wishes, at=AT)

    assert Case.objects.get(pk=case.pk).version == before > case.version
