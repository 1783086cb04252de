"""From rows in the database to the figures, against a count of the same rows in plain Python."""

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest

from backend.areas.models import Unit
from cases.models import Case, CommentState, ComplaintState, HistorySource, Kind, Origin
from reports import selectors
from reports.figures import figures_of, fingerprint
from reports.metrics import CAUTION
from reports.periods import Period
from reports.selectors import UnitNotNamed, UnknownUnit
from tests.reports.history import History

TODAY = dt.date(2010, 3, 1)
YEARS = Period(dt.date(2007, 1, 1), dt.date(2009, 12, 31))


def figures(unit: Unit, period: Period = YEARS) -> dict[str, dict[str, Any]]:
    frames = selectors.briefing_frames(period=period, unit=unit, on=TODAY)
    return {figure.metric.id: figure.as_json() for figure in figures_of(frames, period)}


def test_figures_equal_a_count_by_hand_over_random_complaints(mercia: History):
    draw = random.Random(20071231)  # noqa: S311 (not a secret)
    units = [mercia.unit("01"), mercia.unit("02"), None]
    made = []
    for _ in range(120):
        received = dt.date(2006, 10, 1) + dt.timedelta(days=draw.randrange(1300))
        closed = received + dt.timedelta(days=draw.randrange(0, 500)) if draw.random() < 0.8 else None
        unit, outcome = draw.choice(units), draw.choice(["SU", "NS", ""])
        allegations = tuple(
            (draw.choice(["Arrest", "ARREST ", "Search"]), draw.choice(["SU", ""])) for _ in range(draw.randrange(3))
        )
        mercia.complaint(str(received), str(closed or ""), about=unit, outcome=outcome, allegations=allegations)
        made.append((received, closed, unit.slug if unit else "", outcome, allegations))
    inside = [row for row in made if YEARS.first <= row[0] <= YEARS.last]
    spans = sorted((closed - received).days for received, closed, *_ in inside if closed)

    found = figures(mercia.force)

    received_figure = found["complaints_received"]
    assert received_figure["value"] == received_figure["n"] == len(inside)
    months = Counter(f"{row[0]:%Y-%m}" for row in inside)
    assert received_figure["breakdown"]["month"] == {month: months[month] for month in YEARS.months}
    assert received_figure["breakdown"]["unit"] == Counter(row[2] for row in inside)
    flat = [pair for row in inside for pair in row[4]]
    assert found["allegations_by_category"]["breakdown"] == Counter(category.strip().upper() for category, _ in flat)
    assert found["allegations_by_finding"]["breakdown"] == Counter(finding for _, finding in flat)
    assert found["outcomes"]["breakdown"] == Counter(row[3] or "none recorded" for row in inside)
    assert found["complaints_without_allegation"]["value"] == sum(not row[4] for row in inside)
    assert found["days_to_close"]["n"] == len(spans)
    assert found["days_to_close"]["value"]["mean"] == round(sum(spans) / len(spans), 2)
    assert found["closed_within_days"]["value"] == {
        "30": sum(s <= 30 for s in spans),
        "90": sum(s <= 90 for s in spans),
    }
    for day, count in found["open_at"]["value"].items():
        on = dt.date.fromisoformat(day)
        assert count == sum(row[0] <= on and (row[1] is None or row[1] > on) for row in inside)


def test_only_complaints_of_this_force_received_in_the_period_are_counted(mercia: History):
    other = History(slug="wessex", name="Wessex Police")
    mercia.complaint("2006-12-31")
    mercia.complaint("2007-01-01")
    mercia.complaint("2009-12-31")
    mercia.complaint("2010-01-01")
    mercia.complaint("2008-01-01", kind=Kind.COMMENT, state=CommentState.ANSWERED)
    other.complaint("2008-01-01")

    assert figures(mercia.force)["complaints_received"]["value"] == 2


def test_an_allegation_that_goes_on_in_another_complaint_is_counted_once(mercia: History):
    left = mercia.complaint("2008-02-01", allegations=(("Arrest", ""), ("Search", "SU")))
    alone = mercia.complaint("2008-02-02", allegations=(("Arrest", ""),))
    into = mercia.complaint("2008-02-03", allegations=(("Arrest", "SU"), ("Arrest", "NS")))
    for case, goes_on in zip((left, alone), into.allegations.order_by("position"), strict=True):
        case.allegations.filter(category="Arrest").update(moved_to=goes_on, moved_on=TODAY)

    frames = selectors.briefing_frames(period=YEARS, unit=mercia.force, on=TODAY)

    counted = sorted(map(tuple, frames.allegations[["category", "finding", "allegations"]].to_numpy().tolist()))
    assert counted == [("Arrest", "NS", 1), ("Arrest", "SU", 1), ("Search", "SU", 1)]
    assert frames.coverage.to_numpy().tolist() == [[3, 1]], "nothing is left in one of the three"


