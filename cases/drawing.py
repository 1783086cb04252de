"""The machines drawn from the code: a list for reading, and a picture in which each state is a box and each move an arc."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from .machine import MACHINES, Edge, edges
from .models import Kind
from .models.states import CommentState, ComplaintState

STATES = {Kind.COMPLAINT: ComplaintState, Kind.COMMENT: CommentState}
ROW, BOX, LEFT = 64, 190, 40  # pixels: from state to state, width of a box, margin
INK, WAY = "#0b1f33", "#1d4f91"


def as_text(kind: Kind) -> str:
    """One line a move: `RECEIVED --take--> ASSESSING`; the first state first, and the final ones named."""
    moves = _edges(kind)
    final = [state for state in STATES[kind].values if state not in {edge.source for edge in moves}]
    lines = [f"{edge.source} --{edge.move}--> {edge.target}" for edge in moves]
    return "\n".join([f"begins in {MACHINES[kind].first_state}", *lines, f"ends in {', '.join(final)}", ""])


def as_svg(kind: Kind) -> str:
    """The states down the page in their own order, each move an arc on the right, or on the left where it goes back."""
    states = list(STATES[kind].values)
    moves = _edges(kind)
    reach = max(abs(states.index(edge.target) - states.index(edge.source)) for edge in moves)
    width, height = LEFT * 4 + BOX + 60 * reach + 190, ROW * len(states) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        'font-family="Helvetica, Arial, sans-serif" font-size="13">',
        f"<title>The machine of a {kind.value.lower()}</title>",
        f"<desc>{escape('; '.join(as_text(kind).splitlines()))}</desc>",
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L10 5 L0 10 z" fill="{WAY}"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *(_box(state, place) for place, state in enumerate(states)),
        *_arcs(moves, states),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _edges(kind: Kind) -> list[Edge]:
    order = {state: place for place, state in enumerate(STATES[kind].values)}
    return sorted((e for e in edges() if e.kind == kind), key=lambda e: (order[e.source], order[e.target]))


def _box(state: str, place: int) -> str:
    x, y = LEFT * 4, 15 + ROW * place
    return (
        f'<rect x="{x}" y="{y}" width="{BOX}" height="36" fill="#ffffff" stroke="{INK}" stroke-width="2"/>'
        f'<text x="{x + BOX / 2:.0f}" y="{y + 23}" text-anchor="middle" fill="{INK}" font-weight="bold">{state}</text>'
    )


def _arcs(moves: Sequence[Edge], states: Sequence[str]) -> list[str]:
    drawn = []
    for edge in moves:
        start, end = states.index(edge.source), states.index(edge.target)
        forward = end > start
        x = LEFT * 4 + (BOX if forward else 0)
        # Several arcs at one box leave it and arrive at heights of their own, the longer the further out.
        span = abs(end - start)
        y1, y2 = 33 + ROW * start + 3 * span, 33 + ROW * end - 3 * span
        bulge = (30 + 62 * (span - 1)) * (1 if forward else -1)
        label = x + bulge * 0.75 + (6 if forward else -6)
        middle = (y1 + y2) / 2 + 4 + (span - 2) * 4 * (span > 1)
        drawn.append(
            f'<path d="M{x} {y1} C{x + bulge} {y1} {x + bulge} {y2} {x} {y2}" fill="none" stroke="{WAY}" '
            'stroke-width="1.8" marker-end="url(#head)"/>'
            f'<text x="{label:.0f}" y="{middle:.0f}" text-anchor="{"start" if forward else "end"}" fill="{WAY}" '
            f'stroke="#ffffff" stroke-width="4" paint-order="stroke">{edge.move}</text>'
        )
    return drawn
