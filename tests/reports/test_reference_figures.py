"""Two forces' real records, imported once, against the reference that was counted apart from this code."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from backend.areas.models import Unit
from reports import selectors
from reports.figures import figures_of
from reports.periods import Period
from tests.database_setup import as_owner, empty_the_tables

DATA = settings.ROOT.parent / "shared" / "data"
CHICAGO = DATA / "chicago_complaints_2007_2009"
PHILADELPHIA = DATA / "philly_complaints_2013_2018"

pytestmark = pytest.mark.skipif(
    not CHICAGO.is_dir(), reason="the real records lie beside the checkout, and are not here"
)
Figures = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def both_forces(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Figures]:
    """The figures of each force by the id of the metric; the records are gone again before any test runs."""
    rejects = tmp_path_factory.mktemp("rejects")
    with django_db_blocker.unblock():
        try:
            for name, folder in (("chicago", CHICAGO), ("philadelphia", PHILADELPHIA)):
                call_command("import_cases", folder, mapping=name, rejects=rejects / f"{name}.csv")
            connection.close()  # with the plans that were made while the tables held a handful of rows
            with as_owner() as cursor:
                cursor.execute("ANALYZE")  # the statistics still speak of the small tables of other tests
            forces = Unit.objects.filter(kind=Unit.Kind.FORCE)
            found = {
                "chicago": _figures(forces.get(slug__startswith="chicago"), "2007-01-01", "2009-12-31"),
                "philadelphia": _figures(forces.get(slug__startswith="phil"), "2013-01-01", "2018-12-31"),
            }
        finally:
            empty_the_tables()
    return found


def _figures(force: Unit, first: str, last: str) -> Figures:
    period = Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    frames = selectors.briefing_frames(period=period, unit=force, on=period.last)
    return {figure.metric.id: figure.as_json() for figure in figures_of(frames, period)}


@pytest.fixture(scope="module")
def chicago(both_forces: dict[str, Figures]) -> tuple[Figures, dict[str, Any]]:
    return both_forces["chicago"], _reference(CHICAGO)


@pytest.fixture(scope="module")
def philadelphia(both_forces: dict[str, Figures]) -> tuple[Figures, dict[str, Any]]:
    return both_forces["philadelphia"], _reference(PHILADELPHIA)


def _reference(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "reference.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("force", ["chicago", "philadelphia"])
def test_complaints_by_year_month_and_district(force: str, request: pytest.FixtureRequest):
    figures, reference = request.getfixturevalue(force)
    received = figures["complaints_received"]

    assert received["value"] == received["n"] == reference["complaints"]
    assert received["breakdown"]["year"] == reference["by_year"]
    assert received["breakdown"]["month"] == reference["by_month"]
    assert received["breakdown"]["unit"] == reference["by_district"]


@pytest.mark.parametrize("force", ["chicago", "philadelphia"])
def test_outcomes_of_complaints_with_none_recorded_last(force: str, request: pytest.FixtureRequest):
    figures, reference = request.getfixturevalue(force)

    assert figures["outcomes"]["breakdown"] == reference["complaint_outcome"]
    assert list(figures["outcomes"]["breakdown"])[-1] == "none recorded"


def test_chicago_s_allegations_by_category_and_finding(chicago: tuple[Figures, dict[str, Any]]):
    figures, reference = chicago
    categories = figures["allegations_by_category"]["breakdown"]

    assert figures["allegations_recorded"]["value"] == sum(categories.values()) == reference["allegation_rows"]
    top = {label: categories[label] for label in reference["allegation_by_category_top30"]}
    assert top == reference["allegation_by_category_top30"]
    named = [count for label, count in categories.items() if label]
    assert sorted(top.values(), reverse=True) == named[:30]
    assert figures["allegations_by_finding"]["breakdown"] == reference["allegation_by_finding"]
    assert figures["complaints_by_category"]["value"] is None


def test_chicago_s_days_to_close_and_open_complaints(chicago: tuple[Figures, dict[str, Any]]):
    figures, reference = chicago
    days = reference["days_to_close"]

    assert figures["days_to_close"]["n"] == reference["closed"]
    assert figures["days_to_close"]["value"] == {key: days[key] for key in ("mean", "median", "p90")}
    assert figures["closed_within_days"]["value"] == {"30": days["within_30"], "90": days["within_90"]}
    medians = {year: spread["median"] for year, spread in figures["days_to_close_by_year"]["value"].items()}
    assert medians == reference["median_days_to_close_by_year_received"]
    at_year_s_end = {f"{year}-12-31": count for year, count in reference["backlog_open_at_31_dec"].items()}
    assert figures["open_at"]["value"] == figures["open_at"]["breakdown"] == at_year_s_end


def test_philadelphia_s_categories_and_findings(philadelphia: tuple[Figures, dict[str, Any]]):
    figures, reference = philadelphia
    types = {label.strip().upper(): count for label, count in reference["allegation_type"].items()}

    assert figures["complaints_by_category"]["breakdown"] == reference["by_category"]
    assert figures["allegations_by_category"]["breakdown"] == types
    assert figures["allegations_by_finding"]["breakdown"] == reference["allegation_finding"]
    assert figures["allegations_recorded"]["value"] == reference["allegation_rows"]


@pytest.mark.parametrize("metric", ["days_to_close", "closed_within_days", "open_at"])
def test_philadelphia_has_no_closing_dates_and_says_so(philadelphia: tuple[Figures, dict[str, Any]], metric: str):
    figure = philadelphia[0][metric]

    assert figure["value"] is None
    assert "closing date" in figure["caveat"]
