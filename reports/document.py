"""The briefing as a document: figures and charts in the order in which they are read, and the HTML of it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from cases.clocks import CLOCKS
from cases.models import Allegation
from cases.models.states import OUTCOMES
from reports import charts
from reports.metrics import CAUTION, Figure
from reports.periods import Period, day_in_words

MARKING = "OFFICIAL-SENSITIVE"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CHART_BESIDE_WIDTH = 380.0
ROWS_BESIDE = 30
LABEL_BESIDE = 34
BARS_AT_MOST = 15
# Of the findings and outcomes of what was dealt with here; what the codes of history mean comes with it.
OWN_WORDS: dict[str, str] = {**dict(Allegation.Finding.choices), **OUTCOMES}


@dataclass(frozen=True, slots=True)
class Contents:
    """All that the document says: whom and when it is about, when it was made, of which data, and the figures."""

    unit_name: str
    force_name: str
    about_force: bool
    period: Period
    produced_at: dt.datetime
    fingerprint: str
    figures: Sequence[Figure]
    unit_names: dict[str, str]  # by slug
    meanings: dict[str, str]  # of codes of findings and outcomes
    reasons: dict[str, str]  # why what was sent is no complaint, by code

    def figure(self, metric_id: str) -> Figure:
        return next(figure for figure in self.figures if figure.metric.id == metric_id)


@dataclass(frozen=True, slots=True)
class Table:
    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Tile:
    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One chart with its table.

    `layout`: "span", columns of equal width under the chart; "beside", one wide column of labels, next to the chart;
    "below", the same under the chart, on one page; "long", the same over several pages.
    """

    heading: str
    lead: str
    chart: SafeString | None = None
    tables: Sequence[Table] = ()
    layout: str = "span"
    caution: str = CAUTION


def html_of(contents: Contents) -> str:
    """The whole document as HTML that names no file but the app's own."""
    return render_to_string(
        "reports/briefing.html",
        {
            "contents": contents,
            "marking": MARKING,
            "title": f"Complaints briefing: {contents.unit_name}, {contents.period}",
            "produced_at": _moment(contents.produced_at),
            "tiles": _tiles(contents),
            "years": _year_table(contents),
            "parts": _parts(contents),
            "definitions": [(figure, number(figure.n)) for figure in contents.figures],
        },
    )


def _parts(contents: Contents) -> list[Part]:
    parts = [_months(contents)]
    if contents.about_force:
        parts.append(_units(contents))
    parts += [_outcomes(contents), _closing(contents), _open(contents)]
    if contents.figure("late").value is not None:
        parts.append(_due(contents))
    parts.append(_findings(contents))
    if contents.figure("complaints_by_category").value is not None:
        parts.append(_complaint_categories(contents))
    return [*parts, _allegation_categories(contents)]


def _tiles(contents: Contents) -> list[Tile]:
    received = contents.figure("complaints_received")
    tiles = [
        Tile("Complaints received", number(received.value), str(contents.period)),
        Tile(
            "Allegations recorded",
            number(contents.figure("allegations_recorded").value),
            f"none on record for {counted(contents.figure('complaints_without_allegation').value, 'complaints')}",
        ),
    ]
    spread = contents.figure("days_to_close").value
    if spread is not None:
        within = contents.figure("closed_within_days").value
        shares = contents.figure("closed_within_days_percent").value
        detail = f"mean {number(spread['mean'])}; nine in ten within {number(spread['p90'])}"
        tiles.append(Tile("Median days to close", number(spread["median"]), detail))
        tiles += [
            Tile(f"Closed within {days} days", number(within[days]), f"{percent(shares[days])} of those received")
            for days in within
        ]
    still_open = contents.figure("open_at").value
    if still_open is not None:
        day, count = list(still_open.items())[-1]
        tiles.append(Tile("Open at the end", number(count), f"on {day_in_words(dt.date.fromisoformat(day))}"))
    late = contents.figure("late")
    if late.value is not None:
        by_statute = number((late.breakdown or {})["statute"])
        tiles.append(Tile("Late when this was made", number(late.value), f"{by_statute} of them by statute"))
    return tiles


