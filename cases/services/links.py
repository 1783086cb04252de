"""One case and another: linked for a reason, each with its own history, dates, letters and people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.common.errors import Invalid, Missing, Refused
from cases import makers, standing
from cases.identities import is_the_same
from cases.machine import MACHINES
from cases.models import Case, CaseLink, Complainant, Involvement, Kind, Origin
from cases.selectors import load_parts

from . import determinations, locking
from .assessment import TICKS
from .due import write_next_due
from .locking import MayNot

LINKED_BY_HAND = (
    CaseLink.Kind.DUPLICATE,
    CaseLink.Kind.SAME_INCIDENT,
    CaseLink.Kind.SAME_COMPLAINANT,
    CaseLink.Kind.SUPERSEDES,
    CaseLink.Kind.JOINED,
)
TOGETHER = (CaseLink.Kind.JOINED, CaseLink.Kind.SAME_INCIDENT)
ANSWERED = ("RESOLVED_OUTSIDE", "OUTCOME_SENT", "UNDER_REVIEW")  # and not closed yet
BOTH_WAYS = (CaseLink.Kind.SAME_INCIDENT, CaseLink.Kind.SAME_COMPLAINANT, CaseLink.Kind.JOINED)


class CannotLink(Refused):
    code = "cannot-link"
    title = "The cases cannot be linked so."


class CannotMerge(Refused):
    """The complainants are not the same, or nobody can tell: a merger would mix two people's records.

    Or the other cannot carry it.
    """

    code = "cannot-merge"
    title = "The cases cannot be merged."


def link(case: Case, other: Case, kind: CaseLink.Kind, *, reason: str, actor: Actor, at: dt.datetime) -> CaseLink:
    """The bare row, which reads: `case` is `kind` of `other`. For a change that records itself."""
    return CaseLink.objects.create(
        kind=kind, case_id=case.pk, other_id=other.pk, reason=reason, made_by_id=actor.account, made_at=at
    )


@transaction.atomic
def add(
    *, reference: str, other: str, kind: CaseLink.Kind, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[CaseLink, Case]:
    """Link a case to another of the same force that the actor may see, by its reference; `kind` is one of LINKED_BY_HAND.

    Investigations are joined by the authority alone, and only its own (SI 2020/2 reg. 14): each complaint keeps its letters,
    its clocks and its right to a review. Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for another case
    that is not there, CannotLink (409) where they are linked so already, or one to be joined is closed.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    _check_who(case, kind, actor)
    found = Case.objects.visible_to(actor).filter(reference=other.upper(), force_id=case.force_id, disposed_on=None)
    found_case = found.exclude(pk=case.pk).first()
    if found_case is None:
        raise Invalid("Correct the reference.", errors={"other": ["There is no other case of this force with it."]})
    if kind == CaseLink.Kind.JOINED and not (_may_be_joined(case) and _may_be_joined(found_case)):
        raise CannotLink("Only complaints and matters that are still open are investigated together.")
    if _are_linked(case, found_case, kind):
        raise CannotLink("They are linked so already.")
    made = link(case, found_case, kind, reason=reason, actor=actor, at=at)
    _finish(case, "LINKED", made, actor=actor, at=at)
    return made, case


