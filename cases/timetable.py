"""The timetable that every due date is counted by, as it stands in this transaction."""

from __future__ import annotations

import datetime as dt
import json
from functools import lru_cache
from typing import Any

from django.db import connection

from backend.calendar.selectors import ROWS_AS_TEXT

from .clocks import Step, Timetable, Value

# One statement for all three, for every submission waits for it.
READ = f"""
SELECT
    ({ROWS_AS_TEXT}),
    (SELECT coalesce(json_agg(json_build_array(rule, count, unit, source, from_on, until_on) ORDER BY rule, from_on), '[]')::text
        FROM cases_servicetarget),
    (SELECT coalesce(json_agg(json_build_array(rule, stage, days, hour, "to", address) ORDER BY rule, days, hour), '[]')::text
        FROM cases_escalation)
"""  # noqa: S608 - both texts are constants
UNITS: dict[str, Any] = {"WORKING_DAYS": "working days", "CALENDAR_DAYS": "calendar days"}


def timetable() -> Timetable:
    """The bank holidays, service targets and escalations of now: an edit is seen at once, by every process. One query."""
    with connection.cursor() as cursor:
        cursor.execute(READ)
        return _timetable_of(*cursor.fetchone())


@lru_cache(maxsize=2)
def _timetable_of(holidays: str, targets: str, escalations: str) -> Timetable:
    """Keyed by all that it is made of, so that it is never stale."""
    days = (line.split(" ", 1) for line in (holidays.split("\n") if holidays else ()))
    values: dict[str, list[Value]] = {}
    for rule, count, unit, source, from_on, until_on in json.loads(targets):
        value = Value(count, UNITS[unit], source, _date(from_on), _date(until_on) if until_on else None)
        values.setdefault(rule, []).append(value)
    steps: dict[str, list[Step]] = {}
    for rule, *step in json.loads(escalations):
        steps.setdefault(rule, []).append(Step(*step))
    return Timetable({_date(day): name for day, name in days}, values=values, steps=steps)


def _date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
