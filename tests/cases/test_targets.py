"""Service targets: what no law fixes is set by staff, from a day on, and every open case follows at once."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.common.errors import Invalid, Missing
from cases.clocks import CLOCKS, due_on
from cases.models import Case, Escalation, ServiceTarget
from cases.services import targets
from cases.services.locking import MayNot
from cases.timetable import UNITS, timetable
from tests.cast import AT, Cast, a_case

TODAY = AT.date()
SHORTER: dict[str, Any] = {"rule": "first_contact", "count": 1, "unit": "WORKING_DAYS", "source": "The chief's letter"}
STEP: dict[str, Any] = {"rule": "triage", "stage": "BREACH", "days": 2, "hour": 9, "to": "AUTHORITY", "address": ""}


def set_target(cast: Cast, name: str = "beth", **other: Any) -> ServiceTarget:
    fields = {**SHORTER, "from_on": TODAY, **other}
    return targets.set_target(**fields, actor=cast.actor(name), at=AT)[0]


def days_of(rule: str) -> list[tuple[int, dt.date, dt.date | None]]:
    rows = ServiceTarget.objects.filter(rule=rule).order_by("from_on")
    return list(rows.values_list("count", "from_on", "until_on"))


@pytest.mark.django_db
def test_the_table_begins_with_what_stands_in_the_code_and_nothing_else() -> None:
    begun = {each.rule: (each.count, UNITS[each.unit], each.source) for each in ServiceTarget.objects.all()}

    assert begun == {rule: (clock.count, clock.of, clock.source) for rule, clock in CLOCKS.items() if clock.is_editable}


@pytest.mark.parametrize(
    "rule", ["referral", "progress_update", "outcome_notice", "review_window", "timeliness_letter"]
)
def test_what_the_law_fixes_is_not_in_anybodys_hands(cast: Cast, rule: str) -> None:
    with pytest.raises(Invalid):
        set_target(cast, rule=rule)


def test_a_value_holds_for_what_starts_while_it_is_in_force(cast: Cast) -> None:
    set_target(cast, from_on=dt.date(2026, 12, 1))

    assert due_on("first_contact", dt.date(2026, 11, 30), timetable()) == dt.date(2026, 12, 3)
    assert due_on("first_contact", dt.date(2026, 12, 1), timetable()) == dt.date(2026, 12, 2)


def test_a_value_between_two_others_ends_where_the_later_begins(cast: Cast) -> None:
    set_target(cast, count=9, from_on=dt.date(2027, 1, 1))
    set_target(cast, count=7, from_on=dt.date(2026, 6, 1))

    assert days_of("first_contact") == [
        (3, dt.date(1900, 1, 1), dt.date(2026, 6, 1)),
        (7, dt.date(2026, 6, 1), dt.date(2027, 1, 1)),
        (9, dt.date(2027, 1, 1), None),
    ]


def test_a_value_set_again_from_the_same_day_is_replaced(cast: Cast) -> None:
    set_target(cast, count=9)
    set_target(cast, count=8)

    assert days_of("first_contact")[1:] == [(8, TODAY, None)]


def test_every_open_case_follows_at_once(cast: Cast) -> None:
    case = a_case(cast)
    assert Case.objects.get(pk=case.pk).next_due_on == dt.date(2026, 11, 25)

    set_target(cast)

    assert Case.objects.get(pk=case.pk).next_due_on == dt.date(2026, 11, 23)
    call_command("deadlines", "verify", stdout=StringIO())


@pytest.mark.parametrize(
    ("name", "may"), [("beth", True), ("jo", True), ("amal", False), ("dee", False), ("ida", False)]
)
def test_a_delegate_or_an_administrator_sets_it_and_nobody_else(cast: Cast, name: str, may: bool) -> None:
    if may:
        set_target(cast, name)
    else:
        with pytest.raises(MayNot):
            set_target(cast, name)
    with transaction.atomic():
        answer = cast.client(name).post(
            "/api/v1/deadlines/targets/", {**SHORTER, "from_on": "2026-12-01"}, format="json"
        )
    assert answer.status_code == (201 if may else 403)


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": 1001}, {"source": "  "}, {"source": "x" * 201}])
def test_a_value_that_says_nothing_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        set_target(cast, **wrong)


def test_the_database_knows_one_value_a_time(db: None) -> None:
    row = {"rule": "triage", "count": 2, "unit": "WORKING_DAYS", "source": "?"}
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceTarget.objects.create(**row, from_on=TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceTarget.objects.create(**row, from_on=TODAY, until_on=TODAY)


def test_the_timetable_is_one_statement(cast: Cast) -> None:
    with CaptureQueriesContext(
        connection,
    ) as sent:
        timetable()

    assert len(sent) == 1


def test_the_calculator_counts_by_the_table(cast: Cast) -> None:
    set_target(cast)

    answer = cast.client("amal").get("/api/v1/deadlines/calculator/", {"rule": "first_contact", "start": "2026-11-20"})

    assert answer.json()["due"] == "2026-11-23"


def test_they_are_listed_with_their_days_and_source(cast: Cast) -> None:
    set_target(cast)

    listed = cast.client("amal").get("/api/v1/deadlines/targets/").json()

    assert [each for each in listed if each["rule"] == "first_contact"][1] == {
        **SHORTER, "from_on": "2026-11-20", "until_on": None,
    }  # fmt: skip


class TestTheCommand:
    def test_lists_and_sets(self, cast: Cast) -> None:
        a_case(cast)
        out = StringIO()

        call_command(
            "targets", "set", "first_contact", "1", "working-days", "--from", "2026-11-01", "--source", "x", stdout=out
        )
        call_command("targets", "list", stdout=out)

        assert "Open cases with another due date: 1." in out.getvalue()
        assert "first_contact: 1 working days, from 2026-11-01  [x]" in out.getvalue()

    def test_refuses_in_words(self, cast: Cast) -> None:
        with pytest.raises(CommandError, match="number of days"):
            call_command("targets", "set", "triage", "0", "working-days", "--source", "x")
        with pytest.raises(CommandError, match="is not a date"):
            call_command("targets", "set", "triage", "1", "working-days", "--from", "soon", "--source", "x")


class TestEscalations:
    def test_are_set_replaced_and_taken_away(self, cast: Cast) -> None:
        beth = cast.client("beth")
        put = beth.put("/api/v1/deadlines/escalations/", {**STEP, "source": "A decision"}, format="json")
        again = beth.put("/api/v1/deadlines/escalations/", {**STEP, "days": 3, "source": "A decision"}, format="json")
        gone = beth.post("/api/v1/deadlines/escalations/remove/", {"rule": "triage", "stage": "BREACH"}, format="json")

        assert (put.status_code, again.status_code, gone.status_code) == (200, 200, 204)
        assert again.json()["days"] == 3
        assert not Escalation.objects.filter(rule="triage").exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"rule": "tea"},
            {"to": "ADDRESS"},
            {"address": "dcc@westshire.test"},
            {"days": 400},
            {"hour": 24},
            {"source": ""},
        ],
    )
    def test_that_cannot_be_are_refused(self, cast: Cast, wrong: dict[str, Any]) -> None:
        with pytest.raises(Invalid):
            targets.set_escalation(**{**STEP, "source": "x", **wrong}, actor=cast.actor("beth"), at=AT)

    def test_one_that_is_not_there_is_not_taken_away(self, cast: Cast) -> None:
        with pytest.raises(Missing):
            targets.remove_escalation(rule="triage", stage="DAY", actor=cast.actor("beth"), at=AT)

    def test_are_for_the_same_people_as_targets(self, cast: Cast) -> None:
        answer = cast.client("dee").put("/api/v1/deadlines/escalations/", {**STEP, "source": "x"}, format="json")

        assert answer.status_code == 403
        assert len(cast.client("dee").get("/api/v1/deadlines/escalations/").json()) == Escalation.objects.count()
