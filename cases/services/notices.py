"""What somebody has to be told: owed by a move, and settled by sending it, or by a reason not to."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet

from backend.accounts.actors import Actor
from backend.notifications import services as outbox
from cases.models import Case, Complainant, Involvement, Notice
from cases.notices import NOTICES

from .due import forget


def owe(case: Case, kind: str, *, to: str, on: dt.date) -> list[Notice]:
    """The notices of `kind` (cases.notices) that are owed from `on`: one to each of `to`, for a change that records itself.

    An unidentified subject is owed nothing (SI 2020/2 reg. 3), nor is a body that has no part in the case; who is only kept
    informed is owed no copy of what others complain of.
    """
    if to == "COMPLAINANT":
        to_be_told = Complainant.objects.filter(case_id=case.pk, consent_ended_on=None)
        if not NOTICES[kind].to_interested:
            to_be_told = to_be_told.exclude(relationship=Complainant.Relationship.INTERESTED)
        return _owe(case, kind, to, on, complainants=list(to_be_told))
    if to == "SUBJECT":
        known = Involvement.objects.filter(
            case_id=case.pk, part=Involvement.Part.SUBJECT, person__isnull=False, ended_at=None
        )
        return _owe(case, kind, to, on, subjects=list(known.distinct("person").order_by("person", "id")))
    forget(case, "notices")
    body = case.review_body if to == "REVIEW_BODY" else to
    return [Notice.objects.create(case_id=case.pk, kind=kind, to=body, owed_on=on)] if body else []


def owe_one(case: Case, kind: str, *, to: Complainant | Involvement, on: dt.date) -> list[Notice]:
    """The notice of `kind` that is owed to one of them alone, for a change that records itself."""
    if isinstance(to, Complainant):
        return _owe(case, kind, "COMPLAINANT", on, complainants=[to])
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
) -> None:
    """The oldest open notice of `kind` to one of them is settled, if there is one. For a change that records itself."""
    forget(case, "notices")
    whom = {"complainant": to} if isinstance(to, Complainant) else {"subject": to}
    first = Notice.objects.filter(case_id=case.pk, kind=kind, settled_on=None, **whom).order_by("owed_on", "pk").first()
    if first:
        first.settled_on, first.settled_as, first.settled_by_id, first.reason = on, as_, actor.user_id, reason
        first.save(update_fields=["settled_on", "settled_as", "settled_by", "reason"])
    if as_ == Notice.Settled.NOT_OWED:
        _call_off(Notice.objects.filter(case_id=case.pk, kind=kind, message__isnull=False, **whom))


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
) -> list[Notice]:
    forget(case, "notices")
    rows = [Notice(case_id=case.pk, kind=kind, to=to, owed_on=on, complainant=each) for each in complainants or []]
    rows += [Notice(case_id=case.pk, kind=kind, to=to, owed_on=on, subject=each) for each in subjects or []]
    return Notice.objects.bulk_create(rows)


def drop_open_to(case: Case, complainant: Complainant, *, reason: str, actor: Actor, on: dt.date) -> None:
    """What was owed to this one is not owed to them any more. For a change that records itself."""
    forget(case, "notices")
    Notice.objects.filter(case_id=case.pk, complainant=complainant, settled_on=None).update(
        settled_on=on, settled_as=Notice.Settled.NOT_OWED, settled_by=actor.user_id, reason=reason
    )


def drop_open(case: Case, *, actor: Actor, on: dt.date) -> None:
    """What was owed is not owed any more: the case has ended. For a change that records itself."""
    forget(case, "notices")
    # A recommendation is answered also where the answer is no, and nothing more follows.
    open_notices = Notice.objects.filter(case_id=case.pk, settled_on=None).exclude(kind="RECOMMENDATION_ANSWER")
    open_notices.update(
        settled_on=on, settled_as=Notice.Settled.NOT_OWED, settled_by=actor.user_id, reason="The case has ended."
    )
