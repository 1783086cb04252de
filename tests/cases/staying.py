"""The steps beside the path, as the tests take them: each by somebody, on a day, on the version that stands in the database."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from backend.attachments.models import StoredFile
from cases.models import BodyNotice, Case, CaseFile, Complainant, Notice, Suspension, Withdrawal
from cases.models.path import LetterWay
from cases.services import suspensions, withdrawals
from cases.services.intake import NewComplainant
from tests.attachments.samples import a_copy_on_disk
from tests.cases.alleging import by
from tests.cast import AT, Cast

MAYA, NOOR = NewComplainant(name="Maya Field", email="maya@home.test"), NewComplainant(name="Noor Hill")
BOTH = [MAYA, NOOR]
DAY = dt.timedelta(days=1)
TODAY = AT.date()


def who(case: Case, place: int = 1) -> Complainant:
    return Complainant.objects.get(case=case, position=place)


def sign(
    cast: Cast, case: Case, place: int = 1, *, name: str = "beth", at: dt.datetime = AT, **more: Any
) -> Withdrawal:
    given = {"allegation": None, "signed_on": at.date(), "signed_by": Withdrawal.SignedBy.COMPLAINANT, **more}
    given = {"authority_seen_on": None, "document": None, **given}
    return withdrawals.enter_signed(**by(cast, name, case, at), complainant=who(case, place).public_id, **given)[0]


def wish(
    cast: Cast, case: Case, place: int = 1, *, name: str = "beth", at: dt.datetime = AT, **more: Any
) -> Withdrawal:
    given = {"allegation": None, "wished_on": at.date(), **more}
    return withdrawals.enter_wish(**by(cast, name, case, at), complainant=who(case, place).public_id, **given)[0]


def ask(cast: Cast, row: Withdrawal, *, name: str = "beth", at: dt.datetime = AT, **more: Any) -> Withdrawal:
    given = {"sent_on": at.date(), "way": LetterWay.RECORDED_DELIVERY, "reason": "", **more}
    return withdrawals.enter_letter(**by(cast, name, row.case, at), withdrawal=row.public_id, **given)[0]


def answer(
    cast: Cast, row: Withdrawal, step: Any, *, name: str = "beth", at: dt.datetime = AT, **more: Any
) -> Withdrawal:
    given = {"answered_on": at.date(), **more}
    return step(**by(cast, name, row.case, at), withdrawal=row.public_id, **given)[0]


def find_silent(cast: Cast, row: Withdrawal, at: dt.datetime) -> Withdrawal:
    return withdrawals.find_silent(**by(cast, "beth", row.case, at), withdrawal=row.public_id)[0]


def a_document(case: Case) -> str:
    """A file of the case: its public id. There may be many."""
    file = StoredFile.objects.create(
        name="notice.pdf", content_type="application/pdf", size=1, sha256=uuid4().hex * 2, path=uuid4().hex,
        copy_path=a_copy_on_disk(), kept_at=AT,
    )  # fmt: skip
    CaseFile.objects.create(case=case, file=file)
    return str(file.public_id)


def said(cast: Cast, case: Case, body: str, decides: str, on: dt.date = TODAY) -> None:
    """A notice of a body, entered as it came."""
    file = a_document(case)
    link = case.files.get(file__public_id=file)
    BodyNotice.objects.create(
        case=case, body=body, decides=decides, dated_on=on, document=link.file, entered_by=cast.users["beth"],
        entered_at=AT,
    )  # fmt: skip


def open_notices(case: Case, kind: str) -> list[Notice]:
    return list(Notice.objects.filter(case=case, kind=kind, settled_on=None).order_by("pk"))


def suspend(cast: Cast, case: Case, *, name: str = "beth", at: dt.datetime = AT, **more: Any) -> Suspension:
    given = {"allegation": None, "until": "CRIMINAL_PROCEEDINGS", "reason": "The trial is in March.", **more}
    return suspensions.suspend(**by(cast, name, case, at), **given)[0]


def step(
    cast: Cast, row: Suspension, service: Any, *, name: str = "beth", at: dt.datetime = AT, **more: Any
) -> Suspension:
    """One step of a suspension by one of the cast."""
    return service(**by(cast, name, row.case, at), suspension=row.public_id, **more)[0]
