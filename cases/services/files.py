"""Files that staff put to a case: notices of bodies, statements, letters that came in on paper."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.accounts.actors import Actor
from backend.attachments import services as attachments
from backend.attachments.models import StoredFile
from backend.attachments.services import Upload
from backend.audit import services as audit
from cases import makers
from cases.models import Case, CaseFile, Kind

from . import locking
from .locking import MayNot


@transaction.atomic
def put(*, reference: str, file: Upload, actor: Actor, at: dt.datetime, version: int) -> tuple[StoredFile, Case]:
    """Keep a file with a case, open or closed: a notice may come long after the end.

    What it is, is found out from its content, whatever it is called. Raises Missing (404), Stale (412), MayNot (403), and
    FileRefused (400, 413, 415).
    """
    attachments.refuse_what_is_too_large([file])
    case = locking.lock(reference=reference, actor=actor, version=version)
    rule = makers.may_work_on_comments if case.kind == Kind.COMMENT else makers.may_handle
    if not rule(case, actor):
        raise MayNot(rule.otherwise)
    stored = attachments.keep(content=file.content, name=file.name, at=at)
    CaseFile.objects.create(case_id=case.pk, file=stored)
    case.version += 1
    case.save(update_fields=["version"])
    audit.record(
        actor=actor.public_id,
        verb="FILE_PUT",
        subject_kind="case",
        subject=case.reference,
        at=at,
        details={
            "file": str(stored.public_id),
            "sha256": stored.sha256,
            "content_type": stored.content_type,
            "size": stored.size,
        },
    )
    return stored, case
