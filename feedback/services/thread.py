"""The thread between the force and whoever holds the receipt: no address is needed, and no name."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from backend.attachments import services as attachments
from backend.attachments.models import StoredFile
from backend.attachments.services import Upload
from backend.calendar.working_days import day_of
from backend.common.errors import Missing, Refused
from backend.common.pagination import PAGE_SIZE, Order, Page
from backend.requests import services as requests
from cases.models import Complainant, Message, MessageFile
from cases.services import messages

from . import submission
from .opening import SENDER, Opened

ROUTE = "track-messages"
DAY = dt.timedelta(days=1)
NEWEST_FIRST = Order("thread", ("sent_at", "id"), descending=True)


class NoThread(Refused):
    code = "no-thread"
    title = "A rating on its own is not answered."


class EnoughForToday(Refused):
    """One complainant wrote so often that no more is kept until the day is over."""

    code = "too-many-messages"
    title = "You have written to us many times today."
    status = 429

    def __init__(self, *, wait: dt.timedelta) -> None:
        super().__init__(
            "We have kept what you wrote before, and will read it. This message was not kept: put what is left into one, and "
            "send it tomorrow. If it cannot wait, call 101; in an emergency, call 999."
        )
        self.headers = {"Retry-After": str(int(wait.total_seconds()))}


@dataclass(frozen=True)
class Attached:
    public_id: UUID
    name: str


@dataclass(frozen=True)
class Told:
    """One message of the thread, as its reader sees it: from US or from YOU."""

    public_id: UUID
    by: str
    about: str
    on: dt.date
    text: str
    wish: str
    attachments: Sequence[Attached]


@dataclass(frozen=True)
class Kept:
    """That a message has arrived: nothing of it is told again."""

    public_id: UUID
    received_on: dt.date
    wish: str


def write(*, opened: Opened, text: str, wish: str, files: Sequence[Upload], key: UUID | None, at: dt.datetime) -> Kept:
    """Keep what the holder of the receipt writes, with a wish where they state one, in their thread of the case.

    `opened` is what their receipt opened (opening.open_receipt). Raises NoThread (409) for a rating on its own, Invalid (400)
    for a wish that a comment cannot have, FileRefused (400, 413, 415), EnoughForToday (429) beyond MESSAGES_A_DAY, and as
    requests.once for the key: what was kept is answered again however many there were.
    """
    attachments.refuse_what_is_too_large(files)
    if opened.complainant is None:
        raise NoThread("Send a comment or a complaint: that is answered.")
    writer = opened.complainant

    def keep() -> dict[str, Any]:
        _count_for_today(writer, at=at)
        message = messages.receive(case_id=writer.case_id, writer=writer, text=text, wish=wish, files=files, at=at)
        return {"public_id": str(message.public_id), "received_on": str(day_of(at))}

    digest = _digest(writer, text, wish, files)
    kept = requests.once(route=ROUTE, key=key, body_digest=digest, at=at, make=keep)
    return Kept(UUID(kept["public_id"]), dt.date.fromisoformat(kept["received_on"]), wish)


def read(opened: Opened, *, cursor: str = "", size: int = PAGE_SIZE) -> Page[Told]:
    """What stands between the force and one complainant: not what others were told, nor what staff note.

    The newest `size` messages, or those before the cursor, oldest first; the cursor of the page leads to the ones before
    them. Raises ValidationError (400) for a cursor not made here.
    """
    rows = _theirs(opened).defer("words").prefetch_related("files__file")
    page = NEWEST_FIRST.page(rows, cursor=cursor, size=size)
    return Page([_told(row) for row in reversed(page.rows)], page.next_cursor)


def _told(row: Message) -> Told:
    return Told(
        row.public_id,
        "YOU" if row.direction == Message.Direction.IN else "US",
        row.about,
        day_of(row.sent_at),
        row.text,
        row.wish,
        [Attached(link.file.public_id, link.file.name) for link in row.files.all()],
    )


def find_file(*, opened: Opened, public_id: UUID) -> StoredFile:
    """A file that went, or came, with a message of their thread. Raises Missing (404)."""
    links = MessageFile.objects.filter(message__in=_theirs(opened), file__public_id=public_id)
    link = links.select_related("file").first()
    if link is None:
        raise Missing
    return link.file


def _theirs(opened: Opened) -> QuerySet[Message]:
    """Two who complain never read each other's letters; what names nobody is of before there was more than one."""
    whose = opened.complainant
    if whose is None:
        return Message.objects.none()
    named = Q(complainant=whose) | Q(complainant=None) if whose.position == SENDER else Q(complainant=whose)
    return Message.objects.filter(named, case=whose.case_id, party=Message.Party.COMPLAINANT)


def count(*, caller: str, at: dt.datetime) -> None:
    """Count a message before it is read. Raises TooMany (429) beyond SUBMISSION_LIMIT of one caller in ten minutes."""
    limit, per = settings.SUBMISSION_LIMIT, submission.WINDOW
    requests.count_try(what="write", caller=caller, limit=limit, per=per, at=at)


def _count_for_today(writer: Complainant, *, at: dt.datetime) -> None:
    """Count a message that is kept, in its transaction. Raises EnoughForToday (429) beyond MESSAGES_A_DAY of one complainant."""
    try:
        requests.count_try(what="message", caller=str(writer.public_id), limit=settings.MESSAGES_A_DAY, per=DAY, at=at)
    except requests.TooMany:
        left = DAY.total_seconds() - at.timestamp() % DAY.total_seconds()
        raise EnoughForToday(wait=dt.timedelta(seconds=left)) from None


def _digest(writer: Complainant, text: str, wish: str, files: Sequence[Upload]) -> bytes:
    whole = hashlib.sha256(json.dumps([str(writer.public_id), text, wish]).encode())
    for file in files:
        whole.update(attachments.digest_of(file))
    return whole.digest()
