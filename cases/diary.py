"""Reading the diary of a case: contributions, attempts at contact, evidence to preserve, and who complained before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from backend.accounts.actors import Actor
from backend.attachments.models import StoredFile
from backend.common.errors import Missing
from backend.common.pagination import Order, Page
from cases import standing
from cases.models import Case, Complainant, ContactAttempt, ContactPlan, Contribution, Preservation

DUE_FIRST = Order("due", ("due_on", "id"))
EXPIRES_FIRST = Order("expires", ("expires_on", "id"))
NEWEST_FIRST = Order("other-cases", ("received_on", "id"), descending=True)


# ---- contributions


def contributions_of(case: Case) -> list[Contribution]:
    """What others were asked for the case, the first first."""
    return list(_contributions(case.contributions.all()).order_by("id"))


def contributions_asked(*, settled: bool, actor: Actor, cursor: str, size: int) -> Page[Contribution]:
    """What the actor's unit is asked, what is due first first; or all that it was ever asked."""
    rows = Contribution.objects.asked_of(actor)
    return DUE_FIRST.page(_contributions(rows if settled else rows.outstanding()), cursor=cursor, size=size)


def get_contribution(*, public_id: UUID, actor: Actor) -> Contribution:
    """What the actor's unit was asked. Raises Missing (404)."""
    found = _contributions(Contribution.objects.asked_of(actor)).filter(public_id=public_id).first()
    if found is None:
        raise Missing
    return found


def get_contribution_file(*, public_id: UUID, file: UUID, actor: Actor) -> StoredFile:
    """A file that the asker shows the unit with its question. Raises Missing (404)."""
    shown = get_contribution(public_id=public_id, actor=actor).files.all()
    found = next((each for each in shown if each.public_id == file), None)
    if found is None:
        raise Missing
    return found


def _contributions(rows: QuerySet[Contribution]) -> QuerySet[Contribution]:
    return rows.select_related("unit", "asked_by__person").prefetch_related("files", "entries__author__person")


# ---- contact and evidence


def attempts_of(case: Case) -> list[ContactAttempt]:
    """The attempts at contact, the first first."""
    rows = case.contact_attempts.select_related("complainant", "logged_by__person")
    return list(rows.order_by("tried_at", "id"))


def evidence_of(case: Case) -> list[Preservation]:
    """What has to be preserved in the case, what expires first first."""
    return list(case.preservations.select_related("case", "logged_by__person").order_by("expires_on", "id"))


def expiring(*, by: dt.date | None, actor: Actor, cursor: str, size: int) -> Page[Preservation]:
    """What expires by that day, or ever, in the open cases that the actor may see, and nobody has settled yet."""
    cases = Case.objects.visible_to(actor).in_queue()
    rows = Preservation.objects.filter(case__in=cases, preserved_on=None, lost_on=None)
    if by is not None:
        rows = rows.filter(expires_on__lte=by)
    return EXPIRES_FIRST.page(rows.select_related("case", "logged_by__person"), cursor=cursor, size=size)


# ---- the people who complained, known again by an address or a number


@dataclass(frozen=True)
class OtherCase:
    """Another case of somebody with the same e-mail address or telephone number as this complainant."""

    complainant: UUID
    case: Case


def plans_of(case: Case) -> list[ContactPlan]:
    """The contact plans, still in force, of the people who made this case."""
    known = _same_person(case.complainants.all())
    if not known:
        return []
    rows = ContactPlan.objects.filter(known, force_id=case.force_id, ended_on=None)
    return list(rows.select_related("made_by__person", "reviewed_by__person").order_by("id"))


def plans_of_nobody_else(case: Case) -> list[ContactPlan]:
    """The contact plans, in force or not, of those who are known in this case, and in no other that is kept."""
    known = _same_person(case.complainants.all())
    if not known:
        return []
    theirs = Q(email_index=OuterRef("email_index")) & ~Q(email_index="")
    theirs |= Q(telephone_index=OuterRef("telephone_index")) & ~Q(telephone_index="")
    elsewhere = Complainant.objects.filter(theirs, case__force=OuterRef("force"), case__disposed_on=None)
    rows = ContactPlan.objects.filter(known, ~Exists(elsewhere.exclude(case=case.pk)), force_id=case.force_id)
    return list(rows.order_by("id"))


def whom_it_concerns(case: Case, plan: ContactPlan) -> list[UUID]:
    """The complainants of the case whom the plan is about."""
    return [each.public_id for each in case.complainants.all() if _is_of(plan, each)]


def rows_of_the_same(case: Case) -> QuerySet[Complainant]:
    """Every row of those who complain here, in whatever case, known by an address or a number."""
    known = _same_person(case.complainants.all())
    return Complainant.objects.filter(known) if known else Complainant.objects.none()


def other_cases_of(case: Case, *, actor: Actor, cursor: str, size: int) -> Page[OtherCase]:
    """What else was made by those who complain here, as far as the actor may see it, the newest first.

    A page is of up to `size` cases: one that two of them made is told of each. Raises ValidationError (400) for a cursor not
    made here.
    """
    complainants = standing.complainants_of(case)
    known = _same_person(complainants)
    if not known:
        return Page([], "")
    theirs = Complainant.objects.filter(known).exclude(case=case.pk)
    seen = Case.objects.visible_to(actor).filter(pk__in=theirs.values("case"))
    page = NEWEST_FIRST.page(seen.defer("words", "search"), cursor=cursor, size=size)
    rows = list(theirs.filter(case__in=page.rows).only("case_id", "email_index", "telephone_index"))
    found = [
        OtherCase(mine.public_id, other)
        for other in page.rows
        for mine in complainants
        if any(row.case_id == other.pk and _is_of(row, mine) for row in rows)
    ]
    return Page(found, page.next_cursor)


def _same_person(complainants: Iterable[Complainant]) -> Q | None:
    """The rows with an e-mail address or telephone number of one of these; None where they left neither."""
    emails = {each.email_index for each in complainants} - {""}
    telephones = {each.telephone_index for each in complainants} - {""}
    return Q(email_index__in=emails) | Q(telephone_index__in=telephones) if emails or telephones else None


def _is_of(row: Any, complainant: Complainant) -> bool:
    same_email = bool(row.email_index) and row.email_index == complainant.email_index
    same_telephone = bool(row.telephone_index) and row.telephone_index == complainant.telephone_index
    return same_email or same_telephone
