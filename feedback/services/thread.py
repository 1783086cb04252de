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
from backend.requests import services as requests
from cases.models import Complainant, Message, MessageFile
from cases.services import messages

from . import submission
from .opening import SENDER, Opened

ROUTE = "track-messages"


class NoThread(Refused):
    code = "no-thread"
    title = "A rating on its own is not answered."


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
    for a wish that a comment cannot have, FileRefused (400, 413, 415), and as requests.once for the key.
    """
    attachments.refuse_what_is_too_large(files)
    if opened.complainant is None:
        raise NoThread("Send a comment or a complaint: that is answered.")
    writer = opened.complainant

    def keep() -> dict[str, Any]:
        message = messages.receive(case_id=writer.case_id, writer=writer, text=text, wish=wish, files=files, at=at)
        return {"public_id": str(message.public_id), "received_on": str(day_of(at))}

    digest = _digest(writer, text, wish, files)
    kept = requests.once(route=ROUTE, key=key, body_digest=digest, at=at, make=keep)
    return Kept(UUID(kept["public_id"]), dt.date.fromisoformat(kept["received_on"]), wish)


def read(opened: Opened) -> list[Told]:
    """What stands between the force and one complainant, oldest first: not what others were told, nor what staff note."""
    rows = _theirs(opened).defer("words").prefetch_related("files__file").order_by("sent_at", "id")
    return [
        Told(
            row.public_id,
            "YOU" if row.direction == Message.Direction.IN else "US",
            row.about,
            day_of(row.sent_at),
            row.text,
            row.wish,
            [Attached(link.file.public_id, link.file.name) for link in row.files.all()],
        )
        for row in rows
    ]


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


def _digest(writer: Complainant, text: str, wish: str, files: Sequence[Upload]) -> bytes:
    whole = hashlib.sha256(json.dumps([str(writer.public_id), text, wish]).encode())
    for file in files:
        whole.update(attachments.digest_of(file))
    return whole.digest()
