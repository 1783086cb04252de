"""What a form of the public says, validated, before it becomes rows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property

from django.core.serializers.json import DjangoJSONEncoder

Scores = Mapping[str, int | None]


@dataclass(frozen=True)
class PlaceNamed:
    force: str = ""
    unit: str = ""
    neighbourhood: str = ""


@dataclass(frozen=True)
class Contact:
    """Everything may be left out: without a name the submission is anonymous, without an address nothing is sent."""

    name: str = ""
    email: str = ""
    telephone: str = ""
    address: str = ""
    language: str = ""
    access_needs: str = ""


@dataclass(frozen=True)
class Draft:
    """What the three forms share."""

    place: PlaceNamed

    @cached_property
    def as_json(self) -> str:
        """All that was said, as it is kept in the submission: the same text for the same words."""
        return json.dumps(asdict(self), cls=DjangoJSONEncoder, sort_keys=True)


@dataclass(frozen=True)
class RatingDraft(Draft):
    scores: Scores


@dataclass(frozen=True)
class CommentDraft(Draft):
    text: str
    contact: Contact = Contact()
    scores: Scores = field(default_factory=dict)
    reply_wanted: bool = True
    may_be_published: bool = False


@dataclass(frozen=True)
class ComplaintDraft(Draft):
    what_happened: str
    contact: Contact = Contact()
    relationship: str = "UNKNOWN"
    acts_for: str = ""
    has_authority: bool = False
    incident_on: dt.date | None = None
    location: str = ""
    officers: str = ""
    harm: str = ""
    views: str = ""
    wishes_recording: bool | None = None
    equality: Mapping[str, str] = field(default_factory=dict)
