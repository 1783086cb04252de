"""One change to many cases: each by itself, each with its own answer."""

from __future__ import annotations

from typing import Any

import pytest

from backend.audit import services as audit
from cases.models import Case
from tests.cases.test_api import imported as an_imported_case
from tests.cast import Cast, a_case, assess, gather, give_to

ASSIGN, MOVE = "/api/v1/cases/bulk/assign/", "/api/v1/cases/bulk/move/"


def wanted(*cases: Case) -> list[dict[str, Any]]:
    """The cases with the versions that stand in the database."""
    versions = dict(Case.objects.values_list("reference", "version"))
    return [{"reference": case.reference, "version": versions[case.reference]} for case in cases]


def send(cast: Cast, url: str, cases: list[dict[str, Any]], name: str = "amal", **more: Any) -> list[dict[str, Any]]:
    answer = cast.client(name).post(url, {"cases": cases, **more}, format="json")
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    assert [each["reference"] for each in results] == [each["reference"] for each in cases]
    return results


def kinds(results: list[dict[str, Any]]) -> list[str]:
    return [each["problem"]["type"].rpartition(":")[2] if each["problem"] else "" for each in results]


class TestAssigning:
    def test_each_case_is_given_and_its_new_version_told(self, cast: Cast) -> None:
        cases = [assess(cast, a_case(cast)) for _ in range(3)]

        results = send(cast, ASSIGN, wanted(*cases), unit="northgate", handler="cai@westshire.test")

        assert [(each["version"], each["problem"]) for each in results] == [(3, None)] * 3
        assert set(Case.objects.values_list("unit__slug", "handler__email")) == {("northgate", "cai@westshire.test")}

    def test_one_that_is_refused_keeps_no_other_back(self, cast: Cast) -> None:
        given, not_assessed, changed = assess(cast, a_case(cast)), a_case(cast), assess(cast, a_case(cast))
        cases = wanted(given, not_assessed, changed)
        cases[2]["version"] = 1

        results = send(cast, ASSIGN, cases, unit="northgate")

        assert kinds(results) == ["", "cannot-assign", "stale"]
        assert [each["version"] for each in results] == [3, None, None]
        assert results[1]["problem"]["status"] == 409
        assert "four questions" in results[1]["problem"]["detail"]
        assert [(each["what"], each["who"]) for each in results[2]["problem"]["changes"]] == [("ASSESSED", "Amal")]
        held = {case.pk: case.unit for case in Case.objects.all()}
        assert held == {given.pk: cast.northgate, not_assessed.pk: cast.standards, changed.pk: cast.standards}

    def test_what_one_may_not_see_is_told_as_what_does_not_exist(self, cast: Cast) -> None:
        conduct = assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True)

        hidden, missing = send(
            cast, ASSIGN, [*wanted(conduct), {"reference": "ZZZZZZZZ", "version": 2}], handler="amal@westshire.test"
        )

        assert kinds([hidden, missing]) == ["not-found", "not-found"]
        assert hidden["problem"] == missing["problem"]

    def test_who_may_not_is_told_so_case_by_case(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")

        assert kinds(send(cast, ASSIGN, wanted(case), "cai", handler="cai@westshire.test")) == ["may-not"]
        assert kinds(send(cast, ASSIGN, wanted(case), "dee", handler="cai@westshire.test")) == [""]

    def test_sent_twice_it_is_done_once(self, cast: Cast) -> None:
        cases = wanted(assess(cast, a_case(cast)), assess(cast, a_case(cast)))
        assert kinds(send(cast, ASSIGN, cases, unit="northgate")) == ["", ""]
        before = audit.head().sequence

        assert kinds(send(cast, ASSIGN, cases, unit="northgate")) == ["stale", "stale"]
        assert audit.head().sequence == before

    def test_each_change_leaves_its_own_row_on_the_trail(self, cast: Cast) -> None:
        cases = [assess(cast, a_case(cast)) for _ in range(2)]

        send(cast, ASSIGN, wanted(*cases), unit="northgate")

        for case in cases:
            event, details = audit.timeline(subject_kind="case", subject=case.reference)[-1]
            assert (event.verb, details) == ("ASSIGNED", {"unit": "northgate", "handler": ""})


class TestMoving:
    def test_each_case_is_moved_that_can_be(self, cast: Cast) -> None:
        fresh, again = a_case(cast), a_case(cast)
        assert kinds(send(cast, MOVE, wanted(again), move="take")) == [""]

        results = send(cast, MOVE, wanted(fresh, again), move="take")

        assert kinds(results) == ["", "cannot-move"]
        assert "does not start there" in results[1]["problem"]["detail"]
        assert Case.objects.get(pk=fresh.pk).state == "ASSESSING"

    def test_wrong_details_are_named_for_each(self, cast: Cast) -> None:
        case = a_case(cast)

        (result,) = send(cast, MOVE, wanted(case), move="take", details={"unit": "northgate"})

        assert (result["problem"]["status"], list(result["problem"]["errors"])) == (400, ["unit"])
        assert Case.objects.get(pk=case.pk).version == 1

    def test_a_move_of_no_machine_is_refused_for_each(self, cast: Cast) -> None:
        assert kinds(send(cast, MOVE, wanted(a_case(cast)), move="save")) == ["invalid"]

    def test_history_stays_as_it_was(self, cast: Cast) -> None:
        case = an_imported_case(cast)

        assert kinds(send(cast, MOVE, wanted(case), "beth", move="take")) == ["history-stands"]


@pytest.mark.parametrize(("url", "more"), [(ASSIGN, {"unit": "northgate"}), (MOVE, {"move": "take"})])
class TestWhatIsTaken:
    @pytest.mark.parametrize(
        "cases",
        [
            None, [], "AAAAAAAA", ["AAAAAAAA"], [{"reference": "AAAAAAAA"}], [{"version": 1}],
            [{"reference": "AAAAAAAA", "version": 0}], [{"reference": "AAAAAAAA", "version": "1"}],
            [{"reference": "AAAA", "version": 1}], [{"reference": "AAAAAAAA\n", "version": 2**40}],
            [{"reference": "AAAAAAAA", "version": 1}] * 2,
            [{"reference": f"AAAAA{number:03d}", "version": 1} for number in range(101)],
        ],
    )  # fmt: skip
    def test_up_to_a_hundred_cases_each_once_with_its_version(
        self, cast: Cast, url: str, more: dict[str, str], cases: Any
    ) -> None:
        answer = cast.client("amal").post(url, {"cases": cases, **more}, format="json")

        assert answer.status_code == 400
        assert all(name.startswith("cases") for name in answer.json()["errors"])

    def test_a_hundred_are_answered_one_by_one(self, cast: Cast, url: str, more: dict[str, str]) -> None:
        cases = [{"reference": f"AAAAA{number:03d}", "version": 1} for number in range(100)]

        assert kinds(send(cast, url, cases, **more)) == ["not-found"] * 100

    def test_nobody_signed_in_changes_any(self, browser: Any, url: str, more: dict[str, str]) -> None:
        assert browser.post(url, {"cases": [], **more}, format="json").status_code == 401


@pytest.mark.parametrize(("url", "body"), [(ASSIGN, {}), (MOVE, {})])
def test_what_to_do_is_named_once_for_all(cast: Cast, url: str, body: dict[str, str]) -> None:
    cases = [{"reference": "AAAAAAAA", "version": 1}]

    assert cast.client("amal").post(url, {"cases": cases, **body}, format="json").status_code == 400


class TestEachInATransactionOfItsOwn:
    @pytest.mark.django_db(transaction=True)
    def test_what_was_done_before_a_refusal_stands(self) -> None:
        cast = gather()
        first, second = assess(cast, a_case(cast)), a_case(cast)

        send(cast, ASSIGN, wanted(first, second), unit="northgate")

        assert Case.objects.get(pk=first.pk).unit == cast.northgate
        assert Case.objects.get(pk=second.pk).unit == cast.standards
