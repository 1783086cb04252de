"""The product and an oracle that never saw it say the same, to the day, of random histories from 2010 to 2035."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from rest_framework.test import APIClient

from backend.attachments.models import StoredFile
from backend.calendar.models import BankHoliday
from backend.calendar.services import add_bank_holiday
from cases.clocks import CLOCKS, Timetable, Value, count_out
from cases.deadlines import explained, open_deadlines
from cases.models import Case, ServiceTarget
from cases.models.case import NOTHING_DUE
from cases.services import targets
from cases.services.due import recompute_open_cases, stale_cases
from cases.timetable import timetable
from reports.figures import figures_of
from reports.periods import Period
from reports.selectors import briefing_frames
from tests.cast import AT, Cast, gather
from tests.database_setup import as_owner

from .histories import FIRST, LAST, Desk, a_history
from .oracle import HOLIDAYS, ONE, PERIODS, Due, History, Oracle, months_after

UNITS = {"wd": "working days", "cd": "calendar days"}
SOME, MANY = 300, 10_000
PERIOD = dt.date(2010, 1, 1), dt.date(2035, 12, 31)


def calendar_of(history: History, known: dict[dt.date, str]) -> Timetable:
    """The product's own holidays with those proclaimed in the history, and the targets as they were set in it."""
    values = {
        rule: [Value(count, UNITS[unit], "A decision", from_on, None) for from_on, count, unit in changes]
        for rule, changes in history.targets.items()
    }
    return Timetable({**known, **dict.fromkeys(history.holidays, "Proclaimed")}, values=values, steps={})


def known_holidays() -> dict[dt.date, str]:
    return dict(BankHoliday.objects.values_list("day", "name"))


def check(seed: int, known: dict[dt.date, str]) -> int:
    history = a_history(seed)
    calendar, desk = calendar_of(history, known), Desk(history)
    case = desk.case()

    found = {
        (each.rule, desk.who(each.about)): Due(each.due_on, each.owed_by) for each in open_deadlines(case, calendar)
    }

    assert found == Oracle(history).duties(), f"history {seed}: {history}"
    for duty, counted in explained(case, calendar):
        assert counted.due == duty.due_on, f"history {seed}: {duty}"
        numbers = [day.number for day in counted.days if day.number is not None]
        assert numbers == list(range(1, len(numbers) + 1))
        assert counted.clock.of == "months" or len(numbers) == counted.clock.count
    return len(found)


@pytest.mark.django_db
def test_some_histories_agree_to_the_day() -> None:
    known = known_holidays()

    assert sum(check(seed, known) for seed in range(SOME)) > SOME  # most of them leave several duties open


@pytest.mark.prove
@pytest.mark.django_db
def test_ten_thousand_histories_agree_to_the_day() -> None:
    known = known_holidays()

    assert sum(check(seed, known) for seed in range(SOME, SOME + MANY)) > MANY


@pytest.mark.django_db
def test_the_histories_meet_everything_that_can_be_due() -> None:
    met = {rule for seed in range(2 * SOME) for rule, _ in Oracle(a_history(seed)).duties()}

    # What the system does by itself on the day it comes in is never open: the periods are only counted.
    assert met == {*CLOCKS} - {"acknowledgement", "logging"}


@pytest.mark.django_db
@pytest.mark.parametrize("rule", sorted(PERIODS))
def test_every_period_is_counted_alike_from_any_day(rule: str) -> None:
    chance, calendar, nothing = random.Random(rule), timetable(), Oracle(History([]))  # noqa: S311 - days, no secret

    for _ in range(30):
        start = FIRST + chance.randrange((LAST - FIRST).days) * ONE
        assert count_out(rule, start, calendar).due == nothing.count(rule, start)


