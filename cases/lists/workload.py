"""How much each handler has, for those who give out the work."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min, Q

from backend.accounts.actors import Actor
from backend.accounts.models import Role, RoleGrant, User
from backend.areas.models import Unit
from backend.calendar.working_days import day_of
from backend.common.errors import NotAllowed
from cases.models import Case

from .queue import due_soon_on

ASSIGNS_ANYWHERE = (Role.APPROPRIATE_AUTHORITY, Role.PSD_ASSESSOR, Role.MODERATOR)
HANDLES = (*ASSIGNS_ANYWHERE, Role.PSD_INVESTIGATOR, Role.LPU_HANDLER, Role.LPU_SUPERVISOR)


class SupervisesNobody(NotAllowed):
    code = "supervises-nobody"


@dataclass(frozen=True)
class Load:
    """What one handler has, or nobody has yet (`handler` is None), of the cases that the asker may see."""

    handler: User | None
    open: int = 0
    late_by_law: int = 0
    late_by_target: int = 0
    due_soon: int = 0  # within five working days, and not late
    oldest_received_on: dt.date | None = None


def workload(*, actor: Actor, unit: str | None, at: dt.datetime) -> list[Load]:
    """The open cases of each who handles some, or could, in the units that the actor supervises; first who has most late.

    Two statements. A case counts as late by law, by a target, or by both. Raises SupervisesNobody (403).
    """
    on = day_of(at)
    forces, units = actor.forces_of(*ASSIGNS_ANYWHERE), actor.units_of(Role.LPU_SUPERVISOR)
    forces += actor.whole_forces_of(Role.LPU_SUPERVISOR)
    if not forces and not units:
        raise SupervisesNobody("The workload is for those who assign cases: supervisors, assessors and the authority.")
    there = Unit.objects.filter(Q(force_id__in=forces) | Q(pk__in=[*units, *forces]))
    reached = list((there.filter(slug=unit) if unit else there).values_list("pk", flat=True))
    rows: Any = (
        Case.objects.visible_to(actor)
        .in_queue()
        .filter(unit_id__in=reached)
        .order_by()
        .values("handler_id")
        .annotate(
            open=Count("pk"),
            late_by_law=Count("pk", filter=Q(legal_due_on__lt=on)),
            late_by_target=Count("pk", filter=Q(target_due_on__lt=on)),
            due_soon=Count("pk", filter=due_soon_on(on)),
            oldest_received_on=Min("received_on"),
        )
    )
    has = {row.pop("handler_id"): row for row in rows}
    could = RoleGrant.objects.held_at(at).filter(unit_id__in=reached, role__in=HANDLES, user__is_active=True)
    users = User.objects.filter(Q(pk__in=[key for key in has if key]) | Q(pk__in=could.values("user_id")))
    loads = [Load(handler=user, **has.get(user.pk, {})) for user in users.select_related("person")]
    nobodys = [Load(handler=None, **has[None])] if None in has else []
    return nobodys + sorted(loads, key=_most_late_first)


def _most_late_first(load: Load) -> tuple[int, int, int, str]:
    return -load.late_by_law, -load.late_by_target, -load.open, load.handler.email if load.handler else ""
