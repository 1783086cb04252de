"""Restricted cases: nobody knows of one but by leave, given by name and for a reason, also its own handler."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q

from backend.accounts.actors import Actor, acting
from backend.accounts.models import Role, RoleGrant, User
from backend.common.errors import Missing, Refused
from backend.notifications import services as outbox
from cases import makers
from cases.machine import MACHINES
from cases.models import Case, CaseAccess, CaseLink, Determination, Involvement, Kind
from cases.selectors import load_parts

from . import locking
from .locking import MayNot
from .steps import keep, wrong

About = Determination.About
ABOUT_THE_SAME = "As another case about the same."


class CannotRestrict(Refused):
    code = "cannot-restrict"
    title = "Who may see the case cannot be changed so."


@transaction.atomic
def restrict(*, reference: str, reason: str, actor: Actor, at: dt.datetime, version: int) -> Case:
    """Restrict a case, open or closed: from now on only who does this sees it, and whom they give leave.

    What arose from it, or was merged with it, is restricted with it. Raises Missing (404), Stale (412), MayNot (403),
    CannotRestrict (409) where it is restricted already.
    """
    hold_all_about_the_same(reference)
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    if case.restricted:
        raise CannotRestrict("It is restricted already.")
    close_off(case, reason=reason, actor=actor, at=at)
    keep(case, "RESTRICTED", actor=actor, at=at, details={})
    return case


def hold_all_about_the_same(reference: str) -> None:
    """Lock the case with all that may be closed off with it: before `locking.lock`, where `close_off` follows."""
    case = Case.objects.only("pk").filter(reference=reference).first()
    if case:
        locking.hold_in_order(Case.objects.filter(pk__in={case.pk, *_about_the_same(case)}))


def close_off(case: Case, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """The restriction, and the leave of who makes it: the authority's minimum. For a change that records itself, and holds them all.

    What arose from it, or was merged with it, is closed off with it, as far as they see it themselves: what a wall keeps from
    them would be lost to the authority.
    """
    _close_off(case, reason=reason, actor=actor, at=at)
    open_to_all = Case.objects.visible_to(actor).filter(
        pk__in=_about_the_same(case), restricted=False, disposed_on=None
    )
    for other in [_hold(each) for each in open_to_all.order_by("pk").values_list("reference", flat=True)]:
        _close_off(other, reason=ABOUT_THE_SAME, actor=actor, at=at)
        keep(other, "RESTRICTED", actor=actor, at=at, details={})


def _close_off(case: Case, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    """The case alone: what waits to be mailed about it goes to nobody else of the force any more."""
    case.restricted = True
    theirs = [*case.complainants.values_list("public_id", flat=True), actor.public_id]
    outbox.call_off(about=case.reference, but_to=[str(each) for each in theirs], why="The case is restricted.")
    _write(case, About.RESTRICTION, {"restricted": True}, reason=reason, actor=actor, at=at)
    CaseAccess.objects.create(
        case_id=case.pk, person_id=actor.person, given_by_id=actor.account, given_at=at, reason=reason
    )


def _about_the_same(case: Case) -> set[int]:
    """The keys of what arose from it, what was merged into it and what it goes on in itself, and so on from each of them."""
    kinds = CaseLink.Kind
    known: set[int] = set()
    found = {case.pk}
    while found != known:
        known = found
        of_these = CaseLink.objects.filter(kind__in=(kinds.ARISING, kinds.MERGED), other__in=known)
        goes_on = CaseLink.objects.filter(kind=kinds.MERGED, case__in=known)
        found = known.union(of_these.values_list("case_id", flat=True), goes_on.values_list("other_id", flat=True))
    return found - {case.pk}


def close_off_alike(case: Case, other: Case, *, actor: Actor, at: dt.datetime) -> None:
    """Restrict `other`, a new record that arises from a restricted `case`, for the same people. For a change that records itself."""
    restricted_by = _restricted_by(case)
    Determination.objects.create(
        case_id=other.pk,
        about=About.RESTRICTION,
        answers={"restricted": True},
        reason="As the case from which it arises.",
        made_by_id=restricted_by.pk if restricted_by else actor.account,
        made_at=at,
    )
    CaseAccess.objects.bulk_create(
        CaseAccess(
            case_id=other.pk, person_id=leave.person_id, given_by_id=leave.given_by_id, given_at=at, reason=leave.reason
        )
        for leave in CaseAccess.objects.filter(case_id=case.pk, ended_at=None)
    )


@transaction.atomic
def lift(*, reference: str, reason: str, actor: Actor, at: dt.datetime, version: int) -> Case:
    """Lift the restriction: a second person of the authority does, who has leave. All leave ends with it.

    Raises Missing (404), Stale (412), MayNot (403), CannotRestrict (409) where it is not restricted, concerns the chief
    officer, or was restricted by the same person.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    if not case.restricted:
        raise CannotRestrict("It is not restricted.")
    if case.concerns_chief_officer:
        raise CannotRestrict("It concerns the chief officer, and stays restricted.")
    restricted_by = _restricted_by(case)
    if restricted_by and restricted_by.person_id == actor.person_id:
        raise CannotRestrict("You restricted it yourself: a second person has to lift that.")
    case.restricted = False
    _write(case, About.RESTRICTION, {"restricted": False}, reason=reason, actor=actor, at=at)
    CaseAccess.objects.filter(case_id=case.pk, ended_at=None).update(ended_at=at)
    keep(case, "RESTRICTION_LIFTED", actor=actor, at=at, details={})
    return case


