"""The list of cases over HTTP, at growing sizes: against the same page as one json_agg, deep against first; and search."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import urlencode

from . import population
from .common import FULL, Report, at_most, exponent, milliseconds, must, ratios, say, shuffled_rounds
from .installation import as_owner, fresh_database, gunicorns, running_server, settle, use_database
from .load import drive, written
from .peer import pages
from .population import Force, settle_cases, words

SIZES = (10_000, 100_000, 1_000_000) if FULL else (10_000, 30_000, 100_000)
PAGE, DEEP_PAGE = 25, 1_000
ROUNDS, REQUESTS, FEW_REQUESTS = 5, 10, 5
FEW = 2_000  # rows that a plan may sort: those of a rare code or word are looked up, and put in order
OLD = 1_500  # days
URL = "/api/v1/cases/"
FILTER = {"kind": "COMPLAINT", "state": "HANDLING_OUTSIDE"}  # half of the complaints
RARE = {
    "kind": "COMPLAINT",
    "state": "RESOLVED_OUTSIDE",
}  # one in five hundred: by the queue's order it is hard to find
TODAY = "the day of the measurement"
# The list, who reads it, and with which filters.
LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "force": ("authority", {}),
    "force-filtered": ("authority", FILTER),
    "force-rare": ("authority", RARE),
    "force-category": ("authority", {"category": population.COMMON}),
    "force-category-rare": ("authority", {"category": population.RARE}),
    "force-factor": ("authority", {"factor": population.FACTOR}),
    "force-age": ("authority", {"older_than": OLD}),
    "force-since": ("authority", {"received_from": population.RECENT}),
    "force-unit": ("authority", {"unit": "unit-0"}),
    "force-about": ("authority", {"about_unit": "unit-0"}),
    "force-recorded": ("authority", {"recorded": "true"}),
    "force-flag": ("authority", {"flag": "URGENT"}),
    "force-regime": ("authority", {"regime": "2012"}),
    "force-due": ("authority", {"due_by": TODAY}),
    "force-until": ("authority", {"received_to": population.LONG_AGO}),
    "force-whose": ("authority", {"handled_by": population.HANDLER}),
    "force-comments": ("authority", {"kind": "COMMENT"}),
    "force-matters": ("authority", {"kind": "MATTER"}),
    "force-restricted": ("authority", {"restricted": "true"}),
    "force-newest": ("authority", {"order": "newest"}),
    "force-history": ("authority", {"history": "only"}),
    "force-and-history": ("authority", {"history": "include"}),
    "force-searched": ("authority", {**FILTER, "search": words().middling}),
    "force-unassigned": ("authority", {"queue": "unassigned"}),
    "force-awaiting": ("authority", {"queue": "awaiting_others"}),
    "force-soon": ("authority", {"queue": "due_soon"}),
    "force-late": ("authority", {"queue": "breached"}),
    "force-all": (
        "authority",
        {**FILTER, "category": population.COMMON, "older_than": OLD, "handler": "nobody", "queue": "breached"},
    ),
    "unit": ("handler", {}),
    "unit-filtered": ("handler", FILTER),
    "unit-rare": ("handler", RARE),
    "unit-mine": ("handler", {"queue": "mine"}),
    "unit-queue": ("handler", {"queue": "my_unit"}),
    "unit-category": ("handler", {"category": population.COMMON}),
    "unit-late": ("handler", {"queue": "breached"}),
    "unit-own": ("handler", {"handler": "me"}),
    "unit-factor": ("handler", {"factor": population.FACTOR}),
    "unit-age": ("handler", {"older_than": OLD}),
    "unit-flag": ("handler", {"flag": "URGENT"}),
    "unit-regime": ("handler", {"regime": "2012"}),
    "unit-about": ("handler", {"about_unit": "unit-0"}),
}
SEARCHED = {"force-searched"}  # how many have the words is looked up first, by as many statements as that takes
# Those that are walked in the order of an index at any size; of a rare code or word the cases are looked up and sorted.
WALKED = {
    "force",
    "force-filtered",
    "force-rare",
    "force-soon",
    "force-late",
    "unit",
    "unit-filtered",
    "unit-rare",
    "unit-queue",
}
# What else a day begins with; each is held against nothing but the clock and its own statements.
DAY = {
    "counts": ("authority", "/api/v1/cases/counts/"),
    "counts of a unit": ("handler", "/api/v1/cases/counts/"),
    "counts in a category": ("authority", f"/api/v1/cases/counts/?category={population.COMMON}"),
    "owed": ("authority", "/api/v1/cases/owed/"),
    "owed to a unit": ("handler", "/api/v1/cases/owed/"),
    "owed by law, late": ("authority", "/api/v1/cases/owed/?statutory=true&overdue=true"),
    "workload": ("authority", "/api/v1/cases/workload/"),
}


@dataclass(frozen=True)
class Page:
    """One page to ask for, of the product and of the peer, and the references that both have to answer."""

    list: str
    number: int
    product: bytes
    peer: bytes
    expected: list[str]


@dataclass(frozen=True)
class Database:
    name: str
    size: int
    environment: dict[str, str]
    place: Force


def settled(size: int) -> Database:
    """A database with that many cases; this process is left connected to it."""
    name = f"bench_queue_{size}"
    environment = fresh_database(name)
    connect_to(name)
    place = population.found_force()
    with as_owner(name) as cursor:
        settle_cases(cursor, place, size)
    say(f"  {size:,} cases are in.")
    return Database(name, size, environment, place)


def connect_to(name: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name


def pages_of(database: Database) -> list[Page]:
    """The first page and page 1,000 (or the last full one) of every list."""
    connect_to(database.name)
    found = []
    with as_owner(database.name) as cursor:
        for name in LISTS:
            rows = _rows(cursor, database.place, name)
            last = min(DEEP_PAGE, len(rows) // PAGE)
            must(rows or database.size < 100_000, f"the list {name} is empty")
            if not rows:
                continue
            found += [_page(database.place, name, number, rows) for number in ((1, last) if last > 1 else (1,))]
    return found


def _facts(place: Force, name: str) -> dict[str, Any]:
    person = place.authority_person if LISTS[name][0] == "authority" else place.handler_person
    code = place.codes[population.RARE if name.endswith("category-rare") else population.COMMON]
    today = population.today()
    return {
        "force": place.force, "unit": place.units[0], "person": person, "handler": place.handler, "code": code,
        "factor": place.codes[population.FACTOR], "today": today, "soon": population.five_working_days_on(today),
        "old": today - dt.timedelta(days=OLD), "recent": population.RECENT, "long_ago": population.LONG_AGO,
        "words": words().middling,
    }  # fmt: skip


def _rows(cursor: Any, place: Force, name: str) -> list[tuple[Any, int, str]]:
    """The list itself as far as page 1,000, by an honest OFFSET-free scan: key and reference of every row."""
    cursor.execute(
        f"SELECT c.{pages.day(name)}, c.id, c.reference FROM cases_case c "
        f"WHERE {pages.WHERE[name]} ORDER BY {pages.order(name)} LIMIT {DEEP_PAGE * PAGE}",
        _facts(place, name),
    )
    return list(cursor.fetchall())


def _page(place: Force, name: str, number: int, rows: list[tuple[Any, int, str]]) -> Page:
    start = (number - 1) * PAGE
    newest = name in pages.NEWEST_FIRST
    day, identity = rows[start - 1][:2] if start else ("9999-12-31" if newest else "0001-01-01", 0)
    role, filters = LISTS[name]
    filters = {each: population.today() if value is TODAY else value for each, value in filters.items()}
    query = {**filters, "limit": PAGE, **({"cursor": _cursor(name, rows, start)} if start else {})}
    token = {"Authorization": f"Token {place.tokens[role]}"}
    key = {**_facts(place, name), "day": day, "id": identity}
    return Page(
        list=name,
        number=number,
        product=written("GET", f"{URL}?{urlencode(query)}", headers=token),
        peer=written("GET", f"/pages/{name}/?{urlencode(key)}"),
        expected=[reference for _, _, reference in rows[start : start + PAGE]],
    )


def _cursor(name: str, rows: list[tuple[Any, int, str]], start: int) -> str:
    """The cursor that the product gives at the end of the page before."""
    from cases.lists.queue import DUE_FIRST, NEWEST_FIRST, OWN_DUE_FIRST
    from cases.models import Case

    around = Case.objects.filter(pk__in=[identity for _, identity, _ in rows[start - 1 : start + 1]])
    orders = {"received_on": NEWEST_FIRST, "own_due_on": OWN_DUE_FIRST, "queue_on": DUE_FIRST}
    return orders[pages.day(name)].page(around, cursor="", size=1).next_cursor


def timed(port: int, request: bytes, expected: list[str] | None = None) -> float:
    """The median time of some requests, one after the other, each answer checked."""
    load = drive(port, make_request=lambda: request, clients=1, requests=REQUESTS, keep_bodies=True)
    must(load.statuses[200] == REQUESTS, f"{request[:200]!r} answered {dict(load.statuses)}")
    for body in load.bodies:
        answer = json.loads(body)
        rows = answer["results"] if isinstance(answer, dict) else answer
        found = [row["reference"] for row in rows]
        must(expected is None or found == expected, f"{request[:200]!r} answered {found}, not {expected}")
        must(found, f"{request[:200]!r} found nothing")
    return load.p(0.5)


@contextlib.contextmanager
def serving(databases: list[Database]) -> Iterator[dict[str, int]]:
    """The product and the peer for every size at once, so that sizes can be interleaved too."""
    programs = {}
    for database in databases:
        environment = database.environment
        programs[f"product-{database.size}"] = (
            "backend.wsgi",
            environment | {"DJANGO_SETTINGS_MODULE": "backend.settings.local"},
        )
        programs[f"peer-{database.size}"] = ("bench.peer.wsgi", environment | {"PEER_SCHEMA": "public"})
    with gunicorns(programs, workers=1) as ports:
        yield ports


def measure(report: Report, databases: list[Database]) -> None:
    asked = {database.size: pages_of(database) for database in databases}
    tasks: dict[str, Callable[[], float]] = {}
    with serving(databases) as ports:
        for size, found in asked.items():
            for page in found:
                for side in ("product", "peer"):
                    name = f"{side} {size} {page.list} {'first' if page.number == 1 else 'deep'}"
                    tasks[name] = partial(timed, ports[f"{side}-{size}"], getattr(page, side), page.expected)
        for database in databases:
            for name, (role, url) in DAY.items():
                token = {"Authorization": f"Token {database.place.tokens[role]}"}
                request = written("GET", url, headers=token)
                tasks[f"{name} {database.size}"] = partial(timed_alone, ports[f"product-{database.size}"], request)
        searches = search_requests(databases[-1])
        for name, (request, _) in searches.items():
            tasks[name] = partial(timed, ports[f"product-{databases[-1].size}"], request)
        for task in tasks.values():
            task()  # warm
        times = shuffled_rounds(ROUNDS, tasks)
    tell(report, asked, times)
    tell_day(report, [database.size for database in databases], times)
    tell_search(report, databases[-1].size, searches, times)


def timed_alone(port: int, request: bytes) -> float:
    """The median time of some requests for something that is no page of cases."""
    load = drive(port, make_request=lambda: request, clients=1, requests=FEW_REQUESTS, keep_bodies=True)
    must(load.statuses[200] == FEW_REQUESTS, f"{request[:200]!r} answered {dict(load.statuses)}")
    must(all(len(body) > len('{"results":[],"next":""}') for body in load.bodies), f"{request[:200]!r} found nothing")
    return load.p(0.5)


def tell_day(report: Report, sizes: list[int], times: dict[str, list[float]]) -> None:
    p50 = {name: {size: median(times[f"{name} {size}"]) for size in sizes} for name in DAY}
    report.table(
        "What else a day begins with, over HTTP, p50 in milliseconds",
        ("what", *(f"{size:,} cases" for size in sizes), "growth exponent"),
        [(name, *map(milliseconds, found.values()), f"{exponent(found):+.3f}") for name, found in p50.items()],
    )


def tell(report: Report, asked: dict[int, list[Page]], times: dict[str, list[float]]) -> None:
    sizes, rows, of_peer, deeper, grown = list(asked), [], [], [], []
    worst: dict[int, float] = {}
    # The growth lies between the least disturbed rounds of each size, for there a tenth more looks like growth.
    # A page that is not full at the smallest size grows by its rows, which says nothing.
    full = {(page.list, page.number == 1) for page in asked[sizes[0]] if len(page.expected) == PAGE}
    for size, found in asked.items():
        for page in found:
            which = f"{page.list} {'first' if page.number == 1 else 'deep'}"
            mine, theirs = times[f"product {size} {which}"], times[f"peer {size} {which}"]
            first = times[f"product {size} {page.list} first"]
            of_peer.append(median(ratios(mine, theirs)))
            worst[size] = max(worst.get(size, 0), of_peer[-1])
            deeper.append(median(ratios(mine, first)))
            growth = None
            if size == sizes[-1] and (page.list, page.number == 1) in full:
                growth = exponent({at: min(times[f"product {at} {which}"]) for at in sizes})
                if page.list not in SEARCHED:  # what a search matches grows too, and is put in order
                    grown.append(growth)
            rows.append(
                (
                    f"{size:,} {page.list}",
                    page.number,
                    milliseconds(median(mine)),
                    milliseconds(median(theirs)),
                    f"{of_peer[-1]:.2f}",
                    f"{deeper[-1]:.2f}",
                    "" if growth is None else f"{growth:+.3f}",
                )
            )
    report.table(
        f"A page of {PAGE} over HTTP, 1 client, {ROUNDS} shuffled rounds of {REQUESTS}: medians of p50, milliseconds",
        ("list", "page", "product", "json_agg", "ratio", "of its first page", "growth exponent"),
        rows,
    )
    report.aim(
        at_most(f"a page of {sizes[-1]:,} cases, of json_agg's time, at worst", worst[sizes[-1]], 5),
        at_most("a deep page, of the first's time, at worst", max(deeper), 1.5),
        at_most("growth exponent, at worst", max(grown), 0.1),
    )


def search_requests(database: Database) -> dict[str, tuple[bytes, int]]:
    """For words of three frequencies the request, in all cases newest first, and the number of cases that have it."""
    language = words()
    token = {"Authorization": f"Token {database.place.tokens['authority']}"}
    found = {}
    with as_owner(database.name) as cursor:
        for label, word in (
            ("rare", language.rare),
            ("middling", language.middling),
            ("very common", language.very_common),
        ):
            cursor.execute(
                "SELECT count(*) FROM cases_case WHERE search @@ websearch_to_tsquery('english', %s)", [word]
            )
            (count,) = cursor.fetchone()
            query = urlencode({"search": word, "history": "include", "open": "false", "limit": PAGE})
            found[f"search {label}"] = (written("GET", f"{URL}?{query}", headers=token), count)
            query = urlencode({"search": word, "limit": PAGE})
            found[f"search {label}, open cases"] = (written("GET", f"{URL}?{query}", headers=token), count)
    return found


def tell_search(
    report: Report, size: int, searches: dict[str, tuple[bytes, int]], times: dict[str, list[float]]
) -> None:
    p50 = {name: median(times[name]) for name in searches}
    report.table(
        f"Search, newest first, in {size:,} cases over HTTP, p50 in milliseconds",
        ("word", "cases that have it", "p50"),
        [(name, f"{count:,}", milliseconds(p50[name])) for name, (_, count) in searches.items()],
    )
    report.aim(at_most("search p50, milliseconds, at worst", max(p50.values()) * 1000, 50))


def check_statements(report: Report, databases: list[Database]) -> None:
    """Look at what is sent to the database: as many statements at any size and depth, by index, with no OFFSET or count."""
    rows: list[tuple[str, int, int, str]] = []
    numbers: dict[str, set[int]] = {}
    for database in databases:
        for page in pages_of(database):
            sent = _statements(page)
            lists = [(sql, params) for sql, params in sent if 'FROM "cases_case"' in sql]
            must(len(lists) == 1 or page.list in SEARCHED, f"{len(lists)} statements read cases")
            (sql, params) = lists[-1]
            must("OFFSET" not in sql and "COUNT(" not in sql.upper(), f"OFFSET or count in {sql}")
            told = f"{page.list} page {page.number} at {database.size}"
            ways = _ways_of(_plan(sql, params), strict=told if page.list in WALKED else "")
            if page.list not in SEARCHED:
                numbers.setdefault(page.list, set()).add(len(sent))
            rows.append((f"{database.size:,} {page.list}", page.number, len(sent), ", ".join(ways)))
    report.table("Statements of a page", ("list", "page", "statements", "by index"), rows)
    varying = {name: sorted(found) for name, found in numbers.items() if len(found) > 1}
    must(not varying, f"the number of statements varies with size or depth: {varying}")


def _ways_of(plan: list[dict[str, Any]], *, strict: str) -> list[str]:
    """The indexes that cases are read by, and whatever is sorted or read whole.

    Where `strict` tells of a list, that may not be: it has to be walked in the order of its index.
    """
    ways = set()
    for node in plan:
        whole = node["Node Type"] == "Seq Scan" and node["Relation Name"] == "cases_case"
        sorts = "Sort" in node["Node Type"]
        must(not (strict and whole), f"{strict} reads the whole table")
        must(not strict or not sorts or node["Plan Rows"] <= FEW, f"{strict} sorts {node['Plan Rows']} rows")
        ways |= {"the whole table"} if whole else {f"sorts {node['Plan Rows']:,}"} if sorts else set()
        if node.get("Index Name", "").startswith("case_"):
            ways.add(node["Index Name"])
    return sorted(ways)


def _statements(page: Page) -> list[tuple[str, Any]]:
    from django.db import connection
    from rest_framework.test import APIClient

    head = page.product.decode().split("\r\n")
    sent: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        sent.append((sql, params))
        return execute(sql, params, many, context)

    client = APIClient()
    token = next(line.partition(": ")[2] for line in head if line.startswith("Authorization"))
    with connection.execute_wrapper(note):
        answer = client.get(head[0].split(" ")[1], headers={"Authorization": token})
    must([row["reference"] for row in answer.json()["results"]] == page.expected, "another page came")
    return sent


def _plan(sql: str, params: Any) -> list[dict[str, Any]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        (found,) = cursor.fetchone()
    plan = json.loads(found) if isinstance(found, str) else found
    return list(_nodes(plan[0]["Plan"]))


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)


def main() -> int:
    settle()
    random.seed()
    with running_server():
        report = Report("queue")
        use_database(fresh_database("bench_queue"))
        databases = [settled(size) for size in SIZES]
        check_statements(report, databases)
        measure(report, databases)
        return report.finish()


if __name__ == "__main__":
    sys.exit(main())
