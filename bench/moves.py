"""A move of a case over gunicorn, against the bare update of its row with lock, audit and outbox in SQL."""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
import threading
import time
import uuid
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

from . import population
from .common import FULL, Report, exponent, milliseconds, must, percentile, ratios, say, shuffled_rounds, spread
from .installation import as_owner, fresh_database, gunicorns, running_server, settle, use_database
from .load import Load, drive, written
from .population import Force, settle_cases
from .queue import connect_to

SIZES = (10_000, 100_000, 1_000_000) if FULL else (10_000, 30_000, 100_000)
CLIENTS = (1, 8, 32)
ROUNDS, SECONDS = (5, 4.0) if FULL else (3, 2.0)
POOL, BARE = 4_000, 500  # complaints that can be resolved, which all rounds do not use up; and of them, for bare SQL
MOVE = {
    "move": "resolve",
    "details": {"result": "The officer was spoken to, and the report taken.", "told": "We are sorry. It was taken."},
}
COUNTED = ("audit_event", "notifications_outgoing", "cases_message", "cases_note")
AUDITED = """
WITH event AS (
    INSERT INTO audit_event (at, verb, actor, subject_kind, subject, details_hash)
    VALUES (%(at)s, 'RESOLVE', 'bench', 'case', %(reference)s, repeat('0', 64)) RETURNING sequence
)
INSERT INTO audit_detail (event_id, salt, details) SELECT sequence, repeat('0', 32), '{}' FROM event
"""
MOVED = """
UPDATE cases_case SET state = 'RESOLVED_OUTSIDE', version = version + 1, resolved_on = %(on)s, told_on = %(on)s,
    outcome = 'RESOLVED', next_due_on = %(on)s, next_due_rule = 'finalisation' WHERE id = %(case)s
"""


def queued() -> str:
    """The bare insert of one mail: what is not given here has the outbox's own defaults."""
    from django.db.models import NOT_PROVIDED

    from backend.notifications.models import Outgoing

    given = {"public_id": "%(id)s", "cause": "%(id)s", "recipient": "'robin@home.test'", "subject": "'News'"}
    given |= {"body": "'There is something new to read.'", "queued_at": "%(at)s", "next_try_at": "%(at)s"}
    for column in Outgoing._meta.concrete_fields:
        is_filled_in = column.null or column.primary_key or column.db_default is not NOT_PROVIDED
        if not (is_filled_in or column.column in given):
            given[column.column] = "false" if column.get_default() is False else f"'{column.get_default()}'"
    return f"INSERT INTO notifications_outgoing ({', '.join(given)}) VALUES ({', '.join(given.values())})"


class Pool:
    """Complaints that are handled outside Schedule 3, each with somebody to tell.

    Over HTTP every one is resolved once. The bare update takes its own again and again: to SQL it is all the same.
    """

    def __init__(self, references: list[tuple[str, int]]) -> None:
        kept, self.left = references[:BARE], references[BARE:]
        self.bare = [reference for reference, _ in kept]

    def next(self) -> tuple[str, int]:
        must(self.left, "the pool is empty: make it larger")
        return self.left.pop()


def settled(name: str, size: int) -> tuple[dict[str, str], Force, Pool]:
    """A database with that many cases; complaints that can be resolved have a complainant with an address."""
    environment = fresh_database(name)
    connect_to(name)
    place = population.found_force()
    with as_owner(name) as cursor:
        settle_cases(cursor, place, size)
    from cases.models import Case, Complainant

    ready = Case.objects.filter(
        state="HANDLING_OUTSIDE", origin="LIVE", concerns_conduct=False, involvements=None
    ).values_list("pk", "reference", "version")[:POOL]
    rows = list(ready)
    Complainant.objects.bulk_create(
        [Complainant(case_id=pk, name="Robin Example", email="robin@home.test") for pk, _, _ in rows]
    )
    say(f"  {size:,} cases are in, {len(rows):,} of them to be resolved.")
    return environment, place, Pool([(reference, version) for _, reference, version in rows])


def counted(cursor: Any) -> dict[str, int]:
    found = {}
    for table in COUNTED:
        cursor.execute(f"SELECT count(*) FROM {table}")
        found[table] = int(cursor.fetchone()[0])
    return found


