"""How much each handler has, for those who give out the work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from cases.services import assignment
from tests.cast import AT, Cast, a_case, a_case_handled_outside, assess, give_to, move

WORKLOAD = "/api/v1/cases/workload/"
TODAY = AT.date()
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def workload(cast: Cast, name: str, **query: Any) -> dict[str, dict[str, Any]]:
    """The loads by the first name of the handler; "" is nobody's."""
    answer = cast.client(name).get(WORKLOAD, query)
    assert answer.status_code == 200, answer.content
    return {(each["handler"] or {"name": ""})["name"].lower(): each for each in answer.json()}


def with_cai(cast: Cast, *, received: int = 0, **days: int) -> Case:
    """A case of Cai's in Northgate, received so many days ago, whose first duties fall so many days from today."""
    case = give_to(cast, a_case_handled_outside(cast, at=AT - received * DAY), "northgate")
    assignment.assign(
        reference=case.reference, unit=None, handler="cai@westshire.test", actor=cast.actor("dee"), at=AT,
        version=case.version,
    )  # fmt: skip
    fields = {f"{name}_due_on": TODAY + ahead * DAY for name, ahead in days.items()}
    unset = {"legal_due_on": None, "target_due_on": None, "others_due_on": None}
    Case.objects.filter(pk=case.pk).update(**{**unset, **fields}, next_due_on=min(fields.values()))
    return case


def test_each_handler_is_told_with_what_is_open_late_and_soon(cast: Cast) -> None:
    with_cai(cast, received=50, legal=-1, target=-9)
    with_cai(cast, received=3, target=-1)
    with_cai(cast, legal=0)
    with_cai(cast, legal=7)
    with_cai(cast, legal=8)

    load = workload(cast, "dee")["cai"]

    assert load == {
        "handler": {"email": "cai@westshire.test", "name": "Cai"}, "open": 5, "late_by_law": 1, "late_by_target": 2,
        "due_soon": 2, "oldest_received_on": f"{TODAY - 50 * DAY}",
    }  # fmt: skip


def test_who_has_nothing_is_there_too_and_what_nobody_has_comes_first(cast: Cast) -> None:
    give_to(cast, a_case(cast), "northgate")

    loads = workload(cast, "dee")

    assert list(loads) == ["", "cai", "dee"]
    assert (loads[""]["open"], loads["cai"]["open"], loads["cai"]["oldest_received_on"]) == (1, 0, None)


def test_who_has_most_late_comes_first(cast: Cast) -> None:
    with_cai(cast, target=-1)
    move(cast, a_case(cast), "amal", "take")

    assert list(workload(cast, "beth"))[:2] == ["cai", "amal"]


def test_a_supervisor_is_told_of_their_unit_and_the_authority_of_the_force(cast: Cast) -> None:
    with_cai(cast, legal=1)
    give_to(cast, a_case(cast), "southgate")

    assert set(workload(cast, "dee")) == {"cai", "dee"}
    assert {"", "amal", "beth", "cai", "dee", "ed", "fay", "gwen", "lev"} == set(workload(cast, "beth"))
    assert set(workload(cast, "beth", unit="southgate")) == {"", "ed"}
    assert workload(cast, "dee", unit="southgate") == {}
    assert workload(cast, "kit")["kit"]["open"] == 0


def test_what_one_may_not_see_is_in_no_number(cast: Cast) -> None:
    conduct = assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True)
    sealed = move(cast, a_case(cast), "amal", "take")
    Case.objects.filter(pk=sealed.pk).update(restricted=True)

    assert workload(cast, "beth")[""]["open"] == 1
    assert "" not in workload(cast, "amal")
    assert workload(cast, "amal")["amal"]["open"] == workload(cast, "beth")["amal"]["open"] == 0
    assert conduct.handler is None


def test_each_number_is_the_number_of_a_list(cast: Cast) -> None:
    with_cai(cast, legal=-1)
    with_cai(cast, legal=2, target=3)
    move(cast, a_case(cast, at=AT - 9 * DAY), "amal", "take")
    client = cast.client("beth")

    for name, load in workload(cast, "beth").items():
        who = {"handled_by": f"{name}@westshire.test"} if name else {"handler": "nobody"}
        assert client.get("/api/v1/cases/counts/", who).json()["total"]["count"] == load["open"]
        soon = client.get("/api/v1/cases/counts/", {**who, "queue": "due_soon"}).json()["total"]["count"]
        assert soon == load["due_soon"]


@pytest.mark.parametrize("name", ["cai", "fay", "hal", "ida", "jo", "nobody"])
def test_those_who_assign_nothing_are_told_that_they_may_not(cast: Cast, name: str) -> None:
    answer = cast.client(name).get(WORKLOAD)

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:rylp:problem:supervises-nobody")


def test_nobody_signed_in_is_let_in_and_an_unknown_filter_is_refused(cast: Cast, browser: Any) -> None:
    assert browser.get(WORKLOAD).status_code == 401
    assert cast.client("dee").get(WORKLOAD, {"force": "westshire"}).status_code == 400


def test_it_takes_as_many_statements_however_many_there_are(cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            workload(cast, "beth")
        return len(captured)

    with_cai(cast, legal=1)
    few = asked()
    for _ in range(3):
        with_cai(cast, legal=1)
        move(cast, a_case(cast), "amal", "take")

    assert asked() == few <= 5
