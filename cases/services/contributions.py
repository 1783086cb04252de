"""What another unit or department is asked to contribute: a small machine of its own, and no view of the case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.accounts.models import RoleGrant, User
from backend.areas.models import Unit
from backend.attachments.models import StoredFile
from backend.audit import services as audit
from backend.calendar.selectors import working_calendar
from backend.calendar.working_days import day_of
from backend.common.errors import Missing, Refused, Stale
from backend.notifications import services as outbox
from cases import makers
from cases.clocks import due_on
from cases.machine import MACHINES
from cases.makers import Maker
from cases.models import Case, CaseFile, Contribution, ContributionEntry, Involvement, Kind
from cases.models.case import UNIT_ROLES
from cases.models.diary import of_unit
from cases.selectors import load_parts
from cases.timetable import timetable

from . import editing, locking, steps, units
from .due import forget
from .locking import MayNot

State = Contribution.State
OF_THEIR_OWN = "Somebody whom the case is about works or worked there."
SUBJECT = "A contribution is waited for"
BODY = """Your unit has been asked to contribute something, and it is waited for.

For everybody's safety this message does not say what it is. Sign in and open "Contributions" to read it.

Please do not answer this message: nobody reads the answers.
"""


class CannotAsk(Refused):
    code = "cannot-ask"
    title = "This unit cannot be asked."


class CannotStep(Refused):
    code = "contribution-stands-elsewhere"
    title = "The contribution does not stand so that this can be done."


class OwnWork(Refused):
    code = "own-work"
    title = "Somebody else has to look at it."


# ---- by those who handle the case


@transaction.atomic
def ask(
    *,
    reference: str,
    unit: str,
    question: str,
    due: dt.date | None,
    files: Sequence[UUID],
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Contribution, Case]:
    """Ask another unit (by its slug) to contribute, by `due` or else within the target for contributions.

    Its handlers see the question and those files of the case, and nothing else of it. Raises Missing (404), Stale (412),
    MayNot (403), Invalid (400) for a unit, day or file that is none, CannotAsk (409) for a closed or restricted case, and
    for a unit in which somebody works or worked whom a case about conduct is about.
    """
    case = locking.lock(reference=reference, actor=actor, version=version)
    check_may_ask(case, actor)
    asked = units.unit_of(case, unit, on=day_of(at))
    if asked.pk == case.unit_id or asked.is_professional_standards:
        raise steps.wrong("unit", "Ask a unit that does not have the case: neither its own nor Professional Standards.")
    _check_askable(case, asked)
    contribution = Contribution.objects.create(
        case_id=case.pk,
        unit=asked,
        question=question,
        asked_by_id=actor.account,
        asked_on=day_of(at),
        due_on=_due(due, on=day_of(at)),
    )
    contribution.files.set(_files(case, files))
    _tell_unit(contribution, "asked", at=at)
    details = {"unit": asked.slug, "due_on": contribution.due_on}
    _keep(case, contribution, question, actor=actor, at=at, details=details)
    return contribution, case


@transaction.atomic
def accept(
    *, reference: str, public_id: UUID, actor: Actor, at: dt.datetime, version: int
) -> tuple[Contribution, Case]:
    """Take the contribution as it is. Raises as `send_back`, and OwnWork (409) for whoever wrote it."""
    case, contribution = _of_case(reference, public_id, actor=actor, version=version)
    _step(contribution, State.ACCEPTED)
    if contribution.submitted_by_id == actor.person_id:
        raise OwnWork("You wrote it yourself: somebody else accepts it.")
    contribution.settled_on = day_of(at)
    _save(case, contribution, "", actor=actor, at=at)
    return contribution, case


@transaction.atomic
def send_back(
    *,
    reference: str,
    public_id: UUID,
    reason: str,
    due: dt.date | None,
    actor: Actor,
    at: dt.datetime,
    version: int,
) -> tuple[Contribution, Case]:
    """Ask for more or for better, by `due` or else within the target, counted from today.

    Raises Missing (404), Stale (412), MayNot (403), Invalid (400) for a day that has gone, CannotStep (409), and CannotAsk
    (409) where the unit is not asked any more.
    """
    case, contribution = _of_case(reference, public_id, actor=actor, version=version)
    _step(contribution, State.SENT_BACK)
    _check_askable(case, contribution.unit)
    contribution.asked_on, contribution.due_on = day_of(at), _due(due, on=day_of(at))
    _tell_unit(contribution, "sent back", at=at)
    _save(case, contribution, reason, actor=actor, at=at, due_on=contribution.due_on)
    return contribution, case


@transaction.atomic
def cancel(
    *, reference: str, public_id: UUID, reason: str, actor: Actor, at: dt.datetime, version: int
) -> tuple[Contribution, Case]:
    """It is not needed any more. Raises as `send_back`."""
    case, contribution = _of_case(reference, public_id, actor=actor, version=version)
    _step(contribution, State.CANCELLED)
    contribution.settled_on = day_of(at)
    _save(case, contribution, reason, actor=actor, at=at)
    return contribution, case


# ---- by the unit that was asked


@transaction.atomic
def submit(*, public_id: UUID, text: str, actor: Actor, at: dt.datetime, version: int) -> Contribution:
    """Answer what the actor's unit was asked. `version` is that of the contribution, for the case is not theirs to see.

    Raises Missing (404) for what another unit was asked and for whom a wall keeps from the case, Stale (412), CannotStep (409)
    where it was answered already, or the case is closed.
    """
    case, contribution = _of_unit(public_id, actor=actor)
    if contribution.version != version:
        raise Stale("Read it again: someone has changed it. Nothing of yours was saved.")
    _step(contribution, State.SUBMITTED)
    if case.closed_on:
        raise CannotStep("The case has ended meanwhile: nothing more is needed.")
    editing.mark(case)
    contribution.submitted_by_id = actor.person
    _save(case, contribution, text, actor=actor, at=at)
    steps.tell_handler(case, cause=f"contributed:{contribution.public_id}:{contribution.version}", at=at)
    return contribution


# ---- by what becomes known of the case


def call_off_of_their_own(case: Case, *, actor: Actor, at: dt.datetime) -> None:
    """No unit has to answer any more what it may not be asked: about the conduct of one of its own.

    For a change that records itself, after it wrote whom the case is about, or that it concerns conduct. What was answered
    before stays with the case; the unit sees neither.
    """
    waited_for = [each for each in case.contributions.all() if each.state in Contribution.OUTSTANDING]
    for each in waited_for:
        if not _is_of_their_own(case, each.unit):
            continue
        forget(case, "contributions")
        _step(each, State.CANCELLED)
        each.settled_on, each.version = day_of(at), each.version + 1
        each.save()
        outbox.call_off(cause=f"contribution:{each.public_id}", why="It is not asked any more.")
        audit.record(
            actor=actor.public_id,
            verb=f"CONTRIBUTION_{each.state}",
            subject_kind="case",
            subject=case.reference,
            at=at,
            details=_write(each, OF_THEIR_OWN, actor=actor, at=at),
        )


# ---- by the clock


def remind(*, at: dt.datetime) -> int:
    """Remind the units of what is due by the next working day, and of what is overdue: once each, however often it runs.

    Answers how many contributions are waited for.
    """
    on = day_of(at)
    soon = working_calendar().add_working_days(on, 1)
    waited_for = Contribution.objects.outstanding().filter(due_on__lte=soon, case__restricted=False)
    for contribution in waited_for.order_by("due_on", "id"):
        with transaction.atomic():
            _tell_unit(contribution, "overdue" if contribution.due_on < on else "due soon", at=at)
    return int(waited_for.count())


# ---- what they share


def check_may_ask(case: Case, actor: Actor) -> None:
    """Raises MayNot (403)."""
    rule: Maker = makers.may_work_on_comments if case.kind == Kind.COMMENT else makers.may_handle
    if not rule(case, actor):
        raise MayNot(rule.otherwise)


def _check_askable(case: Case, unit: Unit) -> None:
    if case.closed_on:
        raise CannotAsk("The case is closed.")
    if case.restricted:
        raise CannotAsk("The case is restricted: nobody is asked who has no leave to see it.")
    if _is_of_their_own(case, unit):
        raise CannotAsk("Somebody whom the case is about works or worked there: ask another unit.")


def _is_of_their_own(case: Case, unit: Unit) -> bool:
    """Whether the case is about the conduct of somebody of the unit: the same as Contribution.objects.asked_of leaves out."""
    about_people = case.concerns_conduct or case.kept_from_units or case.kind == Kind.MATTER
    return about_people and Involvement.objects.filter(of_unit(unit.pk), case_id=case.pk).exists()


def _due(due: dt.date | None, *, on: dt.date) -> dt.date:
    if due is not None and due < on:
        raise steps.wrong("due_on", "This day has gone: name a later one.")
    if due is not None:
        steps.check_within_reach("due_on", due, on=on)
    return due or due_on("contribution", on, timetable())


def _files(case: Case, public_ids: Sequence[UUID]) -> list[StoredFile]:
    links = CaseFile.objects.filter(case_id=case.pk, file__public_id__in=public_ids).select_related("file")
    found = {link.file.public_id: link.file for link in links}
    if set(public_ids) - set(found):
        raise steps.wrong("files", "The case has no such file: upload it to the case first.")
    return list(found.values())


def _of_case(reference: str, public_id: UUID, *, actor: Actor, version: int) -> tuple[Case, Contribution]:
    case = locking.lock(reference=reference, actor=actor, version=version)
    check_may_ask(case, actor)
    contribution = Contribution.objects.filter(case_id=case.pk, public_id=public_id).first()
    if contribution is None:
        raise Missing
    return case, contribution


def _of_unit(public_id: UUID, *, actor: Actor) -> tuple[Case, Contribution]:
    """The contribution and its case, the case locked first as everywhere, though the actor may not see it."""
    found = (
        Contribution.objects.asked_of(actor).filter(public_id=public_id).values_list("case_id", "case__kind").first()
    )
    if found is None:
        raise Missing
    case: Any = MACHINES[Kind(found[1])].objects.select_for_update(of=("self",), no_key=True).get(pk=found[0])
    # Whether the actor may still read it may have changed until the lock was there.
    contribution = Contribution.objects.asked_of(actor).filter(public_id=public_id).first()
    if contribution is None:
        raise Missing
    load_parts(case)
    return case, contribution


def _step(contribution: Contribution, to: Contribution.State) -> None:
    if contribution.state not in Contribution.FROM[to]:
        raise CannotStep(f"It stands in: {contribution.get_state_display().lower()}. Read it again.")
    contribution.state = to


def _save(case: Case, contribution: Contribution, text: str, *, actor: Actor, at: dt.datetime, **details: Any) -> None:
    contribution.version += 1
    contribution.save()
    _keep(case, contribution, text, actor=actor, at=at, details=details)


def _keep(
    case: Case, contribution: Contribution, text: str, *, actor: Actor, at: dt.datetime, details: dict[str, Any]
) -> None:
    ids = _write(contribution, text, actor=actor, at=at)
    steps.keep(
        case, f"CONTRIBUTION_{contribution.state}", "contributions", actor=actor, at=at, details={**ids, **details}
    )


def _write(contribution: Contribution, text: str, *, actor: Actor, at: dt.datetime) -> dict[str, str]:
    """What was said at the step; answers what the trail calls it by."""
    entry = ContributionEntry.objects.create(
        contribution=contribution, step=contribution.state, author_id=actor.account, written_at=at, text=text
    )
    return {"contribution": str(contribution.public_id), "entry": str(entry.public_id)}


def _tell_unit(contribution: Contribution, occasion: str, *, at: dt.datetime) -> None:
    """A neutral mail to everybody who handles for the unit and may know of the case: once for each occasion and due day."""
    walled = Involvement.objects.filter(case_id=contribution.case_id, ended_at=None, person__isnull=False)
    handlers = RoleGrant.objects.held_at(at).filter(unit_id=contribution.unit_id, role__in=UNIT_ROLES).values("user")
    users = User.objects.filter(pk__in=handlers, is_active=True).exclude(person__in=walled.values("person"))
    for user in users.order_by("pk"):
        outbox.queue(
            cause=f"contribution:{contribution.public_id}:{occasion}:{contribution.due_on}:{user.public_id}",
            recipient=user.email,
            subject=SUBJECT,
            body=BODY,
            at=at,
            about=contribution.case.reference,
            addressee=str(user.public_id),
        )
