"""From the frames to every figure of a briefing, in the order in which the document prints them."""

import hashlib
from typing import TYPE_CHECKING, Any

from reports import metrics
from reports.analytics import counts, durations
from reports.metrics import Figure, Metric

if TYPE_CHECKING:
    from reports.periods import Period
    from reports.selectors import Frames

WITHIN_DAYS = (30, 90)
LOW_BASE = 30
NO_CLOSING_DATE = "Not known: no complaint received in the period has a closing date."
NO_CATEGORY = "Not known: the records give no category for a whole complaint."
NOTHING_HANDLED = "Not known: no complaint of the period is handled in this system."
NOTHING_RECEIVED = "Not known: nothing was received in the period."


def figures_of(frames: "Frames", period: "Period") -> list[Figure]:
    """Every figure of a briefing; each number that the document prints is in one of them."""
    return [
        *_received(frames, period),
        *_allegations(frames),
        *_complaints(frames),
        *_closing(frames, period),
        *_due(frames),
    ]


def fingerprint(frames: "Frames") -> str:
    """The sha256 of the data behind a briefing: the same for the same counts, whenever and wherever they are made."""
    digest = hashlib.sha256()
    for name, frame in frames.named():
        digest.update(f"{name}\n{frame.to_csv(index=False, lineterminator=chr(10))}".encode())
    return digest.hexdigest()


def _received(frames: "Frames", period: "Period") -> list[Figure]:
    received = frames.received
    complaints = counts.total(received, "complaints")
    by_unit = counts.by("unit", received, measure="complaints", counted_as=str)
    breakdown = {
        "year": counts.by_year(received, period.years),
        "month": counts.by_month(received, period.months),
        "unit": counts.with_last(by_unit, ""),
    }
    allegations = counts.total(frames.allegations, "allegations")
    without = counts.total(frames.coverage, "without_allegation")
    return [
        Figure(metrics.COMPLAINTS_RECEIVED, n=complaints, value=complaints, breakdown=breakdown),
        Figure(metrics.ALLEGATIONS_RECORDED, n=allegations, value=allegations),
        Figure(metrics.COMPLAINTS_WITHOUT_ALLEGATION, n=complaints, value=without),
    ]


def _allegations(frames: "Frames") -> list[Figure]:
    table, measure = frames.allegations, "allegations"
    categories = counts.by("category", table, measure=measure, counted_as=counts.label)
    findings = counts.by("finding", table, measure=measure, counted_as=counts.code)
    return [
        *_with_shares(metrics.ALLEGATIONS_BY_CATEGORY, metrics.ALLEGATIONS_BY_CATEGORY_PERCENT, categories),
        *_with_shares(metrics.ALLEGATIONS_BY_FINDING, metrics.ALLEGATIONS_BY_FINDING_PERCENT, findings),
    ]


def _complaints(frames: "Frames") -> list[Figure]:
    categories = counts.by("category", frames.categories, measure="complaints", counted_as=counts.label)
    outcomes = counts.by("outcome", frames.outcomes, measure="complaints", counted_as=counts.outcome)
    by_category = (metrics.COMPLAINTS_BY_CATEGORY, metrics.COMPLAINTS_BY_CATEGORY_PERCENT)
    if set(categories) <= {""}:
        category_figures = [Figure(metric, n=0, value=None, remark=NO_CATEGORY) for metric in by_category]
    else:
        category_figures = _with_shares(*by_category, categories)
    return [
        *category_figures,
        *_with_shares(metrics.OUTCOMES, metrics.OUTCOMES_PERCENT, counts.with_last(outcomes, counts.NONE_RECORDED)),
    ]


def _closing(frames: "Frames", period: "Period") -> list[Figure]:
    spread = durations.spread(frames.closing)
    open_at = _open_at(frames)
    if spread is None:
        spans = (
            metrics.DAYS_TO_CLOSE,
            metrics.DAYS_TO_CLOSE_BY_YEAR,
            metrics.CLOSED_WITHIN_DAYS,
            metrics.CLOSED_WITHIN_DAYS_PERCENT,
        )
        return [*(Figure(metric, n=0, value=None, remark=NO_CLOSING_DATE) for metric in spans), open_at]
    by_year = durations.by_year(frames.closing, period.years)
    n = int(durations.closed(frames.closing)["complaints"].sum())
    remark = _reversed_dates(durations.before_receipt(frames.closing))
    return [
        Figure(metrics.DAYS_TO_CLOSE, n=n, value=spread, remark=remark),
        Figure(metrics.DAYS_TO_CLOSE_BY_YEAR, n=n, value=by_year, breakdown=dict(by_year), remark=remark),
        *_closed_within(frames, n=n, remark=remark),
        open_at,
    ]


def _closed_within(frames: "Frames", *, n: int, remark: str) -> list[Figure]:
    received = counts.total(frames.received, "complaints")
    within = {str(days): durations.within(frames.closing, days) for days in WITHIN_DAYS}
    shares = counts.percentages(within, received)
    base = _low_base(received)
    return [
        Figure(metrics.CLOSED_WITHIN_DAYS, n=n, value=within, breakdown=dict(within), remark=remark),
        Figure(metrics.CLOSED_WITHIN_DAYS_PERCENT, n=received, value=shares, breakdown=dict(shares), remark=base),
    ]


def _open_at(frames: "Frames") -> Figure:
    if frames.closing["days"].isna().all():
        return Figure(metrics.OPEN_AT, n=0, value=None, remark=NO_CLOSING_DATE)
    table = frames.open_at
    still_open = {f"{day:%Y-%m-%d}": int(count) for day, count in zip(table["day"], table["complaints"], strict=True)}
    return Figure(
        metrics.OPEN_AT, n=counts.total(frames.received, "complaints"), value=still_open, breakdown=dict(still_open)
    )


def _due(frames: "Frames") -> list[Figure]:
    handled, late = (counts.total(frames.late, column) for column in ("handled", "complaints"))
    if not handled:
        return [Figure(metric, n=0, value=None, remark=NOTHING_HANDLED) for metric in (metrics.DUE_NEXT, metrics.LATE)]
    due = counts.total(frames.due, "complaints")
    by_rule = counts.by("rule", frames.due, measure="complaints", counted_as=str)
    breakdown = {"rule": by_rule, "month": counts.by_found_month(frames.due)}
    by_basis = {basis: counts.total(frames.late, f"by_{basis}") for basis in ("statute", "target")}
    return [
        Figure(metrics.DUE_NEXT, n=handled, value=due, breakdown=breakdown),
        Figure(metrics.LATE, n=handled, value=late, breakdown=by_basis),
    ]


def _with_shares(metric: Metric, share_metric: Metric, found: dict[str, int]) -> list[Figure]:
    n = sum(found.values())
    if n == 0:
        empty: dict[str, Any] = {}
        return [
            Figure(metric, n=0, value=0, breakdown=empty),
            Figure(share_metric, n=0, value=None, remark=NOTHING_RECEIVED),
        ]
    shares = counts.percentages(found, n)
    return [
        Figure(metric, n=n, value=n, breakdown=found),
        Figure(share_metric, n=n, value=shares, breakdown=dict(shares), remark=_low_base(n)),
    ]


def _low_base(n: int) -> str:
    return f"Low base: fewer than {LOW_BASE} records." if n < LOW_BASE else ""


def _reversed_dates(complaints: int) -> str:
    return (
        f"Complaints left out because their closing date is before their receipt: {complaints}." if complaints else ""
    )
