"""The cache of what is due next: for sorting alone, and written with every change of the case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q

from cases import standing
from cases.clocks import Timetable
from cases.deadlines import FORCE, Deadline, first_to_look_at, open_deadlines
from cases.escalation import Key, moments
from cases.models import Case, Notice, Origin, Preservation, Review
from cases.models.case import CaseQuerySet
from cases.selectors import PARTS
from cases.timetable import timetable

BATCH = 2000
CACHE = ("next_due_on", "next_due_rule", "legal_due_on", "target_due_on", "others_due_on", "watch_at")
# What no deadline asks of a case, and what makes its row long.
WORDS = (
    "words", "search", "narrative", "location", "officers_described", "harm", "views_on_handling", "views_at_contact",
)  # fmt: skip


def forget(case: Case, *parts: str) -> None:
    """Drop what was loaded of `parts` (cases.selectors.PARTS), for a change that wrote some: they are read again where asked."""
    for part in parts:
        getattr(case, "_prefetched_objects_cache", {}).pop(part, None)


def write_next_due(case: Case) -> None:
    """Set what is cached of the case's open duties (CACHE) from its dates; the caller saves."""
    for name, value in derive(case, timetable()).items():
        setattr(case, name, value)


def derive(case: Case, calendar: Timetable, *, raised: Collection[Key] = ()) -> dict[str, Any]:
    """The fields of CACHE as the case's dates have them; a day is None where no such duty is open.

    `watch_at` is the first alert that is not among `raised`: whoever does not know them has the watcher look too early.
    """
    duties = open_deadlines(case, calendar)
    alerts = moments(duties, calendar, raised=raised)
    first = first_to_look_at(duties)
    own = [each for each in duties if each.owed_by == FORCE]
    return {
        "next_due_on": first.due_on if first else None,
        "next_due_rule": first.rule if first else "",
        "legal_due_on": _first_day([each for each in own if each.is_statutory]),
        "target_due_on": _first_day([each for each in own if not each.is_statutory]),
        "others_due_on": _first_day([each for each in duties if each.owed_by != FORCE]),
        "watch_at": alerts[0].at if alerts else None,
    }


def _first_day(duties: list[Deadline]) -> dt.date | None:
    return min((each.due_on for each in duties), default=None)


def stale_cases() -> Iterator[Case]:
    """The cases with duties whose cache is not what their dates derive now; each with the derived values, and not saved.

    A watcher that would look too early is right, too: it finds nothing, and looks again in time.
    """
    calendar = timetable()
    cases = _with_duties().defer(*WORDS).prefetch_related(*PARTS, "alerts").order_by("id")
    for case in cases.iterator(chunk_size=BATCH):
        derived = derive(case, calendar, raised=raised_on(case))
        looks_in_time = case.watch_at and derived["watch_at"] and case.watch_at <= derived["watch_at"]
        if looks_in_time or derived["watch_at"] is None:
            derived["watch_at"] = case.watch_at
        if derived != {name: getattr(case, name) for name in CACHE}:
            for name, value in derived.items():
                setattr(case, name, value)
            yield case


def raised_on(case: Case) -> set[Key]:
    """The alerts that were raised on the case, as cases.escalation knows them."""
    return {(each.rule, each.about, each.started_on, each.due_on, each.stage) for each in case.alerts.all()}


def _with_duties() -> CaseQuerySet:
    """The open cases, and the closed ones that carry a day, or have anything of which something may be owed after the end."""
    cases: CaseQuerySet = Case.objects.filter(
        Q(closed_on=None) | Q(next_due_on__isnull=False) | _may_be_owed_after_the_end(), origin=Origin.LIVE
    )
    return cases


def _may_be_owed_after_the_end() -> Q:
    """What to tell, copies kept back, applications for a review, a wish or what is to be recorded, evidence (cases.deadlines).

    So that a duty which a new version derives is found on what ended before it, too.
    """
    to_tell = Notice.objects.filter(Q(settled_on=None) | Q(kind="RECORD_COPY", settled_as=Notice.Settled.WITHHELD))
    applied_for = Review.objects.filter(state=Review.State.APPLIED)
    evidence = Preservation.objects.filter(preserved_on=None, lost_on=None)
    in_parts = Q(*(("pk__in", rows.values("case")) for rows in (to_tell, applied_for, evidence)), _connector=Q.OR)
    has_ended_outside = Q(recorded_on=None, state__in=standing.HANDLED_OUTSIDE)
    return in_parts | has_ended_outside & (Q(wishes_recording=True) | Q(concerns_conduct=True))


@transaction.atomic
def recompute_open_cases() -> int:
    """Derive the cache of every open case anew (a bank holiday came, a service target is another, the derivation itself is
    of a new version), and answer how many changed.

    Each changed case is read again under its lock: a move that was made meanwhile is not overwritten.
    """
    stale = [case.pk for case in stale_cases()]
    for start in range(0, len(stale), BATCH):
        chosen = _with_duties().filter(pk__in=stale[start : start + BATCH]).defer(*WORDS)
        locked = list(chosen.prefetch_related(*PARTS).order_by("id").select_for_update())
        for case in locked:
            write_next_due(case)
        Case.objects.bulk_update(locked, CACHE)
    return len(stale)
