"""Everything that happened to a case, in order, with who and why: the trail, joined with what was written in the case.

The trail keeps codes, days and ids, never words; the words come from the case's own rows, which it names by their ids. What
was written without an event of its own (a reason that a move asks for) stands beside the move that it was written with. Why
something was done stands with it (WHY); a test finds the column of a reason that is told nowhere.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from cryptography.fernet import InvalidToken
from django.db.models import F, Q, QuerySet, SmallIntegerField, Value

from backend.accounts.actors import Actor
from backend.accounts.models import Person, Role, User
from backend.audit import services as audit
from backend.common.errors import Invalid
from backend.common.fields import decrypt, encrypt
from backend.common.identifiers import ReferenceConverter
from backend.common.pagination import Page
from cases.identities import REVEALED, as_read_by
from cases.models import (
    AllegationAction,
    AllegationDecision,
    AllegationOpinion,
    Assessment,
    Case,
    CaseAccess,
    CaseLink,
    ContactAttempt,
    ContributionEntry,
    DateCorrection,
    Determination,
    Learning,
    Message,
    Naming,
    Note,
    Notice,
    Preservation,
    Proceeding,
    RetentionStep,
    Review,
    SeverityAssessment,
    SpecialProcedures,
    Suspension,
    SuspensionReview,
    Withdrawal,
    WithholdingReview,
)

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
class _Source:
    """A table of what is written in a case: what a row of it is called, where its instant, author and words are."""

    what: str
    rows: Callable[[Case], QuerySet[Any]]
    at: str
    author: str
    columns: tuple[str, ...]
    without_author: str = ""  # who wrote a row that names nobody

    def text(self, row: Any) -> str:
        return _joined(str(getattr(row, column)) for column in self.columns)


SOURCES = (
    _Source(
        "NOTE",
        lambda case: Note.objects.filter(case_id=case.pk).defer("words"),
        "written_at",
        "author",
        ("text",),
    ),
    _Source(
        "MESSAGE",
        lambda case: Message.objects.filter(case_id=case.pk).defer("words"),
        "sent_at",
        "author",
        ("text", "delivery_reason"),
    ),
    _Source(
        "ATTEMPT",
        lambda case: ContactAttempt.objects.filter(case_id=case.pk),
        "logged_at",
        "logged_by",
        ("note", "views"),
    ),
    _Source(
        "CORRECTION",
        lambda case: DateCorrection.objects.filter(case_id=case.pk),
        "made_at",
        "made_by",
        ("reason",),
    ),
    _Source(
        "CONTRIBUTION",
        lambda case: ContributionEntry.objects.filter(contribution__case_id=case.pk),
        "written_at",
        "author",
        ("text",),
    ),
    _Source(
        "WITHHOLDING",
        lambda case: WithholdingReview.objects.filter(notice__case_id=case.pk),
        "reviewed_at",
        "reviewed_by",
        ("reason",),
    ),
    _Source(
        "RETENTION",
        lambda case: RetentionStep.objects.filter(case_id=case.pk).exclude(text=""),
        "taken_at",
        "author",
        ("text",),
        without_author="clock",
    ),
)


@dataclass(frozen=True)
class _Why:
    """Where the words lie that say why something was done: told with the event of these verbs, and never without it.

    The event names the row by what stands at `named_by`; or they were written at one instant, which the row has at `at`; or
    else the row is the case's own. Where several rows go by one name, in the order in which they were written, the last is
    of the last such event, and so on back: what was overwritten is told with the last alone.
    """

    verbs: frozenset[str]
    rows: Callable[[Case], QuerySet[Any]]
    columns: tuple[str, ...]
    named_by: str = ""
    at: str = ""
    words: Callable[[str], str] = str  # of what stands in the columns

    def keys_of(self, event: Happened) -> Sequence[Any]:
        """By what the event may know its row."""
        if self.at:
            return [event.at]
        return list(_texts(event.details)) if self.named_by else [""]


def _why(
    verbs: str, rows: Callable[[Case], QuerySet[Any]], *columns: str, named_by: str = "public_id", **more: Any
) -> _Why:
    return _Why(frozenset(verbs.split()), rows, columns, named_by, **more)


def _links(case: Case) -> QuerySet[Any]:
    return CaseLink.objects.filter(Q(case_id=case.pk) | Q(other_id=case.pk))


LINK_ENDED = "\nEnded: "  # what a link says from there on is why it ended
DETERMINED = (
    "DUTY_TO_INVESTIGATE_SET CHIEF_OFFICER_SET REGIME_SET RESTRICTED RESTRICTION_LIFTED LEAVE_GIVEN LEAVE_ENDED "
    "SAME_DECIDER_LET ASSIGNED NO_EVIDENCE_FOUND CONTACT_FOUND_IMPOSSIBLE"
)
WHY = (
    _why(
        "ASSESSED", lambda case: Assessment.objects.filter(case_id=case.pk), "contact_impossible_reason", "reason",
        named_by="",
    ),
    _why(
        DETERMINED, lambda case: Determination.objects.filter(case_id=case.pk), "answers__exception", "reason", at="made_at",
    ),
    _why("LEAVE_GIVEN", lambda case: CaseAccess.objects.filter(case_id=case.pk), "reason", at="given_at"),
    _why("LINKED", _links, "reason", words=lambda reason: reason.partition(LINK_ENDED)[0]),
    _why("LINK_ENDED", _links, "reason", words=lambda reason: reason.partition(LINK_ENDED)[2]),
    _why("MATTER_AROSE MATTER_OPENED", _links, "reason", at="made_at"),
    _why("SUSPENDED", lambda case: Suspension.objects.filter(case_id=case.pk), "reason"),
    _why("RESUMED NOT_RESUMED", lambda case: Suspension.objects.filter(case_id=case.pk), "decision_reason"),
    _why(
        "SUSPENSION_REVIEWED", lambda case: SuspensionReview.objects.filter(suspension__case_id=case.pk), "reason",
        named_by="suspension__public_id",
    ),
    _why("SPECIAL_PROCEDURES_DECLARED", lambda case: SpecialProcedures.objects.filter(case_id=case.pk), "reasons"),
    _why(
        "SEVERITY_ASSESSED", lambda case: SeverityAssessment.objects.filter(special__case_id=case.pk), "reason",
        named_by="special__public_id",
    ),
    _why(
        "OPINION_GIVEN", lambda case: AllegationOpinion.objects.filter(allegation__case_id=case.pk), "reasons",
        named_by="allegation__public_id",
    ),
    _why(
        "ALLEGATION_DECIDED", lambda case: AllegationDecision.objects.filter(allegation__case_id=case.pk), "rationale",
        named_by="allegation__public_id",
    ),
    _why(
        "ACTION_DONE", lambda case: AllegationAction.objects.filter(allegation__case_id=case.pk), "evidence"
    ),
    _why("LEARNING_ADDED", lambda case: Learning.objects.filter(allegation__case_id=case.pk), "text"),
    _why("LEARNING_DONE", lambda case: Learning.objects.filter(allegation__case_id=case.pk), "evidence"),
    _why(
        "WALL_TAKEN_DOWN", lambda case: Naming.objects.filter(involvement__case_id=case.pk, what="TAKEN_DOWN"), "reason",
        named_by="involvement__public_id",
    ),
    _why("EVIDENCE_NOTED", lambda case: Preservation.objects.filter(case_id=case.pk), "what"),
    _why("EVIDENCE_LOST", lambda case: Preservation.objects.filter(case_id=case.pk), "lost_reason"),
    _why("WITHDRAWAL_ASKED", lambda case: Withdrawal.objects.filter(case_id=case.pk), "way_reason"),
    _why("REVIEW_APPLIED", lambda case: Review.objects.filter(case_id=case.pk), "accepted_late_reason"),
    _why("REVIEW_DECIDED", lambda case: Review.objects.filter(case_id=case.pk), "recommendation"),
    _why("RECOMMENDATION_ANSWERED", lambda case: Review.objects.filter(case_id=case.pk), "answer"),
    _why("PROCEEDING_ENDED", lambda case: Proceeding.objects.filter(case_id=case.pk), "result"),
    _why(
        "NOTICE_WITHHELD TIMELINESS_WRITTEN",  # others may name the same notice
        lambda case: Notice.objects.filter(case_id=case.pk, settled_as=Notice.Settled.WITHHELD), "reason",
    ),
)  # fmt: skip
WITH_A_WHY = frozenset().union(*(why.verbs for why in WHY))


@dataclass(frozen=True)
class _Written:
    """Who wrote what, of a row with words."""

    what: str
    at: dt.datetime
    who: str
    text: str


@dataclass(frozen=True)
class _Place:
    """One entry before its words are read: an event with the rows that it names first, or a row that no event names.

    `later` says of each name in it how many events of its verb come after it that have the same.
    """

    at: dt.datetime
    event: Happened | None
    keys: Sequence[str]
    later: Mapping[str, int] = field(default_factory=dict)


def timeline(case: Case, *, actor: Actor, cursor: str, size: int) -> Page[Entry]:
    """`size` entries of the case after the cursor, oldest first: of the case's texts, those alone are read that they show.

    What names another case that the actor may not see is left out, and so is, for all but the appropriate authority, who
    looked at the complainants' names; those stand in no text for who has not looked. Raises Invalid (400) for a cursor of
    another timeline.
    """
    start = _read(cursor, case)
    places, sources = _places(case, actor)
    page = _entries(case, places[start : start + size], sources)
    as_read = as_read_by(actor, case=case)
    more = len(places) > start + size
    return Page(
        [replace(each, text=as_read(each.text)) for each in page],
        encrypt(json.dumps(["timeline", case.reference, start + size])) if more else "",
    )


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


def _places(case: Case, actor: Actor) -> tuple[list[_Place], dict[str, _Source]]:
    """Every entry, in order, by codes, days and ids; and which table each of the rows lies in that have words."""
    events = events_shown(case, actor)
    written = _keys(case)
    untold, places, later = dict(written), [], _later(events)
    for event, still_to_come in zip(events, later, strict=True):
        # Once: later events about the same words, such as that they were read, only name them.
        keys = [text for text in _texts(event.details) if untold.pop(text, None)]
        places.append(_Place(event.at, event, keys, still_to_come))
    places += [_Place(at, None, [key]) for key, (at, _) in untold.items()]
    # What was written without an event stands after the event of the same instant.
    return sorted(places, key=lambda each: each.at), {key: source for key, (_, source) in written.items()}


def _later(events: Sequence[Happened]) -> list[Mapping[str, int]]:
    """For each event that has a why: how many come later of its verb that name the same, and how many at all ("")."""
    seen: Counter[tuple[str, str]] = Counter()
    found: list[Mapping[str, int]] = []
    for event in reversed(events):
        names = {"", *_texts(event.details)} if event.verb in WITH_A_WHY else set()
        found.append({name: seen[event.verb, name] for name in names})
        seen.update((event.verb, name) for name in names)
    return found[::-1]


def _keys(case: Case) -> dict[str, tuple[dt.datetime, _Source]]:
    """The rows of the case that have words, by their public ids: when each was written, and where it lies."""
    tables = [
        source.rows(case)
        .annotate(source=Value(number, output_field=SmallIntegerField()), instant=F(source.at))
        .order_by()
        .values_list("source", "pk", "public_id", "instant")
        for number, source in enumerate(SOURCES)
    ]
    rows = sorted(tables[0].union(*tables[1:], all=True), key=lambda row: row[:2])
    return {str(public_id): (at, SOURCES[number]) for number, _, public_id, at in rows}


def _entries(case: Case, places: Sequence[_Place], sources: Mapping[str, _Source]) -> list[Entry]:
    written = _written(case, {key: sources[key] for place in places for key in place.keys})
    events = [place.event for place in places if place.event]
    people = _people({text for event in events for text in _texts(event.details)})
    people |= names_of(event.actor for event in events)
    whys = _whys(case, places)
    return [_entry(case, place, written, people, why) for place, why in zip(places, whys, strict=True)]


def _entry(
    case: Case, place: _Place, written: Mapping[str, _Written], people: Mapping[str, str], whys: Sequence[str]
) -> Entry:
    event, rows = place.event, [written[key] for key in place.keys]
    if event is None:
        (row,) = rows
        return Entry(row.at, row.what, row.what.capitalize(), row.who, text=row.text)
    words = [*(row.text for row in rows), *whys]
    if event.verb in LOOKING:
        words.append(str(event.details.get("reason", "")))
    details = {
        name: people.get(value, value) if isinstance(value, str) and value else value
        for name, value in event.details.items()
        if name != "reason" and not (isinstance(value, str) and _is_id(value) and value not in people)
    }
    says = dict(case.moves.choices).get(event.verb.lower()) or event.verb.replace("_", " ").capitalize()
    return Entry(event.at, event.verb, str(says), people[event.actor], details, _joined(words))


def _whys(case: Case, places: Sequence[_Place]) -> list[list[str]]:
    """Why each was done, in the words of the case's rows: a statement for each table that has some."""
    found: list[list[str]] = [[] for _ in places]
    for why in WHY:
        asked = [
            (place.event, place.later, its)
            for place, its in zip(places, found, strict=True)
            if place.event and place.event.verb in why.verbs
        ]
        keys = {key for event, _, _ in asked for key in why.keys_of(event)}
        rows = _rows_of(why, case, keys) if keys else {}
        for event, later, its in asked:
            for key in why.keys_of(event):
                of_it = rows.get(key, [])
                its.extend(of_it if why.at else of_it[::-1][later[key] : later[key] + 1])
    return found