@transaction.atomic
def end(*, reference: str, public_id: UUID, reason: str, actor: Actor, at: dt.datetime, version: int) -> Case:
    """End a link that was made by hand; it stays in both histories. The reason is kept with it.

    Raises Missing (404), also for a link to a case that the actor may not see, Stale (412), MayNot (403), CannotLink (409)
    for a link that a move has made, or that has ended.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    made = links_of(case, actor=actor).filter(public_id=public_id).first()
    if made is None:
        raise Missing
    kind = CaseLink.Kind(made.kind)
    _check_who(case, kind, actor)
    if kind not in LINKED_BY_HAND or made.ended_at:
        raise CannotLink("It has ended already, or says what happened to the case, and stands.")
    # Read again under its lock: what it said may have been erased with the other case meanwhile.
    made.refresh_from_db(from_queryset=CaseLink.objects.select_for_update(of=("self",), no_key=True))
    made.ended_at = at
    made.reason = f"{made.reason}\nEnded: {reason}".strip()
    made.save(update_fields=["ended_at", "reason"])
    _finish(case, "LINK_ENDED", made, actor=actor, at=at)
    return case


def links_of(case: Case, *, actor: Actor) -> QuerySet[CaseLink]:
    """The links of a case in either direction, oldest first: those to cases that the actor may see, and no others."""
    visible = Case.objects.visible_to(actor)
    return (
        CaseLink.objects.filter(Q(case=case, other__in=visible) | Q(other=case, case__in=visible))
        .select_related("case", "other", "made_by__person")
        .order_by("made_at", "id")
    )


def check_merger(case: Case, into: Case) -> None:
    """Whether `case` may end as a duplicate within `into`, of the same kind, which stays locked until the commit.

    Only where the same people complain in both: nobody's name or address is copied from one to the other, so whoever stood
    in the one alone would be lost, and a stranger would be answered about the other's complaint. And only where `into` can
    carry all of `case`: what it alleges (nobody but who assesses it answers that for it), its walls, its days, and what
    nobody has settled yet. Raises CannotMerge (409).
    """
    held = _hold(into)
    for is_against, told in _AGAINST_MERGING:
        if is_against(case, held):
            raise CannotMerge(told)


def merge(case: Case, into: Case, *, actor: Actor, at: dt.datetime) -> None:
    """The pointer from `case`, and what it brings with it: `into` indicates from now on all that it does, and says since when.

    For a move that was checked by `check_merger` and records itself.
    """
    made = link(case, into, CaseLink.Kind.MERGED, reason="", actor=actor, at=at)
    other = _loaded(into.pk)
    details: dict[str, object] = {"link": str(made.public_id), "other": case.reference}
    if determinations.indicate_too(other, case, actor=actor, at=at):
        details["indicates_misconduct"] = True
    other.version += 1
    write_next_due(other)
    other.save()
    audit.record(
        actor=actor.public_id, verb="MERGED_HERE", subject_kind="case", subject=other.reference, at=at, details=details
    )


def goes_on_in(case: Case) -> int | None:
    """The key of the case into which this one was merged, however often that was merged in turn; None where it was not."""
    found, following = None, case.pk if case.state == "MERGED" else None
    while following:
        found = following
        rows = CaseLink.objects.filter(case_id=found, kind=CaseLink.Kind.MERGED, other__disposed_on=None)
        following = rows.values_list("other_id", flat=True).first()
    return found if found != case.pk else None


def the_same_in(case: Case, complainant: Complainant) -> Complainant | None:
    """Who complains in `case` and surely is the same person; None where nobody is, or nobody can tell."""
    return next((each for each in standing.complainants_of(case) if is_the_same(complainant, each)), None)


def note_whose_review_it_is(case: Case) -> None:
    """Keep that the IOPC reviews it for what it is linked to. For a change that asks which body reviews it, and saves the case."""
    if not case.iopc_reviews_a_part:
        case.iopc_reviews_a_part = _is_the_iopcs_by_a_link(case)


def _is_the_iopcs_by_a_link(case: Case) -> bool:
    """Whether the IOPC reviews a complaint of the same incident, or one investigated with this: then this too (Sch 3 para 30).

    Also one that whoever asks may not see: the law asks for nobody's leave.
    """
    between = CaseLink.objects.filter(Q(case=case) | Q(other=case), kind__in=TOGETHER, ended_at=None)
    keys = {key for pair in between.values_list("case_id", "other_id") for key in pair} - {case.pk}
    others = list(Case.objects.filter(pk__in=keys, kind=Kind.COMPLAINT)) if keys else []
    load_parts(*others)
    return any(standing.is_the_iopcs_to_review(each) for each in others)


def _hold(into: Case) -> Case:
    """The other case, locked until the commit. Raises CannotMerge (409)."""
    try:
        rows = Case.objects.filter(pk=into.pk, closed_on=None).select_for_update(of=("self",), nowait=True, no_key=True)
        held = rows.values_list("pk", flat=True).first()
    except OperationalError:
        # Two who merge the same two cases into each other would wait for one another for ever.
        raise CannotMerge("Somebody is changing the other case at this moment: try again.") from None
    if held is None:
        raise CannotMerge("The other case was closed meanwhile.")
    return _loaded(held)


def _loaded(pk: int) -> Case:
    kind = Case.objects.values_list("kind", flat=True).get(pk=pk)
    case: Case = MACHINES[Kind(kind)].objects.get(pk=pk)
    load_parts(case)
    return case


def _are_of_the_same_people(case: Case, into: Case) -> bool:
    ours, theirs = _complainants(case), _complainants(into)
    return (
        bool(ours)
        and len(ours) == len(theirs)
        and all(any(is_the_same(each, other) for other in theirs) for each in ours)
        and all(any(is_the_same(each, other) for other in ours) for each in theirs)
    )


def _leaves_a_wall_behind(case: Case, into: Case) -> bool:
    """Whether somebody is named in `case` who would see `into`, or is complained about in it and not there."""
    there = _named(into)
    subjects = {each.person_id for each in there if each.part == Involvement.Part.SUBJECT}
    everybody = {each.person_id for each in there}
    return any(
        each.person_id not in (subjects if each.part == Involvement.Part.SUBJECT else everybody)
        for each in _named(case)
    )


def _named(case: Case) -> list[Involvement]:
    return [each for each in case.involvements.all() if each.person_id and each.ended_at is None]


def _loses_sight_of_somebody(case: Case, into: Case) -> bool:
    """Whether somebody is kept informed of `case` (section 21) who would hear nothing of `into`."""
    interested = [each for each in case.complainants.all() if each not in _complainants(case)]
    return not all(any(is_the_same(each, other) for other in into.complainants.all()) for each in interested)


def _stands_still(case: Case, into: Case) -> bool:
    """Whether a part of `case`, or all of `into`, is suspended, or was decided not to be resumed."""
    return bool(standing.open_suspensions(case)) or is_still(into)


def is_still(case: Case) -> bool:
    """Whether all of it is suspended, or was decided not to be resumed."""
    ceased = [each for each in case.suspensions.all() if each.state in each.NOT_RESUMED and not each.allegation_id]
    return bool(standing.is_wholly_suspended(case) or ceased)


def _is_being_withdrawn(case: Case, into: Case) -> bool:
    """Whether somebody withdraws or withdrew a part of `case`, or all of `into`, which would end the other for them, too."""
    stands = [each for each in case.withdrawals.all() if each.state != each.State.DENIED]
    return bool(stands) or is_given_up(into)


def is_given_up(case: Case) -> bool:
    """Whether somebody withdraws or withdrew all of it."""
    of_all = [each for each in case.withdrawals.all() if each.state != each.State.DENIED and not each.allegation_id]
    return bool(of_all) or any(standing.has_withdrawn(case, each.pk) for each in _complainants(case))


_AGAINST_MERGING: tuple[tuple[Callable[[Case, Case], bool], str], ...] = (
    (
        lambda case, into: case.matter_type != into.matter_type,
        "One of them is a conduct matter, and the other is not: link them instead.",
    ),
    (
        lambda case, into: case.kind == Kind.COMPLAINT and not _are_of_the_same_people(case, into),
        "The same people have to complain in both cases, and be known by an address or a number: link them instead.",
    ),
    (
        lambda case, into: into.state in ANSWERED,
        "The outcome of the other was told: nothing more is answered there. Handle this one by itself, and link them.",
    ),
    (
        lambda case, into: (
            case.restricted != into.restricted or case.concerns_chief_officer != into.concerns_chief_officer
        ),
        "Only one of the cases is restricted, or concerns the chief officer.",
    ),
    (
        lambda case, into: any(getattr(case, name) and not getattr(into, name) for name in TICKS),
        "This one alleges more than the other: assess the other first.",
    ),
    (
        lambda case, into: (
            (
                case.kept_from_units
                and not case.indicates_misconduct  # which goes with it, and keeps the other from units too
                and not (into.kept_from_units or into.concerns_conduct)
            )
            or (standing.is_the_iopcs_to_review(case) and not standing.is_the_iopcs_to_review(into))
        ),
        "No unit may have this one, or the IOPC reviews it, and that is not so of the other: move its allegations there first.",
    ),
    (_loses_sight_of_somebody, "Somebody is kept informed of this one, and not of the other: add them there first."),
    (_leaves_a_wall_behind, "Somebody is named in this one, and not so in the other: name them there first."),
    (
        lambda case, into: case.made_on < into.made_on,
        "This one was made before the other: merge the other into it, or link them. Its twelve months began earlier.",
    ),
    (_stands_still, "One of the cases is suspended, or was not resumed: settle that first, or link them."),
    (_is_being_withdrawn, "One of the cases is withdrawn, or may be: settle that first, or link them."),
)


def _complainants(case: Case) -> list[Complainant]:
    return [each for each in case.complainants.all() if each.relationship != Complainant.Relationship.INTERESTED]


def _check_who(case: Case, kind: CaseLink.Kind, actor: Actor) -> None:
    rule = (
        makers.may_decide
        if kind == CaseLink.Kind.JOINED
        else makers.may_answer_comments
        if case.kind == Kind.COMMENT
        else makers.may_assess
    )
    if not rule(case, actor):
        raise MayNot(rule.otherwise)


def _may_be_joined(case: Case) -> bool:
    return case.kind != Kind.COMMENT and case.origin == Origin.LIVE and case.closed_on is None


def _are_linked(case: Case, other: Case, kind: CaseLink.Kind) -> bool:
    same = Q(case=case, other=other)
    if kind in BOTH_WAYS:
        same |= Q(case=other, other=case)
    return CaseLink.objects.filter(same, kind=kind, ended_at=None).exists()


def _finish(case: Case, verb: str, made: CaseLink, *, actor: Actor, at: dt.datetime) -> None:
    """One more version of the case, and the event in the history of both sides."""
    case.version += 1
    case.save(update_fields=["version"])
    other = made.other if made.case_id == case.pk else made.case
    for each, linked in ((other, case), (case, other)):
        audit.record(
            actor=actor.public_id,
            verb=verb,
            subject_kind="case",
            subject=each.reference,
            at=at,
            # By its reference the event is kept from whoever may not see the other side (cases.timeline).
            details={"link": str(made.public_id), "kind": made.kind, "other": linked.reference},
        )
