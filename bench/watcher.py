"""The watcher's look over open cases, at growing sizes: what it costs is what there is to alert to, however many cases lie there."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

import psutil

from . import population
from .common import FULL, Report, at_most, exponent, milliseconds, must, ratios, say, shuffled_rounds, spread
from .installation import as_owner, fresh_database, running_server, settle, use_database
from .population import NOW, settle_cases

# Six cases in ten are open, so that the largest has a million open ones.
SIZES = (16_700, 167_000, 1_670_000) if FULL else (16_700, 50_000, 167_000)
CANDIDATES = 200  # at every size: cases with something to alert to
BEHIND = 20_000 if FULL else 2_000  # at the largest size, once: what waits for a watcher that stood still for days
ROUNDS = 5
MEBIBYTE = 2**20
LATE_ONES = "SELECT id FROM cases_case WHERE watch_at IS NOT NULL AND received_on < %s ORDER BY md5(id::text) LIMIT %s"
BARE = "SELECT * FROM cases_case WHERE watch_at <= %s ORDER BY watch_at, id"


def settled(size: int) -> str:
    """A database with that many cases, some of which have something to alert to; answers its name."""
    name = f"bench_watcher_{size}"
    fresh_database(name)
    connect_to(name)
    place = population.found_force()
    with as_owner(name) as cursor:
        settle_cases(cursor, place, size)
        cursor.execute(
            f"UPDATE cases_case SET watch_at = %s WHERE id IN ({LATE_ONES})",
            [NOW - dt.timedelta(hours=1), population.RECENT, CANDIDATES],
        )
        cursor.execute("VACUUM (ANALYZE) cases_case")
        cursor.execute("SELECT count(*) FROM cases_case WHERE origin = 'LIVE' AND closed_on IS NULL")
        (found,) = cursor.fetchone()
    say(f"  {size:,} cases are in, {found:,} of them open.")
    return name


def connect_to(name: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name
    connection.ensure_connection()


def look(name: str, *, at: dt.datetime, expected: int, behind: int = 0) -> float:
    """Seconds of one look, which is taken back afterwards; `behind` more cases have waited for three days."""
    from django.db import connection, transaction

    from cases.models import Alert
    from cases.services.alerts import watch

    connect_to(name)
    with transaction.atomic():
        if behind:
            with connection.cursor() as cursor:
                values = [NOW - dt.timedelta(days=3), population.RECENT, behind]
                cursor.execute(f"UPDATE cases_case SET watch_at = %s WHERE id IN ({LATE_ONES})", values)
        started = time.perf_counter()
        raised = watch(at=at)
        seconds = time.perf_counter() - started
        must(raised == Alert.objects.count(), f"{raised} alerts were told of, {Alert.objects.count()} are there")
        alerted = Alert.objects.values("case").distinct().count()
        must(alerted == expected, f"{alerted} cases were alerted to")
        transaction.set_rollback(True)
    return seconds


def scan(name: str) -> float:
    """Seconds of reading the same cases by one bare statement."""
    from django.db import connection

    connect_to(name)
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(BARE, [NOW])
        rows = cursor.fetchall()
    seconds = time.perf_counter() - started
    must(len(rows) == CANDIDATES, f"{len(rows)} rows were read")
    return seconds


def check_plan(name: str) -> str:
    """The index that the candidates are found by; the table is never read whole."""
    from django.db import connection

    connect_to(name)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {BARE} LIMIT 500 FOR UPDATE SKIP LOCKED", [NOW])
        (found,) = cursor.fetchone()
    text = found if isinstance(found, str) else json.dumps(found)
    must("case_watched" in text and "Seq Scan" not in text, f"the candidates are read so: {text}")
    return "case_watched"


def memory(name: str) -> float:
    """How many MiB the process grew by in one look."""
    return grown(lambda: look(name, at=NOW, expected=CANDIDATES))[1]


def grown(work: Callable[[], float]) -> tuple[float, float]:
    """The seconds that the work tells, and how many MiB the process grew by meanwhile."""
    before = psutil.Process().memory_info().rss
    seconds = work()
    return seconds, max(0, psutil.Process().memory_info().rss - before) / MEBIBYTE


def catch_up(report: Report, name: str, size: int) -> None:
    """One look after days off. Its candidates are chosen as the others were, whom they include."""
    seconds, mebibytes = grown(lambda: look(name, at=NOW, expected=BEHIND, behind=BEHIND))
    report.table(
        "One look after three days off, once",
        ("cases", "to alert to", "seconds", "cases a second", "MiB more"),
        [(f"{size:,}", f"{BEHIND:,}", f"{seconds:.1f}", f"{BEHIND / seconds:.0f}", f"{mebibytes:.0f}")],
    )


def measure(report: Report, databases: dict[int, str]) -> None:
    tasks: dict[tuple[str, int], Callable[[], float]] = {}
    for size, name in databases.items():
        tasks["look", size] = partial(look, name, at=NOW, expected=CANDIDATES)
        tasks["idle", size] = partial(look, name, at=NOW - dt.timedelta(days=1), expected=0)
        tasks["scan", size] = partial(scan, name)
    more = {size: memory(name) for size, name in databases.items()}
    for task in tasks.values():
        task()  # warm
    times: dict[Any, list[float]] = shuffled_rounds(ROUNDS, tasks)
    report.table(
        f"One look that alerts to {CANDIDATES} cases, {ROUNDS} shuffled rounds: medians in milliseconds",
        ("cases", "look", "with nothing to alert to", "bare scan", "ratio", "MiB more", "by index"),
        [
            (
                f"{size:,}",
                milliseconds(median(times["look", size])),
                milliseconds(median(times["idle", size])),
                milliseconds(median(times["scan", size])),
                spread(ratios(times["look", size], times["scan", size]), 0),
                f"{more[size]:.0f}",
                check_plan(name),
            )
            for size, name in databases.items()
        ],
    )
    report.aim(
        at_most("growth exponent of a look", exponent({size: min(times["look", size]) for size in databases}), 0.1),
        at_most("MiB that the largest look takes", more[max(databases)], 200),
    )


def main() -> int:
    settle()
    with running_server():
        report = Report("watcher")
        use_database(fresh_database("bench_watcher"))
        logging.getLogger("django-q").setLevel(logging.WARNING)  # it tells of every wake-up for the mails
        databases = {size: settled(size) for size in SIZES}
        measure(report, databases)
        catch_up(report, databases[max(databases)], max(databases))
        return report.finish()


if __name__ == "__main__":
    sys.exit(main())
