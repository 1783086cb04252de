"""The people of the demo: one account for each role, in the force that is loaded."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from backend.accounts.actors import CLOCK, acting
from backend.accounts.models import Person, Role, User
from backend.accounts.services.people import add_person, grant_role, open_account
from backend.areas.models import Unit
from backend.calendar.working_days import day_of
from cases.models import Letterhead, LocalPolicingBody
from cases.services import letterheads, policing_bodies


@dataclass(frozen=True)
class DemoAccount:
    """A row of the table that the demo prints."""

    role: Role
    email: str
    unit: str


@dataclass(frozen=True)
class _Part:
    """Somebody's part in the demo, and the kind of unit in which they play it."""

    role: Role
    name: str
    address: str
    rank: str
    works_in: str  # "force", "lpu" or "professional standards"


CAST = (
    _Part(Role.MODERATOR, "Mel Okafor", "moderator", "", "force"),
    _Part(Role.LPU_HANDLER, "Hanna Price", "handler", "Sergeant", "lpu"),
    _Part(Role.LPU_SUPERVISOR, "Sunil Rao", "supervisor", "Inspector", "lpu"),
    _Part(Role.PSD_ASSESSOR, "Aled Morgan", "assessor", "", "professional standards"),
    _Part(Role.PSD_INVESTIGATOR, "Ines Walker", "investigator", "Detective Sergeant", "professional standards"),
    _Part(Role.APPROPRIATE_AUTHORITY, "Amara Bell", "authority", "Superintendent", "professional standards"),
    _Part(Role.SENIOR_READER, "Rhys Carter", "reader", "Assistant Chief Constable", "force"),
    _Part(Role.AUDITOR, "Una Doyle", "auditor", "", "force"),
    _Part(Role.SYSTEM_ADMINISTRATOR, "Sam Iqbal", "administrator", "", "force"),
)


@transaction.atomic
def open_demo_accounts(*, force: Unit, password: str, at: dt.datetime) -> list[DemoAccount]:
    """Open the accounts that are missing, all with one password, and return the whole table.

    An account that is there keeps its password and its roles, whatever was done to them since.
    """
    units = {"force": force, "lpu": _first_lpu(force), "professional standards": _professional_standards(force)}
    table = []
    for number, part in enumerate(CAST, start=101):
        unit = units[part.works_in]
        email = f"{part.address}@demo.example"
        if not User.objects.filter(email=email).exists():
            kind = Person.Kind.OFFICER if part.rank else Person.Kind.STAFF
            person = add_person(
                name=part.name, kind=kind, rank=part.rank, collar_number=f"D{number}", force=force, actor=CLOCK, at=at
            )
            user = open_account(email=email, person=person, password=password, actor=CLOCK, at=at)
            grant_role(user=user, role=part.role, unit=unit, actor=CLOCK, at=at)
            if part.role == Role.SYSTEM_ADMINISTRATOR:
                _name_the_policing_body(force, by=user, at=at)
                _set_the_letterhead(force, by=user, at=at)
        table.append(DemoAccount(role=part.role, email=email, unit=unit.name))
    return table


def _name_the_policing_body(force: Unit, *, by: User, at: dt.datetime) -> None:
    """No outcome that the body reviews is told before it is known where to write to it."""
    if LocalPolicingBody.objects.of(force.pk, on=day_of(at)) is None:
        policing_bodies.name(
            force=force.slug,
            name=f"Local policing body of {force.name}",
            address="1 Demo Street\nAnytown\nZZ1 1ZZ",
            from_on=day_of(at),
            actor=acting(by, at=at),
            at=at,
        )


def _set_the_letterhead(force: Unit, *, by: User, at: dt.datetime) -> None:
    """Invented: the number is one of those that are kept free for plays."""
    if not Letterhead.objects.of_letters(at, force_id=force.pk).exists():
        letterheads.add(
            force=force.slug,
            address="Demo House\n2 Demo Street\nAnytown\nZZ1 1ZZ",
            telephone="0121 496 0101",
            web="https://police.demo.example",
            from_on=day_of(at),
            actor=acting(by, at=at),
            at=at,
        )


def _first_lpu(force: Unit) -> Unit:
    return Unit.objects.filter(force=force, kind=Unit.Kind.LPU, ends_on=None).order_by("name").first() or force


def _professional_standards(force: Unit) -> Unit:
    return Unit.objects.filter(force=force, is_professional_standards=True, ends_on=None).first() or force
