"""The pictures in docs/ are the machines as they are."""

from xml.etree import ElementTree as ET

import pytest
from django.conf import settings

from cases.drawing import PLANS, as_svg, as_text
from cases.machine import MACHINES, edges
from cases.models import Kind
from cases.models.states import CommentState, ComplaintState, MatterState

FOLDER = settings.ROOT / "docs" / "machines"
SVG = "{http://www.w3.org/2000/svg}"
STATES = {Kind.COMPLAINT: ComplaintState, Kind.COMMENT: CommentState, Kind.MATTER: MatterState}


def edges_of(kind: Kind) -> set[tuple[str, str, str]]:
    return {(edge.source, edge.move, edge.target) for edge in edges() if edge.kind == kind}


@pytest.mark.parametrize("kind", list(Kind))
def test_the_drawings_are_those_of_the_code(kind: Kind) -> None:
    """`manage.py draw_machines` draws them anew."""
    assert (FOLDER / f"{kind.lower()}.txt").read_text() == as_text(kind)
    assert (FOLDER / f"{kind.lower()}.svg").read_text() == as_svg(kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_picture_has_a_title_a_description_and_a_place_for_each_state(kind: Kind) -> None:
    picture = ET.fromstring(as_svg(kind))

    assert picture.find(f"{SVG}title") is not None
    assert picture.find(f"{SVG}desc") is not None
    assert set(PLANS[kind].places) == set(STATES[kind].values)
    assert len(set(PLANS[kind].places.values())) == len(STATES[kind]), "two states stand in one place"


@pytest.mark.parametrize("kind", list(Kind))
def test_every_edge_is_an_arrow_or_a_number_and_none_is_drawn_twice(kind: Kind) -> None:
    picture = ET.fromstring(as_svg(kind))

    drawn = [
        tuple(edge.split(":"))
        for element in picture.iter()
        if (carried := element.get("data-edges"))
        for edge in carried.split()
    ]

    assert sorted(drawn) == sorted(edges_of(kind))


@pytest.mark.parametrize("kind", list(Kind))
def test_the_list_names_every_edge_who_may_and_each_fact_that_is_waited_for(kind: Kind) -> None:
    text = as_text(kind)

    listed = {tuple(line.split()) for line in text.splitlines() if "-->" in line}
    assert listed == {(source, f"--{move}-->", target) for source, move, target in edges_of(kind)}
    for move in MACHINES[kind].moves:
        steps = getattr(MACHINES[kind], move.value)._django_fsm.transitions.values()
        assert f"\n{move.value}: {move.label}\n" in text
        for step in steps:
            assert step.permission.otherwise in text
            assert all(f"waits for {fact.holds.__name__} ({fact.rule})" in text for fact in step.conditions)
