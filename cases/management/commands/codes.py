"""`manage.py codes`: the tables of what is chosen from a list, for staff to read and edit."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from backend.accounts.actors import OPERATOR
from backend.common.errors import Refused
from cases.models import Code
from cases.selectors import every_code_of
from cases.services import codes


class Command(BaseCommand):
    help = "Lists a table of what is chosen from a list, or adds or ends a value; nothing is edited in place."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="list|add|end")
        listing = actions.add_parser("list", help="print a table, with what has ended")
        adding = actions.add_parser("add", help="add a value from a day on")
        ending = actions.add_parser("end", help="end a value and its sub-categories, or begin its successor")
        for each in (listing, adding, ending):
            each.add_argument("table", type=str.upper, choices=Code.Table.values)
        for each in (adding, ending):
            each.add_argument("code")
            each.add_argument(
                "--before-2020", action="store_true", help="of the list for cases under the rules of before 2020"
            )
            each.add_argument(
                "--never-to-units", action="store_true", help="such an allegation is never for a local unit"
            )
            each.add_argument("--source", default="Entered by staff", help="where it stands")
        adding.add_argument("label")
        adding.add_argument("--parent", default="", help="the category that it is a part of")
        adding.add_argument("--from", dest="from_on", required=True, type=_date, help="its first day, as YYYY-MM-DD")
        ending.add_argument("--on", required=True, type=_date, help="the first day without it, today or later")
        ending.add_argument("--successor", default="", metavar="LABEL", help="the label that the code has from then on")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            self.stdout.write(ACTIONS[action](options))
        except Refused as refusal:
            told = [refusal.detail, *(each for errors in refusal.errors.values() for each in errors)]
            raise CommandError(" ".join(told)) from None


def _list(options: dict[str, Any]) -> str:
    return "\n".join(_line(code) for code in every_code_of(table=options["table"]))


def _add(options: dict[str, Any]) -> str:
    names = ("table", "code", "label", "parent", "before_2020", "never_to_units", "source", "from_on")
    return _line(codes.add(**{name: options[name] for name in names}, actor=OPERATOR, at=timezone.now()))


def _end(options: dict[str, Any]) -> str:
    which = {name: options[name] for name in ("table", "code", "before_2020", "on")}
    if not options["successor"]:
        return _line(codes.end(**which, actor=OPERATOR, at=timezone.now()))
    more = {
        "label": options["successor"],
        "source": options["source"],
        "never_to_units": options["never_to_units"] or None,
    }
    return _line(codes.succeed(**which, **more, actor=OPERATOR, at=timezone.now()))


ACTIONS = {"list": _list, "add": _add, "end": _end}


def _line(code: Code) -> str:
    until = f" until {code.until_on}" if code.until_on else ""
    marks = [
        mark for mark, is_so in (("before 2020", code.before_2020), ("never to units", code.never_to_units)) if is_so
    ]
    marked = f" ({', '.join(marks)})" if marks else ""
    return f"{code.code:<20} {code.label}{marked}  from {code.from_on}{until}  [{code.source}]"


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"“{text}” is not a date. Write it as YYYY-MM-DD, for example 2027-12-27.") from None
