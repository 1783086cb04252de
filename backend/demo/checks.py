"""What the demo needs of the machine, and the plain words when it is not there."""

import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

NEEDED_BYTES = 1_000_000_000
READY_SECONDS = 60


def port_trouble(port: int) -> str | None:
    """Why the web server cannot use `port`, or None."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return f"Port {port} is for the administrator alone. Choose another: PORT=8001 make demo"
        except (OSError, OverflowError):
            return (
                f"Port {port} is taken by another program. Stop it, or choose another port: PORT={port + 1} make demo"
            )
    return None


def disk_trouble(folder: Path, *, needed: int = NEEDED_BYTES) -> str | None:
    """Why there is too little room for the demo's data in `folder`, or None."""
    free = shutil.disk_usage(folder).free
    if free >= needed:
        return None
    return (
        f"Only {free // 1_000_000} MB are free on the disk of {folder}; the demo needs {needed // 1_000_000} MB. "
        "Free some, or put the data elsewhere: STATE=/another/folder make demo"
    )


def free_port() -> int:
    """A port of this machine that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    """Whether an HTTP server answers at `address`, with whatever status."""
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server, over http
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def wait_for(address: str, *, unless: Callable[[], object]) -> bool:
    """Wait up to a minute for an answer, and no longer once `unless()` is true. False where none came."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and not unless():
        if answers(address):
            return True
        time.sleep(0.1)
    return False
