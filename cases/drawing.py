"""The machines drawn from the code: a list that names who may move and what is waited for, and a picture on one page.

In the picture each state is a box in the column of its phase. Moves between boxes that stand beside each other are arrows;
a frame says that an arrow starts from each state in it. What starts from far or from many is a number in the box, which the
foot of the page explains.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any
from xml.sax.saxutils import escape

from .machine import MACHINES, Edge, edges
from .models import Kind
from .models.states import CommentState, ComplaintState, MatterState

STATES = {Kind.COMPLAINT: ComplaintState, Kind.COMMENT: CommentState, Kind.MATTER: MatterState}
WIDTH = 1515  # of the page's 297 mm: a letter of 12 is seven points high
COLUMN, ROW, BOX_WIDTH, BOX_HEIGHT, TOP, LEFT = 248, 132, 158, 82, 108, 62
MANY = 7  # what starts from more states than these is no arrow, wherever they stand
INK, WAY, PALE, BADGE = "#0b1f33", "#1d4f91", "#eef3f8", "#8a3b12"


@dataclass(frozen=True)
class Frame:
    """States of one column that a move starts from alike: its arrow leaves the frame."""

    states: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Where the states of a machine stand: column and row; and what is written over the columns."""

    phases: tuple[str, ...]
    places: Mapping[str, tuple[int, int]]
    frames: tuple[Frame, ...] = ()


PLANS = {
    Kind.COMPLAINT: Plan(
        phases=(
            "Before it is recorded",
            "Outside Schedule 3",
            "Recorded, to be handled",
            "Handled under Schedule 3",
            "Decided",
            "Told, reviewed, ended",
        ),
        places={
            "RECEIVED": (0, 0), "ASSESSING": (0, 1), "CONTACTED": (0, 2), "NOT_A_COMPLAINT": (0, 3), "NOT_RECORDED": (0, 4),
            "RESOLVED_OUTSIDE": (1, 1), "HANDLING_OUTSIDE": (1, 2), "OUTSIDE_UNRESOLVED": (1, 3), "CLOSED_OUTSIDE": (1, 4),
            "REFERRED": (2, 0), "REFERRED_BACK": (2, 1), "RECORDED": (2, 2), "REOPENED": (2, 3),
            "INDEPENDENT": (3, 0), "DIRECTED": (3, 1), "LOCAL_INV": (3, 2), "OTBI": (3, 3), "NFA": (3, 4),
            "REPORT_SUBMITTED": (4, 2), "DECISION": (4, 3),
            "TRANSFERRED_OUT": (4, 0), "WITHDRAWN": (5, 0), "MERGED": (5, 1),
            "UNDER_REVIEW": (5, 2), "OUTCOME_SENT": (5, 3), "FINALISED": (5, 4),
        },
        frames=(
            Frame(("ASSESSING", "CONTACTED")),
            Frame(("NOT_A_COMPLAINT", "NOT_RECORDED")),
            Frame(("REFERRED_BACK", "RECORDED", "REOPENED")),
            Frame(("INDEPENDENT", "DIRECTED")),
        ),
    ),
    Kind.MATTER: Plan(
        phases=("Recorded", "Handled", "Decided", "Ended"),
        places={
            "REFERRED": (0, 0), "REFERRED_BACK": (0, 1), "RECORDED": (0, 2),
            "INDEPENDENT": (1, 0), "DIRECTED": (1, 1), "OTBI": (1, 2), "LOCAL_INV": (1, 3),
            "DECISION": (2, 1), "REPORT_SUBMITTED": (2, 2), "TRANSFERRED_OUT": (3, 0), "FINALISED": (3, 1), "MERGED": (3, 2),
        },
        frames=(Frame(("REFERRED_BACK", "RECORDED")), Frame(("INDEPENDENT", "DIRECTED"))),
    ),
    Kind.COMMENT: Plan(
        phases=("Received", "In triage", "With the unit", "Answered"),
        places={"SUBMITTED": (0, 0), "TRIAGE": (1, 0), "WITH_LPU": (2, 0), "ANSWERED": (3, 0)},
    ),
}  # fmt: skip


# ---- the list


