"""The mail server: one connection for a run, and its many refusals told as two: for now, or for ever."""

import contextlib
import smtplib
import uuid
from email.utils import parseaddr
from types import TracebackType
from typing import Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection


class PermanentError(Exception):
    """The server will never take this message. The text carries no address and nothing of the message."""


class TemporaryError(Exception):
    """The message may be taken later. `concerns_all` where no other message would fare better now."""

    def __init__(self, text: str, *, concerns_all: bool = False) -> None:
        super().__init__(text)
        self.concerns_all = concerns_all


class MailServer:
    """The SMTP server of the settings, connected to when the first message is sent."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def send(self, *, public_id: uuid.UUID, recipient: str, subject: str, body: str) -> None:
        """Hand one message over; on return the server has accepted it. Raises PermanentError and TemporaryError."""
        message = EmailMessage(
            subject=subject,
            body=body,
            to=[recipient],
            connection=self._connection,
            headers={
                # Always the same for the same message: whoever gets it twice can tell.
                "Message-ID": f"<{public_id}@{_domain()}>",
                "Auto-Submitted": "auto-generated",  # no holiday replies (RFC 3834)
            },
        )
        self._connect()
        try:
            message.send()
        except (smtplib.SMTPException, OSError) as error:
            self._close()  # whatever state the conversation is in, the next message starts a new one
            raise _as_failure(error) from None

    def _close(self) -> None:
        with contextlib.suppress(smtplib.SMTPException, OSError):  # a failed farewell changes nothing that was accepted
            self._connection.close()

    def _connect(self) -> None:
        try:
            self._connection.open()
        except (smtplib.SMTPException, OSError) as error:
            why = f"The mail server could not be reached ({_name(error)})."
            raise TemporaryError(why, concerns_all=True) from None


def _as_failure(error: smtplib.SMTPException | OSError) -> PermanentError | TemporaryError:
    """What the server said in our own words: its text may repeat the address."""
    match error:
        case smtplib.SMTPRecipientsRefused(recipients=refused):
            code = max(code for code, _text in refused.values())
            if code >= 500:
                return PermanentError(f"The mail server refused the recipient for good (code {code}).")
            return TemporaryError(f"The mail server refused the recipient for now (code {code}).")
        case smtplib.SMTPDataError(smtp_code=code) if code >= 500:
            return PermanentError(f"The mail server refused the message for good (code {code}).")
        case smtplib.SMTPResponseException(smtp_code=code):
            # Also a refused sender, whatever the code: that is our set-up, which somebody can put right.
            return TemporaryError(f"The mail server refused the message for now (code {code}).")
    return TemporaryError(f"The mail server broke off ({_name(error)}).")


def _name(error: Exception) -> str:
    return f"code {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else type(error).__name__


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
