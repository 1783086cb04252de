"""The texts of letters are kept by staff, version by version; what was sent keeps the version that it was written by."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from backend.audit.models import Event
from backend.common.errors import Invalid
from cases.models import LetterTemplate
from cases.services import templates
from cases.services.locking import MayNot
from tests.cast import AT, Cast

ON = AT.date()


HARD = "Please wait. Notwithstanding the aforementioned statutory determination, the appropriate authority's consideration of "
HARD += "proportionality necessitates additional deliberation regarding the investigatory methodology employed. {explanation}"


def add(cast: Cast, name: str = "beth", **more: Any) -> LetterTemplate:
    fields = {
        "force": "westshire",
        "kind": "HANDLING",
        "audience": LetterTemplate.Audience.COMPLAINANT,
        "heading": "Your reference {reference}",
        "body": "Dear {addressee}\n\nThis is how we handle it.\n\n{explanation}",
        "from_on": ON,
        **more,
    }
    return templates.add_version(actor=cast.actor(name), at=AT, **fields)


def current(cast: Cast, on: dt.date = ON, **more: Any) -> LetterTemplate:
    fields = {"audience": "COMPLAINANT", "force_id": cast.force.pk, **more}
    return templates.current("HANDLING", on=on, **fields)


def test_a_better_text_is_a_new_version_and_counts_from_its_day(cast: Cast) -> None:
    new = add(cast, from_on=ON + dt.timedelta(days=7))

    assert new.version == 2
    assert current(cast).version == 1
    assert current(cast, ON + dt.timedelta(days=7)) == new


def test_a_force_that_wrote_its_own_text_keeps_it_and_others_have_the_houses(cast: Cast) -> None:
    own = add(cast)

    assert current(cast) == own
    assert current(cast, force_id=cast.eastshire.pk).version == 1


def test_a_version_is_never_changed_nor_removed(cast: Cast) -> None:
    new = add(cast)

    for change in (lambda: LetterTemplate.objects.filter(pk=new.pk).update(body="Other."), new.delete):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()


@pytest.mark.parametrize("name", ["amal", "cai", "dee", "fay", "gwen", "hal", "ida", "jo", "kit", "nobody"])
def test_the_delegate_of_the_forces_authority_alone_adds_one(cast: Cast, name: str) -> None:
    with pytest.raises(MayNot, match="delegate"):
        add(cast, name)


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("body", "Dear {name}", "Nothing fills {name}"),
        ("heading", "About {addressee}", "no other gap"),
        ("heading", "Your complaint against the police", "must not tell"),
        ("heading", "Officer misconduct", "must not tell"),
        ("from_on", ON - dt.timedelta(days=1), "written on this day already"),
        ("body", HARD, "reads at grade 2"),
        ("body", HARD, "The longest are: Notwithstanding the aforementioned"),
    ],
)
def test_a_text_that_would_tell_or_stay_open_is_refused(cast: Cast, field: str, value: Any, why: str) -> None:
    with pytest.raises(Invalid) as refusal:
        add(cast, **{field: value})

    assert why in refusal.value.errors[field][0]


@pytest.mark.parametrize(
    ("kind", "body", "why"),
    [
        ("PROGRESS", "Dear {addressee}\n\nAll is well.", "give it one place"),
        ("PROGRESS", "Dear {addressee}\n\n{progress}\n\n{next_steps}", "give it one place"),
        ("RESOLVED", "Dear {addressee}", "give it one place"),
        ("REVIEW_RIGHT_LPB", "You may ask for a review. {review_right}", "with the outcome alone"),
        ("REVIEW_RIGHT_LPB", "You can ask for a review.", "has to say {body_name}"),
        ("REVIEW_RIGHT_LPB", "Ask {body_name} for a review by {review_by}.", "has to say {body_address}"),
        ("REVIEW_RIGHT_LPB", "Write to {body_name}, {body_address}.", "has to say {review_by}"),
        (
            "REVIEW_RIGHT_LPB",
            "Ask {body_name}, {body_address}, by {review_by}. {explanation}",
            "leave {explanation} out",
        ),
        ("REVIEW_RIGHT_IOPC", "Ask the IOPC, PO Box 473, Sale, M33 0BW.", "has to say {review_by}"),
        ("REVIEW_RIGHT_IOPC", "Ask {body_name}, {body_address}, by {review_by}.", "Write out what the IOPC is called"),
        ("REVIEW_RIGHT_IOPC", "Ask for a review by {review_by}.", "Write out what the IOPC is called"),
        ("MAIL_RECEIVED", "We have it.", "has to say {reference}"),
        ("MAIL_RECEIVED", "We have it, {addressee}: {reference}.", "no other gap than {reference}"),
        ("MAIL_RECEIVED", "We have your complaint {reference}.", "must not tell"),
        ("MAIL_TAKEN_DOWN", "Write to the police about {reference}.", "must not tell"),
    ],
)
def test_what_is_told_has_its_place_in_its_letter_and_a_mail_tells_nothing(
    cast: Cast, kind: str, body: str, why: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        add(cast, kind=kind, body=body)

    assert why in refusal.value.errors["body"][0]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("REVIEW_RIGHT_LPB", "Ask {body_name} for a review by {review_by}. Write to {body_address}."),
        ("REVIEW_RIGHT_IOPC", "Ask the IOPC for a review by {review_by}. Write to PO Box 473, Sale, M33 0BW."),
    ],
)
def test_a_right_to_a_review_that_says_who_where_and_until_when_is_taken(cast: Cast, kind: str, body: str) -> None:
    assert add(cast, kind=kind, body=body).version == 2


def test_what_a_body_reads_may_be_harder(cast: Cast) -> None:
    assert add(cast, kind="GENERAL", audience=LetterTemplate.Audience.BODY, body=HARD).version == 2


def test_it_is_on_record_who_added_what(cast: Cast) -> None:
    new = add(cast)

    event = Event.objects.get(verb="LETTER_VERSION_ADDED")
    assert (event.actor, event.subject) == (str(cast.users["beth"].public_id), str(new.public_id))


def test_over_http_they_are_listed_with_how_hard_they_are_and_added(cast: Cast) -> None:
    beth = cast.client("beth")
    body = {
        "force": "westshire", "kind": "PROGRESS", "audience": "COMPLAINANT", "heading": "Your reference {reference}",
        "body": "Dear {addressee}\n\n{progress}", "from_on": "2100-01-01",
    }  # fmt: skip

    added = beth.post("/api/v1/cases/letter-templates/", body, format="json")
    listed = beth.get("/api/v1/cases/letter-templates/").json()

    assert (added.status_code, added.json()["version"]) == (201, 2)
    assert all(each["reading_grade"] <= 9 for each in listed)
    of_progress = [each for each in listed if (each["kind"], each["audience"]) == ("PROGRESS", "COMPLAINANT")]
    assert [(each["version"], each["force"]) for each in of_progress] == [(2, "westshire"), (1, None)]
    assert cast.client("amal").post("/api/v1/cases/letter-templates/", body, format="json").status_code == 403
