"""What is counted, and how: the one list that the command, the API and the PDF all take their words from."""

from dataclasses import dataclass
from typing import Any

# IOPC statistics carry this caution on every page; so does every chart here (domain.md 3.7).
CAUTION = (
    "Experimental statistics. More complaints do not mean a worse service: "
    "easier access and fuller recording raise the numbers too."
)
PERIOD_RULE = "Complaints received in the period, whenever closed."


@dataclass(frozen=True, slots=True)
class Metric:
    """One definition: `measure` is what a unit of it is, `caveat` what a reader must not conclude from it."""

    id: str
    label: str
    definition: str
    measure: str
    caveat: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric as found: `n` records stand behind it; `value` is None where it cannot be known, and `remark` says why."""

    metric: Metric
    n: int
    value: Any
    breakdown: dict[str, Any] | None = None
    remark: str = ""

    @property
    def caveat(self) -> str:
        return " ".join(part for part in (self.remark, self.metric.caveat) if part)

    def as_json(self) -> dict[str, Any]:
        metric = self.metric
        return {
            "id": metric.id,
            "label": metric.label,
            "definition": metric.definition,
            "measure": metric.measure,
            "n": self.n,
            "caveat": self.caveat,
            "value": self.value,
            "breakdown": self.breakdown,
        }


COMPLAINTS_RECEIVED = Metric(
    id="complaints_received",
    label="Complaints received",
    definition="Complaints whose day of receipt lies in the period, by year and month of receipt "
    "and by the unit that they are about.",
    measure="complaints",
    caveat=CAUTION,
)
ALLEGATIONS_RECORDED = Metric(
    id="allegations_recorded",
    label="Allegations recorded",
    definition=f"Allegations within complaints. {PERIOD_RULE} One complaint may hold several allegations, or none.",
    measure="allegations",
    caveat=CAUTION,
)
COMPLAINTS_WITHOUT_ALLEGATION = Metric(
    id="complaints_without_allegation",
    label="Complaints without an allegation on record",
    definition=f"Complaints of which no allegation is on record. {PERIOD_RULE}",
    measure="complaints",
    caveat="A gap in the records: counts of allegations say nothing about these complaints.",
)
ALLEGATIONS_BY_CATEGORY = Metric(
    id="allegations_by_category",
    label="Allegations by category",
    definition=f"Allegations by the category on record, trimmed and in capitals. {PERIOD_RULE}",
    measure="allegations",
    caveat=CAUTION,
)
ALLEGATIONS_BY_CATEGORY_PERCENT = Metric(
    id="allegations_by_category_percent",
    label="Allegations by category: share",
    definition="Each category's share of all allegations recorded.",
    measure="percent of allegations",
    caveat="Rounded to one decimal: the shares need not add up to 100.",
)
ALLEGATIONS_BY_FINDING = Metric(
    id="allegations_by_finding",
    label="Allegations by finding",
    definition=f"Allegations by the final finding, as the records write it. {PERIOD_RULE}",
    measure="allegations",
    caveat=CAUTION,
)
ALLEGATIONS_BY_FINDING_PERCENT = Metric(
    id="allegations_by_finding_percent",
    label="Allegations by finding: share",
    definition="Each finding's share of all allegations recorded, those without a finding included.",
    measure="percent of allegations",
    caveat="Rounded to one decimal: the shares need not add up to 100.",
)
COMPLAINTS_BY_CATEGORY = Metric(
    id="complaints_by_category",
    label="Complaints by category",
    definition=f"Complaints by the category of the whole complaint, trimmed and in capitals. {PERIOD_RULE}",
    measure="complaints",
    caveat=CAUTION,
)
COMPLAINTS_BY_CATEGORY_PERCENT = Metric(
    id="complaints_by_category_percent",
    label="Complaints by category: share",
    definition="Each category's share of the complaints received.",
    measure="percent of complaints",
    caveat="Rounded to one decimal: the shares need not add up to 100.",
)
OUTCOMES = Metric(
    id="outcomes",
    label="Outcomes of complaints",
    definition="Complaints by outcome; of several findings in one complaint the one that comes first in the "
    f"precedence of the records counts. {PERIOD_RULE}",
    measure="complaints",
    caveat=CAUTION,
)
OUTCOMES_PERCENT = Metric(
    id="outcomes_percent",
    label="Outcomes of complaints: share",
    definition="Each outcome's share of the complaints received, those without an outcome included.",
    measure="percent of complaints",
    caveat="Rounded to one decimal: the shares need not add up to 100.",
)
DAYS_TO_CLOSE = Metric(
    id="days_to_close",
    label="Days to close",
    definition="Calendar days from the day of receipt to the day of closing: the mean, the median (the mean of the middle "
    f"two) and the 90th percentile (nearest rank). {PERIOD_RULE} Spans below zero are left out.",
    measure="calendar days",
    caveat="Complaints that are still open are not in it: the later the receipt, the more of the long ones are missing.",
)
DAYS_TO_CLOSE_BY_YEAR = Metric(
    id="days_to_close_by_year",
    label="Days to close by year of receipt",
    definition="Days to close of the complaints received in each year of the period.",
    measure="calendar days",
    caveat="Complaints that are still open are not in it: the later the receipt, the more of the long ones are missing.",
)
CLOSED_WITHIN_DAYS = Metric(
    id="closed_within_days",
    label="Closed within 30 and 90 days",
    definition=f"Complaints closed in at most that many calendar days. {PERIOD_RULE}",
    measure="complaints",
    caveat="Complaints received in the last days of the period may not have had that long yet.",
)
CLOSED_WITHIN_DAYS_PERCENT = Metric(
    id="closed_within_days_percent",
    label="Closed within 30 and 90 days: share",
    definition="Complaints closed in at most that many calendar days, as a share of the complaints received.",
    measure="percent of complaints",
    caveat="Complaints received in the last days of the period may not have had that long yet.",
)
OPEN_AT = Metric(
    id="open_at",
    label="Open complaints",
    definition="Complaints received in the period, on or before the day named, and closed after it or never: "
    "on each 31 December of the period and on its last day.",
    measure="complaints",
    caveat="Complaints received before the period are not in it.",
)
DUE_NEXT = Metric(
    id="due_next",
    label="What is due next",
    definition="Complaints of which something is still due, by the duty that falls due first and by the month of its last day. "
    f"{PERIOD_RULE}",
    measure="complaints",
    caveat="As things stood when the briefing was made: every move of a case changes what is due.",
)
LATE = Metric(
    id="late",
    label="Late",
    definition="Complaints of which the last day of a duty of the force had passed before the day on which the briefing was "
    f"made: of a duty by statute, of a service target, or of both. {PERIOD_RULE}",
    measure="complaints",
    caveat="A complaint that is late by statute and by a target is in both counts, and once in the value.",
)
