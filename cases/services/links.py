"""One case and another: linked for a reason, each with its own history, dates, letters and people."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.common.errors import Invalid, Missing, Refused
from cases import makers, standing
from cases.models import Case, CaseLink, Complainant, Kind, Origin

from . import locking
from .assessment import TICKS
from .locking import MayNot

LINKED_BY_HAND = (
    CaseLink.Kind.DUPLICATE,
    CaseLink.Kind.SAME_INCIDENT,
    CaseLink.Kind.SAME_COMPLAINANT,
    CaseLink.Kind.SUPERSEDES,
    CaseLink.Kind.JOINED,
)
BOTH_WAYS = (CaseLink.Kind.SAME_INCIDENT, CaseLink.Kind.SAME_COMPLAINANT, CaseLink.Kind.JOINED)


class CannotLink(Refused):
    code = "cannot-link"
    title = "The cases cannot be linked so."


class CannotMerge(Refused):
    """The complainants are not the same, or nobody can tell: a merger would mix two people's records. Or the other alleges less."""

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
    """Whether `case` may end as a duplicate within `into`, which stays locked until the commit.

    Only where the same people complain in both: nobody's name or address is copied from one to the other, so whoever stood
    in the one alone would be lost, and a stranger would be answered about the other's complaint. And only where `into` alleges
    all that `case` does: nobody but who assesses it answers that for it. Raises CannotMerge (409).
    """
    try:
        held = (
            Case.objects.select_for_update(of=("self",), nowait=True, no_key=True)
            .filter(pk=into.pk, closed_on=None)
            .first()
        )
    except OperationalError:
        # Two who merge the same two cases into each other would wait for one another for ever.
        raise CannotMerge("Somebody is changing the other case at this moment: try again.") from None
    if held is None:
        raise CannotMerge("The other case was closed meanwhile.")
    ours, theirs = _complainants(case), _complainants(held)
    both_ways = (
        bool(ours)
        and len(ours) == len(theirs)
        and all(any(is_the_same(each, other) for other in theirs) for each in ours)
        and all(any(is_the_same(each, other) for other in ours) for each in theirs)
    )
    if not both_ways:
        raise CannotMerge(
            "The same people have to complain in both cases, and be known by an address or a number: link them instead."
        )
    if any(getattr(case, name) and not getattr(held, name) for name in TICKS):
        raise CannotMerge("This one alleges more than the other: assess the other first.")
    if (case.kept_from_units and not (held.kept_from_units or held.concerns_conduct)) or (
        standing.is_the_iopcs_to_review(case) and not standing.is_the_iopcs_to_review(held)
    ):
        raise CannotMerge(
            "No unit may have this one, or the IOPC reviews it, and that is not so of the other: move its allegations there first."
        )


def is_the_same(one: Complainant, other: Complainant) -> bool:
    """Whether two complainants are surely one person: a common address or number, and no two different names.

    A name alone is no proof, and nobody who is anonymous is anybody in particular.
    """
    if one.anonymous or other.anonymous:
        return False
    names = {_plain(one.name), _plain(other.name)} - {""}
    return len(names) <= 1 and bool(_contacts(one) & _contacts(other))


def _complainants(case: Case) -> list[Complainant]:
    interested = Complainant.Relationship.INTERESTED
    return list(Complainant.objects.filter(case_id=case.pk).exclude(relationship=interested))


def _contacts(complainant: Complainant) -> set[tuple[str, str]]:
    digits = "".join(letter for letter in complainant.telephone if letter.isdigit())
    national = digits.removeprefix("0044").removeprefix("44").lstrip("0")
    return {("email", _plain(complainant.email)), ("telephone", national)} - {("email", ""), ("telephone", "")}


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


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
