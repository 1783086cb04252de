"""`manage.py people`: enter people, open and close their accounts, give and end their roles. Every change is on the trail."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from backend.accounts.actors import OPERATOR
from backend.accounts.models import Person, Role, RoleGrant, User
from backend.accounts.services import people
from backend.areas.models import Unit
from backend.common.errors import Refused


class Command(BaseCommand):
    help = "Enter people, open and close their accounts, give and end their roles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        add = actions.add_parser("add", help="enter a person, and open an account for them")
        add.add_argument("email")
        add.add_argument("--name", required=True)
        add.add_argument("--force", required=True, help="slug of the force that they serve with")
        add.add_argument("--kind", choices=Person.Kind.values, default=Person.Kind.OFFICER.value)
        add.add_argument("--rank", default="")
        add.add_argument("--collar-number", default="")
        add.add_argument("--no-password", action="store_true", help="nobody can sign in until one is set")
        for action, words in (("grant", "give a role in a unit"), ("end", "end a role in a unit")):
            role = actions.add_parser(action, help=words)
            role.add_argument("email")
            role.add_argument("role", choices=Role.values)
            role.add_argument("unit", help="FORCE or FORCE/UNIT, by their slugs")
        close = actions.add_parser("close", help="close an account: its sessions and tokens end at once")
        close.add_argument("email")
        actions.add_parser("list", help="the accounts and the roles that they hold now")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['action']}")(options)
        except Refused as refusal:
            raise CommandError(f"{refusal.title} {refusal.detail}") from refusal

    def _add(self, options: dict[str, Any]) -> None:
        email = options["email"].strip().lower()
        if User.objects.filter(email=email).exists():
            raise CommandError(f"There is an account for {email} already.")
        password = None if options["no_password"] else self._ask_password(email)
        at = timezone.now()
        with transaction.atomic():
            person = people.add_person(
                name=options["name"],
                kind=Person.Kind(options["kind"]),
                rank=options["rank"],
                collar_number=options["collar_number"],
                force=_unit(options["force"]),
                actor=OPERATOR,
                at=at,
            )
            people.open_account(email=email, person=person, password=password, actor=OPERATOR, at=at)
        self.stdout.write(f"{email} has an account, and no role yet: manage.py people grant {email} ROLE FORCE/UNIT")

    def _ask_password(self, email: str) -> str:
        if not sys.stdin.isatty():
            raise CommandError("The password is asked for at a terminal, and there is none: add --no-password.")
        password = getpass.getpass(f"Password of {email}: ")
        try:
            validate_password(password, User(email=email))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if password != getpass.getpass("Once more: "):
            raise CommandError("The two differ. Nothing was changed.")
        return password

    def _grant(self, options: dict[str, Any]) -> None:
        user, unit = _user(options["email"]), _unit(options["unit"])
        people.grant_role(user=user, role=Role(options["role"]), unit=unit, actor=OPERATOR, at=timezone.now())
        self.stdout.write(f"{user.email} is {Role(options['role']).label} in {unit.name}.")

    def _end(self, options: dict[str, Any]) -> None:
        user, unit = _user(options["email"]), _unit(options["unit"])
        at = timezone.now()
        grant = RoleGrant.objects.held_at(at).filter(user=user, role=options["role"], unit=unit).first()
        if grant is None:
            raise CommandError(f"{user.email} does not hold {options['role']} in {unit.name}.")
        people.end_role(grant=grant, actor=OPERATOR, at=at)
        self.stdout.write(f"{user.email} is no longer {Role(options['role']).label} in {unit.name}.")

    def _close(self, options: dict[str, Any]) -> None:
        user = _user(options["email"])
        people.close_account(user=user, actor=OPERATOR, at=timezone.now())
        self.stdout.write(f"The account of {user.email} is closed.")

    def _list(self, options: dict[str, Any]) -> None:
        grants = RoleGrant.objects.held_at(timezone.now()).select_related("unit__force")
        held: dict[int, list[str]] = {}
        for grant in grants.order_by("id"):
            force = f"{grant.unit.force.slug}/" if grant.unit.force else ""
            held.setdefault(grant.user_id, []).append(f"{grant.role} in {force}{grant.unit.slug}")
        for user in User.objects.select_related("person").order_by("email"):
            state = "" if user.is_active else " (closed)"
            self.stdout.write(f"{user.email}{state}  {user.name}  {', '.join(held.get(user.pk, ['no role']))}")


def _user(email: str) -> User:
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise CommandError(f"Nobody has an account by {email}: manage.py people list")
    return user


def _unit(path: str) -> Unit:
    force, _, slug = path.partition("/")
    wanted = Unit.objects.filter(slug=slug, force__slug=force) if slug else Unit.objects.filter(slug=force, force=None)
    unit = wanted.filter(ends_on=None).first()
    if unit is None:
        raise CommandError(f"There is no unit {path}. Write FORCE or FORCE/UNIT, by the slugs of /api/v1/areas/.")
    return unit
