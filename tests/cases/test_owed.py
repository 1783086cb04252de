"""What is owed today, by whom, to whom: every open duty once, what the law sets before anything else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Kind
from cases.selectors import get_case
from cases.services import contributions
from cases.services.due import recompute_open_cases
from cases.services.intake import NewComplainant
from tests.cases.alleging import a_document
from tests.cases.test_api import imported as an_imported_case
from tests.cast import AT, Cast, a_case, a_case_handled_outside, assess, give_to, move

OWED = "/api/v1/cases/owed/"
TODAY = AT.date()
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def owed(cast: Cast, name: str = "beth", **query: Any) -> list[dict[str, Any]]:
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
        a_referral(cast)

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


def test_the_list_derives_what_the_case_itself_shows(cast: Cast) -> None:
    case = a_referral(cast)

    (row,) = owed(cast)

    shown = get_case(reference=case.reference, actor=cast.actor("beth"))
    assert row["duty"]["due_on"] == f"{shown.next_due_on}"
