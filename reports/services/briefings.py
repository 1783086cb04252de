"""Asking for a briefing, making it, and handing it out; each leaves its row in the audit trail."""

import datetime as dt
import logging
import uuid
from typing import cast

from django.db import transaction
from django_q.tasks import async_task

from backend.accounts.actors import CLOCK, Actor
from backend.accounts.models import Role
from backend.areas.models import Unit
from backend.attachments import services as attachments
from backend.attachments.models import StoredFile
from backend.audit import services as audit
from backend.common.errors import Missing, NotAllowed, Refused
from reports import selectors
from reports.models import Briefing
from reports.periods import Period

logger = logging.getLogger(__name__)


class MayNotRequest(NotAllowed):
    """Only the delegate of a force's appropriate authority asks for briefings."""

    code = "may-not-request-briefings"


class NotReady(Refused):
    """The briefing has not been made yet, or could not be made."""

    code = "briefing-not-ready"
    title = "The briefing is not ready."


@transaction.atomic
def request(*, period: Period, unit_name: str, actor: Actor, at: dt.datetime) -> Briefing:
    """Queue a briefing about the unit of that slug; with "" about the only force of the actor's with complaints then.

    Raises MayNotRequest, UnknownUnit (also for a unit of another force) and UnitNotNamed.
    """
    forces = actor.forces_of(Role.APPROPRIATE_AUTHORITY)
    if not forces or actor.user_id is None:
        raise MayNotRequest("Briefings are asked for by the delegate of the appropriate authority.")
    among = Unit.objects.filter(pk__in=forces) | Unit.objects.filter(force__in=forces)
    if unit_name:
        unit = selectors.unit_named(name=unit_name, among=among)
    else:
        unit = selectors.only_force(period=period, among=among)
    briefing: Briefing = Briefing.objects.create(
        unit=unit, period_from=period.first, period_to=period.last, requested_by_id=actor.user_id, requested_at=at
    )
    # The queue lies in the same database: the job is there if, and only if, the briefing is.
    async_task("reports.jobs.make_briefing", briefing.pk)
    _record(briefing, actor=actor, verb="BRIEFING_REQUESTED", at=at)
    return briefing


def make(*, briefing_id: int, at: dt.datetime) -> None:
    """Make a briefing that was asked for. A ready one is left as it is, so a job may run twice.

    What goes wrong marks it as failed and is raised again, for the queue to retry.
    """
    from reports.services.production import produce

    briefing = _take_up(briefing_id)
    if briefing is None:
        return
    try:
        produced = produce(period=Period(briefing.period_from, briefing.period_to), unit=briefing.unit, at=at)
        with transaction.atomic():
            briefing = _locked(briefing_id)
            if briefing.state == Briefing.State.READY:
                return
            briefing.pdf = attachments.keep_generated(
                content=produced.pdf, name=file_name(briefing), content_type="application/pdf", at=at
            )
            briefing.state = Briefing.State.READY
            briefing.ready_at = at
            briefing.figures, briefing.fingerprint, briefing.failure = produced.figures, produced.fingerprint, ""
            briefing.save()
            _record(briefing, actor=CLOCK, verb="BRIEFING_MADE", at=at)
    except Exception as error:
        logger.exception("Briefing %s could not be made", briefing.public_id)
        # Of an error the kind alone: its text may hold anything. A refusal says nothing of what was in it.
        why = f"It could not be made. {error.detail}" if isinstance(error, Refused) else ""
        failed = Briefing.objects.filter(pk=briefing_id).exclude(state=Briefing.State.READY)
        failed.update(state=Briefing.State.FAILED, failure=why or f"It could not be made ({type(error).__name__}).")
        raise


def file_name(briefing: Briefing) -> str:
    """What the PDF is called when it is downloaded; the marking is in it (domain.md 5.7)."""
    return f"OFFICIAL-SENSITIVE complaints briefing {briefing.period_from} to {briefing.period_to}.pdf"


@transaction.atomic
def download(*, public_id: uuid.UUID, actor: Actor, at: dt.datetime) -> StoredFile:
    """The PDF, for somebody who may read it. Raises Missing and NotReady."""
    briefing = _ready(public_id, actor)
    _record(briefing, actor=actor, verb="BRIEFING_DOWNLOADED", at=at)
    return cast(StoredFile, briefing.pdf)  # the database lets no ready briefing be without


@transaction.atomic
def read_figures(*, public_id: uuid.UUID, actor: Actor, at: dt.datetime) -> Briefing:
    """The briefing with its figures, for somebody who may read it. Raises Missing and NotReady."""
    briefing = _ready(public_id, actor)
    _record(briefing, actor=actor, verb="BRIEFING_FIGURES_READ", at=at)
    return briefing


def _take_up(briefing_id: int) -> Briefing | None:
    with transaction.atomic():
        briefing = _locked(briefing_id)
        if briefing.state == Briefing.State.READY:
            return None
        briefing.state = Briefing.State.MAKING
        briefing.save(update_fields=["state"])
    return briefing


def _locked(briefing_id: int) -> Briefing:
    briefing: Briefing = (
        Briefing.objects.select_for_update(of=("self",)).select_related("unit__force").get(pk=briefing_id)
    )
    return briefing


def _ready(public_id: uuid.UUID, actor: Actor) -> Briefing:
    briefing = selectors.briefing_for(public_id=public_id, actor=actor)
    if briefing is None:
        raise Missing
    if briefing.state != Briefing.State.READY:
        raise NotReady(f"It is {briefing.get_state_display().lower()}. Ask for its state again in a few seconds.")
    return briefing


def _record(briefing: Briefing, *, actor: Actor, verb: str, at: dt.datetime) -> None:
    details = {"unit": briefing.unit.slug, "from": briefing.period_from, "to": briefing.period_to}
    audit.record(
        actor=actor.public_id,
        verb=verb,
        subject_kind="briefing",
        subject=str(briefing.public_id),
        at=at,
        details=details,
    )
