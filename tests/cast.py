"""The people and places that the tests speak of, and the steps that bring a case to where a test begins."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.contrib.auth.hashers import make_password
from rest_framework.test import APIClient

from backend.accounts.actors import Actor, acting
from backend.accounts.models import Person, Role, RoleGrant, User
from backend.accounts.services import people
from backend.areas.models import Neighbourhood, Unit
from cases.models import Case, Kind, LocalPolicingBody, MatterType, Withdrawal
from cases.services import assessment, assignment, matters, transitions, withdrawals
from cases.services.intake import NewCase, NewComplainant, open_case

AT = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)  # a Friday
PASSWORD = "correct horse battery staple"
FOUNDER = Actor(public_id="founder")
NO_TICKS = {
    "alleges_death_or_serious_injury": False,
    "alleges_crime_or_discipline": False,
    "alleges_article_2_or_3": False,
    "alleges_mandatory_referral": False,
}


@dataclass
class Cast:
    """Westshire Police: two local policing units, two departments, and one person a role; Eastshire is another force."""

    force: Unit
    northgate: Unit
    southgate: Unit
    standards: Unit
    custody: Unit
    old_town: Neighbourhood
    eastshire: Unit
    users: dict[str, User] = field(default_factory=dict)

    def actor(self, name: str, at: dt.datetime = AT) -> Actor:
        return acting(self.users[name], at=at)

    def client(self, name: str) -> APIClient:
        client = APIClient()
        client.force_authenticate(self.users[name])
        return client


def gather() -> Cast:
    """Put the places and the people on the stage."""
    force = Unit.objects.create(slug="westshire", name="Westshire Police", kind=Unit.Kind.FORCE)
    eastshire = Unit.objects.create(slug="eastshire", name="Eastshire Police", kind=Unit.Kind.FORCE)

    def unit(slug: str, kind: Unit.Kind, **more: Any) -> Unit:
        return Unit.objects.create(slug=slug, name=slug.replace("-", " ").title(), kind=kind, force=force, **more)

    LocalPolicingBody.objects.create(
        force=force, name="Westshire Commissioner", address="2 Market Square\nWest Town", from_on=dt.date(2020, 2, 1)
    )
    northgate, southgate = unit("northgate", Unit.Kind.LPU), unit("southgate", Unit.Kind.LPU)
    standards = unit("professional-standards", Unit.Kind.DEPARTMENT, is_professional_standards=True)
    custody = unit("custody", Unit.Kind.DEPARTMENT)
    old_town = Neighbourhood.objects.create(unit=northgate, code="OT1", name="Old Town", latitude=52.5, longitude=-1.9)
    cast = Cast(force, northgate, southgate, standards, custody, old_town, eastshire)
    roles = [
        ("amal", Role.PSD_ASSESSOR, standards),
        ("beth", Role.APPROPRIATE_AUTHORITY, standards),
        ("cai", Role.LPU_HANDLER, northgate),
        ("dee", Role.LPU_SUPERVISOR, northgate),
        ("ed", Role.LPU_HANDLER, southgate),
        ("fay", Role.PSD_INVESTIGATOR, standards),
        ("gwen", Role.MODERATOR, standards),
        ("hal", Role.SENIOR_READER, force),
        ("ida", Role.AUDITOR, force),
        ("jo", Role.SYSTEM_ADMINISTRATOR, force),
        ("kit", Role.APPROPRIATE_AUTHORITY, eastshire),
        ("lev", Role.APPROPRIATE_AUTHORITY, standards),
    ]
    _enter(cast, [(name, role, where, str(number)) for number, (name, role, where) in enumerate(roles, start=1001)])
    _enter(cast, [("nobody", None, force, "1999")])
    return cast


def _enter(cast: Cast, players: list[tuple[str, Role | None, Unit, str]]) -> None:
    """Put people with accounts and roles straight on the stage: they are there before anything is tested, and on no trail."""
    homes = [where.force or where for _, _, where, _ in players]
    persons = Person.objects.bulk_create(
        Person(name=name.title(), kind=Person.Kind.OFFICER, force=home, collar_number=collar_number)
        for (name, _, _, collar_number), home in zip(players, homes, strict=True)
    )
    users = User.objects.bulk_create(
        User(email=f"{name}@{home.slug}.test", person=person, password=_hashed(PASSWORD))
        for (name, _, _, _), home, person in zip(players, homes, persons, strict=True)
    )
    began = AT - dt.timedelta(days=365)
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, role=role, unit=where, starts_at=began)
        for (_, role, where, _), user in zip(players, users, strict=True)
        if role
    )
    cast.users |= {name: user for (name, _, _, _), user in zip(players, users, strict=True)}


_hashed = cache(make_password)


def add_user(cast: Cast, name: str, role: Role | None, where: Unit, *, collar_number: str = "") -> User:
    """A person of the force with an account, and a role where one is given."""
    home = where.force or where
    person = people.add_person(
        name=name.title(), kind=Person.Kind.OFFICER, force=home, collar_number=collar_number, actor=FOUNDER, at=AT
    )
    user = people.open_account(email=f"{name}@{home.slug}.test", person=person, password=PASSWORD, actor=FOUNDER, at=AT)
    if role:
        people.grant_role(user=user, role=role, unit=where, actor=FOUNDER, at=AT - dt.timedelta(days=365))
    cast.users[name] = user
    return user


def a_case(cast: Cast, *, kind: Kind = Kind.COMPLAINT, at: dt.datetime = AT, **more: Any) -> Case:
    """A case as intake leaves it: with Professional Standards, in its machine's first state."""
    fields: dict[str, Any] = {
        "narrative": "The officer at the front desk was rude and would not take my report.",
        "complainants": [NewComplainant(name="Maya Field", email="maya@home.test")],
        "about_unit": cast.northgate,
        "neighbourhood": cast.old_town,
        "made_on": at.date(),
        **more,
    }
    return open_case(NewCase(kind=kind, force=cast.force, **fields), at=at)


