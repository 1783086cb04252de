"""The pictures in docs/ are the machines as they are."""

from xml.etree import ElementTree as ET

import pytest
from django.conf import settings

from cases.drawing import as_svg, as_text
from cases.machine import edges
from cases.models import Kind

FOLDER = settings.ROOT / "docs" / "machines"


@pytest.mark.parametrize("kind", list(Kind))
def test_the_drawings_are_those_of_the_code(kind: Kind) -> None:
    """`manage.py draw_machines` draws them anew."""
    assert (FOLDER / f"{kind.lower()}.txt").read_text() == as_text(kind)
    assert (FOLDER / f"{kind.lower()}.svg").read_text() == as_svg(kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_picture_has_a_title_a_description_and_an_arc_for_each_move(kind: Kind) -> None:
    picture = ET.fromstring(as_svg(kind))
    name = "{http://www.w3.org/2000/svg}"

    assert picture.find(f"{name}title") is not None
    assert picture.find(f"{name}desc") is not None
    assert len(picture.findall(f"{name}path")) == sum(edge.kind == kind for edge in edges())
