"""Who does not investigate whom: nobody does under whose management they work (SI 2020/2 reg. 12, as SI 2020/4 reg. 15).

Of what the roles and ranks do not tell, whoever appoints an investigator says how they know, and it is kept.
"""

from __future__ import annotations

import datetime as dt

from backend.accounts.models import Person, RoleGrant
from backend.areas.models import Unit, kin_of
from cases import ranks, standing
from cases.models import Case, Involvement

UNDER_THEM = "They serve in one unit with somebody whom it is about, who is of no lower rank: name somebody else."
SENIOR_OFFICER = (
    "It is about a senior officer, whom nobody of the same force investigates: name somebody of another force."
)


def against(case: Case, person: Person, *, at: dt.datetime) -> str:
    """Why somebody does not investigate those whom it is about, as far as ranks and roles tell it; "" where they tell nothing."""
    for subject in standing.subjects_of(case):
        if ranks.plain(subject.rank) in ranks.SENIOR and person.force_id == case.force_id:
            return SENIOR_OFFICER
        if _manages(subject, person, at=at):
            return UNDER_THEM
    return ""


def _manages(subject: Involvement, person: Person, *, at: dt.datetime) -> bool:
    """Whether they serve in one unit, or did when it happened, and by their ranks as they are or were it may be so.

    Of who is not known yet, by the rank and unit that are.
    """
    them = subject.person
    if not any(ranks.is_no_lower(rank, than=person.rank) for rank in (subject.rank, them.rank if them else "")):
        return False
    theirs = {*(_units_of(them, at=at) if them else ()), subject.unit_id} - {None}
    return any(Unit.objects.filter(kin_of(unit), pk__in=_units_of(person, at=at)).exists() for unit in theirs)


def _units_of(person: Person, *, at: dt.datetime) -> list[int]:
    return list(RoleGrant.objects.held_at(at).filter(user__person=person).values_list("unit_id", flat=True))
