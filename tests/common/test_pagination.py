"""Pages by key: whole, each row once, at the same cost, and only by a cursor that was made here for this list."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.exceptions import ValidationError

from backend.common.fields import decrypt, encrypt
from backend.common.pagination import Order
from cases.lists.queue import DUE_FIRST, NEWEST_FIRST
from cases.models import Case
from tests.cast import AT, Cast, a_case

CASES = "/api/v1/cases/"


def walk(order: Order, *, size: int, between: Any = None) -> list[str]:
    """Every reference that the pages show, one after another; `between` is called after each page."""
    seen, cursor = [], ""
    while True:
        page = order.page(Case.objects.all(), cursor=cursor, size=size)
        seen += [case.reference for case in page.rows]
        cursor = page.next_cursor
        if not cursor:
            return seen
        if between:
            between()


@pytest.mark.parametrize("order", [DUE_FIRST, NEWEST_FIRST], ids=lambda order: order.name)
@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_rows_that_tie_are_each_shown_once(cast: Cast, order: Order, size: int) -> None:
    made = {a_case(cast).reference for _ in range(7)}

    seen = walk(order, size=size)

    assert len(seen) == 7
    assert set(seen) == made


@pytest.mark.parametrize("order", [DUE_FIRST, NEWEST_FIRST], ids=lambda order: order.name)
def test_rows_that_come_in_meanwhile_neither_repeat_nor_hide_one(cast: Cast, order: Order) -> None:
    made = {a_case(cast, at=AT - dt.timedelta(days=days % 3)).reference for days in range(9)}

    def meanwhile() -> None:
        for days in (-2, 0, 1, 5):
            a_case(cast, at=AT - dt.timedelta(days=days))

    seen = []
    rounds = iter(range(3))
    seen = walk(order, size=2, between=lambda: meanwhile() if next(rounds, None) is not None else None)

    assert len(seen) == len(set(seen))
    assert made <= set(seen)


def test_the_last_page_has_no_cursor_and_an_empty_list_has_none(cast: Cast) -> None:
    assert DUE_FIRST.page(Case.objects.all(), cursor="", size=5).next_cursor == ""
    for _ in range(5):
        a_case(cast)

    assert DUE_FIRST.page(Case.objects.all(), cursor="", size=5).next_cursor == ""


def test_a_deep_page_neither_skips_rows_nor_counts_them(cast: Cast) -> None:
    for _ in range(5):
        a_case(cast)
    client = cast.client("amal")
    first = client.get(CASES, {"limit": 2}).json()["next"]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(CASES, {"limit": 2, "cursor": first}).status_code == 200

    for query in queries.captured_queries:
        assert "OFFSET" not in query["sql"].upper()
        assert "COUNT(" not in query["sql"].upper()


def written(text: str) -> str:
    """What the handler wrote: the one line of it that is a number, of a note or within a letter."""
    (number,) = [line for line in text.splitlines() if line.isdigit()]
    return number


@pytest.mark.parametrize("route", ["notes", "messages"])
def test_what_was_written_in_a_case_comes_in_pages_oldest_first(cast: Cast, route: str) -> None:
    case, client = a_case(cast), cast.client("amal")
    url = f"{CASES}{case.reference}/"
    for number in range(5):
        etag = client.get(url)["ETag"]
        made = client.post(f"{url}{route}/", {"text": f"{number}"}, format="json", headers={"If-Match": etag})
        assert made.status_code == 201, made.content

    pages, cursor = [], ""
    while cursor or not pages:
        page = client.get(f"{url}{route}/", {"limit": 2, **({"cursor": cursor} if cursor else {})})
        assert "ETag" in page
        pages.append([written(each["text"]) for each in page.json()["results"]])
        cursor = page.json()["next"]

    assert pages == [["0", "1"], ["2", "3"], ["4"]]
    assert client.get(f"{url}{route}/", {"cursor": "x"}).status_code == 400


def of_another_list(cast: Cast) -> str:
    for _ in range(2):
        a_case(cast)
    return str(NEWEST_FIRST.page(Case.objects.all(), cursor="", size=1).next_cursor)


def of_another_table(cast: Cast) -> str:
    """Of a list that has the same name as this one, of other rows."""
    period = {"period_from": "2026-01-01", "period_to": "2026-12-31", "unit": "westshire"}
    client = cast.client("beth")
    for _ in range(2):
        assert client.post("/api/v1/reports/briefings/", period, format="json").status_code == 202
    return str(client.get("/api/v1/reports/briefings/", {"limit": 1}).json()["next"])


def tampered(cast: Cast) -> str:
    cursor = of_another_list(cast)
    return cursor[:-5] + ("A" if cursor[-5] != "A" else "B") + cursor[-4:]


@pytest.mark.parametrize(
    ("make", "order"),
    [
        (of_another_list, "due"),
        (of_another_table, "newest"),
        (tampered, "newest"),
        (lambda cast: "x", "due"),
        (lambda cast: "\N{SNOWMAN}", "due"),
        (lambda cast: "A" * 501, "due"),
        (lambda cast: "", "due"),
        (lambda cast: encrypt("not json"), "due"),
        (lambda cast: encrypt(json.dumps(["due", "2026-01-01", "1"])), "due"),
    ],
    ids=["another list", "another table", "tampered", "short", "a snowman", "too long", "empty", "no JSON", "no table"],
)
def test_a_cursor_that_was_not_made_for_the_list_is_a_400(cast: Cast, make: Any, order: str) -> None:
    answer = cast.client("amal").get(CASES, {"cursor": make(cast), "order": order})

    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["cursor"])


def test_a_cursor_tells_its_holder_nothing(cast: Cast) -> None:
    cursor = of_another_list(cast)

    assert "2026" not in cursor
    assert json.loads(decrypt(cursor))[:2] == ["cases.Case", "newest"]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many"])
def test_a_page_has_from_one_to_a_hundred_rows(cast: Cast, limit: str) -> None:
    assert cast.client("amal").get(CASES, {"limit": limit}).status_code == 400


def test_the_order_itself_refuses_a_foreign_cursor(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        DUE_FIRST.page(Case.objects.all(), cursor="nonsense", size=2)