def _rows_of(why: _Why, case: Case, keys: Set[Any]) -> dict[Any, list[str]]:
    """What the rows of a table say that are known by the keys, in the order in which they were written."""
    rows, known_by = why.rows(case).order_by("pk"), why.at or why.named_by
    if known_by:
        names = keys if why.at else {key for key in keys if _is_id(key)}
        rows = rows.filter(**{f"{known_by}__in": names})
    found: dict[Any, list[str]] = {}
    for name, *texts in rows.values_list(known_by or "pk", *why.columns):
        key = name if why.at else str(name) if known_by else ""
        found.setdefault(key, []).append(_joined(why.words(text) for text in texts if text))
    return found


def _written(case: Case, sources: Mapping[str, _Source]) -> dict[str, _Written]:
    """These rows with their words, by their public ids: a statement for each table that has one."""
    found = {}
    for source in SOURCES:
        keys = [key for key, its in sources.items() if its is source]
        rows = source.rows(case).filter(public_id__in=keys).select_related(f"{source.author}__person")
        for row in rows if keys else ():
            author = getattr(row, source.author)
            who = author.name if author else NOBODY_BY_NAME[source.without_author]
            found[str(row.public_id)] = _Written(source.what, getattr(row, source.at), who, source.text(row))
    return found


def _hidden_cases(case: Case, actor: Actor, events: Sequence[Happened]) -> set[str]:
    """Of the other cases that the events name, those that the actor may not see."""
    named = {text for event in events for text in _texts(event.details) if A_REFERENCE.fullmatch(text)}
    others = named - {case.reference}
    if not others:
        return set()
    there = set(Case.objects.filter(reference__in=others).values_list("reference", flat=True))
    seen = Case.objects.visible_to(actor).filter(reference__in=there).values_list("reference", flat=True)
    return there - set(seen)


def _joined(texts: Iterable[str]) -> str:
    """One under another, each once."""
    return "\n\n".join(dict.fromkeys(filter(None, texts)))


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
