"""What every measurement shares: percentiles, shuffled rounds, targets, tables, and the JSON that is kept."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import random
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import linear_regression, median
from typing import Any, TypeVar

import psutil

RESULTS = Path(__file__).resolve().parent / "results"
Name = TypeVar("Name")
FULL = os.environ.get("SIZE") == "full"


class WrongAnswerError(Exception):
    """What was measured did not do its work, so its time means nothing."""


def must(condition: object, told: str) -> None:
    """Raise WrongAnswerError, whatever -O says: a time is printed only after its rows and answers were checked."""
    if not condition:
        raise WrongAnswerError(told)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest value that at least `share` (0 to 1) of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def exponent(times: Mapping[int, float]) -> float:
    """How a time grows with a size, by least squares over every size: 0 is not at all, 1 is in proportion."""
    sizes = [math.log(size) for size in times]
    return linear_regression(sizes, [math.log(time) for time in times.values()]).slope


def shuffled_rounds(rounds: int, measured: Mapping[Name, Callable[[], Any]]) -> dict[Name, list[Any]]:
    """Run each of `measured` once a round, in a new order each round, so that a slow minute hits all of them alike."""
    order = list(measured)
    results: dict[Name, list[Any]] = {name: [] for name in measured}
    for _ in range(rounds):
        random.shuffle(order)
        for name in order:
            results[name].append(measured[name]())
    return results


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """The ratio of each round: two things measured a few seconds apart."""
    return [mine / theirs for mine, theirs in zip(above, below, strict=True)]


def spread(values: Sequence[float], digits: int = 2) -> str:
    """The median, with the lowest and the highest."""
    return f"{median(values):.{digits}f} [{min(values):.{digits}f}..{max(values):.{digits}f}]"


@dataclass(frozen=True)
class Target:
    """What was aimed at, and what was reached."""

    name: str
    wanted: str
    reached: float | None  # None: could not be measured
    met: bool

    def line(self) -> str:
        reached = "not measured" if self.reached is None else f"{self.reached:.3g}"
        return f"{'met   ' if self.met else 'MISSED'}  {self.name}: {reached} (wanted {self.wanted})"


def at_least(name: str, reached: float, wanted: float) -> Target:
    return Target(name, f"at least {wanted:g}", reached, reached >= wanted)


def at_most(name: str, reached: float, wanted: float) -> Target:
    return Target(name, f"at most {wanted:g}", reached, reached <= wanted)


@dataclass
class Report:
    """The outcome of one measurement: tables for people, figures for machines."""

    name: str
    figures: dict[str, Any] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.load_before = os.getloadavg()[0]
        say(f"\n== {self.name} ({'full' if FULL else 'small'}) ==")

    def table(self, title: str, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print a table and keep its rows."""
        written = [[str(cell) for cell in row] for row in rows]
        widths = [max(len(row[place]) for row in [list(heading), *written]) for place in range(len(heading))]
        say(f"\n{title}")
        for row in [list(heading), *written]:
            cells = [
                cell.ljust(width) if place == 0 else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            say("  " + "  ".join(cells).rstrip())
        self.figures[title] = [dict(zip(heading, row, strict=True)) for row in written]

    def aim(self, *targets: Target) -> None:
        """Print what was reached, and keep it."""
        say("")
        for target in targets:
            say("  " + target.line())
        self.targets += targets

    def finish(self) -> int:
        """Keep the results as JSON, and answer the exit status: 1 where a target was missed."""
        RESULTS.mkdir(exist_ok=True)
        made_at = dt.datetime.now(dt.UTC)
        kept = {
            "name": self.name,
            "measured_at": made_at.isoformat(timespec="seconds"),
            "size": "full" if FULL else "small",
            "machine": machine(),
            "load_before": round(self.load_before, 2),
            "targets": [asdict(target) for target in self.targets],
            "figures": self.figures,
        }
        path = RESULTS / f"{made_at:%Y%m%d-%H%M%S}-{self.name}.json"
        path.write_text(json.dumps(kept, indent=1, default=str) + "\n")
        say(f"\n  kept in {path.relative_to(RESULTS.parent.parent)}")
        return 0 if all(target.met for target in self.targets) else 1


def machine() -> dict[str, Any]:
    """What it ran on, as far as it explains a time."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "python": sys.version.split()[0],
    }


def say(text: str) -> None:
    """A line for the person who waits."""
    print(text, flush=True)


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"