def as_text(kind: Kind) -> str:
    """Every edge as `RECEIVED --take--> ASSESSING`, move by move, with who may and the facts that it waits for."""
    machine = MACHINES[kind]
    moves: Any = machine.moves
    blocks = [f"begins in {machine.first_state}\nends in {', '.join(_final(kind))}"]
    for move in moves:
        blocks += [_block(kind, move, steps) for steps in _alike(getattr(machine, move.value)._django_fsm.transitions)]
    return "\n\n".join(blocks) + "\n"


def _alike(transitions: Mapping[str, Any]) -> list[list[Any]]:
    """The steps of one move, those together that wait for the same and lead to the same."""
    groups: dict[Any, list[Any]] = {}
    for step in transitions.values():
        groups.setdefault((step.target, tuple(map(id, step.conditions))), []).append(step)
    return list(groups.values())


def _block(kind: Kind, move: Any, steps: Sequence[Any]) -> str:
    order = {state: place for place, state in enumerate(STATES[kind].values)}
    ordered = sorted(steps, key=lambda step: order[step.source])
    return "\n".join(
        [
            f"{move.value}: {move.label}",
            *(f"  {step.source} --{move.value}--> {step.target or step.source}" for step in ordered),
            f"  who: {steps[0].permission.otherwise}",
            *(f"  waits for {fact.holds.__name__} ({fact.rule})" for fact in steps[0].conditions),
        ]
    )


def _final(kind: Kind) -> list[str]:
    left = {edge.source for edge in edges() if edge.kind == kind and edge.source != edge.target}
    return [state for state in STATES[kind].values if state not in left]


# ---- the picture


@dataclass(frozen=True)
class Arrow:
    """One arrow: from a box, or from a frame of several, to a box; with every move that it stands for."""

    sources: tuple[str, ...]
    target: str
    moves: tuple[str, ...]


def as_svg(kind: Kind) -> str:
    """The picture, on a page of A4 across."""
    plan = PLANS[kind]
    arrows, far = _sorted_out(kind)
    numbers = {move: number for number, move in enumerate(dict.fromkeys(edge.move for edge in far), start=1)}
    foot = TOP + ROW * (1 + max(row for _, row in plan.places.values())) + 6
    legend, end = _legend(kind, numbers, far, foot)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {end}" role="img" '
        'font-family="Helvetica, Arial, sans-serif" font-size="12">',
        f"<title>{kind.label}: the machine</title>",
        f"<desc>{escape('; '.join(_said(edge) for edge in _of(kind)))}</desc>",
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0 L10 5 L0 10 z" fill="{WAY}"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{end}" fill="#ffffff"/>',
        _words(LEFT, 36, [f"{kind.label}: the machine"], size=22, bold=True),
        *(_words(_x(column), 74, [phase], size=15, bold=True) for column, phase in enumerate(plan.phases)),
        *(_frame(plan, frame) for frame in plan.frames if any(arrow.sources == frame.states for arrow in arrows)),
        *(_arrow(plan, arrow) for arrow in arrows),
        *(_box(kind, state, [numbers[edge.move] for edge in far if edge.source == state]) for state in plan.places),
        *(_name_of(plan, arrow) for arrow in arrows),
        *legend,
        "</svg>\n",
    ]
    return "\n".join(parts)


def _of(kind: Kind) -> list[Edge]:
    order = {state: place for place, state in enumerate(STATES[kind].values)}
    found = [edge for edge in edges() if edge.kind == kind]
    return sorted(found, key=lambda edge: (order[edge.source], order[edge.target], edge.move))


def _said(edge: Edge) -> str:
    return f"{edge.source} --{edge.move}--> {edge.target}"


def _sorted_out(kind: Kind) -> tuple[list[Arrow], list[Edge]]:
    """What is an arrow, and which edges are numbers in their boxes."""
    plan = PLANS[kind]
    near: list[Edge] = []
    far: list[Edge] = []
    for edge in _of(kind):
        sources = [each.source for each in _of(kind) if (each.move, each.target) == (edge.move, edge.target)]
        (near if _is_near(plan, edge, sources) else far).append(edge)
    far.sort(key=lambda edge: MACHINES[kind].moves.values.index(edge.move))
    by_pair: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for edge in near:
        frame = next((each.states for each in plan.frames if _starts_from_each(each, edge, near)), (edge.source,))
        found = by_pair.setdefault((frame, edge.target), [])
        if edge.move not in found:
            found.append(edge.move)
    return [Arrow(sources, target, tuple(names)) for (sources, target), names in by_pair.items()], far


