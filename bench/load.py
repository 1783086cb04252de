"""A client that keeps a number of requests in flight, in one thread: it asks little of the machine that it measures."""

from __future__ import annotations

import selectors
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .common import WrongAnswerError, percentile

PATIENCE_SECONDS = 30


@dataclass
class Load:
    """What came of a round."""

    seconds: float
    latencies: list[float] = field(default_factory=list)  # seconds, from the connection to the last byte
    statuses: Counter[int] = field(default_factory=Counter)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def p(self, share: float) -> float:
        """A percentile of the latencies, in seconds."""
        return percentile(self.latencies, share)

    def note(self, exchange: _Exchange, *, keep_body: bool) -> None:
        """Count an exchange that is at its end."""
        self.latencies.append(time.perf_counter() - exchange.began)
        self.statuses[exchange.status()] += 1
        if keep_body:
            self.bodies.append(bytes(exchange.received).partition(b"\r\n\r\n")[2])


class _Exchange:
    """One request on a connection of its own: gunicorn's sync workers close it after the answer."""

    def __init__(self, port: int, request: bytes) -> None:
        self.began = time.perf_counter()
        self.received = bytearray()
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Take what has come; True once the other side has closed."""
        piece = self.socket.recv(65536)
        self.received += piece
        return not piece

    def status(self) -> int:
        if not self.received.startswith(b"HTTP/1.1 "):
            raise WrongAnswerError(f"no HTTP answer: {bytes(self.received[:100])!r}")
        return int(self.received[9:12])


def drive(
    port: int,
    *,
    make_request: Callable[[], bytes],
    clients: int,
    seconds: float = 0,
    requests: int = 0,
    keep_bodies: bool = False,
) -> Load:
    """Keep `clients` requests in flight for `seconds`, or until `requests` were sent; all that were sent are waited for.

    Raises WrongAnswerError where no HTTP answer comes; which statuses are right is the caller's to say.
    """
    load, sent = Load(0), 0
    began = time.perf_counter()
    with selectors.DefaultSelector() as waiting:

        def send() -> None:
            nonlocal sent
            sent += 1
            exchange = _Exchange(port, make_request())
            waiting.register(exchange.socket, selectors.EVENT_READ, exchange)

        for _ in range(clients):
            send()
        while waiting.get_map():
            for exchange in _answered(waiting):
                load.note(exchange, keep_body=keep_bodies)
                if time.perf_counter() - began < seconds or sent < requests:
                    send()
    load.seconds = time.perf_counter() - began
    return load


def _answered(waiting: selectors.BaseSelector) -> Iterator[_Exchange]:
    """The exchanges that have come to their end, after waiting for the next to do so."""
    ready = waiting.select(PATIENCE_SECONDS)
    if not ready:
        raise WrongAnswerError(f"no answer within {PATIENCE_SECONDS} seconds")
    for key, _ in ready:
        exchange: _Exchange = key.data
        if exchange.is_answered():
            waiting.unregister(exchange.socket)
            exchange.socket.close()
            yield exchange


def written(method: str, path: str, *, body: bytes = b"", headers: dict[str, str] | None = None) -> bytes:
    """An HTTP/1.1 request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
