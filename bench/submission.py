"""The POST of a complaint over gunicorn, against the least that Django REST framework could do with as many rows."""

from __future__ import annotations

import datetime as dt
import json
import random
import sys
import time
import uuid
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any

from .common import FULL, Report, at_least, milliseconds, must, ratios, shuffled_rounds, spread
from .installation import as_owner, fresh_database, gunicorns, running_server, settle, use_database
from .load import Load, drive, written
from .peer.tables import SCHEMA, WRITTEN, make_tables

DATABASE = "bench_submission"
CLIENTS = (1, 8, 32)
GATE_CLIENTS = 8  # the gate is the rate with both workers busy
ROUNDS, SECONDS = (6, 10.0) if FULL else (5, 4.0)
AROUND_ROUNDS, AROUND_SECONDS = (5, 5.0) if FULL else (3, 2.0)
SENTENCE = "the officer at front desk would not take my report and told me to come back another day so I left"
WORDS = SENTENCE.split()
# Counted too, so that nothing which a request leaves is overlooked.
ALSO_COUNTED = ("django_q_ormq", "requests_ratecount", "cases_equalityanswers", "cases_allegation", "cases_casefile")


def bodies(count: int) -> list[bytes]:
    """Complaints as a careful person fills the form in: about 90 words, a name, and ways to be reached."""
    made = []
    for number in range(count):
        made.append(
            json.dumps(
                {
                    "what_happened": " ".join(random.choices(WORDS, k=90)).capitalize() + ".",
                    "unit": "birmingham",
                    "neighbourhood": f"N{number % 100}",
                    "relationship": "AFFECTED",
                    "name": f"Robin Example {number}",
                    "email": f"robin{number}@home.test",
                    "telephone": "0121 496 0000",
                    "address": f"{number} High Street, Birmingham",
                    "language": "English",
                    "access_needs": "",
                    "acts_for": "",
                    "has_authority": False,
                    "incident_on": "2026-01-05",
                    "location": "The front desk of the station",
                    "officers": "A tall man with a beard",
                    "harm": "None",
                    "views": "I would like an apology and my report to be taken.",
                    "wishes_recording": None,
                }
            ).encode()
        )
    return made


def requests_of(path: str) -> Callable[[], bytes]:
    """A maker of requests, each a complaint under another Idempotency-Key."""
    pool = bodies(500)

    def make() -> bytes:
        return written("POST", path, body=random.choice(pool), headers={"Idempotency-Key": str(uuid.uuid4())})

    return make


def load_places() -> None:
    """One force with its department, a unit and its neighbourhoods."""
    from backend.areas.models import Neighbourhood, Unit

    force = Unit.objects.create(slug="demo", name="Demo Police", kind=Unit.Kind.FORCE)
    department = Unit.Kind.DEPARTMENT
    Unit.objects.create(
        slug="professional-standards", name="PSD", kind=department, force=force, is_professional_standards=True
    )
    unit = Unit.objects.create(slug="birmingham", name="Birmingham", kind=Unit.Kind.LPU, force=force)
    Neighbourhood.objects.bulk_create(
        [Neighbourhood(unit=unit, code=f"N{number}", name=f"Neighbourhood {number}") for number in range(100)]
    )


def counted(cursor: Any, schema: str) -> dict[str, int]:
    """How many rows each table holds."""
    names = {*WRITTEN, *(ALSO_COUNTED if schema == "public" else ())}
    found = {}
    for name in sorted(names):
        cursor.execute(f"SELECT count(*) FROM {schema}.{name}")
        found[name] = int(cursor.fetchone()[0])
    return found


class Side:
    """The product or the peer: a place to post to, and the tables that it fills."""

    def __init__(self, cursor: Any, *, port: int, path: str, schema: str) -> None:
        self.cursor, self.port, self.schema = cursor, port, schema
        self.make_request = requests_of(path)
        self.rows_each: list[float] = []

    def post(self, *, clients: int, seconds: float) -> Load:
        """One round, checked: every answer is 201, and every answer left its rows."""
        before = counted(self.cursor, self.schema)
        load = drive(self.port, make_request=self.make_request, clients=clients, seconds=seconds)
        after = counted(self.cursor, self.schema)
        answered = load.statuses[201]
        must(answered == len(load.latencies) and answered > 0, f"{self.schema} answered {dict(load.statuses)}")
        for table in (
            "cases_case",
            "cases_complainant",
            "feedback_submission",
            "notifications_outgoing",
            "audit_event",
        ):
            more = after[table] - before[table]
            must(more == answered, f"{self.schema}.{table} has {more} more rows after {answered} answers")
        self.rows_each.append(sum(after[name] - before[name] for name in after) / answered)
        return load


