"""The four questions, and taking an answer back (PRA 2002, Schedule 3, paragraph 2(6A) and (6B))."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from backend.accounts.models import Role
from backend.accounts.services import people
from backend.common.errors import Invalid, Missing
from cases.models import Case, Complainant, EqualityAnswers, Kind, Message
from cases.selectors import deadlines
from cases.services import assessment, assignment, contact, identity, messages
from cases.services.assessment import CannotAssess
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from cases.services.transitions import CannotMove
from tests.cases.alleging import a_recorded_case
from tests.cast import AT, CONTACT, FOUNDER, NO_TICKS, RESOLVE, Cast, a_case, a_case_handled_outside, a_matter, move

CRIME = {**NO_TICKS, "alleges_crime_or_discipline": True}


def answer(cast: Cast, case: Case, name: str, ticks: dict[str, bool], at: dt.datetime = AT, **more: Any) -> Case:
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    given: dict[str, Any] = {"contact_impossible_reason": None, "reason": "", "wishes_recording": None, **more}
    return assessment.assess(
        reference=case.reference, ticks=ticks, actor=cast.actor(name), at=at, version=version, **given
    )


def test_any_yes_makes_it_a_case_about_conduct(cast: Cast) -> None:
    for tick in assessment.TICKS:
        assert answer(cast, a_case(cast), "amal", {**NO_TICKS, tick: True}).concerns_conduct is True
    assert answer(cast, a_case(cast), "amal", NO_TICKS).concerns_conduct is False


def test_a_yes_is_taken_back_by_a_second_person_with_a_reason(cast: Cast) -> None:
    case = answer(cast, a_case(cast), "beth", CRIME)

    with pytest.raises(Invalid, match="taken back"):
        answer(cast, case, "lev", NO_TICKS)
    with pytest.raises(CannotAssess, match="second person"):
        answer(cast, case, "beth", NO_TICKS, reason="A slip of the mouse.")

    assert answer(cast, case, "lev", NO_TICKS, reason="It names no officer.").concerns_conduct is False


def test_whoever_once_said_yes_does_not_take_it_back_after_somebody_else_was_asked(cast: Cast) -> None:
    case = answer(cast, a_case(cast), "beth", CRIME)
    case = answer(cast, case, "lev", {**CRIME, "alleges_article_2_or_3": True})

    with pytest.raises(CannotAssess, match="second person"):
        answer(cast, case, "beth", NO_TICKS, reason="On reflection.")


class TestWhatHasToBeReferred:
    """Paragraph 4(1)(a) and (b): a death or serious injury is referred no less than what the Regulations name."""

    TICKS = pytest.mark.parametrize("tick", ["alleges_death_or_serious_injury", "alleges_mandatory_referral"])

    @TICKS
    def test_is_due_by_the_end_of_the_day_after_it_became_clear(self, cast: Cast, tick: str) -> None:
        case = answer(cast, a_case(cast), "beth", {**NO_TICKS, tick: True})

        assert case.referral_clear_on == AT.date()
        due = [each.due_on for each in deadlines(case) if each.rule == "referral"]
        assert due == [AT.date() + dt.timedelta(days=1)]

    @TICKS
    def test_is_handled_in_no_other_way_first_nor_referred_as_if_it_need_not_be(self, cast: Cast, tick: str) -> None:
        case = a_recorded_case(cast)
        answer(cast, case, "beth", {**NO_TICKS, tick: True})
        referral = {"ground": "DEATH_OR_SERIOUS_INJURY", "clear_on": "2026-11-20"}

        for name in ("handle_otherwise", "take_no_further_action"):
            with pytest.raises(CannotMove, match="referred to the IOPC first"):
                move(cast, case, "beth", name, reason="It can be put right at once.")
        with pytest.raises(Invalid) as refused:
            move(cast, case, "beth", "refer", basis="VOLUNTARY", **{**referral, "ground": "GRAVITY"})
        assert set(refused.value.errors) == {"basis"}

        assert move(cast, case, "beth", "refer", basis="MANDATORY", **referral).state == "REFERRED"

    @TICKS
    def test_is_taken_back_by_a_second_person_with_a_reason_alone(self, cast: Cast, tick: str) -> None:
        case = answer(cast, a_case(cast), "beth", {**NO_TICKS, tick: True})

        with pytest.raises(CannotAssess, match="second person"):
            answer(cast, case, "beth", NO_TICKS, reason="A slip of the mouse.")
        with pytest.raises(Invalid, match="taken back"):
            answer(cast, case, "lev", NO_TICKS)

        assert answer(cast, case, "lev", NO_TICKS, reason="It was another man.").referral_clear_on is None

    def test_is_clear_since_the_first_of_the_two_and_while_one_of_them_stands(self, cast: Cast) -> None:
        death = {**NO_TICKS, "alleges_death_or_serious_injury": True}
        case = answer(cast, a_case(cast), "beth", death)
        answer(cast, case, "beth", {**death, "alleges_mandatory_referral": True}, at=AT + dt.timedelta(days=2))

        left = answer(cast, case, "lev", {**NO_TICKS, "alleges_mandatory_referral": True}, reason="He lives.")

        assert left.referral_clear_on == AT.date()


class TestTheGroundOfAReferral:
    """Paragraph 4(2): gravity and exceptional circumstances are those of a voluntary one; on any other it has to be made."""

    VOLUNTARY = ("GRAVITY", "EXCEPTIONAL_CIRCUMSTANCES")
    MANDATORY = (
        "DEATH_OR_SERIOUS_INJURY", "SERIOUS_ASSAULT", "SERIOUS_SEXUAL_OFFENCE", "SERIOUS_CORRUPTION",
        "AGGRAVATED_BY_DISCRIMINATION", "RELEVANT_OFFENCE", "SAME_INCIDENT", "SENIOR_OFFICER", "REQUIRED_BY_IOPC",
    )  # fmt: skip

    def refer(self, cast: Cast, case: Case, basis: str, ground: str) -> Case:
        return move(cast, case, "beth", "refer", basis=basis, ground=ground, clear_on="2026-11-20")

    def against(self, cast: Cast, case: Case, basis: str, ground: str) -> str:
        with pytest.raises(Invalid) as refused:
            self.refer(cast, case, basis, ground)
        [told] = refused.value.errors.pop("ground")
        assert refused.value.errors == {}
        return told

    def test_fits_its_basis(self, cast: Cast) -> None:
        made = [self.refer(cast, a_recorded_case(cast), "VOLUNTARY", ground) for ground in self.VOLUNTARY]
        assert [case.alleges_mandatory_referral for case in made] == [False, False]

        made = [self.refer(cast, a_recorded_case(cast), "MANDATORY", ground) for ground in self.MANDATORY]
        assert {(case.alleges_mandatory_referral, case.referral_clear_on) for case in made} == {(True, AT.date())}

    @pytest.mark.parametrize("make", [a_recorded_case, a_matter])
    def test_is_named_anew_where_it_is_that_of_another(self, cast: Cast, make: Any) -> None:
        case = make(cast)

        for ground in self.MANDATORY:
            assert "so it is mandatory" in self.against(cast, case, "VOLUNTARY", ground)
        for ground in self.VOLUNTARY:
            assert "name what makes it mandatory" in self.against(cast, case, "MANDATORY", ground)


def test_a_second_account_is_no_second_person(cast: Cast) -> None:
    case = answer(cast, a_case(cast), "beth", CRIME)
    second = people.open_account(
        email="beth.two@westshire.test", person=cast.users["beth"].person, password=None, actor=FOUNDER, at=AT
    )
    people.grant_role(user=second, role=Role.APPROPRIATE_AUTHORITY, unit=cast.force, actor=FOUNDER, at=AT)
    cast.users["beth_two"] = second

    with pytest.raises(CannotAssess, match="second person"):
        answer(cast, case, "beth_two", NO_TICKS, reason="From my other desk.")

    outside = a_case_handled_outside(cast)
    move(cast, outside, "beth", "resolve", **RESOLVE)
    with pytest.raises(MayNot, match="never the one who resolved it"):
        move(cast, outside, "beth_two", "finalise")


def test_a_wish_on_the_form_is_not_taken_back_by_the_handler(cast: Cast) -> None:
    case = a_case(cast, wishes_recording=True)
    move(cast, case, "amal", "take")

    with pytest.raises(CannotAssess, match="You handle the case"):
        answer(cast, case, "amal", NO_TICKS, wishes_recording=False, reason="She said so on the telephone.")


def test_the_reason_that_contact_is_impossible_stays_until_it_is_changed(cast: Cast) -> None:
    case = a_case(cast, complainants=[NewComplainant(anonymous=True)])
    move(cast, case, "amal", "take")
    answer(cast, case, "amal", NO_TICKS, contact_impossible_reason="Anonymous.")
    move(cast, case, "beth", "handle_outside")

    assert answer(cast, case, "amal", NO_TICKS).contact_impossible_reason == "Anonymous."
    with pytest.raises(CannotAssess, match="because of this reason"):
        answer(cast, case, "amal", NO_TICKS, contact_impossible_reason="")


def test_a_yes_may_be_added_by_the_same_person_without_a_reason(cast: Cast) -> None:
    case = answer(cast, a_case(cast), "beth", NO_TICKS)

    assert answer(cast, case, "beth", CRIME).concerns_conduct is True


def test_a_unit_does_not_assess(cast: Cast) -> None:
    case = a_case_handled_outside(cast)
    case = move(cast, case, "amal", "resolve", **RESOLVE)

    with pytest.raises(Missing):
        answer(cast, case, "cai", NO_TICKS)
    move(cast, case, "beth", "finalise")
    with pytest.raises(CannotAssess, match="until it is closed"):
        answer(cast, case, "amal", NO_TICKS)


def test_what_turns_out_to_need_recording_is_neither_resolved_nor_closed(cast: Cast) -> None:
    case = a_case_handled_outside(cast)
    answer(cast, case, "amal", CRIME)

    with pytest.raises(CannotMove, match="must be recorded"):
        move(cast, case, "beth", "resolve", **RESOLVE)

    answer(cast, case, "beth", NO_TICKS, reason="It was another incident.")
    move(cast, case, "beth", "resolve", **RESOLVE)
    answer(cast, case, "amal", CRIME)
    with pytest.raises(CannotMove, match="must be recorded"):
        move(cast, case, "lev", "finalise")


def test_a_wish_to_be_recorded_counts_at_any_time_and_no_contact_undoes_it(cast: Cast) -> None:
    case = a_case(cast, wishes_recording=True)
    move(cast, case, "amal", "take")
    answer(cast, case, "amal", NO_TICKS)
    assert move(cast, case, "amal", "record_contact", **CONTACT).wishes_recording is True

    late = a_case_handled_outside(cast)
    assert answer(cast, late, "amal", NO_TICKS, wishes_recording=True).wishes_recording is True

    for each in (case, late):
        with pytest.raises(CannotMove, match="wishes it to be recorded"):
            move(
                cast, each, "beth", "handle_outside" if each is case else "resolve", **({} if each is case else RESOLVE)
            )
    with pytest.raises(CannotAssess, match="second person"):
        answer(cast, late, "amal", NO_TICKS, wishes_recording=False, reason="Changed their mind.")


class TestAWishToHaveItRecorded:
    """Paragraph 2(6A)(a): it is theirs, and counts at any time. Only their own later word ends it, whoever wrote it down."""

    def say(self, cast: Cast, case: Case, name: str, wish: bool, *, after: int, whom: int = 0) -> None:
        case.refresh_from_db()
        at = AT + dt.timedelta(hours=after)
        contact.log_attempt(
            reference=case.reference, complainant=case.complainants.all()[whom].public_id, how="RECEIPT", tried_at=at,
            reached=True, views="An apology.", wishes_recording=wish, note="", actor=cast.actor(name), at=at,
            version=case.version,
        )  # fmt: skip

    def take_back(self, cast: Cast, case: Case, name: str) -> Case:
        at = AT + dt.timedelta(days=1)
        return answer(cast, case, name, NO_TICKS, at, wishes_recording=False, reason="Not needed.")

    def on_the_form(self, cast: Cast) -> Case:
        return a_case(cast, wishes_recording=True)

    def at_the_contact(self, cast: Cast) -> Case:
        case = answer(cast, move(cast, a_case(cast), "amal", "take"), "amal", NO_TICKS)
        return move(cast, case, "amal", "record_contact", **{**CONTACT, "wishes_recording": True})

    def by_telephone(self, cast: Cast) -> Case:
        case = a_case(cast)
        self.say(cast, case, "amal", True, after=0)
        return case

    def with_the_receipt(self, cast: Cast) -> Case:
        case = a_case(cast)
        messages.receive(case_id=case.pk, text="On record, please.", wish=Message.Wish.RECORD, files=[], at=AT)
        return case

    def in_the_assessment(self, cast: Cast) -> Case:
        return answer(cast, a_case(cast), "amal", NO_TICKS, wishes_recording=True)

    WAYS = (on_the_form, at_the_contact, by_telephone, with_the_receipt, in_the_assessment)

    @pytest.mark.parametrize("told", WAYS)
    def test_is_overruled_by_no_role(self, cast: Cast, told: Any) -> None:
        case = told(self, cast)

        for name in ("beth", "lev"):
            with pytest.raises(CannotAssess, match="nobody here overrules it"):
                self.take_back(cast, case, name)

    @pytest.mark.parametrize("told", WAYS)
    def test_ends_by_what_they_say_since_and_by_another_than_who_heard_it(self, cast: Cast, told: Any) -> None:
        case = told(self, cast)
        self.say(cast, case, "beth", False, after=2)

        with pytest.raises(CannotAssess, match="You logged"):
            self.take_back(cast, case, "beth")
        case = self.take_back(cast, case, "lev")
        assert case.wishes_recording is False
        assert "WISH_TO_RECORD" not in case.flags

    def test_is_not_kept_without_its_instant(self, cast: Cast) -> None:
        case = self.on_the_form(cast)

        with pytest.raises(IntegrityError, match="a_wish_says_when"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(recording_wished_at=None)

    def test_counts_again_after_they_gave_it_up(self, cast: Cast) -> None:
        case = a_case(cast)
        self.say(cast, case, "beth", False, after=-1)
        self.say(cast, case, "beth", True, after=3)
        self.say(cast, case, "beth", False, after=2)  # an earlier talk, that is logged late

        with pytest.raises(CannotAssess, match="nobody here overrules it"):
            self.take_back(cast, case, "lev")

    def test_is_given_up_by_each_who_complains(self, cast: Cast) -> None:
        case = a_case(cast, wishes_recording=True, complainants=[NewComplainant(name="A"), NewComplainant(name="B")])
        self.say(cast, case, "beth", False, after=1)

        with pytest.raises(CannotAssess, match="ask each who complains"):
            self.take_back(cast, case, "lev")
        self.say(cast, case, "beth", False, after=2, whom=1)
        assert self.take_back(cast, case, "lev").wishes_recording is False


def test_a_comment_is_not_assessed(cast: Cast) -> None:
    with pytest.raises(CannotAssess, match="Only a complaint"):
        answer(cast, a_case(cast, kind=Kind.COMMENT), "beth", NO_TICKS)


def test_a_moderator_does_not_assess(cast: Cast) -> None:
    with pytest.raises(MayNot):
        answer(cast, a_case(cast, kind=Kind.COMMENT), "gwen", NO_TICKS)


def test_where_contact_is_impossible_the_reason_opens_the_way(cast: Cast) -> None:
    case = a_case(cast, complainants=[NewComplainant(anonymous=True)])
    move(cast, case, "amal", "take")
    answer(cast, case, "amal", NO_TICKS, contact_impossible_reason="Anonymous, and no address was left.")

    assert move(cast, case, "beth", "handle_outside").state == "HANDLING_OUTSIDE"


class TestWhoComplained:
    def test_is_revealed_to_those_who_handle_the_case(self, cast: Cast) -> None:
        case = a_case(cast)

        [maya] = identity.reveal(reference=case.reference, reason="To call her.", actor=cast.actor("amal"), at=AT)

        assert (maya.name, maya.email) == ("Maya Field", "maya@home.test")

    def test_is_hidden_from_everybody_who_does_not_see_the_case(self, cast: Cast) -> None:
        case = a_case(cast)

        for name in ("cai", "fay", "gwen", "hal", "ida", "jo", "kit"):
            with pytest.raises(Missing):
                identity.reveal(reference=case.reference, reason="Curious.", actor=cast.actor(name), at=AT)

    def test_is_not_revealed_to_an_investigator_who_was_given_a_comment(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)
        assignment.assign(
            reference=case.reference,
            unit=None,
            handler="fay@westshire.test",
            actor=cast.actor("gwen"),
            at=AT,
            version=1,
        )

        with pytest.raises(MayNot):
            identity.reveal(reference=case.reference, reason="Curious.", actor=cast.actor("fay"), at=AT)

    def test_equality_answers_are_kept_apart(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[NewComplainant(name="Maya", equality={"sex": "FEMALE", "ethnicity": ""})])

        assert EqualityAnswers.objects.get(complainant__case=case).sex == "FEMALE"
        assert "FEMALE" not in str(Complainant.objects.filter(case=case).values())

    def test_nothing_is_kept_where_no_answer_was_given(self, cast: Cast) -> None:
        a_case(cast, complainants=[NewComplainant(name="Maya", equality={"sex": "", "ethnicity": ""})])

        assert not EqualityAnswers.objects.exists()
