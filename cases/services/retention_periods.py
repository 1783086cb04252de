"""How many years a case is kept once it has ended: data that staff keep, dated, each with where it comes from."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import Q

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.common.errors import Invalid
from cases.models import Ending, RetentionPeriod

from .locking import MayNot
from .targets import NOBODY_ELSE, is_for

# Whoever sets something else meanwhile waits: two would each cut the periods as if the other were not there.
ONE_AT_A_TIME = "LOCK TABLE cases_retentionperiod IN SHARE ROW EXCLUSIVE MODE"


@transaction.atomic
def set_period(
    *,
    ending: Ending,
    years: int,
    basis: str,
    source: str,
    verified: bool,
    from_on: dt.date,
    actor: Actor,
    at: dt.datetime,
) -> RetentionPeriod:
    """Set how many years is kept what ends so from that London day on, until the day from which it is set again.

    What ended before keeps the period of its own day, and a review that is open the one it was opened by. `verified` says that
    somebody has read the figure in `source`. Raises MayNot (403), and Invalid (400) for a length that is none, or no source.
    """
    if not is_for(actor):
        raise MayNot(NOBODY_ELSE)
    if not 1 <= years <= 100:
        raise Invalid("Choose a number of years.", errors={"years": ["From 1 to 100."]})
    basis, source = _words("basis", basis), _words("source", source)
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
    RetentionPeriod.objects.filter(ending=ending, from_on=from_on).delete()
    of_the_ending = RetentionPeriod.objects.filter(ending=ending)
    later = of_the_ending.filter(from_on__gt=from_on).order_by("from_on").first()
    of_the_ending.filter(Q(until_on=None) | Q(until_on__gt=from_on), from_on__lt=from_on).update(until_on=from_on)
    period: RetentionPeriod = RetentionPeriod.objects.create(
        ending=ending,
        years=years,
        basis=basis,
        source=source,
        verified=verified,
        from_on=from_on,
        until_on=later.from_on if later else None,
    )
    audit.record(
        actor=actor.public_id,
        verb="RETENTION_PERIOD_SET",
        subject_kind="retention_period",
        subject=ending,
        at=at,
        details={"years": years, "from_on": from_on.isoformat(), "source": source, "verified": verified},
    )
    return period


def _words(field: str, text: str) -> str:
    text = " ".join(text.split())
    if not 0 < len(text) <= 200:
        raise Invalid("Say where this comes from.", errors={field: ["In 1 to 200 characters."]})
    return text
