"""What is only chosen and recorded is a list that staff keep: it holds on the day of the entry, and what was entered stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from backend.common.errors import Invalid
from cases.models import Case, Code, EqualityAnswers, Involvement, Notice
from cases.selectors import choices_on, get_case, next_moves
from cases.services import codes, involvement, settling
from tests.cases.alleging import a_recorded_case, by
from tests.cast import AT, Cast, a_case, assess, move

TODAY = AT.date()
TOMORROW = TODAY + dt.timedelta(days=1)
NEXT_DAY = AT + dt.timedelta(days=1)

# As domain law and guidance have them, written down a second time.
SEEDED = {
    "NOT_A_COMPLAINT": "CRIME_REPORT DUPLICATE INFORMATION_REQUEST NOT_ABOUT_POLICE NO_STANDING OTHER_BODY"
    " SERVES_WITH_THIS_FORCE SERVICE_REQUEST",
    "HARM_GROUND": "ADVERSE_EFFECT CRIME_PREVENTION NATIONAL_SECURITY PROCEEDINGS PUBLIC_INTEREST",
    "RECORD_COPY_GROUND": "PROCEEDINGS PUBLIC_INTEREST",
    "SEX": "FEMALE MALE OTHER PREFER_NOT_TO_SAY",
    "AGE": "18_29 30_39 40_49 50_59 60_AND_OVER PREFER_NOT_TO_SAY UNDER_18",
    "ETHNICITY": "ASIAN_BANGLADESHI ASIAN_CHINESE ASIAN_INDIAN ASIAN_OTHER ASIAN_PAKISTANI BLACK_AFRICAN BLACK_CARIBBEAN"
    " BLACK_OTHER MIXED_OTHER MIXED_WHITE_AND_ASIAN MIXED_WHITE_AND_BLACK_AFRICAN MIXED_WHITE_AND_BLACK_CARIBBEAN OTHER"
    " PREFER_NOT_TO_SAY WHITE_BRITISH WHITE_GYPSY_OR_TRAVELLER WHITE_IRISH WHITE_OTHER",
    "DISABILITY": "NO PREFER_NOT_TO_SAY YES",
    "SENIOR_RANK": "CHIEF_INSPECTOR CHIEF_SUPERINTENDENT INSPECTOR SUPERINTENDENT",
    "SUBJECT_TYPE": "CONTRACTOR OFFICER PCSO SPECIAL STAFF VOLUNTEER",
}


def add(cast: Cast, table: str, code: str, *, from_on: dt.date = TOMORROW) -> Code:
    return codes.add(
        table=table, code=code, label=f"In words: {code}", source="Agreed here.", from_on=from_on, actor=cast.actor("jo"),
        at=AT,
    )  # fmt: skip


def end(cast: Cast, table: str, code: str) -> Code:
    return codes.end(table=table, code=code, before_2020=False, on=TOMORROW, actor=cast.actor("jo"), at=AT)


def named(cast: Cast, case: Case, who: str, at: dt.datetime = AT, **more: Any) -> Involvement:
    involvement.name_person(**by(cast, "beth", case, at), who=who, part=Involvement.Part.SUBJECT, **more)
    return Involvement.objects.filter(case=case).latest("pk")


@pytest.mark.parametrize("table", SEEDED)
def test_the_list_begins_as_the_guidance_has_it_and_says_where_it_stands(db: None, table: str) -> None:
    rows = Code.objects.filter(table=table)

    assert sorted(row.code for row in rows) == SEEDED[table].split()
    assert all(row.source and row.label and row.from_on == dt.date(2020, 2, 1) and not row.until_on for row in rows)


class TestWhyItIsNotAComplaint:
    def refused(self, cast: Cast, case: Case, why: Any, at: dt.datetime = AT) -> list[str]:
        with pytest.raises(Invalid) as refusal:
            move(cast, case, "lev", "find_not_a_complaint", at, why=why, told="It is no complaint.")
        return refusal.value.errors["why"]

    def test_a_reason_may_be_given_from_the_day_on_which_it_begins(self, cast: Cast) -> None:
        case = assess(cast, move(cast, a_case(cast), "amal", "take"))
        add(cast, "NOT_A_COMPLAINT", "TEST_MESSAGE")

        [told] = self.refused(cast, case, "TEST_MESSAGE")
        assert (
            told
            == f"Why it is not a complaint: one of {', '.join(choices_on(TODAY, 'NOT_A_COMPLAINT')['NOT_A_COMPLAINT'])}."
        )
        ended = move(cast, case, "lev", "find_not_a_complaint", NEXT_DAY, why="TEST_MESSAGE", told="It was a test.")
        assert ended.outcome == "TEST_MESSAGE"

    def test_an_ended_reason_is_not_given_any_more_and_what_ended_by_it_stays(self, cast: Cast) -> None:
        before, after = (assess(cast, move(cast, a_case(cast), "amal", "take")) for _ in range(2))
        move(cast, before, "lev", "find_not_a_complaint", why="DUPLICATE", told="You said so before.")
        end(cast, "NOT_A_COMPLAINT", "DUPLICATE")

        assert "DUPLICATE" not in self.refused(cast, after, "DUPLICATE", NEXT_DAY)[0]
        assert cast.client("beth").get(f"/api/v1/cases/{before.reference}/").json()["outcome"] == "DUPLICATE"

    @pytest.mark.parametrize("why", [None, "", 7, ["DUPLICATE"], "duplicate", "PROCEEDINGS"])
    def test_nothing_else_is_a_reason(self, cast: Cast, why: Any) -> None:
        case = assess(cast, move(cast, a_case(cast), "amal", "take"))

        assert "NOT_ABOUT_POLICE" in self.refused(cast, case, why)[0]

    def test_the_moves_offer_those_of_the_day(self, cast: Cast) -> None:
        case = assess(cast, move(cast, a_case(cast), "amal", "take"))
        add(cast, "NOT_A_COMPLAINT", "TEST_MESSAGE")
        end(cast, "NOT_A_COMPLAINT", "DUPLICATE")

        def offered(on: dt.date) -> tuple[str, ...]:
            lev = cast.actor("lev")
            moves = next_moves(get_case(reference=case.reference, actor=lev), actor=lev, on=on)
            return next(each for each in moves if each.move == "find_not_a_complaint").needs[0].choices

        assert set(offered(TODAY)) ^ set(offered(TOMORROW)) == {"TEST_MESSAGE", "DUPLICATE"}


class TestTheGroundsOfTheHarmTest:
    def keep_back(self, cast: Cast, notice: Notice, ground: str, at: dt.datetime = AT) -> Notice:
        case, reason = Case.objects.get(pk=notice.case_id), "A witness is at risk."
        return settling.withhold(**by(cast, "beth", case, at), notice=notice.public_id, ground=ground, reason=reason)[0]

    def owed(self, cast: Cast, kind: str) -> Notice:
        case = a_recorded_case(cast)
        who = case.complainants.get()
        return Notice.objects.create(case=case, kind=kind, to="COMPLAINANT", complainant=who, owed_on=TODAY)

    def test_a_ground_may_be_taken_from_the_day_on_which_it_begins(self, cast: Cast) -> None:
        notice = self.owed(cast, "HANDLING")
        add(cast, "HARM_GROUND", "THIRD_PARTY")

        with pytest.raises(Invalid) as refusal:
            self.keep_back(cast, notice, "THIRD_PARTY")
        assert refusal.value.errors == {"ground": [f"Choose one of {', '.join(SEEDED['HARM_GROUND'].split())}."]}
        assert self.keep_back(cast, notice, "THIRD_PARTY", NEXT_DAY).harm == "THIRD_PARTY"

    def test_an_ended_ground_is_not_taken_any_more_and_what_rests_on_it_stays(self, cast: Cast) -> None:
        before, after = (self.owed(cast, "HANDLING") for _ in range(2))
        self.keep_back(cast, before, "NATIONAL_SECURITY")
        end(cast, "HARM_GROUND", "NATIONAL_SECURITY")

        with pytest.raises(Invalid):
            self.keep_back(cast, after, "NATIONAL_SECURITY", NEXT_DAY)
        shown = cast.client("beth").get(f"/api/v1/cases/{before.case.reference}/notices/").json()
        assert [each["harm"] for each in shown if each["public_id"] == str(before.public_id)] == ["NATIONAL_SECURITY"]

    def test_a_copy_of_the_record_has_fewer_grounds_of_its_own(self, cast: Cast) -> None:
        notice = self.owed(cast, "RECORD_COPY")

        with pytest.raises(Invalid) as refusal:
            self.keep_back(cast, notice, "NATIONAL_SECURITY")
        assert refusal.value.errors == {"ground": ["Choose one of PROCEEDINGS, PUBLIC_INTEREST."]}


class TestTheTypesOfThoseComplainedAbout:
    def test_a_type_may_be_said_from_the_day_on_which_it_begins(self, cast: Cast) -> None:
        case = a_case(cast)
        add(cast, "SUBJECT_TYPE", "CADET")

        with pytest.raises(Invalid) as refusal:
            named(cast, case, "1005", subject_type="CADET")
        assert refusal.value.errors == {"subject_type": [f"Choose one of {', '.join(SEEDED['SUBJECT_TYPE'].split())}."]}
        assert named(cast, case, "1005", NEXT_DAY, subject_type="CADET").subject_type == "CADET"

    def test_an_ended_type_is_not_said_any_more_and_who_was_named_so_stays(self, cast: Cast) -> None:
        case = a_case(cast)
        row = named(cast, case, "1005", subject_type="CONTRACTOR")
        end(cast, "SUBJECT_TYPE", "CONTRACTOR")

        with pytest.raises(Invalid):
            named(cast, case, "1006", NEXT_DAY, subject_type="CONTRACTOR")
        shown = cast.client("beth").get(f"/api/v1/cases/{case.reference}/involvements/").json()
        assert [each["subject_type"] for each in shown if each["public_id"] == str(row.public_id)] == ["CONTRACTOR"]

    def test_what_somebody_is_comes_from_their_own_entry_where_it_is_not_said(self, cast: Cast) -> None:
        end(cast, "SUBJECT_TYPE", "OFFICER")

        assert named(cast, a_case(cast), "1005", NEXT_DAY).subject_type == "OFFICER"


class TestTheEqualityQuestions:
    def complain(self, **equality: str) -> Any:
        body = {"what_happened": "Nobody came.", "equality": equality}
        return APIClient().post("/api/v1/complaints/", body, format="json")

    def offered(self) -> dict[str, list[str]]:
        answer = APIClient().get("/api/v1/complaints/equality/")
        assert answer.status_code == 200
        return {question: [each["code"] for each in offers] for question, offers in answer.json().items()}

    def test_a_form_reads_what_it_may_offer_without_signing_in(self, cast: Cast) -> None:
        assert {question: " ".join(offers) for question, offers in self.offered().items()} == {
            question: SEEDED[question.upper()] for question in ("sex", "ethnicity", "age", "disability")
        }
        told = APIClient().get("/api/v1/complaints/equality/").json()
        assert told["disability"][0] == {"code": "NO", "title": "No"}
        assert APIClient().get("/api/v1/complaints/equality/?on=2020-01-01").status_code == 400

    def test_an_answer_is_offered_and_taken_from_the_day_on_which_it_begins(self, cast: Cast) -> None:
        with time_machine.travel(AT, tick=False):
            add(cast, "SEX", "NON_BINARY")
            refused = self.complain(sex="NON_BINARY", age="YOUNG")
            assert "NON_BINARY" not in self.offered()["sex"]
        with time_machine.travel(NEXT_DAY, tick=False):
            assert "NON_BINARY" in self.offered()["sex"]
            assert self.complain(sex="NON_BINARY").status_code == 201

        assert (refused.status_code, set(refused.json()["errors"])) == (400, {"equality.sex", "equality.age"})
        assert refused.json()["errors"]["equality.sex"] == ["Choose one of FEMALE, MALE, OTHER, PREFER_NOT_TO_SAY."]
        assert EqualityAnswers.objects.get().sex == "NON_BINARY"

    def test_an_ended_answer_is_not_taken_any_more_and_what_was_answered_stays(self, cast: Cast) -> None:
        with time_machine.travel(AT, tick=False):
            assert self.complain(age="60_AND_OVER").status_code == 201
            end(cast, "AGE", "60_AND_OVER")
        with time_machine.travel(NEXT_DAY, tick=False):
            assert self.complain(age="60_AND_OVER").status_code == 400

        assert EqualityAnswers.objects.get().age == "60_AND_OVER"

    def test_the_day_is_london_s(self, cast: Cast) -> None:
        """In summer London's day begins at eleven in the evening of UTC."""
        add(cast, "SEX", "NON_BINARY", from_on=dt.date(2027, 6, 2))

        with time_machine.travel(dt.datetime(2027, 6, 1, 23, 30, tzinfo=dt.UTC), tick=False):
            assert self.complain(sex="NON_BINARY").status_code == 201

    def test_of_a_subject_they_are_held_against_the_same_lists(self, cast: Cast) -> None:
        case = a_case(cast)
        address = f"/api/v1/cases/{case.reference}/involvements/{named(cast, case, '1005').public_id}/equality/"

        def give(**answers: str) -> Any:
            return cast.client("beth").post(address, answers, format="json")

        refused = give(sex="UNHEARD_OF")
        assert (refused.status_code, refused.json()["errors"]) == (
            400, {"sex": ["Choose one of FEMALE, MALE, OTHER, PREFER_NOT_TO_SAY."]},
        )  # fmt: skip
        assert give(sex="FEMALE", age="").status_code == 204