def test_a_unit_has_the_complaints_that_are_about_it_whoever_holds_them(mercia: History):
    north, south = mercia.unit("north"), mercia.unit("south")
    mercia.complaint("2007-05-01", about=north)
    mercia.complaint("2007-05-02", about=north, unit=south)
    mercia.complaint("2007-05-03", about=south)

    received = figures(north)["complaints_received"]

    assert received["value"] == 2
    assert received["breakdown"]["unit"] == {"north": 2}


def test_a_month_without_any_complaint_is_nought_and_not_missing(mercia: History):
    mercia.complaint("2007-01-31")

    received = figures(mercia.force, Period(dt.date(2007, 1, 15), dt.date(2007, 3, 2)))["complaints_received"]

    assert received["breakdown"]["month"] == {"2007-01": 1, "2007-02": 0, "2007-03": 0}
    assert received["breakdown"]["year"] == {"2007": 1}


def test_a_complaint_closed_on_the_day_of_the_count_is_no_longer_open(mercia: History):
    mercia.complaint("2007-12-31", "2007-12-31")
    mercia.complaint("2007-12-31", "2008-01-01")
    mercia.complaint("2007-12-31")

    assert figures(mercia.force)["open_at"]["value"] == {"2007-12-31": 2, "2008-12-31": 1, "2009-12-31": 1}


def test_a_closing_date_before_the_receipt_is_left_out_of_every_span_and_said_so(mercia: History):
    mercia.complaint("2007-05-10", "2007-05-01")
    mercia.complaint("2007-05-10", "2007-05-10")
    mercia.complaint("2007-05-10", "2007-06-09")

    found = figures(mercia.force)

    assert found["days_to_close"]["value"] == {"mean": 15.0, "median": 15, "p90": 30}
    assert found["days_to_close"]["n"] == 2
    assert found["closed_within_days"]["value"]["30"] == 2
    assert "left out because their closing date is before their receipt: 1" in found["days_to_close"]["caveat"]


@pytest.mark.parametrize("metric", ["days_to_close", "closed_within_days", "open_at", "days_to_close_by_year"])
def test_what_needs_a_closing_date_is_null_with_a_reason_where_there_is_none(mercia: History, metric: str):
    mercia.complaint("2007-05-10")

    figure = figures(mercia.force)[metric]

    assert figure["value"] is None
    assert figure["n"] == 0
    assert figure["caveat"].startswith("Not known: no complaint received in the period has a closing date.")


def test_categories_of_whole_complaints_are_null_unless_the_records_give_some(mercia: History):
    mercia.complaint("2007-05-10")
    assert figures(mercia.force)["complaints_by_category"]["value"] is None

    mercia.complaint("2007-05-11", category=" Lack of service ")
    found = figures(mercia.force)["complaints_by_category"]

    assert found["value"] == 2
    assert found["breakdown"] == {"": 1, "LACK OF SERVICE": 1}


def test_a_period_without_complaints_has_figures_of_nought(mercia: History):
    found = figures(mercia.force)

    assert found["complaints_received"]["value"] == 0
    assert found["outcomes"]["breakdown"] == {}
    assert found["outcomes_percent"]["value"] is None


def test_shares_on_few_records_are_flagged(mercia: History):
    mercia.complaint("2007-05-10", outcome="SU")

    share = figures(mercia.force)["outcomes_percent"]

    assert share["value"] == {"SU": 100.0}
    assert share["caveat"].startswith("Low base")


def test_every_figure_says_what_it_is_and_the_counts_carry_the_caution(mercia: History):
    mercia.complaint("2007-05-10")

    for figure in figures(mercia.force).values():
        assert set(figure) == {"id", "label", "definition", "measure", "n", "caveat", "value", "breakdown"}
        assert figure["label"]
        assert figure["definition"].endswith(".")
        if figure["measure"] in {"complaints", "allegations"} and figure["breakdown"] and "year" in figure["breakdown"]:
            assert CAUTION in figure["caveat"]


