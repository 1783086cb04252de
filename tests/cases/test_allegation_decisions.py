"""What is found on an allegation: an opinion, a decision as its handling allows, and what is done because of it."""

from __future__ import annotations

import datetime as dt

import pytest

from backend.accounts.models import Role
from backend.accounts.services import people
from backend.common.errors import Invalid
from cases import facts
from cases.models import (
    AllegationDecision,
    BodyNotice,
    Case,
    Suspension,
)
from cases.selectors import deadlines, get_case
from cases.services import allegations, assignment, splitting
from cases.services.allegations import CannotChangeAllegations
from cases.services.decisions import CannotDecide
from cases.services.locking import MayNot
from cases.services.transitions import CannotMove
from tests.cases.alleging import (
    WHY,
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
    under_special_procedures,
)
from tests.cast import AT, FOUNDER, PASSWORD, RESOLVE, Cast, a_case_handled_outside, move


def give_to(cast: Cast, case: Case, name: str) -> None:
    assignment.assign(**by(cast, name="beth", case=case), unit=None, handler=f"{name}@westshire.test")


class TestOpinion:
    """PRA 2002 Schedule 3 paragraph 22: the investigator reports; the authority finds."""

    def test_the_investigator_gives_it_and_it_is_no_finding(self, cast: Cast) -> None:
        allegation = opine(cast, alleged(cast, an_investigated_case(cast)))

        assert (allegation.opinion, allegation.finding) == ("NOT_SPECIAL", "")

    @pytest.mark.parametrize("name", ["amal", "beth"])
    def test_nobody_else_gives_it(self, cast: Cast, name: str) -> None:
        allegation = alleged(cast, an_investigated_case(cast))

        with pytest.raises(MayNot, match="investigator who was appointed"):
            opine(cast, allegation, name=name)

    def test_whether_there_is_a_case_to_answer_is_of_special_procedures_alone(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        allegation, other = alleged(cast, case), alleged(cast, case)
        subject = name_subject(cast, case, "1005", allegation=allegation.public_id)

        with pytest.raises(Invalid, match="opinion"):
            opine(cast, allegation, "CASE_TO_ANSWER_MISCONDUCT")
        under_special_procedures(subject)

        assert opine(cast, allegation, "CASE_TO_ANSWER_MISCONDUCT").opinion == "CASE_TO_ANSWER_MISCONDUCT"
        with pytest.raises(Invalid, match="opinion"):
            opine(cast, other, "NO_CASE_TO_ANSWER")

    def test_given_again_it_stands_in_the_place_of_the_first_which_stays_readable(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        allegation = alleged(cast, case)
        opine(cast, allegation, reasons="Nobody saw it.")

        assert opine(cast, allegation, reasons="Two people saw it.").opinion_reasons == "Two people saw it."

        (shown,) = cast.client("beth").get(f"/api/v1/cases/{case.reference}/allegations/").json()
        assert [(each["opinion"], each["reasons"], each["given_by"]) for each in shown["opinions"]] == [
            ("NOT_SPECIAL", "Nobody saw it.", "Fay"), ("NOT_SPECIAL", "Two people saw it.", "Fay"),
        ]  # fmt: skip

    def test_a_report_waits_for_an_opinion_on_every_allegation(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        first, second = alleged(cast, case), alleged(cast, case)
        opine(cast, first)

        with pytest.raises(CannotMove, match="opinion on every allegation"):
            move(cast, case, "fay", "submit_report", summary="Seen.")
        opine(cast, second)

        assert move(cast, case, "fay", "submit_report", summary="Seen.").state == "REPORT_SUBMITTED"
        with pytest.raises(CannotDecide, match="until its report"):
            opine(cast, first)

    def test_a_report_waits_for_none_on_what_is_not_investigated(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        first, second = alleged(cast, case), alleged(cast, case)
        opine(cast, first)

        allegations.set_handling(**by(cast, "beth", case), allegation=second.public_id, handling="OTBI")

        assert move(cast, case, "fay", "submit_report", summary="Seen.").state == "REPORT_SUBMITTED"

    def test_what_was_added_after_the_report_is_decided_on_no_investigation(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        code(cast, opine(cast, alleged(cast, case)))
        move(cast, case, "fay", "submit_report", summary="Seen.")
        late = code(cast, alleged(cast, case, summary="He lied about it."))
        in_decision(cast, case, "lev")

        with pytest.raises(CannotDecide, match="Nobody has investigated it"):
            decide(cast, late, "ACCEPTABLE")
        allegations.set_handling(**by(cast, "lev", case), allegation=late.public_id, handling="OTBI")

        assert decide(cast, late, "ACCEPTABLE").handling == "OTBI"


class TestDeciding:
    def test_the_last_decision_is_the_outcome_and_starts_its_five_working_days(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        first, second = code(cast, alleged(cast, case)), code(cast, alleged(cast, case), "A1")
        in_decision(cast, case)

        decide(cast, first, "NOT_ACCEPTABLE", at=AT)
        assert Case.objects.get(pk=case.pk).decided_on is None
        later = AT + dt.timedelta(days=3)
        decided = decide(cast, second, "ACCEPTABLE", at=later)

        case.refresh_from_db()
        assert (decided.finding, decided.decided_by, decided.rationale) == ("ACCEPTABLE", cast.users["lev"].person, WHY)
        assert decided.handling == "OTBI"
        assert case.decided_on == later.date()
        running = deadlines(get_case(reference=case.reference, actor=cast.actor("lev")))
        assert [each.due_on for each in running if each.rule == "outcome_notice"] == [dt.date(2026, 11, 30)]

    def test_another_allegation_undoes_that_until_it_is_decided_too(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case)
        decide(cast, allegation, "ACCEPTABLE")

        alleged(cast, case)

        assert Case.objects.get(pk=case.pk).decided_on is None

    def test_it_is_coded_before(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = alleged(cast, case)
        in_decision(cast, case)

        with pytest.raises(CannotDecide, match="Code it first"):
            decide(cast, allegation, "ACCEPTABLE")

    def test_it_waits_for_the_state_of_decision(self, cast: Cast) -> None:
        allegation = code(cast, alleged(cast, an_otbi_case(cast)))

        with pytest.raises(CannotDecide, match="Begin the decision"):
            decide(cast, allegation, "ACCEPTABLE")

    def test_only_the_delegate_decides_and_never_on_their_own_work(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case)
        with pytest.raises(MayNot):
            decide(cast, allegation, "ACCEPTABLE", "amal")

        Case.objects.filter(pk=case.pk).update(handler=cast.users["lev"])

        with pytest.raises(MayNot, match="never one who handled"):
            decide(cast, allegation, "ACCEPTABLE", "lev")

    @pytest.mark.parametrize("account", ["lev", "lev's other account"])
    def test_who_handled_it_and_gave_it_away_decides_none_of_it(self, cast: Cast, account: str) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        cast.users["lev's other account"] = people.open_account(
            email="lev.two@westshire.test", person=cast.users["lev"].person, password=PASSWORD, actor=FOUNDER, at=AT
        )
        role = {"role": Role.APPROPRIATE_AUTHORITY, "unit": cast.standards}
        people.grant_role(user=cast.users["lev's other account"], **role, actor=FOUNDER, at=AT)
        give_to(cast, case, "lev")
        give_to(cast, case, "amal")

        with pytest.raises(MayNot, match="never one who handled"):
            in_decision(cast, case, account)
        in_decision(cast, case)
        with pytest.raises(MayNot, match="never one who handled"):
            decide(cast, allegation, "ACCEPTABLE", account)

    def test_who_only_took_it_in_may_decide_it(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        give_to(cast, case, "beth")
        give_to(cast, case, "amal")
        move(cast, case, "beth", "handle_otherwise", reason="It can be put right at once.")

        assert in_decision(cast, case).state == "DECISION"

    def test_a_suspended_allegation_waits(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation, other = code(cast, alleged(cast, case)), code(cast, alleged(cast, case))
        in_decision(cast, case)
        Suspension.objects.create(
            case=case, allegation=allegation, suspended_on=AT.date(), reason="The trial.",
            for_criminal_proceedings=True, of_an_investigation=False,
        )  # fmt: skip

        with pytest.raises(CannotDecide, match="suspended"):
            decide(cast, allegation, "ACCEPTABLE")
        assert decide(cast, other, "ACCEPTABLE").finding == "ACCEPTABLE"

    @pytest.mark.parametrize(
        "finding", ["RESOLVED", "NO_FURTHER_ACTION", "CASE_TO_ANSWER", "UPHELD", "WITHDRAWN", "REGULATION_41"]
    )
    def test_what_the_handling_does_not_allow_is_not_found(self, cast: Cast, finding: str) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case)

        with pytest.raises(Invalid) as refused:
            decide(cast, allegation, finding)
        assert refused.value.errors["finding"] == [
            "As the allegation is handled, it is one of: ACCEPTABLE, NOT_ACCEPTABLE, UNDETERMINED."
        ]

    def test_no_further_action_is_found_where_none_was_proposed_and_nothing_else(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        allegation = code(cast, alleged(cast, case))
        move(cast, case, "beth", "take_no_further_action", reason="It was put right already.")
        in_decision(cast, case, "lev")

        with pytest.raises(Invalid):
            decide(cast, allegation, "ACCEPTABLE")
        decided = decide(cast, allegation, "NO_FURTHER_ACTION")
        assert (decided.finding, decided.handling) == ("NO_FURTHER_ACTION", "NFA")

    def test_case_to_answer_is_found_under_special_procedures_alone(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        allegation, other = code(cast, alleged(cast, case)), code(cast, alleged(cast, case))
        special = under_special_procedures(name_subject(cast, case, "1005", allegation=allegation.public_id))
        opine(cast, allegation, "CASE_TO_ANSWER_MISCONDUCT")
        opine(cast, other)
        move(cast, case, "fay", "submit_report", summary="Seen.")
        in_decision(cast, case)

        with pytest.raises(Invalid):
            decide(cast, other, "CASE_TO_ANSWER")
        decided = decide(cast, allegation, "CASE_TO_ANSWER")
        assert (decided.finding, decided.handling) == ("CASE_TO_ANSWER", "SPECIAL")

        special.severity, special.ended_on = "NEITHER", AT.date()
        special.save()
        with pytest.raises(CannotDecide, match="Nobody has investigated it"):  # the opinion was on a case to answer
            decide(cast, allegation, "NO_CASE_TO_ANSWER")

    def test_special_procedures_follow_the_person_to_every_allegation_against_them(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        first, second = alleged(cast, case), alleged(cast, case)
        under_special_procedures(name_subject(cast, case, "1005", allegation=first.public_id))

        name_subject(cast, case, "1005", allegation=second.public_id)

        assert opine(cast, second, "NO_CASE_TO_ANSWER").opinion == "NO_CASE_TO_ANSWER"

    def test_the_old_rules_have_the_old_words(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        Case.objects.filter(pk=case.pk).update(regime="2012")
        allegation = code(cast, alleged(cast, case), "U")
        in_decision(cast, case)

        with pytest.raises(Invalid):
            decide(cast, allegation, "ACCEPTABLE")
        assert decide(cast, allegation, "NOT_UPHELD").finding == "NOT_UPHELD"

    def test_deciding_again_replaces_and_both_are_kept(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case)

        decide(cast, allegation, "UNDETERMINED")
        decide(cast, allegation, "ACCEPTABLE")

        kept = AllegationDecision.objects.filter(allegation=allegation).order_by("id")
        assert [each.finding for each in kept] == ["UNDETERMINED", "ACCEPTABLE"]

    def test_one_allegation_may_be_handled_otherwise_than_the_case(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))

        with pytest.raises(MayNot):
            allegations.set_handling(**by(cast, "amal", case), allegation=allegation.public_id, handling="NFA")
        with pytest.raises(Invalid, match="handling"):
            allegations.set_handling(**by(cast, "beth", case), allegation=allegation.public_id, handling="LOCAL")
        allegations.set_handling(**by(cast, "beth", case), allegation=allegation.public_id, handling="NFA")
        in_decision(cast, case)

        assert decide(cast, allegation, "NO_FURTHER_ACTION").handling == "NFA"

    def test_what_indicates_misconduct_is_not_taken_out_of_the_investigation(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        allegation = alleged(cast, case)
        Case.objects.filter(pk=case.pk).update(indicates_misconduct=True)

        with pytest.raises(CannotChangeAllegations, match="must be investigated"):
            allegations.set_handling(**by(cast, "beth", case), allegation=allegation.public_id, handling="OTBI")


class TestOutsideSchedule3:
    @pytest.mark.parametrize("finding", ["RESOLVED", "NOT_RESOLVED"])
    def test_whoever_handles_it_says_whether_it_is_resolved(self, cast: Cast, finding: str) -> None:
        case = a_case_handled_outside(cast)
        allegation = code(cast, alleged(cast, case, "amal"), name="amal")

        decided = decide(cast, allegation, finding, "amal")

        assert (decided.finding, decided.handling) == (finding, "OUTSIDE")
        assert Case.objects.get(pk=case.pk).decided_on is None

    def test_a_finding_of_schedule_3_is_not_made_there(self, cast: Cast) -> None:
        allegation = code(cast, alleged(cast, a_case_handled_outside(cast)))

        with pytest.raises(Invalid):
            decide(cast, allegation, "ACCEPTABLE")

    def test_recorded_afterwards_it_is_decided_anew_and_the_former_is_kept(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        allegation = code(cast, alleged(cast, case))
        set_actions(cast, decide(cast, allegation, "RESOLVED"))
        move(cast, case, "amal", "resolve", **RESOLVE)

        move(cast, case, "amal", "record")

        allegation.refresh_from_db()
        assert (allegation.finding, allegation.decided_on, allegation.actions_set_on) == ("", None, None)
        assert AllegationDecision.objects.get(allegation=allegation).finding == "RESOLVED"


class TestWhatTheIopcDecides:
    """PRA 2002 Schedule 3 paragraphs 15 and 22: of its own and directed investigations the IOPC decides."""

    def test_its_finding_is_entered_as_of_its_notice_and_nobody_of_the_force_decided_it(self, cast: Cast) -> None:
        case = a_directed_case_reported_on(cast, on="2026-11-18")
        allegation = code(cast, alleged(cast, case))

        entered = decide(cast, allegation, "NOT_ACCEPTABLE", "beth")

        notice = BodyNotice.objects.get(case=case, decides="enter_iopc_report")
        assert (entered.decided_on, entered.decided_by, entered.handling) == (dt.date(2026, 11, 18), None, "DIRECTED")
        assert AllegationDecision.objects.get(allegation=allegation).notice == notice
        assert Case.objects.get(pk=case.pk).decided_on == dt.date(2026, 11, 18)

    def test_another_notice_of_it_may_be_named_and_one_that_is_not_there_may_not(self, cast: Cast) -> None:
        case = a_directed_case_reported_on(cast)
        allegation = code(cast, alleged(cast, case))
        directed = BodyNotice.objects.get(case=case, decides="determine_directed")

        with pytest.raises(Invalid, match="Name the notice"):
            decide(cast, allegation, "ACCEPTABLE", "beth", notice=allegation.public_id)
        assert decide(cast, allegation, "ACCEPTABLE", "beth", notice=directed.public_id).decided_on == directed.dated_on

    def test_the_authoritys_own_decision_rests_on_no_notice(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case)

        with pytest.raises(Invalid, match="Leave out the notice"):
            decide(cast, allegation, "ACCEPTABLE", notice=allegation.public_id)


class TestLeavingTheDecision:
    def test_a_case_with_an_allegation_uncoded_or_undecided_or_without_its_actions_stays(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        in_decision(cast, case)
        told = {"told": "What we found, and why."}

        with pytest.raises(CannotMove, match="Code every allegation"):
            move(cast, case, "lev", "send_outcome", **told)
        allegation = alleged(cast, case)
        with pytest.raises(CannotMove, match="Code every allegation"):
            move(cast, case, "lev", "send_outcome", **told)
        code(cast, allegation)
        with pytest.raises(CannotMove, match="Decide every allegation"):
            move(cast, case, "lev", "send_outcome", **told)
        decide(cast, allegation, "ACCEPTABLE", "beth")
        with pytest.raises(CannotMove, match="set what is to be done"):
            move(cast, case, "lev", "send_outcome", **told)
        set_actions(cast, allegation, name="beth")

        assert move(cast, case, "lev", "send_outcome", **told).state == "OUTCOME_SENT"

    def test_who_proposed_no_further_action_does_not_decide_on_it(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        move(cast, case, "beth", "take_no_further_action", reason="It was put right already.")

        with pytest.raises(MayNot, match="never one who handled"):
            move(cast, case, "beth", "begin_decision")
        assert move(cast, case, "lev", "begin_decision").state == "DECISION"

    def test_who_decided_an_allegation_does_not_send_the_outcome(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case, "beth")
        set_actions(cast, decide(cast, allegation, "ACCEPTABLE", "lev"))

        for name in ("beth", "lev"):
            with pytest.raises(MayNot, match="never one who decided it"):
                move(cast, case, name, "send_outcome", told="What we found.")

    def test_who_investigated_it_does_not_send_the_outcome_either(self, cast: Cast) -> None:
        fay = cast.users["fay"]
        people.grant_role(user=fay, role=Role.APPROPRIATE_AUTHORITY, unit=cast.standards, actor=FOUNDER, at=AT)
        case = an_investigated_case(cast)
        allegation = opine(cast, code(cast, alleged(cast, case)))
        move(cast, case, "fay", "submit_report", summary="What the footage shows.")
        in_decision(cast, case, "lev")
        set_actions(cast, decide(cast, allegation, "ACCEPTABLE", "lev"))

        for investigator in (fay, None):  # nor who had it, and gave an opinion, before somebody else
            Case.objects.filter(pk=case.pk).update(investigator=investigator)
            with pytest.raises(MayNot, match="or investigated it"):
                move(cast, case, "fay", "send_outcome", told="What we found.")
        assert move(cast, case, "beth", "send_outcome", told="What we found.").state == "OUTCOME_SENT"

    def test_who_handled_it_and_decided_none_of_it_does(self, cast: Cast) -> None:
        """A force may have two delegates: the one handles it and checks, and the other decides."""
        case = an_otbi_case(cast)
        give_to(cast, case, "beth")
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case, "lev")
        set_actions(cast, decide(cast, allegation, "ACCEPTABLE", "lev"))

        assert move(cast, case, "beth", "send_outcome", told="What we found.").state == "OUTCOME_SENT"

    def test_an_allegation_that_went_elsewhere_holds_nothing_up(self, cast: Cast) -> None:
        case, other = an_otbi_case(cast), an_otbi_case(cast)
        staying = code(cast, alleged(cast, case))
        going = alleged(cast, case)
        splitting.move_to(**by(cast, "beth", case), allegation=going.public_id, into=other.reference)
        in_decision(cast, case)

        set_actions(cast, decide(cast, staying, "ACCEPTABLE", "beth"), name="beth")

        assert facts.every_allegation_is_decided(get_case(reference=case.reference, actor=cast.actor("lev")))
