"""One allegation becomes two, or goes on in another case: both sides keep where it came from, and no complainant moves along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common.errors import Invalid, Refused
from cases import facts, findings, makers, standing
from cases.identities import is_the_same
from cases.machine import MACHINES, edges
from cases.models import Allegation, Case, CaseLink, Involvement, Kind, Naming, Withdrawal
from cases.selectors import load_parts

from . import assessment, determinations, locking, notices
from .allegations import (
    AllegationIsDecided,
    check_open,
    check_undecided,
    find,
    hold,
    keep,
    keep_where_it_belongs,
    next_position,
)
from .due import write_next_due
from .involvement import raise_wall
from .links import TOGETHER, is_given_up, is_still
from .locking import MayNot
from .outcome import settle

CARRIED = ("location", "unit_id", "happened_from", "happened_to")
WITHIN_THE_CASE = ("handling", "opinion", "opinion_reasons", "opinion_by_id")


class CannotMoveAllegation(Refused):
    code = "cannot-move-allegation"
    title = "The allegation stays as it is, where it is."


@transaction.atomic
def split(
    *, reference: str, allegation: UUID, summary: str, second: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Allegation, Case]:
    """Make two of an allegation that holds two distinct behaviours: `summary` is what stays in it, `second` the new one.

    The second has the place, the days, the handling, the opinion and the subjects of the first, says what it was split from,
    and is to be coded. Raises Missing (404), Stale (412), MayNot (403), AllegationIsDecided, CannotChangeAllegations and
    CannotMoveAllegation (409), the last for what is suspended or withdrawn.
    """
    case = hold(reference=reference, actor=actor, version=version)
    first = find(case, allegation)
    check_undecided(first)
    _check_is_free(case, first)
    first.summary = summary
    first.save(update_fields=["summary"])
    new = _copy(first, case, summary=second, on=day_of(at))
    _carry_subjects(first, new, case, actor=actor, at=at)
    settle(case)
    keep(case, "ALLEGATION_SPLIT", first, actor=actor, at=at, details={"second": str(new.public_id)})
    return new, case


@transaction.atomic
def move_to(
    *, reference: str, allegation: UUID, into: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Allegation, Case]:
    """Let an allegation go on in another case of the force (SI 2020/2 reg. 14), where it begins undecided.

    The two cases are of the same people, or linked as joined or of the same incident. The subjects' walls stand in both. What
    a unit may not have takes the other case from the units too, and from then on the other alleges and indicates all that
    this one does: who may see it, whether it is referred, whether it is investigated and which body reviews it follow from
    that. Answers the new row and the case that it left. Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for a
    case that the actor does not see, CannotMoveAllegation, AllegationIsDecided and CannotChangeAllegations (409).
    """
    locking.hold_in_order(Case.objects.filter(reference__in=[each.upper() for each in (reference, into)]))
    case = hold(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    row = find(case, allegation)
    other = _other(case, into, actor=actor)
    _check_may_go(case, row, other)
    new = _copy(row, other, summary=row.summary, on=day_of(at))
    row.moved_to, row.moved_on = new, day_of(at)
    row.save(update_fields=["moved_to", "moved_on"])
    _carry_subjects(row, new, other, actor=actor, at=at)
    _owe_nothing_here(case, row, actor=actor, at=at)
    _keep_from_units_too(case, row, other, actor=actor, at=at)
    added = assessment.say_yes_too(other, case, actor=actor, at=at)
    if determinations.indicate_too(other, case, actor=actor, at=at):
        added.append("indicates_misconduct")
    other.iopc_reviews_a_part = other.iopc_reviews_a_part or standing.is_the_iopcs_to_review(case)
    settle(case)
    settle(other)
    _keep_other(other, new, added, actor=actor, at=at)
    keep(case, "ALLEGATION_MOVED", row, actor=actor, at=at, details={"moved_to": str(new.public_id)})
    return new, case


def _other(case: Case, reference: str, *, actor: Actor) -> Case:
    seen = MACHINES[Kind(case.kind)].objects.visible_to(actor).select_related("unit", "handler")
    other: Case | None = (
        seen.filter(reference=reference.upper(), force_id=case.force_id, origin=case.origin).exclude(pk=case.pk).first()
    )
    if other is None:
        raise Invalid(
            "Name another case.", errors={"into": ["There is no other case of this kind with that reference."]}
        )
    load_parts(other)
    check_open(other)
    return other


def _check_may_go(case: Case, allegation: Allegation, other: Case) -> None:
    check_undecided(allegation)
    if allegation.opinion or other.state == "DECISION" or case.state == "REPORT_SUBMITTED":
        raise AllegationIsDecided("The report is written, or the other case is being decided: it stays where it is.")
    _check_is_free(case, allegation)
    for is_against, told in _AGAINST_MOVING:
        if is_against(case, allegation, other):
            raise CannotMoveAllegation(told)


def _is_the_iopcs(case: Case) -> bool:
    return case.state == "REFERRED" or not facts.form_is_the_authoritys_own(case)


def _check_is_free(case: Case, allegation: Allegation) -> None:
    """Raises CannotMoveAllegation (409): what is suspended or withdrawn would go on in its other half, or elsewhere."""
    stands = case.withdrawals.filter(allegation=allegation).exclude(state=Withdrawal.State.DENIED)
    if findings.is_suspended(case, allegation) or stands.exists():
        raise CannotMoveAllegation("It is suspended, or its withdrawal is not settled: settle that first.")


def _are_linked(case: Case, other: Case) -> bool:
    between = Q(case=case.pk, other=other.pk) | Q(case=other.pk, other=case.pk)
    return CaseLink.objects.filter(between, kind__in=TOGETHER, ended_at=None).exists()


def _are_of_the_same_people(case: Case, other: Case) -> bool:
    """Whether the same people complain in both; who is known by neither address nor number is nobody's equal."""
    here, there = standing.complainants_of(case), standing.complainants_of(other)
    return (
        bool(here)
        and all(any(is_the_same(one, another) for another in there) for one in here)
        and all(any(is_the_same(one, another) for one in here) for another in there)
    )


