"""The allegations of a case: added, described and coded. How they are decided is in decisions.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Missing, Refused
from cases import facts, findings, makers
from cases.models import Allegation, Case, Code, Kind

from . import assessment, codes, locking, units
from .due import forget, write_next_due
from .locking import MayNot
from .outcome import settle

OUTCOME_TOLD = ("OUTCOME_SENT", "UNDER_REVIEW")
DESCRIBED_BY = ("summary", "location", "unit", "happened_from", "happened_to")


class CannotChangeAllegations(Refused):
    code = "cannot-change-allegations"
    title = "The allegations cannot be changed so now."


class AllegationIsDecided(Refused):
    code = "allegation-decided"
    title = "The allegation is decided."


@transaction.atomic
def add(
    *, reference: str, described: Mapping[str, Any], actor: Actor, at: dt.datetime, version: int
) -> tuple[Allegation, Case]:
    """Add an allegation at the end of the list: one distinct behaviour that is complained of.

    `described` has a summary, and may have what else is in DESCRIBED_BY: the unit by its slug, days as London dates. Raises
    Missing (404), Stale (412), MayNot (403), Invalid (400), and CannotChangeAllegations (409) for a comment, a closed case,
    or once the outcome was told.
    """
    case = hold(reference=reference, actor=actor, version=version)
    fields = _described(case, {**dict.fromkeys(("summary", "location"), ""), **described}, on=day_of(at))
    allegation = Allegation.objects.create(case_id=case.pk, position=next_position(case), added_on=day_of(at), **fields)
    settle(case)
    keep(case, "ALLEGATION_ADDED", allegation, actor=actor, at=at, details={"position": allegation.position})
    return allegation, case


@transaction.atomic
def describe(
    *, reference: str, allegation: UUID, changes: Mapping[str, Any], actor: Actor, at: dt.datetime, version: int
) -> Case:
    """Correct how an allegation is described, until it is decided; what `changes` does not name stays as it is.

    Raises as `add` does, and AllegationIsDecided (409).
    """
    case = hold(reference=reference, actor=actor, version=version)
    row = find(case, allegation)
    check_undecided(row)
    days = {"happened_from": row.happened_from, "happened_to": row.happened_to}
    for name, value in _described(case, {**days, **changes}, on=day_of(at)).items():
        setattr(row, name, value)
    row.save()
    keep(case, "ALLEGATION_DESCRIBED", row, actor=actor, at=at, details={"fields": sorted(changes)})
    return case


@transaction.atomic
def code(
    *,
    reference: str,
    allegation: UUID,
    category: str,
    factors: Sequence[str],
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> Case:
    """Code an allegation: its category (its sub-category, where there are some) and the national factors, all of them.

    What is never for a local unit takes the case from every unit at once. Raises Missing (404), Stale (412), MayNot (403),
    Invalid (400) for a value that the list of the case's rules had not, CannotChangeAllegations (409).
    """
    case = hold(reference=reference, actor=actor, version=version)
    row = find(case, allegation)
    write_code(row, codes.category_for(case, category))
    row.save()
    row.factors.set(codes.factors_for(case, factors))
    settle(case)
    keep_where_it_belongs(case, row, actor=actor, at=at)
    coded_as = {"category": row.category_code, "factors": sorted(factors)}
    keep(case, "ALLEGATION_CODED", row, actor=actor, at=at, details=coded_as)
    return case


@transaction.atomic
def set_handling(
    *, reference: str, allegation: UUID, handling: str, actor: Actor, at: dt.datetime, version: int
) -> Case:
    """Say that one allegation is handled otherwise than the case is; "" takes that back.

    What indicates misconduct is not taken out of an investigation, nor what the IOPC determined. Raises Missing (404),
    Stale (412), MayNot (403), Invalid (400), CannotChangeAllegations and AllegationIsDecided (409).
    """
    case = hold(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    row = find(case, allegation)
    check_undecided(row)
    _check_handling(case, row, handling)
    row.handling = handling
    row.save(update_fields=["handling"])
    keep(case, "ALLEGATION_HANDLING_SET", row, actor=actor, at=at, details={"handling": handling})
    return case


def _check_handling(case: Case, allegation: Allegation, handling: str) -> None:
    if not handling or handling == findings.handling_by_path(case, allegation):
        return
    allowed = sorted(findings.may_be_handled_as(case, allegation))
    if handling not in allowed:
        others = ", ".join(allowed) or "nothing else"
        raise Invalid("Correct the handling.", errors={"handling": [f"By the way of the case it may be: {others}."]})
    for fact in (facts.need_not_be_investigated, facts.form_is_the_authoritys_own):
        if not fact(case):
            raise CannotChangeAllegations(fact.otherwise)


# ---- what every change of an allegation does


def hold(*, reference: str, actor: Actor, version: int) -> Case:
    """The case, locked, for somebody who handles it, while its allegations may change.

    Raises Missing, Stale, MayNot, and CannotChangeAllegations for a comment, a closed case, or once the outcome was told.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_handle(case, actor):
        raise MayNot(makers.may_handle.otherwise)
    check_open(case)
    return case


