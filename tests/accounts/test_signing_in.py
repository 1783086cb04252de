"""Signing in: lock-out, what is told alike, the page with its form protection, and what the trail keeps."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from backend.accounts.services import people
from backend.audit import services as audit
from backend.audit.models import Event
from tests.cast import AT, FOUNDER, PASSWORD, Cast

TOKEN, WRONG = "/api/v1/auth/token/", "not the password"
AMAL = "amal@westshire.test"


def ask(email: str = AMAL, password: str = PASSWORD, address: str = "203.0.113.9", **headers: str) -> Any:
    body = {"email": email, "password": password}
    return APIClient().post(TOKEN, body, format="json", REMOTE_ADDR=address, headers=headers)


def page(client: Client, email: str = AMAL, password: str = PASSWORD, **more: str) -> Any:
    """Signs in as a browser does: reads the page, and sends its form back with the token in it."""
    form = client.get("/login/")
    token = form.context["csrf_token"]
    return client.post("/login/", {"email": email, "password": password, "csrfmiddlewaretoken": str(token), **more})


@pytest.fixture
def tab() -> Client:
    """A browser's tab, with form protection as in earnest."""
    return Client(enforce_csrf_checks=True)


class TestLockOut:
    def test_the_fifth_wrong_password_locks_the_account_for_the_address(self, cast: Cast) -> None:
        assert [ask(password=WRONG).status_code for _ in range(5)] == [400, 400, 400, 400, 429]

        locked = ask()

        assert (locked.status_code, locked["Content-Type"]) == (429, "application/problem+json")
        assert locked.json()["type"] == "urn:rylp:problem:locked-out"
        assert int(locked["Retry-After"]) == 900

    def test_the_fifth_answer_is_the_same_problem_as_the_sixth(self, cast: Cast) -> None:
        answers = [ask(password=WRONG) for _ in range(6)]

        assert answers[4].content == answers[5].content

    def test_another_address_and_another_account_are_unaffected(self, cast: Cast) -> None:
        for _ in range(5):
            ask(password=WRONG)

        assert ask(address="203.0.113.10").status_code == 201
        assert ask("beth@westshire.test").status_code == 201
        assert ask().status_code == 429

    def test_it_ends_after_fifteen_minutes(self, cast: Cast) -> None:
        with time_machine.travel(AT, tick=False) as clock:
            for _ in range(5):
                ask(password=WRONG)
            clock.shift(dt.timedelta(minutes=14))
            assert ask().status_code == 429
            clock.shift(dt.timedelta(minutes=2))
            assert ask().status_code == 201

    def test_spelling_the_address_otherwise_or_forging_where_one_is_changes_nothing(self, cast: Cast) -> None:
        spelled = [AMAL, AMAL.upper(), f" {AMAL} ", "Amal@Westshire.test", AMAL, AMAL]

        statuses = [
            ask(email, WRONG, **{"X-Forwarded-For": f"192.0.2.{number}"}).status_code
            for number, email in enumerate(spelled)
        ]

        assert statuses == [400, 400, 400, 400, 429, 429]

    def test_the_page_says_so_as_a_page(self, cast: Cast, tab: Client) -> None:
        statuses = [page(tab, password=WRONG).status_code for _ in range(5)]
        locked = page(tab)

        assert statuses == [400, 400, 400, 400, 429]
        assert locked.status_code == 429
        assert "Wait fifteen minutes" in locked.content.decode()
        assert "<title>Error:" in locked.content.decode()

    def test_an_unknown_address_is_locked_like_a_known_one(self, cast: Cast) -> None:
        assert [ask("ghost@westshire.test").status_code for _ in range(6)] == [400, 400, 400, 400, 429, 429]


def test_unknown_wrong_and_closed_are_told_alike(cast: Cast) -> None:
    people.close_account(user=cast.users["cai"], actor=FOUNDER, at=AT)

    unknown, wrong, closed = ask("ghost@westshire.test"), ask(password=WRONG), ask("cai@westshire.test")

    assert unknown.status_code == wrong.status_code == closed.status_code == 400
    assert unknown.content == wrong.content == closed.content
    assert unknown.headers == wrong.headers == closed.headers


def test_an_account_without_a_password_is_opened_by_none(cast: Cast) -> None:
    person = people.add_person(name="Moe", kind="STAFF", force=cast.force, actor=FOUNDER, at=AT)
    people.open_account(email="moe@westshire.test", person=person, password=None, actor=FOUNDER, at=AT)

    assert ask("moe@westshire.test", "None").status_code == 400
    assert ask("moe@westshire.test", "!").status_code == 400