class TestWhatIsDue:
    """What is cached of each case's duties is what the queue sorts by; the figures count it."""

    def handled(self, mercia: History, received: str, **due: Any) -> None:
        at = dt.datetime.fromisoformat(f"{received}T12:00:00Z")
        state = {
            "origin": Origin.LIVE,
            "state": ComplaintState.RECEIVED,
            "source": "",
            "source_reference": "",
            "received_at": at,
        }
        mercia.complaint(received, **state, **due)

    def test_by_the_duty_that_falls_due_first_and_the_month_of_its_last_day(self, mercia: History):
        day = dt.date(2010, 2, 26)
        self.handled(mercia, "2009-12-01", next_due_on=day, next_due_rule="progress_update", legal_due_on=day)
        self.handled(mercia, "2009-12-02", next_due_on=TODAY, next_due_rule="progress_update", legal_due_on=TODAY)
        self.handled(mercia, "2009-12-03", next_due_on=day, next_due_rule="recording_decision", target_due_on=day)
        self.handled(mercia, "2009-12-04")
        self.handled(mercia, "2010-01-04", next_due_on=day, next_due_rule="progress_update", legal_due_on=day)
        mercia.complaint("2009-12-05", "2009-12-06")

        due = figures(mercia.force)["due_next"]

        assert (due["n"], due["value"]) == (4, 3)
        assert due["breakdown"] == {
            "rule": {"progress_update": 2, "recording_decision": 1},
            "month": {"2010-02": 2, "2010-03": 1},
        }

    def test_late_is_what_had_to_be_done_before_the_day_the_briefing_is_made(self, mercia: History):
        yesterday = TODAY - dt.timedelta(days=1)
        both = {"legal_due_on": yesterday, "target_due_on": yesterday}
        self.handled(mercia, "2009-12-01", next_due_on=yesterday, **both)
        self.handled(mercia, "2009-12-02", next_due_on=yesterday, legal_due_on=yesterday)
        self.handled(mercia, "2009-12-03", next_due_on=TODAY, legal_due_on=TODAY)
        self.handled(mercia, "2009-12-04", next_due_on=yesterday, others_due_on=yesterday)

        late = figures(mercia.force)["late"]

        assert (late["n"], late["value"]) == (4, 2)
        assert late["breakdown"] == {"statute": 2, "target": 1}

    def test_history_has_no_clocks_so_nothing_is_known(self, mercia: History):
        mercia.complaint("2009-12-05")

        found = figures(mercia.force)

        for name in ("due_next", "late"):
            assert found[name]["value"] is None
            assert found[name]["caveat"].startswith("Not known")


def test_the_fingerprint_is_of_the_data_alone(mercia: History):
    def mark() -> str:
        return fingerprint(selectors.briefing_frames(period=YEARS, unit=mercia.force, on=TODAY))

    mercia.complaint("2007-05-10", allegations=(("ARREST", ""), ("SEARCH", "SU")))
    before = mark()
    assert mark() == before

    Case.objects.update(narrative="Other words")
    assert mark() == before

    mercia.complaint("2007-05-10")
    assert mark() != before


def test_no_frame_has_a_column_for_anybody(mercia: History):
    mercia.complaint("2007-05-10", narrative="Sgt Jane Roe shouted", allegations=(("ARREST", ""),))

    frames = selectors.briefing_frames(period=YEARS, unit=mercia.force, on=TODAY)

    columns = {column for _, frame in frames.named() for column in frame.columns}
    assert columns == {
        "month", "unit", "complaints", "without_allegation", "category", "finding", "allegations", "outcome", "year",
        "days", "day", "rule", "handled", "by_statute", "by_target",
    }  # fmt: skip
    assert "Jane" not in "".join(frame.to_csv() for _, frame in frames.named())


def test_the_meanings_of_codes_come_from_the_force_s_own_sources(mercia: History):
    other = History(slug="wessex")
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    HistorySource.objects.create(force=mercia.force, name="a", finding_labels={"SU": "sustained"}, first_imported_at=at)
    HistorySource.objects.create(force=other.force, name="b", finding_labels={"NS": "not so"}, first_imported_at=at)

    assert selectors.finding_meanings(force=mercia.force) == {"SU": "sustained"}


def test_the_only_force_with_complaints_in_the_period_needs_no_name(mercia: History):
    wessex = History(slug="wessex")
    everyone = Unit.objects.all()
    with pytest.raises(UnitNotNamed, match="No force has a complaint"):
        selectors.only_force(period=YEARS, among=everyone)

    mercia.complaint("2007-05-10")
    wessex.complaint("2011-05-10")
    assert selectors.only_force(period=YEARS, among=everyone) == mercia.force

    wessex.complaint("2008-05-10")
    with pytest.raises(UnitNotNamed, match="mercia, wessex"):
        selectors.only_force(period=YEARS, among=everyone)


def test_a_unit_is_named_by_its_slug_and_by_its_force_where_several_have_it(mercia: History):
    wessex = History(slug="wessex")
    north, first, second = mercia.unit("north"), mercia.unit("11"), wessex.unit("11")
    mercia.unit("a/b")

    def named(name: str) -> Unit:
        return selectors.unit_named(name=name, among=Unit.objects.all())

    assert named("mercia") == mercia.force
    assert named("north") == north
    assert named("mercia/11") == first
    assert named("wessex/11") == second
    assert named("a/b").slug == "a/b"
    with pytest.raises(UnknownUnit, match="mercia/11, wessex/11"):
        named("11")
    with pytest.raises(UnknownUnit, match="no force or unit with the slug nowhere"):
        named("nowhere")
