"""Who has a case open for editing, and what an editor missed who read an older version of it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from backend.accounts.actors import Actor
from backend.audit import services as audit
from cases.models import Case, CaseVersion, EditingHold
from cases.selectors import editors_of, get_case
from cases.timeline import LOOKING, events_shown, names_of

from .disposed import check_is_there

HELD_FOR = dt.timedelta(minutes=5)
SHOWN = 50  # changes that a refused edit is told of, the last ones


@transaction.atomic
def hold(*, reference: str, actor: Actor, at: dt.datetime) -> list[EditingHold]:
    """Show others that the actor edits the case, for five minutes more; answer everybody who does.

    It stops nobody, and changes nothing of the case. Raises Missing (404), Disposed (409).
    """
    case = get_case(reference=reference, actor=actor)
    check_is_there(case)
    mine = EditingHold.objects.filter(case_id=case.pk, user_id=actor.account)
    if not mine.filter(until__gt=at).update(until=at + HELD_FOR):
        EditingHold.objects.update_or_create(
            case_id=case.pk, user_id=actor.account, defaults={"since": at, "until": at + HELD_FOR}
        )
    return editors_of(case, at=at)


@transaction.atomic
def release(*, reference: str, actor: Actor, at: dt.datetime) -> list[EditingHold]:
    """The actor edits it no more; answer everybody who still does. Raises Missing (404)."""
    case = get_case(reference=reference, actor=actor)
    EditingHold.objects.filter(case_id=case.pk, user_id=actor.account).delete()
    return editors_of(case, at=at)


def mark(case: Case) -> None:
    """Keep where the trail stands, for a change of the case that is about to be made: once for each version."""
    trail = audit.last_of(subject_kind="case", subject=case.reference)
    CaseVersion.objects.bulk_create(
        [CaseVersion(case_id=case.pk, version=case.version, trail=trail)], ignore_conflicts=True
    )


def changes_since(case: Case, version: int, *, actor: Actor) -> list[dict[str, str]]:
    """What was done to the case since that version, as far as the actor may know of it, oldest first: what, who and when."""
    marks = CaseVersion.objects.filter(case_id=case.pk, version__lte=version).order_by("-version")
    after = marks.values_list("trail", flat=True).first() or 0
    events = events_shown(case, actor, after=after)
    changes = [event for event in events if event.verb not in LOOKING][-SHOWN:]
    names = names_of(event.actor for event in changes)
    return [{"what": event.verb, "who": names[event.actor], "at": event.at.isoformat()} for event in changes]