class TestTheRanksThatAreSeniorInAUnit:
    def is_kept_from_units(self, cast: Cast, rank: str, at: dt.datetime = AT) -> bool:
        case = a_case(cast)
        named(cast, case, "1005", at, rank=rank, unit="northgate")
        return Case.objects.get(pk=case.pk).kept_from_units

    def test_a_rank_is_senior_from_the_day_on_which_it_is_entered_so(self, cast: Cast) -> None:
        add(cast, "SENIOR_RANK", "SERGEANT")

        assert not self.is_kept_from_units(cast, "Detective Sergeant")
        assert self.is_kept_from_units(cast, "Detective Sergeant", NEXT_DAY)
        assert not self.is_kept_from_units(cast, "Constable", NEXT_DAY)

    def test_a_rank_of_staff_may_be_senior_too(self, cast: Cast) -> None:
        add(cast, "SENIOR_RANK", "HEAD_OF_CUSTODY", from_on=TODAY)

        assert self.is_kept_from_units(cast, "Head of Custody")

    def test_a_rank_that_is_not_any_more_leaves_what_was_taken_from_the_units(self, cast: Cast) -> None:
        case = a_case(cast)
        named(cast, case, "1005", rank="Inspector", unit="northgate")
        end(cast, "SENIOR_RANK", "INSPECTOR")

        assert Case.objects.get(pk=case.pk).kept_from_units
        assert not self.is_kept_from_units(cast, "Inspector", NEXT_DAY)
        assert self.is_kept_from_units(cast, "Chief Inspector", NEXT_DAY)

    def test_who_the_law_calls_a_senior_officer_is_on_no_list(self, cast: Cast) -> None:
        for code in SEEDED["SENIOR_RANK"].split():
            end(cast, "SENIOR_RANK", code)

        assert self.is_kept_from_units(cast, "Assistant Chief Constable", NEXT_DAY)
