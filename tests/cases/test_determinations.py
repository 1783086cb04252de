"""The duty to investigate, the chief officer, and closures of the old rules that no live case comes to."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from backend.common.errors import Invalid, Missing
from cases.machine import edges
from cases.models import Case, CaseLink, Determination, Kind
from cases.selectors import deadlines, get_case
from cases.services import access, allegations, determinations, special_procedures, withdrawals
from cases.services.assignment import CannotAssign
from cases.services.decisions import CannotDecide
from cases.services.determinations import CannotDetermine
from cases.services.locking import MayNot
from cases.services.special_procedures import CannotAssessSeverity
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
    name_subject,
    opine,
    set_actions,
)
from tests.cases.bodies import TOLD, a_case_told
from tests.cases.staying import sign
from tests.cast import AT, Cast, a_case, a_matter, give_to, move

LEGACY = {"DISPENSATION", "DISAPPLIED", "LOCALLY_RESOLVED", "DISCONTINUED"}
OTHERWISE = {"reason": "It can be put right at once."}
INDICATED = {"indication": "DISCIPLINARY", "reasons": "The footage shows a push.", "notice": None}


def set_duty(cast: Cast, case: Case, name: str = "beth", **given: Any) -> Case:
    fields = {"indicates_misconduct": True, "exception": "", "reason": "", **given}
    return determinations.set_duty_to_investigate(**by(cast, name, case), **fields)


def set_chief(cast: Cast, case: Case, name: str = "beth", *, concerns: bool = True) -> Case:
    return determinations.set_chief_officer(
        **by(cast, name, case), concerns_chief_officer=concerns, reason="It names the chief constable."
    )


class TestTheDutyToInvestigate:
    """Police Reform Act 2002, Schedule 3, paragraph 6; SI 2020/2, regulation 6."""

    def test_an_indication_closes_every_way_but_an_investigation(self, cast: Cast) -> None:
        case = set_duty(cast, a_recorded_case(cast))

        for way in ("handle_otherwise", "take_no_further_action"):
            with pytest.raises(CannotMove, match="indication that must be investigated"):
                move(cast, case, "beth", way, **OTHERWISE)

    @pytest.mark.parametrize("exception", ["", "It repeats what was decided in May, with nothing new."])
    def test_an_indication_takes_it_from_its_unit_for_good(self, cast: Cast, exception: str) -> None:
        case = give_to(cast, a_recorded_case(cast), "northgate")
        assert Case.objects.visible_to(cast.actor("cai")).filter(pk=case.pk).exists()

        home = set_duty(cast, case, exception=exception)
        set_duty(cast, case, indicates_misconduct=False, reason="The footage shows another officer.")

        assert (home.unit, home.handler) == (cast.standards, None)
        assert not Case.objects.visible_to(cast.actor("cai")).filter(pk=case.pk).exists()
        with pytest.raises(CannotAssign):
            give_to(cast, case, "northgate")

    def test_that_nothing_indicates_it_takes_it_from_nobody(self, cast: Cast) -> None:
        case = give_to(cast, a_recorded_case(cast), "northgate")

        held = set_duty(cast, case, indicates_misconduct=False, reason="Nothing points to it.")

        assert (held.unit, held.kept_from_units) == (cast.northgate, False)

    def test_an_exception_opens_them_again(self, cast: Cast) -> None:
        case = set_duty(cast, a_recorded_case(cast), exception="It repeats what was decided in May, with nothing new.")

        assert move(cast, case, "beth", "handle_otherwise", **OTHERWISE).state == "OTBI"

    def test_a_yes_is_taken_back_with_a_reason_alone(self, cast: Cast) -> None:
        case = set_duty(cast, a_recorded_case(cast))

        with pytest.raises(Invalid) as refused:
            set_duty(cast, case, indicates_misconduct=False)
        changed = set_duty(cast, case, indicates_misconduct=False, reason="The footage shows another officer.")

        assert set(refused.value.errors) == {"reason"}
        assert changed.indicates_misconduct is False

    def test_there_is_no_exception_from_a_duty_that_there_is_not(self, cast: Cast) -> None:
        with pytest.raises(Invalid) as refused:
            set_duty(cast, a_recorded_case(cast), indicates_misconduct=False, exception="It repeats another.")

        assert set(refused.value.errors) == {"exception"}

    def test_every_answer_is_kept_as_it_was(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        set_duty(cast, case, exception="It repeats another.")
        set_duty(cast, case, "lev", indicates_misconduct=False, reason="Another officer.")

        kept = Determination.objects.filter(case=case, about="DUTY_TO_INVESTIGATE").order_by("id")

        assert [row.answers["indicates_misconduct"] for row in kept] == [False, True, False]
        assert kept[1].answers["exception"] == "It repeats another."
        with pytest.raises(ProgrammingError), transaction.atomic():
            kept.update(reason="Never mind.")

    def test_an_indication_takes_back_into_the_investigation_what_was_left_out_of_it(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        left_out, other = code(cast, alleged(cast, case)), code(cast, opine(cast, alleged(cast, case)))
        allegations.set_handling(**by(cast, "beth", case), allegation=left_out.public_id, handling="NFA")
        move(cast, case, "fay", "submit_report", summary="Seen.")
        in_decision(cast, case, "lev")
        for allegation, finding in ((left_out, "NO_FURTHER_ACTION"), (other, "ACCEPTABLE")):
            set_actions(cast, decide(cast, allegation, finding))

        set_duty(cast, case, exception="It repeats what was decided in May, with nothing new.")
        left_out.refresh_from_db()
        assert left_out.finding == "NO_FURTHER_ACTION"
        set_duty(cast, case)

        left_out.refresh_from_db()
        assert (left_out.handling, left_out.finding) == ("", "")
        with pytest.raises(CannotDecide, match="Nobody has investigated it"):
            decide(cast, left_out, "ACCEPTABLE")
        with pytest.raises(CannotMove, match="Decide every allegation"):
            move(cast, case, "beth", "send_outcome", **TOLD)
        other.refresh_from_db()
        assert other.finding == "ACCEPTABLE"

    def test_is_the_authoritys_to_say(self, cast: Cast) -> None:
        with pytest.raises(MayNot):
            set_duty(cast, a_recorded_case(cast), "amal")

    def test_is_of_a_recorded_complaint_until_its_outcome_is_told(self, cast: Cast) -> None:
        for case in (a_case(cast), a_case_told(cast), a_case(cast, kind=Kind.COMMENT)):
            with pytest.raises(CannotDetermine):
                set_duty(cast, case)


class TestTheChiefOfficer:
    """PRA 2002 s. 29(1) and Sch 3 para 1: the appropriate authority is the local policing body."""

    def test_is_sealed_at_once_for_who_says_so(self, cast: Cast) -> None:
        case = set_chief(cast, a_case(cast))

        assert (case.concerns_chief_officer, case.restricted) == (True, True)
        seen = [name for name in cast.users if Case.objects.visible_to(cast.actor(name)).filter(pk=case.pk).exists()]
        assert seen == ["beth"]

    def test_moves_nowhere_but_to_the_local_policing_body(self, cast: Cast) -> None:
        case = set_chief(cast, a_case(cast))
        told = {"told": "Your complaint is for the local policing body, and we have handed it over."}

        with pytest.raises(CannotMove, match="hand it over"):
            move(cast, case, "beth", "take")
        with pytest.raises(Invalid) as refused:
            move(cast, case, "beth", "transfer_out", to="OTHER_FORCE", **told)

        assert set(refused.value.errors) == {"to"}
        assert move(cast, case, "beth", "transfer_out", to="LOCAL_POLICING_BODY", **told).state == "TRANSFERRED_OUT"

    def test_nobody_takes_back_what_they_said(self, cast: Cast) -> None:
        case = set_chief(cast, a_case(cast))

        with pytest.raises(CannotDetermine, match="second person"):
            set_chief(cast, case, concerns=False)
        with pytest.raises(Missing):
            set_chief(cast, case, "lev", concerns=False)

    def test_is_not_said_twice_nor_of_a_comment(self, cast: Cast) -> None:
        case = set_chief(cast, a_case(cast))

        with pytest.raises(CannotDetermine, match="stands already"):
            set_chief(cast, case)
        with pytest.raises(CannotDetermine, match="Only a complaint or a matter"):
            set_chief(cast, a_case(cast, kind=Kind.COMMENT))

    def test_is_the_authoritys_to_say(self, cast: Cast) -> None:
        with pytest.raises(MayNot):
            set_chief(cast, a_case(cast), "amal")

    def test_of_a_matter_too(self, cast: Cast) -> None:
        """A7: the force has no move but the hand-over, whatever the record is called."""
        matter = a_matter(cast)
        move(cast, matter, "beth", "investigate", investigator="fay@westshire.test", terms="The order.")

        flagged = set_chief(cast, matter)

        assert (flagged.concerns_chief_officer, flagged.restricted) == (True, True)
        with pytest.raises(CannotMove, match="hand it over"):
            move(cast, matter, "beth", "replace_investigator", investigator="fay@westshire.test", reason="Ill.")
        handed = move(cast, matter, "beth", "transfer_out", to="LOCAL_POLICING_BODY", told="It is theirs.")
        assert (handed.state, handed.closed_on) == ("TRANSFERRED_OUT", AT.date())

    def test_that_turns_out_late_is_handed_over_from_that_day(self, cast: Cast) -> None:
        case = a_recorded_case(cast, made_on=AT.date() - dt.timedelta(days=90))

        set_chief(cast, case)

        due = deadlines(get_case(reference=case.reference, actor=cast.actor("beth")))
        [hand_over] = [each for each in due if each.rule == "hand_over"]
        assert (hand_over.started_on, hand_over.due_on) == (AT.date(), dt.date(2026, 11, 23))

    def test_the_day_is_gone_with_the_finding(self, cast: Cast) -> None:
        case = set_chief(cast, a_case(cast))
        access.give(**by(cast, "beth", case), who="lev@westshire.test", reason="To look again.")

        assert set_chief(cast, case, "lev", concerns=False).chief_officer_found_on is None
        with pytest.raises(IntegrityError, match="chief_officer_was_found_on_a_day"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(concerns_chief_officer=True)

    def test_nothing_of_it_is_decided_here(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case, "lev")
        decide(cast, allegation, "ACCEPTABLE", "lev")
        set_chief(cast, case)
        access.give(**by(cast, "beth", case), who="lev@westshire.test", reason="To hand it over.")

        with pytest.raises(CannotDecide, match="hand it over"):
            decide(cast, allegation, "NOT_ACCEPTABLE", "lev")
        with pytest.raises(CannotDecide, match="hand it over"):
            set_actions(cast, allegation, name="lev")

    def test_nobody_is_investigated_for_it_here(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        allegation = alleged(cast, case)
        ed, hal = name_subject(cast, case, "1005"), name_subject(cast, case, "1008")
        special, _ = special_procedures.declare(**by(cast, "fay", case), subject=ed.public_id, **INDICATED)
        set_chief(cast, case)
        access.give(**by(cast, "beth", case), who="fay@westshire.test", reason="She investigates it.")
        severe = {"severity": "MISCONDUCT", "reason": "?", "consulted": "", "consulted_on": None, "notice": None}
        of_ed = {"subject": ed.public_id, "served_on": AT.date(), "how": "IN_PERSON", "duty": "FULL"}
        refused: list[Callable[[], object]] = [
            lambda: opine(cast, allegation),
            lambda: special_procedures.declare(**by(cast, "fay", case), subject=hal.public_id, **INDICATED),
            lambda: special_procedures.assess(**by(cast, "fay", case), special=special.public_id, **severe),
            lambda: special_procedures.accelerate(**by(cast, "beth", case), special=special.public_id, reason="?"),
            lambda: special_procedures.return_to_ordinary(
                **by(cast, "beth", case), special=special.public_id, reason="?"
            ),
            lambda: special_procedures.serve_notice(**by(cast, "fay", case), **of_ed, friend="", welfare_contact=""),
        ]

        for step in refused:
            with pytest.raises((CannotDecide, CannotAssessSeverity), match="hand it over"):
                step()

    def test_no_matter_of_the_force_arises_from_what_is_withdrawn_of_it(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        part = alleged(cast, case)
        sign(cast, case, allegation=part.public_id)
        set_chief(cast, case)

        with pytest.raises(CannotWithdraw, match="hand it over"):
            withdrawals.end_allegation(
                **by(cast, "beth", case), allegation=part.public_id, public_interest="CONDUCT_MATTER"
            )

        assert not CaseLink.objects.filter(other=case).exists()


def test_no_live_edge_leads_to_a_closure_of_the_old_rules() -> None:
    """9A A27: dispensation, disapplication, local resolution and discontinuance are in imported history alone."""
    assert not LEGACY & {state for edge in edges() for state in (edge.source, edge.target)}
    assert not {edge.move for edge in edges()} & {legacy.lower() for legacy in LEGACY}


def test_the_determinations_are_read_through_the_api(cast: Cast) -> None:
    case = a_recorded_case(cast)
    client, url = cast.client("beth"), f"/api/v1/cases/{case.reference}/"
    etag = client.get(url)["ETag"]

    changed = client.put(
        url + "duty-to-investigate/", {"indicates_misconduct": True}, format="json", headers={"If-Match": etag}
    )

    assert changed.json()["indicates_misconduct"] is True
    assert client.put(url + "duty-to-investigate/", {"indicates_misconduct": True}, format="json").status_code == 428
    read = client.get(url + "determinations/").json()
    assert [(each["about"], each["made_by"]) for each in read] == [("DUTY_TO_INVESTIGATE", "Beth")] * 2
