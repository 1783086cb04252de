"""`manage.py demo`, as a newcomer runs it: up, used, stopped, and up again with its data."""

import contextlib
import os
import signal
import smtplib
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from backend.database.server import EmbeddedServer
from backend.demo.checks import disk_trouble, free_port, port_trouble
from backend.demo.mail import mail_kept_in
from backend.demo.supervisor import Supervisor

ROOT = Path(__file__).parent.parent.parent


class Demo:
    """A running demo, and everything it said up to the invitation to press Ctrl-C."""

    def __init__(self, state: Path, port: int) -> None:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "DJANGO_"))
        }
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment | {"STATE": str(state), "PORT": str(port)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self.said = ""

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "Ctrl-C" in line:
                return
        pytest.fail(f"The demo ended: {self.said}")

    def stop(self, by: signal.Signals) -> str:
        """Send the signal to the demo alone, and return what it said at the end."""
        self.process.send_signal(by)
        said, _ = self.process.communicate(timeout=60)
        return said

    def clean_up(self) -> None:
        """Whatever the test came to, nothing of it goes on running."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=60)


@pytest.fixture
def start_demo(state_folder: Path) -> Iterator[Callable[[int], Demo]]:
    """Starts a demo on a port, with the data in the state folder."""
    with contextlib.ExitStack() as started:

        def start(port: int) -> Demo:
            demo = Demo(state_folder, port)
            started.callback(demo.clean_up)
            demo.wait_until_ready()
            return demo

        yield start


def test_it_comes_up_is_stopped_and_keeps_its_data(start_demo: Callable[[int], Demo], state_folder: Path) -> None:
    port = free_port()

    first = start_demo(port)
    family = psutil.Process(first.process.pid).children(recursive=True)
    with urllib.request.urlopen(f"http://localhost:{port}/health/alive") as answer:
        assert answer.status == 200
    with urllib.request.urlopen(f"http://localhost:{port}/api/v1/docs/") as answer:
        assert answer.status == 200
    refused = Demo(state_folder, free_port())  # with the same data: it would prepare it at the same time
    told, _ = refused.process.communicate(timeout=60)
    with urllib.request.urlopen(f"http://localhost:{port}/health/ready") as answer:
        assert answer.status == 200
    said = first.stop(signal.SIGTERM)

    assert refused.process.returncode == 1
    assert told == (
        f"CommandError: A demo runs already with the data in {state_folder}. "
        "Stop that one first, or choose other data: STATE=/another/folder make demo\n"
    )
    assert first.process.returncode == 0
    assert "The data is kept" in said
    assert f"http://localhost:{port}/api/v1/docs/" in first.said
    assert str(state_folder / "mail") in first.said
    assert "handler@demo.example" in first.said
    assert family
    assert [process for process in family if process.is_running()] == []
    assert not EmbeddedServer(state_folder).is_running()
    assert port_trouble(port) is None

    # A database that ran before is not the demo's to stop.
    EmbeddedServer(state_folder).start()
    second = start_demo(port)
    second.stop(signal.SIGINT)
    assert EmbeddedServer(state_folder).is_running()

    assert "Preparing the database" in first.said
    assert "Preparing the database" not in second.said
    assert "Loading the demonstration force" not in second.said
    assert accounts(second) == accounts(first) != []


def accounts(demo: Demo) -> list[str]:
    return [line for line in demo.said.splitlines() if "@demo.example" in line]


def test_a_port_that_is_taken_is_told_in_plain_words(state_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, capture_output=True, text=True,
            env=os.environ | {"STATE": str(state_folder), "PORT": str(port), "DJANGO_SETTINGS_MODULE": "backend.settings.local"},
        )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr == (
        f"CommandError: Port {port} is taken by another program. "
        f"Stop it, or choose another port: PORT={port + 1} make demo\n"
    )


def test_a_message_becomes_a_file(tmp_path: Path) -> None:
    preferred = free_port()

    with mail_kept_in(tmp_path / "mail", preferred_port=preferred) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("police@example.org", ["ann@example.org"], "Subject: Thank you\n\nWe have it.")

    assert port == preferred
    (message,) = (tmp_path / "mail" / "new").iterdir()
    assert "Subject: Thank you" in message.read_text()


def test_mail_goes_to_another_port_where_the_usual_one_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with mail_kept_in(tmp_path / "mail", preferred_port=taken.getsockname()[1]) as port:
            assert port != taken.getsockname()[1]


def test_a_folder_that_cannot_be_made_is_told_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("Not a folder.")

    demo = Demo(tmp_path / "file" / "state", free_port())
    said, _ = demo.process.communicate(timeout=60)

    assert demo.process.returncode == 1
    assert (
        said
        == f"Nothing can be kept in {tmp_path / 'file' / 'state'}: Not a directory. Choose another folder: STATE=/another/folder\n"
    )


def test_a_full_disk_is_told_in_plain_words(tmp_path: Path) -> None:
    assert disk_trouble(tmp_path, needed=0) is None
    assert "STATE=/another/folder make demo" in str(disk_trouble(tmp_path, needed=10**18))


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(tmp_path / "logs", {"TOLD": "by the environment"})
    yield supervisor
    supervisor.stop()


def test_a_program_that_ends_is_named_with_what_it_said_last(supervisor: Supervisor) -> None:
    supervisor.start("calm", "http.server", "--bind", "127.0.0.1", "0")
    supervisor.start("broken", "no_such_module")

    assert supervisor.watch() == "broken"
    assert "No module named no_such_module" in supervisor.last_lines("broken")


@pytest.mark.parametrize("killed_before", [False, True])
def test_stopping_leaves_no_child_behind(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, killed_before: bool
) -> None:
    (tmp_path / "stubborn.py").write_text(
        "import signal, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    supervisor.start("stubborn", "stubborn")
    while not supervisor.last_lines("stubborn"):
        assert supervisor.ended() is None
    child = int(supervisor.last_lines("stubborn"))
    if killed_before:
        supervisor.programs["stubborn"].kill()
        assert supervisor.watch() == "stubborn"

    supervisor.stop()

    assert not psutil.pid_exists(child)