def request_of(pool: Pool, token: str) -> bytes:
    reference, version = pool.next()
    headers = {"Authorization": f"Token {token}", "If-Match": f'"{reference}.{version}"'}
    return written("POST", f"/api/v1/cases/{reference}/moves/", body=json.dumps(MOVE).encode(), headers=headers)


def moved_over_http(port: int, pool: Pool, token: str, cursor: Any, *, clients: int) -> Load:
    """One round, checked: every answer is 200, and left its event, its mail, its message and its note."""
    before = counted(cursor)
    load = drive(port, make_request=partial(request_of, pool, token), clients=clients, seconds=SECONDS)
    after = counted(cursor)
    must(load.statuses[200] == len(load.latencies) > 0, f"moves answered {dict(load.statuses)}")
    for table in COUNTED:
        must(after[table] - before[table] == len(load.latencies), f"{table}: {before[table]} to {after[table]}")
    return load


def moved_in_sql(address: str, pool: Pool, cursor: Any, *, clients: int) -> Load:
    """The floor: each client a connection of its own, one transaction a move."""
    before = counted(cursor)
    load = Load(0)
    began = time.perf_counter()
    threads = [threading.Thread(target=_move_bare_rows, args=(address, pool, began, load)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - began
    after = counted(cursor)
    for table in ("audit_event", "notifications_outgoing"):
        must(after[table] - before[table] == len(load.latencies) > 0, f"{table}: {before[table]} to {after[table]}")
    return load


def _move_bare_rows(address: str, pool: Pool, began: float, load: Load) -> None:
    import psycopg2

    connection, mail = psycopg2.connect(address), queued()
    with connection.cursor() as cursor:
        while time.perf_counter() - began < SECONDS:
            start = time.perf_counter()
            reference = random.choice(pool.bare)
            now = dt.datetime.now(dt.UTC)
            cursor.execute("SELECT id, version FROM cases_case WHERE reference = %s FOR UPDATE", [reference])
            (case, _) = cursor.fetchone()
            cursor.execute(MOVED, {"case": case, "on": now.date()})
            cursor.execute(mail, {"id": str(uuid.uuid4()), "at": now})
            cursor.execute(AUDITED, {"at": now, "reference": reference})
            connection.commit()
            load.latencies.append(time.perf_counter() - start)
    connection.close()


def measure(report: Report, size: int) -> float:
    """One size; answers the least disturbed time of a move by one client, in seconds."""
    name = f"bench_moves_{size}"
    environment, place, pool = settled(name, size)
    product = environment | {"DJANGO_SETTINGS_MODULE": "backend.settings.local"}
    with gunicorns({"product": ("backend.wsgi", product)}) as ports, as_owner(name) as cursor:
        over_http: Callable[..., Load] = partial(
            moved_over_http, ports["product"], pool, place.tokens["authority"], cursor
        )
        in_sql: Callable[..., Load] = partial(moved_in_sql, environment["DATABASE_URL"], pool, cursor)
        over_http(clients=2), in_sql(clients=2)  # warm
        loads: dict[tuple[str, int], list[Load]] = shuffled_rounds(
            ROUNDS,
            {
                (side, clients): partial(make, clients=clients)
                for clients in CLIENTS
                for side, make in (("product", over_http), ("bare SQL", in_sql))
            },
        )
    rows = []
    for (side, clients), rounds in loads.items():
        rates = [load.rate for load in rounds]
        share = ratios(rates, [load.rate for load in loads["bare SQL", clients]])
        times = [percentile([each for load in rounds for each in load.latencies], p) for p in (0.5, 0.95, 0.99)]
        rows.append((side, clients, spread(rates, 0), spread(share, 3), *(milliseconds(each) for each in times)))
    report.table(
        f"Moves of cases among {size:,}, {ROUNDS} rounds of {SECONDS:g} s, median [lowest..highest]",
        ("who", "clients", "moves/s", "of bare SQL's", "p50", "p95", "p99"),
        rows,
    )
    return min(median(load.latencies) for load in loads["product", 1])


def main() -> int:
    settle()
    random.seed()
    with running_server():
        report = Report("moves")
        use_database(fresh_database("bench_moves"))
        times = {size: measure(report, size) for size in SIZES}
        report.figures["growth exponent"] = growth = exponent(times)
        say(f"\n  The time of a move grows with the number of cases by the power {growth:+.3f}.")
        return report.finish()


if __name__ == "__main__":
    sys.exit(main())