def floor_rate(database_url: str, *, seconds: float) -> float:
    """Rows as of one complaint by one prepared statement, committed, over and over: transactions a second."""
    import psycopg2

    from .peer.floor import EXECUTE, PREPARE

    connection = psycopg2.connect(database_url, options=f"-c search_path={SCHEMA}")
    with connection.cursor() as cursor:
        cursor.execute(PREPARE)
        connection.commit()
        cursor.execute("SELECT (SELECT max(id) FROM areas_unit), (SELECT max(id) FROM areas_neighbourhood)")
        unit, neighbourhood = cursor.fetchone()
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            now = dt.datetime.now(dt.UTC)
            words = " ".join(WORDS * 4)
            cursor.execute(EXECUTE, [f"{done:08d}", uuid.uuid4().hex, words, unit, neighbourhood, now])
            connection.commit()
            done += 1
        rate = done / (time.perf_counter() - began)
    connection.close()
    return rate


def checked_floor(cursor: Any, database_url: str, *, seconds: float) -> float:
    before = counted(cursor, SCHEMA)
    rate = floor_rate(database_url, seconds=seconds)
    after = counted(cursor, SCHEMA)
    more = {after[name] - before[name] for name in WRITTEN}
    must(len(more) == 1 and more.pop() > 0, f"the floor wrote unequal rows: {before} -> {after}")
    return rate


def measure(report: Report, environment: dict[str, str], cursor: Any) -> None:
    programs = {
        "product": ("backend.wsgi", environment | {"DJANGO_SETTINGS_MODULE": "backend.settings.local"}),
        "peer": ("bench.peer.wsgi", environment | {"PEER_SCHEMA": SCHEMA}),
    }
    with gunicorns(programs) as ports:
        product = Side(cursor, port=ports["product"], path="/api/v1/complaints/", schema="public")
        peer = Side(cursor, port=ports["peer"], path="/complaints/", schema=SCHEMA)
        for side in (product, peer):
            side.post(clients=2, seconds=1.0)  # warm
            side.rows_each.clear()
        nothing = drive(ports["peer"], make_request=partial(written, "GET", "/health/alive"), clients=8, seconds=1.0)
        gate = shuffled_rounds(
            ROUNDS,
            {
                "product": partial(product.post, clients=GATE_CLIENTS, seconds=SECONDS),
                "peer": partial(peer.post, clients=GATE_CLIENTS, seconds=SECONDS),
            },
        )
        around = {
            (name, clients): partial(side.post, clients=clients, seconds=AROUND_SECONDS)
            for clients in CLIENTS
            for name, side in (("product", product), ("peer", peer))
        }
        loads = shuffled_rounds(AROUND_ROUNDS, around)
        floor = checked_floor(cursor, environment["DATABASE_URL"], seconds=AROUND_SECONDS)
    tell(report, product, peer, gate, loads, floor=floor, nothing=nothing.rate)


def tell(
    report: Report,
    product: Side,
    peer: Side,
    gate: dict[str, list[Load]],
    loads: dict[tuple[str, int], list[Load]],
    *,
    floor: float,
    nothing: float,
) -> None:
    rates = {name: [load.rate for load in rounds] for name, rounds in gate.items()}
    of_peer = ratios(rates["product"], rates["peer"])
    rows = {"product": median(product.rows_each), "peer": median(peer.rows_each)}
    must(
        rows["peer"] >= round(rows["product"]), f"the peer writes {rows['peer']} rows a request, not {rows['product']}"
    )
    report.table(
        f"POST of a complaint, {GATE_CLIENTS} clients, {ROUNDS} rounds of {SECONDS:g} s, median [lowest..highest]",
        ("who", "requests/s", "of the peer's", "rows a request"),
        [
            ("product", spread(rates["product"], 0), spread(of_peer), f"{rows['product']:.2f}"),
            ("peer: ModelSerializer", spread(rates["peer"], 0), "1", f"{rows['peer']:.2f}"),
            ("floor: one prepared statement, 1 client", f"{floor:.0f}", f"{floor / median(rates['peer']):.1f}", "7"),
            ("a view that does nothing", f"{nothing:.0f}", f"{nothing / median(rates['peer']):.1f}", "0"),
        ],
    )
    report.table(
        f"Latency by clients, {AROUND_ROUNDS} rounds of {AROUND_SECONDS:g} s, milliseconds, median of the rounds",
        ("who", "clients", "requests/s", "p50", "p95", "p99"),
        [
            (
                name,
                clients,
                f"{median(load.rate for load in rounds):.0f}",
                *(milliseconds(median(load.p(share) for load in rounds)) for share in (0.5, 0.95, 0.99)),
            )
            for (name, clients), rounds in loads.items()
        ],
    )
    report.figures["ratios"] = of_peer
    report.aim(at_least("requests a second, of the peer's", median(of_peer), 0.75))


def main() -> int:
    settle()
    random.seed()
    with running_server():
        environment = fresh_database(DATABASE)
        use_database(environment)
        load_places()
        from backend.database.server import APP_ROLE

        with as_owner(DATABASE) as cursor:
            make_tables(cursor, app_role=APP_ROLE)
            report = Report("submission")
            measure(report, environment, cursor)
        return report.finish()


if __name__ == "__main__":
    sys.exit(main())
