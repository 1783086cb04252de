"""Lists that somebody keeps under a name."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from backend.audit import services as audit
from cases.models import SavedView
from cases.services import saved_views
from tests.cast import AT, Cast, a_case

VIEWS = "/api/v1/cases/views/"


def keep(cast: Cast, name: str = "beth", *, called: str = "Late ones", **filters: Any) -> Any:
    return cast.client(name).post(VIEWS, {"name": called, "filters": filters}, format="json")


def kept(cast: Cast, name: str = "beth") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cast.client(name).get(VIEWS).json()
    return found


def test_a_list_is_kept_and_opened_by_its_query(cast: Cast) -> None:
    case = a_case(cast)

    answer = keep(cast, queue="unassigned", older_than=0, open=True, search='"front desk"')

    view = answer.json()
    assert (answer.status_code, view["name"], view["problems"]) == (201, "Late ones", {})
    assert kept(cast) == [view]
    opened = cast.client("beth").get(f"/api/v1/cases/?{view['query']}")
    assert opened.status_code == 200
    found = [each["reference"] for each in opened.json()["results"]]
    assert found in ([], [case.reference])  # by the day on which this is run
    assert view["filters"] == {"queue": "unassigned", "older_than": "0", "open": "true", "search": '"front desk"'}


def test_it_is_its_owners_alone(cast: Cast) -> None:
    view = keep(cast).json()

    assert kept(cast, "lev") == []
    assert cast.client("lev").delete(f"{VIEWS}{view['public_id']}/").status_code == 404
    assert [each["name"] for each in kept(cast)] == ["Late ones"]


def test_it_is_dropped_by_its_owner(cast: Cast) -> None:
    view = keep(cast).json()

    assert cast.client("beth").delete(f"{VIEWS}{view['public_id']}/").status_code == 204
    assert kept(cast) == []
    assert cast.client("beth").delete(f"{VIEWS}{view['public_id']}/").status_code == 404
    assert cast.client("beth").delete(f"{VIEWS}{uuid4()}/").status_code == 404


def test_a_name_is_used_once_by_each(cast: Cast) -> None:
    assert keep(cast).status_code == 201

    answer = keep(cast, called="LATE ONES")

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:rylp:problem:cannot-save-view")
    assert keep(cast, "lev").status_code == 201


def test_one_keeps_so_many_and_no_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "AT_MOST", 2)
    assert [keep(cast, called=called).status_code for called in ("A", "B", "C")] == [201, 201, 409]


@pytest.mark.parametrize(
    "filters",
    [
        {"queue": "everything"},
        {"sort": "name"},
        {"cursor": "x"},
        {"limit": "5"},
        {"category": "ZZ9"},
        {"older_than": "x"},
    ],
)
def test_only_what_the_list_takes_is_kept(cast: Cast, filters: dict[str, str]) -> None:
    answer = keep(cast, **filters)

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [f"filters.{name}" for name in filters]
    assert kept(cast) == []


@pytest.mark.parametrize("body", [{}, {"name": "X"}, {"name": " ", "filters": {}}, {"name": "X", "filters": []}])
def test_a_list_has_a_name_and_filters(cast: Cast, body: dict[str, Any]) -> None:
    assert cast.client("beth").post(VIEWS, body, format="json").status_code == 400


def test_a_list_whose_filter_is_gone_is_told_of_with_the_reason_and_not_lost(cast: Cast) -> None:
    keep(cast)
    SavedView.objects.update(filters={"mood": "grim", "category": "ZZ9", "state": "PONDERED", "kind": "COMMENT"})

    (view,) = kept(cast)

    assert view["name"] == "Late ones"
    assert set(view["problems"]) == {"mood", "category", "state"}
    assert view["problems"]["mood"] == ["There is no such filter any more."]
    assert view["problems"]["category"] == ["There is no code ZZ9."]
    assert view["filters"]["kind"] == "COMMENT"


def test_the_trail_tells_which_filters_and_never_what_was_searched_for(cast: Cast) -> None:
    view = keep(cast, called="Mrs Canary", search="canary", queue="mine").json()

    event, details = audit.timeline(subject_kind="view", subject=view["public_id"])[-1]
    assert (event.verb, event.actor, details) == (
        "VIEW_SAVED", cast.actor("beth").public_id, {"filters": ["queue", "search"]},
    )  # fmt: skip


def test_dropping_one_leaves_a_row_on_the_trail(cast: Cast) -> None:
    view = saved_views.keep(name="Mine", filters={"queue": "mine"}, actor=cast.actor("beth"), at=AT)

    saved_views.discard(public_id=view.public_id, actor=cast.actor("beth"), at=AT)

    events = audit.timeline(subject_kind="view", subject=str(view.public_id))
    assert [event.verb for event, _ in events] == ["VIEW_SAVED", "VIEW_DELETED"]


def test_nobody_signed_in_keeps_or_sees_any(browser: Any) -> None:
    assert browser.get(VIEWS).status_code == 401
    assert browser.post(VIEWS, {"name": "X", "filters": {}}, format="json").status_code == 401
    assert browser.delete(f"{VIEWS}{uuid4()}/").status_code == 401
