"""Complaints for the tests of this room, as rows of history: a force, its units, and what was received when."""

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any

from backend.areas.models import Unit
from cases.models import Allegation, Case, ComplaintState, Kind, Origin

numbers = itertools.count(1)


@dataclass
class History:
    """A force with units to which complaints are added by `complaint`."""

    slug: str = "mercia"
    name: str = "Mercia Police"
    force: Unit = field(init=False)

    def __post_init__(self) -> None:
        self.force = Unit.objects.create(slug=self.slug, name=self.name, kind=Unit.Kind.FORCE)

    def unit(self, slug: str, name: str = "") -> Unit:
        return Unit.objects.create(slug=slug, name=name or f"District {slug}", kind=Unit.Kind.LPU, force=self.force)

    def complaint(
        self,
        received: str,
        closed: str = "",
        *,
        about: Unit | None = None,
        allegations: tuple[tuple[str, str], ...] = (),
        **fields: Any,
    ) -> Case:
        """A finished complaint of the past; `allegations` are pairs of category and finding."""
        on = dt.date.fromisoformat(received)
        case = Case.objects.create(
            **{
                "kind": Kind.COMPLAINT,
                "state": ComplaintState.FINALISED,
                "origin": Origin.IMPORTED,
                "force": self.force,
                "unit": about,
                "about_unit": about,
                "received_on": on,
                "made_on": on,
                "closed_on": dt.date.fromisoformat(closed) if closed else None,
                "source": "spreadsheet",
                "source_reference": str(next(numbers)),
                **fields,
            }
        )
        Allegation.objects.bulk_create(
            Allegation(case=case, position=place, category=category, finding=finding)
            for place, (category, finding) in enumerate(allegations, 1)
        )
        return case
