"""The embedded PostgreSQL starts when it is needed, and starts again whatever was done to it."""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest
from django.db.utils import load_backend

from backend.database.errors import SetUpError
from backend.database.server import APP_ROLE, DATABASE, EmbeddedServer

ROOT = Path(__file__).parent.parent.parent
START = "import sys; from pathlib import Path; from backend.database.server import EmbeddedServer as S; "


@contextlib.contextmanager
def connected(server: EmbeddedServer, **other: Any) -> Iterator[Any]:
    """A cursor by Django's own way of connecting, which is the one that heals."""
    settings = {
        "NAME": DATABASE, "USER": APP_ROLE, "PASSWORD": server.app_password, "HOST": str(server.socket), "PORT": "5432",
        "EMBEDDED_STATE": str(server.state.folder), "OPTIONS": {}, "TIME_ZONE": None, "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False, "AUTOCOMMIT": True, "ATOMIC_REQUESTS": False, "TEST": {},
    } | other  # fmt: skip
    wrapper = load_backend("backend.database.backend").DatabaseWrapper(settings, alias="own")
    # Not through the wrapper's cursor: pytest-django keeps that for tests of the project's own database.
    connection = wrapper.get_new_connection(wrapper.get_connection_params())
    connection.autocommit = True
    with contextlib.closing(connection), connection.cursor() as cursor:
        yield cursor


def keep_a_note(server: EmbeddedServer) -> None:
    with connected(server, USER="rylp_owner", PASSWORD=server.owner_password) as cursor:
        cursor.execute("CREATE TABLE note (text text)")
        cursor.execute("INSERT INTO note VALUES ('still here')")
        cursor.execute("GRANT SELECT ON note TO rylp_app")


def read_the_note(server: EmbeddedServer) -> str:
    with connected(server) as cursor:
        cursor.execute("SELECT text FROM note")
        return str(cursor.fetchone()[0])


def postmaster(server: EmbeddedServer) -> psutil.Process:
    return psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))