def _is_near(plan: Plan, edge: Edge, sources: Sequence[str]) -> bool:
    """Whether an arrow can be followed by eye: from a box, or the frame around it, to a box beside, above or below it."""
    (column, row), (to_column, to_row) = plan.places[edge.source], plan.places[edge.target]
    if len(sources) > MANY or edge.source == edge.target:
        return False
    framed = [frame for frame in plan.frames if edge.source in frame.states and edge.target not in frame.states]
    rows = [plan.places[state][1] for frame in framed for state in frame.states] or [row]
    down = min(abs(to_row - each) for each in rows)
    aside = to_column - column
    has_room = column in (0, len(plan.phases) - 1)  # at its side, for an arrow that bends around a box
    return down <= (2 if aside or has_room else 1) if aside in (0, 1) else aside == -1 and to_row == row


def _starts_from_each(frame: Frame, edge: Edge, near: Iterable[Edge]) -> bool:
    sources = {each.source for each in near if (each.move, each.target) == (edge.move, edge.target)}
    return edge.source in frame.states and edge.target not in frame.states and sources >= set(frame.states)


# ---- where things stand on the page


def _x(column: int) -> int:
    return LEFT + COLUMN * column


def _y(row: int) -> int:
    return TOP + ROW * row


def _frame_of(plan: Plan, states: Sequence[str]) -> tuple[int, int, int, int]:
    column, rows = plan.places[states[0]][0], [plan.places[state][1] for state in states]
    grown = 10 if len(states) > 1 else 0
    top, bottom = _y(min(rows)) - grown, _y(max(rows)) + BOX_HEIGHT + grown
    return _x(column) - grown, top, _x(column) + BOX_WIDTH + grown, bottom


def _ends(plan: Plan, arrow: Arrow) -> tuple[int, int, int, int, int]:
    """Where an arrow starts and ends, and how far it bends to the side (0: straight across or down)."""
    left, top, right, bottom = _frame_of(plan, arrow.sources)
    to_left, to_top, to_right, to_bottom = _frame_of(plan, [arrow.target])
    if to_left >= right:  # to the next column: from where the frame is nearest
        y = min(max(to_top + 34, top + 34), bottom - 34)
        return right, y, to_left, to_top + 34 + (14 if y < to_top else -14 if y > to_bottom else 0), 0
    if to_right <= left:
        return left, top + BOX_HEIGHT - 20, to_right, to_top + BOX_HEIGHT - 20, 0
    down = to_top > top
    if 0 <= (to_top - bottom if down else top - to_bottom) < ROW - BOX_HEIGHT + 1:
        x = left + (46 if down else BOX_WIDTH - 46)
        return (x, bottom, x, to_top, 0) if down else (x, top, x, to_bottom, 0)
    if down:
        return right, bottom - 18, to_right, to_top + 18, 34
    return left, top + 18, to_left, to_bottom - 18, -34


def _arrow(plan: Plan, arrow: Arrow) -> str:
    x, y, to_x, to_y, bend = _ends(plan, arrow)
    if bend:
        curve = f"C{x + bend} {y} {to_x + bend} {to_y} {to_x} {to_y}"
    elif x == to_x:
        curve = f"L{to_x} {to_y}"
    else:
        middle = (x + to_x) // 2
        curve = f"C{middle} {y} {middle} {to_y} {to_x} {to_y}"
    carried = " ".join(f"{source}:{move}:{arrow.target}" for move in arrow.moves for source in arrow.sources)
    return (
        f'<path d="M{x} {y} {curve}" fill="none" stroke="{WAY}" stroke-width="1.6" marker-end="url(#head)" '
        f'data-edges="{carried}"/>'
    )


