"""Two real registers come in whole, and what plain SQL counts afterwards is what their references say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from backend.audit import services as audit
from tests.database_setup import as_owner

from .folders import run_import

DATA = Path(settings.ROOT).parent / "shared" / "data"
SETS = {"chicago": DATA / "chicago_complaints_2007_2009", "philadelphia": DATA / "philly_complaints_2013_2018"}

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not all(folder.exists() for folder in SETS.values()), reason=f"the real sets are not in {DATA}"),
]


@pytest.fixture(autouse=True)
def tables_never_vacuumed(db: None) -> None:
    """By the owner: a table that was vacuumed while it was empty is planned for as empty until the rows are committed.

    Everything here happens in one transaction that is never committed, and would take minutes.
    """
    with as_owner() as cursor:
        cursor.execute("TRUNCATE cases_case, audit_event CASCADE")


def counted(sql: str) -> dict[str, int]:
    """The rows of a query of two columns, a label and a number, as the references have them."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {str(label): int(number) for label, number in cursor.fetchall()}


def by(expression: str, *, of: str = "cases_case") -> dict[str, int]:
    joined = "cases_case" if of == "cases_case" else f"{of} JOIN cases_case ON cases_case.id = case_id"
    return counted(
        f"SELECT {expression}, count(*) FROM {joined} LEFT JOIN areas_unit ON areas_unit.id = about_unit_id GROUP BY 1"
    )


def one(expression: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression} FROM cases_case")
        return cursor.fetchone()[0]


OUTCOME = "CASE outcome WHEN '' THEN 'none recorded' ELSE outcome END"


def test_chicago(tmp_path: Path) -> None:
    reference = json.loads((SETS["chicago"] / "reference.json").read_text())

    outcome = run_import(SETS["chicago"], "chicago.toml", tmp_path / "rejects.csv")

    assert outcome.rejects == []
    assert outcome.files == {"complaints.csv": (21299, 21299, 0, 0), "allegations.csv": (27120, 27120, 0, 0)}
    assert "incident after the complaint: 5\n" in outcome.printed
    assert by("to_char(received_on, 'YYYY')") == reference["by_year"]
    assert by("to_char(received_on, 'YYYY-MM')") == reference["by_month"]
    assert by("coalesce(slug, '')") == reference["by_district"]
    assert by(OUTCOME) == reference["complaint_outcome"]
    assert by("finding", of="cases_allegation") == reference["allegation_by_finding"]
    assert by("upper(action)", of="cases_allegation") == reference["allegation_by_outcome_upper"]
    categories = by("upper(trim(cases_allegation.category))", of="cases_allegation")
    top = reference["allegation_by_category_top30"]
    assert {label: categories[label] for label in top} == top
    assert sum(categories.values()) == reference["allegation_rows"]

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT label), count(*) FROM cases_involvement")
        assert cursor.fetchone() == (reference["subjects"], reference["allegation_rows"])
    assert one("count(closed_on)") == reference["closed"]
    assert one("count(*) FILTER (WHERE closed_on IS NULL)") == reference["no_closed_date"]
    days = reference["days_to_close"]
    assert float(one("round(avg(closed_on - received_on), 2)")) == days["mean"]
    assert one("percentile_cont(0.5) WITHIN GROUP (ORDER BY closed_on - received_on)") == days["median"]
    assert one("percentile_disc(0.9) WITHIN GROUP (ORDER BY closed_on - received_on)") == days["p90"]
    for limit in (30, 90, 365):
        assert one(f"count(*) FILTER (WHERE closed_on - received_on <= {limit})") == days[f"within_{limit}"]
    for year, still_open in reference["backlog_open_at_31_dec"].items():
        day = f"date '{year}-12-31'"
        assert one(f"count(*) FILTER (WHERE received_on <= {day} AND coalesce(closed_on > {day}, true))") == still_open
    assert audit.verify().first_bad is None
    assert audit.head().sequence == 21299


def test_philadelphia(tmp_path: Path) -> None:
    reference = json.loads((SETS["philadelphia"] / "reference.json").read_text())

    outcome = run_import(SETS["philadelphia"], "philadelphia", tmp_path / "rejects.csv")

    assert outcome.rejects == []
    assert outcome.files == {
        "complaints.csv": (4268, 4268, 0, 0),
        "allegations.csv": (10754, 10754, 0, 0),
        "complainants.csv": (4583, 4583, 0, 0),
    }
    assert by("to_char(received_on, 'YYYY')") == reference["by_year"]
    assert by("to_char(received_on, 'YYYY-MM')") == reference["by_month"]
    assert by("coalesce(slug, '')") == reference["by_district"]
    assert by(OUTCOME) == reference["complaint_outcome"]
    assert by("upper(trim(category))") == reference["by_category"]
    assert by("finding", of="cases_allegation") == reference["allegation_finding"]
    assert by("action", of="cases_allegation") == reference["allegation_discipline"]
    assert by("cases_allegation.category", of="cases_allegation") == reference["allegation_type"]
    assert one("count(*) FILTER (WHERE narrative = '')") == reference["summary_blank"]
    assert one("max(length(narrative))") == reference["summary_len_max"]
    assert one("count(closed_on)") == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_complainant")
        assert cursor.fetchone() == (reference["complainant_rows"],)
    assert audit.verify().first_bad is None