def run_as(user: pwd.struct_passwd, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python as `user`, who may not be able to enter the folder where ours lies."""
    packages = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        with contextlib.suppress(PermissionError, FileNotFoundError):
            return subprocess.run(
                [python, *arguments], user=user.pw_uid, group=user.pw_gid, extra_groups=[], capture_output=True, text=True,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(packages), "PYTHONDONTWRITEBYTECODE": "1"}, cwd="/",
            )  # fmt: skip
    pytest.skip(f"{user.pw_name} may not run {sys.executable}, and the system has no Python of the same version")


def test_the_first_connection_starts_a_server_that_was_never_there(state_folder: Path) -> None:
    server = EmbeddedServer(state_folder)
    assert not server.is_running()

    with connected(server) as cursor:
        cursor.execute("SELECT current_user, current_database()")
        assert cursor.fetchone() == ("rylp_app", "rylp")

    assert server.is_running()
    assert server.start() is False


def test_six_processes_that_start_it_at_once_make_one_server(state_folder: Path) -> None:
    command = [sys.executable, "-c", START + "print(S(Path(sys.argv[1])).start())", str(state_folder)]

    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    told = sorted(process.communicate()[0].strip() for process in processes)

    assert [process.returncode for process in processes] == [0] * 6
    assert told == ["False"] * 5 + ["True"]
    data = str((state_folder / "postgresql" / "data").resolve())
    with connected(EmbeddedServer(state_folder)):
        parents = [p for p in psutil.process_iter(["name", "cmdline"]) if data in (p.info["cmdline"] or [])]
    assert len(parents) == 1


def test_it_heals_after_a_kill_of_its_first_process_alone(server: EmbeddedServer) -> None:
    keep_a_note(server)

    postmaster(server).kill()

    assert read_the_note(server) == "still here"


def test_it_heals_after_a_kill_of_every_process(server: EmbeddedServer) -> None:
    keep_a_note(server)
    first = postmaster(server)

    for process in [first, *first.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()

    assert read_the_note(server) == "still here"


def test_it_heals_after_a_kill_of_its_children_alone(server: EmbeddedServer) -> None:
    keep_a_note(server)

    for process in postmaster(server).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()

    assert read_the_note(server) == "still here"


def test_it_starts_although_another_process_got_the_number_of_the_killed_one(server: EmbeddedServer) -> None:
    keep_a_note(server)
    written = (server.data / "postmaster.pid").read_text().splitlines()
    first = postmaster(server)
    first.kill()
    psutil.wait_procs([first], timeout=5)

    (server.data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *written[1:]]))

    assert read_the_note(server) == "still here"


def test_it_starts_again_after_a_stop(server: EmbeddedServer) -> None:
    keep_a_note(server)

    assert server.stop() is True
    assert server.stop() is False

    assert read_the_note(server) == "still here"


def test_a_half_made_data_folder_is_made_anew(state_folder: Path) -> None:
    draft = state_folder / "postgresql" / "data.draft"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18")

    with connected(EmbeddedServer(state_folder)) as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_it_opens_no_port(server: EmbeddedServer) -> None:
    first = postmaster(server)

    for process in [first, *first.children()]:
        assert process.net_connections(kind="inet") == []


@pytest.mark.parametrize("user", ["postgres", "rylp_owner", "rylp_app"])
@pytest.mark.parametrize("password", ["", "wrong"])
def test_it_lets_nobody_in_without_the_password(shared_server: EmbeddedServer, user: str, password: str) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(
            host=str(shared_server.socket), port=5432, user=user, password=password, dbname="rylp", passfile="/none"
        )


def test_it_promises_to_survive_a_power_cut(shared_server: EmbeddedServer) -> None:
    with connected(shared_server) as cursor:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            cursor.execute("SELECT current_setting(%s)", [setting])
            assert cursor.fetchone() == ("on",), setting


def test_its_log_does_not_repeat_what_a_refused_statement_held(shared_server: EmbeddedServer) -> None:
    with connected(shared_server) as cursor:
        with pytest.raises(Exception, match="invalid input"):
            cursor.execute("SELECT 'a-secret'::text, 'not a number'::text::int")
        with pytest.raises(Exception, match="division"):
            cursor.execute("SELECT 1 / 0 AS another_secret")

    log = (shared_server.data / "server.log").read_text()
    assert "division by zero" in log
    assert "secret" not in log


def test_a_folder_with_a_long_name_gets_a_socket_elsewhere(state_folder: Path) -> None:
    server = EmbeddedServer(state_folder / ("long-" * 20))
    try:
        with connected(server) as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
        assert not server.socket.is_relative_to(state_folder)
        assert server.socket.stat().st_mode & 0o077 == 0
    finally:
        server.stop()
        shutil.rmtree(server.socket)


def test_a_socket_folder_that_somebody_else_put_there_is_refused(state_folder: Path) -> None:
    server = EmbeddedServer(state_folder / ("long-" * 20))
    server.socket.mkdir(mode=0o777)
    server.socket.chmod(0o777)
    try:
        with pytest.raises(SetUpError, match="not a private folder"):
            server.start()
    finally:
        server.socket.rmdir()


def test_a_private_state_folder_stays_private(another_user: pwd.struct_passwd) -> None:
    """As root the server runs as somebody who cannot enter it: the data goes elsewhere, and no mode is loosened."""
    outer = Path(tempfile.mkdtemp(prefix="rylp-test-", dir="/tmp"))
    inner = outer / "state"
    inner.mkdir(mode=0o750)
    try:
        server = EmbeddedServer(inner)
        with connected(server) as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)

        assert [path.stat().st_mode & 0o777 for path in (outer, inner)] == [0o700, 0o750]
        assert EmbeddedServer(inner).data == server.data
        assert not server.data.is_relative_to(outer)
        assert postmaster(server).uids().real != 0
        server.stop()
    finally:
        shutil.rmtree(server.home)
        shutil.rmtree(outer)


def test_programs_that_the_servers_user_cannot_reach_are_copied(
    state_folder: Path, another_user: pwd.struct_passwd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where root keeps the whole checkout, and .venv with it, in its own home."""
    monkeypatch.setattr("backend.database.server.is_reachable", lambda _path: False)
    server = EmbeddedServer(state_folder)

    with connected(server) as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)

    assert Path(postmaster(server).exe()).is_relative_to(server.home)
    assert not server.home.is_relative_to(state_folder)


def test_it_works_as_a_normal_user(state_folder: Path, another_user: pwd.struct_passwd) -> None:
    home = state_folder / "home"
    home.mkdir()
    os.chown(home, another_user.pw_uid, another_user.pw_gid)
    script = START + "s = S(Path(sys.argv[1])); print(s.start(), s.is_running(), s.stop())"
    done = run_as(another_user, "-c", script, str(home / "state"))

    assert done.stdout.split() == ["True", "True", "True"], done.stderr
    assert (home / "state" / "postgresql" / "data").stat().st_uid == another_user.pw_uid
    secrets = list((home / "state" / "secrets").iterdir())
    assert secrets
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}


@pytest.fixture(scope="module")
def shared_server() -> Iterator[EmbeddedServer]:
    """One server for the tests that only look at it."""
    folder = Path(tempfile.mkdtemp(prefix="rylp-test-", dir="/tmp"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)
