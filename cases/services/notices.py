"""What somebody has to be told: owed by a move, and settled by sending it, or by a reason not to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Max, Q, QuerySet

from backend.accounts.actors import Actor
from backend.notifications import services as outbox
from cases import findings, standing
from cases.models import (
    Allegation,
    Case,
    Complainant,
    Involvement,
    Message,
    Notice,
    Proceeding,
    Suspension,
    Withdrawal,
)
from cases.notices import NOTICES, NoticeKind

from .due import forget

Asked = Withdrawal | Suspension  # what a letter that asks is about: each has a letter, and 28 days, of its own


def owe(case: Case, kind: str, *, to: str, on: dt.date, part: Allegation | None = None) -> list[Notice]:
    """The notices of `kind` (cases.notices) that are owed from `on`: one to each of `to`, for a change that records itself.

    An unidentified subject is owed nothing (SI 2020/2 reg. 3), nor is a body that has no part in the case, nor who has
    withdrawn; who is only kept informed is owed no copy of what others complain of. Of `part` those subjects alone are told
    whom it is about, and of the whole none for whom nothing of it goes on.
    """
    if to == "COMPLAINANT":
        return _owe(case, kind, to, on, complainants=_who_is_told(case, NOTICES[kind]))
    if to == "ACTED_FOR_NOBODY":
        return _owe(case, kind, "COMPLAINANT", on, complainants=standing.acted_for_nobody(case))
    if to == "SUBJECT":
        known = _whom_it_is_about(case, part)
        return _owe(case, kind, to, on, subjects=list(known.distinct("person").order_by("person", "id")))
    forget(case, "notices")
    body = _review_body(case) if to == "REVIEW_BODY" else to
    return [Notice.objects.create(case_id=case.pk, kind=kind, to=body, owed_on=on)] if body else []


def owe_of(case: Case, proceeding: Proceeding, *, on: dt.date) -> list[Notice]:
    """What each complainant is told of proceedings, owed from `on`. For a change that records itself."""
    kind = NOTICES["PROCEEDING_OUTCOME"]
    return _owe(case, kind.kind, "COMPLAINANT", on, complainants=_who_is_told(case, kind), of=proceeding)


def owe_again(case: Case, row: Notice, *, on: dt.date) -> Notice:
    """A notice of its own in the place of one that is kept back no longer. For a change that records itself."""
    forget(case, "notices")
    same = {name: getattr(row, name) for name in ("kind", "to", "complainant", "subject", "proceeding")}
    return Notice.objects.create(case_id=case.pk, owed_on=on, **same)


def _review_body(case: Case) -> str:
    """Whose review it is: of the last one that was applied for."""
    last = standing.last_review(case)
    return last.body if last else case.review_body


def owe_one(
    case: Case, kind: str, *, to: Complainant | Involvement, on: dt.date, of: Asked | None = None
) -> list[Notice]:
    """The notice of `kind` that is owed to one of them alone, for a change that records itself."""
    if isinstance(to, Complainant):
        return _owe(case, kind, "COMPLAINANT", on, complainants=[to], of=of)
    return _owe(case, kind, "SUBJECT", on, subjects=[to])


def settle_one(
    case: Case,
    kind: str,
    *,
    to: Complainant | Involvement,
    as_: Notice.Settled,
    actor: Actor,
    on: dt.date,
    reason: str = "",
    of: Asked | None = None,
) -> None:
    """The oldest open notice of `kind` to one of them is settled, if there is one. For a change that records itself.

    A letter that asks is settled with what it asks `of`, and no other.
    """
    forget(case, "notices")
    whom = {**({"complainant": to} if isinstance(to, Complainant) else {"subject": to}), **_named(of)}
    first = Notice.objects.filter(case_id=case.pk, kind=kind, settled_on=None, **whom).order_by("owed_on", "pk").first()
    if first:
        first.settled_on, first.settled_as, first.settled_by_id, first.reason = on, as_, actor.user_id, reason
        first.save(update_fields=["settled_on", "settled_as", "settled_by", "reason"])
    if as_ == Notice.Settled.NOT_OWED:
        _call_off(Notice.objects.filter(case_id=case.pk, kind=kind, message__isnull=False, **whom))


def settle_by_message(
    case: Case, row: Notice, message: Message, *, actor: Actor, on: dt.date, reason: str = ""
) -> None:
    """The notice was sent: the message says what and how. For a change that records itself."""
    forget(case, "notices")
    row.settled_on, row.settled_as, row.settled_by_id = on, Notice.Settled.SENT, actor.account
    row.message, row.reason = message, reason
    row.save(update_fields=["settled_on", "settled_as", "settled_by", "message", "reason"])


def note_whether_told(case: Case, *proceedings: Proceeding) -> None:
    """Proceedings count as told once nobody is owed how they ended, on the day on which the last one heard it.

    For a change that records itself, after what it settled.
    """
    for each in proceedings:
        forget(case, "proceedings")
        said_since = Q(settled_as=Notice.Settled.SENT, owed_on__gte=each.ended_on or each.begun_on)
        is_owed = each.notices.filter(settled_on=None).exists()
        each.told_on = None if is_owed else each.notices.filter(said_since).aggregate(last=Max("settled_on"))["last"]
        each.save(update_fields=["told_on"])


def _call_off(sent: QuerySet[Notice]) -> None:
    """What was written already and waits for the end of somebody's quiet hours is not mailed any more."""
    for message in sent.values_list("message__public_id", flat=True):
        outbox.call_off(cause=f"message:{message}", why="What it tells is not owed any more.")