def _year_table(contents: Contents) -> Table:
    received = (contents.figure("complaints_received").breakdown or {})["year"]
    caption = "Year by year: complaints by year of receipt"
    spreads = contents.figure("days_to_close_by_year").value
    if spreads is None:
        return Table(caption, ["Year", "Received"], [[year, number(count)] for year, count in received.items()])
    still_open = {
        day[:4]: count for day, count in contents.figure("open_at").value.items()
    }  # one day a year is counted
    rows = []
    for year, count in received.items():
        spread = spreads[year] or {}
        cells = [count, spread.get("median"), spread.get("p90"), still_open.get(year)]
        rows.append([year, *(number(cell) for cell in cells)])
    headings = ["Year", "Received", "Median days to close", "90th percentile", "Open at the end"]
    return Table(caption, headings, rows)


def _months(contents: Contents) -> Part:
    counts = (contents.figure("complaints_received").breakdown or {})["month"]
    lowest, highest = min(counts.values()), max(counts.values())
    span = f"between {number(lowest)} and {number(highest)} a month" if len(counts) > 1 else number(highest)
    years = contents.period.years
    rows = [[year, *(number(counts.get(f"{year}-{month:02d}")) for month in range(1, 13))] for year in years]
    return Part(
        heading="Complaints received by month",
        lead=f"{_sentence(span)} over the period.",
        chart=charts.month_columns(
            counts, title=f"Complaints received each month, {contents.period}: {span}. The table has every value."
        ),
        tables=[Table("Complaints received, by year and month of receipt", ["Year", *MONTHS], rows)],
    )


def _units(contents: Contents) -> Part:
    counts = (contents.figure("complaints_received").breakdown or {})["unit"]
    names = {slug: contents.unit_names.get(slug, slug) if slug else "Not located" for slug in counts}
    return _breakdown(
        "Complaints by unit",
        counts,
        noun="complaints",
        name=lambda slug: names[slug],
        column="Unit",
        lead="The unit is the one that the complaint is about, not the one that handles it.",
        rest="Not located",
    )


def _allegation_categories(contents: Contents) -> Part:
    return _shared(contents, "allegations_by_category", name=_or("No category recorded"), column="Category")


def _findings(contents: Contents) -> Part:
    name = _meaning(contents, "No finding recorded")
    return _shared(contents, "allegations_by_finding", name=name, column="Finding", rest="No finding recorded")


def _complaint_categories(contents: Contents) -> Part:
    return _shared(contents, "complaints_by_category", name=_or("No category recorded"), column="Category")


def _outcomes(contents: Contents) -> Part:
    def name(code: str) -> str:
        return "None recorded" if code == "none recorded" else _meaning(contents, "None recorded")(code)

    return _shared(contents, "outcomes", name=name, column="Outcome", rest="None recorded")


def _closing(contents: Contents) -> Part:
    spread, by_year = contents.figure("days_to_close"), contents.figure("days_to_close_by_year").value
    if spread.value is None:
        return Part(heading="Days to close", lead=spread.remark, caution=CAUTION)
    value = spread.value
    medians = [(year, found["median"]) for year, found in by_year.items() if found]
    rows = [[year, *_spread_cells(found)] for year, found in by_year.items()]
    return Part(
        heading="Days to close",
        lead=f"{counted(spread.n, 'complaints')} with a closing date: {number(value['mean'])} calendar days on average; "
        f"half were closed within {number(value['median'])}, nine in ten within {number(value['p90'])}.",
        chart=charts.columns(
            medians, title="Median calendar days to close, by year of receipt. The table has every value."
        ),
        tables=[
            Table(
                "Calendar days to close, by year of receipt",
                ["Received in", "Mean", "Median", "90th percentile"],
                [*rows, ["All years", *_spread_cells(value)]],
            )
        ],
        caution=f"{CAUTION} {spread.metric.caveat}",
    )


def _open(contents: Contents) -> Part:
    figure = contents.figure("open_at")
    if figure.value is None:
        return Part(heading="Open complaints", lead=figure.remark)
    days = [(day_in_words(dt.date.fromisoformat(day)), count) for day, count in figure.value.items()]
    return Part(
        heading="Open complaints",
        lead="Complaints received in the period that were not yet closed on the day named.",
        chart=charts.columns(
            [(_short_day(day), count) for day, count in figure.value.items()],
            title="Open complaints on each 31 December and on the last day. The table has every value.",
        ),
        tables=[Table("Open complaints", ["On", "Complaints"], [[day, number(count)] for day, count in days])],
        caution=f"{CAUTION} {figure.metric.caveat}",
    )