MERGED_FROM = {(edge.kind, edge.source) for edge in edges() if edge.move == "merge"}
_AGAINST_MOVING: tuple[tuple[Callable[[Case, Allegation, Case], bool], str], ...] = (
    (
        lambda case, row, other: findings.is_under_special_procedures(case, row),
        "Somebody is investigated for it under special procedures: it stays until they end.",
    ),
    (
        lambda case, row, other: case.restricted != other.restricted,
        "One of the cases is restricted, and the other is not.",
    ),
    (
        lambda case, row, other: bool(case.concerns_chief_officer or other.concerns_chief_officer),
        facts.is_for_this_authority.otherwise,
    ),
    (
        lambda case, row, other: _is_the_iopcs(case) or _is_the_iopcs(other),
        "One of the cases is with the IOPC, or investigated as the IOPC determined: it stays where it is.",
    ),
    (
        lambda case, row, other: is_still(other) or is_given_up(other),
        "The other case is suspended, was not resumed, or is withdrawn, or may be: settle that first.",
    ),
    (lambda case, row, other: not facts.owes_no_referral(case), facts.owes_no_referral.otherwise),
    (
        lambda case, row, other: (
            bool(case.recorded_on or case.concerns_conduct or case.wishes_recording) and other.recorded_on is None
        ),
        "This case is recorded or has to be, and the other is not: record the other first.",
    ),
    (
        lambda case, row, other: not _are_linked(case, other) and not _are_of_the_same_people(case, other),
        "The cases are of different complainants: link them first, as joined or of the same incident.",
    ),
    (
        lambda case, row, other: (
            (case.kind, case.state) not in MERGED_FROM and standing.live_allegations(case) == [row]
        ),
        "It is all that is left to be decided here: leave it, and link the cases as joined.",
    ),
)


def _copy(allegation: Allegation, case: Case, *, summary: str, on: dt.date) -> Allegation:
    carried = {name: getattr(allegation, name) for name in CARRIED}
    if allegation.case_id == case.pk:
        carried |= {name: getattr(allegation, name) for name in WITHIN_THE_CASE}
    return Allegation.objects.create(
        case_id=case.pk, position=next_position(case), added_on=on, summary=summary, split_from=allegation, **carried
    )


def _carry_subjects(source: Allegation, new: Allegation, case: Case, *, actor: Actor, at: dt.datetime) -> None:
    """Whoever is named in the one is named in the other: whoever they are, they see neither case."""
    named = Q(allegation=source)
    if case.pk != source.case_id:  # who is named in the whole case is behind a wall for this part of it, too
        named |= Q(case=source.case_id, allegation=None, person__isnull=False)
    for each in Involvement.objects.filter(named, ended_at=None).select_related("person").order_by("id"):
        copy = Involvement(
            case_id=case.pk,
            allegation=new,
            part=each.part,
            label=each.label,
            unit_label=each.unit_label,
            subject_type=each.subject_type,
            rank=each.rank,
            rank_known_on=each.rank_known_on,
            unit_id=each.unit_id,
            on_duty=each.on_duty,
        )
        raise_wall(case, copy, each.person, what=Naming.What.NAMED, actor=actor, at=at)


def _owe_nothing_here(case: Case, moved: Allegation, *, actor: Actor, at: dt.datetime) -> None:
    """To whom this case is about no more nothing of it is owed: the other case owes them what stands there."""
    subjects = Involvement.objects.filter(case_id=case.pk, part=Involvement.Part.SUBJECT, ended_at=None)
    here = subjects.exclude(allegation__moved_to__isnull=False).order_by("id")
    for subject in subjects.filter(allegation=moved, person__isnull=False).order_by("id"):
        stays = here.filter(person=subject.person).first()
        if stays:
            notices.hand_on(case, subject, to=stays)
        else:
            told = "What they are complained of for goes on in another case."
            notices.drop_open_to(case, subject, reason=told, actor=actor, on=day_of(at))


def _keep_from_units_too(case: Case, allegation: Allegation, other: Case, *, actor: Actor, at: dt.datetime) -> None:
    if case.kept_from_units or case.concerns_conduct:
        assessment.keep_from_units(other, actor=actor, at=at)
    keep_where_it_belongs(other, allegation, actor=actor, at=at)


def _keep_other(other: Case, new: Allegation, added: list[str], *, actor: Actor, at: dt.datetime) -> None:
    other.version += 1
    write_next_due(other)
    other.save()
    audit.record(
        actor=actor.public_id,
        verb="ALLEGATION_RECEIVED",
        subject_kind="case",
        subject=other.reference,
        at=at,
        details={"allegation": str(new.public_id), **dict.fromkeys(added, True)},
    )
