"""Who acts: an account with the roles it holds at this moment, read once and handed down."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .models import Role, RoleGrant, User


@dataclass(frozen=True)
class Held:
    """A role held in a unit; `force_id` is the unit's force, or the unit itself where it is a force."""

    role: Role
    unit_id: int
    force_id: int


@dataclass(frozen=True)
class Actor:
    """Plain facts about who acts, so that a rule about them can be pure."""

    public_id: str  # what the audit trail keeps: a user's public id, "" for the public, "clock" for the system itself
    user_id: int | None = None
    person_id: int | None = None
    roles: tuple[Held, ...] = ()

    @property
    def account(self) -> int:
        """The account's key, for a row that names its author. Raises PermissionError for the public and the clock."""
        if self.user_id is None:
            raise PermissionError("Only somebody with an account writes this.")
        return self.user_id

    @property
    def person(self) -> int:
        """The key of the person behind the account. Raises PermissionError for the public and the clock."""
        if self.person_id is None:
            raise PermissionError("Only somebody with an account does this.")
        return self.person_id

    def holds(self, *roles: Role, force_id: int | None = None) -> bool:
        """Whether one of `roles` is held anywhere, or anywhere in one force."""
        return any(held.role in roles and force_id in (None, held.force_id) for held in self.roles)

    def holds_in(self, *roles: Role, unit_id: int | None, force_id: int) -> bool:
        """Whether one of `roles` is held in this very unit, or in the force above it."""
        return any(held.role in roles and held.unit_id in (unit_id, force_id) for held in self.roles)

    def forces_of(self, *roles: Role) -> list[int]:
        """The forces in any unit of which one of `roles` is held: Professional Standards works for the whole force."""
        return sorted({held.force_id for held in self.roles if held.role in roles})

    def whole_forces_of(self, *roles: Role) -> list[int]:
        """The forces in which one of `roles` is held at the top, and so in every unit below."""
        return sorted({held.unit_id for held in self.roles if held.role in roles and held.unit_id == held.force_id})

    def units_of(self, *roles: Role) -> list[int]:
        """The units in which one of `roles` is held by name."""
        return sorted({held.unit_id for held in self.roles if held.role in roles})


PUBLIC = Actor(public_id="")
CLOCK = Actor(public_id="clock")
OPERATOR = Actor(public_id="operator")  # somebody at the server's own command line


def acting(user: User, *, at: dt.datetime) -> Actor:
    """`user` with the roles held at `at`: one query."""
    grants = RoleGrant.objects.held_at(at).filter(user=user).values_list("role", "unit_id", "unit__force_id")
    roles = tuple(Held(Role(role), unit, force or unit) for role, unit, force in grants)
    return Actor(public_id=str(user.public_id), user_id=user.pk, person_id=user.person_id, roles=roles)
