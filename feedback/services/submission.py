"""Hop 1: what the public sends becomes a submission, its case, its deadlines, its mail and its audit row, in one commit."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from backend.attachments import services as attachments
from backend.attachments.services import Upload
from backend.audit import services as audit
from backend.calendar.working_days import day_of
from backend.common import receipts
from backend.common.identifiers import random_public_id, random_reference
from backend.notifications import services as outbox
from backend.requests import services as requests
from cases.models import Case, Complainant, Kind
from cases.services import codes, templates
from cases.services.intake import NewCase, NewComplainant, open_case
from feedback.models import Rating, Submission
from feedback.screening import screen

from . import places
from .drafts import CommentDraft, ComplaintDraft, Contact, Draft, RatingDraft, Scores
from .places import Place

WINDOW = dt.timedelta(minutes=10)


def count_submission(*, caller: str, at: dt.datetime) -> None:
    """Count a submission before it is read. Raises TooMany (429) beyond SUBMISSION_LIMIT of one caller in ten minutes."""
    requests.count_try(what="submit", caller=caller, limit=settings.SUBMISSION_LIMIT, per=WINDOW, at=at)


@dataclass(frozen=True)
class Accepted:
    """What the sender is told, once: the reference, the receipt, and the instant of arrival."""

    reference: str
    receipt: str
    submitted_at: dt.datetime
    overall: int | None = None


def submit_rating(*, draft: RatingDraft, key: UUID | None, at: dt.datetime) -> Accepted:
    """Keep a rating of a local team. Raises Invalid (400), TooMany (429), and as requests.once for the key."""

    def keep(secret: str) -> dict[str, Any]:
        place = _place(draft, on=day_of(at))
        submission = _submission(draft, Submission.Kind.RATING, place, case=None, secret=secret, at=at)
        _keep_scores(submission, draft.scores)
        _record(submission, at)
        return {
            "reference": submission.reference,
            "submitted_at": at.isoformat(),
            "overall": draft.scores.get("overall"),
        }

    return _once("ratings", draft, [], key, at, keep)


def submit_comment(*, draft: CommentDraft, files: Sequence[Upload], key: UUID | None, at: dt.datetime) -> Accepted:
    """Keep a comment and open its case. Raises as `submit_rating`, and FileRefused (400, 413, 415)."""

    def keep(secret: str) -> dict[str, Any]:
        place, sender = _place(draft, on=day_of(at)), _complainant(draft.contact)
        new = NewCase(
            kind=Kind.COMMENT,
            force=place.force,
            narrative=draft.text,
            flags=screen(draft.text),
            reply_wanted=draft.reply_wanted,
            made_on=day_of(at),
            complainants=[sender],
            professional_standards=place.professional_standards,
            about_unit=place.unit,
            neighbourhood=place.neighbourhood,
            files=attachments.keep_all(files=files, at=at) if files else (),
        )
        submission = _open(draft, Submission.Kind.COMMENT, place, new, secret=secret, at=at)
        if draft.scores:
            _keep_scores(submission, draft.scores)
        return _finish(submission, sender, at) | {"overall": draft.scores.get("overall")}

    return _once("comments", draft, files, key, at, keep)


def submit_complaint(*, draft: ComplaintDraft, files: Sequence[Upload], key: UUID | None, at: dt.datetime) -> Accepted:
    """Keep a complaint, with or without a name, and open its case. Raises as `submit_comment`.

    Every expression of dissatisfaction counts, whoever sends it and whether it will be recorded or not (PRA 2002 s.12).
    """

    def keep(secret: str) -> dict[str, Any]:
        place = _place(draft, on=day_of(at))
        codes.check_equality(draft.equality, on=day_of(at), within="equality.")
        complainant = _complainant(
            draft.contact,
            relationship=Complainant.Relationship(draft.relationship),
            acts_for=draft.acts_for,
            has_authority=draft.has_authority,
            equality=dict(draft.equality),
        )
        new = NewCase(
            kind=Kind.COMPLAINT,
            force=place.force,
            narrative=draft.what_happened,
            flags=screen(draft.what_happened),
            made_on=day_of(at),
            complainants=[complainant],
            professional_standards=place.professional_standards,
            about_unit=place.unit,
            neighbourhood=place.neighbourhood,
            location=draft.location,
            officers_described=draft.officers,
            harm=draft.harm,
            views_on_handling=draft.views,
            incident_on=draft.incident_on,
            wishes_recording=draft.wishes_recording,
            files=attachments.keep_all(files=files, at=at) if files else (),
        )
        submission = _open(draft, Submission.Kind.COMPLAINT, place, new, secret=secret, at=at)
        return _finish(submission, complainant, at)

    return _once("complaints", draft, files, key, at, keep)


def _once(
    route: str,
    draft: Draft,
    files: Sequence[Upload],
    key: UUID | None,
    at: dt.datetime,
    keep: Callable[[str], dict[str, Any]],
) -> Accepted:
    attachments.refuse_what_is_too_large(files)
    digest = _digest(draft, files)
    secret = receipts.make_secret(route=route, key=key, body_digest=digest)
    kept = requests.once(route=route, key=key, body_digest=digest, at=at, make=lambda: keep(secret))
    return Accepted(
        reference=kept["reference"],
        receipt=receipts.write(reference=kept["reference"], secret=secret),
        submitted_at=dt.datetime.fromisoformat(kept["submitted_at"]),
        overall=kept.get("overall"),
    )


def _digest(draft: Draft, files: Sequence[Upload]) -> bytes:
    """What was sent, by its fields and the bytes of its files: the same whatever the boundary of the form was."""
    whole = hashlib.sha256(draft.as_json.encode())
    for file in files:
        whole.update(attachments.digest_of(file))
    return whole.digest()


def _place(draft: Draft, *, on: dt.date) -> Place:
    named = draft.place
    return places.find(force=named.force, unit=named.unit, neighbourhood=named.neighbourhood, on=on)


def _complainant(contact: Contact, **more: Any) -> NewComplainant:
    return NewComplainant(anonymous=not contact.name, public_id=random_public_id(), **asdict(contact), **more)


def _open(
    draft: Draft, kind: Submission.Kind, place: Place, new: NewCase, *, secret: str, at: dt.datetime
) -> Submission:
    case = open_case(new, at=at)
    return _submission(draft, kind, place, case=case, secret=secret, at=at)


def _submission(
    draft: Draft,
    kind: Submission.Kind,
    place: Place,
    *,
    case: Case | None,
    secret: str,
    at: dt.datetime,
) -> Submission:
    submission = Submission(
        reference=case.reference if case else random_reference(),
        kind=kind,
        submitted_at=at,
        receipt_hash=receipts.hash_of(secret),
        original=draft.as_json,
        case_id=case.pk if case else None,
        force=place.force,
        unit=place.unit,
        neighbourhood=place.neighbourhood,
        may_be_published=getattr(draft, "may_be_published", False),
    )
    submission.save(force_insert=True)
    return submission


def _keep_scores(submission: Submission, scores: Scores) -> None:
    Rating.objects.create(submission=submission, **scores)


def _finish(submission: Submission, sender: NewComplainant, at: dt.datetime) -> dict[str, Any]:
    if sender.email:
        mail = templates.mail("MAIL_RECEIVED", reference=submission.reference, force_id=submission.force_id, at=at)
        outbox.queue(
            cause=f"acknowledge:{submission.reference}",
            recipient=sender.email,
            subject=mail.heading,
            body=mail.body,
            at=at,
            about=submission.reference,
            addressee=str(sender.public_id),
            text_version=mail.version,
        )
    _record(submission, at)
    return {"reference": submission.reference, "submitted_at": at.isoformat()}


def _record(submission: Submission, at: dt.datetime) -> None:
    audit.record(
        actor="",
        verb="SUBMITTED",
        subject_kind="case" if submission.case_id else "submission",
        subject=submission.reference,
        at=at,
        details={"kind": submission.kind},
    )
