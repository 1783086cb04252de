"""Taking hold of a case for a change."""

from typing import Any

from backend.accounts.actors import Actor
from backend.common.errors import Missing, NotAllowed, Refused, Stale
from cases.machine import MACHINES
from cases.models import Case, CommentCase, ComplaintCase, Kind, MatterCase, Origin
from cases.models.case import CaseQuerySet
from cases.selectors import load_parts, related

from . import editing
from .disposed import check_is_there


class HistoryStands(Refused):
    code = "history-stands"
    title = "History is not changed."


class MayNot(NotAllowed):
    """The actor may see the case, and may not make this change to it."""

    code = "may-not"


def lock(*, reference: str, actor: Actor, version: int) -> ComplaintCase | CommentCase | MatterCase:
    """The case, locked until the commit, as the machine of its kind. Call inside a transaction.

    Its key is not locked: two who link two cases to each other at once would else wait for one another for ever.
    Raises Missing where the actor may not see it, HistoryStands where it was imported, Disposed where that was done, Stale
    where it has another version than the one that was read: it says what was changed since.
    """
    # The kind of a case never changes. What is not there is asked for like what may not be seen: it takes as long.
    kind = Case.objects.filter(reference=reference).values_list("kind", flat=True).first() or Kind.COMPLAINT
    visible = related(MACHINES[Kind(kind)].objects.visible_to(actor))
    case: Any = visible.select_for_update(of=("self",), no_key=True).filter(reference=reference).first()
    if case is None:
        raise Missing
    if case.origin == Origin.IMPORTED:
        raise HistoryStands("It was brought in from the force's records, and stays as it was.")
    check_is_there(case)
    if case.version != version:
        # Whoever was named in it while they waited for the lock learns nothing of it, not even that.
        if not Case.objects.visible_to(actor).filter(pk=case.pk).exists():
            raise Missing
        raise Stale(
            "Read the case again: someone has changed it. Nothing of yours was saved.",
            changes=editing.changes_since(case, version, actor=actor),
        )
    editing.mark(case)
    load_parts(case)
    locked: ComplaintCase | CommentCase | MatterCase = case
    return locked


def hold_in_order(cases: CaseQuerySet) -> None:
    """Lock these cases by their keys, before the one that is changed is taken hold of.

    Two who change some of the same then wait for each other, and neither for ever.
    """
    list(cases.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def lock_for_complainant(case_id: int) -> Case:
    """The case, locked until the commit, for a change by a complainant, whom their receipt has let in: they read no version.

    Raises Missing (404) where the case was disposed of.
    """
    kind = Kind(Case.objects.values_list("kind", flat=True).get(pk=case_id))
    case: Case = MACHINES[kind].objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)
    if case.disposed_on:  # meanwhile: their receipt was read before it ended
        raise Missing
    load_parts(case)
    return case


def lock_for_owner(case_id: int) -> Case:
    """The same, for who was named to do something in a case that they may not see.

    Raises Missing (404) where the case was disposed of.
    """
    case = lock_for_complainant(case_id)
    editing.mark(case)
    return case
