"""Searching the narratives: the same cases come, in whichever form the database is asked."""

from __future__ import annotations

import datetime as dt

import pytest

from cases.lists import queue
from tests.cast import AT, Cast, a_case

CASES = "/api/v1/cases/"


FORMS = pytest.mark.parametrize(
    ("few", "common"),
    [(queue.FEW_MATCHES, queue.KNOWN_AS_COMMON), (0, queue.KNOWN_AS_COMMON), (0, -1)],
    ids=["few matches", "many matches", "known as common"],
)


@FORMS
def test_a_search_answers_the_newest_first_whether_its_words_are_rare_or_common(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int, common: int
) -> None:
    monkeypatch.setattr(queue, "FEW_MATCHES", few)
    monkeypatch.setattr(queue, "KNOWN_AS_COMMON", common)
    older = a_case(cast, narrative="A kestrel was chased by a patrol car.", at=AT - dt.timedelta(days=2))
    newer = a_case(cast, narrative="The patrol car ran over my kestrels.", at=AT - dt.timedelta(days=1))
    a_case(cast, narrative="A buzzard, and nobody came.")

    beth = cast.client("beth")
    first = beth.get(CASES, {"search": "kestrel", "limit": 1}).json()
    second = beth.get(CASES, {"search": "kestrel", "limit": 1, "cursor": first["next"]}).json()

    assert [case["reference"] for case in first["results"]] == [newer.reference]
    assert [case["reference"] for case in second["results"]] == [older.reference]
    assert second["next"] == ""


@FORMS
def test_a_search_finds_nothing_that_is_not_yours_to_see(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int, common: int
) -> None:
    monkeypatch.setattr(queue, "FEW_MATCHES", few)
    monkeypatch.setattr(queue, "KNOWN_AS_COMMON", common)
    a_case(cast, narrative="A kestrel was chased by a patrol car.")

    found = cast.client("kit").get(CASES, {"search": "kestrel"}).json()

    assert found == {"results": [], "next": ""}
