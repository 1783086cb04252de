"""`python -m bench`: every measurement in turn, each in a process of its own; `python -m bench queue` is one alone."""

from __future__ import annotations

import subprocess
import sys

from .common import say
from .installation import make_template, running_server, settle

MEASUREMENTS = ("submission", "moves", "queue", "import_history", "briefing", "watcher")


def run(name: str) -> int:
    """Measure one thing, and answer its exit status. Interrupted, it is given the time to stop what it started."""
    program = subprocess.Popen([sys.executable, "-m", f"bench.{name}"])
    try:
        return program.wait()
    finally:
        program.terminate()
        program.wait()


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(MEASUREMENTS))
    if unknown:
        say(f"There is no measurement {', '.join(unknown)}. There are: {', '.join(MEASUREMENTS)}.")
        return 2
    settle()
    failed = []
    with running_server():
        say("Preparing the database.")
        make_template()
        for name in names or MEASUREMENTS:
            if run(name):
                failed.append(name)
    say(f"\nNot as wanted: {', '.join(failed)}." if failed else "\nEvery target was met.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