class TestThePage:
    def test_it_signs_in_and_out(self, cast: Cast, tab: Client) -> None:
        assert tab.get("/api/v1/auth/me/").status_code == 401

        assert page(tab).status_code == 302
        assert tab.get("/api/v1/auth/me/").json()["email"] == AMAL
        signed_in = tab.cookies["sessionid"].value
        out = tab.post("/logout/", {"csrfmiddlewaretoken": tab.cookies["csrftoken"].value})

        assert out.status_code == 302
        assert tab.get("/api/v1/auth/me/").status_code == 401
        tab.cookies["sessionid"] = signed_in
        assert tab.get("/api/v1/auth/me/").status_code == 401

    def test_the_session_is_a_new_one_after_signing_in(self, cast: Cast, tab: Client) -> None:
        session = tab.session
        session["kept"] = True
        session.save()
        before = session.session_key

        page(tab)

        assert tab.session.session_key != before

    @pytest.mark.parametrize(("path", "method"), [("/login/", "post"), ("/logout/", "post")])
    def test_a_form_from_elsewhere_is_refused(self, cast: Cast, tab: Client, path: str, method: str) -> None:
        page(tab)

        assert getattr(tab, method)(path, {"email": AMAL, "password": PASSWORD}).status_code == 403
        assert tab.get("/api/v1/auth/me/").status_code == 200

    def test_a_change_through_the_api_by_session_needs_the_token_of_the_form(self, cast: Cast, tab: Client) -> None:
        page(tab)

        refused = tab.delete("/api/v1/auth/tokens/")
        allowed = tab.delete("/api/v1/auth/tokens/", headers={"X-CSRFToken": tab.cookies["csrftoken"].value})

        assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
        assert allowed.status_code == 204

    def test_signing_out_is_not_a_link(self, cast: Cast, tab: Client) -> None:
        page(tab)

        assert tab.get("/logout/").status_code == 405
        assert tab.get("/api/v1/auth/me/").status_code == 200

    @pytest.mark.parametrize(
        "wanted",
        ["https://evil.test/", "//evil.test/", "///evil.test", "/\\evil.test", "http:evil.test", "javascript:alert(1)", "",
         "https://testserver.evil.test/", "\x00//evil.test", "https:/evil.test"],
    )  # fmt: skip
    def test_it_leads_nowhere_else(self, cast: Cast, tab: Client, wanted: str) -> None:
        assert page(tab, next=wanted)["Location"] == "/"

    def test_it_leads_to_where_one_was_going(self, cast: Cast, tab: Client) -> None:
        assert page(tab, next="/api/v1/docs/")["Location"] == "/api/v1/docs/"

    def test_the_password_is_never_shown_again(self, cast: Cast, tab: Client) -> None:
        answer = page(tab, password="my-secret-words")

        assert answer.status_code == 400
        assert "my-secret-words" not in answer.content.decode()

    def test_the_cookies_are_for_the_server_alone(self, cast: Cast, tab: Client) -> None:
        page(tab)

        assert tab.cookies["sessionid"]["httponly"]
        assert tab.cookies["sessionid"]["samesite"] == "Lax"

    def test_a_closed_account_is_signed_out_at_once(self, cast: Cast, tab: Client) -> None:
        page(tab)
        assert tab.get("/api/v1/auth/me/").status_code == 200

        people.close_account(user=cast.users["amal"], actor=FOUNDER, at=AT)

        assert tab.get("/api/v1/auth/me/").status_code == 401


def test_the_trail_keeps_who_signed_in_who_failed_and_nothing_that_was_typed(
    cast: Cast, tab: Client, settings: Settings
) -> None:
    before = audit.head().sequence
    page(tab)
    tab.post("/logout/", {"csrfmiddlewaretoken": tab.cookies["csrftoken"].value})
    ask(password="typed-by-mistake")
    ask("ghost-typed@westshire.test")
    ask()

    amal = str(cast.users["amal"].public_id)
    kept = list(Event.objects.filter(sequence__gt=before).order_by("sequence").values_list("verb", "actor", "subject"))
    assert kept == [
        ("SIGNED_IN", amal, amal),
        ("SIGNED_OUT", amal, amal),
        ("SIGN_IN_FAILED", "", amal),
        ("TOKEN_ISSUED", amal, amal),
    ]
    assert audit.verify().first_bad is None
