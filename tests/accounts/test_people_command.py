"""`manage.py people`: how an operator enters the people of a force, before anybody can sign in to do it."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from backend.accounts.models import RoleGrant, User
from backend.audit.models import Event
from tests.cast import Cast


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("people", *words, stdout=out)
    return out.getvalue()


def test_somebody_is_entered_given_a_role_and_listed_and_each_is_on_record(cast: Cast) -> None:
    added = run(
        "add", "New@Westshire.test", "--name=Nell Frost", "--force=westshire", "--rank=Sergeant", "--no-password"
    )
    granted = run("grant", "new@westshire.test", "LPU_HANDLER", "westshire/northgate")

    assert "new@westshire.test has an account, and no role yet" in added
    assert "new@westshire.test is " in granted
    assert "new@westshire.test  Nell Frost  LPU_HANDLER in westshire/northgate" in run("list")
    nell = User.objects.get(email="new@westshire.test")
    assert (nell.has_usable_password(), nell.person.rank) == (False, "Sergeant")
    recorded = Event.objects.order_by("-sequence").values_list("verb", "actor")[:3]
    assert set(recorded) == {("PERSON_ADDED", "operator"), ("ACCOUNT_OPENED", "operator"), ("ROLE_GRANTED", "operator")}


def test_a_role_ends_and_an_account_is_closed(cast: Cast) -> None:
    run("end", "cai@westshire.test", "LPU_HANDLER", "westshire/northgate")
    run("close", "cai@westshire.test")

    assert "cai@westshire.test (closed)" in run("list")
    assert not RoleGrant.objects.held_at(timezone.now()).filter(user=cast.users["cai"]).exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "cai@westshire.test", "--name=C", "--force=westshire", "--no-password"), "an account for cai@westshire.test already"),
        (("add", "new@westshire.test", "--name=N", "--force=nowhere", "--no-password"), "There is no unit nowhere"),
        (("add", "new@westshire.test", "--name=N", "--force=westshire"), "add --no-password"),  # no terminal to ask at
        (("grant", "who@westshire.test", "LPU_HANDLER", "westshire"), "Nobody has an account by who@westshire.test"),
        (("end", "cai@westshire.test", "AUDITOR", "westshire"), "does not hold AUDITOR"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_told_in_plain_words_and_changes_nothing(
    cast: Cast, words: tuple[str, ...], said: str
) -> None:
    before = Event.objects.count()

    with pytest.raises(CommandError, match=said):
        run(*words)

    assert Event.objects.count() == before
    assert not User.objects.filter(email="new@westshire.test").exists()
