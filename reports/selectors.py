"""What the reports read: counts and histograms of days, made by the database. No frame carries a person's name."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import ExtractYear, TruncMonth

from backend.accounts.actors import Actor
from backend.areas.models import Unit
from backend.common.errors import Invalid
from cases.lists.queue import late_on
from cases.models import Allegation, Case, HistorySource, Kind, Origin
from reports.models import Briefing
from reports.periods import Period

if TYPE_CHECKING:
    import pandas as pd


NUMBERS = {"complaints", "allegations", "without_allegation", "year", "handled", "by_statute", "by_target"}


class UnknownUnit(Invalid):
    """No unit, or more than one, has the slug that was given."""

    code = "unknown-unit"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, errors={"unit": [detail]})


class UnitNotNamed(UnknownUnit):
    """A briefing without a unit is about the only force with complaints in the period; there is none, or there are several."""

    code = "unit-not-named"


@dataclass(frozen=True, slots=True)
class Frames:
    """Everything that a briefing counts. Every frame is about the complaints received in the period, whenever closed."""

    received: "pd.DataFrame"  # month (its first day), unit (slug, "" not located), complaints
    coverage: "pd.DataFrame"  # one row: complaints, without_allegation
    allegations: "pd.DataFrame"  # category, finding, allegations
    categories: "pd.DataFrame"  # category, complaints
    outcomes: "pd.DataFrame"  # outcome, complaints
    closing: "pd.DataFrame"  # year (of receipt), days (calendar, null: not closed), complaints
    open_at: "pd.DataFrame"  # day, complaints
    due: "pd.DataFrame"  # month (the first day of the month in which the first duty falls due), rule, complaints
    late: "pd.DataFrame"  # one row: handled (here, not imported), complaints (late), by_statute, by_target

    def named(self) -> Iterable[tuple[str, "pd.DataFrame"]]:
        """The frames with their names, in a fixed order."""
        return ((field.name, getattr(self, field.name)) for field in fields(self))


def briefing_frames(*, period: Period, unit: Unit, on: dt.date) -> Frames:
    """The frames of a force (all its complaints) or of one of its units (the complaints that are about it).

    `on` is the London day that lateness is told by.
    """
    complaints = _complaints(period=period, unit=unit)
    return Frames(
        received=_received(complaints),
        coverage=_coverage(complaints),
        allegations=_allegations(period=period, unit=unit),
        categories=_counted(complaints, category=F("category")),
        outcomes=_counted(complaints, outcome=F("outcome")),
        closing=_closing(complaints),
        open_at=_open_at(complaints, period.counting_days),
        due=_counted(
            complaints.filter(next_due_on__isnull=False), month=TruncMonth("next_due_on"), rule=F("next_due_rule")
        ),
        late=_late(complaints, on),
    )


def finding_meanings(*, force: Unit) -> dict[str, str]:
    """What the codes of a force's imported findings and outcomes mean: {"NS": "not sustained"}."""
    meanings: dict[str, str] = {}
    for labels in HistorySource.objects.filter(force=force).order_by("id").values_list("finding_labels", flat=True):
        meanings.update(labels)
    return meanings


def unit_names(*, force: Unit) -> dict[str, str]:
    """The names of a force's units by slug."""
    return dict(Unit.objects.filter(force=force).values_list("slug", "name"))


def briefing_for(*, public_id: uuid.UUID, actor: Actor) -> Briefing | None:
    """One briefing, where `actor` may read it; None where not, or where there is none."""
    found: Briefing | None = (
        Briefing.objects.visible_to(actor).select_related("unit__force", "pdf").filter(public_id=public_id).first()
    )
    return found


def briefings_for(*, actor: Actor) -> "QuerySet[Briefing]":
    """The briefings that `actor` may read."""
    found: QuerySet[Briefing] = Briefing.objects.visible_to(actor).select_related("unit__force")
    return found


def unit_named(*, name: str, among: "QuerySet[Unit]") -> Unit:
    """The force or unit of that slug; "FORCE/UNIT" where several forces have a unit of that slug. Raises UnknownUnit."""
    units = among.select_related("force").order_by("force__slug", "slug")
    force, _, slug = name.partition("/")
    found = list(units.filter(slug=name)) or list(units.filter(force__slug=force, slug=slug))
    forces = [unit for unit in found if unit.kind == Unit.Kind.FORCE]
    if len(found) == 1 or forces:
        return (forces or found)[0]
    if not found:
        raise UnknownUnit(f"There is no force or unit with the slug {name}.")
    choices = ", ".join(full_slug(unit) for unit in found)
    raise UnknownUnit(f"Several forces have a unit {name}. Name one of: {choices}.")


