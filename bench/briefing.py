"""A briefing from rows to PDF, at growing sizes: time and peak memory of each step, and the PDF against bare WeasyPrint.

The PDF is made by a process of its own, as the product makes each; so is the bare one that it is held against.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from .common import FULL, Report, at_most, must, ratios, say, shuffled_rounds, spread
from .installation import address, as_owner, fresh_database, running_server, settle, use_database
from .population import settle_history

SIZES = (21_000, 210_000, 1_000_000) if FULL else (21_000, 210_000)
ROUNDS = 7 if FULL else 5
UNITS = 25
STEPS = ("database", "pandas", "charts", "PDF")
WORST = 1.3
# The bare one: WeasyPrint, a folder with the same style and fonts, and nothing that holds it back.
BARE = """
import sys
from weasyprint import HTML
sys.stdout.buffer.write(HTML(string=sys.stdin.read(), base_url=sys.argv[1]).write_pdf())
"""


def settled(size: int) -> tuple[str, int]:
    """A database with so many imported complaints; answers its name and the number of allegations."""
    from django.db import connection

    from backend.areas.models import Unit

    name = f"bench_briefing_{size}"
    fresh_database(name)
    connection.close()
    connection.settings_dict["NAME"] = name
    force = Unit.objects.create(slug="demo", name="Demo Police", kind=Unit.Kind.FORCE)
    units = [
        Unit.objects.create(slug=f"unit-{number}", name=f"Unit {number}", kind=Unit.Kind.LPU, force=force).pk
        for number in range(UNITS)
    ]
    connection.close()
    with as_owner(name) as cursor:
        allegations = settle_history(cursor, force.pk, units, size)
    say(f"  {size:,} complaints with {allegations:,} allegations are in.")
    return name, allegations


@dataclass
class Step:
    """What one step took, in seconds and in MiB above nothing; None where the system does not tell."""

    seconds: list[float] = field(default_factory=list)
    memory: int | None = None


class Peak:
    """The most memory that a process held since it was last asked (Linux: VmHWM, reset by clear_refs)."""

    def __init__(self, process: int | str) -> None:
        self.folder = Path("/proc", str(process))

    def reset(self) -> None:
        with contextlib.suppress(OSError):
            (self.folder / "clear_refs").write_text("5")

    def mebibytes(self) -> int | None:
        with contextlib.suppress(OSError):
            for line in (self.folder / "status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return round(int(line.split()[1]) / 1024)
        return None


class Steps:
    """The four steps of a briefing, one after the other, as reports.services.production takes them."""

    def __init__(self) -> None:
        from django.db import connection

        from backend.areas.models import Unit
        from reports.periods import Period

        self.period = Period(dt.date(2007, 1, 1), dt.date(2009, 12, 31))
        self.force = Unit.objects.get(kind=Unit.Kind.FORCE)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (self.server,) = cursor.fetchone()
        self.steps = {name: Step() for name in STEPS}
        self.server_memory: int | None = None
        self.in_database = 0.0

    def run(self) -> tuple[str, dict[str, Any]]:
        """One briefing; answers its HTML and its figures by id."""
        from django.db import connection

        from reports import document, selectors
        from reports.figures import figures_of, fingerprint
        from reports.pdf import render_pdf
        from reports.services.production import one_snapshot

        server = Peak(self.server)
        server.reset()
        self.in_database = 0.0
        with self.taking("database") as read, connection.execute_wrapper(self._note), one_snapshot():
            frames = selectors.briefing_frames(period=self.period, unit=self.force, on=self.period.last)
            meanings = selectors.finding_meanings(force=self.force)
            names = selectors.unit_names(force=self.force)
        self.server_memory = server.mebibytes()
        read.seconds[-1], framing = self.in_database, read.seconds[-1] - self.in_database
        with self.taking("pandas") as counted:
            figures = figures_of(frames, self.period)
            mark = fingerprint(frames)
        counted.seconds[-1] += framing
        with self.taking("charts"):
            html = document.html_of(
                document.Contents(
                    unit_name=self.force.name,
                    force_name=self.force.name,
                    about_force=True,
                    period=self.period,
                    produced_at=dt.datetime(2026, 1, 15, 12, 0, tzinfo=dt.UTC),
                    fingerprint=mark,
                    figures=figures,
                    unit_names=names,
                    meanings=meanings,
                )
            )
        with self.taking("PDF"):
            pdf = render_pdf(html)
        must(pdf.startswith(b"%PDF-"), "no PDF came out")
        return html, {figure["id"]: figure for figure in (each.as_json() for each in figures)}

    @contextlib.contextmanager
    def taking(self, name: str) -> Iterator[Step]:
        step, peak = self.steps[name], Peak("self")
        peak.reset()
        began = time.perf_counter()
        yield step
        step.seconds.append(time.perf_counter() - began)
        step.memory = max(step.memory or 0, peak.mebibytes() or 0) or None

    def _note(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            self.in_database += time.perf_counter() - began


def bare(html: str, folder: Path) -> Callable[[], bytes]:
    """A function that renders `html` with nothing but WeasyPrint, reading the same style and fonts from `folder`."""
    from reports.pdf import OWN_FILES

    for name, (path, _) in OWN_FILES.items():
        content = path.read_bytes()
        (folder / name.removeprefix("own:")).write_bytes(
            content.replace(b"own:", b"") if name.endswith("css") else content
        )
    plain = html.replace("own:", "")

    def render() -> bytes:
        command = [sys.executable, "-I", "-W", "ignore", "-c", BARE, f"{folder}/"]
        return subprocess.run(command, input=plain.encode(), stdout=subprocess.PIPE, check=True).stdout

    return render


def _pages(pdf: bytes) -> int:
    from pypdf import PdfReader

    return len(PdfReader(BytesIO(pdf)).pages)


def in_one_process(size: int, allegations: int) -> dict[str, Any]:
    """What the child process does: every step several times, then the PDF against the bare one, each checked."""
    began = time.perf_counter()
    import pandas as pd  # noqa: F401

    from reports.pdf import render_pdf

    imports = time.perf_counter() - began
    steps = Steps()
    steps.run()  # warm: fonts are found, plans are made
    steps.steps = {name: Step() for name in STEPS}
    for _ in range(ROUNDS):
        html, figures = steps.run()
        received, recorded = (figures[name]["value"] for name in ("complaints_received", "allegations_recorded"))
        must((received, recorded) == (size, allegations), f"counted {received} and {recorded}")
    typesetting = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024  # so far there was no other child
    with tempfile.TemporaryDirectory() as folder:
        render = bare(html, Path(folder))
        pages = _pages(render_pdf(html))
        must(_pages(render()) == pages > 1, "the bare document has another number of pages")
        times = shuffled_rounds(ROUNDS, {"own": _timed(lambda: render_pdf(html)), "bare": _timed(render)})
    return {
        "imports": imports,
        "pages": pages,
        "server_memory": steps.server_memory,
        "typesetting": typesetting,
        "steps": {name: (step.seconds, step.memory) for name, step in steps.steps.items()},
        "own": times["own"],
        "bare": times["bare"],
    }


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def run() -> float:
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return run


def measured(name: str, size: int, allegations: int) -> dict[str, Any]:
    """The same in a process of its own, so that one size's memory is not the other's."""
    command = [sys.executable, "-m", "bench.briefing", name, str(size), str(allegations)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def tell(report: Report, results: dict[int, dict[str, Any]]) -> None:
    rows = []
    for size, found in results.items():
        for name, (seconds, memory) in found["steps"].items():
            rows.append((f"{size:,} {name}", spread(seconds, 3), memory or "-"))
        whole = [sum(round_) for round_ in zip(*(seconds for seconds, _ in found["steps"].values()), strict=True)]
        rows.append((f"{size:,} whole, warm, {found['pages']} pages", spread(whole, 3), ""))
        rows.append((f"{size:,} the process that typesets", "", found["typesetting"] or "-"))
        rows.append((f"{size:,} loading pandas", f"{found['imports']:.3f}", ""))
        rows.append((f"{size:,} PostgreSQL's process, shared pages too", "", found["server_memory"] or "-"))
    report.table(
        f"A briefing over three years, {ROUNDS} rounds, median [lowest..highest]",
        ("complaints, step", "seconds", "peak MiB of the process"),
        rows,
    )
    of_bare = {size: ratios(found["own"], found["bare"]) for size, found in results.items()}
    report.table(
        "The PDF against bare WeasyPrint on the same HTML, each in a process started for it",
        ("complaints", "own, tagged for accessibility", "bare, untagged", "ratio"),
        [
            (f"{size:,}", spread(found["own"]), spread(found["bare"]), spread(of_bare[size]))
            for size, found in results.items()
        ],
    )
    report.aim(at_most("the PDF, of bare WeasyPrint's time", max(map(median, of_bare.values())), WORST))


def main(arguments: list[str]) -> int:
    settle()
    if arguments:
        name, size, allegations = arguments
        use_database({"DATABASE_URL": address(name)})
        say(json.dumps(in_one_process(int(size), int(allegations))))
        return 0
    with running_server():
        report = Report("briefing")
        use_database(fresh_database("bench_briefing"))
        prepared = {size: settled(size) for size in SIZES}
        tell(report, {size: measured(name, size, allegations) for size, (name, allegations) in prepared.items()})
        return report.finish()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