def a_matter(cast: Cast, *, matter_type: MatterType = MatterType.CONDUCT, at: dt.datetime = AT) -> Case:
    """A conduct matter that need not be referred, or a DSI matter, that arose from a complaint."""
    case = a_case(cast, at=at)
    matter = matters.open_from(
        case, why="Found while handling it.", actor=cast.actor("beth"), at=at, matter_type=matter_type
    )
    return matter if matter_type == MatterType.DSI else assess(cast, matter, "beth")


def move(cast: Cast, case: Case, name: str, move: str, at: dt.datetime = AT, **details: Any) -> Case:
    """One move by one of the cast, on the version that stands in the database. An investigator is independent, if not said."""
    if "investigator" in details:
        details = {**INDEPENDENT, **details}
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return transitions.perform(
        reference=case.reference, move=move, actor=cast.actor(name), at=at, version=version, details=details
    )


def assess(cast: Cast, case: Case, name: str = "amal", reason: str = "", **ticks: bool) -> Case:
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return assessment.assess(
        reference=case.reference,
        ticks={**NO_TICKS, **ticks},
        wishes_recording=None,
        contact_impossible_reason=None,
        reason=reason,
        actor=cast.actor(name),
        at=AT,
        version=version,
    )


INDEPENDENT = {"independence": "They never met, and serve in other units."}
CONTACT = {"contacted_on": "2026-11-20", "views": "An apology, and my report taken.", "wishes_recording": False}
RESOLVE = {"result": "Spoke to the officer; report taken.", "told": "We are sorry. Your report has been taken."}


def a_case_handled_outside(cast: Cast, **more: Any) -> Case:
    """Taken, assessed, contacted, and decided to be handled outside Schedule 3."""
    case = a_case(cast, **more)
    move(cast, case, "amal", "take")
    assess(cast, case)
    move(cast, case, "amal", "record_contact", **CONTACT)
    return move(cast, case, "beth", "handle_outside")


def sign_withdrawal(cast: Cast, case: Case, name: str = "beth", at: dt.datetime = AT) -> None:
    """Every complainant's signed notification that they withdraw the whole: `withdraw` may end it then."""
    for complainant in case.complainants.exclude(relationship="INTERESTED"):
        withdrawals.enter_signed(
            reference=case.reference,
            complainant=complainant.public_id,
            allegation=None,
            signed_on=at.date(),
            signed_by=Withdrawal.SignedBy.COMPLAINANT,
            authority_seen_on=None,
            document=None,
            actor=cast.actor(name),
            at=at,
            version=Case.objects.values_list("version", flat=True).get(pk=case.pk),
        )


def give_to(cast: Cast, case: Case, unit: str) -> Case:
    """Assess a complaint where nobody has, and give the case to a unit."""
    if case.kind == Kind.COMPLAINT and not Case.objects.get(pk=case.pk).assessed_by_id:
        assess(cast, case)
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return assignment.assign(
        reference=case.reference, unit=unit, handler=None, actor=cast.actor("beth"), at=AT, version=version
    )
