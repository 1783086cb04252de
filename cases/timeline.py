"""Everything that happened to a case, in order, with who and why: the trail, joined with what was written in the case.

The trail keeps codes, days and ids, never words; the words come from the case's own rows, which it names by their ids. What
was written without an event of its own (a reason that a move asks for) stands beside the move that it was written with.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from cryptography.fernet import InvalidToken

from backend.accounts.actors import Actor
from backend.accounts.models import Person, Role, User
from backend.audit import services as audit
from backend.common.errors import Invalid
from backend.common.fields import decrypt, encrypt
from backend.common.identifiers import ReferenceConverter
from backend.common.pagination import Page
from cases.identities import REVEALED, as_read_by
from cases.models import (
    Assessment,
    Case,
    ContactAttempt,
    ContributionEntry,
    DateCorrection,
    Message,
    Note,
    Notice,
    RetentionStep,
    WithholdingReview,
)

KEPT_BACK = {"NOTICE_WITHHELD", "TIMELINESS_WRITTEN"}  # the event that has why; others may name the same notice
LOOKING = {REVEALED, "LETTER_OPENED"}  # somebody looked, and changed nothing: for the authority's eyes
NOBODY_BY_NAME = {"": "The public", "clock": "The system", "operator": "An operator of the server"}
A_REFERENCE = re.compile(ReferenceConverter.regex)


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `what` is the verb of the trail, or NOTE or MESSAGE; `text` is what was written with it."""

    at: dt.datetime
    what: str
    says: str
    who: str
    details: dict[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Happened:
    """One event of the trail; `details` are empty where they were erased."""

    at: dt.datetime
    verb: str
    actor: str
    details: dict[str, Any]

    def without(self, hidden: Set[str]) -> Happened:
        """The same event without the details that name one of `hidden`."""
        kept = {name: value for name, value in self.details.items() if hidden.isdisjoint(_texts(value))}
        return replace(self, details=kept)


@dataclass(frozen=True)
class _Written:
    """A row with words, and who wrote it when."""

    key: str
    at: dt.datetime
    what: str
    who: str
    text: str


def timeline(case: Case, *, actor: Actor, cursor: str, size: int) -> Page[Entry]:
    """`size` entries of the case after the cursor, oldest first.

    What names another case that the actor may not see is left out, and so is, for all but the appropriate authority, who
    looked at the complainants' names; those stand in no text for who has not looked. Raises Invalid (400) for a cursor of
    another timeline.
    """
    start = _read(cursor, case)
    entries = _entries(case, actor)
    as_read = as_read_by(actor, case=case)
    page = [replace(each, text=as_read(each.text)) for each in entries[start : start + size]]
    more = len(entries) > start + size
    return Page(page, encrypt(json.dumps(["timeline", case.reference, start + size])) if more else "")


def events_shown(case: Case, actor: Actor, *, after: int = 0) -> list[Happened]:
    """The events of a case that the actor may know of, after the one of that number, oldest first."""
    events = [
        Happened(event.at, event.verb, event.actor, dict(details or {}))
        for event, details in audit.timeline(subject_kind="case", subject=case.reference, after=after)
    ]
    hidden = _hidden_cases(case, actor, events)
    if not actor.holds(Role.APPROPRIATE_AUTHORITY, force_id=case.force_id):
        events = [event for event in events if event.verb not in LOOKING]
    # A move is seen by the state it led to; it is told without the case that it names.
    return [
        event.without(hidden) if "state" in event.details else event
        for event in events
        if "state" in event.details or not hidden.intersection(_texts(event.details))
    ]


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """The names behind actors of the trail, by what the trail calls them."""
    wanted = set(actors)
    names = NOBODY_BY_NAME | _people(wanted)
    return {each: names.get(each, "Somebody who has no account any more") for each in wanted}


def _people(texts: Set[str]) -> dict[str, str]:
    """The names of those accounts and people whose ids are among the texts."""
    ids = [text for text in texts if _is_id(text)]
    people = Person.objects.filter(public_id__in=ids).values_list("public_id", "name")
    accounts = User.objects.filter(public_id__in=ids).values_list("public_id", "person__name")
    return {str(public_id): name for public_id, name in [*people, *accounts]}


def _entries(case: Case, actor: Actor) -> list[Entry]:
    events = events_shown(case, actor)
    untold = {each.key: each for each in _written(case)}
    mentioned = {text for event in events for text in _texts(event.details)}
    people = _people(mentioned) | names_of(event.actor for event in events)
    reasons = iter(Assessment.objects.filter(case_id=case.pk).order_by("id").values_list("reason", flat=True))
    withheld = _why_kept_back(case)
    told = [
        (event.at, place, _entry(case, event, untold, people, reasons, withheld)) for place, event in enumerate(events)
    ]
    others = [
        (each.at, len(events) + place, Entry(each.at, each.what, each.what.capitalize(), each.who, text=each.text))
        for place, each in enumerate(untold.values())
    ]
    return [entry for _, _, entry in sorted([*told, *others], key=lambda each: each[:2])]


def _entry(
    case: Case,
    event: Happened,
    untold: dict[str, _Written],
    people: Mapping[str, str],
    reasons: Iterator[str],
    withheld: Mapping[str, str],
) -> Entry:
    """The event as an entry, with its words, which are taken out of `untold`."""
    # Once: later events about the same words, such as that they were read, only name them.
    words = [untold.pop(text).text for text in _texts(event.details) if text in untold]
    if event.verb == "ASSESSED":
        words.append(next(reasons, ""))
    if event.verb in KEPT_BACK:
        words += [withheld.get(text, "") for text in _texts(event.details)]
    if event.verb in LOOKING:
        words.append(str(event.details.get("reason", "")))
    details = {
        name: people.get(value, value) if isinstance(value, str) and value else value
        for name, value in event.details.items()
        if name != "reason" and not (isinstance(value, str) and _is_id(value) and value not in people)
    }
    says = dict(case.moves.choices).get(event.verb.lower()) or event.verb.replace("_", " ").capitalize()
    return Entry(event.at, event.verb, str(says), people[event.actor], details, "\n\n".join(filter(None, words)))


def _written(case: Case) -> Iterator[_Written]:
    noted = Note.objects.filter(case_id=case.pk).select_related("author__person").defer("words")
    for note in noted.order_by("id"):
        yield _Written(str(note.public_id), note.written_at, "NOTE", note.author.name, note.text)
    told = Message.objects.filter(case_id=case.pk).select_related("author__person").defer("words")
    for message in told.order_by("id"):
        who = message.author.name if message.author else NOBODY_BY_NAME[""]
        yield _Written(str(message.public_id), message.sent_at, "MESSAGE", who, message.text)
    for attempt in ContactAttempt.objects.filter(case_id=case.pk).select_related("logged_by__person").order_by("id"):
        text = "\n\n".join(filter(None, [attempt.note, attempt.views]))
        yield _Written(str(attempt.public_id), attempt.logged_at, "ATTEMPT", attempt.logged_by.name, text)
    for correction in DateCorrection.objects.filter(case_id=case.pk).select_related("made_by__person").order_by("id"):
        who, reason = correction.made_by.name, correction.reason
        yield _Written(str(correction.public_id), correction.made_at, "CORRECTION", who, reason)
    entries = ContributionEntry.objects.filter(contribution__case_id=case.pk).select_related("author__person")
    for entry in entries.order_by("id"):
        yield _Written(str(entry.public_id), entry.written_at, "CONTRIBUTION", entry.author.name, entry.text)
    looks = WithholdingReview.objects.filter(notice__case_id=case.pk).select_related("reviewed_by__person")
    for look in looks.order_by("id"):
        yield _Written(str(look.public_id), look.reviewed_at, "WITHHOLDING", look.reviewed_by.name, look.reason)
    steps = RetentionStep.objects.filter(case_id=case.pk).exclude(text="").select_related("author__person")
    for step in steps.order_by("id"):
        who = step.author.name if step.author else NOBODY_BY_NAME["clock"]
        yield _Written(str(step.public_id), step.taken_at, "RETENTION", who, step.text)


def _why_kept_back(case: Case) -> dict[str, str]:
    """Why each notice was kept back at first, by what the trail calls the notice."""
    kept_back = Notice.objects.filter(case_id=case.pk, settled_as=Notice.Settled.WITHHELD)
    return {str(public_id): reason for public_id, reason in kept_back.values_list("public_id", "reason")}


def _hidden_cases(case: Case, actor: Actor, events: Sequence[Happened]) -> set[str]:
    """Of the other cases that the events name, those that the actor may not see."""
    named = {text for event in events for text in _texts(event.details) if A_REFERENCE.fullmatch(text)}
    others = named - {case.reference}
    if not others:
        return set()
    there = set(Case.objects.filter(reference__in=others).values_list("reference", flat=True))
    seen = Case.objects.visible_to(actor).filter(reference__in=there).values_list("reference", flat=True)
    return there - set(seen)


def _texts(value: Any) -> Iterator[str]:
    """Every text in the details of an event, also within lists and objects."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _is_id(text: str) -> bool:
    try:
        return len(text) == 36 and bool(UUID(text))
    except ValueError:
        return False


def _read(cursor: str, case: Case) -> int:
    if not cursor:
        return 0
    try:
        of, reference, start = json.loads(decrypt(cursor))
    except (InvalidToken, ValueError, TypeError):
        of, reference, start = "", "", 0
    if (of, reference) != ("timeline", case.reference):
        raise Invalid(
            "Start again.", errors={"cursor": ["This is not a cursor of this list; start again without one."]}
        )
    return int(start)
