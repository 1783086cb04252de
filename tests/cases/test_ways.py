"""How a message goes of which nobody has said how: moves never do."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from backend.attachments.services import Upload
from backend.common.errors import Invalid
from backend.notifications.models import Outgoing
from cases.models import Case, Complainant, Message
from cases.services import files, matters, messages, preferences
from cases.services.correspondence import Way
from cases.services.intake import NewComplainant
from tests.cases.alleging import by
from tests.cast import Cast, a_case_handled_outside, move

MAYA = NewComplainant(name="Maya Field", email="maya@home.test", address="5 Mill Lane", telephone="0121 496 0000")
NO_WISH = {
    "contact_by": "TRACKING", "never_by_post": False, "safe_address": "", "text_by_email": False, "quiet_from": None,
    "quiet_until": None, "language": "", "access_needs": "",
}  # fmt: skip


def wish(cast: Cast, case: Case, **more: Any) -> None:
    """Set how the first complainant wishes to be written to."""
    who, wished = case.complainants.get(position=1), preferences.Preferences(**{**NO_WISH, **more})
    preferences.set_preferences(complainant=who.public_id, preferences=wished, **by(cast, "beth", case))


def kept_informed(cast: Cast, case: Case, **contact: str) -> Complainant:
    left: dict[str, Any] = {"email": "", "telephone": "", "address": "", **contact}
    return matters.add_interested_person(name="Ola Reed", **left, **by(cast, "beth", case))[0]


def told(cast: Cast, case: Case) -> Message:
    message, _ = messages.tell_progress(text="We are on it.", **by(cast, "beth", case))
    return message


def test_is_by_post_to_who_wishes_that_and_left_an_address(cast: Cast) -> None:
    case = a_case_handled_outside(cast, complainants=[MAYA])
    wish(cast, case, contact_by="POST")

    move(cast, case, "amal", "resolve", result="Said sorry.", told="We are sorry.")

    told = Message.objects.get(case=case, about="OUTCOME")
    assert (told.delivery, told.addressed_to) == ("POST", "Maya Field\n5 Mill Lane")
    assert not Outgoing.objects.filter(cause__startswith="message:").exists()


def test_is_by_receipt_without_a_mail_to_who_would_rather_be_rung_up(cast: Cast) -> None:
    case = a_case_handled_outside(cast, complainants=[MAYA])
    wish(cast, case, contact_by="TELEPHONE")

    assert told(cast, case).delivery == "TRACKING"
    assert not Outgoing.objects.filter(cause__startswith="message:").exists()


def test_is_the_text_itself_to_who_is_only_kept_informed(cast: Cast) -> None:
    case = a_case_handled_outside(cast, complainants=[MAYA])
    kept_informed(cast, case, email="ola@home.test")

    told(cast, case)

    (mail,) = (each for each in Outgoing.objects.all() if each.recipient == "ola@home.test")
    assert "We are on it." in mail.body.splitlines()
    assert "receipt" not in mail.body


def test_is_by_post_to_who_is_only_kept_informed_and_left_no_more(cast: Cast) -> None:
    case = a_case_handled_outside(cast, complainants=[MAYA])
    kept_informed(cast, case, address="7 Elm Row")

    told(cast, case)

    assert Message.objects.get(case=case, complainant__position=2).addressed_to == "Ola Reed\n7 Elm Row"


def test_has_to_be_chosen_where_there_is_none(cast: Cast) -> None:
    case = a_case_handled_outside(cast, complainants=[MAYA])
    kept_informed(cast, case, telephone="07700 900123")

    with pytest.raises(Invalid) as refused:
        told(cast, case)

    assert set(refused.value.errors) == {"delivery"}
    assert Complainant.objects.get(case=case, position=2).progress_told_on is None


def test_is_no_receipt_that_they_cannot_have(cast: Cast) -> None:
    case = a_case_handled_outside(cast, complainants=[MAYA])
    person = kept_informed(cast, case, email="ola@home.test")

    with pytest.raises(Invalid) as refused:
        messages.write(
            about=Message.About.REPLY, text="Yes.", complainant=person.public_id, way=Way(), files=[],
            **by(cast, "beth", case),
        )  # fmt: skip

    assert set(refused.value.errors) == {"delivery"}


def test_a_mail_says_that_there_is_more_than_it_has(cast: Cast, settings: Any, tmp_path: Path) -> None:
    case = a_case_handled_outside(cast, complainants=[MAYA])
    wish(cast, case, text_by_email=True)
    settings.FILES_ROOT = tmp_path
    file, _ = files.put(file=Upload("plan.txt", BytesIO(b"Cells 1 to 4.")), **by(cast, "beth", case))

    messages.write(
        about=Message.About.REPLY,
        text="Here it is.",
        complainant=None,
        way=None,
        files=[file.public_id],
        **by(cast, "beth", case),
    )

    body = Outgoing.objects.get(cause__startswith="message:").body
    assert "attached" in body
    assert "enter your receipt" in body
