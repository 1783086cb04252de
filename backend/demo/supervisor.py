"""Programs that are started together, watched, and stopped together."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import psutil

STOP_SECONDS = 15
LINES_OF_A_LOG = 15


@contextlib.contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """SIGTERM and a closed terminal end the block as Ctrl-C does: by KeyboardInterrupt. Cleaning up is not interrupted."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Supervisor:
    """Starts programs, each with a log of its own, and stops every process that came of them."""

    def __init__(self, logs: Path, environment: dict[str, str]) -> None:
        self.logs = logs
        self.environment = environment
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)

    def start(self, name: str, *arguments: str) -> None:
        """Start `python -m arguments`; its output goes to `name`.log, which begins anew."""
        with self.log(name).open("wb") as log:
            # A session of its own: Ctrl-C reaches us alone, and we stop the programs in order.
            self.programs[name] = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | self.environment, start_new_session=True,
            )  # fmt: skip

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def ended(self) -> str | None:
        """The name of a program that ended by itself, if any."""
        return next((name for name, program in self.programs.items() if program.poll() is not None), None)

    def watch(self) -> str:
        """Wait until a program ends by itself, and return its name."""
        while (name := self.ended()) is None:
            time.sleep(0.5)
        return name

    def last_lines(self, name: str) -> str:
        """What a program said last."""
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-LINES_OF_A_LOG:])

    def stop(self) -> None:
        """End every program and its children: politely, and after fifteen seconds by force."""
        family = self._family()
        for program in self.programs.values():
            program.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for program in self.programs.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                program.wait(timeout=max(0, deadline - time.monotonic()))
            if program.poll() is None:
                program.kill()
                program.wait()
        _, left = psutil.wait_procs(family, timeout=2)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=5)
        self.programs.clear()

    def _family(self) -> list[psutil.Process]:
        """Whatever runs in the sessions of the programs: a child outlives a program that was killed, and stays in its session."""
        sessions = {program.pid for program in self.programs.values()}
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(OSError):
                if process.pid not in sessions and os.getsid(process.pid) in sessions:
                    found.append(process)
        return found