def check_open(case: Case) -> None:
    """Raises CannotChangeAllegations (409)."""
    if case.kind == Kind.COMMENT:
        raise CannotChangeAllegations("A comment alleges nothing: make it a complaint first.")
    if case.closed_on:
        raise CannotChangeAllegations("The case is closed.")
    if case.state in OUTCOME_TOLD:
        raise CannotChangeAllegations("The outcome was told: it changes again only if the case is opened again.")


def find(case: Case, public_id: UUID) -> Allegation:
    """One allegation of the locked case. Raises Missing (404); CannotChangeAllegations (409) where it is in another case now."""
    row: Allegation | None = next((each for each in case.allegations.all() if each.public_id == public_id), None)
    if row is None:
        raise Missing
    if row.moved_to_id:
        raise CannotChangeAllegations("It was moved to another case: it goes on there.")
    return row


def check_undecided(allegation: Allegation) -> None:
    """Raises AllegationIsDecided (409)."""
    if allegation.finding:
        raise AllegationIsDecided("It was decided as it stands: what was decided on is not changed afterwards.")


def next_position(case: Case) -> int:
    """The place after the last: two are never given the same, for the case is locked."""
    last = Allegation.objects.filter(case_id=case.pk).aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def write_code(allegation: Allegation, category: Code) -> None:
    """The category, and its label as it stands: reports count by the words. The caller saves."""
    allegation.code, allegation.category_code = category, category.code
    allegation.category = f"{category.parent.label}: {category.label}" if category.parent else category.label


def keep_where_it_belongs(case: Case, allegation: Allegation, *, actor: Actor, at: dt.datetime) -> None:
    """What is never for a local unit goes home to Professional Standards, and stays there."""
    if allegation.code and allegation.code.never_to_units:
        assessment.keep_from_units(case, actor=actor, at=at)


def keep(
    case: Case, verb: str, allegation: Allegation, *, actor: Actor, at: dt.datetime, details: Mapping[str, Any]
) -> None:
    """One more version of the case, its next deadline, and the row on the trail: ids, days and codes alone."""
    forget(case, "allegations")
    case.version += 1
    write_next_due(case)
    case.save()
    audit.record(
        actor=actor.public_id,
        verb=verb,
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={"allegation": str(allegation.public_id), **details},
    )


def _described(case: Case, given: Mapping[str, Any], *, on: dt.date) -> dict[str, Any]:
    fields = {name: given[name] for name in DESCRIBED_BY if name in given}
    if slug := fields.pop("unit", None):
        then = fields.get("happened_from") or case.incident_on or case.made_on
        fields["unit"] = units.unit_then(case, slug, on=then)
    elif "unit" in given:
        fields["unit"] = None
    first, last = fields.get("happened_from"), fields.get("happened_to")
    if last and (first is None or last < first):
        raise Invalid("Correct the days.", errors={"happened_to": ["It ends on the day on which it begins, or later."]})
    if any(day > on for day in (first, last) if day):
        raise Invalid("Correct the days.", errors={"happened_from": ["Nothing is alleged that has not happened yet."]})
    return fields
