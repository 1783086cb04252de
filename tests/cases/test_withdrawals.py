"""Withdrawing: signed, or wished and asked; the whole or a part; one of several; with the IOPC and under review."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.audit.models import Event
from backend.common.errors import Invalid, Missing, Stale
from cases import facts
from cases.deadlines import open_deadlines
from cases.models import Allegation, BodyNotice, Case, CaseLink, Complainant, Message, Notice, Review, Withdrawal
from cases.models.path import LetterWay
from cases.services import corrections, letters, matters, messages, notices, settling, steps, withdrawals
from cases.services.correspondence import Way
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from cases.services.reviews import NoReview
from cases.services.settling import Completed
from cases.services.transitions import CannotMove
from cases.services.withdrawals import CannotWithdraw
from tests.cases.alleging import (
    a_recorded_case,
    alleged,
    an_investigated_case,
    an_otbi_case,
    by,
    code,
    decide,
    in_decision,
    set_actions,
)
from tests.cases.bodies import TOLD, a_case_told, apply, tell_outcome_of
from tests.cases.paper import a_complaint, with_parts
from tests.cases.staying import (
    BOTH,
    DAY,
    NOOR,
    TODAY,
    a_document,
    answer,
    ask,
    find_silent,
    open_notices,
    said,
    sign,
    suspend,
    who,
    wish,
)
from tests.cast import AT, CONTACT, RESOLVE, Cast, a_case, a_case_handled_outside, add_user, assess, give_to, move

ENDS = {"public_interest": "ENDS"}
CASES = "/api/v1/cases/"
calendar_of = steps.working_calendar


def waits(case: Case) -> list[tuple[str, dt.date]]:
    case = Case.objects.get(pk=case.pk)
    return [(d.rule, d.due_on) for d in open_deadlines(case, calendar_of()) if d.rule.startswith("reply_silence")]


def news_owed_to(case: Case) -> dict[UUID, dt.date]:
    """By when each hears how it is going, by their public id."""
    case = Case.objects.get(pk=case.pk)
    news = [each for each in open_deadlines(case, calendar_of()) if each.rule == "progress_update"]
    return {UUID(each.about): each.due_on for each in news}


class TestASignedNotification:
    @pytest.mark.parametrize(
        "signed",
        [
            {"signed_by": "COMPLAINANT"},
            {"signed_by": "SOLICITOR"},
            {"signed_by": "AGENT", "authority_seen_on": TODAY},
        ],
    )
    def test_is_effective_at_once_by_whoever_may_sign(self, cast: Cast, signed: dict[str, Any]) -> None:
        case = a_case_handled_outside(cast)

        row = sign(cast, case, **signed)

        assert (row.state, row.signed_on, row.settled_on) == ("SIGNED", TODAY, TODAY)
        assert open_notices(case, "ASK_TO_CONFIRM") == []
        assert move(cast, case, "beth", "withdraw", **ENDS).state == "WITHDRAWN"

    def test_keeps_the_document_that_was_signed(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        document = a_document(case)

        assert str(sign(cast, case, document=document).document.public_id) == document
        with pytest.raises(Invalid, match="Correct the field"):
            sign(cast, a_recorded_case(cast), document=document)

    @pytest.mark.parametrize(
        ("field", "given", "why"),
        [
            ("authority_seen_on", {"signed_by": "AGENT"}, "needs the complainant's authority"),
            ("authority_seen_on", {"signed_by": "AGENT", "authority_seen_on": TODAY + DAY}, "not come yet"),
            ("authority_seen_on", {"signed_by": "SOLICITOR", "authority_seen_on": TODAY}, "another agent"),
            ("signed_on", {"signed_on": TODAY + DAY}, "not come yet"),
            ("signed_on", {"signed_on": TODAY - DAY}, "before 20 November 2026"),
            ("allegation", {"allegation": uuid4()}, "no open allegation"),
        ],
    )
    def test_is_refused_where_something_of_it_cannot_be(
        self, cast: Cast, field: str, given: dict[str, Any], why: str
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            sign(cast, a_case(cast), **given)

        assert why in refusal.value.errors[field][0]

    def test_is_nothing_from_somebody_whom_nobody_knows_unless_their_solicitor_signs(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[NewComplainant(anonymous=True)])

        with pytest.raises(Invalid) as refusal:
            sign(cast, case)

        assert "enter it as a wish" in refusal.value.errors["signed_by"][0]
        assert sign(cast, case, signed_by="SOLICITOR").state == "SIGNED"

    def test_settles_a_wish_that_waited_for_an_answer(self, cast: Cast) -> None:
        case = a_case(cast)
        wished = ask(cast, wish(cast, case))

        row = sign(cast, case, at=AT + 3 * DAY)

        assert (row.pk, row.state, row.wished_on) == (wished.pk, "SIGNED", TODAY)
        assert waits(case) == []
        with pytest.raises(CannotWithdraw, match="settled"):
            find_silent(cast, row, AT + 40 * DAY)

    def test_comes_once(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        part = alleged(cast, case)
        sign(cast, case)

        with pytest.raises(CannotWithdraw, match="already"):
            sign(cast, case)
        with pytest.raises(CannotWithdraw, match="already"):
            sign(cast, case, allegation=part.public_id)
        with pytest.raises(CannotWithdraw, match="before"):
            wish(cast, case)

    def test_is_not_entered_from_somebody_who_is_only_kept_informed(self, cast: Cast) -> None:
        kept = NewComplainant(name="Ola", relationship=Complainant.Relationship.INTERESTED)
        case = assess(cast, a_case(cast, complainants=[BOTH[0], kept]))

        with pytest.raises(Invalid):
            sign(cast, case, 2)

        sign(cast, case)
        assert move(cast, case, "beth", "withdraw", **ENDS).state == "WITHDRAWN"

    @pytest.mark.parametrize("step", ["amal", "beth", "cai", "dee"])
    def test_is_entered_by_who_handles_the_case(self, cast: Cast, step: str) -> None:
        case = give_to(cast, a_case(cast), "northgate")

        assert sign(cast, case, name=step).state == "SIGNED"

    def test_is_not_entered_by_others_nor_on_another_version(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")

        for name in ("ed", "gwen", "hal", "kit"):
            with pytest.raises(Missing):
                sign(cast, case, name=name)
        with pytest.raises(Stale):
            withdrawals.enter_wish(
                **{**by(cast, "beth", case), "version": 1}, complainant=who(case).public_id, allegation=None,
                wished_on=TODAY,
            )  # fmt: skip

    def test_is_refused_once_the_case_has_ended(self, cast: Cast) -> None:
        resolved = move(cast, a_case_handled_outside(cast), "amal", "resolve", **RESOLVE)
        withdrawn = assess(cast, a_case(cast))
        sign(cast, withdrawn)
        move(cast, withdrawn, "beth", "withdraw", **ENDS)

        for case in (resolved, withdrawn):
            with pytest.raises(CannotWithdraw, match="ended"):
                sign(cast, case)
            with pytest.raises(CannotWithdraw, match="ended"):
                wish(cast, case)

    def test_leaves_an_audit_row_without_a_word_about_anybody(self, cast: Cast) -> None:
        case = a_case(cast)

        row = sign(cast, case)

        event = Event.objects.filter(subject=case.reference).latest("sequence")
        assert event.verb == "WITHDRAWAL_SIGNED"
        assert Case.objects.get(pk=case.pk).version == 2
        assert row.case_id == case.pk


class TestAnUnsignedWish:
    """Regulation 39."""

    def test_has_to_be_asked_about_and_withdraws_nothing(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)

        row = wish(cast, case)

        assert row.state == "WISHED"
        assert [notice.complainant for notice in open_notices(case, "ASK_TO_CONFIRM")] == [who(case)]
        assert waits(case) == []
        with pytest.raises(CannotMove, match="Every complainant has to have withdrawn"):
            move(cast, case, "beth", "withdraw", **ENDS)

    def test_is_asked_of_the_one_who_wished_alone(self, cast: Cast) -> None:
        case = a_case(cast, complainants=BOTH)

        wish(cast, case, 2)

        assert [notice.complainant for notice in open_notices(case, "ASK_TO_CONFIRM")] == [who(case, 2)]

    def test_gives_28_days_from_the_day_after_the_letter(self, cast: Cast) -> None:
        case = a_case(cast)

        row = ask(cast, wish(cast, case), at=AT + 2 * DAY)

        assert (row.state, row.asked_on) == ("ASKED", TODAY + 2 * DAY)
        assert open_notices(case, "ASK_TO_CONFIRM") == []
        assert waits(case) == [("reply_silence", dt.date(2026, 12, 20))]

    def test_goes_by_recorded_delivery_unless_there_is_a_reason(self, cast: Cast) -> None:
        case = a_case(cast)
        row = wish(cast, case)

        with pytest.raises(Invalid, match="Correct the field"):
            ask(cast, row, way=LetterWay.RECEIPT)

        asked = ask(cast, row, way=LetterWay.RECEIPT, reason="They gave no address.")
        assert (asked.asked_by, asked.way_reason) == ("RECEIPT", "They gave no address.")
        with pytest.raises(CannotWithdraw, match="asked already"):
            ask(cast, row)

    def test_cannot_have_been_asked_about_before_it_was_made(self, cast: Cast) -> None:
        row = wish(cast, a_case(cast))

        with pytest.raises(Invalid):
            ask(cast, row, sent_on=TODAY - DAY)
        with pytest.raises(Invalid):
            ask(cast, row, sent_on=TODAY + DAY)

    def test_that_is_confirmed_counts_as_signed(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast))
        row = wish(cast, case)
        with pytest.raises(CannotWithdraw, match="Write to them"):
            answer(cast, row, withdrawals.confirm)
        ask(cast, row)

        assert answer(cast, row, withdrawals.confirm).state == "CONFIRMED"

        assert move(cast, case, "beth", "withdraw", **ENDS).state == "WITHDRAWN"

    def test_that_is_denied_leaves_the_case_where_it_was(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        row = ask(cast, wish(cast, case))

        assert answer(cast, row, withdrawals.deny, at=AT + DAY).state == "DENIED"

        assert Case.objects.get(pk=case.pk).state == "HANDLING_OUTSIDE"
        assert waits(case) == []
        with pytest.raises(CannotMove):
            move(cast, case, "beth", "withdraw", **ENDS)
        with pytest.raises(CannotWithdraw, match="goes on"):
            answer(cast, row, withdrawals.deny)

    def test_that_is_taken_back_before_the_letter_is_not_asked_about(self, cast: Cast) -> None:
        case = a_case(cast)
        row = wish(cast, case)

        answer(cast, row, withdrawals.deny)

        assert Notice.objects.get(case=case, kind="ASK_TO_CONFIRM").settled_as == "NOT_OWED"

    def test_may_be_made_again_after_it_was_denied(self, cast: Cast) -> None:
        case = a_case(cast)
        answer(cast, wish(cast, case), withdrawals.deny)

        assert wish(cast, case).state == "WISHED"
        assert Withdrawal.objects.filter(case=case).count() == 2

    @pytest.mark.parametrize(("regime", "days"), [("2004", 21), ("2012", 21), ("2020", 28), ("2020-2025", 28)])
    def test_that_stays_without_an_answer_counts_as_signed_only_after_the_time(
        self, cast: Cast, regime: str, days: int
    ) -> None:
        case = assess(cast, a_case(cast))
        Case.objects.filter(pk=case.pk).update(regime=regime)
        row = ask(cast, wish(cast, case))

        with pytest.raises(CannotWithdraw, match="may answer until"):
            find_silent(cast, row, AT + days * DAY)

        assert find_silent(cast, row, AT + (days + 1) * DAY).state == "SILENT"
        assert move(cast, case, "beth", "withdraw", **ENDS).state == "WITHDRAWN"

    def test_has_no_day_of_its_letter_before_it_was_wished(self, cast: Cast) -> None:
        """A correction would else let the 28 days be over at once."""
        case = a_case_handled_outside(cast, made_on=AT.date() - 90 * DAY)
        row = ask(cast, wish(cast, case))

        with pytest.raises(Invalid) as refused:
            corrections.correct(
                **by(cast, "beth", case),
                what="withdrawal.asked_on",
                about=row.public_id,
                to=TODAY - 40 * DAY,
                reason="Late.",
            )

        assert set(refused.value.errors) == {"to"}

    def test_is_not_passed_over_in_silence_while_what_they_wrote_is_unread(self, cast: Cast) -> None:
        """Regulation 39(4): it may be their answer, and it came through the receipt."""
        case = a_case_handled_outside(cast)
        row = ask(cast, wish(cast, case))
        wrote = messages.receive(case_id=case.pk, text="No, go on.", wish="", files=[], at=AT + DAY)

        with pytest.raises(CannotWithdraw, match="read it first"):
            find_silent(cast, row, AT + 40 * DAY)

        messages.mark_read(**by(cast, "amal", case), message=wrote.public_id)
        assert find_silent(cast, row, AT + 40 * DAY).state == "SILENT"

    def test_that_was_never_asked_about_is_never_silent(self, cast: Cast) -> None:
        row = wish(cast, a_case(cast))

        with pytest.raises(CannotWithdraw, match="Write to them"):
            find_silent(cast, row, AT + 100 * DAY)

    @pytest.mark.parametrize(
        ("asked", "last_day"),
        [("2026-11-27", "2026-12-25"), ("2028-02-01", "2028-02-29"), ("2027-03-01", "2027-03-29")],
    )
    def test_has_until_the_end_of_the_28th_day_whatever_day_that_is(
        self, cast: Cast, asked: str, last_day: str
    ) -> None:
        case = a_complaint(dt.date(2026, 11, 20), regime="2020")

        assert steps.last_day_to_answer(case, dt.date.fromisoformat(asked)) == dt.date.fromisoformat(last_day)

    def test_comes_from_the_complainant_by_their_receipt(self, cast: Cast) -> None:
        case = a_case(cast)

        row = withdrawals.wish_from_complainant(case, complainant=who(case), at=AT)

        assert (row.state, row.wished_on) == ("WISHED", TODAY)
        assert len(open_notices(case, "ASK_TO_CONFIRM")) == 1
        assert Event.objects.filter(subject=case.reference).latest("sequence").actor == ""
        with pytest.raises(CannotWithdraw, match="before"):
            withdrawals.wish_from_complainant(case, complainant=who(case), at=AT)

    def test_by_a_receipt_is_of_the_case_and_of_a_live_one(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)
        resolved = move(cast, a_case_handled_outside(cast), "amal", "resolve", **RESOLVE)

        with pytest.raises(CannotWithdraw, match="Only who complained"):
            withdrawals.wish_from_complainant(case, complainant=who(other), at=AT)
        with pytest.raises(CannotWithdraw, match="ended"):
            withdrawals.wish_from_complainant(resolved, complainant=who(resolved), at=AT)


class TestTwoWishesAtOnce:
    """Each has its own letter, and its own 28 days."""

    def both(self, cast: Cast) -> tuple[Withdrawal, Withdrawal]:
        case = an_investigated_case(cast)
        parts = [alleged(cast, case), alleged(cast, case, summary="He left.")]
        first, second = [wish(cast, case, allegation=each.public_id) for each in parts]
        return first, second

    def test_a_letter_asks_of_one_and_the_other_is_owed_its_own(self, cast: Cast) -> None:
        first, second = self.both(cast)
        by_hand = Completed(way=Way(Message.Delivery.HAND, "She came in."))
        for number, row in enumerate((first, second)):
            at = AT + number * DAY
            [notice] = [each for each in open_notices(row.case, "ASK_TO_CONFIRM") if each.withdrawal == row]
            settling.send(**by(cast, "beth", row.case, at), notice=notice.public_id, completed=by_hand)

        asked = Withdrawal.objects.filter(case=first.case).order_by("pk")
        assert [(each.state, each.asked_on) for each in asked] == [("ASKED", TODAY), ("ASKED", TODAY + DAY)]
        assert open_notices(first.case, "ASK_TO_CONFIRM") == []

    def test_who_reads_what_is_owed_reads_which_of_them_it_asks_about(self, cast: Cast) -> None:
        first, second = self.both(cast)

        owed = cast.client("beth").get(f"{CASES}{first.case.reference}/notices/").json()

        asks = [(each["withdrawal"], each["suspension"]) for each in owed if each["kind"] == "ASK_TO_CONFIRM"]
        assert asks == [(str(first.public_id), None), (str(second.public_id), None)]

    def test_a_letter_that_was_entered_settles_no_other(self, cast: Cast) -> None:
        first, second = self.both(cast)

        ask(cast, second)

        assert [notice.withdrawal for notice in open_notices(first.case, "ASK_TO_CONFIRM")] == [first]

    @pytest.mark.parametrize("how", ["signed", "denied"])
    def test_an_answer_to_one_leaves_the_letter_of_the_other_owed(self, cast: Cast, how: str) -> None:
        first, second = self.both(cast)

        if how == "signed":
            sign(cast, second.case, allegation=second.allegation.public_id)
        else:
            answer(cast, second, withdrawals.deny)

        assert [notice.withdrawal for notice in open_notices(first.case, "ASK_TO_CONFIRM")] == [first]

    def test_what_was_signed_for_one_and_taken_back_leaves_the_letter_of_the_other_owed(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        first, second = alleged(cast, case), alleged(cast, case, summary="He left.")
        signed = sign(cast, case, allegation=first.public_id)
        wished = wish(cast, case, allegation=second.public_id)

        answer(cast, signed, withdrawals.deny)

        assert [notice.withdrawal for notice in open_notices(case, "ASK_TO_CONFIRM")] == [wished]


class TestAWishThatNothingIsLeftFor:
    @pytest.mark.parametrize("was_asked", [False, True])
    def test_waits_for_nothing_once_it_was_resolved(self, cast: Cast, was_asked: bool) -> None:
        case = a_case_handled_outside(cast)
        row = wish(cast, case)
        if was_asked:
            ask(cast, row)

        move(cast, case, "amal", "resolve", **RESOLVE)

        row.refresh_from_db()
        assert (row.state, row.settled_on, waits(case)) == ("DENIED", TODAY, [])
        assert open_notices(case, "ASK_TO_CONFIRM") == []

    def test_waits_for_nothing_once_the_allegation_was_withdrawn_with_the_whole(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        allegation = alleged(cast, case)
        row = wish(cast, case, allegation=allegation.public_id)
        sign(cast, case)

        withdrawals.end_allegation(**by(cast, "beth", case), allegation=allegation.public_id, **ENDS)

        row.refresh_from_db()
        assert (row.state, open_notices(case, "ASK_TO_CONFIRM")) == ("DENIED", [])

    def test_may_come_again_once_it_is_recorded_after_all(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        wish(cast, case)
        move(cast, case, "amal", "resolve", **RESOLVE)
        messages.receive(case_id=case.pk, text="I am not happy.", wish="RECORD", files=[], at=AT)
        move(cast, case, "beth", "record")

        again = wish(cast, case)

        assert [notice.withdrawal for notice in open_notices(case, "ASK_TO_CONFIRM")] == [again]


class TestTakingItBack:
    def test_a_signed_withdrawal_is_taken_back_for_as_long_as_nothing_ended(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast))
        row = sign(cast, case)

        answer(cast, row, withdrawals.deny)

        with pytest.raises(CannotMove, match="Every complainant"):
            move(cast, case, "beth", "withdraw", **ENDS)

    def test_also_after_the_case_was_opened_again(self, cast: Cast) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")
        assess(cast, case)
        row = sign(cast, case)
        move(cast, case, "beth", "decide_not_to_record", why="WITHDRAWN_BEFORE", told="As you wished.")
        with pytest.raises(CannotWithdraw, match="ended"):
            answer(cast, row, withdrawals.deny)
        move(cast, case, "lev", "reopen", reason="They never withdrew.")

        answer(cast, row, withdrawals.deny)

        with pytest.raises(CannotMove, match="Every complainant"):
            move(cast, case, "beth", "withdraw", **ENDS)
        assert Case.objects.get(pk=case.pk).state == "ASSESSING"

    @pytest.mark.parametrize("part", [False, True])
    def test_they_hear_how_it_is_going_within_four_weeks_of_that_day(self, cast: Cast, part: bool) -> None:
        case = a_recorded_case(cast, complainants=BOTH)
        of = {"allegation": alleged(cast, case).public_id} if part else {}
        row = sign(cast, case, **of)
        assert who(case).public_id not in news_owed_to(case)

        answer(cast, row, withdrawals.deny, at=AT + 60 * DAY)

        assert news_owed_to(case)[who(case).public_id] == TODAY + 88 * DAY

    def test_of_a_wish_that_was_never_confirmed_leaves_their_four_weeks_alone(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        before = news_owed_to(case)

        answer(cast, wish(cast, case), withdrawals.deny, at=AT + 20 * DAY)

        assert news_owed_to(case) == before

    def test_they_are_owed_the_copy_of_what_was_recorded_meanwhile(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=BOTH)
        row = sign(cast, case)
        move(cast, case, "beth", "record")
        assert [notice.complainant for notice in open_notices(case, "RECORD_COPY")] == [who(case, 2)]

        answer(cast, row, withdrawals.deny, at=AT + DAY)

        assert {notice.complainant for notice in open_notices(case, "RECORD_COPY")} == {who(case), who(case, 2)}


class TestTakingItBackOnceTheOutcomeWasTold:
    """The others were told: they are owed it too, with the right to a review, and have 28 days of their own."""

    @pytest.fixture
    def case(self, cast: Cast) -> Case:
        case = an_otbi_case(cast, complainants=BOTH)
        sign(cast, case, 2)
        case = tell_outcome_of(cast, case)
        answer(cast, Withdrawal.objects.get(case=case), withdrawals.deny, at=AT + 3 * DAY)
        return case

    def tell(self, cast: Cast, case: Case, at: dt.datetime) -> Message:
        [owed] = open_notices(case, "OUTCOME")
        sent = Completed(gaps={"outcome": "It was acceptable."}, way=Way(delivery=Message.Delivery.TRACKING))
        return settling.send(**by(cast, "beth", case, at), notice=owed.public_id, completed=sent)[0]

    def test_it_is_owed_to_them_alone_within_five_working_days_of_that(self, cast: Cast, case: Case) -> None:
        [owed] = open_notices(case, "OUTCOME")
        assert (owed.complainant, owed.owed_on) == (who(case, 2), TODAY + 3 * DAY)

        duties = open_deadlines(Case.objects.get(pk=case.pk), calendar_of())
        [due] = [each for each in duties if each.rule == "outcome_notice"]
        assert (due.about, due.due_on) == (str(owed.public_id), dt.date(2026, 11, 30))

    def test_their_letter_has_the_right_and_begins_their_own_28_days(self, cast: Cast, case: Case) -> None:
        letter = self.tell(cast, case, AT + 5 * DAY)

        assert "You may ask for a review" in letter.text
        assert f"until {letters.in_words(TODAY + 33 * DAY)}" in letter.text
        with pytest.raises(NoReview, match="last day"):
            apply(cast, case, at=AT + 33 * DAY)
        theirs = {"complainant": who(case, 2).public_id}
        with pytest.raises(NoReview, match="last day"):
            apply(cast, case, at=AT + 34 * DAY, **theirs)
        assert apply(cast, case, at=AT + 33 * DAY, **theirs).state == "APPLIED"

    def test_it_is_not_finalised_before_they_were_told_and_their_days_are_over(self, cast: Cast, case: Case) -> None:
        add_user(cast, "mo", "APPROPRIATE_AUTHORITY", cast.standards)
        with pytest.raises(CannotMove, match="Tell the complainant"):
            move(cast, case, "mo", "finalise", at=AT + 29 * DAY)

        self.tell(cast, case, AT + 29 * DAY)

        with pytest.raises(CannotMove, match="may still apply"):
            move(cast, case, "mo", "finalise", at=AT + 57 * DAY)
        assert move(cast, case, "mo", "finalise", at=AT + 58 * DAY).state == "FINALISED"

    def test_who_was_told_of_no_right_for_everybody_had_withdrawn_is_told_again_with_it(self, cast: Cast) -> None:
        case = an_otbi_case(cast, made_on=TODAY - 9 * DAY)
        row = sign(cast, case, signed_on=TODAY - DAY)
        case = tell_outcome_of(cast, case)
        [told] = Message.objects.filter(case=case, about=Message.About.OUTCOME)
        assert "You may ask for a review" not in told.text

        answer(cast, row, withdrawals.deny, at=AT + 3 * DAY)

        assert [owed.complainant for owed in open_notices(case, "OUTCOME")] == [who(case)]
        assert "You may ask for a review" in self.tell(cast, case, AT + 5 * DAY).text
        assert apply(cast, case, at=AT + 33 * DAY).state == "APPLIED"
        answer(cast, sign(cast, case, at=AT + 34 * DAY), withdrawals.deny, at=AT + 35 * DAY)
        assert not open_notices(case, "OUTCOME")

    def test_who_withdrew_after_they_were_told_is_not_told_again(self, cast: Cast) -> None:
        case = tell_outcome_of(cast, an_otbi_case(cast, complainants=BOTH))
        row = sign(cast, case, 2)

        answer(cast, row, withdrawals.deny, at=AT + 3 * DAY)

        assert not open_notices(case, "OUTCOME")

    def test_nor_is_who_had_signed_it_before_and_was_told_of_their_right_while_it_was_in_the_post(
        self, cast: Cast
    ) -> None:
        case = tell_outcome_of(cast, an_otbi_case(cast, complainants=BOTH, made_on=TODAY - 9 * DAY))
        row = sign(cast, case, 2, at=AT + 3 * DAY, signed_on=TODAY - DAY)

        answer(cast, row, withdrawals.deny, at=AT + 4 * DAY)

        assert not open_notices(case, "OUTCOME")

    def test_who_withdrew_on_the_day_of_the_outcome_before_it_was_told_is_told_of_their_right(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        row = sign(cast, case)
        case = tell_outcome_of(cast, case)

        answer(cast, row, withdrawals.deny, at=AT + 3 * DAY)

        assert [owed.complainant for owed in open_notices(case, "OUTCOME")] == [who(case)]


class TestWhoHasWithdrawn:
    """From the whole, or from each of its allegations: what goes on is told to the others alone."""

    @pytest.fixture(params=["whole", "each allegation"])
    def case(self, cast: Cast, request: pytest.FixtureRequest) -> Case:
        case = an_otbi_case(cast, complainants=BOTH)
        allegation = code(cast, alleged(cast, case))
        sign(cast, case, **({} if request.param == "whole" else {"allegation": allegation.public_id}))
        return case

    def told(self, case: Case, about: str) -> list[Complainant]:
        sent = Message.objects.filter(case=case, about=about).order_by("pk")
        return [each.complainant for each in sent if each.complainant]

    def test_is_owed_no_notice_and_no_news(self, cast: Cast, case: Case) -> None:
        Notice.objects.filter(case=case).delete()

        suspend(cast, case)
        investigator = {"investigator": "fay@westshire.test", "terms": "All of it."}
        move(cast, case, "beth", "investigate", **investigator)
        notices.owe(Case.objects.get(pk=case.pk), "TIMELINESS", to="COMPLAINANT", on=TODAY)

        owed = Notice.objects.filter(case=case, to="COMPLAINANT", settled_on=None)
        assert {(each.kind, each.complainant) for each in owed} == {
            (kind, who(case, 2)) for kind in ("SUSPENSION", "HANDLING", "TIMELINESS")
        }
        assert set(news_owed_to(case)) == {who(case, 2).public_id}
        messages.tell_progress(**by(cast, "beth", case), text="We asked the witnesses.")
        assert self.told(case, "PROGRESS") == [who(case, 2)]

    def test_is_told_no_outcome_and_asks_for_no_review(self, cast: Cast, case: Case) -> None:
        in_decision(cast, case, "lev")
        allegation = case.allegations.get()
        decide(cast, allegation, "ACCEPTABLE", "lev")
        set_actions(cast, allegation, name="lev")
        case = move(cast, case, "beth", "send_outcome", **TOLD)

        with pytest.raises(NoReview, match="withdrawn"):
            apply(cast, case)

        assert self.told(case, "OUTCOME") == [who(case, 2)]

    def test_reads_of_no_review_where_they_were_the_only_one(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case, "lev")
        decide(cast, allegation, "ACCEPTABLE", "lev")
        set_actions(cast, allegation, name="lev")
        sign(cast, case)

        move(cast, case, "beth", "send_outcome", **TOLD)

        assert "review" not in Message.objects.get(case=case, about="OUTCOME").text

    @pytest.mark.parametrize("public_interest", ["ENDS", "CONDUCT_MATTER"])
    def test_is_told_that_it_ended_and_who_was_kept_informed_in_words_of_their_own(
        self, cast: Cast, public_interest: str
    ) -> None:
        case = a_recorded_case(cast)
        ways = {"email": "ola@home.test", "telephone": "", "address": ""}
        ola, _ = matters.add_interested_person(**by(cast, "beth", case), name="Ola Reed", **ways)
        sign(cast, case)

        move(cast, case, "beth", "withdraw", public_interest=public_interest)

        to_maya, to_ola = Message.objects.filter(case=case, about="OUTCOME").order_by("pk")
        assert (to_maya.complainant, to_ola.complainant) == (who(case), ola)
        assert "because we understand that you want to stop it" in to_maya.text
        assert "A complaint on which we kept you informed has ended." in to_ola.text
        assert "your complaint" not in to_ola.text.lower()
        goes_on = public_interest == "CONDUCT_MATTER"
        assert {"We must look into what happened all the same" in each.text for each in (to_maya, to_ola)} == {goes_on}


class TestSeveralComplainants:
    def test_the_case_lives_on_while_one_of_them_has_not_withdrawn(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast, complainants=BOTH))
        sign(cast, case)
        with pytest.raises(CannotMove, match="Every complainant"):
            move(cast, case, "beth", "withdraw", **ENDS)

        sign(cast, case, 2)

        assert move(cast, case, "beth", "withdraw", **ENDS).state == "WITHDRAWN"

    def test_one_who_is_still_asked_keeps_it_alive(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast, complainants=BOTH))
        sign(cast, case)
        ask(cast, wish(cast, case, 2))

        with pytest.raises(CannotMove, match="Every complainant"):
            move(cast, case, "beth", "withdraw", **ENDS)


class TestOneAllegation:
    def end(self, cast: Cast, case: Case, part: Allegation, name: str = "beth", **more: str) -> Allegation:
        given = {"public_interest": "ENDS", **more}
        return withdrawals.end_allegation(**by(cast, name, case), allegation=part.public_id, **given)[0]

    def test_that_all_have_withdrawn_is_found_withdrawn_and_the_rest_goes_on(self, cast: Cast) -> None:
        case = a_recorded_case(cast, complainants=BOTH)
        first, second = alleged(cast, case), alleged(cast, case, summary="He left.")
        sign(cast, case, allegation=first.public_id)
        with pytest.raises(CannotWithdraw, match="Every complainant"):
            self.end(cast, case, first)
        sign(cast, case, 2)  # Noor withdraws from the whole

        ended = self.end(cast, case, first)

        assert (ended.finding, ended.decided_on) == ("WITHDRAWN", TODAY)
        assert len(open_notices(case, "WITHDRAWN")) == 2
        with pytest.raises(CannotWithdraw, match="Every complainant"):
            self.end(cast, case, second)
        with pytest.raises(CannotMove, match="Every complainant"):
            move(cast, case, "beth", "withdraw", **ENDS)

    def test_that_has_ended_is_neither_ended_nor_taken_back_again(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        part = alleged(cast, case)
        alleged(cast, case, summary="He left.")
        row = sign(cast, case, allegation=part.public_id)
        self.end(cast, case, part)

        with pytest.raises(CannotWithdraw, match="That allegation has ended"):
            answer(cast, row, withdrawals.deny)
        with pytest.raises(Invalid):
            self.end(cast, case, part)
        with pytest.raises(Invalid):
            wish(cast, case, allegation=part.public_id)

    def test_the_case_ends_where_each_of_its_allegations_was_withdrawn(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        first, second = alleged(cast, case), alleged(cast, case, summary="He left.")
        sign(cast, case, allegation=first.public_id)
        with pytest.raises(CannotMove, match="Every complainant"):
            move(cast, case, "beth", "withdraw", **ENDS)
        sign(cast, case, allegation=second.public_id)
        self.end(cast, case, first)

        assert move(cast, case, "beth", "withdraw", **ENDS).state == "WITHDRAWN"

    def test_is_ended_by_the_delegate_alone(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        part = alleged(cast, case)
        sign(cast, case, allegation=part.public_id)

        with pytest.raises(MayNot):
            self.end(cast, case, part, name="amal")

    def test_goes_on_as_a_conduct_matter_where_the_public_interest_asks_for_it(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        part = alleged(cast, case)
        sign(cast, case, allegation=part.public_id)

        self.end(cast, case, part, public_interest="CONDUCT_MATTER")

        assert CaseLink.objects.get(other=case, kind="ARISING").case.matter_type == "CONDUCT"

    @pytest.mark.parametrize("reviewed", [False, True], ids=["told", "under review"])
    def test_what_was_found_on_it_and_told_stands(self, cast: Cast, reviewed: bool) -> None:
        case = a_case_told(cast)
        if reviewed:
            apply(cast, case)
            move(cast, case, "beth", "open_review")
        part = case.allegations.get()
        sign(cast, case, allegation=part.public_id)

        with pytest.raises(CannotWithdraw, match="was told, and stands"):
            self.end(cast, case, part)

        part.refresh_from_db()
        assert part.finding == "ACCEPTABLE"

    def test_is_not_ended_while_the_iopc_has_not_answered(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        part = alleged(cast, case)
        move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")
        sign(cast, case, allegation=part.public_id)

        with pytest.raises(CannotWithdraw, match="IOPC"):
            self.end(cast, case, part)

        said(cast, case, "IOPC", "LETS_WITHDRAW")
        assert self.end(cast, case, part).finding == "WITHDRAWN"


class TestWhoElseDecides:
    """Regulation 38(3) to (5)."""

    def referred(self, cast: Cast, **more: Any) -> Case:
        case = a_recorded_case(cast, **more)
        return move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")

    def test_a_mandatory_referral_that_was_not_made_blocks_it(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast), alleges_mandatory_referral=True)
        sign(cast, case)

        with pytest.raises(CannotMove, match="referred to the IOPC first"):
            move(cast, case, "beth", "withdraw", **ENDS)

    def test_with_the_iopc_it_is_told_and_lets_it_be_withdrawn_first(self, cast: Cast) -> None:
        case = self.referred(cast)
        sign(cast, case)
        assert [notice.to for notice in open_notices(case, "WITHDRAWAL")] == ["IOPC"]
        with pytest.raises(CannotMove, match="with the IOPC"):
            move(cast, case, "beth", "withdraw", **ENDS)

        said(cast, case, "IOPC", "LETS_WITHDRAW")

        assert move(cast, case, "beth", "withdraw", **ENDS).state == "WITHDRAWN"

    def test_what_the_iopc_said_before_the_last_of_them_withdrew_is_not_enough(self, cast: Cast) -> None:
        case = self.referred(cast, complainants=BOTH)
        sign(cast, case)
        said(cast, case, "IOPC", "LETS_WITHDRAW")
        sign(cast, case, 2, at=AT + 3 * DAY)

        with pytest.raises(CannotMove, match="with the IOPC"):
            move(cast, case, "beth", "withdraw", AT + 3 * DAY, **ENDS)

    def test_the_policing_body_does_not_speak_for_the_iopc(self, cast: Cast) -> None:
        case = self.referred(cast)
        sign(cast, case)
        said(cast, case, "LPB", "LETS_WITHDRAW")

        with pytest.raises(CannotMove, match="with the IOPC"):
            move(cast, case, "beth", "withdraw", **ENDS)

    def test_what_was_referred_back_is_the_forces_own_again(self, cast: Cast) -> None:
        case = self.referred(cast)
        move(cast, case, "beth", "refer_back", document=a_document(case), dated_on="2026-11-20")

        sign(cast, case)

        assert open_notices(case, "WITHDRAWAL") == []
        assert move(cast, case, "beth", "withdraw", **ENDS).state == "WITHDRAWN"

    @pytest.mark.parametrize("form", ["determine_directed", "determine_independent"])
    def test_an_investigation_of_the_iopc_ends_with_its_notice_too(self, cast: Cast, form: str) -> None:
        case = self.referred(cast)
        move(cast, case, "beth", form, document=a_document(case), dated_on="2026-11-20")
        sign(cast, case)
        with pytest.raises(CannotMove, match="with the IOPC"):
            move(cast, case, "beth", "withdraw", **ENDS)

        said(cast, case, "IOPC", "LETS_WITHDRAW")

        assert move(cast, case, "beth", "withdraw", **ENDS).state == "WITHDRAWN"

    @pytest.mark.parametrize(
        ("body", "after", "knows"), [("LPB", 0, True), ("LPB", 5, True), ("LPB", -1, False), ("IOPC", 0, False)]
    )
    def test_under_review_the_body_that_reviews_knows_of_it_first(self, body: str, after: int, knows: bool) -> None:
        case = with_parts(
            a_complaint(TODAY - 90 * DAY, state="UNDER_REVIEW", review_body="LPB"),
            reviews=[Review(body="LPB", state="APPLIED", applied_on=TODAY - 9 * DAY)],
            withdrawals=[Withdrawal(complainant_id=1, state="SIGNED", wished_on=TODAY)],
            body_notices=[BodyNotice(body=body, decides="KNOWS_OF_WITHDRAWAL", dated_on=TODAY + after * DAY)],
        )

        assert facts.review_body_knows_of_withdrawal(case) is knows

    def test_the_public_interest_may_ask_for_a_conduct_matter(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        sign(cast, case)

        ended = move(cast, case, "beth", "withdraw", public_interest="CONDUCT_MATTER")

        assert ended.state == "WITHDRAWN"
        assert CaseLink.objects.get(other=case, kind="ARISING").case.matter_type == "CONDUCT"


def test_a_comment_is_not_withdrawn(cast: Cast) -> None:
    case = a_case(cast, kind="COMMENT")

    with pytest.raises(CannotWithdraw):
        sign(cast, case)


def test_a_wish_goes_through_http_to_silence_and_the_end(cast: Cast) -> None:
    case = a_case(cast, complainants=[NOOR])
    move(cast, case, "amal", "take")
    assess(cast, case)
    move(cast, case, "amal", "record_contact", **CONTACT)
    client, url = cast.client("amal"), f"{CASES}{case.reference}/withdrawals/"

    def post(path: str, body: dict[str, Any], status: int) -> Any:
        tag = client.get(f"{CASES}{case.reference}/")["ETag"]
        sent = client.post(f"{url}{path}", body, format="json", headers={"If-Match": tag})
        assert sent.status_code == status, sent.content
        return sent.json()

    day = str(TODAY)
    wished = post("wishes/", {"complainant": str(who(case).public_id), "wished_on": day}, 201)
    item = f"{wished['public_id']}/"
    assert post(f"{item}silence/", {}, 409)["type"].endswith("cannot-withdraw")
    assert list(post(f"{item}letter/", {"sent_on": day, "way": "EMAIL"}, 400)["errors"]) == ["reason"]
    asked = post(f"{item}letter/", {"sent_on": day, "way": "RECORDED_DELIVERY"}, 200)
    assert (asked["state"], asked["asked_on"]) == ("ASKED", day)
    assert post(f"{item}answer/", {"answer": "DENIED", "answered_on": day}, 200)["state"] == "DENIED"
    signed = {"complainant": str(who(case).public_id), "signed_on": day, "signed_by": "COMPLAINANT"}
    assert post("signed/", signed, 201)["state"] == "SIGNED"

    assert [each["state"] for each in client.get(url).json()] == ["DENIED", "SIGNED"]
    assert "Noor" not in client.get(url).content.decode()
