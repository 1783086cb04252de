"""Roles are given by somebody else, held in a unit for a time, and on record."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from backend.accounts.actors import PUBLIC
from backend.accounts.models import Person, Role, RoleGrant, User
from backend.accounts.services import people
from backend.accounts.services.people import AlreadyHeld
from backend.audit import services as audit
from backend.audit.models import Event
from backend.common.errors import NotAllowed
from tests.cast import AT, FOUNDER, PASSWORD, Cast

LATER = AT + dt.timedelta(days=1)


@pytest.mark.parametrize("name", ["jo", "beth", "nobody"])
def test_nobody_gives_themselves_a_role(cast: Cast, name: str) -> None:
    before = (RoleGrant.objects.count(), audit.head())

    with pytest.raises(NotAllowed, match="themselves"):
        people.grant_role(user=cast.users[name], role=Role.AUDITOR, unit=cast.force, actor=cast.actor(name), at=AT)

    assert (RoleGrant.objects.count(), audit.head()) == before


def test_a_role_is_not_held_twice_in_a_unit_and_may_be_held_in_another(cast: Cast) -> None:
    with pytest.raises(AlreadyHeld):
        people.grant_role(
            user=cast.users["cai"], role=Role.LPU_HANDLER, unit=cast.northgate, actor=cast.actor("jo"), at=AT
        )

    people.grant_role(user=cast.users["cai"], role=Role.LPU_HANDLER, unit=cast.southgate, actor=cast.actor("jo"), at=AT)

    assert cast.actor("cai").units_of(Role.LPU_HANDLER) == sorted([cast.northgate.pk, cast.southgate.pk])


def test_giving_and_ending_are_on_record_with_who_did_it(cast: Cast) -> None:
    jo, user = cast.actor("jo"), cast.users["nobody"]
    grant = people.grant_role(user=user, role=Role.AUDITOR, unit=cast.force, actor=jo, at=AT)
    people.end_role(grant=grant, actor=jo, at=LATER)

    events = audit.timeline(subject_kind="user", subject=str(user.public_id))[-2:]

    assert [(event.verb, event.actor) for event, _ in events] == [
        ("ROLE_GRANTED", jo.public_id),
        ("ROLE_ENDED", jo.public_id),
    ]
    assert [details for _, details in events] == [{"role": "AUDITOR", "unit": "westshire"}] * 2
    assert grant.granted_by_id == cast.users["jo"].pk


def test_a_role_is_held_from_its_first_instant_until_before_its_last(cast: Cast) -> None:
    user = cast.users["nobody"]
    people.grant_role(user=user, role=Role.AUDITOR, unit=cast.force, actor=FOUNDER, at=AT, ends_at=LATER)
    instant = dt.timedelta(microseconds=1)

    held = [cast.actor("nobody", at).holds(Role.AUDITOR) for at in (AT - instant, AT, LATER - instant, LATER)]

    assert held == [False, True, True, False]


def test_an_ended_role_may_be_given_again(cast: Cast) -> None:
    grant = RoleGrant.objects.get(user=cast.users["cai"])
    people.end_role(grant=grant, actor=FOUNDER, at=AT)

    people.grant_role(user=cast.users["cai"], role=Role.LPU_HANDLER, unit=cast.northgate, actor=FOUNDER, at=LATER)

    assert cast.actor("cai", LATER).holds(Role.LPU_HANDLER)


def test_the_database_refuses_a_role_twice_and_one_that_ends_before_it_starts(cast: Cast) -> None:
    grant = RoleGrant.objects.get(user=cast.users["cai"])
    for changes in ({"starts_at": AT}, {"starts_at": AT, "ends_at": AT - dt.timedelta(days=1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleGrant.objects.create(user=grant.user, role=grant.role, unit=grant.unit, **changes)


def test_the_database_keeps_addresses_in_lower_case_and_collar_numbers_single(cast: Cast) -> None:
    person = cast.users["cai"].person
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="Cai@Westshire.test", person=person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(name="X", kind="STAFF", force=cast.force, collar_number=person.collar_number)
    Person.objects.create(name="X", kind="STAFF", force=cast.eastshire, collar_number=person.collar_number)


def test_people_and_accounts_are_on_record_without_their_names(cast: Cast) -> None:
    person = people.add_person(name="Zed Unusual", kind="STAFF", force=cast.force, actor=FOUNDER, at=AT)
    user = people.open_account(
        email=" Zed.Unusual@Westshire.test ", person=person, password=PASSWORD, actor=FOUNDER, at=AT
    )
    people.close_account(user=user, actor=FOUNDER, at=AT)

    assert user.email == "zed.unusual@westshire.test"
    verbs = list(Event.objects.order_by("sequence").values_list("verb", flat=True))[-3:]
    assert verbs == ["PERSON_ADDED", "ACCOUNT_OPENED", "ACCOUNT_CLOSED"]
    assert not any("nusual" in str((vars(event), event.detail.details)) for event in Event.objects.all())


def test_the_public_writes_nothing_in_its_own_name() -> None:
    with pytest.raises(PermissionError):
        _ = PUBLIC.account
