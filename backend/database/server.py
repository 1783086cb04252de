"""The embedded PostgreSQL: started when it is needed, healed when it was killed, stopped on request.

It listens on a Unix socket in a folder of its own and on no port, and asks every role for a password. Started by root,
it runs as another user of the machine, because PostgreSQL refuses to run as root.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import psycopg2

from backend.database.binaries import copied_programs, is_reachable, wheel_programs
from backend.database.errors import SetUpError
from backend.database.roles import create_roles_and_database
from backend.settings.secrets import State

DATABASE, OWNER_ROLE, APP_ROLE, SUPERUSER = "rylp", "rylp_owner", "rylp_app", "postgres"
PORT = "5432"  # only a part of the socket's name
LONGEST_SOCKET_PATH = 103  # macOS; Linux has four more
START_SECONDS = 120
# Not the temporary folder of the environment: every process has to come to the same one.
SHORT_FOLDER = Path("/", "tmp")
# Errors are logged without the statement and its values: those hold what people wrote to the police.
OPTIONS = (
    "-c timezone=UTC -c max_connections=200 -c log_timezone=UTC "
    "-c log_min_error_statement=panic -c log_error_verbosity=terse"
)


class EmbeddedServer:
    """The PostgreSQL server whose data lies in a state folder."""

    def __init__(self, state_folder: Path) -> None:
        self.state = State(state_folder)
        self.home = self._home()
        self.data = self.home / "data"
        self.socket = self._socket()

    @property
    def owner_password(self) -> str:
        return self.state.secret("database_owner_password")

    @property
    def app_password(self) -> str:
        return self.state.secret("database_app_password")

    @property
    def programs(self) -> Path:
        """The folder of pg_ctl, pg_dump and the others, where the server's user can run them."""
        source = wheel_programs()
        if os.getuid() != 0 or is_reachable(source):
            return source
        return copied_programs(self.home / "programs")

    def start(self) -> bool:
        """Make sure that the server runs and accepts connections; True when it was this call that started it.

        May be called by several processes at once. Raises SetUpError with the server's own words.
        """
        with self._locked():
            self._make_folders()
            self._make_data()
            started = self._postmaster() is None
            if started:
                self._clear_what_was_killed()
                self._launch()
            self._wait_until_ready()
            self._make_roles()
            return started

    def stop(self) -> bool:
        """Stop the server, ending its connections; False when it did not run. The next connection starts it again."""
        with self._locked():
            if self._postmaster() is None:
                return False
            code, output = self._run("pg_ctl", "-m", "fast", "-w", "-t", "60", "-D", str(self.data), "stop")
            if code:
                raise SetUpError(f"The embedded PostgreSQL did not stop: {output.strip()}")
            return True

    def is_running(self) -> bool:
        return self._postmaster() is not None

    # Where things lie

    def _home(self) -> Path:
        """The folder that holds data, socket and programs: in the state folder, or outside where that is private.

        Where root keeps its state in a folder that nobody else may enter, the server's user could not get there, and
        opening the folder is not ours to do. Then the data lies under /var/lib, and a link in the state folder says where.
        """
        home = self.state.folder / "postgresql"
        if home.is_symlink():
            return home.readlink()
        if home.exists() or os.getuid() != 0:
            return home
        self.state.folder.mkdir(parents=True, exist_ok=True)
        if is_reachable(self.state.folder.resolve()):
            return home
        outside = Path("/var/lib/rate-your-local-police")
        outside.mkdir(mode=0o711, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=outside))
        with contextlib.suppress(FileExistsError):
            home.symlink_to(fresh)
            return fresh
        fresh.rmdir()
        return home.readlink()

    def _socket(self) -> Path:
        beside = self.home / "socket"
        if len(str(beside / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
            return beside
        name = hashlib.sha256(str(self.data).encode()).hexdigest()[:16]
        return SHORT_FOLDER / f"rylp-{os.getuid()}-{name}"

    def _user(self) -> pwd.struct_passwd:
        """Who runs the server: ourselves, or, where we are root, who owns the data already, postgres or nobody."""
        if os.getuid() != 0:
            return pwd.getpwuid(os.getuid())
        if self.data.exists():
            return pwd.getpwuid(self.data.stat().st_uid)
        try:
            return pwd.getpwnam("postgres")
        except KeyError:
            return pwd.getpwnam("nobody")

    def _make_folders(self) -> None:
        user = self._user()
        # The server's user passes through, and sees nothing but what is its own.
        self.home.mkdir(exist_ok=True)
        self.home.chmod(0o711)
        if not self.socket.exists():
            with contextlib.suppress(FileExistsError):
                self.socket.mkdir(mode=0o700)
                os.chown(self.socket, user.pw_uid, user.pw_gid)
        found = self.socket.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != user.pw_uid or found.st_mode & 0o077:
            raise SetUpError(f"{self.socket} is not a private folder of {user.pw_name}: remove it and try again.")

    def _make_data(self) -> None:
        if self.data.exists():
            return
        user = self._user()
        draft, password_file = self.home / "data.draft", self.home / "password.draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        password_file.unlink(missing_ok=True)
        password_file.touch(mode=0o600)
        for path in (draft, password_file):
            os.chown(path, user.pw_uid, user.pw_gid)
        password_file.write_text(self.state.secret("database_superuser_password"))
        try:
            code, output = self._run(
                "initdb", "-D", str(draft), "-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={password_file}",
                "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
            )  # fmt: skip
        finally:
            password_file.unlink()
        if code:
            raise SetUpError(f"The embedded PostgreSQL could not make its data folder: {output.strip()}")
        # Whole or not at all: a start that is killed in the middle leaves a draft, never half a database.
        draft.rename(self.data)

    # The processes

    def _run(self, program: str, *arguments: str) -> tuple[int, str]:
        identity: dict[str, Any] = {}
        if os.getuid() == 0:
            user = self._user()
            identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        # The output goes to a file: a pipe would be held open by the server for as long as it lives.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/",
                start_new_session=True, check=False, **identity,
            )  # fmt: skip
            output.seek(0)
            return done.returncode, output.read().decode(errors="replace")

    def _processes(self) -> list[psutil.Process]:
        """Every living process of this server, whose working directory is the data folder."""
        found = []
        data = str(self.data.resolve())
        for process in psutil.process_iter(["name"]):
            with contextlib.suppress(psutil.Error):
                named = process.info["name"] == "postgres"
                if named and process.status() != psutil.STATUS_ZOMBIE and process.cwd() == data:
                    found.append(process)
        return found

    def _postmaster(self) -> psutil.Process | None:
        """The server's first process. The number in postmaster.pid alone proves nothing: it may be another's by now."""
        try:
            process = psutil.Process(int((self.data / "postmaster.pid").read_text().splitlines()[0]))
            alive = process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE
            return process if alive and process.cwd() == str(self.data.resolve()) else None
        except (FileNotFoundError, ValueError, IndexError, psutil.Error):
            return None

    def _clear_what_was_killed(self) -> None:
        """After a kill of the first process the others leave by themselves; only then may its lock files be removed."""
        deadline = time.monotonic() + 5
        while left := self._processes():
            if time.monotonic() > deadline:
                for process in left:
                    with contextlib.suppress(psutil.Error):
                        process.send_signal(signal.SIGQUIT)
                _, still_there = psutil.wait_procs(left, timeout=10)
                if still_there:
                    raise SetUpError(f"Processes of a killed server still use {self.data}: {still_there}")
            time.sleep(0.05)
        for path in (self.data / "postmaster.pid", *self.socket.glob(".s.PGSQL.*")):
            path.unlink(missing_ok=True)

    def _launch(self) -> None:
        log = self.data / "server.log"
        options = f"-h '' -k '{self.socket}' -p {PORT} -c unix_socket_permissions=0700 {OPTIONS}"
        code, output = self._run(
            "pg_ctl", "-w", "-t", str(START_SECONDS), "-D", str(self.data), "-l", str(log), "-o", options, "start"
        )
        if code:
            told = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise SetUpError(f"The embedded PostgreSQL did not start: {output.strip()}\n{told}")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            code, output = self._run("pg_isready", "-h", str(self.socket), "-p", PORT)
            if code == 0:
                return
            if time.monotonic() > deadline or self._postmaster() is None:
                raise SetUpError(f"The embedded PostgreSQL does not accept connections: {output.strip()}")
            time.sleep(0.05)

    def _make_roles(self) -> None:
        done = self.home / "roles-made"
        if done.exists():
            return
        administrator = psycopg2.connect(
            host=str(self.socket), port=PORT, user=SUPERUSER, dbname="postgres",
            password=self.state.secret("database_superuser_password"),
        )  # fmt: skip
        administrator.autocommit = True
        with contextlib.closing(administrator):
            create_roles_and_database(
                administrator,
                database=DATABASE,
                owner=OWNER_ROLE,
                owner_password=self.owner_password,
                app=APP_ROLE,
                app_password=self.app_password,
            )
        done.touch()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time; the lock falls with the process that holds it."""
        self.state.folder.mkdir(parents=True, exist_ok=True)
        with (self.state.folder / "postgresql.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
