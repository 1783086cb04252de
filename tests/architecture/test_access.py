"""Who may do what at every route of a case: each of the cast at each route in four situations, against a table by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import URLPattern
from rest_framework.test import APIClient

from cases.api.urls import urlpatterns
from cases.models import Case, Involvement, Kind
from cases.services import assignment, involvement
from tests.architecture.access import answers_of
from tests.cast import AT, NO_TICKS, Cast, a_case, assess, move

EVERYBODY = ["amal", "beth", "cai", "dee", "ed", "fay", "gwen", "hal", "ida", "jo", "kit", "lev", "nobody"]
WRITES = ("post", "put", "patch", "delete")


def with_a_unit(cast: Cast) -> Case:
    """A complaint about service, assessed, with Northgate, handled by Cai."""
    case = assess(cast, a_case(cast))
    return assignment.assign(
        reference=case.reference, unit="northgate", handler="cai@westshire.test", actor=cast.actor("amal"), at=AT,
        version=case.version,
    )  # fmt: skip


def about_conduct(cast: Cast) -> Case:
    return assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True)


def a_comment_with_a_unit(cast: Cast) -> Case:
    case = a_case(cast, kind=Kind.COMMENT)
    move(cast, case, "gwen", "triage")
    return move(cast, case, "gwen", "send_to_unit", unit="northgate")


def about_the_authority(cast: Cast) -> Case:
    """As with a unit, and Beth is its subject, Cai conflicted out of it."""
    case = with_a_unit(cast)
    for name, part in (("beth", Involvement.Part.SUBJECT), ("cai", Involvement.Part.CONFLICT)):
        case = involvement.name_person(
            reference=case.reference, who=cast.users[name].email, part=part, actor=cast.actor("amal"), at=AT,
            version=case.version,
        )  # fmt: skip
    return case


TICKED = {**NO_TICKS, "alleges_crime_or_discipline": True}
NAMING = {"who": "1005", "part": "WITNESS"}

# What is sent, and what each who may see the case is answered. Everybody else is answered 404 at every route.
SITUATIONS: dict[str, tuple[Callable[[Cast], Case], str, dict[str, tuple[dict[str, Any], dict[str, int]]]]] = {
    "a complaint with a unit": (
        with_a_unit,
        "amal beth lev cai dee",
        {
            "moves": ({"move": "take"}, {"amal": 200, "beth": 200, "lev": 200, "cai": 403, "dee": 403}),
            "assignment": ({"unit": "southgate"}, {"amal": 200, "beth": 200, "lev": 200, "cai": 403, "dee": 403}),
            "assessment": (TICKED, {"amal": 200, "beth": 200, "lev": 200, "cai": 403, "dee": 403}),
            "involvements": (NAMING, {"amal": 204, "beth": 204, "lev": 204, "cai": 403, "dee": 403}),
            "notes": ({"text": "Rang."}, dict.fromkeys(["amal", "beth", "lev", "cai", "dee"], 201)),
            "messages": ({"text": "On it."}, dict.fromkeys(["amal", "beth", "lev", "cai", "dee"], 201)),
            "reveal": ({"reason": "To ring."}, dict.fromkeys(["amal", "beth", "lev", "cai", "dee"], 200)),
        },
    ),
    "a complaint about conduct": (
        about_conduct,
        "beth lev",
        {
            "moves": ({"move": "take"}, {"beth": 200, "lev": 200}),
            "assignment": ({"unit": "northgate"}, {"beth": 409, "lev": 409}),
            "assessment": ({**NO_TICKS, "reason": "Misread."}, {"beth": 409, "lev": 200}),
            "involvements": (NAMING, {"beth": 204, "lev": 204}),
            "notes": ({"text": "Rang."}, {"beth": 201, "lev": 201}),
            "messages": ({"text": "On it."}, {"beth": 201, "lev": 201}),
            "reveal": ({"reason": "To ring."}, {"beth": 200, "lev": 200}),
        },
    ),
    "a comment with a unit": (
        a_comment_with_a_unit,
        "gwen beth lev cai dee",
        {
            "moves": (
                {"move": "answer", "details": {"told": "Done."}},
                {"gwen": 200, "beth": 200, "lev": 200, "cai": 403, "dee": 403},
            ),
            "assignment": ({"unit": "southgate"}, {"gwen": 200, "beth": 200, "lev": 200, "cai": 403, "dee": 403}),
            "assessment": (NO_TICKS, {"gwen": 403, "beth": 409, "lev": 409, "cai": 403, "dee": 403}),
            "involvements": (NAMING, {"gwen": 204, "beth": 204, "lev": 204, "cai": 403, "dee": 403}),
            "notes": ({"text": "Rang."}, dict.fromkeys(["gwen", "beth", "lev", "cai", "dee"], 201)),
            "messages": ({"text": "On it."}, {"gwen": 201, "beth": 201, "lev": 201, "cai": 403, "dee": 403}),
            "reveal": ({"reason": "To ring."}, dict.fromkeys(["gwen", "beth", "lev", "cai", "dee"], 200)),
        },
    ),
    "a complaint about the authority's delegate": (
        about_the_authority,
        "amal lev dee",
        {
            "moves": ({"move": "take"}, {"amal": 200, "lev": 200, "dee": 403}),
            "assignment": ({"handler": "cai@westshire.test"}, {"amal": 409, "lev": 409, "dee": 409}),
            "assessment": (NO_TICKS, {"amal": 200, "lev": 200, "dee": 403}),
            "involvements": (NAMING, {"amal": 204, "lev": 204, "dee": 403}),
            "notes": ({"text": "Rang."}, dict.fromkeys(["amal", "lev", "dee"], 201)),
            "messages": ({"text": "On it."}, dict.fromkeys(["amal", "lev", "dee"], 201)),
            "reveal": ({"reason": "To ring."}, dict.fromkeys(["amal", "lev", "dee"], 200)),
        },
    ),
}


for situation, (_, _, answers) in SITUATIONS.items():
    answers.update(answers_of(situation))


def routes() -> dict[str, tuple[str, list[str]]]:
    """Every route of one case by its name: the address with {reference} in it, and the methods that it takes."""
    found = {}
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        address = str(pattern.pattern).replace("<reference:reference>", "{reference}")
        view = pattern.callback.cls
        if "{reference}" in address:
            found[str(pattern.name)] = (address, [each for each in ("get", *WRITES) if hasattr(view, each)])
    return found


# Of those who see the case, these alone may read it; the others are told so.
READ_BY = {"review-bundle": ("beth", "lev")}
AFTER_A_REVEAL = {"review-bundle"}  # it has the names of those who complained


def reading(route: str, address: str, name: str, *, sees: bool) -> int:
    """What reading a route is answered: the parts that an address names here by a random id are nowhere."""
    if not sees or "<uuid:" in address:
        return 404
    if name not in READ_BY.get(route, (name,)):
        return 403
    return 409 if route in AFTER_A_REVEAL else 200


def call(client: APIClient, method: str, address: str, case: Case, body: dict[str, Any] | None) -> Any:
    url = "/api/v1/cases/" + address.format(reference=case.reference).replace("<uuid:public_id>", str(uuid4()))
    case.refresh_from_db()
    files = {
        name: ContentFile(each, name="notice.txt") for name, each in (body or {}).items() if isinstance(each, bytes)
    }
    return getattr(client, method)(
        url,
        {**body, **files} if body else body,
        format="multipart" if files else "json",
        headers={"If-Match": f'"{case.reference}.{case.version}"'},
    )


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_table_speaks_of_every_change_and_everybody_who_sees_the_case(situation: str) -> None:
    _, seen_by, table = SITUATIONS[situation]

    assert set(table) == {name for name, (_, methods) in routes().items() if set(methods) & set(WRITES)}
    assert all(set(answers) == set(seen_by.split()) for _, answers in table.values())


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("name", EVERYBODY)
def test_each_is_answered_as_the_table_says(cast: Cast, situation: str, name: str) -> None:
    """Who sees the case goes to every route; those who do not share them out among themselves, so that each is refused."""
    sees = name in SITUATIONS[situation][1].split()
    blind = [each for each in EVERYBODY if each not in SITUATIONS[situation][1].split()]

    go_round(cast, situation, name, list(routes()) if sees else list(routes())[blind.index(name) :: len(blind)])


@pytest.mark.prove
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("name", EVERYBODY)
def test_each_is_answered_so_at_every_route(cast: Cast, situation: str, name: str) -> None:
    go_round(cast, situation, name, list(routes()))


def go_round(cast: Cast, situation: str, name: str, names: list[str]) -> None:
    prepare, seen_by, table = SITUATIONS[situation]
    case, client, sees = prepare(cast), cast.client(name), name in seen_by.split()
    absent = client.get("/api/v1/cases/ZZZZZZZZ/")

    for route in names:
        address, methods = routes()[route]
        for method in methods:
            body, answers = table[route] if method != "get" else (None, {})
            expected = answers.get(name, 404) if method != "get" else reading(route, address, name, sees=sees)
            with transaction.atomic():
                answer = call(client, method, address, case, body)
                transaction.set_rollback(True)
            assert answer.status_code == expected, f"{method} {address}: {answer.content!r}"
            if not sees:
                assert answer.content == absent.content, f"{method} {address}"
    listed = {each["reference"] for each in client.get("/api/v1/cases/").json()["results"]}
    assert listed == ({case.reference} if sees else set())


@pytest.mark.parametrize("situation", SITUATIONS)
def test_nobody_signed_in_is_let_in_anywhere(cast: Cast, situation: str) -> None:
    prepare, _, table = SITUATIONS[situation]
    case = prepare(cast)

    for route, (address, methods) in routes().items():
        for method in methods:
            assert (
                call(APIClient(), method, address, case, table[route][0] if method != "get" else None).status_code
                == 401
            )
    assert APIClient().get("/api/v1/cases/").status_code == 401


def test_the_cast_has_everybody(cast: Cast) -> None:
    assert sorted(cast.users) == sorted(EVERYBODY)
