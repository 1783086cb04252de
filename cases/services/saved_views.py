"""Lists that somebody keeps under a name: theirs alone, to read, to open and to drop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.accounts.models import User
from backend.audit import services as audit
from backend.common.errors import Missing, Refused
from cases.models import SavedView

AT_MOST = 50


class CannotSaveView(Refused):
    code = "cannot-save-view"
    title = "The list cannot be kept so."


@transaction.atomic
def keep(*, name: str, filters: Mapping[str, Any], actor: Actor, at: dt.datetime) -> SavedView:
    """Keep a list under a name. `filters` are valid, and kept as they were given: plain JSON.

    Raises CannotSaveView (409) for a name that the actor has used already, whatever its case, and beyond AT_MOST lists.
    """
    # One at a time for each account, so that two at once neither share a name nor pass the limit.
    owner = User.objects.select_for_update().get(pk=actor.account)
    own = SavedView.objects.filter(owner=owner)
    if own.filter(name__iexact=name).exists():
        raise CannotSaveView("You have a list of this name: choose another, or delete that one first.")
    if own.count() >= AT_MOST:
        raise CannotSaveView(f"You keep {AT_MOST} lists: delete one first.")
    view = SavedView.objects.create(owner=owner, name=name, filters=dict(filters), saved_at=at)
    _record("VIEW_SAVED", view, actor=actor, at=at)
    return view


@transaction.atomic
def discard(*, public_id: UUID, actor: Actor, at: dt.datetime) -> None:
    """Drop a list of the actor's own. Raises Missing (404) for anybody else's."""
    view = SavedView.objects.select_for_update().filter(owner_id=actor.account, public_id=public_id).first()
    if view is None:
        raise Missing
    _record("VIEW_DELETED", view, actor=actor, at=at)
    view.delete()


def _record(verb: str, view: SavedView, *, actor: Actor, at: dt.datetime) -> None:
    audit.record(
        actor=actor.public_id,
        verb=verb,
        subject_kind="view",
        subject=str(view.public_id),
        at=at,
        # Which filters, and not what for: a search may be for somebody's name.
        details={"filters": sorted(view.filters)},
    )