def _owe(
    case: Case,
    kind: str,
    to: str,
    on: dt.date,
    *,
    complainants: list[Complainant] | None = None,
    subjects: list[Involvement] | None = None,
    of: Proceeding | Asked | None = None,
) -> list[Notice]:
    forget(case, "notices")
    owed = {"case_id": case.pk, "kind": kind, "to": to, "owed_on": on, **_named(of)}
    rows = [Notice(complainant=each, **owed) for each in complainants or []]
    rows += [Notice(subject=each, **owed) for each in subjects or []]
    return Notice.objects.bulk_create(rows)


def _named(of: Proceeding | Asked | None) -> dict[str, Any]:
    """What a notice is of, by the field that names it."""
    return {str(of._meta.model_name): of} if of else {}


def tell_again(case: Case, complainant: Complainant, *, since: dt.date, on: dt.date) -> None:
    """Somebody who had withdrawn, or no consent, is told how it is going by a clock that begins `since` then.

    The copy of the record that they never got is owed from `on`, and so is the outcome that was told meanwhile: to others, or to
    them too, but without a right to a review. For a change that records itself.
    """
    forget(case, "complainants")
    complainant.returned_on = since
    complainant.save(update_fields=["returned_on"])
    copies = Notice.objects.filter(case_id=case.pk, kind="RECORD_COPY", complainant=complainant)
    if case.recorded_on and not copies.exclude(settled_as=Notice.Settled.NOT_OWED).exists():
        owe_one(case, "RECORD_COPY", to=complainant, on=on)
    if case.told_on and case.outcome == "DECIDED" and not _has_the_outcome(case, complainant):
        owe_one(case, "OUTCOME", to=complainant, on=on)


def _has_the_outcome(case: Case, complainant: Complainant) -> bool:
    """Whether they were told it with the right to a review, where it has one, or are to be told already."""
    theirs = Message.objects.filter(case_id=case.pk, complainant=complainant, template__kind="OUTCOME")
    told = theirs.filter(sent_at__date__gte=case.told_on)
    if case.review_body:
        told = told.exclude(review_right=None)  # they had withdrawn, as far as anybody knew when it was written
    owed = Notice.objects.filter(case_id=case.pk, complainant=complainant, kind="OUTCOME", settled_on=None)
    return told.exists() or owed.exists()


def _who_is_told(case: Case, kind: NoticeKind) -> list[Complainant]:
    told = Complainant.objects.filter(case_id=case.pk, consent_ended_on=None)
    if not kind.to_interested:
        told = told.exclude(relationship=Complainant.Relationship.INTERESTED)
    return [each for each in told if kind.to_withdrawn or not standing.has_withdrawn(case, each.pk)]


def _whom_it_is_about(case: Case, part: Allegation | None) -> QuerySet[Involvement]:
    """The subjects, as far as they are known: of the part, or of what was neither moved away nor has ended before the rest."""
    known = Involvement.objects.filter(
        case_id=case.pk, part=Involvement.Part.SUBJECT, person__isnull=False, ended_at=None
    )
    if part:
        return known.filter(Q(allegation=None) | Q(allegation=part))
    here = known.exclude(allegation__moved_to__isnull=False)
    goes_on = Allegation.objects.filter(case_id=case.pk, moved_to=None).exclude(finding__in=findings.ENDED)
    return here.exclude(allegation__finding__in=findings.ENDED) if goes_on.exists() else here


def hand_on(case: Case, subject: Involvement, *, to: Involvement) -> None:
    """What is owed to a subject, or kept back from them, hangs on another row of the same person. For a change that records itself."""
    forget(case, "notices")
    goes_on = Q(settled_on=None) | Q(settled_as=Notice.Settled.WITHHELD, withheld_until=None)
    Notice.objects.filter(goes_on, case_id=case.pk, subject=subject).update(subject=to)


def drop_open_to(case: Case, whom: Complainant | Involvement, *, reason: str, actor: Actor, on: dt.date) -> None:
    """What was owed to this one is not owed to them any more. For a change that records itself."""
    one = {"complainant": whom} if isinstance(whom, Complainant) else {"subject": whom}
    _drop(case, Notice.objects.filter(case_id=case.pk, settled_on=None, **one), reason=reason, actor=actor, on=on)


def drop(case: Case, kind: str, *, reason: str, actor: Actor, on: dt.date) -> None:
    """The open notices of `kind` are not owed any more. For a change that records itself."""
    _drop(case, Notice.objects.filter(case_id=case.pk, kind=kind, settled_on=None), reason=reason, actor=actor, on=on)


def drop_open(case: Case, *, actor: Actor, on: dt.date) -> None:
    """What was owed is not owed any more: the case has ended. For a change that records itself."""
    # A recommendation is answered also where the answer is no, and nothing more follows.
    open_notices = Notice.objects.filter(case_id=case.pk, settled_on=None).exclude(kind="RECOMMENDATION_ANSWER")
    _drop(case, open_notices, reason="The case has ended.", actor=actor, on=on)


def _drop(case: Case, owed: QuerySet[Notice], *, reason: str, actor: Actor, on: dt.date) -> None:
    forget(case, "notices")
    proceedings = list(Proceeding.objects.filter(notices__in=owed).distinct())
    owed.update(settled_on=on, settled_as=Notice.Settled.NOT_OWED, settled_by=actor.user_id, reason=reason)
    note_whether_told(case, *proceedings)
