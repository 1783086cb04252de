"""Playing a recorded log of events through the API: each activity becomes what a handler would do, at its own time."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import time_machine
from django.conf import settings
from rest_framework.test import APIClient

from backend.accounts.models import RoleGrant
from backend.calendar.working_days import day_of
from tests.cases.law import Law
from tests.cast import NO_TICKS, Cast

COMPLAINTS, CASES = "/api/v1/complaints/", "/api/v1/cases/"
DOCS = Path(settings.ROOT) / "docs" / "event-logs.md"
NOTES = "notes"


@dataclass(frozen=True)
class Event:
    """One row of a log: which of its cases, what was done, and when."""

    case: str
    activity: str
    at: dt.datetime


@dataclass(frozen=True)
class Step:
    """One call of the API: who calls, how and where, and with what. "{today}" in a value is the day of the event."""

    who: str
    method: str
    path: str
    body: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.body.get("move") or self.path.strip("/"))


def move(who: str, name: str, **details: Any) -> Step:
    return Step(who, "post", "moves/", {"move": name, "details": details})


def note(text: str) -> Step:
    return Step("amal", "post", "notes/", {"text": text})


ASSESS = Step("amal", "put", "assessment/", NO_TICKS)
CONTACT = move("amal", "record_contact", contacted_on="{today}", views="As it was asked.", wishes_recording=False)
PROGRESS = Step("amal", "post", "messages/", {"text": "It is being worked on."})


@dataclass
class Played:
    """What came of a log: the calls that were made, the calls that were refused and where the case then stood, and its end."""

    mapping: Mapping[str, Sequence[Step]]
    made: Counter[tuple[str, str]] = field(default_factory=Counter)  # by activity and call
    refused: Counter[tuple[str, str, str]] = field(default_factory=Counter)  # and by the state that it stood in
    states: dict[str, str] = field(default_factory=dict)

    def play(self, events: Sequence[Event]) -> None:
        """Play the events in the order of time; the first of a case is the complaint itself, and what it maps to follows."""
        for event in sorted(events, key=lambda each: each.at):
            if event.case not in self.states:
                self.receive(event)
                self.states[event.case] = "RECEIVED"
            for step in self.mapping[event.activity]:
                stood = self.states[event.case]
                if self.take(event, step):
                    self.made[event.activity, step.name] += 1
                else:
                    self.refused[event.activity, step.name, stood] += 1

    def receive(self, event: Event) -> None:
        raise NotImplementedError

    def take(self, event: Event, step: Step) -> bool:
        """Whether the call was let through; where it was, `states` says where the case stands now."""
        raise NotImplementedError

    def check_equals(self, other: Played) -> None:
        assert (self.made, self.refused, self.states) == (other.made, other.refused, other.states)

    @property
    def figures(self) -> Figures:
        """What docs/event-logs.md has of it: all but the notes, none of which is refused."""
        made = Counter({key: count for key, count in self.made.items() if key[1] != NOTES})
        return Figures(made, self.refused, Counter(self.states.values()))


@dataclass
class ByTheLaw(Played):
    """The same, as the law written a second time has it (tests/cases/law.py): neither the API nor the code is asked."""

    laws: dict[str, Law] = field(default_factory=dict)

    def receive(self, event: Event) -> None:
        self.laws[event.case] = Law(made_on=day_of(event.at))

    def take(self, event: Event, step: Step) -> bool:
        law, day = self.laws[event.case], day_of(event.at)
        if step.name == NOTES:
            return True
        if step is ASSESS:
            law.alleged = law.alleged if law.closed else False
            return not law.closed
        if step is PROGRESS:
            return not law.told
        if not (law.sees(step.who) and law.possible(step.name, day) and law.may(step.who, step.name)):
            return False
        law.follow(step.name, step.who, day)
        self.states[event.case] = law.state
        return True


@dataclass
class Replay(Played):
    """The same, as the API answers it: each call as whoever works there, at the time of the event."""

    cast: Cast = field(kw_only=True)
    references: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    said: dict[tuple[str, str], set[tuple[int, str]]] = field(default_factory=dict)  # why not, by call and state

    def __post_init__(self) -> None:
        # The people of the cast work there since before the logs begin.
        RoleGrant.objects.update(starts_at=dt.datetime(2009, 1, 1, tzinfo=dt.UTC))
        self.clients = {step.who: self.cast.client(step.who) for steps in self.mapping.values() for step in steps}
        self.public = APIClient()

    def receive(self, event: Event) -> None:
        with time_machine.travel(event.at, tick=False):
            answer = self.public.post(COMPLAINTS, {"what_happened": f"Entry {event.case}."}, format="json")
        assert answer.status_code == 201, answer.content
        self.references[event.case] = reference = answer.json()["reference"]
        self.tags[event.case] = f'"{reference}.1"'

    def take(self, event: Event, step: Step) -> bool:
        url, tag = f"{CASES}{self.references[event.case]}/{step.path}", {"If-Match": self.tags[event.case]}
        with time_machine.travel(event.at, tick=False):
            call = getattr(self.clients[step.who], step.method)
            answer = call(url, _filled(step.body, event.at), format="json", headers=tag)
        state = self.states[event.case]
        if answer.status_code < 300:
            self.tags[event.case] = answer["ETag"]
            self.states[event.case] = answer.json().get("state", state)
            return True
        self.said.setdefault((step.name, state), set()).add((answer.status_code, answer.json()["detail"]))
        return False

    def check_the_reasons(self, said: Mapping[tuple[str, str], str]) -> None:
        """Every refusal is the case's own conflict: `said` has why, or else the move does not start where the case stood."""
        for at, answers in self.said.items():
            for status, why in answers:
                assert status == 409, (at, why)
                assert said.get(at, "this move does not start there") in why, at


@dataclass(frozen=True)
class Figures:
    """How often each call was made and refused, and where the cases stand at the end."""

    made: Counter[tuple[str, str]]
    refused: Counter[tuple[str, str, str]]
    stand: Counter[str]


def documented(heading: str) -> Figures:
    """The figures that docs/event-logs.md has of the log under that heading."""
    found = Figures(Counter(), Counter(), Counter())
    for line in DOCS.read_text(encoding="utf-8").partition(f"\n## {heading}")[2].partition("\n## ")[0].splitlines():
        match [cell.strip(" `") for cell in line.strip("|").split("|")]:
            case [activity, call, made, refused, stood] if made[:1].isdigit():
                found.made[activity, call] = _number(made)
                by_state = {state: _number(count) for state, count in map(str.split, filter(None, stood.split("; ")))}
                assert sum(by_state.values()) == _number(refused), line
                found.refused.update({(activity, call, state): count for state, count in by_state.items()})
            case [state, count] if count[:1].isdigit():
                found.stand[state] = _number(count)
    return Figures(+found.made, found.refused, found.stand)


def _number(written: str) -> int:
    return int(written.replace(",", ""))


def _filled(value: Any, at: dt.datetime) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(each, at) for name, each in value.items()}
    return f"{at:%Y-%m-%d}" if value == "{today}" else value


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def first_cases(events: Sequence[Event], count: int) -> list[Event]:
    """The events of the `count` cases that began first."""
    begun: dict[str, dt.datetime] = {}
    for event in events:
        begun[event.case] = min(event.at, begun.get(event.case, event.at))
    chosen = set(sorted(begun, key=lambda case: (begun[case], case))[:count])
    return [event for event in events if event.case in chosen]
