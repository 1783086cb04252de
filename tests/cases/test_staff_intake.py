"""A complaint that staff write down: by telephone, letter, e-mail, at a counter, through another body, or transferred in."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django.fixtures import Settings

from backend.accounts.models import Role
from backend.accounts.services import people
from backend.areas.models import Unit
from backend.audit import services as audit
from backend.notifications.models import Outgoing
from cases.models import Case, Complainant, Intake
from tests.cast import AT, FOUNDER, Cast, a_case, add_user

URL = "/api/v1/cases/intake/"
TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


def told(**more: Any) -> dict[str, Any]:
    return {
        "channel": "TELEPHONE", "narrative": "Nobody called me back.", "made_on": str(TODAY()), "received_on": str(TODAY()),
        "complainants": [{"name": "Maya Field", "email": "maya@home.test", "relationship": "AFFECTED"}], **more,
    }  # fmt: skip


def send(cast: Cast, name: str = "amal", key: str | None = None, **more: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return cast.client(name).post(URL, told(**more), format="json", headers=headers)


def taken(answer: Any) -> Case:
    assert answer.status_code == 201, answer.content
    return Case.objects.get(reference=answer.json()["reference"])


def test_it_opens_a_complaint_with_professional_standards(cast: Cast) -> None:
    case = taken(send(cast, about_unit="northgate", neighbourhood="OT1", wishes_recording=True))

    assert (case.kind, case.state, case.origin, case.unit) == ("COMPLAINT", "RECEIVED", "LIVE", cast.standards)
    assert (case.about_unit, case.neighbourhood, case.wishes_recording) == (cast.northgate, cast.old_town, True)
    assert case.next_due_on is not None


@pytest.mark.parametrize("channel", [each for each in Intake.Channel.values if each != "TRANSFER"])
def test_it_keeps_how_it_came_and_who_took_it(cast: Cast, channel: str) -> None:
    case = taken(send(cast, channel=channel, received_by="PC 4711, front desk", their_reference="X/12"))

    kept = Intake.objects.get(case=case)
    assert (kept.channel, kept.received_by, kept.their_reference) == (channel, "PC 4711, front desk", "X/12")
    assert kept.entered_by == cast.users["amal"]


def test_the_day_it_was_made_is_kept_apart_from_the_day_it_was_received(cast: Cast) -> None:
    made, received = TODAY() - 9 * DAY, TODAY() - 2 * DAY

    case = taken(send(cast, channel="LPB", made_on=str(made), received_on=str(received)))

    assert (case.made_on, case.received_on) == (made, received)
    assert case.received_at is not None


@time_machine.travel("2026-12-29T10:00:00Z", tick=False)
@pytest.mark.parametrize(
    ("made", "received", "late"),
    [
        ("2026-12-29", "2026-12-29", []),
        # One working day after Christmas Eve is the 29th: the 25th and the 28th are holidays.
        ("2026-12-24", "2026-12-24", []),
        ("2026-12-23", "2026-12-24", [("acknowledgement", "2026-12-24")]),
        ("2026-12-23", "2026-12-23", [("acknowledgement", "2026-12-24"), ("logging", "2026-12-24")]),
        ("2026-12-18", "2026-12-23", [("acknowledgement", "2026-12-21"), ("logging", "2026-12-24")]),
    ],
)
def test_what_was_logged_late_says_so(cast: Cast, made: str, received: str, late: list[tuple[str, str]]) -> None:
    case = taken(send(cast, channel="LETTER", made_on=made, received_on=received))

    found = cast.client("amal").get(f"/api/v1/cases/{case.reference}/late/").json()

    assert [(each["rule"], each["due_on"]) for each in found if each["rule"] in ("logging", "acknowledgement")] == late


@time_machine.travel("2026-12-18T10:00:00Z", tick=False)
@pytest.mark.parametrize("received", ["2026-12-18", "2026-12-10"])
def test_the_twenty_days_to_resolve_it_begin_with_the_day_on_which_it_was_logged(cast: Cast, received: str) -> None:
    case = taken(send(cast, channel="LETTER", made_on=received, received_on=received))

    owed = cast.client("amal").get(f"/api/v1/cases/{case.reference}/deadlines/").json()

    assert [each["due_on"] for each in owed if each["rule"] == "outside_resolution"] == ["2027-01-20"]


def test_nobody_is_late_to_acknowledge_who_wants_no_answer(cast: Cast) -> None:
    long_ago = str(TODAY() - 20 * DAY)
    case = taken(send(cast, channel="LETTER", made_on=long_ago, received_on=long_ago, reply_wanted=False))

    found = cast.client("amal").get(f"/api/v1/cases/{case.reference}/late/").json()

    assert {each["rule"] for each in found} == {"logging", "first_contact", "recording_decision"}


def test_a_transfer_keeps_the_day_of_the_authority_that_it_came_from(cast: Cast) -> None:
    made = TODAY() - 40 * DAY

    case = taken(send(cast, channel="TRANSFER", made_on=str(made), transferred_from="Eastshire Police"))

    assert case.made_on == made
    refused = send(cast, channel="TRANSFER")
    assert set(refused.json()["errors"]) == {"transferred_from"}


def test_several_complainants_and_a_representative_are_kept_with_what_they_need(cast: Cast) -> None:
    case = taken(
        send(
            cast,
            complainants=[
                {"name": "Maya Field", "language": "Urdu", "access_needs": "An interpreter"},
                {"name": "Omar Lee", "relationship": "REPRESENTATIVE", "acts_for": "Maya Field", "has_authority": True},
                {"relationship": "WITNESS"},
            ],
        )
    )

    maya, omar, witness = Complainant.objects.filter(case=case).order_by("position")
    assert (maya.name, maya.language, maya.access_needs) == ("Maya Field", "Urdu", "An interpreter")
    assert (omar.acts_for, omar.has_authority) == ("Maya Field", True)
    assert (witness.anonymous, witness.name) == (True, "")


def test_who_left_an_address_is_told_the_reference_and_nothing_else(cast: Cast) -> None:
    case = taken(send(cast))

    (mail,) = Outgoing.objects.filter(cause__startswith="acknowledge:")
    assert mail.recipient == "maya@home.test"
    assert case.reference in mail.body
    assert "complaint" not in (mail.subject + mail.body).lower()
    taken(send(cast, reply_wanted=False))
    assert Outgoing.objects.filter(cause__startswith="acknowledge:").count() == 1


def test_who_is_only_kept_informed_has_neither_a_receipt_nor_mail_that_speaks_of_one(cast: Cast) -> None:
    maya, ola = (
        {"name": "Maya", "email": "m@home.test"},
        {"name": "Ola", "email": "o@home.test", "relationship": "INTERESTED"},
    )

    answer = send(cast, complainants=[maya, ola])

    assert [each["position"] for each in answer.json()["receipts"]] == [1]
    assert [mail.recipient for mail in Outgoing.objects.filter(cause__startswith="acknowledge:")] == ["m@home.test"]


@pytest.mark.parametrize("name", ["amal", "beth", "cai", "dee", "fay"])
def test_those_who_handle_complaints_write_them_down(cast: Cast, name: str) -> None:
    assert taken(send(cast, name)).force == cast.force


@pytest.mark.parametrize("name", ["gwen", "hal", "ida", "jo", "nobody"])
def test_nobody_else_does(cast: Cast, name: str) -> None:
    answer = send(cast, name)

    assert answer.status_code == 403
    assert not Case.objects.exists()


def test_who_writes_it_down_in_a_unit_does_not_see_the_case_afterwards(cast: Cast) -> None:
    case = taken(send(cast, "cai"))

    assert cast.client("cai").get(f"/api/v1/cases/{case.reference}/").status_code == 404
    assert cast.client("amal").get(f"/api/v1/cases/{case.reference}/").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"received_on": str(TODAY() + DAY)}, "received_on"),
        ({"made_on": str(TODAY()), "received_on": str(TODAY() - DAY)}, "made_on"),
        ({"made_on": "0001-01-01"}, "made_on"),
        ({"incident_on": "1026-11-20"}, "incident_on"),
        ({"incident_on": str(TODAY() + DAY)}, "incident_on"),
        ({"made_on": str(TODAY() - DAY), "incident_on": str(TODAY())}, "incident_on"),
        ({"complainants": []}, "complainants"),
        ({"complainants": [{"name": "Ola", "email": "ola@home.test", "relationship": "INTERESTED"}]}, "complainants"),
        ({"complainants": [{"name": "Omar", "relationship": "REPRESENTATIVE"}]}, "complainants.0.acts_for"),
        ({"about_unit": "nowhere"}, "about_unit"),
        ({"about_unit": "southgate", "neighbourhood": "OT1"}, "neighbourhood"),
        ({"force": "eastshire"}, "force"),
        ({"channel": "PIGEON"}, "channel"),
        ({"narrative": ""}, "narrative"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    answer = send(cast, **wrong)

    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {field}
    assert not Case.objects.exists()


def test_who_works_for_two_forces_says_for_which(cast: Cast) -> None:
    theirs = Unit.objects.create(
        slug="standards",
        name="Standards",
        kind=Unit.Kind.DEPARTMENT,
        force=cast.eastshire,
        is_professional_standards=True,
    )
    both = add_user(cast, "pam", Role.PSD_ASSESSOR, cast.standards, collar_number="1201")
    people.grant_role(user=both, role=Role.PSD_ASSESSOR, unit=theirs, actor=FOUNDER, at=AT - dt.timedelta(days=1))

    assert send(cast, "pam").status_code == 400
    assert taken(send(cast, "pam", force="eastshire")).force == cast.eastshire


def test_sent_twice_with_one_key_it_is_written_down_once(cast: Cast) -> None:
    key = str(uuid.uuid4())

    first, again = send(cast, key=key), send(cast, key=key)

    assert first.json() == again.json()
    assert Case.objects.count() == 1
    assert send(cast, key=key, narrative="Something else.").status_code == 422
    assert send(cast, key="not random").status_code == 400


def test_one_persons_key_is_not_anothers(cast: Cast) -> None:
    key = str(uuid.uuid4())

    first, other = taken(send(cast, "amal", key=key)), taken(send(cast, "beth", key=key))

    assert first != other


def test_the_trail_says_how_it_came_and_no_words(cast: Cast) -> None:
    case = taken(send(cast))

    ((event, details),) = audit.timeline(subject_kind="case", subject=case.reference)
    assert (event.verb, event.actor) == ("TAKEN_DOWN", str(cast.users["amal"].public_id))
    assert details == {
        "channel": "TELEPHONE", "made_on": str(TODAY()), "received_on": str(TODAY()), "complainants": 1, "files": 0,
    }  # fmt: skip


def test_who_took_it_is_who_wrote_it_down_where_nobody_else_is_named(cast: Cast) -> None:
    case = taken(send(cast, "cai"))

    assert Intake.objects.get(case=case).received_by == "Cai"


def test_how_it_came_is_read_with_the_case(cast: Cast) -> None:
    came = {"transferred_from": "Eastshire Police", "their_reference": "X/12"}
    case = taken(send(cast, "cai", channel="TRANSFER", **came))

    shown = cast.client("amal").get(f"/api/v1/cases/{case.reference}/").json()["intake"]

    assert shown.pop("entered_at")
    by = {"email": "cai@westshire.test", "name": "Cai"}
    assert shown == {"channel": "TRANSFER", "received_by": "Cai", **came, "entered_by": by}


def test_of_what_the_public_sent_there_is_no_such_thing(cast: Cast) -> None:
    case = a_case(cast)

    assert cast.client("amal").get(f"/api/v1/cases/{case.reference}/").json()["intake"] is None


def test_who_complained_is_named_by_no_reference_of_another_body(cast: Cast) -> None:
    case = taken(send(cast, their_reference="Field, M."))

    assert "Field" not in cast.client("amal").get(f"/api/v1/cases/{case.reference}/").content.decode()


class TestWithTheLetter:
    @pytest.fixture(autouse=True)
    def files(self, settings: Settings, tmp_path: Path) -> None:
        settings.FILES_ROOT = tmp_path / "files"

    def post(self, cast: Cast, *letters: bytes, name: str = "cai", key: str | None = None, **more: Any) -> Any:
        """As a form: each complainant is a part of its own."""
        fields = told(**{"channel": "LETTER", "reply_wanted": "true", **more})
        fields["complainants"] = [json.dumps(each) for each in fields["complainants"]]
        fields["files"] = [SimpleUploadedFile("letter.txt", each) for each in letters]
        headers = {"Idempotency-Key": key} if key else {}
        return cast.client(name).post(URL, fields, format="multipart", headers=headers)

    def read(self, cast: Cast, case: Case) -> list[str]:
        """The files of the case as Professional Standards reads them."""
        amal, url = cast.client("amal"), f"/api/v1/cases/{case.reference}/files/"
        answers = [amal.get(f"{url}{file['public_id']}/") for file in amal.get(url).json()]
        return [b"".join(answer.streaming_content).decode() for answer in answers]

    @pytest.mark.parametrize("name", ["cai", "dee", "fay", "amal"])
    def test_whoever_writes_it_down_sends_it_along(self, cast: Cast, name: str) -> None:
        case = taken(self.post(cast, b"Dear Sirs", b"The envelope", name=name))

        assert self.read(cast, case) == ["Dear Sirs", "The envelope"]
        maya = case.complainants.get()
        assert (maya.name, maya.email, maya.relationship) == ("Maya Field", "maya@home.test", "AFFECTED")

    def test_a_form_says_what_json_says(self, cast: Cast) -> None:
        people = [
            {"name": "Maya Field", "has_authority": False},
            {"name": "Omar Lee", "relationship": "REPRESENTATIVE", "acts_for": "Maya Field", "has_authority": True},
        ]

        case = taken(self.post(cast, complainants=people, about_unit="northgate"))

        assert [each.has_authority for each in case.complainants.order_by("position")] == [False, True]
        assert (case.reply_wanted, case.wishes_recording, case.incident_on) == (True, None, None)
        assert self.read(cast, case) == []

    def test_an_answer_is_wanted_unless_it_is_said_that_none_is(self, cast: Cast) -> None:
        assert taken(self.post(cast, reply_wanted="")).reply_wanted is True
        assert taken(self.post(cast, reply_wanted="false")).reply_wanted is False

    @pytest.mark.parametrize("wrong", ["Maya Field", "[1", "7", '"Maya"', '{"name": 5}', "NaN"])
    def test_a_part_that_is_no_complainant_is_refused(self, cast: Cast, wrong: str) -> None:
        fields = {**told(), "complainants": [wrong]}

        answer = cast.client("cai").post(URL, fields, format="multipart")

        assert answer.status_code == 400
        assert [each.rpartition(".")[0] for each in answer.json()["errors"]] == ["complainants.0"]
        assert not Case.objects.exists()

    def test_with_one_key_other_bytes_are_another_complaint(self, cast: Cast) -> None:
        key = str(uuid.uuid4())

        first, again = self.post(cast, b"Dear Sirs", key=key), self.post(cast, b"Dear Sirs", key=key)

        assert first.json() == again.json()
        assert Case.objects.count() == 1
        assert self.post(cast, b"Dear Madam", key=key).status_code == 422

    def test_what_is_no_letter_is_refused_and_nothing_is_written_down(self, cast: Cast) -> None:
        answer = self.post(cast, b"MZ\x90\x00\x03")

        assert answer.status_code == 415
        assert not Case.objects.exists()

    def test_the_trail_counts_them(self, cast: Cast) -> None:
        case = taken(self.post(cast, b"Dear Sirs"))

        ((_, details),) = audit.timeline(subject_kind="case", subject=case.reference)
        assert details["files"] == 1
