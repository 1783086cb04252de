"""A conduct or DSI matter that arises from a case: a record of its own, linked, which does not end the case it came from.

And who is kept informed of a case without having complained: an interested person (PRA 2002 s. 21).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Refused
from cases import facts, makers, standing
from cases.models import Case, CaseLink, Complainant, Involvement, Kind, MatterCase, MatterType, Naming

from . import access, links, locking
from .due import forget, write_next_due
from .locking import MayNot
from .steps import keep, wrong
from .units import professional_standards_of


class CannotArise(Refused):
    code = "cannot-arise"
    title = "Nothing is added to this case."


@transaction.atomic
def open_matter(
    *, reference: str, matter_type: MatterType, why: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[MatterCase, Case]:
    """Open a conduct or DSI matter arising from a complaint or another matter, in whatever state it is as long as it is open.

    The case goes on as before. Raises Missing (404), Stale (412), MayNot (403), CannotArise (409) for a comment, a closed
    case, or one that concerns the chief officer, whose matters are the local policing body's.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    if case.kind == Kind.COMMENT or case.closed_on:
        raise CannotArise("A matter arises from a complaint or a matter that is open. Open that again first.")
    if not facts.is_for_this_authority(case):
        raise CannotArise(facts.is_for_this_authority.otherwise)
    matter = open_from(case, why=why, actor=actor, at=at, matter_type=matter_type)
    told = {"matter": matter.reference, "type": matter_type}
    keep(case, "MATTER_AROSE", actor=actor, at=at, details=told)
    return matter, case


def open_from(
    case: Case, *, why: str, actor: Actor, at: dt.datetime, matter_type: MatterType = MatterType.CONDUCT
) -> MatterCase:
    """A matter arising from `case`, held by Professional Standards, for a change that records itself.

    It comes to the authority's attention on the day of `at` (Sch 3 paras 10-11 and 14A-14C): its twelve months begin then.
    What had to be referred has to be referred here too, also where `case` was; whether anything else has to is still to be said.
    """
    on = day_of(at)
    # Every death or serious injury is referred, whoever is to blame or nobody (Sch 3 para 14C), and the conduct behind it.
    is_referred = MatterType.DSI in (matter_type, case.matter_type) or standing.alleges_what_is_referred(case)
    matter = MatterCase(
        kind=Kind.MATTER,
        state=MatterCase.first_state,
        matter_type=matter_type,
        force_id=case.force_id,
        unit=professional_standards_of(case.force_id, on=on),
        about_unit_id=case.about_unit_id,
        neighbourhood_id=case.neighbourhood_id,
        narrative=why,
        received_at=at,
        received_on=on,
        made_on=on,
        recorded_on=on,
        incident_on=case.incident_on,
        concerns_conduct=True,
        alleges_mandatory_referral=is_referred or None,
        referral_clear_on=on if is_referred else None,
        kept_from_units=True,
        restricted=case.restricted,
        regime=case.regime,
        regime_reason="As the case from which it arises.",
    )
    write_next_due(matter)
    matter.save(force_insert=True)
    links.link(matter, case, CaseLink.Kind.ARISING, reason=why, actor=actor, at=at)
    _keep_the_walls(case, matter, actor=actor, at=at)
    if case.restricted:
        access.close_off_alike(case, matter, actor=actor, at=at)
    audit.record(
        actor=actor.public_id,
        verb="MATTER_OPENED",
        subject_kind="case",
        subject=matter.reference,
        at=at,
        details={"arising_from": case.reference, "type": matter_type},
    )
    return matter


def _keep_the_walls(case: Case, matter: MatterCase, *, actor: Actor, at: dt.datetime) -> None:
    """Whoever the case is about, or must not touch it, touches nothing that arises from it; whom it is about is to be named."""
    behind_walls = Involvement.objects.filter(case_id=case.pk, person__isnull=False, ended_at=None)
    for person_id in behind_walls.order_by("person_id").values_list("person_id", flat=True).distinct():
        wall = Involvement.objects.create(case_id=matter.pk, person_id=person_id, part=Involvement.Part.CONFLICT)
        Naming.objects.create(involvement=wall, what=Naming.What.NAMED, by_id=actor.person, at=at)


@transaction.atomic
def add_interested_person(
    *,
    reference: str,
    name: str,
    email: str,
    telephone: str,
    address: str,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Complainant, Case]:
    """Add somebody with an interest in how a complaint or matter is handled (PRA 2002 s. 21): they complain of nothing.

    They hear how it is going within four weeks of the day of `at`, and every four weeks after, by a clock of their own;
    as they have no receipt, the text itself goes to the e-mail address, and where there is none by post or by hand.
    Raises Missing (404), Stale (412), MayNot (403), Invalid (400) where nobody could be told anything, CannotArise (409)
    for a comment or a closed case.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_assess(case, actor):
        raise MayNot(makers.may_assess.otherwise)
    if case.kind == Kind.COMMENT or case.closed_on:
        raise CannotArise("People are kept informed of a complaint or a matter, and only while it is open.")
    if not (email or telephone or address):
        raise wrong(
            "email", "Give an e-mail address, a telephone number or a postal address: they are to be told things."
        )
    positions = Complainant.objects.filter(case_id=case.pk).aggregate(last=Max("position"))
    forget(case, "complainants")
    person = Complainant.objects.create(
        case_id=case.pk,
        position=(positions["last"] or 0) + 1,
        relationship=Complainant.Relationship.INTERESTED,
        name=name,
        email=email,
        telephone=telephone,
        address=address,
        text_by_email=bool(email),
        added_on=day_of(at),
    )
    keep(case, "INTERESTED_PERSON_ADDED", actor=actor, at=at, details={"complainant": str(person.public_id)})
    return person, case
