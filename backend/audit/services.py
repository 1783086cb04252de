"""Recording and proving the trail. Everything that changes something calls `record` in its own transaction, last."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Func, Subquery, TextField
from django.db.models.functions import Coalesce

from backend.database.copying import copy_into

from .models import Detail, Event

CHAIN_LOCK = 4702111234567001  # as in migration 0002
EVENT_COLUMNS = ("at", "verb", "actor", "subject_kind", "subject", "details_hash")


RECORD = """
WITH event AS (
    INSERT INTO audit_event (at, verb, actor, subject_kind, subject, details_hash)
    VALUES (%s, %s, %s, %s, %s, %s) RETURNING sequence
)
INSERT INTO audit_detail (event_id, salt, details) SELECT sequence, %s, %s::jsonb FROM event RETURNING event_id
"""


@dataclass(frozen=True)
class Head:
    """The end of the chain: what is to be kept outside the database, for only then can a cut tail be found."""

    sequence: int
    hash: str


class Recomputed(Func):
    """The hash that an event's row has by what stands in it now."""

    template = "audit_event_hash(audit_event)"
    output_field = TextField()


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: how many events were read, and the first bad one with the reason, or None."""

    events: int
    head: Head
    first_bad: int | None = None
    reason: str = ""


def record(
    *,
    actor: str,
    verb: str,
    subject_kind: str,
    subject: str,
    at: dt.datetime,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Add an event to the trail, and answer its sequence number.

    `actor` and `subject` are public ids. `details` is what was said or changed: plain values, kept beside the chain.
    Call it last in the transaction: it holds the chain's lock until the commit. Raises nothing of its own.
    """
    salt = secrets.token_hex(16)
    text = canonical(details or {})
    with connection.cursor() as cursor:
        cursor.execute(
            RECORD, [at, verb, actor, subject_kind, subject, details_digest(salt=salt, text=text), salt, text]
        )
        (sequence,) = cursor.fetchone()
    return int(sequence)


def record_many(
    *, actor: str, verb: str, subject_kind: str, at: dt.datetime, details_by_subject: Mapping[str, Mapping[str, Any]]
) -> int:
    """Add one event for each subject, in the order of the mapping, and answer how many.

    For bulk work, where `record` would cost a round trip an event. Call it last in the transaction: it holds the chain's
    lock until the commit, and everybody else's events wait for it.
    """
    events, details = [], []
    with connection.cursor() as cursor:
        # The lock that the trigger takes, taken before the number is read, so that the numbers told here are those it gives.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])
        last = head().sequence
        for sequence, (subject, said) in enumerate(details_by_subject.items(), start=last + 1):
            salt, text = secrets.token_hex(16), canonical(said)
            digest = details_digest(salt=salt, text=text)
            events.append((at.isoformat(), verb, actor, subject_kind, subject, digest))
            details.append((sequence, salt, text))
        copy_into(cursor, table="audit_event", columns=EVENT_COLUMNS, rows=events)
        copy_into(cursor, table="audit_detail", columns=("event_id", "salt", "details"), rows=details)
    return len(events)


def canonical(details: Mapping[str, Any]) -> str:
    """`details` as the one JSON text that its hash is made of."""
    return json.dumps(details, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def details_digest(*, salt: str, text: str) -> str:
    """The salted SHA-256 of canonical details: without the salt, which is erased with them, nobody can guess them."""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def head() -> Head:
    """The last event's number and hash; 0 and "" while there is none."""
    last = Event.objects.order_by("-sequence").values_list("sequence", "hash").first()
    return Head(*last) if last else Head(0, "")


def verify(*, anchor: Head | None = None) -> Verdict:
    """Read the whole chain and name the first row that is not as it was written.

    Finds an edit, a deletion, an insertion and a swap; a tail that was cut off only with an `anchor` kept outside.
    Details that were erased are no fault; details that differ from their hash are.
    """
    count, expected, previous, anchored = 0, 1, "", anchor is None or anchor.sequence == 0
    for event in _chain():
        fault = _fault(event, expected=expected, previous=previous)
        if not fault and anchor and event.sequence == anchor.sequence:
            anchored = True
            fault = "" if event.hash == anchor.hash else "it is not the event whose hash was kept"
        if fault:
            return Verdict(count, Head(expected - 1, previous), event.sequence, fault)
        count, expected, previous = count + 1, event.sequence + 1, event.hash
    if not anchored and anchor:
        return Verdict(count, Head(expected - 1, previous), anchor.sequence, "it was kept as an event, and is missing")
    return Verdict(count, Head(expected - 1, previous))


@dataclass(frozen=True)
class _Link:
    sequence: int
    previous_hash: str
    hash: str
    recomputed: str
    details_hash: str
    salt: str | None
    details: Any


def _chain() -> Iterator[_Link]:
    rows = (
        Event.objects.order_by("sequence")
        .annotate(recomputed=Recomputed())
        .values_list(
            "sequence", "previous_hash", "hash", "recomputed", "details_hash", "detail__salt", "detail__details"
        )
    )
    for row in rows.iterator(chunk_size=5000):
        yield _Link(*row)


def _fault(event: _Link, *, expected: int, previous: str) -> str:
    if event.sequence != expected:
        return f"event {expected} is missing before it"
    if event.previous_hash != previous:
        return "it does not follow from the event before it"
    if event.hash != event.recomputed:
        return "it was changed after it was written"
    if event.salt is not None and details_digest(salt=event.salt, text=canonical(event.details)) != event.details_hash:
        return "its details were changed after they were written"
    return ""


def timeline(*, subject_kind: str, subject: str, after: int = 0) -> list[tuple[Event, Mapping[str, Any] | None]]:
    """What happened to one thing after the event of that number, oldest first, each with its details, or None where erased."""
    events = Event.objects.filter(subject_kind=subject_kind, subject=subject, sequence__gt=after).select_related(
        "detail"
    )
    return [(event, _details(event)) for event in events.order_by("sequence")]


def last_of(*, subject_kind: str, subject: str) -> Coalesce:
    """For a row that is being written: the number of the last event about one thing; 0 while there is none."""
    events = Event.objects.filter(subject_kind=subject_kind, subject=subject)
    return Coalesce(Subquery(events.order_by("-sequence").values("sequence")[:1]), 0)


def last_at(*verbs: str, subject_kind: str, subject: str, actor: str | None = None) -> dt.datetime | None:
    """When one of these was last done to one thing, by that actor or by anybody; None: never. It stands where details were erased."""
    by = {} if actor is None else {"actor": actor}
    events = Event.objects.filter(subject_kind=subject_kind, subject=subject, verb__in=verbs, **by)
    return events.order_by("-sequence").values_list("at", flat=True).first()


def _details(event: Event) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = event.detail.details
    except Detail.DoesNotExist:
        return None
    return found
