"""Hours in which somebody wants no mail: what is queued in them waits until they end."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def end_of_quiet(at: dt.datetime, *, quiet_from: dt.time | None, quiet_until: dt.time | None) -> dt.datetime:
    """`at` itself outside the quiet hours, else the instant at which they end.

    They are London's by the clock on the wall, from `quiet_from` until `quiet_until`, which is not quiet any more; the end
    may be on the next day. Where one of the two is not given, no hour is quiet.
    """
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return at
    local = at.astimezone(LONDON)
    now = local.time().replace(fold=0)
    over_midnight = quiet_from > quiet_until
    is_quiet = (now >= quiet_from or now < quiet_until) if over_midnight else quiet_from <= now < quiet_until
    if not is_quiet:
        return at
    ends_on = local.date() + dt.timedelta(days=1) if over_midnight and now >= quiet_from else local.date()
    # An hour that the clocks skip has no such time: `max` keeps the end from lying before the beginning.
    return max(at, dt.datetime.combine(ends_on, quiet_until, tzinfo=LONDON).astimezone(dt.UTC))
