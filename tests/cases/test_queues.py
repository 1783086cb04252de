"""The queues of a handler's day, their filters, and counts that agree with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.accounts.models import Role
from backend.accounts.services import people
from cases.lists import counts as counting
from cases.lists import queue as listing
from cases.lists.queue import Queue
from cases.models import Allegation, Case, CaseAccess, Code, Kind
from cases.services import allegations, contributions
from tests.cases.bodies import RECOMMENDS, a_case_under_review, conclude
from tests.cast import AT, FOUNDER, Cast, a_case, a_case_handled_outside, assess, give_to, move

CASES = "/api/v1/cases/"
TODAY = AT.date()
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


def listed(cast: Cast, name: str = "beth", **query: Any) -> set[str]:
    """The references on all pages."""
    client, found, cursor = cast.client(name), set(), ""
    while True:
        answer = client.get(CASES, {"limit": 2, **query, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.content
        page = answer.json()
        found |= {case["reference"] for case in page["results"]}
        cursor = page["next"]
        if not cursor:
            return found


def counted(cast: Cast, name: str = "beth", **query: Any) -> dict[str, int]:
    answer = cast.client(name).get(f"{CASES}counts/", query)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    return {each["of"]: each["count"] for each in [body["total"], *body["queues"], *body["states"]]}


def due(case: Case, **days: int | None) -> Case:
    """As if the first duties of the case fell so many days from today."""
    fields = {f"{name}_due_on": None if ahead is None else TODAY + ahead * DAY for name, ahead in days.items()}
    first = min(day for day in fields.values() if day)
    Case.objects.filter(pk=case.pk).update(legal_due_on=None, target_due_on=None, others_due_on=None)
    Case.objects.filter(pk=case.pk).update(**fields, next_due_on=first)
    return case


def coded(cast: Cast, case: Case, category: str, *factors: str) -> Allegation:
    """The case with one more allegation, of that category."""
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    row, _ = allegations.add(
        reference=case.reference, described={"summary": "As it was told."}, actor=cast.actor("beth"), at=AT, version=version
    )  # fmt: skip
    allegations.code(
        reference=case.reference, allegation=row.public_id, category=category, factors=factors, actor=cast.actor("beth"),
        at=AT, version=version + 1,
    )  # fmt: skip
    return row


class TestQueues:
    def test_mine_is_what_i_handle(self, cast: Cast) -> None:
        mine = move(cast, a_case(cast), "amal", "take")
        a_case(cast)

        assert listed(cast, "amal", queue="mine") == {mine.reference}
        assert listed(cast, "beth", queue="mine") == set()

    def test_my_units_is_what_any_unit_holds_in_which_i_have_a_role(self, cast: Cast) -> None:
        given, kept = a_case(cast), a_case(cast)
        give_to(cast, given, "northgate")

        assert listed(cast, "cai", queue="my_unit") == {given.reference}
        assert listed(cast, "beth", queue="my_unit") == {kept.reference}
        assert listed(cast, "ed", queue="my_unit") == set()

    def test_unassigned_is_what_nobody_handles(self, cast: Cast) -> None:
        nobodys = a_case(cast)
        move(cast, a_case(cast), "amal", "take")

        assert listed(cast, queue="unassigned") == {nobodys.reference}

    def test_breached_is_where_a_duty_of_the_force_is_late_and_not_on_its_last_day(self, cast: Cast) -> None:
        by_law, by_target = due(a_case(cast), legal=-1), due(a_case(cast), target=-1, legal=9)
        due(a_case(cast), legal=0)
        due(a_case(cast), others=-1, legal=0, target=0)

        assert listed(cast, queue="breached") == {by_law.reference, by_target.reference}

    def test_a_breach_is_not_hidden_by_a_wait_that_ended_before(self, cast: Cast) -> None:
        case = due(a_case(cast), others=-9, legal=-1)

        assert listed(cast, queue="breached") == {case.reference}

    def test_due_soon_is_today_and_five_working_days_on(self, cast: Cast) -> None:
        today, friday = due(a_case(cast), legal=0), due(a_case(cast), legal=7)
        due(a_case(cast), legal=8)
        due(a_case(cast), legal=-1)

        assert listed(cast, queue="due_soon") == {today.reference, friday.reference}

    def test_due_soon_is_what_the_force_owes_and_not_what_it_waits_for(self, cast: Cast) -> None:
        behind_a_wait_that_ended = due(a_case(cast), others=-9, legal=2)
        after_the_wait = due(a_case(cast), others=1, target=3)
        due(a_case(cast), others=1, legal=30)
        due(a_case(cast), target=1, legal=-1)

        assert listed(cast, queue="due_soon") == {behind_a_wait_that_ended.reference, after_the_wait.reference}

    def test_what_is_soon_due_or_late_comes_in_the_order_of_what_the_force_owes(self, cast: Cast) -> None:
        third, first, second = (
            due(a_case(cast), others=-9, legal=3),
            due(a_case(cast), legal=1),
            due(a_case(cast), others=1, target=2),
        )

        page = cast.client("beth").get(CASES, {"queue": "due_soon", "limit": 2}).json()
        rest = cast.client("beth").get(CASES, {"queue": "due_soon", "limit": 2, "cursor": page["next"]}).json()
        found = page["results"] + rest["results"]

        assert [each["reference"] for each in found] == [first.reference, second.reference, third.reference]
        assert found[2]["own_due_on"] == f"{TODAY + 3 * DAY}" > found[2]["next_due_on"]

    def test_awaiting_others_is_where_the_next_thing_owed_is_not_the_forces(self, cast: Cast) -> None:
        awaited = due(a_case(cast), others=3, legal=4)
        due(a_case(cast), others=3, legal=2)
        due(a_case(cast), others=3, target=2)

        assert listed(cast, queue="awaiting_others") == {awaited.reference}

    def test_a_wait_that_has_ended_stays_there_so_that_somebody_goes_on(self, cast: Cast) -> None:
        case = due(a_case(cast), others=-1)

        assert listed(cast, queue="awaiting_others") == {case.reference}

    def test_what_the_iopc_has_to_decide_is_awaited(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast), "beth", alleges_mandatory_referral=True)
        move(
            cast, case, "beth", "refer", basis="MANDATORY", ground="SERIOUS_ASSAULT", clear_on="2026-11-20"
        )  # fmt: skip

        assert listed(cast, queue="awaiting_others") == {case.reference}

    @pytest.mark.parametrize("decides", ["NOT_UPHELD", "RECOMMENDS"])
    def test_what_a_body_reviews_is_awaited_until_it_has_decided(self, cast: Cast, decides: str) -> None:
        review = a_case_under_review(cast)
        undecided = a_case_under_review(cast).case

        conclude(cast, review, decides, recommendation=RECOMMENDS if decides == "RECOMMENDS" else "")

        assert listed(cast, queue="awaiting_others") == {undecided.reference}
        assert counted(cast)["awaiting_others"] == 1

    def test_what_another_unit_was_asked_is_awaited_and_not_by_that_unit(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")
        contributions.ask(
            reference=case.reference, unit="custody", question="Is there footage?", due=None, files=[],
            actor=cast.actor("beth"), at=AT, version=case.version,
        )  # fmt: skip

        assert listed(cast, "beth", queue="awaiting_others") == {case.reference}
        assert listed(cast, "cai", queue="awaiting_others") == {case.reference}
        people.grant_role(
            user=cast.users["cai"], role=Role.LPU_HANDLER, unit=cast.custody, actor=FOUNDER, at=AT - DAY
        )  # fmt: skip
        assert listed(cast, "cai", queue="awaiting_others") == set()

    def test_a_comment_with_a_unit_is_awaited_by_professional_standards_alone(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)
        move(cast, case, "gwen", "triage")
        move(cast, case, "gwen", "send_to_unit", unit="northgate")

        assert listed(cast, "gwen", queue="awaiting_others") == {case.reference}
        assert listed(cast, "cai", queue="awaiting_others") == set()

    def test_the_days_are_those_that_the_duties_derive(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, at=AT - 40 * DAY)
        case.refresh_from_db()

        duties = cast.client("beth").get(f"{CASES}{case.reference}/deadlines/").json()

        own = [each for each in duties if each["owed_by"] == "FORCE"]
        assert f"{case.legal_due_on}" == min(each["due_on"] for each in own if each["is_statutory"])
        assert f"{case.target_due_on}" == min(each["due_on"] for each in own if not each["is_statutory"])


class TestFilters:
    def test_by_the_category_of_an_allegation_and_those_below_it(self, cast: Cast) -> None:
        decisions, manners, none = a_case_handled_outside(cast), a_case_handled_outside(cast), a_case(cast)
        coded(cast, decisions, "A2")
        coded(cast, manners, "H1")

        assert listed(cast, category="A2") == listed(cast, category="A") == {decisions.reference}
        assert listed(cast, category="H") == {manners.reference}
        assert listed(cast, category="B") == set()
        assert none.reference in listed(cast)

    def test_by_factor(self, cast: Cast) -> None:
        tagged, other = a_case_handled_outside(cast), a_case_handled_outside(cast)
        factor, another = Code.objects.filter(table="FACTOR").order_by("code").values_list("code", flat=True)[:2]
        coded(cast, tagged, "A2", factor)
        coded(cast, other, "A2", another)

        assert listed(cast, factor=factor) == {tagged.reference}

    def test_an_allegation_that_moved_away_counts_no_more(self, cast: Cast) -> None:
        case, other = a_case_handled_outside(cast), a_case_handled_outside(cast)
        row, there = coded(cast, case, "A2"), coded(cast, other, "H1")

        Allegation.objects.filter(pk=row.pk).update(moved_to=there, moved_on=AT.date())

        assert listed(cast, category="A") == set()

    @pytest.mark.parametrize("few", [0, 1_500])
    def test_a_rare_code_and_a_common_one_are_found_alike(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int
    ) -> None:
        monkeypatch.setattr(listing, "FEW_MATCHES", few)
        case = a_case_handled_outside(cast)
        coded(cast, case, "A2")
        coded(cast, case, "A3")
        a_case(cast)

        assert listed(cast, category="A") == {case.reference}
        assert counted(cast, category="A")[""] == 1

    def test_by_age(self, cast: Cast) -> None:
        old, new = a_case(cast, at=AT - 31 * DAY), a_case(cast, at=AT - 30 * DAY)

        assert listed(cast, older_than=30) == {old.reference}
        assert listed(cast, older_than=29) == {old.reference, new.reference}

    def test_by_recorded_regime_and_handler(self, cast: Cast) -> None:
        recorded = assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True)
        move(cast, recorded, "beth", "record")
        not_yet = move(cast, a_case(cast), "amal", "take")

        assert listed(cast, recorded="true") == {recorded.reference}
        assert listed(cast, recorded="false") == {not_yet.reference}
        assert listed(cast, regime="2004") == set()
        assert listed(cast, handled_by="AMAL@westshire.test") == {not_yet.reference}
        assert listed(cast, handled_by="who@westshire.test") == set()

    def test_a_restricted_case_is_listed_searched_and_counted_for_nobody_without_leave(self, cast: Cast) -> None:
        case = a_case(cast, narrative="The zebra crossing was blocked.")
        Case.objects.filter(pk=case.pk).update(restricted=True)
        CaseAccess.objects.create(
            case=case, person=cast.users["lev"].person, given_by=cast.users["beth"], given_at=AT, reason="To decide it."
        )

        for query in ({}, {"restricted": "true"}, {"search": "zebra"}, {"queue": "unassigned"}, {"state": "RECEIVED"}):
            assert listed(cast, "beth", **query) == set()
            assert set(counted(cast, "beth", **query).values()) == {0}
            assert listed(cast, "lev", **query) == {case.reference}
            assert counted(cast, "lev", **query)[""] == 1
        assert listed(cast, "lev", restricted="false") == set()

    @pytest.mark.parametrize(
        "query",
        [
            {"queue": "everything"}, {"older_than": "-1"}, {"older_than": "old"}, {"recorded": "perhaps"},
            {"category": "ZZ9"}, {"factor": "ZZ9"}, {"regime": "1999"}, {"sort": "name"}, {"handled_by": "amal"},
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("path", ["", "counts/"])
    def test_what_is_not_on_the_list_of_filters_is_refused_by_name(
        self, cast: Cast, path: str, query: dict[str, str]
    ) -> None:
        answer = cast.client("beth").get(f"{CASES}{path}", query)

        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == list(query)

    def test_a_count_has_neither_order_nor_pages(self, cast: Cast) -> None:
        for name in ("order", "cursor", "limit"):
            assert cast.client("beth").get(f"{CASES}counts/", {name: "1"}).status_code == 400

    def test_from_a_day_received_the_newest_come_first(self, cast: Cast) -> None:
        old, new = (a_case(cast, at=AT - days * DAY).reference for days in (9, 1))

        answer = cast.client("amal").get(CASES, {"received_from": "2026-11-01"})

        assert [case["reference"] for case in answer.json()["results"]] == [new, old]


def a_full_house(cast: Cast) -> None:
    """Cases of many kinds, in several units, with all sorts of days."""
    for days in (0, 12, 40):
        a_case(cast, at=AT - days * DAY)
        move(cast, a_case(cast, at=AT - days * DAY), "amal", "take")
        give_to(cast, a_case_handled_outside(cast, at=AT - days * DAY), "northgate")
    conduct = assess(cast, a_case(cast), "beth", alleges_mandatory_referral=True)
    move(cast, conduct, "beth", "refer", basis="MANDATORY", ground="SERIOUS_ASSAULT", clear_on="2026-11-20")
    comment = a_case(cast, kind=Kind.COMMENT)
    move(cast, comment, "gwen", "triage")
    move(cast, comment, "gwen", "send_to_unit", unit="northgate")
    coded(cast, a_case_handled_outside(cast), "A2")
    due(a_case(cast), others=-3, legal=-1)
    Case.objects.filter(pk=a_case(cast).pk).update(restricted=True)


QUERIES = st.fixed_dictionaries(
    {},
    optional={
        "queue": st.sampled_from(Queue.values),
        "state": st.sampled_from(["RECEIVED", "ASSESSING", "HANDLING_OUTSIDE", "REFERRED", "WITH_LPU"]),
        "kind": st.sampled_from(Kind.values),
        "category": st.sampled_from(["A", "A2", "H"]),
        "handler": st.sampled_from(["me", "nobody"]),
        "unit": st.sampled_from(["northgate", "professional-standards"]),
        "older_than": st.sampled_from([0, 10, 39]),
        "recorded": st.sampled_from(["true", "false"]),
        "search": st.sampled_from(["rude", "zebra"]),
        "open": st.sampled_from(["true", "false"]),
    },
)


class TestCounts:
    @pytest.fixture
    def house(self, cast: Cast) -> Cast:
        a_full_house(cast)
        return cast

    @settings(
        max_examples=15,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(name=st.sampled_from(["amal", "beth", "cai", "dee", "fay", "gwen", "nobody"]), query=QUERIES)
    def test_every_count_is_the_number_that_its_list_has_over_all_pages(
        self, house: Cast, name: str, query: dict[str, Any]
    ) -> None:
        told = counted(house, name, **query)

        assert told[""] == len(listed(house, name, **query))
        for queue in Queue.values:
            assert told[queue] == len(listed(house, name, **{**query, "queue": queue})), queue
        for state in ("RECEIVED", "ASSESSING", "HANDLING_OUTSIDE", "REFERRED", "WITH_LPU"):
            if state in told:
                assert told[state] == len(listed(house, name, **{**query, "state": state})), state

    def test_every_queue_has_something_in_a_full_house(self, house: Cast) -> None:
        told = {name: counted(house, name) for name in ("amal", "beth")}

        assert all(told["beth"][queue] or told["amal"][queue] for queue in Queue.values), told

    def test_a_list_beyond_the_cap_is_said_to_have_more(self, house: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(counting, "CAP", 3)

        answer = house.client("beth").get(f"{CASES}counts/").json()

        assert answer["total"] == {"of": "", "count": 3, "is_more": True}
        states = {each["of"]: each for each in answer["states"]}
        assert states["ASSESSING"] == {"of": "ASSESSING", "count": 3, "is_more": False}
        assert states["REFERRED"] == {"of": "REFERRED", "count": 1, "is_more": False}

    def test_the_states_are_those_of_the_kind_that_is_asked_for(self, house: Cast) -> None:
        states = house.client("beth").get(f"{CASES}counts/", {"kind": "COMMENT"}).json()["states"]

        assert [each["of"] for each in states] == ["ANSWERED", "SUBMITTED", "TRIAGE", "WITH_LPU"]

    def test_counting_takes_one_statement_however_much_there_is(self, house: Cast) -> None:
        client = house.client("beth")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{CASES}counts/")

        counts = [each["sql"] for each in captured if "count(*)" in each["sql"]]
        assert len(counts) == 1
        assert counts[0].count("LIMIT 1001") == counts[0].count("count(*)")
        assert len(captured) <= 4

    def test_nobody_signed_in_counts_nothing(self, browser: Any) -> None:
        assert browser.get(f"{CASES}counts/").status_code == 401


def test_every_queue_asks_as_much_with_many_cases_as_with_few(cast: Cast) -> None:
    def asked() -> list[int]:
        numbers = []
        for queue, name in product(Queue.values, ["amal", "cai"]):
            with CaptureQueriesContext(connection) as captured:
                cast.client(name).get(CASES, {"queue": queue})
            numbers.append(len(captured))
        return numbers

    due(move(cast, a_case(cast), "amal", "take"), legal=0)
    few = asked()
    for ahead in range(-5, 5):
        due(move(cast, a_case(cast), "amal", "take"), legal=ahead)

    assert asked() == few
    assert max(few) <= 4
