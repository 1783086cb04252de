"""Those whom a case is about: known or not, identified, taken back by a second person, and asked what nobody here reads."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction

from backend.accounts.models import Person, Role
from backend.accounts.services import people
from backend.areas.models import Unit
from backend.audit.models import Detail, Event
from backend.common.errors import Invalid, Missing
from cases.deadlines import open_deadlines
from cases.models import Allegation, Case, Code, EqualityAnswers, Involvement, Kind, Naming, Note, Notice
from cases.selectors import get_case, next_moves
from cases.services import determinations, involvement, settling, subjects, suspensions
from cases.services.assignment import CannotAssign
from cases.services.decisions import CannotDecide
from cases.services.involvement import NamedAlready
from cases.services.locking import HistoryStands, MayNot
from cases.services.subjects import AnsweredAlready, CannotIdentify, CannotTakeDown
from cases.services.transitions import CannotMove
from cases.timetable import timetable
from tests.cases.alleging import (
    a_document,
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
from tests.cases.bodies import a_case_told
from tests.cases.staying import step, suspend
from tests.cast import AT, FOUNDER, Cast, a_case, a_case_handled_outside, a_matter, add_user, assess, give_to, move

STRANGER = {"label": "The tall one with the beard"}
CANARY = {"sex": "CANARY_SEX", "ethnicity": "CANARY_ETHNICITY", "age": "CANARY_AGE", "disability": "CANARY_DISABILITY"}


def sees(cast: Cast, name: str, case: Case) -> bool:
    return bool(Case.objects.visible_to(cast.actor(name)).filter(pk=case.pk).exists())


def identify(cast: Cast, row: Involvement, who: str, name: str = "beth") -> Involvement:
    subjects.identify(**by(cast, name, row.case), involvement=row.public_id, who=who)
    return Involvement.objects.get(pk=row.pk)


def take_down(cast: Cast, row: Involvement, name: str = "lev") -> Involvement:
    subjects.take_down(**by(cast, name, row.case), involvement=row.public_id, reason="Another officer of that name.")
    return Involvement.objects.get(pk=row.pk)


class TestNaming:
    def test_a_subject_is_named_with_what_they_were_at_the_time(self, cast: Cast) -> None:
        case = a_case(cast)
        allegation = alleged(cast, case)

        row = name_subject(
            cast, case, "1005", allegation=allegation.public_id, subject_type="SPECIAL", rank="Sergeant",
            unit="southgate", on_duty=False,
        )  # fmt: skip

        assert (row.person, row.allegation) == (cast.users["ed"].person, allegation)
        assert (row.subject_type, row.rank, row.unit, row.on_duty) == ("SPECIAL", "Sergeant", cast.southgate, False)

    def test_what_is_not_said_is_what_the_person_is(self, cast: Cast) -> None:
        person = cast.users["ed"].person
        person.rank = "Constable"
        person.save()

        row = name_subject(cast, a_case(cast), "1005")

        assert (row.subject_type, row.rank, row.unit, row.on_duty) == ("OFFICER", "Constable", None, None)

    def test_somebody_who_is_not_known_is_described_and_holds_nothing_up(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        row = name_subject(cast, case, "", allegation=allegation.public_id, **STRANGER)
        in_decision(cast, case)
        set_actions(cast, decide(cast, allegation, "UNDETERMINED", "beth"), name="beth")

        sent = move(cast, case, "lev", "send_outcome", told="We could not find out who it was.")

        assert (row.person, row.label) == (None, "The tall one with the beard")
        assert sent.state == "OUTCOME_SENT"
        assert not Notice.objects.filter(case=case, to="SUBJECT").exists()

    @pytest.mark.parametrize(
        "given", [{"who": ""}, {"who": "0000"}, {"who": "0000", **STRANGER}, {"who": "", "unit": "nowhere", **STRANGER}]
    )
    def test_nobody_at_all_is_refused(self, cast: Cast, given: dict[str, Any]) -> None:
        with pytest.raises(Invalid):
            name_subject(cast, a_case(cast), **given)

    def test_a_conflict_is_of_somebody_known(self, cast: Cast) -> None:
        with pytest.raises(Invalid):
            involvement.name_person(
                **by(cast, "amal", a_case(cast)), who="", part=Involvement.Part.CONFLICT, label="Somebody"
            )

    def test_one_person_may_be_named_in_two_allegations_and_in_each_once(self, cast: Cast) -> None:
        case = a_case(cast)
        first, second = alleged(cast, case), alleged(cast, case)
        name_subject(cast, case, "1005", allegation=first.public_id)
        name_subject(cast, case, "1005", allegation=second.public_id)

        with pytest.raises(NamedAlready):
            name_subject(cast, case, "1005", allegation=second.public_id)

    def test_an_allegation_of_another_case_is_missing(self, cast: Cast) -> None:
        with pytest.raises(Missing):
            name_subject(cast, a_case(cast), "1005", allegation=alleged(cast, a_case(cast)).public_id)

    def test_the_investigator_names_those_whom_they_find(self, cast: Cast) -> None:
        case = an_investigated_case(cast)

        assert name_subject(cast, case, "1005", "fay").person == cast.users["ed"].person

    def test_who_becomes_known_after_the_recording_is_owed_a_copy_then_and_once(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        first, second = alleged(cast, case), alleged(cast, case)

        name_subject(cast, case, "1005", allegation=first.public_id)
        name_subject(cast, case, "1005", allegation=second.public_id)

        owed = Notice.objects.filter(case=case, kind="RECORD_COPY", to="SUBJECT")
        assert [each.subject.person for each in owed] == [cast.users["ed"].person]


class TestWhoBecomesKnownLater:
    """They are owed what others in their place were, as far as it is still true."""

    def owed_to(self, row: Involvement) -> list[str]:
        return list(Notice.objects.filter(subject=row, settled_on=None).order_by("pk").values_list("kind", flat=True))

    def test_after_a_referral_that_it_was_referred_and_then_what_the_iopc_decided(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        one, other = (name_subject(cast, case, "", **STRANGER) for _ in range(2))
        move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")
        assert self.owed_to(one) == []

        assert self.owed_to(identify(cast, one, "1005")) == ["RECORD_COPY", "REFERRAL"]
        move(cast, case, "beth", "determine_independent", document=a_document(case), dated_on="2026-11-20")
        assert self.owed_to(identify(cast, other, "1008")) == ["RECORD_COPY", "IOPC_DECISION"]

    def test_that_it_is_investigated_and_suspended(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        suspend(cast, case)

        assert self.owed_to(name_subject(cast, case, "1005")) == ["RECORD_COPY", "HANDLING", "SUSPENSION"]

    def test_not_that_it_is_handled_otherwise_nor_what_has_ended(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        step(cast, suspend(cast, case), suspensions.resume, reason="The trial was called off.")

        assert self.owed_to(name_subject(cast, case, "1005")) == ["RECORD_COPY"]

    def test_what_came_of_it(self, cast: Cast) -> None:
        case = a_case_told(cast)

        assert self.owed_to(name_subject(cast, case, "1005")) == ["RECORD_COPY", "OUTCOME"]

    def test_of_a_matter_too_which_has_no_record_of_a_complaint(self, cast: Cast) -> None:
        matter = a_matter(cast)
        move(cast, matter, "beth", "investigate", investigator="fay@westshire.test", terms="Who was there.")

        assert self.owed_to(name_subject(cast, matter, "1005")) == ["HANDLING"]

    def test_each_once_wherever_they_are_named(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        name_subject(cast, case, "1005", allegation=alleged(cast, case).public_id)

        assert self.owed_to(name_subject(cast, case, "1005", allegation=alleged(cast, case).public_id)) == []


class TestAUnitThatWasClosed:
    """The unit is that of the time; a unit and what came of it are one place."""

    LAST_YEAR = dt.date(2025, 10, 1)

    def close_northgate(self, cast: Cast) -> Unit:
        new = Unit.objects.create(slug="north", name="North", kind=Unit.Kind.LPU, force=cast.force, starts_on=AT.date())
        Unit.objects.filter(pk=cast.northgate.pk).update(ends_on=AT.date() - dt.timedelta(days=1))
        cast.northgate.successors.add(new)
        return new

    def test_is_named_as_it_stood_on_the_day_of_the_incident(self, cast: Cast) -> None:
        case = a_recorded_case(cast, incident_on=self.LAST_YEAR)
        self.close_northgate(cast)

        assert name_subject(cast, case, "1005", unit="northgate").unit == cast.northgate
        assert alleged(cast, case, unit="northgate").unit == cast.northgate
        assert alleged(cast, case, unit="north", happened_from=AT.date()).unit.slug == "north"
        with pytest.raises(Invalid) as refused:
            name_subject(cast, case, "1008", unit="north")
        assert "1 October 2025" in str(refused.value.errors)

    @pytest.mark.parametrize("later", [0, 1])
    def test_a_case_about_its_inspector_is_kept_from_what_came_of_it(self, cast: Cast, later: int) -> None:
        case = a_case_handled_outside(cast, about_unit=None, incident_on=self.LAST_YEAR)
        name_subject(cast, case, "1005", unit="northgate", rank="Inspector")
        new = self.close_northgate(cast)
        for _ in range(later):
            newer = Unit.objects.create(slug="newer", name="Newer", kind=Unit.Kind.LPU, force=cast.force)
            new.successors.add(newer)
            new = newer

        with pytest.raises(CannotAssign, match="senior officers"):
            give_to(cast, case, new.slug)
        assert give_to(cast, case, "southgate").unit == cast.southgate


class TestSeniorRanks:
    @pytest.mark.parametrize("rank", ["Inspector", "Detective Chief Inspector", "temporary superintendent"])
    @pytest.mark.parametrize("unit", ["northgate", ""])
    def test_an_inspector_of_the_unit_that_holds_it_takes_it_from_there(self, cast: Cast, rank: str, unit: str) -> None:
        case = give_to(cast, a_case(cast), "northgate")

        name_subject(cast, case, "1005", rank=rank, unit=unit)

        kept = Case.objects.get(pk=case.pk)
        assert (kept.kept_from_units, kept.unit) == (True, cast.standards)
        assert not sees(cast, "cai", case)

    @pytest.mark.parametrize(
        ("rank", "unit"), [("Sergeant", "northgate"), ("Inspector", "southgate"), ("", "northgate")]
    )
    def test_anybody_else_does_not(self, cast: Cast, rank: str, unit: str) -> None:
        case = give_to(cast, a_case(cast), "northgate")

        name_subject(cast, case, "1005", rank=rank, unit=unit)

        assert sees(cast, "cai", case)

    def test_a_chief_officer_does_whatever_their_unit(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")

        name_subject(cast, case, "1005", rank="Assistant Chief Constable", unit="southgate")

        assert not sees(cast, "cai", case)

    def test_nor_is_it_given_to_their_unit_afterwards(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast))
        name_subject(cast, case, "1003", rank="Inspector", unit="southgate")

        with pytest.raises(CannotAssign, match="senior officers"):
            give_to(cast, case, "southgate")
        assert give_to(cast, case, "northgate").unit == cast.northgate


class TestTheChiefOfficer:
    """PRA 2002 s. 29(1): of a complaint about the chief officer the local policing body is the appropriate authority."""

    @pytest.mark.parametrize(
        ("rank", "concerns"),
        [
            ("Chief Constable", True), ("temporary chief constable", True), ("Chief Constable of Westshire Police", True),
            ("Commissioner", True), ("Deputy Chief Constable", False), ("Assistant Commissioner", False), ("Chief Inspector", False),
        ],
    )  # fmt: skip
    def test_who_has_that_rank_leaves_nothing_to_do_here_but_to_hand_it_over(
        self, cast: Cast, rank: str, concerns: bool
    ) -> None:
        case = a_recorded_case(cast)

        row = name_subject(cast, case, "1005", rank=rank)

        beth = cast.actor("beth")
        offered = next_moves(get_case(reference=case.reference, actor=beth), actor=beth, on=AT.date())
        [merge] = [each for each in offered if each.move == "merge"]
        assert ("find so, and hand it over" in " ".join(against.why for against in merge.why_not)) == concerns
        if not concerns:
            return
        with pytest.raises(Invalid, match="Correct the field"):
            move(cast, case, "beth", "transfer_out", to="OTHER_FORCE", told="It is with Eastshire.")
        take_down(cast, row)
        assert (
            move(cast, case, "lev", "investigate", investigator="fay@westshire.test", terms="All.").state == "LOCAL_INV"
        )

    def test_it_goes_to_the_local_policing_body_also_late_once_a_delegate_finds_so(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        name_subject(cast, case, "", name="amal", label="Who gave the order", rank="Chief Constable")

        with pytest.raises(CannotMove, match="find so, and hand it over"):
            in_decision(cast, case, "lev")
        (duty,) = open_deadlines(Case.objects.get(pk=case.pk), timetable())
        assert (duty.rule, duty.started_on) == ("hand_over", AT.date())
        determinations.set_chief_officer(**by(cast, "beth", case), concerns_chief_officer=True, reason="The order.")
        to = {"to": "LOCAL_POLICING_BODY", "told": "It is with the Commissioner."}
        assert move(cast, case, "beth", "transfer_out", **to).state == "TRANSFERRED_OUT"


class TestWhoInvestigatesThem:
    """SI 2020/2, regulation 12: nobody under the management of whom it is about, nor otherwise connected with them."""

    @pytest.fixture
    def ranks(self, cast: Cast) -> None:
        for name, rank in {
            "fay": "Detective Sergeant",
            "amal": "Inspector",
            "gwen": "Constable",
            "cai": "Inspector",
        }.items():
            Person.objects.filter(pk=cast.users[name].person_id).update(rank=rank)

    def appoint(self, cast: Cast, case: Case, **more: Any) -> Case:
        given = {"investigator": "fay@westshire.test", "terms": "All of it.", **more}
        return move(cast, case, "beth", "investigate", **given)

    @pytest.mark.parametrize(
        ("name", "more"),
        [("amal", {}), ("gwen", {"rank": "Sergeant"}), ("cai", {"unit": "professional-standards"})],
    )
    def test_is_not_who_serves_with_them_and_is_not_above_them(
        self, cast: Cast, ranks: None, name: str, more: dict[str, str]
    ) -> None:
        case = a_recorded_case(cast)
        name_subject(cast, case, f"{name}@westshire.test", **more)

        with pytest.raises(Invalid) as refused:
            self.appoint(cast, case)

        assert "one unit with somebody" in str(refused.value.errors["investigator"])

    def test_is_not_who_served_with_somebody_who_is_known_by_rank_and_unit_alone(self, cast: Cast, ranks: None) -> None:
        of_standards, of_a_unit = a_recorded_case(cast), a_recorded_case(cast)
        for case, unit in ((of_standards, "professional-standards"), (of_a_unit, "northgate")):
            name_subject(cast, case, "", label="An inspector", rank="Detective Inspector", unit=unit)

        with pytest.raises(Invalid) as refused:
            self.appoint(cast, of_standards)

        assert "one unit with somebody" in str(refused.value.errors["investigator"])
        assert self.appoint(cast, of_a_unit).investigator == cast.users["fay"]

    @pytest.mark.parametrize("name", ["gwen", "cai", "lev"])
    def test_may_be_anybody_of_whom_nothing_of_that_is_known(self, cast: Cast, ranks: None, name: str) -> None:
        """Below them, of another unit, or of a rank that nobody entered: whoever appoints says how they know."""
        case = a_recorded_case(cast)
        name_subject(cast, case, f"{name}@westshire.test")

        assert self.appoint(cast, case).investigator == cast.users["fay"]

    def test_a_senior_officer_is_investigated_by_somebody_of_another_force(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        name_subject(cast, case, "", label="Who signed it", rank="Assistant Chief Constable")
        kit = cast.users["kit"]
        people.grant_role(user=kit, role=Role.PSD_INVESTIGATOR, unit=cast.standards, actor=FOUNDER, at=AT)

        with pytest.raises(Invalid) as refused:
            self.appoint(cast, case)
        assert "senior officer" in str(refused.value.errors["investigator"])
        assert self.appoint(cast, case, investigator="kit@eastshire.test").investigator == kit

    def test_how_that_is_known_is_asked_kept_and_shown(self, cast: Cast) -> None:
        case = a_recorded_case(cast)

        with pytest.raises(Invalid) as refused:
            self.appoint(cast, case, independence=" ")
        assert set(refused.value.errors) == {"independence"}
        self.appoint(cast, case, independence="She joined from Eastshire in May.")

        kept = "nothing connects them: She joined from Eastshire in May."
        assert kept in Note.objects.filter(case=case).latest("pk").text
        assert kept in cast.client("beth").get(f"/api/v1/cases/{case.reference}/timeline/").content.decode()

    def test_loses_it_where_it_turns_out_to_be_about_one_they_work_under(self, cast: Cast, ranks: None) -> None:
        case = an_investigated_case(cast)

        name_subject(cast, case, "gwen@westshire.test")
        assert Case.objects.get(pk=case.pk).investigator == cast.users["fay"]
        name_subject(cast, case, "amal@westshire.test")

        assert Case.objects.get(pk=case.pk).investigator is None
        with pytest.raises(Invalid):
            move(cast, case, "beth", "replace_investigator", investigator="fay@westshire.test", reason="She is good.")

    def test_and_with_it_the_handling_and_nothing_they_thought_stands(self, cast: Cast, ranks: None) -> None:
        case = an_investigated_case(cast)
        allegation = opine(cast, code(cast, alleged(cast, case)))
        add_user(cast, "gus", Role.PSD_INVESTIGATOR, cast.standards, collar_number="4712")

        name_subject(cast, case, "amal@westshire.test")
        move(cast, case, "beth", "replace_investigator", investigator="gus@westshire.test", reason="She works for him.")

        allegation.refresh_from_db()
        assert (allegation.opinion, allegation.opinion_by) == ("", None)
        with pytest.raises(CannotMove, match="owes an opinion"):
            move(cast, case, "gus", "submit_report", summary="All as she found.")

    def test_nor_is_it_decided_on_what_they_reported(self, cast: Cast, ranks: None) -> None:
        case = an_investigated_case(cast)
        allegation = opine(cast, code(cast, alleged(cast, case)))
        move(cast, case, "fay", "submit_report", summary="Nothing in it.")

        name_subject(cast, case, "amal@westshire.test")

        now = Case.objects.get(pk=case.pk)
        assert (now.state, now.investigator, now.handler) == ("REPORT_SUBMITTED", None, None)
        assert cast.users["fay"].person_id in now.worked_on_by
        in_decision(cast, case, "lev")
        with pytest.raises(CannotDecide, match="Nobody has investigated it"):
            decide(cast, allegation, "ACCEPTABLE", "lev")
        add_user(cast, "gus", Role.PSD_INVESTIGATOR, cast.standards, collar_number="4712")
        again = {"investigator": "gus@westshire.test", "terms": "All of it, anew."}
        assert move(cast, case, "beth", "investigate", **again).state == "LOCAL_INV"

    def test_what_was_told_stays_as_it_was_told(self, cast: Cast, ranks: None) -> None:
        case = an_investigated_case(cast)
        allegation = opine(cast, code(cast, alleged(cast, case)))
        move(cast, case, "fay", "submit_report", summary="Nothing in it.")
        in_decision(cast, case, "lev")
        decide(cast, allegation, "ACCEPTABLE", "lev")
        set_actions(cast, allegation, name="lev")
        move(cast, case, "beth", "send_outcome", told="This is what we found, and why.")

        name_subject(cast, case, "amal@westshire.test")

        allegation.refresh_from_db()
        assert (allegation.opinion_by, allegation.finding) == (cast.users["fay"].person, "ACCEPTABLE")


class TestIdentifying:
    def test_from_then_on_the_wall_stands(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")
        row = name_subject(cast, case, "", rank="Sergeant", **STRANGER)
        assert sees(cast, "cai", case)

        known = identify(cast, row, "1003")

        assert (known.person, known.rank, known.subject_type) == (cast.users["cai"].person, "Sergeant", "OFFICER")
        assert not sees(cast, "cai", case)
        whats = Naming.objects.filter(involvement=row).order_by("id").values_list("what", flat=True)
        assert list(whats) == ["NAMED", "IDENTIFIED"]

    def test_they_are_owed_a_copy_of_the_record_then(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        row = name_subject(cast, case, "", **STRANGER)

        identify(cast, row, "1005")

        assert Notice.objects.get(case=case, kind="RECORD_COPY", to="SUBJECT").subject == row

    def test_a_handler_who_turns_out_to_be_it_stops_handling(self, cast: Cast) -> None:
        case = move(cast, a_case(cast), "amal", "take")

        identify(cast, name_subject(cast, case, "", **STRANGER), "1001")

        assert Case.objects.get(pk=case.pk).handler is None

    def test_who_is_known_is_not_identified_again(self, cast: Cast) -> None:
        row = name_subject(cast, a_case(cast), "1005")

        with pytest.raises(CannotIdentify):
            identify(cast, row, "1003")

    def test_nobody_becomes_the_subject_of_one_thing_twice(self, cast: Cast) -> None:
        case = a_case(cast)
        name_subject(cast, case, "1005")

        with pytest.raises(NamedAlready):
            identify(cast, name_subject(cast, case, "", **STRANGER), "1005")

    @pytest.mark.parametrize("who", ["", "0000", "kit@eastshire.test"])
    def test_nobody_of_another_force_or_of_none(self, cast: Cast, who: str) -> None:
        with pytest.raises(Invalid):
            identify(cast, name_subject(cast, a_case(cast), "", **STRANGER), who)

    def test_a_unit_does_not_identify(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")

        with pytest.raises(MayNot):
            identify(cast, name_subject(cast, case, "", **STRANGER), "1005", "cai")


class TestWhatTheyFound:
    """SI 2020/2, regulation 12: nobody investigates or decides what they are part of, also where that is known late."""

    @pytest.fixture
    def case(self, cast: Cast) -> Case:
        """Investigated by Fay, who thinks something of the one allegation; Gus investigates elsewhere."""
        add_user(cast, "gus", Role.PSD_INVESTIGATOR, cast.standards, collar_number="1888")
        case = an_investigated_case(cast)
        opine(cast, code(cast, alleged(cast, case)))
        return case

    def hand_over(self, cast: Cast, case: Case) -> None:
        move(cast, case, "beth", "replace_investigator", investigator="gus@westshire.test", reason="She is part of it.")

    def turn_out(self, cast: Cast, case: Case, name: str) -> Allegation:
        """Answers what is left of the allegation."""
        name_subject(cast, case, f"{name}@westshire.test")
        return Allegation.objects.get(case=case)

    @pytest.mark.parametrize("when", ["before", "after"])
    def test_the_opinion_of_an_investigator_stands_no_more(self, cast: Cast, case: Case, when: str) -> None:
        if when == "before":
            self.hand_over(cast, case)

        left = self.turn_out(cast, case, "fay")

        assert (left.opinion, left.opinion_reasons, left.opinion_by) == ("", "", None)
        if when == "after":
            self.hand_over(cast, case)
        with pytest.raises(CannotMove, match="opinion on every allegation"):
            move(cast, case, "gus", "submit_report", summary="Seen.")
        opine(cast, left, name="gus")
        assert move(cast, case, "gus", "submit_report", summary="Seen.").state == "REPORT_SUBMITTED"

    def test_nor_what_others_found_on_it(self, cast: Cast, case: Case) -> None:
        move(cast, case, "fay", "submit_report", summary="Seen.")
        in_decision(cast, case, "lev")
        set_actions(cast, decide(cast, case.allegations.get(), "ACCEPTABLE"))

        left = self.turn_out(cast, case, "fay")

        assert (left.finding, left.decided_by, left.decisions.get().finding) == ("", None, "ACCEPTABLE")
        with pytest.raises(CannotDecide, match="Nobody has investigated it"):
            decide(cast, left, "ACCEPTABLE")
        again = move(cast, case, "beth", "investigate", investigator="gus@westshire.test", terms="All of it again.")
        assert again.state == "LOCAL_INV"

    def test_nor_what_a_delegate_decided(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        in_decision(cast, case, "lev")
        set_actions(cast, decide(cast, allegation, "ACCEPTABLE"))

        left = self.turn_out(cast, case, "lev")

        case.refresh_from_db()
        assert (left.finding, left.rationale, left.actions_set_on, case.decided_on) == ("", "", None, None)
        assert left.decisions.get().decided_by == cast.users["lev"].person
        with pytest.raises(CannotMove, match="Decide every allegation"):
            move(cast, case, "beth", "send_outcome", told="You were right.")
        kept = Detail.objects.get(event__verb="FINDINGS_SET_ASIDE")
        assert kept.details == {"allegations": [str(left.public_id)]}

    def test_what_was_found_by_others_stands(self, cast: Cast, case: Case) -> None:
        assert self.turn_out(cast, case, "ed").opinion == "NOT_SPECIAL"

    def test_an_outcome_that_was_told_stands(self, cast: Cast) -> None:
        assert self.turn_out(cast, a_case_told(cast), "lev").finding == "ACCEPTABLE"


class TestTakingAWallDown:
    def test_a_second_person_takes_it_down_with_a_reason_and_the_row_stays(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")
        row = name_subject(cast, case, "1003", "amal")
        assert not sees(cast, "cai", case)

        ended = take_down(cast, row)

        assert ended.ended_at == AT
        assert sees(cast, "cai", case)
        last = Naming.objects.filter(involvement=row).latest("id")
        assert (last.what, last.by, last.reason) == (
            "TAKEN_DOWN",
            cast.users["lev"].person,
            "Another officer of that name.",
        )

    def test_never_who_named_or_identified_them(self, cast: Cast) -> None:
        case = a_case(cast)
        row = name_subject(cast, case, "", "amal", **STRANGER)
        identify(cast, row, "1005", "beth")

        for name in ("amal", "beth"):
            with pytest.raises(CannotTakeDown, match="second person"):
                take_down(cast, row, name)
        assert take_down(cast, row, "lev").ended_at == AT

    def test_neither_the_walled_nor_a_unit_takes_it_down(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")
        row = name_subject(cast, case, "1003", "amal")

        with pytest.raises(Missing):
            take_down(cast, row, "cai")
        with pytest.raises(MayNot):
            take_down(cast, row, "dee")

    def test_once(self, cast: Cast) -> None:
        row = name_subject(cast, a_case(cast), "1005")
        take_down(cast, row)

        with pytest.raises(CannotTakeDown, match="already"):
            take_down(cast, row)

    def test_not_while_special_procedures_rest_on_it(self, cast: Cast) -> None:
        row = name_subject(cast, an_investigated_case(cast), "1005")
        under_special_procedures(row)

        with pytest.raises(CannotTakeDown, match="Special procedures"):
            take_down(cast, row)

    def test_what_they_were_owed_is_not_owed_any_more(self, cast: Cast) -> None:
        row = name_subject(cast, a_recorded_case(cast), "1005")

        take_down(cast, row)

        assert Notice.objects.get(subject=row).settled_as == "NOT_OWED"

    def test_what_they_are_owed_stays_where_the_case_is_about_them_all_the_same(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        first = name_subject(cast, case, "1005", allegation=alleged(cast, case).public_id)
        second = name_subject(cast, case, "1005", allegation=alleged(cast, case).public_id)

        take_down(cast, first)

        (copy,) = Notice.objects.filter(case=case, kind="RECORD_COPY", to="SUBJECT")
        assert (copy.settled_as, copy.subject) == ("", second)
        take_down(cast, second)
        assert Notice.objects.get(pk=copy.pk).settled_as == "NOT_OWED"

    def test_so_does_what_is_kept_back_from_them(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        first = name_subject(cast, case, "1005", allegation=alleged(cast, case).public_id)
        second = name_subject(cast, case, "1005")
        kept = Notice.objects.get(subject=first)
        ground = {"ground": "PROCEEDINGS", "reason": "A trial."}
        settling.withhold(**by(cast, "beth", case), notice=kept.public_id, **ground)

        take_down(cast, first)

        kept.refresh_from_db()
        assert (kept.settled_as, kept.subject) == ("WITHHELD", second)

    def test_a_row_of_somebody_else_or_another_part_changes_nothing(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        row, other = name_subject(cast, case, "1005"), name_subject(cast, case, "1003")
        involvement.name_person(**by(cast, "beth", case), who="1005", part=Involvement.Part.WITNESS)

        take_down(cast, row)

        assert Notice.objects.get(subject=row).settled_as == "NOT_OWED"
        assert Notice.objects.get(subject=other).settled_as == ""

    def test_named_again_they_are_owed_a_copy_of_the_record_again(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        take_down(cast, name_subject(cast, case, "1005"))

        again = name_subject(cast, case, "1005")

        assert Notice.objects.get(case=case, kind="RECORD_COPY", settled_on=None, to="SUBJECT").subject == again

    def test_they_may_be_named_again(self, cast: Cast) -> None:
        case = a_case(cast)
        take_down(cast, name_subject(cast, case, "1005"))

        assert name_subject(cast, case, "1005").ended_at is None

    def test_who_did_what_is_never_changed(self, cast: Cast) -> None:
        name_subject(cast, a_case(cast), "1005")

        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            Naming.objects.update(reason="Changed.")


class TestEqualityAnswers:
    @pytest.fixture(autouse=True)
    def offered(self, db: None) -> None:
        for question, answer in CANARY.items():
            Code.objects.create(
                table=question.upper(), code=answer, label="A canary", source="Here.", from_on=AT.date()
            )

    def give(self, cast: Cast, row: Involvement, name: str = "amal") -> None:
        subjects.answer_equality(
            reference=row.case.reference, involvement=row.public_id, answers=CANARY, actor=cast.actor(name), at=AT
        )

    def test_they_are_kept_apart_and_once(self, cast: Cast) -> None:
        row = name_subject(cast, a_case(cast), "1005")

        self.give(cast, row)

        assert EqualityAnswers.objects.get(involvement=row).ethnicity == "CANARY_ETHNICITY"
        with pytest.raises(AnsweredAlready):
            self.give(cast, row)

    def test_nobody_reads_them_at_any_door_nor_in_the_trail(self, cast: Cast) -> None:
        case = a_case(cast)
        alleged(cast, case)
        row = name_subject(cast, case, "1005")
        self.give(cast, row)
        client = cast.client("beth")
        one = f"/api/v1/cases/{case.reference}/"

        doors = ["", "allegations/", "involvements/", "moves/", "notes/", "messages/", "deadlines/", "files/"]
        shown = [client.get(one + door).content for door in doors] + [client.get("/api/v1/cases/").content]
        asked = client.get(f"{one}involvements/{row.public_id}/equality/")

        assert asked.status_code == 405
        assert not [each for each in [*shown, asked.content] if b"CANARY" in each]
        assert not [each for each in Detail.objects.all() if "CANARY" in str(each.details)]
        assert Event.objects.filter(verb="EQUALITY_ANSWERED").count() == 1

    def test_nothing_of_the_case_changes(self, cast: Cast) -> None:
        row = name_subject(cast, a_case(cast), "1005")
        version = by(cast, "amal", row.case)["version"]

        self.give(cast, row)

        assert by(cast, "amal", row.case)["version"] == version

    def test_those_who_name_people_give_them_for_a_subject_alone(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")
        row = name_subject(cast, case, "1005")
        involvement.name_person(**by(cast, "amal", case), who="1006", part=Involvement.Part.WITNESS)
        witness = Involvement.objects.get(case=case, part="WITNESS")

        with pytest.raises(MayNot):
            self.give(cast, row, "cai")
        with pytest.raises(Missing):
            self.give(cast, row, "kit")
        with pytest.raises(Missing):
            self.give(cast, witness)

    def test_history_stands(self, cast: Cast) -> None:
        case = Case(
            kind=Kind.COMPLAINT, state="FINALISED", origin="IMPORTED", force=cast.force, unit=cast.standards, source="old",
            source_reference="R1", received_on=AT.date(), made_on=AT.date(),
        )  # fmt: skip
        case.save(force_insert=True)
        row = Involvement.objects.create(case=case, part="SUBJECT", label="Officer 7")

        with pytest.raises(HistoryStands):
            self.give(cast, row)


class TestThroughHttp:
    def test_somebody_not_known_is_named_identified_and_taken_back(self, cast: Cast) -> None:
        case = a_case(cast)
        address = f"/api/v1/cases/{case.reference}/involvements/"

        def send(name: str, method: str, path: str, body: dict[str, Any]) -> int:
            tag = cast.client(name).get(address)["ETag"]
            answer = getattr(cast.client(name), method)(address + path, body, format="json", headers={"If-Match": tag})
            return int(answer.status_code)

        named = {"part": "SUBJECT", "called": "The tall one", "rank": "Constable", "unit": "southgate", "on_duty": True}
        assert send("amal", "post", "", named) == 204
        (shown,) = cast.client("amal").get(address).json()
        one = f"{shown['public_id']}/"
        assert (shown["called"], shown["name"], shown["unit"], shown["on_duty"]) == (
            "The tall one",
            None,
            "southgate",
            True,
        )
        assert send("amal", "put", f"{one}identity/", {"who": "ed@westshire.test"}) == 204
        assert send("amal", "post", f"{one}end/", {"reason": "Misread."}) == 409
        assert send("beth", "post", f"{one}end/", {"reason": "Misread."}) == 204
        assert send("beth", "post", f"{uuid4()}/end/", {"reason": "Misread."}) == 404

        (ended,) = cast.client("amal").get(address).json()
        assert ended["name"] == "Ed"
        assert ended["ended_at"] is not None
