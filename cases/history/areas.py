"""How a cell becomes a unit of the force: a row of small steps that the mapping names. Knows no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from .columns import LONGEST
from .toml_table import TomlTable

Step = Callable[[str], str]
MOST_DIGITS = 18  # of a whole number: what is longer is no beat or district


class NotAnArea(ValueError):
    """The cell names no area; the text says at which step. The complaint is then not located, with a warning."""


@dataclass(frozen=True)
class AreaRule:
    """The steps from a cell to the slug of a unit. A blank cell is "not located"."""

    blanks: frozenset[str] = frozenset()
    steps: tuple[Step, ...] = ()

    def slug(self, cell: str) -> str:
        """The unit's slug, or "" for a blank cell. Raises NotAnArea."""
        return _slug(self, cell.strip())


@lru_cache(maxsize=20_000)
def _slug(rule: AreaRule, text: str) -> str:
    if not text or text in rule.blanks:
        return ""
    for step in rule.steps:
        text = step(text) if text else ""
    if len(text) > LONGEST["unit"]:
        raise NotAnArea(f"longer than {LONGEST['unit']} characters")
    return text


def read_area_rule(units: TomlTable, *, blanks: tuple[str, ...]) -> AreaRule:
    """The rule of the table [units]; faults are noted there."""
    steps = units.raw("steps") or []
    if not isinstance(steps, list):
        units.fault("has to be a list of steps, such as [{ whole_number = true }]", "steps")
        steps = []
    return AreaRule(
        blanks=frozenset((*blanks, *units.texts("blanks"))),
        steps=tuple(_read_step(units, number, step) for number, step in enumerate(steps, start=1)),
    )


def _read_step(units: TomlTable, number: int, step: Any) -> Step:
    """One step is a table of one key; anything else is noted as a fault."""
    if isinstance(step, dict) and len(step) == 1:
        ((name, value),) = step.items()
        if name in STEPS and (made := STEPS[name](value)):
            return made
    units.fault(f"step {number} is not one of: {'; '.join(EXAMPLES)}", "steps")
    return str


EXAMPLES = (
    "{ whole_number = true }",
    "{ between = [1, 2599] }",
    "{ divide = { from = 100, by = 100 } }",
    "{ pad = 4 }",
    "{ first = 2 }",
    '{ replace = { "written" = "meant" } }',
)


def _number(text: str) -> int:
    """The whole number that a text is, also as a spreadsheet writes it: 834.0, 0531. Raises NotAnArea."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise NotAnArea("not a number") from None
    if not number.is_finite() or number.adjusted() >= MOST_DIGITS or number != number.to_integral_value():
        raise NotAnArea("not a whole number")
    return int(number)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _whole_number(value: Any) -> Step | None:
    return (lambda text: str(_number(text))) if value is True else None


def _between(value: Any) -> Step | None:
    if not isinstance(value, list) or len(value) != 2 or not all(type(end) is int for end in value):
        return None
    low, high = value

    def step(text: str) -> str:
        if not low <= _number(text) <= high:
            raise NotAnArea(f"not within {low} to {high}")
        return text

    return step


def _divide(value: Any) -> Step | None:
    if not isinstance(value, dict) or set(value) != {"from", "by"} or not all(map(_is_count, value.values())):
        return None
    least, divisor = value["from"], value["by"]

    def step(text: str) -> str:
        number = _number(text)
        return str(number // divisor) if number >= least else text

    return step


def _pad(value: Any) -> Step | None:
    return (lambda text: text.zfill(value)) if _is_count(value) else None


def _first(value: Any) -> Step | None:
    return (lambda text: text[:value]) if _is_count(value) else None


def _replace(value: Any) -> Step | None:
    if not isinstance(value, dict) or not all(isinstance(meant, str) for meant in value.values()):
        return None
    return lambda text: value.get(text, text)


STEPS: dict[str, Callable[[Any], Step | None]] = {
    "whole_number": _whole_number,
    "between": _between,
    "divide": _divide,
    "pad": _pad,
    "first": _first,
    "replace": _replace,
}
