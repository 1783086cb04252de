"""What bodies say beside the path, the tray of what they wait for, their names, and the files that staff put to a case."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.common.errors import Invalid, Missing
from cases import standing
from cases.deadlines import late_on
from cases.lists.owed import BODIES
from cases.models import Allegation, BodyNotice, Case, DateCorrection, Kind, LocalPolicingBody, MatterType, Referral
from cases.selectors import deadlines, get_case
from cases.services import corrections, policing_bodies, settling
from cases.services.assessment import CannotAssess
from cases.services.body_notices import DECISIONS, CannotBeDecided
from cases.services.due import recompute_open_cases
from cases.services.locking import MayNot
from cases.services.transitions import CannotMove
from cases.timetable import timetable
from tests.cases.alleging import a_recorded_case, an_investigated_case, by
from tests.cases.bodies import a_case_told, a_case_under_review, a_paper, apply, conclude, enter, on_day
from tests.cases.staying import BOTH, open_notices, sign, who, wish
from tests.cases.test_assessment import answer
from tests.cast import AT, NO_TICKS, RESOLVE, Cast, a_case, a_case_handled_outside, a_matter, assess, give_to, move

OWED = "/api/v1/cases/body-notices/owed/"
REFERRED = {"basis": "MANDATORY", "ground": "REQUIRED_BY_IOPC", "clear_on": "2026-11-20"}


class TestANoticeThatRequiresAReferral:
    """Police Reform Act 2002, Schedule 3, paragraph 4(1)(c)."""

    def test_makes_it_mandatory_from_the_day_of_the_notice(self, cast: Cast) -> None:
        case = enter(cast, a_case_handled_outside(cast), "REQUIRES_REFERRAL")

        assert (case.alleges_mandatory_referral, case.concerns_conduct) == (True, True)
        assert case.referral_clear_on == AT.date()
        due = [each.due_on for each in deadlines(case) if each.rule == "referral"]
        assert due == [AT.date() + dt.timedelta(days=1)]

    def test_blocks_every_ending_until_it_is_referred(self, cast: Cast) -> None:
        case = enter(cast, a_case_handled_outside(cast), "REQUIRES_REFERRAL")

        with pytest.raises(CannotMove):
            move(cast, case, "beth", "resolve", **RESOLVE)

        assert move(cast, case, "beth", "refer", **REFERRED).state == "REFERRED"

    def test_is_undone_by_no_assessment(self, cast: Cast) -> None:
        case = enter(cast, a_case_handled_outside(cast), "REQUIRES_REFERRAL")

        for name in ("beth", "lev"):
            with pytest.raises(CannotAssess, match="IOPC requires"):
                assess(cast, case, name, reason="We do not think so.")

        assert assess(cast, case, "lev", alleges_mandatory_referral=True).referral_clear_on == AT.date()

    def test_owes_it_whatever_was_answered(self, cast: Cast) -> None:
        case = enter(cast, a_recorded_case(cast), "REQUIRES_REFERRAL")
        Case.objects.filter(pk=case.pk).update(alleges_mandatory_referral=False, referral_clear_on=None)

        with pytest.raises(CannotMove, match="referred to the IOPC first"):
            move(cast, case, "beth", "handle_otherwise", reason="It can be put right at once.")

        read = get_case(reference=case.reference, actor=cast.actor("beth"))
        due = [each.due_on for each in deadlines(read) if each.rule == "referral"]
        assert due == [AT.date() + dt.timedelta(days=1)]

    def test_takes_it_from_a_unit(self, cast: Cast) -> None:
        case = enter(cast, give_to(cast, a_case(cast), "northgate"), "REQUIRES_REFERRAL")

        assert case.unit == cast.standards
        assert not Case.objects.visible_to(cast.actor("dee")).filter(pk=case.pk).exists()


class TestTheDayItBecameClear:
    """SI 2020/2, regulation 4: the end of the next day; 9B B14: another day is entered as a correction, which keeps the old one."""

    EARLIER = AT - dt.timedelta(days=10)

    def late(self, cast: Cast) -> Case:
        """It became clear ten days ago, and was due nine days ago."""
        case = a_case(cast, made_on=dt.date(2026, 11, 2))
        return answer(cast, case, "beth", {**NO_TICKS, "alleges_mandatory_referral": True}, at=self.EARLIER)

    def refer(self, cast: Cast, case: Case, clear_on: dt.date, basis: str = "MANDATORY", **more: Any) -> Case:
        given = {"basis": basis, "ground": "SERIOUS_ASSAULT", "clear_on": clear_on.isoformat()}
        return move(cast, case, "beth", "refer", **given, **more)

    def test_is_no_other_in_the_referral(self, cast: Cast) -> None:
        case = self.late(cast)

        with pytest.raises(Invalid) as refused:
            self.refer(cast, case, AT.date())
        referred = self.refer(cast, case, self.EARLIER.date())

        assert set(refused.value.errors) == {"clear_on"}
        assert "correct that day first" in refused.value.errors["clear_on"][0]
        assert "referral" in [each.rule for each in late_on(referred, timetable(), on=AT.date())]

    @pytest.mark.parametrize("made_by", ["enter_referral", "call_in"])
    def test_is_late_also_where_the_body_refers_it_or_the_iopc_calls_it_in(self, cast: Cast, made_by: str) -> None:
        case = self.late(cast)
        paper = {"document": str(a_paper(case)), "dated_on": AT.date().isoformat()}

        referred = move(cast, case, "beth", made_by, **paper)

        (late,) = [each for each in late_on(referred, timetable(), on=AT.date()) if each.rule == "referral"]
        assert (late.started_on, late.due_on) == (self.EARLIER.date(), self.EARLIER.date() + dt.timedelta(days=1))

    def test_is_another_once_it_was_corrected_and_the_breach_is_kept(self, cast: Cast) -> None:
        case = self.late(cast)

        corrections.correct(
            **by(cast, "beth", case), what="referral_clear_on", about=None, to=AT.date(), reason="A slip of the pen."
        )
        referred = self.refer(cast, case, AT.date())

        assert referred.referral_clear_on == AT.date()
        assert [each["rule"] for each in DateCorrection.objects.get().breached if each["rule"] == "referral"]

    def test_stays_where_the_iopc_then_requires_what_was_owed(self, cast: Cast) -> None:
        case = enter(cast, self.late(cast), "REQUIRES_REFERRAL")

        assert case.referral_clear_on == self.EARLIER.date()
        due = [each.due_on for each in deadlines(case) if each.rule == "referral"]
        assert due == [self.EARLIER.date() + dt.timedelta(days=1)]

    def test_stays_where_the_iopc_directs_twice(self, cast: Cast) -> None:
        case = self.late(cast)
        self.refer(cast, case, self.EARLIER.date(), at=self.EARLIER)
        paper = {"document": str(a_paper(case)), "dated_on": self.EARLIER.date().isoformat()}
        move(cast, case, "beth", "refer_back", at=self.EARLIER, **paper)

        first = enter(cast, case, "DIRECTS_REFERRAL", dated_on=AT.date() - dt.timedelta(days=5))
        second = enter(cast, case, "DIRECTS_REFERRAL")

        assert (first.referral_clear_on, second.referral_clear_on) == (AT.date() - dt.timedelta(days=5),) * 2

    def test_of_a_second_referral_is_its_own(self, cast: Cast) -> None:
        case = self.late(cast)
        self.refer(cast, case, self.EARLIER.date(), at=self.EARLIER)
        paper = {"document": str(a_paper(case)), "dated_on": self.EARLIER.date().isoformat()}
        move(cast, case, "beth", "refer_back", at=self.EARLIER, **paper)
        enter(cast, case, "CONSENTS_TO_REFERRAL")

        assert self.refer(cast, case, AT.date()).referral_clear_on == AT.date()
        assert [each.clear_on for each in case.referrals.order_by("pk")] == [self.EARLIER.date(), AT.date()]


def test_the_iopcs_report_is_not_from_before_it_took_the_case(cast: Cast) -> None:
    case = a_recorded_case(cast, made_on=dt.date(2026, 9, 1))
    move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-10-01")
    move(cast, case, "beth", "determine_independent", document=str(a_paper(case)), dated_on="2026-10-05")

    with pytest.raises(Invalid) as refusal:
        move(cast, case, "beth", "enter_iopc_report", document=str(a_paper(case)), dated_on="2026-10-04")

    assert "last word" in refusal.value.errors["dated_on"][0]
    reported = move(cast, case, "beth", "enter_iopc_report", document=str(a_paper(case)), dated_on="2026-10-05")
    assert reported.state == "DECISION"


def test_what_was_referred_is_referred_again_at_the_iopcs_word_alone(cast: Cast) -> None:
    """Paragraph 4(7)."""
    case = a_recorded_case(cast)
    move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")
    move(cast, case, "beth", "refer_back", document=str(a_paper(case)), dated_on="2026-11-20")
    again = {"basis": "VOLUNTARY", "ground": "GRAVITY", "clear_on": "2026-11-20"}
    with pytest.raises(CannotMove, match="referred before"):
        move(cast, case, "beth", "refer", **again)

    enter(cast, case, "CONSENTS_TO_REFERRAL")

    assert move(cast, case, "beth", "refer", **again).state == "REFERRED"


class TestAReferralThatTheIOPCDirects:
    """Paragraph 4(7): of the case as it has it back, whatever day the papers bear."""

    @pytest.fixture
    def case(self, cast: Cast) -> Case:
        """Made three weeks ago, referred then, which was entered today, and referred back today."""
        case = a_recorded_case(cast, made_on=AT.date() - dt.timedelta(days=21))
        self.refer(cast, case, "VOLUNTARY", "GRAVITY")
        return self.back(cast, case)

    def refer(self, cast: Cast, case: Case, basis: str, ground: str, clear_on: dt.date | None = None) -> Case:
        day = clear_on or AT.date()
        return move(cast, case, "beth", "refer", basis=basis, ground=ground, clear_on=day.isoformat())

    def back(self, cast: Cast, case: Case) -> Case:
        paper = {"document": str(a_paper(case)), "dated_on": AT.date().isoformat()}
        return move(cast, case, "beth", "refer_back", **paper)

    def due(self, cast: Cast, case: Case) -> list[dt.date]:
        read = get_case(reference=case.reference, actor=cast.actor("beth"))
        return [each.due_on for each in deadlines(read) if each.rule == "referral"]

    @pytest.mark.parametrize("days_before", [0, 3])
    def test_is_owed_from_the_day_on_its_notice_and_nothing_is_done_before_it(
        self, cast: Cast, case: Case, days_before: int
    ) -> None:
        dated_on = AT.date() - dt.timedelta(days=days_before)

        enter(cast, case, "DIRECTS_REFERRAL", dated_on=dated_on)

        assert self.due(cast, case) == [dated_on + dt.timedelta(days=1)]
        with pytest.raises(CannotMove, match="referred to the IOPC first"):
            move(cast, case, "beth", "handle_otherwise", reason="It can be put right at once.")
        with pytest.raises(Invalid) as refused:
            self.refer(cast, case, "VOLUNTARY", "GRAVITY", dated_on)
        assert set(refused.value.errors) == {"basis"}

        assert self.refer(cast, case, "MANDATORY", "REQUIRED_BY_IOPC", dated_on).state == "REFERRED"
        assert self.due(cast, case) == []

    def test_is_made_once_on_the_same_day_too(self, cast: Cast, case: Case) -> None:
        enter(cast, case, "DIRECTS_REFERRAL")
        self.refer(cast, case, "MANDATORY", "REQUIRED_BY_IOPC")

        self.back(cast, case)

        assert self.due(cast, case) == []
        with pytest.raises(CannotMove, match="referred before"):
            self.refer(cast, case, "MANDATORY", "REQUIRED_BY_IOPC")
        assert move(cast, case, "beth", "handle_otherwise", reason="It can be put right at once.").state == "OTBI"

    def test_is_nobodys_any_more_where_the_iopc_takes_it_up_by_itself(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        self.refer(cast, case, "VOLUNTARY", "GRAVITY")
        paper = {"document": str(a_paper(case)), "dated_on": AT.date().isoformat()}
        move(cast, case, "beth", "determine_local", investigator="fay@westshire.test", **paper)
        enter(cast, case, "DIRECTS_REFERRAL")
        assert self.due(cast, case) == [AT.date() + dt.timedelta(days=1)]

        move(cast, case, "beth", "determine_independent", **paper)

        assert self.due(cast, case) == []


class TestAReferralByTheLocalPolicingBody:
    """Paragraph 4(3): it may refer a complaint by itself, and a matter (paragraph 13). It is with the IOPC as by the authority's."""

    def enter(self, cast: Cast, case: Case, name: str = "beth") -> Case:
        paper = {"document": str(a_paper(case)), "dated_on": AT.date().isoformat()}
        return move(cast, case, name, "enter_referral", **paper)

    @pytest.mark.parametrize("make", [a_case, a_case_handled_outside, an_investigated_case, a_case_told, a_matter])
    def test_is_entered_with_its_notice_wherever_the_authority_might_refer_it(self, cast: Cast, make: Any) -> None:
        case = make(cast)
        told = {"COMPLAINANT"} if case.kind == Kind.COMPLAINT else set()

        referred = self.enter(cast, case)

        assert (referred.state, referred.referred_on, referred.kept_from_units) == ("REFERRED", AT.date(), True)
        assert referred.recorded_on == AT.date()
        [referral] = Referral.objects.filter(case=case)
        assert (referral.basis, referral.ground, referral.made_on) == ("BY_LPB", "", AT.date())
        [said] = BodyNotice.objects.filter(case=case)
        assert (said.body, said.decides, said.dated_on) == ("LPB", "enter_referral", AT.date())
        assert {notice.to for notice in open_notices(case, "REFERRAL")} == told

    @pytest.mark.parametrize(
        ("name", "details", "says"),
        [
            ("enter_referral", {}, "Your complaint of 20 November 2026 is now with the Independent Office"),
            ("call_in", {}, "Your complaint of 20 November 2026 is now with the Independent Office"),
            (
                "refer",
                {"basis": "VOLUNTARY", "ground": "GRAVITY", "clear_on": "2026-11-20"},
                "We have sent your complaint of 20 November 2026",
            ),
        ],
    )
    def test_is_not_told_as_if_the_authority_had_made_it(
        self, cast: Cast, name: str, details: dict[str, Any], says: str
    ) -> None:
        case = a_recorded_case(cast)
        paper = {"document": str(a_paper(case)), "dated_on": AT.date().isoformat()}
        move(cast, case, "beth", name, **(details or paper))
        [owed] = open_notices(case, "REFERRAL")

        drafted = settling.draft(case, owed.public_id, at=AT)

        assert says in drafted.text
        assert ("We have sent" in drafted.text) == (name == "refer")

    def test_leaves_none_to_be_made_by_the_authority(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        assess(cast, case, "beth", alleges_mandatory_referral=True)

        self.enter(cast, case)

        assert "referral" not in {
            each.rule for each in deadlines(get_case(reference=case.reference, actor=cast.actor("beth")))
        }

    def test_is_made_again_only_as_the_iopc_says(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        self.enter(cast, case)
        paper = {"document": str(a_paper(case)), "dated_on": AT.date().isoformat()}
        move(cast, case, "beth", "refer_back", **paper)

        with pytest.raises(CannotMove, match="referred before"):
            self.enter(cast, case)
        enter(cast, case, "CONSENTS_TO_REFERRAL")
        assert self.enter(cast, case).state == "REFERRED"

    def test_is_entered_by_a_delegate(self, cast: Cast) -> None:
        with pytest.raises(MayNot):
            self.enter(cast, a_case(cast), "amal")


class TestAReviewBodyThatKnowsOfAWithdrawal:
    """SI 2020/2, regulation 38(4) and (5)."""

    def test_ends_the_review_of_who_has_withdrawn(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        sign(cast, review.case)

        enter(cast, review.case, "KNOWS_OF_WITHDRAWAL", body="LPB")

        review.refresh_from_db()
        assert (review.state, review.decided_on) == ("WITHDRAWN", AT.date())
        assert review.decision.decides == "KNOWS_OF_WITHDRAWAL"
        assert open_notices(review.case, "REVIEW_BUNDLE") == []

    def test_is_told_of_it_before_the_review_is_opened_too_and_says_how_that_ends(self, cast: Cast) -> None:
        case = a_case_told(cast, complainants=BOTH)
        first, second = apply(cast, case), apply(cast, Case.objects.get(pk=case.pk), complainant=who(case, 2).public_id)
        sign(cast, case, 2)
        assert [notice.to for notice in open_notices(case, "WITHDRAWAL")] == ["LPB"]

        conclude(cast, second, "WITHDRAWN")
        conclude(cast, first, "INVALID")

        now = Case.objects.get(pk=case.pk)
        assert "review_opening" not in [each.rule for each in deadlines(now)]
        assert standing.next_review(now) is None

    def test_each_body_that_has_an_application_is_told(self, cast: Cast) -> None:
        review = a_case_under_review(cast, complainants=BOTH)
        assess(cast, review.case, "beth", alleges_crime_or_discipline=True)
        apply(cast, review.case, complainant=who(review.case, 2).public_id, made_to="IOPC")

        sign(cast, review.case, 2)

        assert sorted(notice.to for notice in open_notices(review.case, "WITHDRAWAL")) == ["IOPC", "LPB"]

    def test_knows_of_none_where_nobody_has_withdrawn(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        wish(cast, review.case)  # which has to be confirmed

        with pytest.raises(CannotBeDecided, match="enter the withdrawal first"):
            enter(cast, review.case, "KNOWS_OF_WITHDRAWAL", body="LPB")

        review.refresh_from_db()
        assert review.state == "APPLIED"

    def test_is_the_one_that_reviews_it(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        sign(cast, review.case)

        with pytest.raises(Invalid) as refused:
            enter(cast, review.case, "KNOWS_OF_WITHDRAWAL", body="IOPC")

        assert set(refused.value.errors) == {"body"}

    def test_does_not_know_before_anybody_wished_it(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        sign(cast, review.case, at=on_day(2))

        with pytest.raises(Invalid) as refused:
            enter(cast, review.case, "KNOWS_OF_WITHDRAWAL", body="LPB", dated_on=AT.date())

        assert set(refused.value.errors) == {"dated_on"}

    def test_goes_on_with_the_review_of_another_complainant(self, cast: Cast) -> None:
        review = a_case_under_review(cast, complainants=BOTH)
        sign(cast, review.case, 2)

        enter(cast, review.case, "KNOWS_OF_WITHDRAWAL", body="LPB")

        review.refresh_from_db()
        assert (review.complainant.position, review.state, review.decided_on) == (1, "APPLIED", None)
        assert len(open_notices(review.case, "REVIEW_BUNDLE")) == 1
        sign(cast, review.case)
        enter(cast, review.case, "KNOWS_OF_WITHDRAWAL", body="LPB")
        review.refresh_from_db()
        assert review.state == "WITHDRAWN"

    def test_goes_on_where_they_withdrew_one_allegation_alone(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        first = review.case.allegations.get()
        Allegation.objects.create(case=review.case, position=2, summary="He left.", code=first.code)
        sign(cast, review.case, allegation=first.public_id)

        enter(cast, review.case, "KNOWS_OF_WITHDRAWAL", body="LPB")

        review.refresh_from_db()
        assert review.state == "APPLIED"


@pytest.mark.parametrize("decides", sorted(set(DECISIONS) - {"REQUIRES_REFERRAL"}))
def test_a_notice_that_does_not_fit_the_case_is_refused(cast: Cast, decides: str) -> None:
    with pytest.raises(CannotBeDecided):
        enter(cast, a_recorded_case(cast), decides)

    assert not BodyNotice.objects.exists()


def test_nothing_requires_the_referral_of_what_is_with_the_iopc_or_no_complaint(cast: Cast) -> None:
    case = a_recorded_case(cast)
    move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-20")

    for each in (case, a_case(cast, kind=Kind.COMMENT)):
        with pytest.raises(CannotBeDecided):
            enter(cast, each, "REQUIRES_REFERRAL")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"body": "LPB"}, "body"),
        ({"document": uuid4()}, "document"),
        ({"dated_on": AT.date() + dt.timedelta(days=1)}, "dated_on"),
        ({"dated_on": AT.date() - dt.timedelta(days=1)}, "dated_on"),
    ],
)
def test_what_cannot_be_is_refused_by_name(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        enter(cast, a_recorded_case(cast), "REQUIRES_REFERRAL", **given)

    assert set(refused.value.errors) == {field}


def test_a_file_of_another_case_is_no_document_of_this_one(cast: Cast) -> None:
    with pytest.raises(Invalid):
        enter(cast, a_recorded_case(cast), "REQUIRES_REFERRAL", document=a_paper(a_case(cast)))


def test_only_the_authority_enters_a_notice(cast: Cast) -> None:
    case = a_recorded_case(cast)

    with pytest.raises(MayNot):
        enter(cast, case, "REQUIRES_REFERRAL", "amal")
    with pytest.raises(Missing):
        enter(cast, case, "REQUIRES_REFERRAL", "kit")


def owed_to_bodies(cast: Cast, name: str = "beth", **query: Any) -> list[dict[str, Any]]:
    """What bodies wait for today, on all pages."""
    client, found, cursor = cast.client(name), [], ""
    with time_machine.travel(AT, tick=False):
        while True:
            answer = client.get(OWED, {**query, **({"cursor": cursor} if cursor else {})})
            assert answer.status_code == 200, answer.content
            found += answer.json()["results"]
            cursor = answer.json()["next"]
            if not cursor:
                return found


class TestTheTray:
    def test_shows_what_came_in_to_those_who_see_the_case(self, cast: Cast) -> None:
        case = a_recorded_case(cast)
        enter(cast, case, "REQUIRES_REFERRAL")

        def tray(name: str, **query: str) -> list[str]:
            return [
                each["case"] for each in cast.client(name).get("/api/v1/cases/body-notices/", query).json()["results"]
            ]

        assert tray("beth") == tray("lev") == [case.reference]
        assert tray("kit") == tray("cai") == []
        assert tray("beth", body="LPB") == []

    def test_shows_what_each_body_waits_for(self, cast: Cast) -> None:
        review = a_case_under_review(cast)
        assert [each["kind"] for each in owed_to_bodies(cast)] == ["REVIEW_BUNDLE"]

        conclude(cast, review, "RECOMMENDS", recommendation="Apologise.")

        waiting = {each["kind"]: each["due_on"] for each in owed_to_bodies(cast, body="LPB")}
        assert waiting["RECOMMENDATION"] == on_day(28).date().isoformat()
        assert owed_to_bodies(cast, body="IOPC") == []
        assert owed_to_bodies(cast, "kit") == []

    def test_has_a_review_that_is_not_opened_yet_and_once_it_is_the_bundle_in_its_place(self, cast: Cast) -> None:
        case = a_case_told(cast)
        apply(cast, case)

        (waits,) = owed_to_bodies(cast)

        assert (waits["case"], waits["body"], waits["kind"]) == (case.reference, "LPB", "REVIEW_BUNDLE")
        assert (waits["owed_on"], waits["due_on"]) == ("2026-11-20", "2026-11-27")
        assert owed_to_bodies(cast, body="IOPC") == []
        move(cast, case, "beth", "open_review", AT + dt.timedelta(days=3))
        assert [each["due_on"] for each in owed_to_bodies(cast, body="LPB")] == ["2026-11-30"]

    def test_has_the_mandatory_referral_until_it_was_made(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast), "beth", alleges_mandatory_referral=True)

        (referral,) = owed_to_bodies(cast)

        assert (referral["case"], referral["body"], referral["kind"]) == (case.reference, "IOPC", "MANDATORY_REFERRAL")
        assert (referral["says"], referral["owed_on"], referral["due_on"]) == (
            "Refer it to the IOPC", "2026-11-20", "2026-11-21",
        )  # fmt: skip
        assert owed_to_bodies(cast, body="LPB") == []
        move(cast, case, "beth", "refer", basis="MANDATORY", ground="SERIOUS_ASSAULT", clear_on="2026-11-20")
        assert [each["kind"] for each in owed_to_bodies(cast)] == []

    def test_has_what_is_referred_for_a_death_or_serious_injury_and_what_the_iopc_requires(self, cast: Cast) -> None:
        grave = assess(cast, a_case(cast), "beth", alleges_death_or_serious_injury=True)
        required = a_case(cast)
        enter(cast, required, "REQUIRES_REFERRAL")
        Case.objects.filter(pk=required.pk).update(alleges_mandatory_referral=None)

        waiting = {each["case"] for each in owed_to_bodies(cast, body="IOPC") if each["kind"] == "MANDATORY_REFERRAL"}

        assert waiting == {grave.reference, required.reference}

    def test_has_a_referral_that_the_iopc_directs_anew(self, cast: Cast) -> None:
        case = a_recorded_case(cast, made_on=dt.date(2026, 11, 1))
        move(cast, case, "beth", "refer", basis="VOLUNTARY", ground="GRAVITY", clear_on="2026-11-02")
        move(cast, case, "beth", "refer_back", document=str(a_paper(case)), dated_on="2026-11-20")
        Referral.objects.filter(case=case).update(made_on=dt.date(2026, 11, 19))
        assert "MANDATORY_REFERRAL" not in [each["kind"] for each in owed_to_bodies(cast)]

        enter(cast, case, "DIRECTS_REFERRAL")

        assert "MANDATORY_REFERRAL" in [each["kind"] for each in owed_to_bodies(cast)]

    def test_has_the_letter_of_regulation_13_for_both_from_the_day_on_which_it_is_owed(self, cast: Cast) -> None:
        late, early = an_investigated_case(cast), an_investigated_case(cast)
        for case, made_on in ((late, "2025-11-20"), (early, "2025-11-22")):
            Case.objects.filter(pk=case.pk).update(made_on=made_on)
        recompute_open_cases()

        waiting = owed_to_bodies(cast)

        assert [(each["case"], each["body"], each["kind"], each["owed_on"]) for each in waiting] == [
            (late.reference, body, "TIMELINESS", "2026-11-20") for body in ("IOPC", "LPB")
        ]
        assert [each["body"] for each in owed_to_bodies(cast, body="LPB")] == ["LPB"]

    def test_has_what_the_list_of_all_that_is_owed_has_for_a_body_whatever_the_size_of_a_page(self, cast: Cast) -> None:
        for _ in range(2):
            assess(cast, a_case(cast), "beth", alleges_mandatory_referral=True)
            conclude(cast, a_case_under_review(cast), "RECOMMENDS", recommendation="Apologise.")
            a_matter(cast, matter_type=MatterType.DSI)
        a_case_under_review(cast, conduct=True)
        late = an_investigated_case(cast)
        Case.objects.filter(pk=late.pk).update(made_on="2025-11-01")
        recompute_open_cases()
        with time_machine.travel(AT, tick=False):
            all_owed = cast.client("beth").get("/api/v1/cases/owed/", {"days": 366, "limit": 100}).json()
        expected = sorted(
            (each["case"]["reference"], each["duty"]["due_on"])
            for each in all_owed["results"]
            for _ in range(2 if " and " in each["duty"]["owed_to"] else 1)
            if each["duty"]["owed_to"].upper() in BODIES and each["duty"]["owed_by"] == "FORCE"
        )

        for limit in (1, 2, 50):
            rows = owed_to_bodies(cast, limit=limit)
            assert sorted((each["case"], each["due_on"]) for each in rows) == expected
        assert (all_owed["next"], len(expected)) == ("", 2 + 2 + 2 + 1 + 2)

    def test_refuses_the_cursor_of_another_list(self, cast: Cast) -> None:
        for _ in range(2):
            assess(cast, a_case(cast), "beth", alleges_mandatory_referral=True)
        client = cast.client("beth")
        with time_machine.travel(AT):
            cursor = client.get("/api/v1/cases/owed/", {"limit": 1}).json()["next"]

            assert cursor
            assert client.get(OWED, {"cursor": cursor}).status_code == 400

    def test_asks_as_much_of_many_cases_as_of_few(self, cast: Cast) -> None:
        def asked() -> int:
            with CaptureQueriesContext(connection) as captured:
                owed_to_bodies(cast, limit=100)
            return len(captured)

        assess(cast, a_case(cast), "beth", alleges_mandatory_referral=True)
        a_case_under_review(cast)
        few = asked()
        for _ in range(4):
            assess(cast, a_case(cast), "beth", alleges_mandatory_referral=True)
            a_case_under_review(cast)

        assert asked() == few


class TestLocalPolicingBodies:
    """9C D11: by name and from day to day, for the word of today will not last."""

    def name(self, cast: Cast, who: str = "jo", name: str = "Westshire PCC", from_on: str = "2021-05-13") -> Any:
        return policing_bodies.name(
            force="westshire",
            name=name,
            address="1 High Street",
            from_on=dt.date.fromisoformat(from_on),
            actor=cast.actor(who),
            at=AT,
        )

    def test_one_follows_the_other(self, cast: Cast) -> None:
        self.name(cast)
        self.name(cast, "beth", "Mayor of Westshire", "2028-05-08")

        def on(day: str) -> str:
            body = LocalPolicingBody.objects.of(cast.force.pk, on=dt.date.fromisoformat(day))
            return body.name if body else ""

        assert on("2020-01-31") == ""
        assert on("2021-05-12") == "Westshire Commissioner"
        assert on("2028-05-07") == "Westshire PCC"
        assert on("2028-05-08") == "Mayor of Westshire"

    def test_none_begins_before_the_one_before_it(self, cast: Cast) -> None:
        self.name(cast)

        with pytest.raises(Invalid) as refused:
            self.name(cast)

        assert set(refused.value.errors) == {"from_on"}

    def test_is_kept_by_the_authority_and_administrators_of_the_force(self, cast: Cast) -> None:
        for stranger in ("amal", "kit", "hal"):
            with pytest.raises(MayNot):
                self.name(cast, stranger)

    def test_through_the_api(self, cast: Cast) -> None:
        url = "/api/v1/cases/local-policing-bodies/"
        body = {"force": "westshire", "name": "Westshire PCC", "address": "1 High Street", "from_on": "2021-05-13"}

        assert cast.client("amal").post(url, body, format="json").status_code == 403
        assert cast.client("jo").post(url, body, format="json").status_code == 201

        named = [each["name"] for each in cast.client("amal").get(url).json()]
        assert named == ["Westshire Commissioner", "Westshire PCC"]
        assert cast.client("kit").get(url).json() == []


class TestFiles:
    def put(self, cast: Cast, case: Case, name: str, content: bytes, called: str = "notice.pdf") -> Any:
        client = cast.client(name)
        case.refresh_from_db()
        return client.post(
            f"/api/v1/cases/{case.reference}/files/",
            {"file": ContentFile(content, name=called)},
            format="multipart",
            headers={"If-Match": f'"{case.reference}.{case.version}"'},
        )

    def test_a_file_is_kept_as_what_it_is_and_serves_as_a_document(self, cast: Cast) -> None:
        case = a_recorded_case(cast)

        put = self.put(cast, case, "beth", b"Dear Beth, refer it.", "notice.pdf")

        assert put.status_code == 201, put.content
        assert put.json()["content_type"] == "text/plain"
        listed = cast.client("beth").get(f"/api/v1/cases/{case.reference}/files/").json()
        assert [each["public_id"] for each in listed] == [put.json()["public_id"]]
        enter(cast, case, "REQUIRES_REFERRAL", document=put.json()["public_id"])

    def test_what_is_no_accepted_kind_is_refused(self, cast: Cast) -> None:
        case = a_recorded_case(cast)

        assert self.put(cast, case, "beth", b"MZ\x90\x00\x03\x00\x00\x00", "notice.pdf").status_code == 415
        assert self.put(cast, case, "beth", b"").status_code == 400

    def test_nobody_puts_one_to_what_they_do_not_see(self, cast: Cast) -> None:
        case = a_recorded_case(cast)

        assert self.put(cast, case, "cai", b"Hello.").status_code == 404
        assert get_case(reference=case.reference, actor=cast.actor("beth")).files.count() == 0

    def test_nothing_but_a_form_is_read(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast))
        answer = cast.client("beth").post(f"/api/v1/cases/{case.reference}/files/", {"file": "x"}, format="json")

        assert answer.status_code == 415
