"""Sending a public form twice does it once; sending too much too fast is stopped. Both are counted in PostgreSQL."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from backend.common.errors import Refused

from .models import IdempotentRequest, RateCount

KEPT_FOR = dt.timedelta(hours=24)


class StillInFlight(Refused):
    code = "request-in-flight"
    title = "The first request with this key is still being worked on."
    status = 409


class KeyUsedForAnother(Refused):
    code = "idempotency-key-reused"
    title = "This key was used for another request."
    status = 422


class TooMany(Refused):
    code = "too-many-requests"
    title = "Too many requests."
    status = 429

    def __init__(self, *, wait: dt.timedelta) -> None:
        super().__init__("Wait a few minutes and try again. You can also call 101; in an emergency, call 999.")
        self.headers = {"Retry-After": str(int(wait.total_seconds()))}


def once(
    *, route: str, key: UUID | None, body_digest: bytes, at: dt.datetime, make: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """What `make` answers, made once for one key: a second call within 24 hours gets the first one's answer.

    Runs in one transaction with `make`. Without a key it is simply made. The answer is kept as JSON: no secrets in it.
    Raises StillInFlight (409) while the first is at work, KeyUsedForAnother (422) where the body differs.
    """
    with transaction.atomic():
        if key is None:
            return make()
        key_hash = hmac.digest(settings.SECRET_KEY.encode(), key.bytes, "sha256")
        expired_by = at - KEPT_FOR
        first = _first(route=route, key_hash=key_hash, after=expired_by)
        if first:
            body_hash, kept = first
            if bytes(body_hash) != body_digest:
                raise KeyUsedForAnother("Make a new Idempotency-Key for a new request.")
            return dict(json.loads(kept))
        result = make()
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [route, key_hash, body_digest, json.dumps(result), at, expired_by])
            if not cursor.rowcount:
                raise StillInFlight(WAIT)  # and what was made is undone
        return result


WAIT = "Wait for its answer, or send this again in a moment."
# Plain statements: every submission with a key makes both, and here the ORM would cost more than the database. The first
# may have been read before the lock was had, and so not know what was kept in between: the second finds it, and keeps nothing.
FIRST = """
SELECT lock.taken, first.body_hash, first.result::text
FROM (SELECT pg_try_advisory_xact_lock(%s) AS taken) AS lock
LEFT JOIN requests_idempotentrequest first ON first.route = %s AND first.key_hash = %s AND first.made_at > %s
"""
KEEP = """
INSERT INTO requests_idempotentrequest AS kept (route, key_hash, body_hash, result, made_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (route, key_hash)
DO UPDATE SET body_hash = excluded.body_hash, result = excluded.result, made_at = excluded.made_at WHERE kept.made_at <= %s
"""


def _first(*, route: str, key_hash: bytes, after: dt.datetime) -> tuple[memoryview, str] | None:
    """What was kept of the first request with this key: the hash of its body, and its result as JSON. Raises StillInFlight.

    From here to the end of the transaction no other request with this key is at work.
    """
    number = int.from_bytes(hashlib.sha256(route.encode() + key_hash).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute(FIRST, [number, route, key_hash, after])
        taken, body_hash, kept = cursor.fetchone()
    if not taken:
        raise StillInFlight(WAIT)
    return (body_hash, kept) if kept is not None else None


def count_try(*, what: str, caller: str, limit: int, per: dt.timedelta, at: dt.datetime) -> None:
    """Count one try of `what` by `caller` in the window of length `per` that `at` lies in. 0 as limit means none.

    The caller is kept only as a keyed hash that differs from day to day. Raises TooMany (429) beyond `limit`.
    """
    if not limit:
        return
    if _count(what=what, caller=caller, per=per, at=at, add=1) > limit:
        raise TooMany(wait=per)


def tries(*, what: str, caller: str, per: dt.timedelta, at: dt.datetime) -> int:
    """How many tries were counted in the window that `at` lies in."""
    return _count(what=what, caller=caller, per=per, at=at, add=0)


def _count(*, what: str, caller: str, per: dt.timedelta, at: dt.datetime, add: int) -> int:
    starts_at = dt.datetime.fromtimestamp(at.timestamp() // per.total_seconds() * per.total_seconds(), tz=dt.UTC)
    bucket = hmac.digest(settings.SECRET_KEY.encode(), f"{at:%Y-%m-%d}|{what}|{caller}".encode(), "sha256")
    if not add:
        found = (
            RateCount.objects.filter(bucket=bucket, window_starts_at=starts_at).values_list("count", flat=True).first()
        )
        return found or 0
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO requests_ratecount (bucket, window_starts_at, count) VALUES (%s, %s, 1) "
            "ON CONFLICT (bucket, window_starts_at) DO UPDATE SET count = requests_ratecount.count + 1 RETURNING count",
            [bucket, starts_at],
        )
        return int(cursor.fetchone()[0])


def forget_old(*, at: dt.datetime) -> int:
    """Delete keys older than 24 hours and counts older than a day; answer how many rows went."""
    keys, _ = IdempotentRequest.objects.filter(made_at__lte=at - KEPT_FOR).delete()
    counts, _ = RateCount.objects.filter(window_starts_at__lte=at - KEPT_FOR).delete()
    return keys + counts
