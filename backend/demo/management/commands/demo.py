"""`manage.py demo`: database, mail, web server and worker on this machine, with demonstration data."""

import contextlib
import fcntl
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from backend.areas.models import Unit
from backend.database.errors import SetUpError
from backend.database.server import EmbeddedServer
from backend.demo.checks import disk_trouble, port_trouble, wait_for
from backend.demo.mail import mail_kept_in
from backend.demo.supervisor import Supervisor, interrupted_by_signals

DEMO_FORCE = Path("backend", "areas", "fixtures", "west_midlands.json")


class Command(BaseCommand):
    help = "Start everything on this machine with demonstration data. PORT= and STATE= choose; Ctrl-C stops it."

    def handle(self, *args: Any, **options: Any) -> None:
        state = getattr(settings, "STATE", None)
        if state is None:
            raise CommandError("The demo runs with the local settings: unset DJANGO_SETTINGS_MODULE.")
        port = self._port()
        for trouble in (port_trouble(port), disk_trouble(state.folder)):
            if trouble:
                raise CommandError(trouble)
        try:
            with interrupted_by_signals(), contextlib.ExitStack() as running:
                running.enter_context(self._alone_with(state.folder))
                running.enter_context(self._database())
                self._load()
                mail_port = running.enter_context(
                    mail_kept_in(state.folder / "mail", preferred_port=settings.EMAIL_PORT)
                )
                programs = running.enter_context(self._programs(state.folder / "logs", port, mail_port))
                self._tell(port, state.folder)
                self._fail(programs, programs.watch())
        except SetUpError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            self.stdout.write("\nStopped. The data is kept for the next time.")

    def _port(self) -> int:
        told = os.environ.get("PORT") or "8000"
        if not told.isdecimal() or not 0 < int(told) < 65536:
            raise CommandError(f"PORT={told} is no port: it is a number from 1 to 65535.")
        return int(told)

    @contextlib.contextmanager
    def _alone_with(self, folder: Path) -> Iterator[None]:
        """One demo with the same data: a second one would prepare it at the same time, and lose its database with the first.

        The lock falls with the process that holds it.
        """
        with (folder / "demo.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CommandError(
                    f"A demo runs already with the data in {folder}. "
                    "Stop that one first, or choose other data: STATE=/another/folder make demo"
                ) from None
            yield

    @contextlib.contextmanager
    def _database(self) -> Iterator[None]:
        """Run the embedded server, and stop it again if it was not running before."""
        embedded = settings.DATABASES["default"].get("EMBEDDED_STATE")
        server = EmbeddedServer(Path(embedded)) if embedded else None
        was_running = server is None or server.is_running()
        try:
            if server:
                server.start()
            yield
        finally:
            connections.close_all()
            if server and not was_running:
                server.stop()

    def _load(self) -> None:
        """Bring the tables up to date, and put the demo force and its accounts in, once."""
        if "owner" in connections:
            executor = MigrationExecutor(connections["owner"])
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                self.stdout.write("Preparing the database.")
                call_command("migrate", verbosity=0, interactive=False)
            connections["owner"].close()
        if not Unit.objects.filter(kind=Unit.Kind.FORCE).exists():
            self.stdout.write("Loading the demonstration force.")
            call_command("load_force", str(settings.ROOT / DEMO_FORCE), stdout=io.StringIO())
        call_command("schedules", stdout=io.StringIO())

    @contextlib.contextmanager
    def _programs(self, logs: Path, port: int, mail_port: int) -> Iterator[Supervisor]:
        """The web server and the worker, running and ready."""
        mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(mail_port)}
        programs = Supervisor(logs, {"DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"], **mail})
        connections.close_all()
        try:
            programs.start("web", "gunicorn", "backend.wsgi:application", f"--bind=127.0.0.1:{port}", "--workers=2")
            programs.start("worker", "django", "qcluster")
            if not wait_for(f"http://127.0.0.1:{port}/health/alive", unless=programs.ended):
                self._fail(programs, programs.ended() or "web")
            yield programs
        finally:
            programs.stop()

    def _fail(self, programs: Supervisor, name: str) -> None:
        raise CommandError(
            f"The {name} program does not run. It said last ({programs.log(name)}):\n{programs.last_lines(name)}"
        )

    def _tell(self, port: int, state: Path) -> None:
        address = f"http://localhost:{port}"
        self.stdout.write(f"Rate Your Local Police is running: {address}/")
        self.stdout.write(f"  the API, described:  {address}/api/v1/docs/")
        self.stdout.write(f"  mail it has sent:    {state / 'mail' / 'new'}")
        self.stdout.write(f"  logs:                {state / 'logs'}")
        self.stdout.write("")
        call_command("load_demo_accounts", stdout=self.stdout)
        self.stdout.write("\nCtrl-C stops everything.")
        self.stdout.flush()