@pytest.mark.django_db
def test_both_know_the_same_bank_holidays_from_2010_to_2035() -> None:
    days = {day for day in known_holidays() if dt.date(2010, 1, 1) <= day <= dt.date(2035, 12, 31)}
    theirs = {day for day in HOLIDAYS if dt.date(2010, 1, 1) <= day <= dt.date(2035, 12, 31)}

    assert {day for day in theirs if day.isoweekday() <= 5} == {day for day in days if day.isoweekday() <= 5}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "start"),
    [
        ("timeliness_letter", dt.date(2024, 2, 29)),
        ("timeliness_letter", dt.date(2024, 8, 31)),
        ("timeliness_letter_again", dt.date(2025, 8, 31)),
        ("timeliness_letter_again", dt.date(2026, 3, 31)),
    ],
)
def test_months_agree_where_the_later_month_is_shorter(rule: str, start: dt.date) -> None:
    months = 12 if rule == "timeliness_letter" else 6

    assert count_out(rule, start, timetable()).due == months_after(start, months)


class TestWhatIsReadOfThem:
    """The API, the SQL that sorts the queue, and the lists of what is late give one answer, which is the oracle's."""

    EXTRA = dt.date(2028, 5, 9)
    TARGETS: ClassVar = {"local_investigation": [(dt.date(2020, 1, 1), 90, "wd")]}

    def settle(self, cast: Cast, count: int) -> dict[str, tuple[History, Desk]]:
        """So many histories as cases in the database, by their reference."""
        add_bank_holiday(day=self.EXTRA, name="Proclaimed", source="A proclamation")
        targets.set_target(
            rule="local_investigation",
            count=90,
            unit=ServiceTarget.Unit.WORKING_DAYS,
            from_on=dt.date(2020, 1, 1),
            source="A decision",
            actor=cast.actor("beth"),
            at=AT,
        )
        document = StoredFile.objects.create(
            name="notice.pdf", content_type="application/pdf", size=1, sha256="0" * 64, kept_at=AT
        )
        told, states = {}, []
        for seed in range(count):
            history = replace(a_history(seed), holidays={self.EXTRA}, targets=self.TARGETS)
            desk = Desk(history)
            on_paper = desk.case()
            states.append((on_paper.state, self.save(cast, on_paper, desk, document)))
            told[states[-1][1]] = (history, desk)
        self.stand_in(states)
        return told

    def save(self, cast: Cast, on_paper: Case, desk: Desk, document: StoredFile) -> str:
        """The case in its machine's first state, with its parts."""
        values = {
            field.attname: getattr(on_paper, field.attname)
            for field in Case._meta.concrete_fields
            if not (field.generated or field.primary_key or field.attname == "state")
        }
        received_at = on_paper.received_at or dt.datetime.combine(on_paper.received_on, dt.time(12), dt.UTC)
        case = type(on_paper)(
            **{
                **values,
                "state": on_paper.first_state,
                "force_id": cast.force.pk,
                "unit_id": cast.standards.pk,
                "received_at": received_at,
                "next_due_on": on_paper.closed_on,  # of the closed, those are looked at that have something to do
            }
        )
        case.save(force_insert=True)
        new: dict[tuple[str, int], int] = {}
        for name, rows in desk.parts.items():
            for row in rows:
                old, row.pk, row.case_id = row.pk, None, case.pk
                for to in ("complainant", "allegation", "proceeding"):
                    if getattr(row, f"{to}_id", None):
                        setattr(row, f"{to}_id", new[f"{to}s", getattr(row, f"{to}_id")])
                for field, value in self.by_hand(cast, name, document).items():
                    setattr(row, field, value)
                if name == "withdrawals" and row.state == "SIGNED":
                    row.signed_by = "Maya Field"
                row.save(force_insert=True)
                new[name, old] = row.pk
        return case.reference

    def by_hand(self, cast: Cast, name: str, document: StoredFile) -> dict[str, Any]:
        """What the database asks of such a row besides: who entered it, and what with."""
        beth = cast.users["beth"]
        values: dict[str, dict[str, Any]] = {
            "body_notices": {"document": document, "entered_by": beth, "entered_at": AT},
            "contributions": {"unit": cast.standards, "asked_by": beth},
            "preservations": {"logged_by": beth},
        }
        return values.get(name, {})

    def stand_in(self, states: list[tuple[str, str]]) -> None:
        """Put the cases where they stand: by the owner's hand, for no move leads there in one step."""
        with as_owner() as cursor:
            cursor.execute("ALTER TABLE cases_case DISABLE TRIGGER cases_case_keep_to_the_machine")
            cursor.executemany("UPDATE cases_case SET state = %s WHERE reference = %s", states)
            cursor.execute("ALTER TABLE cases_case ENABLE TRIGGER cases_case_keep_to_the_machine")

    def agree(self, cast: Cast, count: int) -> None:
        told = self.settle(cast, count)
        recompute_open_cases()
        assert list(stale_cases()) == []
        client = cast.client("beth")
        first: dict[str, dt.date] = {}
        for reference, (history, desk) in told.items():
            expected = Oracle(history).duties()
            listed = client.get(f"/api/v1/cases/{reference}/deadlines/").json()
            assert {
                (each["rule"], desk.who(each["about"])): Due(dt.date.fromisoformat(each["due_on"]), each["owed_by"])
                for each in listed
            } == expected
            first[reference] = min((due.on for due in expected.values() if due.by != "IOPC"), default=NOTHING_DUE)
            case = Case.objects.get(reference=reference)
            late = [due.on for (rule, _), due in expected.items() if due.by == "FORCE" and CLOCKS[rule].is_statutory]
            assert (case.queue_on, case.legal_due_on) == (first[reference], min(late, default=None))
        ids = dict(Case.objects.values_list("reference", "pk"))
        assert self.queue(client) == sorted(first, key=lambda reference: (first[reference], ids[reference]))
        complaints = [history for history, _ in told.values() if history.kind == "COMPLAINT"]
        self.reports_agree(cast, [Oracle(history).duties() for history in complaints])

    def reports_agree(self, cast: Cast, duties: list[dict[tuple[str, str], Due]]) -> None:
        """The figures of a briefing that is made in the middle of all those years, from the oracle's duties alone."""
        on = dt.date(2022, 6, 1)
        frames = briefing_frames(period=Period(*PERIOD), unit=cast.force, on=on)
        found = {figure.metric.id: figure for figure in figures_of(frames, Period(*PERIOD))}
        watched = [[due.on for due in each.values() if due.by != "IOPC"] for each in duties]
        months = Counter(f"{min(days):%Y-%m}" for days in watched if days)
        statute, target = (
            {
                number
                for number, each in enumerate(duties)
                if any(
                    due.by == "FORCE" and CLOCKS[rule].is_statutory == is_statutory and due.on < on
                    for (rule, _), due in each.items()
                )
            }
            for is_statutory in (True, False)
        )

        assert found["due_next"].n == len(duties)
        assert found["due_next"].value == sum(months.values()) > 0
        assert found["due_next"].breakdown is not None
        assert found["due_next"].breakdown["month"] == months
        assert found["late"].value == len(statute | target) > 0
        assert found["late"].breakdown == {"statute": len(statute), "target": len(target)}

    def queue(self, client: APIClient) -> list[str]:
        found, cursor = [], ""
        while True:
            page = client.get(
                "/api/v1/cases/", {"limit": 100, "open": False, **({"cursor": cursor} if cursor else {})}
            ).json()
            found += [each["reference"] for each in page["results"]]
            cursor = page["next"]
            if not cursor:
                return found

    @pytest.mark.django_db(transaction=True)
    def test_of_a_hundred_histories(self) -> None:
        self.agree(gather(), 100)

    @pytest.mark.prove
    @pytest.mark.django_db(transaction=True)
    def test_of_a_thousand_histories(self) -> None:
        self.agree(gather(), 1000)
