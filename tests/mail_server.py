"""A real SMTP server for tests: it keeps what it accepts, and can be told to refuse, to wait and to go away."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pytest_django.fixtures import Settings

ACCEPTED = "250 OK"


class MailServer:
    """What the server keeps, and how it is told what to do. `running_mail_server()` and `mail_server` start one."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.recipients: list[str] = []  # every address that was tried, refused ones too
        self.refuse_recipient: dict[str, str] = {}  # address -> answer, for as long as it stands here
        self.data_answers: list[str] = []  # answers to the next messages, used up one by one
        self.before_answer: Any = None  # called with the message before it is accepted
        self.hold = False  # wait with every answer to a recipient
        self.somebody_waits = threading.Event()
        with contextlib.closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        self.hold = False
        if self._controller:
            self._controller.stop()
            self._controller = None

    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages]

    # What the server asks its handler.

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        self.recipients.append(address)
        while self.hold:
            self.somebody_waits.set()
            await asyncio.sleep(0.01)
        if address in self.refuse_recipient:
            return self.refuse_recipient[address]
        envelope.rcpt_tos.append(address)
        return ACCEPTED

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.data_answers.pop(0) if self.data_answers else ACCEPTED
        message = message_from_bytes(envelope.content)
        if self.before_answer:
            await asyncio.to_thread(self.before_answer, message)
        if answer == ACCEPTED:
            self.messages.append(message)
        return answer


@contextlib.contextmanager
def running_mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    """A running mail server, and settings that send to it. A room's conftest.py imports this fixture."""
    with running_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"  # pytest-django puts a pretence there
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = server.port
        settings.EMAIL_TIMEOUT = 10
        yield server
