"""A mail server that delivers to nobody: every message becomes a file in a folder."""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from backend.demo.checks import free_port, port_trouble


@contextlib.contextmanager
def mail_kept_in(folder: Path, *, preferred_port: int) -> Iterator[int]:
    """Run the server within the block, and say on which port: the preferred one, or another where that is taken.

    `folder` becomes a Maildir; its messages are in `new`.
    """
    # From the development requirements: production never runs this.
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Mailbox

    logging.getLogger("mail.log").setLevel(logging.ERROR)
    port = preferred_port if port_trouble(preferred_port) is None else free_port()
    controller = Controller(Mailbox(folder), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
