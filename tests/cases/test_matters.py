"""Conduct and DSI matters: arising from any live case without ending it, and their own path to its end."""

import datetime as dt
from typing import Any

import pytest

from backend.audit.models import Event
from backend.common.errors import Invalid
from cases.deadlines import late_on
from cases.models import Case, CaseLink, Complainant, Involvement, Kind, MatterType, Message, Notice
from cases.selectors import deadlines, get_case
from cases.services import access, allegations, assessment, determinations, matters, settling
from cases.services.assessment import CannotAssess
from cases.services.correspondence import Way
from cases.services.intake import NewComplainant
from cases.services.links import CannotMerge
from cases.services.locking import MayNot
from cases.services.matters import CannotArise
from cases.services.settling import Completed
from cases.services.transitions import CannotMove
from cases.timetable import timetable
from tests.cases.alleging import (
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
from tests.cases.bodies import TOLD, a_case_told, a_case_under_review, a_paper, on_day
from tests.cases.staying import sign
from tests.cast import AT, NO_TICKS, Cast, a_case, a_case_handled_outside, a_matter, assess, give_to, move

REFER = {"basis": "MANDATORY", "ground": "DEATH_OR_SERIOUS_INJURY", "clear_on": "2026-11-20"}
TO_FAY = {"investigator": "fay@westshire.test"}
INTERESTED = Complainant.Relationship.INTERESTED


def arise(cast: Cast, case: Case, name: str = "beth", matter_type: str = "CONDUCT") -> Case:
    return matters.open_matter(
        **by(cast, name, case), matter_type=MatterType(matter_type), why="A second officer was found to have lied."
    )[0]


def notice(case: Case) -> dict[str, str]:
    return {"document": str(a_paper(case)), "dated_on": "2026-11-20"}


def loaded(cast: Cast, case: Case, name: str = "beth") -> Case:
    return get_case(reference=case.reference, actor=cast.actor(name))


class TestArising:
    @pytest.mark.parametrize(
        "prepare",
        [a_case, a_case_handled_outside, a_recorded_case, an_investigated_case, a_case_told],
        ids=lambda prepare: prepare.__name__,
    )
    def test_it_leaves_the_complaint_where_it_stands(self, cast: Cast, prepare: Any) -> None:
        case = prepare(cast)
        stood = case.state

        matter = arise(cast, case)

        case.refresh_from_db()
        assert (case.state, case.closed_on) == (stood, None)
        assert (matter.kind, matter.state, matter.matter_type) == (Kind.MATTER, "RECORDED", "CONDUCT")
        link = CaseLink.objects.get(kind="ARISING")
        assert (link.case_id, link.other_id) == (matter.pk, case.pk)

    def test_also_under_review_and_while_it_is_with_the_iopc(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        move(cast, case, "beth", "refer", **{**REFER, "basis": "VOLUNTARY", "ground": "GRAVITY"})

        assert arise(cast, case).state == arise(cast, a_case_under_review(cast).case).state == "RECORDED"

    def test_from_a_matter_too(self, cast: Cast) -> None:
        assert arise(cast, a_matter(cast)).state == "RECORDED"

    def test_professional_standards_holds_it_even_where_a_unit_holds_the_complaint(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")

        matter = arise(cast, case)

        assert matter.unit == cast.standards
        for name in ("amal", "cai", "dee"):
            assert not Case.objects.visible_to(cast.actor(name)).filter(pk=matter.pk).exists()

    def test_who_is_behind_a_wall_of_the_complaint_does_not_see_what_arises_from_it(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        name_subject(cast, case, "1012")

        matter = arise(cast, case)

        assert not Case.objects.visible_to(cast.actor("lev")).filter(pk=matter.pk).exists()
        assert Case.objects.visible_to(cast.actor("beth")).filter(pk=matter.pk).exists()
        name_subject(cast, matter, "1012")  # it is about them, too: they are named as that

    def test_who_is_named_in_the_complaint_later_neither_investigates_nor_sees_what_arose_before(
        self, cast: Cast
    ) -> None:
        case, into = a_recorded_case(cast), a_recorded_case(cast)
        matter = assess(cast, arise(cast, case), "beth")
        further = arise(cast, move(cast, matter, "beth", "investigate", **TO_FAY, terms="The lie."))
        move(cast, case, "beth", "merge", into=into.reference, told="We deal with it under the other reference.")

        name_subject(cast, into, "1006")

        matter.refresh_from_db()
        assert (matter.investigator, matter.handler) == (None, None)
        for each in (matter, further):
            assert Involvement.objects.get(case=each).part == "CONFLICT"
            assert Event.objects.filter(verb="PERSON_NAMED", subject=each.reference).exists()
        assert not Case.objects.visible_to(cast.actor("fay")).exists()
        name_subject(cast, into, "1006", allegation=alleged(cast, into).public_id)
        assert Involvement.objects.filter(case=matter).count() == 1, "the wall stands already"

    @pytest.mark.parametrize("restricted", [False, True])
    def test_who_sees_the_matter_alone_does_not_read_the_reference_of_the_complaint(
        self, cast: Cast, restricted: bool
    ) -> None:
        case = a_recorded_case(cast)
        if restricted:
            access.restrict(**by(cast, "beth", case), reason="A covert inquiry.")
        matter = arise(cast, case)
        Case.objects.filter(pk=matter.pk).update(handler=cast.users["fay"])
        if restricted:
            access.give(**by(cast, "beth", matter), who="fay@westshire.test", reason="To investigate it.")

        for page in ("", "determinations/", "timeline/", "links/"):
            answer = cast.client("fay").get(f"/api/v1/cases/{matter.reference}/{page}")
            assert answer.status_code == 200
            assert case.reference not in answer.content.decode(), page

    def test_not_from_what_is_closed_or_a_comment(self, cast: Cast) -> None:
        closed = a_case(cast)
        Case.objects.filter(pk=closed.pk).update(closed_on=AT.date())

        for case in (closed, a_case(cast, kind=Kind.COMMENT)):
            with pytest.raises(CannotArise):
                arise(cast, case)

    def test_not_where_the_authority_is_another(self, cast: Cast) -> None:
        case = a_case(cast)
        determinations.set_chief_officer(**by(cast, "beth", case), concerns_chief_officer=True, reason="It names him.")

        with pytest.raises(CannotArise, match="chief officer"):
            arise(cast, case)

    def test_is_the_authoritys_to_say(self, cast: Cast) -> None:
        with pytest.raises(MayNot):
            arise(cast, a_recorded_case(cast), "amal")

    def test_what_arises_from_a_restricted_case_is_restricted_for_the_same_people(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        access.restrict(**by(cast, "beth", case), reason="A covert inquiry.")

        matter = arise(cast, case)

        assert matter.restricted
        assert loaded(cast, matter).pk == matter.pk
        assert not Case.objects.visible_to(cast.actor("lev")).filter(pk=matter.pk).exists()

    def test_its_twelve_months_begin_on_the_day_it_came_to_attention(self, cast: Cast) -> None:
        case = a_recorded_case(cast, made_on=dt.date(2025, 1, 6))
        matter = assess(cast, arise(cast, case), "beth")

        move(cast, matter, "beth", "investigate", **TO_FAY, terms="The lie.")

        letter = next(each for each in deadlines(loaded(cast, matter)) if each.rule == "timeliness_letter")
        assert letter.due_on == dt.date(2027, 11, 20)


class TestWhetherItIsReferred:
    """PRA 2002 Sch 3 paras 10, 11 and 13: that is determined before a conduct matter is dealt with here."""

    INVESTIGATE = {**TO_FAY, "terms": "The lie."}

    def referral(self, cast: Cast, matter: Case) -> list[dt.date]:
        return [each.due_on for each in deadlines(loaded(cast, matter)) if each.rule == "referral"]

    @pytest.mark.parametrize("matter_type", ["CONDUCT", "DSI"])
    def test_what_arises_from_what_must_be_referred_must_be_too(self, cast: Cast, matter_type: str) -> None:
        case = assess(cast, a_case(cast), "beth", alleges_death_or_serious_injury=True)

        for matter in (
            arise(cast, case, matter_type=matter_type),
            arise(cast, a_matter(cast, matter_type=MatterType.DSI)),
        ):
            assert self.referral(cast, matter) == [dt.date(2026, 11, 21)]
            with pytest.raises(CannotMove, match="referred to the IOPC first"):
                move(cast, matter, "beth", "investigate", **self.INVESTIGATE)

    def test_what_goes_on_in_the_public_interest_must_be_where_the_complaint_had_to(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        move(cast, case, "beth", "refer", **REFER)
        move(cast, case, "beth", "refer_back", **notice(case))
        sign(cast, case)

        move(cast, case, "beth", "withdraw", public_interest="CONDUCT_MATTER")

        matter = CaseLink.objects.get(kind="ARISING").case
        assert self.referral(cast, matter) == [dt.date(2026, 11, 21)]

    def test_is_said_before_anything_is_done_about_it(self, cast: Cast) -> None:
        matter = arise(cast, a_recorded_case(cast))
        with pytest.raises(CannotMove, match="Say first whether it has to be referred"):
            move(cast, matter, "beth", "investigate", **self.INVESTIGATE)

        assess(cast, matter, "beth")

        assert self.referral(cast, matter) == []
        assert move(cast, matter, "beth", "investigate", **self.INVESTIGATE).state == "LOCAL_INV"

    def test_a_yes_is_due_by_the_end_of_the_next_day(self, cast: Cast) -> None:
        matter = arise(cast, a_recorded_case(cast))

        answered = assess(cast, matter, "beth", alleges_mandatory_referral=True)

        assert answered.concerns_conduct
        assert self.referral(cast, matter) == [dt.date(2026, 11, 21)]
        with pytest.raises(CannotMove, match="referred to the IOPC first"):
            move(cast, matter, "beth", "investigate", **self.INVESTIGATE)
        with pytest.raises(Invalid):
            move(cast, matter, "beth", "refer", **{**REFER, "basis": "VOLUNTARY", "ground": "GRAVITY"})
        assert move(cast, matter, "beth", "refer", **REFER).state == "REFERRED"

    def test_it_was_late_also_once_it_was_made(self, cast: Cast) -> None:
        matter = assess(cast, arise(cast, a_recorded_case(cast)), "beth", alleges_mandatory_referral=True)

        referred = move(cast, matter, "beth", "refer", on_day(5), **REFER)

        late = {each.rule: each.due_on for each in late_on(referred, timetable(), on=on_day(6).date())}
        assert late == {"referral": dt.date(2026, 11, 21)}

    def test_a_yes_is_taken_back_by_a_second_person_until_it_was_referred(self, cast: Cast) -> None:
        matter = arise(cast, a_recorded_case(cast))
        assess(cast, matter, "beth", alleges_mandatory_referral=True)
        with pytest.raises(CannotAssess, match="second person"):
            assess(cast, matter, "beth", reason="A slip.")

        taken_back = assess(cast, matter, "lev", reason="A slip: nobody was hurt.")

        assert (taken_back.alleges_mandatory_referral, taken_back.concerns_conduct) == (False, True)
        assert self.referral(cast, matter) == []
        assess(cast, matter, "beth", alleges_mandatory_referral=True)
        move(cast, matter, "beth", "refer", **REFER)
        with pytest.raises(CannotAssess, match="It was referred"):
            assess(cast, matter, "lev", reason="Nobody was hurt.")

    def test_nobody_takes_back_that_a_death_or_serious_injury_is(self, cast: Cast) -> None:
        with pytest.raises(CannotAssess, match="Every death"):
            assess(cast, a_matter(cast, matter_type=MatterType.DSI), "beth", reason="He is well again.")

    def test_the_answer_knows_of_no_complainant(self, cast: Cast) -> None:
        matter = arise(cast, a_recorded_case(cast))

        for given in ({"wishes_recording": True}, {"contact_impossible_reason": "Nobody knows them."}):
            answer = {"wishes_recording": None, "contact_impossible_reason": None, "reason": "", **given}
            with pytest.raises(Invalid) as refused:
                assessment.assess(**by(cast, "beth", matter), ticks=NO_TICKS, **answer)
            assert set(refused.value.errors) == set(given)


def finish(cast: Cast, matter: Case) -> Case:
    """From the investigation to the end: an opinion, a report, a decision, and a check by a second person."""
    allegation = code(cast, alleged(cast, matter))
    opine(cast, allegation)
    move(cast, matter, "fay", "submit_report", summary="He lied.")
    in_decision(cast, matter, "lev")
    decide(cast, allegation, "NOT_ACCEPTABLE", "lev")
    set_actions(cast, allegation, name="lev")
    return move(cast, matter, "beth", "finalise")


class TestThePath:
    def test_of_a_conduct_matter_investigated_here(self, cast: Cast) -> None:
        matter = a_matter(cast)
        move(cast, matter, "beth", "investigate", **TO_FAY, terms="The lie.")

        ended = finish(cast, matter)

        assert (ended.state, ended.closed_on, ended.review_body) == ("FINALISED", AT.date(), "")

    def test_of_a_dsi_matter_is_by_the_iopc_first(self, cast: Cast) -> None:
        """PRA 2002 Sch 3 para 14C: every death or serious injury is referred."""
        matter = a_matter(cast, matter_type=MatterType.DSI)
        with pytest.raises(CannotMove, match="referred to the IOPC first"):
            move(cast, matter, "beth", "investigate", **TO_FAY, terms="What happened.")
        assert [each.due_on for each in deadlines(loaded(cast, matter)) if each.rule == "referral"] == [
            dt.date(2026, 11, 21)
        ]

        move(cast, matter, "beth", "refer", **REFER)
        move(cast, matter, "beth", "determine_local", **TO_FAY, **notice(matter))
        found = move(cast, matter, "beth", "find_conduct", reason="The officer may have lied about the restraint.")

        assert (found.state, found.matter_type) == ("LOCAL_INV", "CONDUCT")
        assert finish(cast, matter).state == "FINALISED"

    def test_goes_back_when_the_iopc_says_so(self, cast: Cast) -> None:
        matter = a_matter(cast)
        move(cast, matter, "beth", "refer", **{**REFER, "ground": "SERIOUS_CORRUPTION"})
        move(cast, matter, "beth", "refer_back", **notice(matter))

        assert move(cast, matter, "beth", "investigate", **TO_FAY, terms="The lie.").state == "LOCAL_INV"

    def test_is_decided_by_the_iopc_where_it_investigates(self, cast: Cast) -> None:
        matter = a_matter(cast)
        move(cast, matter, "beth", "refer", **{**REFER, "ground": "SERIOUS_CORRUPTION"})
        move(cast, matter, "beth", "determine_independent", **notice(matter))

        assert move(cast, matter, "beth", "enter_iopc_report", **notice(matter)).state == "DECISION"

    def test_a_conduct_matter_is_found_to_be_one_once(self, cast: Cast) -> None:
        matter = a_matter(cast)
        move(cast, matter, "beth", "investigate", **TO_FAY, terms="The lie.")

        with pytest.raises(CannotMove, match="conduct matter already"):
            move(cast, matter, "beth", "find_conduct", reason="To be sure.")


class TestHandledOtherwise:
    """PRA 2002 Sch 3 paras 10, 11, 14 and 14D: in such other manner, if any, as the authority determines."""

    WHY = {"reason": "What he said was put right, and he has reflected on it."}

    def handle_otherwise(self, cast: Cast, matter: Case) -> Case:
        return move(cast, matter, "beth", "handle_otherwise", **self.WHY)

    def test_it_is_decided_by_another_person_without_an_investigation(self, cast: Cast) -> None:
        matter = self.handle_otherwise(cast, a_matter(cast))
        assert matter.state == "OTBI"
        assert "otherwise_than_by_investigation" in [each.rule for each in deadlines(loaded(cast, matter))]
        allegation = code(cast, alleged(cast, matter))

        with pytest.raises(MayNot):
            in_decision(cast, matter, "beth")
        in_decision(cast, matter, "lev")
        set_actions(cast, decide(cast, allegation, "NOT_ACCEPTABLE", "lev"))

        ended = move(cast, matter, "beth", "finalise")
        assert (ended.state, ended.outcome, ended.investigating_since) == ("FINALISED", "DECIDED", None)

    def test_what_turns_out_to_be_none_ends_with_a_reason_and_a_second_person(self, cast: Cast) -> None:
        matter = a_matter(cast)
        allegation = code(cast, alleged(cast, matter, summary="He was on leave that week."))
        self.handle_otherwise(cast, matter)
        allegations.set_handling(**by(cast, "beth", matter), allegation=allegation.public_id, handling="NFA")
        in_decision(cast, matter, "lev")

        set_actions(cast, decide(cast, allegation, "NO_FURTHER_ACTION", "lev"))

        assert move(cast, matter, "beth", "finalise").state == "FINALISED"

    def test_a_dsi_matter_is_once_the_iopc_has_referred_it_back(self, cast: Cast) -> None:
        matter = a_matter(cast, matter_type=MatterType.DSI)
        with pytest.raises(CannotMove, match="referred to the IOPC first"):
            self.handle_otherwise(cast, matter)
        move(cast, matter, "beth", "refer", **REFER)
        move(cast, matter, "beth", "refer_back", **notice(matter))

        assert self.handle_otherwise(cast, matter).state == "OTBI"

    def test_it_waits_to_be_known_whether_it_is_referred(self, cast: Cast) -> None:
        with pytest.raises(CannotMove, match="Say first whether it has to be referred"):
            self.handle_otherwise(cast, arise(cast, a_recorded_case(cast)))

    def test_it_is_investigated_or_referred_after_all(self, cast: Cast) -> None:
        investigated, referred = (self.handle_otherwise(cast, a_matter(cast)) for _ in range(2))

        assert move(cast, investigated, "beth", "investigate", **TO_FAY, terms="The lie.").state == "LOCAL_INV"
        gone = move(cast, referred, "beth", "refer", **{**REFER, "ground": "SERIOUS_CORRUPTION"})
        assert gone.state == "REFERRED"


class TestOfAnotherAuthority:
    HAND_OVER = {"to": "OTHER_FORCE", "told": "It is dealt with by the force that he serves with."}

    def test_it_is_handed_over(self, cast: Cast) -> None:
        matter = arise(cast, a_recorded_case(cast))

        handed = move(cast, matter, "beth", "transfer_out", **self.HAND_OVER)

        assert (handed.state, handed.outcome, handed.closed_on) == ("TRANSFERRED_OUT", "TRANSFERRED", AT.date())

    def test_not_once_it_was_taken_up_here(self, cast: Cast) -> None:
        matter = a_matter(cast)
        move(cast, matter, "beth", "investigate", **TO_FAY, terms="The lie.")

        with pytest.raises(CannotMove, match="only where it concerns the chief officer"):
            move(cast, matter, "beth", "transfer_out", **self.HAND_OVER)


class TestTheSameAsAnother:
    def merge(self, cast: Cast, matter: Case, into: Case) -> Case:
        return move(cast, matter, "beth", "merge", into=into.reference, told="We deal with it as one matter.")

    def test_it_is_merged_into_that(self, cast: Cast) -> None:
        into, matter = a_matter(cast), a_matter(cast)

        merged = self.merge(cast, matter, into)

        assert (merged.state, merged.outcome, merged.closed_on) == ("MERGED", "MERGED", AT.date())
        link = CaseLink.objects.get(kind="MERGED")
        assert (link.case_id, link.other_id) == (matter.pk, into.pk)

    def test_not_before_it_is_known_whether_it_is_referred(self, cast: Cast) -> None:
        with pytest.raises(CannotMove, match="Say first whether it has to be referred"):
            self.merge(cast, arise(cast, a_recorded_case(cast)), a_matter(cast))

    def test_nor_into_a_dsi_matter_or_a_complaint(self, cast: Cast) -> None:
        matter = a_matter(cast)

        with pytest.raises(CannotMerge, match="One of them is a conduct matter"):
            self.merge(cast, matter, a_matter(cast, matter_type=MatterType.DSI))
        with pytest.raises(Invalid):
            self.merge(cast, matter, a_recorded_case(cast))

    def test_nobody_who_is_named_or_kept_informed_is_left_behind(self, cast: Cast) -> None:
        into, matter = a_matter(cast), a_matter(cast)
        ola = {"name": "Ola Reed", "email": "ola@home.test", "telephone": "", "address": ""}
        matters.add_interested_person(**by(cast, "beth", matter), **ola)
        with pytest.raises(CannotMerge, match="kept informed of this one"):
            self.merge(cast, matter, into)
        matters.add_interested_person(**by(cast, "beth", into), **ola)
        name_subject(cast, matter, "1005")
        with pytest.raises(CannotMerge, match="named in this one"):
            self.merge(cast, matter, into)
        name_subject(cast, into, "1005")

        assert self.merge(cast, matter, into).state == "MERGED"

    def test_who_is_named_later_where_it_arose_sees_neither(self, cast: Cast) -> None:
        case, into = a_recorded_case(cast), a_matter(cast)
        matter = assess(cast, arise(cast, case), "beth")
        self.merge(cast, matter, into)

        name_subject(cast, case, "1012")

        for each in (matter, into):
            assert not Case.objects.visible_to(cast.actor("lev")).filter(pk=each.pk).exists()


class TestItsOutcome:
    """SI 2020/2, regulation 34, and PRA 2002, section 21: somebody has to be told, and a matter tells nobody by itself."""

    @pytest.fixture
    def matter(self, cast: Cast) -> Case:
        """Decided today, with Ola kept informed and Ed whom it is about."""
        matter = a_matter(cast)
        matters.add_interested_person(
            **by(cast, "beth", matter), name="Ola Reed", email="", telephone="", address="5 Mill Lane"
        )
        name_subject(cast, matter, "1005")
        name_subject(cast, matter, "", label="The tall one")
        move(cast, matter, "beth", "investigate", **TO_FAY, terms="The lie.")
        allegation = code(cast, alleged(cast, matter))
        opine(cast, allegation)
        move(cast, matter, "fay", "submit_report", summary="He lied.")
        in_decision(cast, matter, "lev")
        decide(cast, allegation, "NOT_ACCEPTABLE", "lev")
        set_actions(cast, allegation, name="lev")
        return matter

    def due(self, cast: Cast, matter: Case) -> list[tuple[str, dt.date]]:
        found = [each for each in deadlines(loaded(cast, matter)) if each.rule == "outcome_notice"]
        return [(each.owed_to, each.due_on) for each in found]

    def test_is_owed_to_who_is_kept_informed_and_to_whom_it_is_about(self, cast: Cast, matter: Case) -> None:
        move(cast, matter, "beth", "finalise")

        owed = Notice.objects.filter(case=matter, kind="OUTCOME", settled_on=None).order_by("to")
        assert [(each.to, each.complainant and each.complainant.name) for each in owed] == [
            ("COMPLAINANT", "Ola Reed"), ("SUBJECT", None),
        ]  # fmt: skip
        assert owed[1].subject is not None
        assert owed[1].subject.person == cast.users["ed"].person

    def test_is_due_five_working_days_from_the_decision_until_each_is_told_or_it_is_kept_back(
        self, cast: Cast, matter: Case
    ) -> None:
        last_day = dt.date(2026, 11, 27)
        assert self.due(cast, matter) == [("complainant", last_day)]

        move(cast, matter, "beth", "finalise", at=on_day(4))

        assert sorted(self.due(cast, matter)) == [("complainant", last_day), ("subject", last_day)]
        to_ola, to_ed = Notice.objects.filter(case=matter, kind="OUTCOME").order_by("to")
        told = Completed(gaps={"outcome": "He lied."}, way=Way(Message.Delivery.POST))
        settling.send(**by(cast, "beth", matter, on_day(4)), notice=to_ola.public_id, completed=told)
        assert self.due(cast, matter) == [("subject", last_day)]
        harm = {"ground": "PROCEEDINGS", "reason": "He is to be tried in March."}
        settling.withhold(**by(cast, "beth", matter, on_day(4)), notice=to_ed.public_id, **harm)
        assert self.due(cast, matter) == []

    @pytest.mark.parametrize("was_finalised", [False, True])
    def test_is_undone_once_it_is_with_the_iopc(self, cast: Cast, matter: Case, was_finalised: bool) -> None:
        if was_finalised:
            move(cast, matter, "beth", "finalise")
            gone = move(cast, matter, "beth", "call_in", **notice(matter))
        else:
            gone = move(cast, matter, "beth", "refer", **{**REFER, "ground": "SERIOUS_CORRUPTION"})

        assert (gone.state, gone.decided_on, gone.decided_by, gone.outcome) == ("REFERRED", None, None, "")
        due = [each for each in deadlines(loaded(cast, matter)) if each.rule == "outcome_notice"]
        assert all(each.about for each in due)  # the letters that were owed before it was called in

    def test_is_told_in_a_letter_that_speaks_of_no_complaint_and_no_review(self, cast: Cast, matter: Case) -> None:
        move(cast, matter, "beth", "finalise")

        for notice, delivery in zip(
            Notice.objects.filter(case=matter, kind="OUTCOME").order_by("to"), ("POST", "HAND"), strict=True
        ):
            told = Completed(gaps={"outcome": "He lied."}, way=Way(Message.Delivery(delivery)))
            letter, _ = settling.send(**by(cast, "beth", matter), notice=notice.public_id, completed=told)
            assert "He lied." in letter.text
            assert "complain" not in letter.text
            assert "review" not in letter.text

    def test_of_the_iopcs_investigation_it_tells_who_is_kept_informed_itself(self, cast: Cast) -> None:
        """B3: while it has the investigation, updates and outcome are owed by it."""
        matter = a_matter(cast)
        contact = {"email": "ola@home.test", "telephone": "", "address": ""}
        matters.add_interested_person(**by(cast, "beth", matter), name="Ola Reed", **contact)
        name_subject(cast, matter, "1005")
        move(cast, matter, "beth", "refer", **{**REFER, "ground": "SERIOUS_CORRUPTION"})
        move(cast, matter, "beth", "determine_independent", **notice(matter))
        allegation = code(cast, alleged(cast, matter))
        move(cast, matter, "beth", "enter_iopc_report", **notice(matter))
        decide(cast, allegation, "NOT_ACCEPTABLE", "lev")
        set_actions(cast, allegation, name="lev")

        move(cast, matter, "beth", "finalise", at=on_day(30))

        [owed] = Notice.objects.filter(case=matter, kind="OUTCOME")
        assert (owed.to, owed.owed_on) == ("SUBJECT", on_day(30).date())


class TestAnInterestedPerson:
    """Police Reform Act 2002, section 21; SI 2020/2, regulation 34."""

    def add(self, cast: Cast, case: Case, name: str = "beth", at: dt.datetime = AT, **given: str) -> Case:
        contact = {"email": "ola@home.test", "telephone": "", "address": "", **given}
        return matters.add_interested_person(**by(cast, name, case, at), name="Ola Reed", **contact)[1]

    def test_has_a_clock_of_their_own_from_the_day_they_were_added(self, cast: Cast) -> None:
        matter = a_matter(cast)

        self.add(cast, matter, at=on_day(10))
        self.add(cast, matter, at=on_day(20), email="uma@home.test")

        clocks = [each.due_on for each in deadlines(loaded(cast, matter)) if each.rule == "progress_update"]
        assert clocks == [on_day(38).date(), on_day(48).date()]

    def test_has_nothing_to_withdraw_and_no_review(self, cast: Cast) -> None:
        case = self.add(cast, a_recorded_case(cast))

        person = case.complainants.get(relationship="INTERESTED")

        assert (person.name, person.position) == ("Ola Reed", 2)
        assert person.name not in str(cast.client("beth").get(f"/api/v1/cases/{case.reference}/").json())

    def test_is_owed_no_copy_of_what_others_complain_of(self, cast: Cast) -> None:
        """SI 2020/2, regulation 3: the copy of the record is the complainant's."""
        ola = NewComplainant(name="Ola Reed", email="ola@home.test", relationship=INTERESTED)
        added = self.add(cast, assess(cast, a_case(cast)))
        taken_down = assess(cast, a_case(cast, complainants=[NewComplainant(name="Maya Field"), ola]))

        for case in (added, taken_down):
            move(cast, case, "amal", "record")

            owed = Notice.objects.filter(case=case, kind="RECORD_COPY", to="COMPLAINANT")
            assert [each.complainant.name for each in owed] == ["Maya Field"]

    def test_is_not_offered_to_have_it_recorded(self, cast: Cast) -> None:
        case = self.add(cast, a_case_handled_outside(cast))

        move(cast, case, "amal", "leave_unresolved", result="No.", told="You may have it recorded.")

        offered = Message.objects.filter(case=case, about="OFFER")
        assert [each.complainant.name for each in offered] == ["Maya Field"]

    def test_hears_the_outcome_and_of_no_right_to_a_review(self, cast: Cast) -> None:
        """Schedule 3, paragraphs 6A and 25: the right is the complainant's."""
        case = self.add(cast, an_otbi_case(cast))
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case, "lev")
        decide(cast, allegation, "ACCEPTABLE", "lev")
        set_actions(cast, allegation, name="lev")

        move(cast, case, "beth", "send_outcome", **TOLD)

        told = {each.complainant.name: each.text for each in Message.objects.filter(case=case, about="OUTCOME")}
        assert set(told) == {"Maya Field", "Ola Reed"}
        assert all(TOLD["told"] in text for text in told.values())
        assert {name for name, text in told.items() if "You may ask for a review" in text} == {"Maya Field"}

    def test_reads_that_what_was_written_for_who_complained_is_theirs(self, cast: Cast) -> None:
        complaint = self.add(cast, a_recorded_case(cast))
        matter = self.add(cast, a_matter(cast))
        determinations.set_chief_officer(**by(cast, "beth", matter), concerns_chief_officer=True, reason="It says so.")

        move(cast, complaint, "beth", "transfer_out", to="OTHER_FORCE", told="Your complaint is with them.")
        move(cast, matter, "beth", "transfer_out", to="LOCAL_POLICING_BODY", told="What we keep you informed of is.")

        to_maya, to_ola = Message.objects.filter(case=complaint, about="OUTCOME").order_by("pk")
        assert "it is for them to deal with it, and not for us.\n\nYour complaint is with them." in to_maya.text
        assert "what we told the person who made it:\n\nYour complaint is with them." in to_ola.text
        assert (
            "on which we keep you informed.\n\nWhat we keep you informed of is.\n\n"
            in Message.objects.get(case=matter).text
        )

    def test_can_be_told_something(self, cast: Cast) -> None:
        with pytest.raises(Invalid) as refused:
            self.add(cast, a_recorded_case(cast), email="")

        assert set(refused.value.errors) == {"email"}

    def test_not_of_a_comment_nor_by_a_unit(self, cast: Cast) -> None:
        with pytest.raises(CannotArise):
            self.add(cast, a_case(cast, kind=Kind.COMMENT))
        with pytest.raises(MayNot):
            self.add(cast, give_to(cast, a_case(cast), "northgate"), "cai")


def test_a_matter_arises_through_the_api(cast: Cast) -> None:
    case = assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True)
    client, url = cast.client("beth"), f"/api/v1/cases/{case.reference}/"

    opened = client.post(
        url + "matters/",
        {"matter_type": "DSI", "why": "He died a day later."},
        format="json",
        headers={"If-Match": client.get(url)["ETag"]},
    )

    assert opened.status_code == 201, opened.content
    assert opened.json()["matter_type"] == "DSI"
    assert opened["ETag"].startswith(f'"{opened.json()["reference"]}')
    assert client.get(url + "links/").json()[0]["case"] == opened.json()["reference"]
