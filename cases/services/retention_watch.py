"""The clock of retention: a review is opened when the period of an ended case is over, and called off where something stands against it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F

from backend.accounts.actors import CLOCK
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from cases.lists.retention import BATCH, against, candidates, due_of
from cases.models import Case, RetentionReview, RetentionStep
from cases.selectors import load_for_retention, retention_periods

from . import editing
from .due import WORDS
from .retention import call_off, named, write_step


def watch(*, at: dt.datetime) -> int:
    """Open a review of every case whose time has come at `at`, and answer how many; call off those that something stands against.

    However late or often it looks, one is opened once. A case that somebody is changing is left to the next look; each batch is
    one commit.
    """
    on = day_of(at)
    pending = RetentionReview.objects.filter(state__in=RetentionReview.PENDING)
    _in_batches(list(pending.order_by("case_id").values_list("case_id", flat=True)), _call_off_some, at=at)
    return _in_batches(candidates(on), _open_some, at=at)


def _in_batches(keys: Sequence[int], change: Callable[..., int], *, at: dt.datetime) -> int:
    return sum(change(keys[start : start + BATCH], at=at) for start in range(0, len(keys), BATCH))


@transaction.atomic
def _open_some(keys: Sequence[int], *, at: dt.datetime) -> int:
    on, reviews = day_of(at), []
    cases = _hold_of(keys)
    for each in due_of(cases, retention_periods(), on=on):
        case = each.case
        editing.mark(case)
        row = RetentionReview.objects.create(
            case_id=case.pk,
            ending=each.period.ending,
            years=each.period.years,
            ended_on=each.ended_on,
            due_on=each.due_on,
            opened_on=on,
        )
        reviews.append((case, row, write_step(case, RetentionStep.What.OPENED, review=row, actor=CLOCK, at=at)))
    told = {
        case.reference: {**named(step), "ending": row.ending, "years": row.years, "due_on": row.due_on}
        for case, row, step in reviews
    }
    _record_many([case for case, _, _ in reviews], "RETENTION_REVIEW_OPENED", told, at=at)
    return len(reviews)


@transaction.atomic
def _call_off_some(keys: Sequence[int], *, at: dt.datetime) -> int:
    cases = [case for case in _hold_of(keys) if against(case, on=day_of(at))]
    for case in cases:
        editing.mark(case)
    called_off = [case for case in cases if call_off(case, why=against(case, on=day_of(at))[0], actor=CLOCK, at=at)]
    told: dict[str, dict[str, Any]] = {case.reference: {} for case in called_off}
    _record_many(called_off, "RETENTION_REVIEW_CALLED_OFF", told, at=at)
    return len(called_off)


def _hold_of(keys: Sequence[int]) -> list[Case]:
    rows = Case.objects.filter(pk__in=keys, disposed_on=None).defer(*WORDS).order_by("pk")
    cases = list(rows.select_for_update(skip_locked=True, of=("self",), no_key=True))
    load_for_retention(*cases)
    return cases


def _record_many(cases: Sequence[Case], verb: str, told: Mapping[str, Mapping[str, Any]], *, at: dt.datetime) -> None:
    if not cases:
        return
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(version=F("version") + 1)
    audit.record_many(actor=CLOCK.public_id, verb=verb, subject_kind="case", at=at, details_by_subject=told)
