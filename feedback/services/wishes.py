"""How the holder of a receipt wishes to be written to, as they say so themselves."""

from __future__ import annotations

import datetime as dt

from cases.models import Complainant
from cases.services import preferences
from cases.services.preferences import Wishes

from .opening import Opened
from .thread import NoThread


def read(*, opened: Opened) -> Complainant:
    """Whose receipt it is, with how they wish to be written to. Raises NoThread (409) for a rating on its own."""
    if opened.complainant is None:
        raise NoThread("Nobody is written to about it.")
    return opened.complainant


def say(*, opened: Opened, wishes: Wishes, at: dt.datetime) -> Complainant:
    """Keep it, for this one complainant. Raises as `read`, and Invalid (400) for what does not fit together."""
    return preferences.set_own(complainant=read(opened=opened), wishes=wishes, at=at)
