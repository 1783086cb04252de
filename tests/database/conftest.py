"""Embedded servers of the tests' own, each in a state folder of its own, stopped and removed at the end."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.database.server import EmbeddedServer


@pytest.fixture
def state_folder() -> Iterator[Path]:
    """A folder that every user may pass through, as a checkout is, and with a short name, for the socket's sake."""
    folder = Path(tempfile.mkdtemp(prefix="rylp-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    server = EmbeddedServer(folder)
    server.stop()
    for path in (server.home, server.socket, folder):
        shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def server(state_folder: Path) -> EmbeddedServer:
    """A server that runs."""
    server = EmbeddedServer(state_folder)
    server.start()
    return server


@pytest.fixture(scope="session")
def another_user() -> pwd.struct_passwd:
    """A normal user, as whom root may run something."""
    if os.getuid() != 0:
        pytest.skip("only root can run something as another user; the other tests ran as a normal user already")
    return pwd.getpwnam("nobody")
