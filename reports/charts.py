"""Charts as SVG from our own templates: the same marks for page and PDF, each with its text alternative.

The `<title>` becomes the alternative text of the figure in the PDF, so it says what the chart shows; `<desc>` says how
it is drawn. All text goes through the template's escaping.
"""

import itertools
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

WIDTH = 640.0  # of a chart across the page, in the units of the drawing
LINE = 12.5  # height of a line of text
CHARACTER = 6.3  # a generous average, for labels are often in capitals
MONTH_LETTERS = "JFMAMJJASOND"


@dataclass(frozen=True, slots=True)
class Text:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One column or bar, and where its value is written ("" where the axis tells it)."""

    x: float
    y: float
    width: float
    height: float
    value: Text
    quiet: bool = False  # a rest such as "none recorded", drawn in grey


def nice_ticks(highest: int, *, about: int = 5) -> list[int]:
    """Whole numbers from 0 to at least `highest`: at most `about` even steps of 1, 2 or 5 times a power of ten."""
    steps = (factor * 10**power for power in itertools.count() for factor in (1, 2, 5))
    step = next(step for step in steps if step * about >= highest)
    return list(range(0, max(step, -(-highest // step) * step) + 1, step))


def month_columns(counts: dict[str, int], *, title: str) -> SafeString:
    """One column a month ("2007-01": 586) against an axis of counts, the years named beneath."""
    left, top, bottom, height = 40.0, 12.0, 34.0, 210.0
    ticks = nice_ticks(max(counts.values(), default=0))
    base, plot = height - bottom, height - bottom - top
    pitch = (WIDTH - left) / max(1, len(counts))
    scale = plot / ticks[-1]
    marks = [
        Mark(
            x=_r(left + place * pitch + pitch * 0.12),
            y=_r(base - count * scale),
            width=_r(pitch * 0.76),
            height=_r(count * scale),
            value=Text(0, 0, ""),
        )
        for place, count in enumerate(counts.values())
    ]
    letters = pitch >= 9
    axis = [
        Text(_r(left + (place + 0.5) * pitch), base + 11, MONTH_LETTERS[int(month[5:]) - 1])
        for place, month in enumerate(counts)
        if letters
    ]
    return render_to_string(
        "reports/charts/columns.svg",
        {
            "title": title,
            "description": "Column chart: one column for each month, its height the number of complaints.",
            "width": WIDTH,
            "height": height,
            "base": base,
            "left": left,
            "marks": marks,
            "labels": axis,
            "groups": _years(list(counts), left=left, pitch=pitch, y=base + 27),
            "gridlines": [
                (_r(base - tick * scale), Text(left - 6, _r(base - tick * scale + 3), f"{tick:,}")) for tick in ticks
            ],
        },
    )


def columns(values: Sequence[tuple[str, float]], *, title: str) -> SafeString:
    """One column a value, the value written above it and its label beneath; for a few values, such as years."""
    top, bottom, height = 18.0, 22.0, 150.0
    base = height - bottom
    pitch = WIDTH / max(1, len(values))
    wide = min(pitch * 0.6, 70.0)
    scale = (base - top) / max([value for _, value in values] + [1])
    marks = []
    for place, (_, value) in enumerate(values):
        middle, tip = (place + 0.5) * pitch, base - value * scale
        written = Text(_r(middle), _r(tip - 5), f"{value:,}")
        marks.append(Mark(_r(middle - wide / 2), _r(tip), _r(wide), _r(value * scale), written))
    return render_to_string(
        "reports/charts/columns.svg",
        {
            "title": title,
            "description": "Column chart: one column for each value, with the value written above it.",
            "width": WIDTH,
            "height": height,
            "base": base,
            "left": 0.0,
            "marks": marks,
            "labels": [],
            "groups": [Text(_r((place + 0.5) * pitch), base + 15, label) for place, (label, _) in enumerate(values)],
            "gridlines": [],
        },
    )


def bars(
    values: Sequence[tuple[str, int]], *, title: str, width: float = WIDTH, quiet: frozenset[str] = frozenset()
) -> SafeString:
    """One horizontal bar a label, the value written at its end; labels in `quiet` are drawn in grey."""
    axis = min(max([len(label) for label, _ in values] + [1]) * CHARACTER, width * 0.45) + 8
    scale = (width - axis - 45) / max([value for _, value in values] + [1])  # 45 for the value behind the longest bar
    y, marks, labels = 0.0, [], []
    for label, value in values:
        lines = textwrap.wrap(label, int((axis - 8) / CHARACTER), max_lines=2, placeholder="…") or [""]
        row = LINE * len(lines) + 7
        middle = y + row / 2
        first = middle - LINE * (len(lines) - 1) / 2 + 3.5
        labels += [Text(_r(axis - 8), _r(first + place * LINE), line) for place, line in enumerate(lines)]
        written = Text(_r(axis + value * scale + 5), _r(middle + 3.5), f"{value:,}")
        marks.append(Mark(_r(axis), _r(middle - 6.5), _r(value * scale), 13.0, written, quiet=label in quiet))
        y += row
    return render_to_string(
        "reports/charts/bars.svg",
        {
            "title": title,
            "description": "Bar chart: one horizontal bar for each label, with the value written at its end.",
            "width": width,
            "height": _r(y),
            "axis": _r(axis),
            "marks": marks,
            "labels": labels,
        },
    )


def _years(months: list[str], *, left: float, pitch: float, y: float) -> list[Text]:
    places: dict[str, list[int]] = {}
    for place, month in enumerate(months):
        places.setdefault(month[:4], []).append(place)
    return [
        Text(_r(left + (found[0] + found[-1] + 1) / 2 * pitch), y, year)
        for year, found in places.items()
        if len(found) * pitch >= 24
    ]


def _r(number: float) -> float:
    """Coordinates to a tenth: smaller files, and the same bytes on every machine."""
    return round(number, 1)
