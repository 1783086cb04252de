"""What is owed today, by whom, to whom: every open duty once, what the law sets before anything else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.clocks import TARGET
from cases.models import AllegationAction, Case, Complainant, ContactPlan, Kind, Learning
from cases.selectors import get_case
from cases.services import (
    complainants,
    contact,
    contact_plans,
    contributions,
    decisions,
    determinations,
    matters,
    messages,
    preferences,
    preservation,
    suspensions,
    withdrawals,
)
from cases.services.decisions import NewAction
from cases.services.due import recompute_open_cases
from cases.services.intake import NewComplainant
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
    set_actions,
)
from tests.cases.bodies import TOLD, a_case_told
from tests.cases.staying import BOTH, answer, said, sign, step, suspend, who
from tests.cases.test_api import imported as an_imported_case
from tests.cast import AT, CONTACT, RESOLVE, Cast, a_case, a_case_handled_outside, a_matter, assess, give_to, move

OWED = "/api/v1/cases/owed/"
LEAVE = {"result": "They wish for more.", "told": "We could not put it right. You may have it recorded."}
TODAY = AT.date()
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def owed(cast: Cast, name: str = "beth", **query: Any) -> list[dict[str, Any]]:
    """The duties on all pages, but for evidence to be looked for, which every new case begins with."""
    return [each for each in all_owed(cast, name, **query) if each["duty"]["rule"] != "evidence"]


def all_owed(cast: Cast, name: str = "beth", **query: Any) -> list[dict[str, Any]]:
    """The duties on all pages."""
    client, found, cursor = cast.client(name), [], ""
    while True:
        answer = client.get(OWED, {**query, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.content
        page = answer.json()
        found += page["results"]
        cursor = page["next"]
        if not cursor:
            return found


def rules(duties: list[dict[str, Any]]) -> list[str]:
    return [each["duty"]["rule"] for each in duties]


def a_referral(cast: Cast) -> Case:
    """A complaint that has to be referred to the IOPC by the end of tomorrow."""
    return assess(cast, a_case(cast), "beth", alleges_mandatory_referral=True)


class TestTheList:
    def test_a_row_says_what_is_owed_by_whom_to_whom_and_by_when(self, cast: Cast) -> None:
        case = a_referral(cast)

        (row,) = owed(cast)

        duty = row["duty"]
        assert (duty["rule"], duty["owed_by"], duty["owed_to"]) == ("referral", "FORCE", "IOPC")
        assert (duty["due_on"], duty["is_statutory"], row["days_over"]) == ("2026-11-21", True, -1)
        assert "regulation 4" in duty["basis"]
        assert row["case"] == {
            "reference": case.reference, "kind": "COMPLAINT", "state": "RECEIVED",
            "unit": {"slug": "professional-standards", "name": "Professional Standards"}, "handler": None,
        }  # fmt: skip
        assert row["asked_of"] is None

    def test_a_case_is_there_with_each_of_its_duties(self, cast: Cast) -> None:
        case = a_case_handled_outside(
            cast, at=AT - 40 * DAY, complainants=[NewComplainant(name="A"), NewComplainant(name="B")]
        )
        Case.objects.filter(pk=case.pk).update(handling_started_on=TODAY - 30 * DAY)
        recompute_open_cases()

        rows = owed(cast)

        assert rules(rows) == ["progress_update", "progress_update", "outside_resolution"]
        assert len({row["duty"]["about"] for row in rows[:2]}) == 2
        assert [row["days_over"] for row in rows[:2]] == [2, 2]

    def test_the_law_comes_before_any_target_however_late_that_is(self, cast: Cast) -> None:
        late = a_case(cast, at=AT - 60 * DAY)
        due_tomorrow = a_referral(cast)

        for limit in (1, 2, 100):
            rows = owed(cast, limit=limit)
            assert rows[0]["case"]["reference"] == due_tomorrow.reference
            assert {row["case"]["reference"] for row in rows[1:]} == {late.reference}
            assert [row["duty"]["is_statutory"] for row in rows] == [True] + [False] * (len(rows) - 1)

    def test_every_open_duty_in_time_is_there_once_whatever_the_size_of_a_page(self, cast: Cast) -> None:
        for days in (0, 3, 10, 40):
            a_case(cast, at=AT - days * DAY)
            a_case_handled_outside(cast, at=AT - days * DAY)
        a_referral(cast)
        expected = sorted(
            (case.reference, each["rule"], each["about"])
            for case in Case.objects.all()
            for each in cast.client("beth").get(f"/api/v1/cases/{case.reference}/deadlines/").json()
            if each["due_on"] <= f"{TODAY + 5 * DAY}"
        )

        for limit in (1, 2, 3, 50):
            rows = owed(cast, days=5, limit=limit)
            assert sorted((r["case"]["reference"], r["duty"]["rule"], r["duty"]["about"]) for r in rows) == expected
        assert len(expected) > 8

    def test_the_last_page_is_followed_by_none(self, cast: Cast) -> None:
        preservation.find_nothing(**by(cast, "beth", a_referral(cast)), reason="It was all by letter.")

        assert cast.client("beth").get(OWED, {"limit": 1}).json()["next"] == ""

    def test_what_the_complainant_owes_comes_last(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, at=AT - 40 * DAY)
        withdrawal = case.withdrawals.model(
            case_id=case.pk,
            complainant=case.complainants.get(),
            state="ASKED",
            wished_on=TODAY,
            asked_on=TODAY - 28 * DAY,
        )
        withdrawal.save()
        recompute_open_cases()

        rows = owed(cast)

        assert rules(rows)[-1] == "reply_silence"
        assert rows[-1]["duty"]["owed_by"] == "COMPLAINANT"
        assert {row["duty"]["owed_by"] for row in rows[:-1]} == {"FORCE"}

    def test_what_the_iopc_owes_is_there_too(self, cast: Cast) -> None:
        case = move(
            cast, a_referral(cast), "beth", "refer", basis="MANDATORY", ground="SERIOUS_ASSAULT", clear_on="2026-11-20"
        )
        move(cast, case, "beth", "determine_independent", document=a_document(case), dated_on="2026-11-20")

        (row,) = [row for row in owed(cast, days=28) if row["duty"]["rule"] == "progress_update"]

        assert row["duty"]["owed_by"] == "IOPC"
        assert row["case"]["reference"] == case.reference

    def test_a_closed_case_stays_while_it_owes_somebody_a_notice(self, cast: Cast) -> None:
        case = a_case(cast)
        notice = case.notices.model(case_id=case.pk, kind="WITHDRAWN", to="COMPLAINANT", owed_on=TODAY - 10 * DAY)
        notice.save()
        Case.objects.filter(pk=case.pk).update(
            closed_on=TODAY, told_on=TODAY, next_due_on=TODAY - 3 * DAY, next_due_rule="notice"
        )
        recompute_open_cases()

        assert rules(owed(cast)) == ["notice"]

    def test_history_owes_nothing(self, cast: Cast) -> None:
        an_imported_case(cast, legal_due_on=TODAY, next_due_on=TODAY)

        assert owed(cast) == []

    def test_what_another_unit_was_asked_names_that_unit(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        contributions.ask(
            reference=case.reference, unit="custody", question="Is there footage?", due=TODAY + DAY, files=[],
            actor=cast.actor("beth"), at=AT, version=case.version,
        )  # fmt: skip

        asked = [row for row in owed(cast) if row["duty"]["rule"] == "contribution"]

        assert [row["asked_of"]["slug"] for row in asked] == ["custody"]


class TestEvidenceToBeLookedFor:
    def rows(self, cast: Cast, **query: Any) -> list[dict[str, Any]]:
        return [each for each in all_owed(cast, **query) if each["duty"]["rule"] == "evidence"]

    def test_is_owed_from_the_beginning_until_some_is_noted(self, cast: Cast) -> None:
        case = a_case(cast)

        (row,) = self.rows(cast, statutory="true")

        assert (row["case"]["reference"], row["duty"]["due_on"], row["days_over"]) == (case.reference, None, None)
        assert (row["duty"]["started_on"], row["duty"]["owed_by"]) == ("2026-11-20", "FORCE")
        assert "Schedule 3, paragraphs 1 and 12" in row["duty"]["basis"]
        assert self.rows(cast, overdue="true") == []
        footage = {"kind": "CCTV", "what": "The desk.", "where": "", "captured_on": TODAY, "expires_on": None}
        preservation.note(**by(cast, "amal", case), **footage)
        assert self.rows(cast) == []

    def test_ends_where_somebody_says_that_there_is_none_and_why(self, cast: Cast) -> None:
        case = a_case(cast)

        preservation.find_nothing(**by(cast, "amal", case), reason="It was on a street without cameras.")

        assert self.rows(cast) == []
        with pytest.raises(preservation.NothingToPreserve):
            preservation.find_nothing(**by(cast, "amal", case), reason="Once more.")

    def test_is_of_what_nothing_was_found_on_yet(self, cast: Cast) -> None:
        a_case_told(cast)
        a_case(cast, kind=Kind.COMMENT)
        matter = a_matter(cast)

        assert matter.reference in [each["case"]["reference"] for each in self.rows(cast)]
        assert len(self.rows(cast)) == 2, "of the matter, and of the complaint that it arose from"


class TestWhatNoClockRunsFor:
    """Actions and learning by the days that were set for them; and without one what is to be decided, read or accepted."""

    def tasks(self, cast: Cast, name: str = "beth", **query: Any) -> list[tuple[Any, ...]]:
        rows = [row for row in owed(cast, name, **query) if row["duty"]["basis"] == TARGET or not row["duty"]["due_on"]]
        shown = [(row["duty"]["rule"], row["duty"]["due_on"], row["days_over"], row["owner"]) for row in rows]
        return [
            each for each in shown if each[0] in ("action", "learning", "public_interest", "message", "contributed")
        ]

    def with_actions(self, cast: Cast) -> Case:
        """Decided, with an apology and something to be learnt, both owned by Dee, and told."""
        case = an_otbi_case(cast)
        allegation = code(cast, alleged(cast, case))
        learns = {"text": "Train the desk.", "owner": "1004", "due_on": TODAY + 5 * DAY}
        decisions.add_learning(**by(cast, "beth", case), allegation=allegation.public_id, **learns)
        in_decision(cast, case, "lev")
        decide(cast, allegation, "NOT_ACCEPTABLE")
        set_actions(cast, allegation, NewAction("APOLOGY", owner="1004", due_on=TODAY + 3 * DAY), NewAction("DEBRIEF"))
        return move(cast, case, "beth", "send_outcome", **TOLD)

    def test_actions_and_learning_are_there_by_their_days_with_who_sees_to_them(self, cast: Cast) -> None:
        case = self.with_actions(cast)

        assert self.tasks(cast) == []
        with time_machine.travel(AT + 4 * DAY, tick=False):
            assert self.tasks(cast, days=0) == [("action", "2026-11-23", 1, "Dee")]
            assert [each[:3] for each in self.tasks(cast)] == [
                ("action", "2026-11-23", 1), ("learning", "2026-11-25", -1),
            ]  # fmt: skip
            assert [each[0] for each in self.tasks(cast, overdue="true")] == ["action"]
            assert self.tasks(cast, statutory="true") == []
            (row,) = [row for row in owed(cast) if row["duty"]["rule"] == "learning"]
        assert (row["case"]["reference"], row["duty"]["duty"]) == (case.reference, "Learn from it: Train the desk.")

    def test_they_are_there_after_the_end_until_they_are_done(self, cast: Cast) -> None:
        case = self.with_actions(cast)
        move(cast, case, "beth", "finalise", at=AT + 29 * DAY)
        with time_machine.travel(AT + 40 * DAY, tick=False):
            assert [each[0] for each in self.tasks(cast, overdue="true")] == ["action", "learning"]
        Learning.objects.update(
            done_on=TODAY, done_by=cast.users["dee"].person, evidence="The course was held on Friday."
        )
        with time_machine.travel(AT + 40 * DAY, tick=False):
            assert [each[0] for each in self.tasks(cast, overdue="true")] == ["action"]

    def test_who_may_not_see_the_case_sees_nothing_of_them_but_the_owner_what_is_theirs(self, cast: Cast) -> None:
        case = self.with_actions(cast)

        with time_machine.travel(AT + 10 * DAY, tick=False):
            assert self.tasks(cast, "cai") == self.tasks(cast, "nobody") == []
            assert len(self.tasks(cast, "amal")) == 2
            theirs = owed(cast, "dee")
        assert [row["duty"]["duty"] for row in theirs] == [
            "Do what was decided: Apology",
            "Learn from it: Train the desk.",
        ]
        assert [row["days_over"] for row in theirs] == [7, 5]
        unseen = dict.fromkeys(("kind", "state", "unit", "handler"))
        assert [row["case"] for row in theirs] == [{"reference": case.reference, **unseen}] * 2

    def test_the_owner_finds_them_among_what_is_late_and_theirs_and_by_no_unit(self, cast: Cast) -> None:
        self.with_actions(cast)

        with time_machine.travel(AT + 4 * DAY, tick=False):
            assert [each[0] for each in self.tasks(cast, "dee", overdue="true")] == ["action"]
            assert [each[0] for each in self.tasks(cast, "dee", mine="true")] == ["action", "learning"]
            assert self.tasks(cast, "dee", unit="professional-standards") == []
            assert self.tasks(cast, "dee", statutory="true") == []
            for limit in (1, 2):
                assert len(self.tasks(cast, "dee", limit=limit)) == 2

    def test_an_owner_who_sees_the_case_finds_them_once(self, cast: Cast) -> None:
        case = self.with_actions(cast)
        AllegationAction.objects.update(owner=cast.users["amal"].person)

        with time_machine.travel(AT + 4 * DAY, tick=False):
            rows = [row for row in owed(cast, "amal") if row["duty"]["rule"] == "action"]
        assert [(row["case"]["reference"], row["case"]["state"]) for row in rows] == [(case.reference, "OUTCOME_SENT")]

    def test_what_the_authority_has_to_decide_is_there_without_a_day(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        row = step(cast, suspend(cast, case), suspensions.conclude, concluded_on=TODAY)
        stated = {"complainant": who(case).public_id, "wish": "END", "stated_on": TODAY}
        row = step(cast, row, suspensions.state_wish, **stated)

        for query in ({}, {"statutory": "true"}):
            assert self.tasks(cast, **query) == [("public_interest", None, None, "")]
        assert self.tasks(cast, overdue="true") == []
        step(cast, row, suspensions.decide, public_interest="ENDS", reason="The court has looked at it.")
        assert self.tasks(cast) == []

    def test_what_they_wrote_is_there_until_somebody_has_read_it_also_once_the_case_has_ended(self, cast: Cast) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")
        assess(cast, case)
        move(cast, case, "beth", "find_not_a_complaint", why="NOT_ABOUT_POLICE", told="It is not about us.")
        written = messages.receive(case_id=case.pk, text="But it is. Record it.", wish="RECORD", files=[], at=AT)

        assert self.tasks(cast) == [("message", None, None, "")]
        assert self.tasks(cast, overdue="true") == self.tasks(cast, statutory="true") == []
        messages.mark_read(**by(cast, "beth", case), message=written.public_id)
        assert self.tasks(cast) == []

    def test_what_was_contributed_is_there_until_it_is_accepted(self, cast: Cast) -> None:
        case = a_case(cast)
        asked, _ = contributions.ask(**by(cast, "amal", case), unit="southgate", question="?", due=None, files=[])
        assert self.tasks(cast) == []
        contributions.submit(public_id=asked.public_id, text="Kept.", actor=cast.actor("ed"), at=AT, version=1)

        (row,) = [row for row in owed(cast) if row["duty"]["rule"] == "contributed"]
        assert (row["case"]["reference"], row["duty"]["about"]) == (case.reference, str(asked.public_id))
        contributions.accept(**by(cast, "amal", case), public_id=asked.public_id)
        assert self.tasks(cast) == []

    def test_every_one_is_there_once_whatever_the_size_of_a_page(self, cast: Cast) -> None:
        for _ in range(2):
            self.with_actions(cast)

        with time_machine.travel(AT + 10 * DAY, tick=False):
            for limit in (1, 3, 50):
                assert sorted(each[0] for each in self.tasks(cast, limit=limit)) == [
                    "action", "action", "learning", "learning",
                ]  # fmt: skip


def to_do(cast: Cast, rule: str, name: str = "beth", **query: Any) -> list[dict[str, Any]]:
    """What is to be done by that rule, each with its case."""
    return [{**row["duty"], "case": row["case"]["reference"]} for row in owed(cast, name, **query) if is_of(row, rule)]


def is_of(row: dict[str, Any], rule: str) -> bool:
    return bool(row["duty"]["rule"] == rule)


class TestWhatAllHaveWithdrawn:
    """It is somebody's to end, and to ask what the public interest wants: the law sets no day for that (regulation 38)."""

    def test_it_is_there_once_the_last_has_withdrawn_until_it_is_ended(self, cast: Cast) -> None:
        case = an_otbi_case(cast, complainants=BOTH)
        sign(cast, case, 1)
        assert to_do(cast, "withdrawn") == []
        sign(cast, case, 2)

        (task,) = to_do(cast, "withdrawn")
        assert (task["case"], task["about"], task["due_on"]) == (case.reference, "", None)
        assert (task["started_on"], task["owed_by"], task["is_statutory"]) == (f"{TODAY}", "FORCE", True)
        assert task["duty"].startswith("End it, and decide what the public interest asks for")
        assert [each["case"] for each in to_do(cast, "withdrawn", statutory="true")] == [case.reference]
        assert to_do(cast, "withdrawn", overdue="true") == []
        move(cast, case, "beth", "withdraw", public_interest="ENDS")
        assert to_do(cast, "withdrawn") == []

    def test_it_goes_with_who_takes_it_back(self, cast: Cast) -> None:
        row = sign(cast, an_otbi_case(cast))
        assert to_do(cast, "withdrawn")

        answer(cast, row, withdrawals.deny)

        assert to_do(cast, "withdrawn") == []

    def test_who_is_only_kept_informed_holds_nothing_up(self, cast: Cast) -> None:
        case = an_otbi_case(cast)
        interested = {"name": "Ola", "email": "ola@home.test", "telephone": "", "address": ""}
        matters.add_interested_person(**by(cast, "beth", case), **interested)
        sign(cast, case)

        assert to_do(cast, "withdrawn")

    def test_one_allegation_is_there_by_itself_until_it_is_ended(self, cast: Cast) -> None:
        case = an_otbi_case(cast, complainants=BOTH)
        part, other = alleged(cast, case), alleged(cast, case, summary="He pushed me.")
        sign(cast, case, 1, allegation=part.public_id)
        sign(cast, case, 1, allegation=other.public_id)
        sign(cast, case, 2, allegation=part.public_id)

        (task,) = to_do(cast, "allegation_withdrawn")
        assert (task["about"], task["duty"].split(",")[0]) == (str(part.public_id), "End that part")
        assert to_do(cast, "withdrawn") == []
        withdrawals.end_allegation(**by(cast, "beth", case), allegation=part.public_id, public_interest="ENDS")
        assert to_do(cast, "allegation_withdrawn") == to_do(cast, "withdrawn") == []

    def test_the_iopc_owes_its_word_first_on_what_was_referred(self, cast: Cast) -> None:
        case = move(cast, an_otbi_case(cast), "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on=f"{TODAY}")
        sign(cast, case)

        (task,) = to_do(cast, "withdrawn")
        assert (task["owed_by"], task["duty"].split(":")[0]) == ("IOPC", "Say whether it ends")
        said(cast, case, "IOPC", "LETS_WITHDRAW")
        assert [each["owed_by"] for each in to_do(cast, "withdrawn")] == ["FORCE"]

    @pytest.mark.parametrize("by_rank", [False, True])
    def test_nothing_of_it_is_there_once_the_outcome_was_told_or_it_goes_to_another_authority(
        self, cast: Cast, by_rank: bool
    ) -> None:
        sign(cast, a_case_told(cast))
        handed_over = a_recorded_case(cast)
        sign(cast, handed_over)
        assert [each["case"] for each in to_do(cast, "withdrawn")] == [handed_over.reference]

        if by_rank:
            name_subject(cast, handed_over, "", label="Who gave the order", rank="Chief Constable")
        else:
            determinations.set_chief_officer(
                **by(cast, "beth", handed_over), concerns_chief_officer=True, reason="It is he."
            )

        assert to_do(cast, "withdrawn") == []

    def test_nothing_of_it_is_there_where_part_2_has_ceased(self, cast: Cast) -> None:
        case = an_investigated_case(cast)
        row = step(cast, suspend(cast, case), suspensions.conclude, concluded_on=TODAY)
        row = step(cast, row, suspensions.state_wish, complainant=who(case).public_id, wish="END", stated_on=TODAY)
        step(cast, row, suspensions.decide, public_interest="ENDS", reason="The court has looked at it.")

        sign(cast, case)

        assert to_do(cast, "withdrawn") == []

    def test_nobody_is_shown_what_they_may_not_see(self, cast: Cast) -> None:
        sign(cast, an_otbi_case(cast))

        assert [name for name in ("amal", "cai", "dee", "ed", "gwen", "lev") if to_do(cast, "withdrawn", name)] == [
            "amal", "lev",
        ]  # fmt: skip


class TestWhoJoined:
    """The views of who joins after the first contact are sought as well: no day is set for it (Schedule 3, paragraph 2(6))."""

    NOOR = NewComplainant(name="Noor Hill", email="noor@home.test")

    def join(self, cast: Cast, case: Case, at: dt.datetime = AT, **more: Any) -> Complainant:
        return complainants.add(**by(cast, "beth", case, at), new=replace(self.NOOR, **more))[0]

    def log(self, cast: Cast, case: Case, whom: Complainant, **more: Any) -> None:
        said = {"views": "", "wishes_recording": None, "note": "", **more}
        contact.log_attempt(
            **by(cast, "beth", case), complainant=whom.public_id, how="TELEPHONE", tried_at=AT, **said
        )  # fmt: skip

    def test_they_are_there_until_they_are_reached(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        assert to_do(cast, "joined") == []
        noor = self.join(cast, case)

        (task,) = to_do(cast, "joined")
        assert (task["case"], task["about"], task["due_on"]) == (case.reference, str(noor.public_id), None)
        assert (task["started_on"], task["owed_to"], task["is_statutory"]) == (f"{TODAY}", "complainant", True)
        assert "paragraph 2(6)" in task["basis"]
        assert len(to_do(cast, "joined", statutory="true")) == 1
        assert to_do(cast, "joined", overdue="true") == []
        self.log(cast, case, noor, reached=False)
        self.log(cast, case, who(case, 1), reached=True)
        assert len(to_do(cast, "joined")) == 1
        self.log(cast, case, noor, reached=True, views="Talk to the sergeant.")
        assert to_do(cast, "joined") == []

    def test_before_the_first_contact_that_is_owed_to_all_of_them(self, cast: Cast) -> None:
        case = move(cast, a_case(cast), "amal", "take")
        self.join(cast, case)

        assert to_do(cast, "joined") == []
        assess(cast, case)
        move(cast, case, "amal", "record_contact", AT + DAY, **{**CONTACT, "contacted_on": f"{TODAY + DAY}"})

        assert to_do(cast, "joined") == []

    def test_who_left_no_way_to_be_reached_or_has_withdrawn_or_has_no_consent_is_not(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        self.join(cast, case, email="")
        sign(cast, case, self.join(cast, case).position)
        acting = {"relationship": Complainant.Relationship.REPRESENTATIVE, "acts_for": "Maya Field"}
        rita = self.join(cast, case, **acting)
        assert [task["about"] for task in to_do(cast, "joined")] == [str(rita.public_id)]

        preferences.end_consent(**by(cast, "amal", case), complainant=rita.public_id, ended_on=TODAY)

        assert to_do(cast, "joined") == []

    def test_where_a_contact_was_found_impossible_who_was_not_tried_is(self, cast: Cast) -> None:
        case = move(cast, a_case(cast, complainants=[NewComplainant(anonymous=True)]), "amal", "take")
        contact.find_impossible(**by(cast, "amal", case), reason="They left no way to be reached.")
        noor = self.join(cast, case)

        assert [task["about"] for task in to_do(cast, "joined")] == [str(noor.public_id)]
        self.log(cast, case, noor, reached=False)
        assert to_do(cast, "joined") == []

    def test_once_the_outcome_was_told_nobody_asks_how_it_is_handled(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        self.join(cast, case)

        move(cast, case, "amal", "resolve", **RESOLVE)

        assert to_do(cast, "joined") == []

    def test_who_holds_it_sees_it_and_no_other_unit(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)
        self.join(cast, case)
        give_to(cast, case, "northgate")

        assert [name for name in ("amal", "cai", "ed", "gwen") if to_do(cast, "joined", name)] == ["amal", "cai"]


class TestWhatWasOfferedToBeRecorded:
    """Nobody declines by silence: what was left unresolved is there until it is recorded, or closed for their no."""

    def unresolved(self, cast: Cast) -> Case:
        return move(cast, a_case_handled_outside(cast), "amal", "leave_unresolved", **LEAVE)

    def test_it_is_there_from_the_offer_until_they_decline_however_long_that_takes(self, cast: Cast) -> None:
        case = self.unresolved(cast)

        with time_machine.travel(AT + 90 * DAY, tick=False):
            (task,) = to_do(cast, "recording_offer")
            assert to_do(cast, "recording_offer", overdue="true") == []
            assert to_do(cast, "recording_offer", statutory="true") == []
        assert (task["case"], task["started_on"], task["due_on"]) == (case.reference, f"{TODAY}", None)
        assert (task["duty"].split(":")[0], task["owed_to"]) == (
            "Ask whether they wish it to be recorded",
            "complainant",
        )
        move(cast, case, "beth", "close_outside", declined_on=f"{TODAY}", told="It is closed.")
        assert to_do(cast, "recording_offer") == []

    def test_a_wish_to_record_it_is_a_duty_with_a_day_instead(self, cast: Cast) -> None:
        case = self.unresolved(cast)

        messages.receive(case_id=case.pk, text="Yes, record it.", wish="RECORD", files=[], at=AT)

        assert to_do(cast, "recording_offer") == []
        assert "recording_decision" in rules(owed(cast, days=10))

    def test_what_all_have_withdrawn_is_to_be_ended_instead(self, cast: Cast) -> None:
        case = self.unresolved(cast)

        sign(cast, case)

        assert to_do(cast, "recording_offer") == []
        assert to_do(cast, "withdrawn")

    def test_who_holds_it_sees_it_and_no_other_unit(self, cast: Cast) -> None:
        give_to(cast, self.unresolved(cast), "northgate")

        assert [name for name in ("amal", "cai", "ed", "gwen") if to_do(cast, "recording_offer", name)] == [
            "amal",
            "cai",
        ]


class TestContactPlans:
    """A plan is of a person: that it is to be looked at again is shown once, on the newest of what they made."""

    MAYA = NewComplainant(name="Maya Field", email="maya@home.test", telephone="0121 496 0000")

    def with_a_plan(self, cast: Cast) -> tuple[Case, ContactPlan]:
        """What Maya complained of first, and a plan for her by Amal, to be looked at in ten days."""
        case = a_case(cast, complainants=[self.MAYA], at=AT - DAY)
        plan = contact_plans.make(
            reference=case.reference, complainant=who(case).public_id, text="A letter a month.",
            review_on=TODAY + 10 * DAY, actor=cast.actor("amal"), at=AT,
        )  # fmt: skip
        return case, plan

    def test_it_is_there_by_its_day_until_somebody_has_reviewed_it(self, cast: Cast) -> None:
        case, plan = self.with_a_plan(cast)
        assert to_do(cast, "contact_plan", days=9) == []

        (task,) = to_do(cast, "contact_plan", days=10)
        assert (task["case"], task["about"], task["due_on"]) == (
            case.reference, str(plan.public_id), f"{TODAY + 10 * DAY}",
        )  # fmt: skip
        with time_machine.travel(AT + 11 * DAY, tick=False):
            assert [row["days_over"] for row in owed(cast, overdue="true") if is_of(row, "contact_plan")] == [1]
            assert to_do(cast, "contact_plan", statutory="true") == []
            contact_plans.review(
                reference=case.reference, public_id=plan.public_id, text="", review_on=TODAY + 90 * DAY, version=1,
                actor=cast.actor("beth"), at=AT + 11 * DAY,
            )  # fmt: skip
            assert to_do(cast, "contact_plan") == []

    def test_it_is_there_once_on_the_newest_of_their_cases_also_once_all_have_ended(self, cast: Cast) -> None:
        self.with_a_plan(cast)
        newest = a_case(cast, complainants=[NewComplainant(anonymous=True, telephone="+44 121 4960000")])
        a_case(cast, complainants=[NewComplainant(name="Omar", email="omar@home.test")], at=AT + DAY)

        assert [task["case"] for task in to_do(cast, "contact_plan", days=10)] == [newest.reference]
        Case.objects.update(closed_on=TODAY + DAY)
        assert [task["case"] for task in to_do(cast, "contact_plan", days=10)] == [newest.reference]
        assert to_do(cast, "contact_plan", days=10, limit=1) == to_do(cast, "contact_plan", days=10)

    def test_it_goes_with_the_plan(self, cast: Cast) -> None:
        case, plan = self.with_a_plan(cast)

        contact_plans.end(
            reference=case.reference, public_id=plan.public_id, reason="It helped.", actor=cast.actor("beth"), at=AT,
            version=1,
        )  # fmt: skip

        assert to_do(cast, "contact_plan", days=10) == []

    def test_those_who_review_plans_are_asked_each_on_what_they_may_see(self, cast: Cast) -> None:
        case, _ = self.with_a_plan(cast)
        given = give_to(cast, a_case_handled_outside(cast, complainants=[self.MAYA]), "northgate")
        sealed = a_case(cast, complainants=[self.MAYA])
        Case.objects.filter(pk=sealed.pk).update(restricted=True)

        def sees(name: str) -> list[str]:
            return [task["case"] for task in to_do(cast, "contact_plan", name, days=10)]

        assert sees("beth") == sees("amal") == [given.reference]
        assert sees("cai") == sees("ed") == sees("gwen") == []
        Case.objects.filter(pk=given.pk).update(restricted=True)
        assert sees("beth") == [case.reference]


class TestFilters:
    def test_by_days(self, cast: Cast) -> None:
        a_referral(cast)

        assert rules(owed(cast, days=1)) == ["referral"]
        assert rules(owed(cast, days=0)) == []

    def test_mine_a_units_the_laws_and_what_is_late(self, cast: Cast) -> None:
        mine = move(cast, a_case(cast, at=AT - 9 * DAY), "amal", "take")
        given = give_to(cast, a_case_handled_outside(cast, at=AT - 40 * DAY), "northgate")
        referral = a_referral(cast)

        def of(name: str = "beth", **query: Any) -> set[str]:
            return {row["case"]["reference"] for row in owed(cast, name, **query)}

        assert of() == {mine.reference, given.reference, referral.reference}
        assert of("amal", mine="true") == {mine.reference}
        assert of(unit="northgate") == {given.reference}
        assert of(statutory="true") == {referral.reference}
        assert of(overdue="true") == {mine.reference, given.reference}
        assert of(overdue="true", statutory="true") == set()

    @pytest.mark.parametrize(
        "query",
        [{"days": "-1"}, {"days": "x"}, {"state": "RECEIVED"}, {"cursor": "law.x"}, {"cursor": "x"}, {"limit": "0"}],
    )
    def test_anything_else_is_refused_by_name(self, cast: Cast, query: dict[str, str]) -> None:
        answer = cast.client("beth").get(OWED, query)

        assert (answer.status_code, list(answer.json()["errors"])) == (400, list(query))

    def test_a_cursor_of_another_list_is_refused(self, cast: Cast) -> None:
        a_case(cast, at=AT - 9 * DAY)
        a_case(cast, at=AT - 9 * DAY)
        client = cast.client("beth")
        cursor = client.get("/api/v1/cases/", {"limit": 1}).json()["next"]

        assert client.get(OWED, {"cursor": f"law.{cursor}"}).status_code == 400


class TestWhoSeesIt:
    def test_each_is_shown_the_duties_of_what_they_may_see(self, cast: Cast) -> None:
        given = give_to(cast, a_case_handled_outside(cast, at=AT - 40 * DAY), "northgate")
        conduct, comment = a_referral(cast), a_case(cast, kind=Kind.COMMENT, at=AT - 40 * DAY)
        sealed = a_case(cast, at=AT - 40 * DAY)
        Case.objects.filter(pk=sealed.pk).update(restricted=True)

        def sees(name: str) -> set[str]:
            return {row["case"]["reference"] for row in owed(cast, name)}

        assert sees("beth") == {given.reference, conduct.reference, comment.reference}
        assert sees("cai") == sees("amal") == {given.reference}
        assert sees("gwen") == {comment.reference}
        assert sees("ed") == sees("nobody") == sees("kit") == set()

    def test_nobody_signed_in_sees_nothing(self, browser: Any) -> None:
        assert browser.get(OWED).status_code == 401


def test_a_page_asks_as_much_with_many_cases_as_with_few(cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            cast.client("beth").get(OWED, {"limit": 100})
        return len(captured)

    for _ in range(2):
        a_case(cast, at=AT - 9 * DAY)
    a_referral(cast)
    few = asked()
    for _ in range(6):
        a_case(cast, at=AT - 9 * DAY)
        a_referral(cast)

    assert asked() == few


def test_so_it_does_with_much_to_do(cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(cast.client("beth").get(OWED, {"limit": 100, "days": 10}).json()["results"]) > 3
        return len(captured)

    def something_of_each(maya: NewComplainant) -> None:
        sign(cast, an_otbi_case(cast))
        case = a_case_handled_outside(cast, complainants=[maya])
        complainants.add(**by(cast, "beth", case), new=TestWhoJoined.NOOR)
        contact_plans.make(
            reference=case.reference, complainant=who(case).public_id, text="A letter a month.", review_on=TODAY + DAY,
            actor=cast.actor("amal"), at=AT,
        )  # fmt: skip
        for kind in (Kind.COMMENT, Kind.COMPLAINT):
            messages.receive(case_id=a_case(cast, kind=kind).pk, text="And?", wish="", files=[], at=AT)

    something_of_each(NewComplainant(name="Maya", email="maya@home.test"))
    few = asked()
    for number in range(2):
        something_of_each(NewComplainant(name="Maya", email=f"maya{number}@home.test"))

    assert asked() == few


def test_the_list_derives_what_the_case_itself_shows(cast: Cast) -> None:
    case = a_referral(cast)

    (row,) = owed(cast)

    shown = get_case(reference=case.reference, actor=cast.actor("beth"))
    assert row["duty"]["due_on"] == f"{shown.next_due_on}"
