"""Mail to those who complained that was given up: the case shows it, and whoever handles it is told; once for each mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from backend.accounts.actors import CLOCK
from backend.audit import services as audit
from backend.notifications import selectors
from backend.notifications import services as outbox
from backend.notifications.models import Outgoing
from cases.models import Case, Complainant, Flag, Origin, Recipient

from . import editing
from .alerts import Readers
from .due import WORDS

BATCH = 500
SUBJECT = "Reference {reference}: a mail was not delivered"
BODY = """A mail about reference {reference} could not be delivered. Whoever it was for does not know that there is something to read.

Sign in to see who it is. This message does not say it.

Please do not answer this message: nobody reads the answers.
"""


def watch(*, at: dt.datetime) -> int:
    """Tell of every mail that was given up and that nobody was told of yet; answers how many. Each batch is one commit.

    Of a case that somebody is changing it is told at the next look. What was for staff, for nobody of the case any more, or of
    a case that was disposed of is no news to anybody.
    """
    told = 0
    last: int | None = 0
    while last is not None:
        more, last = _watch_some(after=last, at=at)
        told += more
    return told


@transaction.atomic
def _watch_some(*, after: int, at: dt.datetime) -> tuple[int, int | None]:
    """One commit: how many mails it told of, and the last that it looked at, None where there was none."""
    failures = list(selectors.untold_failures(after=after, limit=BATCH))
    if not failures:
        return 0, None
    there = Case.objects.filter(reference__in={each.about for each in failures}, origin=Origin.LIVE, disposed_on=None)
    held = there.defer(*WORDS).order_by("pk").select_for_update(skip_locked=True, of=("self",), no_key=True)
    cases = {case.reference: case for case in held}
    busy = set(there.values_list("reference", flat=True)) - set(cases)
    theirs = {
        (reference, str(public_id))
        for reference, public_id in Complainant.objects.filter(case__in=cases.values()).values_list(
            "case__reference", "public_id"
        )
    }
    news = [each for each in failures if (each.about, each.addressee) in theirs]
    _tell(news, cases, at=at)
    outbox.tell_of_failures([each.pk for each in failures if each.about not in busy], at=at)
    return len(news), failures[-1].pk


def settle(case: Case, complainant: Complainant, *, at: dt.datetime) -> int:
    """Somebody saw to it that mail did not reach this one: answers how many mails. For a change that records itself.

    The flag goes, unless there is somebody else of the case whom mail did not reach.
    """
    settled = outbox.settle_failures(about=case.reference, addressee=str(complainant.public_id), at=at)
    unreached = selectors.unreached(about=case.reference)
    if not any(str(each.public_id) in unreached for each in case.complainants.all()):
        case.flags = [flag for flag in case.flags if flag != Flag.MAIL_REFUSED]
    return settled


def _tell(news: Sequence[Outgoing], cases: dict[str, Case], *, at: dt.datetime) -> None:
    """Flag the cases and write to who handles them; in the trail stands whom it did not reach, and no address."""
    unreached: dict[str, list[str]] = {}
    for each in news:
        unreached.setdefault(each.about, []).append(each.addressee)
    readers = Readers([cases[reference] for reference in unreached], at=at)
    for reference in unreached:
        case = cases[reference]
        editing.mark(case)
        case.flags = [*(flag for flag in case.flags if flag != Flag.MAIL_REFUSED), Flag.MAIL_REFUSED]
        case.version += 1
        case.save(update_fields=["flags", "version"])
    for each in news:
        _write_about(each, cases[each.about], readers, at=at)
    if unreached:
        told = {reference: {"complainants": sorted(set(ids))} for reference, ids in unreached.items()}
        audit.record_many(
            actor=CLOCK.public_id, verb="MAIL_NOT_DELIVERED", subject_kind="case", at=at, details_by_subject=told
        )


def _write_about(failure: Outgoing, case: Case, readers: Readers, *, at: dt.datetime) -> None:
    _, addresses = readers.first_from(case, Recipient.HANDLER)
    for name, address in addresses.items():
        outbox.queue(
            cause=f"undelivered:{failure.public_id}:{name}",
            recipient=address,
            subject=SUBJECT.format(reference=case.reference),
            body=BODY.format(reference=case.reference),
            at=at,
            about=case.reference,
            addressee=name,
        )
