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
from rest_framework.test import APIClient

from backend.accounts.models import RoleGrant
from tests.cast import NO_TICKS, Cast

COMPLAINTS, CASES = "/api/v1/complaints/", "/api/v1/cases/"


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
class Replay:
    """What came of a log: calls made, refusals by (state, step, status), and where each case stands."""

    cast: Cast
    mapping: Mapping[str, Sequence[Step]]
    made: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    references: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # The people of the cast work there since before the logs begin.
        RoleGrant.objects.update(starts_at=dt.datetime(2009, 1, 1, tzinfo=dt.UTC))
        self.clients = {step.who: self.cast.client(step.who) for steps in self.mapping.values() for step in steps}
        self.public = APIClient()

    def play(self, events: Sequence[Event]) -> None:
        """Play the events in the order of time; the first of a case is the complaint itself, and what it maps to follows."""
        for event in sorted(events, key=lambda each: each.at):
            with time_machine.travel(event.at, tick=False):
                if event.case not in self.references:
                    self._receive(event)
                for step in self.mapping[event.activity]:
                    self._take(event, step)

    def _receive(self, event: Event) -> None:
        answer = self.public.post(COMPLAINTS, {"what_happened": f"Entry {event.case}."}, format="json")
        assert answer.status_code == 201, answer.content
        self.references[event.case] = reference = answer.json()["reference"]
        self.states[event.case] = "RECEIVED"
        self.tags[event.case] = f'"{reference}.1"'

    def _take(self, event: Event, step: Step) -> None:
        client = self.clients[step.who]
        url = f"{CASES}{self.references[event.case]}/{step.path}"
        body = _filled(step.body, event.at)
        answer = getattr(client, step.method)(url, body, format="json", headers={"If-Match": self.tags[event.case]})
        state = self.states[event.case]
        if answer.status_code < 300:
            self.made[step.name] += 1
            self.tags[event.case] = answer["ETag"]
            self.states[event.case] = answer.json().get("state", state)
        else:
            self.refused[state, step.name, answer.status_code] += 1


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