def _due(contents: Contents) -> Part:
    due, late = contents.figure("due_next"), contents.figure("late")
    found, by_basis = due.breakdown or {}, late.breakdown or {}
    by_rule = [(CLOCKS[rule].duty, count) for rule, count in found["rule"].items()]
    months = [[_month_in_words(month), number(count)] for month, count in found["month"].items()]
    lead = (
        f"Something is due on {number(due.value)} of {counted(due.n, 'complaints')} handled here. Late when this was made: "
        f"{number(late.value)}, {number(by_basis['statute'])} by statute and {number(by_basis['target'])} by a service target."
    )
    if not by_rule:
        return Part(heading="What is due next", lead=lead)
    return Part(
        heading="What is due next",
        lead=lead,
        chart=charts.bars(
            by_rule, title="Complaints by the duty that falls due first: bar chart. The table has every value."
        ),
        tables=[
            Table(
                "Complaints by the duty that falls due first",
                ["Duty", "Complaints"],
                [[duty, number(n)] for duty, n in by_rule],
            ),
            Table("Complaints by the month of that duty's last day", ["Month", "Complaints"], months),
        ],
        layout="below" if len(by_rule) + len(months) <= BARS_AT_MOST else "long",
        caution=f"{CAUTION} {due.metric.caveat}",
    )


def _shared(
    contents: Contents, metric_id: str, *, name: Callable[[str], str], column: str, rest: str = "No category recorded"
) -> Part:
    figure, shares = contents.figure(metric_id), contents.figure(f"{metric_id}_percent")
    return _breakdown(
        figure.metric.label,
        figure.breakdown or {},
        shares=shares.value or {},
        noun=figure.metric.measure,
        name=name,
        column=column,
        lead=f"{counted(figure.n, figure.metric.measure)}. {shares.remark}",
        rest=rest,
    )


def _breakdown(
    heading: str,
    counts: dict[str, int],
    *,
    noun: str,
    name: Callable[[str], str],
    column: str,
    lead: str,
    rest: str,
    shares: dict[str, float] | None = None,
) -> Part:
    """Bars and a table of the same counts; beside each other where the labels are short and few enough."""
    if not counts:
        return Part(heading=heading, lead="Nothing to show for this period.")
    headings = [column, "Number", *(["%"] if shares is not None else [])]
    rows = [
        [name(key), number(n), *([percent(shares[key])[:-1]] if shares is not None else [])]
        for key, n in counts.items()
    ]
    drawn = [(name(key), n) for key, n in counts.items()]
    largest = f"The largest: {drawn[0][0]}, {number(drawn[0][1])}."
    beside = len(drawn) <= ROWS_BESIDE and max(len(label) for label, _ in drawn) <= LABEL_BESIDE
    if not beside and len(drawn) > BARS_AT_MOST:
        drawn = drawn[:BARS_AT_MOST]
        lead = f"{lead} The chart shows the largest; the table has them all."
    chart = charts.bars(
        drawn,
        title=f"{heading}: bar chart. {largest} The table has every value.",
        width=CHART_BESIDE_WIDTH if beside else charts.WIDTH,
        quiet=frozenset({rest}),
    )
    table = Table(f"{heading}: {noun}" if noun not in heading.casefold() else heading, headings, rows)
    return Part(
        heading, lead, chart, [table], layout="beside" if beside else "long" if len(rows) > BARS_AT_MOST else "below"
    )


def _spread_cells(spread: dict[str, Any] | None) -> list[str]:
    return [number((spread or {}).get(key)) for key in ("mean", "median", "p90")]


def _or(blank: str) -> Callable[[str], str]:
    return lambda label: label or blank


def _meaning(contents: Contents, blank: str) -> Callable[[str], str]:
    def name(code: str) -> str:
        meaning = contents.meanings.get(code, "")
        if meaning and meaning.casefold() != code.casefold():
            return f"{code}: {meaning}"
        return OWN_WORDS.get(code) or contents.reasons.get(code, code) or blank

    return name


def number(value: float | None) -> str:
    """A number as people write it: 21,299; 281.47; a dash where it is not known."""
    return "–" if value is None else f"{value:,}"


def counted(count: int, noun: str) -> str:
    """1 complaint; 21,299 complaints. `noun` in the plural, of those that only add an s."""
    return f"{number(count)} {noun.removesuffix('s') if count == 1 else noun}"


def percent(value: float) -> str:
    return f"{value:.1f}%"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _short_day(day: str) -> str:
    on = dt.date.fromisoformat(day)
    return f"{on.day} {on:%b} {on.year}"


def _month_in_words(month: str) -> str:
    return f"{dt.date.fromisoformat(f'{month}-01'):%B %Y}"


def _moment(at: dt.datetime) -> str:
    local = localtime(at)
    return f"{day_in_words(local.date())}, {local:%H:%M %Z}"
