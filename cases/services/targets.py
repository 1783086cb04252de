"""What staff set about time: how long the periods are that no law fixes, and who is alerted when."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q

from backend.accounts.actors import OPERATOR, Actor
from backend.accounts.models import Role
from backend.audit import services as audit
from backend.common.errors import Invalid, Missing
from cases.clocks import CLOCKS
from cases.models import Escalation, Recipient, ServiceTarget, Stage

from .due import recompute_open_cases
from .locking import MayNot

EDITABLE = tuple(rule for rule, clock in CLOCKS.items() if clock.is_editable)
NOBODY_ELSE = "The delegate of the appropriate authority or a system administrator sets this."
# Whoever sets something else meanwhile waits: two would each derive every case without what the other set.
ONE_AT_A_TIME = "LOCK TABLE cases_servicetarget, cases_escalation IN SHARE ROW EXCLUSIVE MODE"


@transaction.atomic
def set_target(
    *, rule: str, count: int, unit: ServiceTarget.Unit, from_on: dt.date, source: str, actor: Actor, at: dt.datetime
) -> tuple[ServiceTarget, int]:
    """Set how long `rule` is for what starts from that London day on, until the day from which it is set again.

    What started before keeps the value of its own day. Every open case is derived anew: answers the value, and how many cases
    changed. Raises MayNot (403), and Invalid (400) for a rule that the law fixes, a length that is none, or no source.
    """
    _check_who(actor)
    if rule not in EDITABLE:
        raise Invalid("The law fixes this period.", errors={"rule": [f"Staff set: {', '.join(EDITABLE)}."]})
    if not 1 <= count <= 1000:
        raise Invalid("Choose a number of days.", errors={"count": ["From 1 to 1,000."]})
    source = _source(source)
    _take_turns()
    ServiceTarget.objects.filter(rule=rule, from_on=from_on).delete()
    of_the_rule = ServiceTarget.objects.filter(rule=rule)
    later = of_the_rule.filter(from_on__gt=from_on).order_by("from_on").first()
    of_the_rule.filter(Q(until_on=None) | Q(until_on__gt=from_on), from_on__lt=from_on).update(until_on=from_on)
    target = ServiceTarget.objects.create(
        rule=rule, count=count, unit=unit, source=source, from_on=from_on, until_on=later.from_on if later else None
    )
    changed = recompute_open_cases()
    audit.record(
        actor=actor.public_id,
        verb="SERVICE_TARGET_SET",
        subject_kind="service_target",
        subject=rule,
        at=at,
        details={"count": count, "unit": unit, "from_on": from_on.isoformat(), "source": source, "cases": changed},
    )
    return target, changed


@transaction.atomic
def set_escalation(
    *,
    rule: str,
    stage: Stage,
    days: int,
    hour: int,
    to: Recipient,
    address: str,
    source: str,
    actor: Actor,
    at: dt.datetime,
) -> Escalation:
    """Set one step: whom a stage alerts, so many days after the last day (before it: less than 0), from that hour on.

    Rule "" is for every rule without steps of its own; the first step of a rule takes it away from those. Raises MayNot (403),
    and Invalid (400) for a rule that there is not, an address for somebody else, or none where it is for an address.
    """
    _check_who(actor)
    if rule and rule not in CLOCKS:
        raise Invalid("There is no such rule.", errors={"rule": [f"There are: {', '.join(CLOCKS)}."]})
    if (to == Recipient.ADDRESS) != bool(address):
        raise Invalid(
            "Correct the address.", errors={"address": ["Give one where it is for an address, and only there."]}
        )
    if not (-366 <= days <= 366 and 0 <= hour <= 23):
        raise Invalid("Choose when.", errors={"days": ["At most a year off, at an hour from 0 to 23."]})
    source = _source(source)
    _take_turns()
    step, _ = Escalation.objects.update_or_create(
        rule=rule, stage=stage, defaults={"days": days, "hour": hour, "to": to, "address": address, "source": source}
    )
    recompute_open_cases()
    _record(actor, "ESCALATION_SET", step, at=at)
    return step


@transaction.atomic
def remove_escalation(*, rule: str, stage: Stage, actor: Actor, at: dt.datetime) -> None:
    """Take one step away. Raises MayNot (403), Missing (404) where there is none."""
    _check_who(actor)
    _take_turns()
    step = Escalation.objects.filter(rule=rule, stage=stage).first()
    if step is None:
        raise Missing
    step.delete()
    recompute_open_cases()
    _record(actor, "ESCALATION_REMOVED", step, at=at)


def _check_who(actor: Actor) -> None:
    if not is_for(actor):
        raise MayNot(NOBODY_ELSE)


def is_for(actor: Actor) -> bool:
    """Whether `actor` sets what is set here: a delegate, an administrator, or somebody at the server's command line."""
    return actor == OPERATOR or actor.holds(Role.APPROPRIATE_AUTHORITY, Role.SYSTEM_ADMINISTRATOR)


def _source(source: str) -> str:
    source = " ".join(source.split())
    if not 0 < len(source) <= 200:
        raise Invalid("Say where this comes from.", errors={"source": ["In 1 to 200 characters."]})
    return source


def _take_turns() -> None:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)


def _record(actor: Actor, verb: str, step: Escalation, *, at: dt.datetime) -> None:
    audit.record(
        actor=actor.public_id,
        verb=verb,
        subject_kind="escalation",
        subject=f"{step.rule or 'EVERY'}/{step.stage}",
        at=at,
        details={"days": step.days, "hour": step.hour, "to": step.to, "source": step.source},
    )
