"""`manage.py targets`: how long the periods are that no law fixes, for staff to read and set."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backend.accounts.actors import OPERATOR
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases.models import ServiceTarget
from cases.services.targets import EDITABLE, set_target

UNITS = {unit.value.lower().replace("_", "-"): unit for unit in ServiceTarget.Unit}


class Command(BaseCommand):
    help = "List the service targets, or set one from a day on; open cases are recomputed."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="list|set")
        actions.add_parser("list", help="print every value, with its days and its source")
        setting = actions.add_parser("set", help="set how long a period is")
        setting.add_argument("rule", metavar="RULE", choices=EDITABLE, help=", ".join(EDITABLE))
        setting.add_argument("count", metavar="COUNT", type=int, help="how many days")
        setting.add_argument("unit", metavar="UNIT", choices=UNITS, help=" or ".join(UNITS))
        setting.add_argument(
            "--from", dest="from_on", type=_date, help="the first day it is for, as YYYY-MM-DD: else today"
        )
        setting.add_argument("--source", required=True, help="where it comes from: a decision, a publication")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "list":
            for target in ServiceTarget.objects.order_by("rule", "from_on"):
                self.stdout.write(f"{target}{_days(target)}  [{target.source}]")
            return
        at = timezone.now()
        try:
            target, changed = set_target(
                rule=options["rule"],
                count=options["count"],
                unit=UNITS[options["unit"]],
                from_on=options["from_on"] or day_of(at),
                source=options["source"],
                actor=OPERATOR,
                at=at,
            )
        except Refused as refusal:
            raise CommandError(refusal.detail) from None
        self.stdout.write(f"{target}{_days(target)}. Open cases with another due date: {changed}.")


def _days(target: ServiceTarget) -> str:
    until = f" until before {target.until_on}" if target.until_on else ""
    return f", from {target.from_on}{until}"


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is not a date. Write it as YYYY-MM-DD, for example 2027-12-27.") from None
