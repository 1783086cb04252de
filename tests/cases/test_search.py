"""Searching the narratives: the same cases come, by whichever of the two forms the database is asked in."""

from __future__ import annotations

import datetime as dt

import pytest

from cases import selectors
from tests.cast import AT, Cast, a_case

CASES = "/api/v1/cases/"


@pytest.mark.parametrize("few", [0, selectors.FEW_MATCHES], ids=["many matches", "few matches"])
def test_a_search_answers_the_newest_first_whether_its_words_are_rare_or_common(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(selectors, "FEW_MATCHES", few)
    older = a_case(cast, narrative="A kestrel was chased by a patrol car.", at=AT - dt.timedelta(days=2))
    newer = a_case(cast, narrative="The patrol car ran over my kestrels.", at=AT - dt.timedelta(days=1))
    a_case(cast, narrative="A buzzard, and nobody came.")

    beth = cast.client("beth")
    first = beth.get(CASES, {"search": "kestrel", "limit": 1}).json()
    second = beth.get(CASES, {"search": "kestrel", "limit": 1, "cursor": first["next"]}).json()

    assert [case["reference"] for case in first["results"]] == [newer.reference]
    assert [case["reference"] for case in second["results"]] == [older.reference]
    assert second["next"] == ""


@pytest.mark.parametrize("few", [0, selectors.FEW_MATCHES], ids=["many matches", "few matches"])
def test_a_search_finds_nothing_that_is_not_yours_to_see(cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(selectors, "FEW_MATCHES", few)
    a_case(cast, narrative="A kestrel was chased by a patrol car.")

    found = cast.client("kit").get(CASES, {"search": "kestrel"}).json()

    assert found == {"results": [], "next": ""}