def full_slug(unit: Unit) -> str:
    """The slug that names a unit among those of all forces: "west-midlands", or "west-midlands/dudley"."""
    return f"{unit.force.slug}/{unit.slug}" if unit.force else unit.slug


def only_force(*, period: Period, among: "QuerySet[Unit]") -> Unit:
    """The only force with complaints received in the period. Raises UnitNotNamed, listing those to choose from."""
    received = Case.objects.filter(
        force=OuterRef("pk"), kind=Kind.COMPLAINT, received_on__range=(period.first, period.last)
    )
    forces = list(among.filter(kind=Unit.Kind.FORCE).filter(Exists(received)).order_by("slug"))
    if len(forces) == 1:
        return forces[0]
    if not forces:
        raise UnitNotNamed(
            f"No force has a complaint received from {period}. Name a force or unit, or choose other dates."
        )
    names = ", ".join(force.slug for force in forces)
    raise UnitNotNamed(f"Several forces have complaints received from {period}. Name one of: {names}.")


def _scope(*, period: Period, unit: Unit, prefix: str = "") -> dict[str, Any]:
    place = "force" if unit.kind == Unit.Kind.FORCE else "about_unit"
    return {
        f"{prefix}kind": Kind.COMPLAINT,
        f"{prefix}{place}": unit,
        f"{prefix}received_on__range": (period.first, period.last),
    }


def _complaints(*, period: Period, unit: Unit) -> "QuerySet[Case]":
    # Every case counts, whoever asks: walls hide cases from people, never from the count (security.md, section 3).
    complaints: QuerySet[Case] = Case.objects.filter(**_scope(period=period, unit=unit)).order_by()
    return complaints


def _received(complaints: "QuerySet[Case]") -> "pd.DataFrame":
    frame = _counted(complaints, month=TruncMonth("received_on"), unit=F("about_unit__slug"))
    return frame.assign(unit=frame["unit"].fillna(""))


def _coverage(complaints: "QuerySet[Case]") -> "pd.DataFrame":
    without = ~Exists(Allegation.objects.filter(case=OuterRef("pk"), moved_to=None))
    return _frame([(complaints.count(), complaints.filter(without).count())], ["complaints", "without_allegation"])


def _allegations(*, period: Period, unit: Unit) -> "pd.DataFrame":
    rows = (
        Allegation.objects.filter(moved_to=None, **_scope(period=period, unit=unit, prefix="case__"))
        .order_by()
        .values_list("category", "finding")
        .annotate(allegations=Count("id"))
    )
    return _frame(rows, ["category", "finding", "allegations"])


def _closing(complaints: "QuerySet[Case]") -> "pd.DataFrame":
    import pandas as pd

    frame = _counted(complaints, year=ExtractYear("received_on"), span=F("closed_on") - F("received_on"))
    days = pd.Series([None if span is None else span.days for span in frame["span"]], index=frame.index, dtype="Int64")
    return frame.assign(days=days)[["year", "days", "complaints"]]


def _open_at(complaints: "QuerySet[Case]", days: list[dt.date]) -> "pd.DataFrame":
    counts = {
        f"on_{day:%Y%m%d}": Count("id", filter=Q(received_on__lte=day) & (Q(closed_on__gt=day) | Q(closed_on=None)))
        for day in days
    }
    found = complaints.aggregate(**counts)
    return _frame([(day, found[f"on_{day:%Y%m%d}"]) for day in days], ["day", "complaints"])


def _late(complaints: "QuerySet[Case]", on: dt.date) -> "pd.DataFrame":
    found = complaints.aggregate(
        handled=Count("id", filter=Q(origin=Origin.LIVE)),
        complaints=Count("id", filter=late_on(on)),
        by_statute=Count("id", filter=Q(legal_due_on__lt=on)),
        by_target=Count("id", filter=Q(target_due_on__lt=on)),
    )
    return _frame([tuple(found.values())], list(found))


def _counted(complaints: "QuerySet[Case]", **keys: Any) -> "pd.DataFrame":
    # The aliases must not be names of fields of Case: Django refuses those, so each key is renamed on the way.
    named = {f"key_{name}": expression for name, expression in keys.items()}
    rows = complaints.annotate(**named).values_list(*named).annotate(complaints=Count("id"))
    return _frame(rows, [*keys, "complaints"])


def _frame(rows: Iterable[tuple[Any, ...]], columns: list[str]) -> "pd.DataFrame":
    """A frame in a fixed order of rows, however the database returned them: the fingerprint depends on it."""
    import pandas as pd

    ordered = sorted(rows, key=lambda row: [(value is not None, value) for value in row])
    # Texts and dates stay Python objects: missing is None, and equal data gives equal bytes.
    frame = pd.DataFrame(ordered, columns=columns, dtype="object")
    return frame.astype(dict.fromkeys(NUMBERS.intersection(columns), "int64"))
