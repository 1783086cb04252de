"""`manage.py deadline RULE START`: when a period ends, and every day on the way."""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from backend.common.errors import Invalid
from cases.clocks import CLOCKS, Counted, count_by_hand
from cases.timetable import timetable


class Command(BaseCommand):
    help = "Count a period out: when it ends, and every day that is counted or skipped on the way."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rule", choices=list(CLOCKS), metavar="RULE", help=", ".join(CLOCKS))
        parser.add_argument("start", metavar="START", help="the London date of the event, like 2026-12-18")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            start = dt.date.fromisoformat(options["start"])
        except ValueError:
            raise CommandError(f"{options['start']} is no date. Write it like 2026-12-18.") from None
        try:
            counted = count_by_hand(options["rule"], start, timetable())
        except Invalid as refusal:
            raise CommandError(refusal.detail) from None
        self.stdout.write(
            json.dumps(as_plain(counted), cls=DjangoJSONEncoder) if options["json"] else in_words(counted)
        )


def as_plain(counted: Counted) -> dict[str, Any]:
    """The result as plain values, by the names of the API."""
    return {
        "rule": counted.clock.rule,
        "duty": counted.clock.duty,
        "start": counted.start,
        "due": counted.due,
        "basis": counted.clock.basis,
        "last_working_day_before": counted.last_working_day_before,
        "days": [{**asdict(day), "counted": day.number is not None} for day in counted.days],
    }


def in_words(counted: Counted) -> str:
    """The result for a person: each day on a line, and the end last."""
    lines = [f"{day.date:%a %d %b %Y}  {day.number or '–':>4}  {day.reason}" for day in counted.days]
    lines.append(f"{counted.clock.duty}: {_end(counted)}. {counted.clock.basis}.")
    if counted.last_working_day_before:
        lines.append(
            f"That is no working day; the last one before it is {counted.last_working_day_before:%A %d %B %Y}."
        )
    return "\n".join(lines)


def _end(counted: Counted) -> str:
    first = "from" if counted.clock.of == "months" else "by the end of"
    return f"{first} {counted.due:%A %d %B %Y}"
