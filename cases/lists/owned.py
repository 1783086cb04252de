"""What somebody was named to do, or to see to that it is learnt: theirs to read, whether they may see the case or not."""

from __future__ import annotations

from backend.accounts.actors import Actor
from backend.common.pagination import Order, Page
from cases.models import AllegationAction, Learning

SET_FIRST = Order("owned-actions", ("set_on", "id"))  # not every action has a day by which it is due
DUE_FIRST = Order("owned-learning", ("due_on", "id"))
AS_READ = ("allegation__case__complainants", "allegation__case__allegations")  # whose names are left out of it


def actions_of(*, done: bool, actor: Actor, cursor: str, size: int) -> Page[AllegationAction]:
    """What the actor was named to do and has not done, what was set first first; or all that they ever were."""
    rows = (
        AllegationAction.objects.owned_by(actor)
        .select_related("allegation__case", "kind", "owner")
        .prefetch_related(*AS_READ)
    )
    return SET_FIRST.page(rows if done else rows.filter(done_on=None), cursor=cursor, size=size)


def learning_of(*, done: bool, actor: Actor, cursor: str, size: int) -> Page[Learning]:
    """What the actor sees to that it is learnt, what is due first first; or all that they ever saw to."""
    rows = Learning.objects.owned_by(actor).select_related("allegation__case", "owner").prefetch_related(*AS_READ)
    return DUE_FIRST.page(rows if done else rows.filter(done_on=None), cursor=cursor, size=size)
