"""A briefing from rows to PDF. Import this where it is used: pandas takes a second to load."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from backend.areas.models import Unit
from backend.calendar.working_days import day_of
from cases.models import Code
from cases.selectors import labels_of
from reports import document, selectors
from reports.figures import figures_of, fingerprint
from reports.pdf import render_pdf
from reports.periods import Period


@dataclass(frozen=True, slots=True)
class Produced:
    """A briefing: the PDF, every number in it, and the sha256 of the counts that both were made from."""

    pdf: bytes
    figures: dict[str, Any]
    fingerprint: str


def produce(*, period: Period, unit: Unit, at: dt.datetime) -> Produced:
    """Count, draw and typeset the briefing of a force or unit; `at`, printed as the moment of its making, tells what is late.

    All complaints received in the period count, whenever closed, live and imported alike. Changes nothing. Raises
    TooMuchToPrint.
    """
    force = unit.force or unit
    with one_snapshot():
        frames = selectors.briefing_frames(period=period, unit=unit, on=day_of(at))
        meanings = selectors.finding_meanings(force=force)
        reasons = labels_of(table=Code.Table.NOT_A_COMPLAINT)
        names = selectors.unit_names(force=force)
    figures = figures_of(frames, period)
    mark = fingerprint(frames)
    contents = document.Contents(
        unit_name=unit.name,
        force_name=force.name,
        about_force=unit.force is None,
        period=period,
        produced_at=at,
        fingerprint=mark,
        figures=figures,
        unit_names=names,
        meanings=meanings,
        reasons=reasons,
    )
    written = {
        "period": {"from": period.first.isoformat(), "to": period.last.isoformat()},
        "unit": {"slug": unit.slug, "name": unit.name, "kind": unit.kind, "force": force.slug},
        "fingerprint": mark,
        "figures": [figure.as_json() for figure in figures],
    }
    return Produced(pdf=render_pdf(document.html_of(contents)), figures=written, fingerprint=mark)


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Every read inside sees the database as of one instant, whatever is imported or closed meanwhile.

    Inside somebody else's transaction that one's own isolation holds.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
