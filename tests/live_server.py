"""A real web server for tests: gunicorn in processes of its own, on a free port of 127.0.0.1."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connections

STARTED_WITHIN = 60  # seconds; a busy machine takes its time
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class WebServer:
    """Where the server answers, and what it wrote."""

    url: str  # without a slash at its end
    log: Path
    pid: int


@contextlib.contextmanager
def running_web_server(
    *,
    log: Path,
    workers: int = 1,
    threads: int = 4,
    settings_module: str = "backend.settings.test",
    environment: Mapping[str, str] | None = None,
) -> Iterator[WebServer]:
    """gunicorn on the database that this process uses now (the test database, in a test), until the block is left.

    `environment` is added to this process's own. Raises RuntimeError with the end of the log where it does not start.
    What the server is to see has to be committed: `@pytest.mark.django_db(transaction=True)`.
    """
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listening:
        # The socket itself is handed down: between finding a free port and binding it, nobody else can take it.
        command = [
            sys.executable, "-m", "gunicorn", "backend.wsgi:application", "--bind", f"fd://{listening.fileno()}",
            "--workers", str(workers), "--worker-class", "gthread", "--threads", str(threads), "--timeout", "60",
            "--limit-request-line", "0",  # a long address is answered by us, not by a page of gunicorn's
        ]  # fmt: skip
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": settings_module,
                    "DATABASE_URL": database_address(connections["default"].settings_dict),
                    "FILES_ROOT": str(settings.FILES_ROOT),
                    **(environment or {}),
                },
                pass_fds=[listening.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        port = listening.getsockname()[1]
    server = WebServer(f"http://127.0.0.1:{port}", log, process.pid)
    try:
        _wait_until_ready(server, process)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def database_address(database: Mapping[str, Any]) -> str:
    """The entry of DATABASES as the address that DATABASE_URL takes; the embedded server's host is a folder."""
    user, password, host = (quote(str(database[name]), safe="") for name in ("USER", "PASSWORD", "HOST"))
    return f"postgres://{user}:{password}@{host}:{database['PORT']}/{database['NAME']}"


def _wait_until_ready(server: WebServer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(OSError),  # URLError is one
            urllib.request.urlopen(f"{server.url}/health/ready", timeout=5),  # noqa: S310 - our own address
        ):
            return
        time.sleep(0.1)
    raise RuntimeError(f"The web server did not start:\n{server.log.read_text(errors='replace')[-4000:]}")


@pytest.fixture(scope="session")
def web_server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """One server for the whole run, on the test database, without limits of submissions and sign-ins. A room imports this fixture."""
    log = tmp_path_factory.mktemp("web") / "gunicorn.log"
    with running_web_server(
        log=log, environment={"SUBMISSION_LIMIT": "0", "MESSAGES_A_DAY": "0", "SIGN_IN_LIMIT": "0"}
    ) as server:
        yield server
