"""Who complained and how they are reached is put right, and nothing of what was known before comes out by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from backend.audit import services as audit
from backend.common.errors import Invalid
from backend.notifications.models import Outgoing
from cases.letters.names import NOT_SHOWN, known_before, with_former
from cases.models import Case, Complainant, Kind, Message
from cases.selectors import get_case
from cases.services import complainants, contact, identity, letters, matters, messages, notes, receipts
from cases.services.complainants import Contact
from cases.services.disposed import Disposed
from cases.services.identity import LookThemUpFirst
from cases.services.intake import NewComplainant
from cases.services.locking import HistoryStands
from tests.cases.alleging import by
from tests.cases.retaining import a_disposed_case
from tests.cases.test_names import path, reveal, tagged
from tests.cast import AT, Cast, a_case, a_case_handled_outside, give_to

MAYA = NewComplainant(
    name="Maya Feild", email="maya@hmoe.test", telephone="0121 496 0000", address="5 Osier Lane\nWest Town\nB1 1AA"
)
OMAR = NewComplainant(name="Omar Reed", email="omar@home.test")
RIGHT = {
    "name": "Maya Quill", "email": "maya@home.test", "telephone": "0121 496 0999", "address": "7 Mill Row, B2 2BB",
}  # fmt: skip
SAME = {"name": MAYA.name, "email": MAYA.email, "telephone": MAYA.telephone, "address": MAYA.address}


@pytest.fixture(autouse=True)
def on_the_day() -> Iterator[None]:
    """The doors read the clock themselves: it is that of the tests."""
    with time_machine.travel(AT):
        yield


def maya_of(case: Case) -> Complainant:
    return Complainant.objects.get(case=case, position=1)


def set_contact(cast: Cast, case: Case, who: Complainant | None = None, **more: str) -> Complainant:
    """By Beth, who has looked them up."""
    reveal(cast, case)
    given = Contact(**{**SAME, **more})
    changed, _ = complainants.set_contact(
        **by(cast, "beth", case), complainant=(who or maya_of(case)).public_id, contact=given
    )
    return changed


def put(cast: Cast, case: Case, staff: str = "beth", who: Complainant | None = None, **more: Any) -> Any:
    client, body = cast.client(staff), {**RIGHT, **more}
    url = path(case, f"complainants/{(who or maya_of(case)).public_id}/contact/")
    return client.put(url, body, **tagged(client, case))


def mails() -> dict[str, tuple[str, str]]:
    return {mail.cause.split(":")[0]: (mail.recipient, mail.state) for mail in Outgoing.objects.all()}


class TestSetting:
    def test_what_is_set_is_what_is_revealed_and_written_to_from_then_on(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        reveal(cast, case)

        answer = put(cast, case)

        assert answer.status_code == 200, answer.content
        shown = cast.client("beth").post(path(case, "complainants/reveal/"), {"reason": "To ring."}, format="json")
        assert {name: shown.json()[0][name] for name in RIGHT} == RIGHT
        messages.tell_progress(text="On it.", **by(cast, "beth", case))
        assert mails() == {"message": ("maya@home.test", "PENDING")}

    def test_the_answer_has_nothing_that_a_reveal_shows(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        reveal(cast, case)

        answer = put(cast, case).content.decode()

        assert not [known for known in (*RIGHT.values(), *SAME.values()) if known in answer]

    def test_they_are_known_again_by_the_new_address_and_number(self, cast: Cast) -> None:
        again = NewComplainant(name="M. Quill", email="MAYA@home.test")
        case, other = a_case(cast, complainants=[MAYA]), a_case(cast, complainants=[again])

        set_contact(cast, case, **RIGHT)

        found = cast.client("beth").get(path(case, "complainants/other-cases/")).json()["results"]
        assert [each["reference"] for each in found] == [other.reference]

    def test_who_was_anonymous_gives_a_name_and_may_take_it_back(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[NewComplainant(anonymous=True)])

        named = set_contact(cast, case, **RIGHT)
        assert (named.anonymous, named.name) == (False, "Maya Quill")

        nameless = set_contact(cast, case, **{**RIGHT, "name": ""})
        assert (nameless.anonymous, nameless.name) == (True, "")

    def test_who_has_no_address_any_more_is_mailed_no_text(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        Complainant.objects.filter(case=case).update(text_by_email=True)

        assert set_contact(cast, case, telephone="0121 496 0999").text_by_email is True
        assert set_contact(cast, case, email="").text_by_email is False

    def test_also_after_the_end(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        Case.objects.filter(pk=case.pk).update(closed_on=AT.date())

        assert set_contact(cast, case, **RIGHT).email == "maya@home.test"

    def test_said_again_as_it_is_nothing_is_changed(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])

        set_contact(cast, case)

        assert Case.objects.get(pk=case.pk).version == case.version

    def test_the_trail_says_which_fields_and_no_value(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        set_contact(cast, case, email="maya@home.test", telephone="")

        (event, details) = audit.timeline(subject_kind="case", subject=case.reference)[-1]
        entries = cast.client("amal").get(path(case, "timeline/")).json()["results"]

        assert (event.verb, event.actor) == ("CONTACT_SET", str(cast.users["beth"].public_id))
        assert details == {"complainant": str(maya_of(case).public_id), "fields": ["email", "telephone"]}
        assert entries[-1]["what"] == "CONTACT_SET"
        assert not [known for known in (*RIGHT.values(), *SAME.values()) if known in json.dumps(entries)]

    def test_the_receipt_opens_what_it_opened(self, cast: Cast) -> None:
        sent = APIClient().post("/api/v1/complaints/", {"what_happened": "Nobody came."}, format="json").json()
        case = Case.objects.get(reference=sent["reference"])
        omar, _ = complainants.add(new=OMAR, **by(cast, "amal", case))
        theirs, _ = receipts.issue(complainant=omar.public_id, **by(cast, "amal", case))
        later = {"name": "Omar Quill", "email": "omar@else.test"}

        set_contact(cast, case, **RIGHT)
        reveal(cast, case)
        set_contact(cast, case, who=omar, **{**RIGHT, **later})

        for receipt in (sent["receipt"], theirs.receipt):
            assert APIClient().get("/api/v1/track/", headers={"X-Receipt": receipt}).status_code == 200


class TestMailThatWaits:
    def test_for_the_old_address_is_called_off_and_the_new_one_is_told_that_there_is_news(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA, OMAR])
        messages.tell_progress(text="Maya, we are on it.", **by(cast, "beth", case))

        set_contact(cast, case, email="maya@home.test")

        states = {mail.recipient: mail.state for mail in Outgoing.objects.all()}
        assert states == {"maya@hmoe.test": "CALLED_OFF", "omar@home.test": "PENDING", "maya@home.test": "PENDING"}
        news = Outgoing.objects.get(cause__startswith="news:")
        assert (news.about, news.addressee) == (case.reference, str(maya_of(case).public_id))
        assert case.reference in news.body
        assert "Maya" not in news.subject + news.body

    def test_also_what_the_form_and_the_desk_acknowledge(self, cast: Cast) -> None:
        body = {"what_happened": "Nobody came.", "name": MAYA.name, "email": MAYA.email}
        sent = APIClient().post("/api/v1/complaints/", body, format="json").json()
        told = {"channel": "LETTER", "narrative": "?", "made_on": "2026-11-20", "received_on": "2026-11-20"}
        body = {**told, "complainants": [{"name": MAYA.name, "email": MAYA.email}]}
        taken = cast.client("amal").post("/api/v1/cases/intake/", body, format="json").json()

        for reference in (sent["reference"], taken["reference"]):
            set_contact(cast, Case.objects.get(reference=reference), **RIGHT)
            acknowledged = Outgoing.objects.get(about=reference, cause__startswith="acknowledge:")
            assert (acknowledged.recipient, acknowledged.state) == ("maya@hmoe.test", "CALLED_OFF")

    def test_stays_where_the_address_does(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        messages.tell_progress(text="On it.", **by(cast, "beth", case))

        set_contact(cast, case, telephone="", name="Maya Quill")

        assert mails() == {"message": ("maya@hmoe.test", "PENDING")}

    def test_goes_nowhere_where_there_is_no_address_left(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        messages.tell_progress(text="On it.", **by(cast, "beth", case))

        set_contact(cast, case, email="")

        assert mails() == {"message": ("maya@hmoe.test", "CALLED_OFF")}

    def test_goes_nowhere_where_they_would_rather_be_rung_up(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        messages.tell_progress(text="On it.", **by(cast, "beth", case))
        Complainant.objects.filter(case=case).update(contact_by="TELEPHONE")
        reveal(cast, case)

        assert put(cast, case, email="maya@elsewhere.test").status_code == 200

        assert set(mails()) == {"message"}

    def test_tells_of_no_receipt_who_can_have_none(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        matters.add_interested_person(
            name="Ola Reed", email="ola@home.test", telephone="", address="", **by(cast, "beth", case)
        )
        ola = Complainant.objects.get(case=case, relationship="INTERESTED")
        messages.write(
            about=Message.About.REPLY,
            text="On it.",
            complainant=ola.public_id,
            way=None,
            files=[],
            **by(cast, "beth", case),
        )
        reveal(cast, case)

        assert put(cast, case, who=ola, name="Ola Reed", email="ola@elsewhere.test").status_code == 200

        assert mails() == {"message": ("ola@home.test", "CALLED_OFF")}

    def test_news_keep_to_the_quiet_hours(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        Complainant.objects.filter(case=case).update(quiet_from="09:00", quiet_until="17:00")
        messages.tell_progress(text="On it.", **by(cast, "beth", case))

        set_contact(cast, case, email="maya@home.test")

        assert Outgoing.objects.get(cause__startswith="news:").next_try_at == AT.replace(hour=17)


class TestWhatTheyWereKnownBy:
    def full_of_names(self, cast: Cast) -> Case:
        case = a_case_handled_outside(cast, complainants=[MAYA])
        said = "Feild, maya@hmoe.test, 0121 496 0000, of 5 Osier Lane, B1 1AA. Quill, 7 Mill Row, maya@home.test."
        notes.add(text=said, **by(cast, "beth", case))
        return case

    def test_is_left_out_like_what_they_are_known_by_now(self, cast: Cast) -> None:
        case = self.full_of_names(cast)

        set_contact(cast, case, **RIGHT)

        hidden = [cast.client("amal").get(path(case, rest)).content.decode() for rest in ("notes/", "timeline/")]
        for text in hidden:
            assert NOT_SHOWN in text
            assert not [
                word
                for word in ("Feild", "hmoe", "496", "Osier", "B1 1AA", "Quill", "Mill", "home.test")
                if word in text
            ]
        whole = cast.client("beth").get(path(case, "notes/")).content.decode()
        assert "Feild" in whole
        assert "Quill" in whole

    def test_is_kept_out_of_the_officers_copy_too(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[MAYA], narrative="I am Maya Feild, and he swore at me.")
        set_contact(cast, case, **RIGHT)

        read = get_case(reference=case.reference, actor=cast.actor("beth"))
        to = letters.Recipient(Message.Party.SUBJECT, "Sam Sharp")
        copy = letters.preview(read, "RECORD_COPY", to=to, on=AT.date())

        assert "and he swore at me." in copy.text
        assert "Feild" not in copy.text

    def test_finds_no_note_that_is_written_since(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        set_contact(cast, case, **RIGHT)
        notes.add(text="Ms Feild is Ms Quill now.", **by(cast, "beth", case))

        for word in ("Feild", "Quill"):
            assert cast.client("beth").get("/api/v1/cases/", {"search": word}).json()["results"] == []

    def test_is_kept_once_each_and_in_the_database_as_a_token(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])

        for name in ("Maya Quill", MAYA.name, "Maya Quill"):
            set_contact(cast, case, name=name)

        assert known_before(maya_of(case).formerly) == [("name", "Maya Feild"), ("name", "Maya Quill")]

    def test_what_was_empty_or_is_no_such_thing_is_not_remembered(self) -> None:
        kept = with_former("", {"name": "", "address": "5 Osier Lane\nB1 1AA", "email": " "})

        assert known_before(kept) == [("address", "5 Osier Lane, B1 1AA")]
        assert known_before("Whatever else stood there") == []


class TestRefusals:
    def test_who_has_not_looked_them_up_takes_the_place_of_nothing(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        reveal(cast, case, "lev")

        refused = put(cast, case)

        assert (refused.status_code, refused.json()["type"]) == (409, "urn:rylp:problem:look-them-up-first")
        assert maya_of(case).name == "Maya Feild"

    def test_a_look_at_others_does_not_cover_who_came_later(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        reveal(cast, case)
        later = AT.replace(hour=11)
        omar, _ = complainants.add(new=OMAR, **by(cast, "beth", case, later))

        with pytest.raises(LookThemUpFirst):
            complainants.set_contact(
                **by(cast, "beth", case, later), complainant=omar.public_id, contact=Contact(**RIGHT)
            )

    def test_a_unit_does_it_for_what_it_handles(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        give_to(cast, case, "northgate")
        for name in ("cai", "dee"):
            reveal(cast, case, name)

        assert [put(cast, case, name, name=f"Maya {name}").status_code for name in ("cai", "dee")] == [200, 200]
        url, tag = path(case, f"complainants/{maya_of(case).public_id}/contact/"), {"If-Match": f'"{case.reference}.9"'}
        assert cast.client("ed").put(url, RIGHT, format="json", headers=tag).status_code == 404

    def test_who_handles_it_without_a_right_to_know_who_it_is_from_does_not(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)
        Case.objects.filter(pk=case.pk).update(handler=cast.users["fay"])

        assert put(cast, case, "fay").status_code == 403

    def test_it_is_a_change_of_the_version_that_was_read(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        reveal(cast, case)
        url = path(case, f"complainants/{maya_of(case).public_id}/contact/")
        beth, stale = cast.client("beth"), {"If-Match": f'"{case.reference}.99"'}

        assert beth.put(url, RIGHT, format="json").status_code == 428
        assert beth.put(url, RIGHT, format="json", headers=stale).status_code == 412

    @pytest.mark.parametrize("field", RIGHT)
    def test_all_of_it_is_said_for_what_is_left_out_would_be_lost(self, cast: Cast, field: str) -> None:
        case = a_case(cast, complainants=[MAYA])
        reveal(cast, case)
        client, body = cast.client("beth"), {name: value for name, value in RIGHT.items() if name != field}

        url = path(case, f"complainants/{maya_of(case).public_id}/contact/")
        assert list(client.put(url, body, **tagged(client, case)).json()["errors"]) == [field]

    def test_somebody_of_another_case_is_nobody_here(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)

        assert put(cast, case, who=maya_of(other)).status_code == 404

    def test_who_is_only_kept_informed_can_be(self, cast: Cast) -> None:
        case = a_case(cast)
        ways = {"email": "zoe@home.test", "telephone": "", "address": ""}
        zoe, _ = matters.add_interested_person(name="Zoe", **ways, **by(cast, "amal", case))

        with pytest.raises(Invalid, match="Correct the field"):
            set_contact(cast, case, who=zoe, name="Zoe", email="", telephone="", address="")
        assert set_contact(cast, case, who=zoe, **{**ways, "name": "Zoe", "telephone": "0121 496 0000"}).telephone

    def test_who_is_only_kept_informed_has_texts_by_an_address_that_comes_later(self, cast: Cast) -> None:
        case = a_case(cast)
        ways = {"email": "", "telephone": "", "address": "1 High Street"}
        zoe, _ = matters.add_interested_person(name="Zoe", **ways, **by(cast, "amal", case))

        reached = set_contact(cast, case, who=zoe, name="Zoe", **ways | {"email": "zoe@home.test"})

        assert reached.text_by_email

    def test_history_and_what_was_disposed_of_stay_as_they_are(self, cast: Cast) -> None:
        disposed = a_disposed_case(cast)
        past = Case.objects.create(
            kind="COMPLAINT", state="FINALISED", origin="IMPORTED", source="x", force=cast.force, made_on=AT.date(),
            received_on=AT.date(),
        )  # fmt: skip
        Complainant.objects.create(case=past, name=MAYA.name)

        for case, refused in ((disposed, Disposed), (past, HistoryStands)):
            who = {"complainant": maya_of(case).public_id, "contact": Contact(**RIGHT)}
            with pytest.raises(refused):
                complainants.set_contact(**by(cast, "beth", case), **who)


def test_a_new_way_to_reach_them_is_one_that_somebody_has_to_try(cast: Cast) -> None:
    case = a_case(cast, complainants=[NewComplainant(name="Maya Quill")])
    assert contact.who_may_be_reached(get_case(reference=case.reference, actor=cast.actor("beth"))) == []

    set_contact(cast, case, **RIGHT)

    reached = contact.who_may_be_reached(get_case(reference=case.reference, actor=cast.actor("beth")))
    assert reached == [maya_of(case)]
    assert identity.reveal(reference=case.reference, reason="?", actor=cast.actor("beth"), at=AT) == reached