@transaction.atomic
def give(
    *, reference: str, who: str, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[CaseAccess, Case]:
    """Give somebody of the force leave to see a restricted case, by the e-mail address of their account.

    Leave opens the case to who would see it if it were not restricted: it takes no wall away, and makes nobody a handler. An
    investigator of the force gets it before the case is given to them.
    Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for somebody unknown, CannotRestrict (409) where it is not
    restricted, or they have leave.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    if not case.restricted:
        raise CannotRestrict("It is not restricted: whose work it is sees it without leave.")
    user = find_account(who, case)
    if user.person_id == actor.person_id or _leave_of(case, user):
        raise CannotRestrict("They have leave already. Nobody gives it to themselves.")
    leave = CaseAccess.objects.create(
        case_id=case.pk, person_id=user.person_id, given_by_id=actor.account, given_at=at, reason=reason
    )
    sees = Case.objects.visible_to(acting(user, at=at)).filter(pk=case.pk).exists()
    if not sees and not _may_investigate(case, user, at=at):
        raise CannotRestrict(
            "They would not see it all the same: they hold no role for it, or a wall keeps them from it."
        )
    _write_leave(case, user, "GIVEN", reason=reason, actor=actor, at=at)
    return leave, case


@transaction.atomic
def end(*, reference: str, who: str, reason: str, actor: Actor, at: dt.datetime, version: int) -> Case:
    """End somebody's leave. Whoever restricted the case keeps theirs until that is lifted: somebody has to know of it.

    Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for somebody unknown, CannotRestrict (409) for who has no
    leave, restricted the case, or is the last of the authority who sees it.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    if not makers.may_decide(case, actor):
        raise MayNot(makers.may_decide.otherwise)
    user = find_account(who, case)
    leave = _leave_of(case, user)
    if leave is None:
        raise CannotRestrict("They have no leave.")
    restricted_by = _restricted_by(case)
    if restricted_by and restricted_by.person_id == user.person_id:
        raise CannotRestrict("They restricted the case, and keep their leave until that is lifted.")
    leave.ended_at = at
    leave.save(update_fields=["ended_at"])
    check_somebody_sees(case, at=at)
    _write_leave(case, user, "ENDED", reason=reason, actor=actor, at=at)
    return case


def check_somebody_sees(case: Case, *, at: dt.datetime) -> None:
    """Raises CannotRestrict (409) where nobody of the authority sees a restricted case: it would be lost to everybody."""
    if case.restricted and not _is_seen_by_the_authority(case, at=at):
        raise CannotRestrict(
            f"Nobody of the authority would see {case.reference} any more: give somebody else of it leave first."
        )


def lost(*, at: dt.datetime) -> list[Case]:
    """The restricted cases that nobody of the authority sees any more, oldest first: a role or an account has ended."""
    restricted = Case.objects.filter(restricted=True, disposed_on=None).order_by("pk")
    return [case for case in restricted if not _is_seen_by_the_authority(case, at=at)]


@transaction.atomic
def give_back(*, reference: str, who: str, reason: str, actor: Actor, at: dt.datetime) -> CaseAccess:
    """Give a case that is lost to one of its authority's delegates, by the e-mail address of their account: an operator does.

    Raises Missing for a case that is not there, Invalid for somebody unknown, CannotRestrict where the case is not lost, or
    would be all the same: they are no delegate, or a wall keeps them from it.
    """
    case = _hold(reference)
    if not case.restricted or _is_seen_by_the_authority(case, at=at):
        raise CannotRestrict("It is not lost: whoever sees it gives leave.")
    user = find_account(who, case)
    leave = _leave_of(case, user) or CaseAccess.objects.create(
        case_id=case.pk, person_id=user.person_id, given_at=at, reason=reason
    )
    if not _is_seen_by_the_authority(case, at=at):
        raise CannotRestrict(
            "They would not see it: they are no delegate of its authority, or a wall keeps them from it."
        )
    keep(case, "LEAVE_GIVEN", actor=actor, at=at, details={"account": str(user.public_id)})
    return leave


def _is_seen_by_the_authority(case: Case, *, at: dt.datetime) -> bool:
    """Whether a delegate has leave to see it, with an account that is open, and stands behind no wall."""
    own: dict[str, Any] = {"case_id": case.pk, "ended_at": None, "person__isnull": False}
    delegates = RoleGrant.objects.held_at(at).filter(
        Q(unit=case.force_id) | Q(unit__force=case.force_id), role=Role.APPROPRIATE_AUTHORITY, user__is_active=True
    )
    with_leave = delegates.filter(user__person__in=CaseAccess.objects.filter(**own).values("person_id"))
    return with_leave.exclude(user__person__in=Involvement.objects.filter(**own).values("person_id")).exists()


def _hold(reference: str) -> Case:
    kind = Case.objects.filter(reference=reference.upper(), disposed_on=None).values_list("kind", flat=True).first()
    if kind is None:
        raise Missing
    case: Case = (
        MACHINES[Kind(kind)].objects.select_for_update(of=("self",), no_key=True).get(reference=reference.upper())
    )
    load_parts(case)
    return case


def leave_of(case: Case) -> list[CaseAccess]:
    """Everybody who has leave, or had it, oldest first."""
    rows = CaseAccess.objects.filter(case_id=case.pk).select_related("person", "given_by__person")
    return list(rows.order_by("given_at", "id"))


def has_leave(case: Case, user: User) -> bool:
    """Whether they may see the restricted case by leave given to them, by whatever account."""
    return _leave_of(case, user) is not None


def _may_investigate(case: Case, user: User, *, at: dt.datetime) -> bool:
    walled = Involvement.objects.filter(case_id=case.pk, person_id=user.person_id, ended_at=None).exists()
    return not walled and acting(user, at=at).holds(Role.PSD_INVESTIGATOR, force_id=case.force_id)


def find_account(who: str, case: Case) -> User:
    """Somebody of the force by the e-mail address of their account. Raises Invalid (400)."""
    user = User.objects.filter(email=who.strip().lower(), is_active=True, person__force_id=case.force_id).first()
    if user is None:
        raise wrong("who", "Nobody of this force has an account by this address.")
    return user


def _leave_of(case: Case, user: User) -> CaseAccess | None:
    return CaseAccess.objects.filter(case_id=case.pk, person_id=user.person_id, ended_at=None).first()


def _restricted_by(case: Case) -> User | None:
    rows = Determination.objects.filter(case_id=case.pk, about=About.RESTRICTION, answers__restricted=True)
    last = rows.select_related("made_by").order_by("id").last()
    return last.made_by if last else None


def _write_leave(case: Case, user: User, verb: str, *, reason: str, actor: Actor, at: dt.datetime) -> None:
    answers = {"leave": verb, "account": str(user.public_id)}
    _write(case, About.LEAVE, answers, reason=reason, actor=actor, at=at)
    keep(case, f"LEAVE_{verb}", actor=actor, at=at, details={"account": str(user.public_id)})


def _write(
    case: Case, about: Determination.About, answers: dict[str, Any], *, reason: str, actor: Actor, at: dt.datetime
) -> None:
    Determination.objects.create(
        case_id=case.pk, about=about, answers=answers, reason=reason, made_by_id=actor.account, made_at=at
    )