def _name_of(plan: Plan, arrow: Arrow) -> str:
    x, y, to_x, to_y, bend = _ends(plan, arrow)
    lines = [line for move in arrow.moves for line in _broken(move)]
    at, high, anchor = (x + to_x) // 2, (y + to_y) // 2 - 6 * len(lines) + 10, "middle"
    if bend:
        at += bend * 3 // 4
    elif x == to_x:
        at, anchor = (x - 4, "end") if to_y > y else (x + 5, "start")
    elif y == to_y:
        high = y - 5 - 12 * (len(lines) - 1) if to_x > x else y + 13  # back: below its arrow
    else:  # across the gap and down: below what starts and ends beside it
        at, high = x + (to_x - x) // 2, y + (to_y - y) * (5 if to_y - y > 2 * ROW - 40 else 6) // 10
    halo = _words(at, high, lines, size=11, fill="#ffffff", anchor=anchor, around=True)
    return halo + _words(at, high, lines, size=11, fill=WAY, anchor=anchor)


def _broken(move: str) -> list[str]:
    """The name of a move in two lines, where it is too long for the gap between two boxes."""
    words = move.split("_")
    half = (len(words) + 1) // 2
    return [move] if len(move) < 13 else ["_".join(words[:half]) + "_", "_".join(words[half:])]


def _frame(plan: Plan, frame: Frame) -> str:
    left, top, right, bottom = _frame_of(plan, frame.states)
    return (
        f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" rx="10" fill="{PALE}" '
        f'stroke="{WAY}" stroke-dasharray="5 4"/>'
    )


def _box(kind: Kind, state: str, numbers: Sequence[int]) -> str:
    column, row = PLANS[kind].places[state]
    x, y = _x(column), _y(row)
    is_first, is_final = state == MACHINES[kind].first_state, state in _final(kind)
    label = wrap(STATES[kind](state).label, 27)[:2]
    parts = [
        f'<rect x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="{16 if is_first or is_final else 3}" '
        f'fill="{"#dfe9e0" if is_final else "#ffffff"}" stroke="{INK}" stroke-width="{3 if is_first else 1.5}"/>',
        _words(x + BOX_WIDTH // 2, y + 19, [state], bold=True, anchor="middle"),
        _words(x + BOX_WIDTH // 2, y + 34, label, anchor="middle", size=11),
    ]
    for place, number in enumerate(sorted(set(numbers))):
        at = x + 11 + 17 * (place % 9)
        parts.append(_badge(at, y + BOX_HEIGHT - 11, number))
    return "".join(parts)


def _badge(x: int, y: int, number: int) -> str:
    return f'<circle cx="{x}" cy="{y}" r="8" fill="{BADGE}"/>' + _words(
        x, y + 4, [str(number)], fill="#ffffff", anchor="middle", size=10, bold=True
    )


def _legend(kind: Kind, numbers: Mapping[str, int], far: Sequence[Edge], top: int) -> tuple[list[str], int]:
    """The foot of the page: each number with its move, where it leads, and what it is in words."""
    if not numbers:
        return [], top
    labels = {move.value: move.label for move in MACHINES[kind].moves}
    half = (len(numbers) + 1) // 2
    parts = [_words(LEFT, top + 14, ["A number in a box: this move starts there too."], size=13, bold=True)]
    for move, number in numbers.items():
        place = number - 1
        x, y = LEFT + (WIDTH // 2) * (place // half), top + 38 + 21 * (place % half)
        targets = list(dict.fromkeys("itself" if e.source == e.target else e.target for e in far if e.move == move))
        carried = " ".join(f"{e.source}:{e.move}:{e.target}" for e in far if e.move == move)
        meaning = f"{move} → {', '.join(targets)}: {labels[move]}"
        parts.append(f'<g data-edges="{carried}">{_badge(x + 8, y - 4, number)}{_words(x + 24, y, [meaning])}</g>')
    return parts, top + 38 + 21 * half


def _words(
    x: int,
    y: int,
    lines: Sequence[str],
    *,
    size: int = 12,
    fill: str = INK,
    anchor: str = "start",
    bold: bool = False,
    around: bool = False,
) -> str:
    style = ' font-weight="bold"' if bold else ""
    style += f' stroke="{fill}" stroke-width="4"' if around else ""
    spans = "".join(
        f'<tspan x="{x}" y="{y + (size + 1) * place}">{escape(line)}</tspan>' for place, line in enumerate(lines)
    )
    return f'<text text-anchor="{anchor}" font-size="{size}" fill="{fill}"{style}>{spans}</text>'
