"""People, their accounts and the roles that they hold."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.accounts.actors import Actor
from backend.accounts.models import Person, Role, RoleGrant, User
from backend.areas.models import Unit
from backend.audit import services as audit
from backend.common.errors import NotAllowed, Refused


class AlreadyHeld(Refused):
    code = "role-already-held"
    title = "The role is held already."


@transaction.atomic
def add_person(
    *, name: str, kind: Person.Kind, force: Unit, actor: Actor, at: dt.datetime, rank: str = "", collar_number: str = ""
) -> Person:
    """Enter an officer or member of staff; `force` is the force that they serve with."""
    person = Person.objects.create(name=name, kind=kind, rank=rank, collar_number=collar_number, force=force)
    _record(actor, "PERSON_ADDED", "person", str(person.public_id), at)
    return person


@transaction.atomic
def open_account(*, email: str, person: Person, password: str | None, actor: Actor, at: dt.datetime) -> User:
    """Open an account for a person. Without a password nobody can sign in by one (single sign-on comes later)."""
    user = User(email=email.strip().lower(), person=person)
    user.set_password(password)
    user.save()
    _record(actor, "ACCOUNT_OPENED", "user", str(user.public_id), at)
    return user


@transaction.atomic
def close_account(*, user: User, actor: Actor, at: dt.datetime) -> None:
    """Nobody signs in by it any more, and its tokens end at once."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    user.auth_token_set.all().delete()  # type: ignore[attr-defined]
    _record(actor, "ACCOUNT_CLOSED", "user", str(user.public_id), at)


@transaction.atomic
def grant_role(
    *, user: User, role: Role, unit: Unit, actor: Actor, at: dt.datetime, ends_at: dt.datetime | None = None
) -> RoleGrant:
    """Give `user` a role in `unit` from `at` on. Raises NotAllowed for oneself, AlreadyHeld where it is held."""
    if actor.user_id == user.pk:
        raise NotAllowed("Nobody gives themselves a role.")
    if RoleGrant.objects.filter(user=user, role=role, unit=unit, ends_at=None).exists():
        raise AlreadyHeld(f"They hold the role {role} in {unit.name} already.")
    grant: RoleGrant = RoleGrant.objects.create(
        user=user, role=role, unit=unit, starts_at=at, ends_at=ends_at, granted_by_id=actor.user_id
    )
    _record(actor, "ROLE_GRANTED", "user", str(user.public_id), at, role=role, unit=unit.slug)
    return grant


@transaction.atomic
def end_role(*, grant: RoleGrant, actor: Actor, at: dt.datetime) -> None:
    """End a role at `at`; the next request no longer has it."""
    grant.ends_at = at
    grant.save(update_fields=["ends_at"])
    _record(actor, "ROLE_ENDED", "user", str(grant.user.public_id), at, role=grant.role, unit=grant.unit.slug)


def _record(actor: Actor, verb: str, kind: str, subject: str, at: dt.datetime, **details: str) -> None:
    audit.record(actor=actor.public_id, verb=verb, subject_kind=kind, subject=subject, at=at, details=details)
