import itertools
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import charts

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [text.text or "" for text in drawn(svg).iter(f"{SVG}text")]


@given(st.integers(min_value=0, max_value=10_000_000))
def test_ticks_are_even_whole_numbers_from_nought_that_reach_the_highest_value(highest):
    ticks = charts.nice_ticks(highest)
    steps = {after - before for before, after in itertools.pairwise(ticks)}

    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert len(steps) == 1
    assert 2 <= len(ticks) <= 6
    assert str(steps.pop()).rstrip("0") in {"1", "2", "5"}


def test_ticks_for_a_common_range():
    assert charts.nice_ticks(688) == [0, 200, 400, 600, 800]


def test_the_months_are_drawn_to_scale_and_their_years_are_named():
    svg = charts.month_columns({"2007-12": 100, "2008-01": 50, "2008-02": 0}, title="Each month")
    heights = [float(rect.get("height", "")) for rect in drawn(svg).iter(f"{SVG}rect")]

    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)
    assert heights[2] == 0
    assert {"D", "J", "F", "2007", "2008"} <= set(texts(svg))


def test_thirty_years_of_months_still_fit_on_the_page():
    months = {f"{year}-{month:02d}": year for year in range(1990, 2020) for month in range(1, 13)}

    svg = charts.month_columns(months, title="Each month")

    assert len(list(drawn(svg).iter(f"{SVG}rect"))) == 360
    assert "J" not in texts(svg)


@pytest.mark.parametrize("width", [charts.WIDTH, 380.0])
def test_bars_carry_their_values_inside_the_drawing(width):
    svg = charts.bars([("ARREST " * 30, 4817), ("Short", 1)], title="By category", width=width)

    assert "4,817" in texts(svg)
    assert any(text.endswith("…") for text in texts(svg))
    for rect in drawn(svg).iter(f"{SVG}rect"):
        assert float(rect.get("x", "")) + float(rect.get("width", "")) <= width - 40


def test_a_rest_such_as_not_located_is_drawn_in_grey():
    svg = charts.bars([("01", 5), ("Not located", 2)], title="By unit", quiet=frozenset({"Not located"}))
    fills = [rect.get("fill") for rect in drawn(svg).iter(f"{SVG}rect")]

    assert fills[0] != fills[1]


def test_columns_write_each_value_above_its_column():
    assert {"4,372", "31 Dec 2007", "163.5"} <= set(
        texts(charts.columns([("31 Dec 2007", 4372), ("x", 163.5)], title="Open"))
    )


@pytest.mark.parametrize(
    "svg",
    [
        charts.month_columns({}, title="Nothing"),
        charts.columns([], title="Nothing"),
        charts.bars([], title="Nothing"),
        charts.bars([("", 0)], title="Nothing"),
    ],
)
def test_a_chart_of_nothing_is_still_a_chart_with_its_text_alternative(svg):
    assert drawn(svg).findtext(f"{SVG}title") == "Nothing"
    assert drawn(svg).findtext(f"{SVG}desc")


def test_hostile_labels_stay_text():
    svg = charts.bars([('"/><image href="x"/>', 1)], title="</title><image href='x'/>")

    assert list(drawn(svg).iter(f"{SVG}image")) == []
