"""A mail that is given up is known to who handles the case: by the message, by a flag and by an alert, once for each mail."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from backend.audit import services as audit
from backend.notifications import services as outbox
from backend.notifications.models import Outgoing
from cases.jobs import tell_of_undelivered_mail
from cases.models import Case, Complainant, Involvement, Kind, Message
from cases.services import (
    access,
    assignment,
    complainants,
    correspondence,
    involvement,
    messages,
    settling,
    undelivered,
)
from cases.services.complainants import Contact
from cases.services.correspondence import Way
from cases.services.intake import NewComplainant
from cases.services.settling import Completed
from tests.cases.alleging import by
from tests.cases.test_names import path, reveal
from tests.cases.test_races import run_together
from tests.cast import AT, Cast, a_case, a_case_handled_outside, assess, gather, move
from tests.mail_server import MailServer

MAYA = NewComplainant(name="Maya Field", email="maya@home.test", telephone="0121 496 0000")
OMAR = NewComplainant(name="Omar Reed", email="omar@home.test")
AS_IT_WAS = {"name": "Maya Field", "email": "maya@home.test", "telephone": "0121 496 0000", "address": ""}


def told(cast: Cast, *people: NewComplainant, handler: str | None = "cai") -> Case:
    """Handled by Northgate, and everybody told how it is going."""
    case = a_case_handled_outside(cast, complainants=people or [MAYA])
    assignment.assign(
        **by(cast, "beth", case), unit="northgate", handler=f"{handler}@westshire.test" if handler else None
    )
    messages.tell_progress(text="We have heard two people.", **by(cast, "beth", case))
    return Case.objects.get(pk=case.pk)


def refuse(**which: Any) -> None:
    Outgoing.objects.filter(**which).update(state="DEAD", failure="The mail server refused the recipient for good.")


def alerts() -> list[str]:
    return sorted(mail.recipient for mail in Outgoing.objects.filter(cause__startswith="undelivered:"))


def flags(case: Case) -> list[str]:
    return list(Case.objects.values_list("flags", flat=True).get(pk=case.pk))


def set_contact(cast: Cast, case: Case, position: int = 1, **more: str) -> None:
    who = Complainant.objects.get(case=case, position=position)
    reveal(cast, case)
    complainants.set_contact(
        **by(cast, "beth", case), complainant=who.public_id, contact=Contact(**{**AS_IT_WAS, **more})
    )


class TestTheMessage:
    @pytest.mark.parametrize(
        ("fields", "shown"),
        [
            ({}, "QUEUED"),
            ({"state": "CLAIMED"}, "QUEUED"),
            ({"held": True}, "HELD"),
            ({"state": "SENT", "sent_at": AT}, "SENT"),
            ({"state": "DEAD", "failure": "No such user."}, "FAILED"),
            ({"state": "CALLED_OFF", "called_off": "Not owed."}, "CALLED_OFF"),
        ],
    )
    def test_says_how_its_mail_stands(self, cast: Cast, fields: dict[str, Any], shown: str) -> None:
        case = told(cast)
        Outgoing.objects.update(**fields)

        (message,) = cast.client("beth").get(path(case, "messages/")).json()["results"]

        assert message["mail"] == shown

    def test_says_so_too_in_the_answer_to_who_writes_it(self, cast: Cast) -> None:
        case = told(cast)
        beth = cast.client("beth")
        tag = {"If-Match": beth.get(path(case))["ETag"]}

        assert (
            beth.post(path(case, "messages/"), {"text": "More."}, format="json", headers=tag).json()["mail"] == "QUEUED"
        )

    def test_that_was_not_mailed_says_nothing(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast, complainants=[NewComplainant(name="Maya Field", address="5 Osier Lane")])
        messages.write(
            about=Message.About.REPLY, text="?", complainant=None, way=Way(Message.Delivery.POST), files=[],
            **by(cast, "beth", case),
        )  # fmt: skip
        messages.receive(case_id=case.pk, text="?", wish="", files=[], at=AT)

        assert [each["mail"] for each in cast.client("beth").get(path(case, "messages/")).json()["results"]] == ["", ""]

    def test_of_a_notice_is_the_notices_too(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True)
        case = move(cast, case, "beth", "record")
        notice = case.notices.get(kind="RECORD_COPY")
        beth = cast.client("beth")
        (before,) = beth.get(path(case, "notices/")).json()
        settling.send(**by(cast, "beth", case), notice=notice.public_id, completed=Completed())
        refuse()

        (after,) = beth.get(path(case, "notices/")).json()

        assert (before["mail"], after["mail"]) == ("", "FAILED")


class TestTelling:
    def test_the_handler_is_alerted_and_the_case_is_flagged(self, cast: Cast) -> None:
        case = told(cast)
        refuse()

        assert undelivered.watch(at=AT) == 1

        assert alerts() == ["cai@westshire.test"]
        shown = cast.client("cai").get(path(case)).json()
        assert (shown["flags"], shown["version"]) == (["MAIL_REFUSED"], case.version + 1)
        listed = cast.client("cai").get("/api/v1/cases/?flag=MAIL_REFUSED").json()["results"]
        assert [each["reference"] for each in listed] == [case.reference]

    def test_the_alert_names_the_reference_and_nobody(self, cast: Cast) -> None:
        case = told(cast)
        refuse()
        undelivered.watch(at=AT)

        mail = Outgoing.objects.get(cause__startswith="undelivered:")
        assert case.reference in mail.subject
        assert not [word for word in ("Maya", "maya", "home.test", "complain") if word in mail.subject + mail.body]
        assert (mail.about, mail.addressee) == (case.reference, str(cast.users["cai"].public_id))

    def test_the_trail_says_who_was_not_reached_and_by_no_address(self, cast: Cast) -> None:
        case = told(cast)
        refuse()
        undelivered.watch(at=AT)

        (event, details) = audit.timeline(subject_kind="case", subject=case.reference)[-1]

        assert (event.verb, event.actor) == ("MAIL_NOT_DELIVERED", "clock")
        assert details == {"complainants": [str(case.complainants.get().public_id)]}
        entry = cast.client("beth").get(path(case, "timeline/")).json()["results"][-1]
        assert (entry["what"], entry["who"]) == ("MAIL_NOT_DELIVERED", "The system")

    def test_is_once_for_each_mail_however_often_it_looks(self, cast: Cast) -> None:
        case = told(cast)
        refuse()
        undelivered.watch(at=AT)
        messages.tell_progress(text="Still.", **by(cast, "beth", case))
        refuse(cause__startswith="message:")

        assert [undelivered.watch(at=AT) for _ in range(3)] == [1, 0, 0]
        assert alerts() == ["cai@westshire.test"] * 2
        assert flags(case) == ["MAIL_REFUSED"]

    def test_goes_to_the_supervisors_where_nobody_handles_it(self, cast: Cast) -> None:
        told(cast, handler=None)
        refuse()
        undelivered.watch(at=AT)

        assert alerts() == ["dee@westshire.test"]

    def test_goes_to_nobody_behind_a_wall_or_without_leave(self, cast: Cast) -> None:
        walled, closed_off = a_case(cast), told(cast)
        involvement.name_person(who="1002", part=Involvement.Part.SUBJECT, **by(cast, "amal", walled))
        messages.tell_progress(text="On it.", **by(cast, "lev", walled))
        access.restrict(reason="A colleague.", **by(cast, "lev", closed_off))
        refuse(cause__startswith="message:")

        assert undelivered.watch(at=AT) == 2
        assert alerts() == ["lev@westshire.test"] * 2

    def test_also_of_what_the_form_acknowledged(self, cast: Cast) -> None:
        body = {"what_happened": "Nobody came.", "email": "maya@hmoe.test"}
        sent = APIClient().post("/api/v1/complaints/", body, format="json").json()
        refuse()

        assert tell_of_undelivered_mail() == 1

        assert flags(Case.objects.get(reference=sent["reference"]))[-1] == "MAIL_REFUSED"

    def test_mail_to_staff_flags_no_case_and_is_looked_at_once(self, cast: Cast) -> None:
        case = told(cast)
        Outgoing.objects.all().delete()
        messages.receive(case_id=case.pk, text="?", wish="", files=[], at=AT)
        outbox.queue(cause="else", recipient="a@b.test", subject="?", body="?", at=AT)
        refuse()

        assert undelivered.watch(at=AT) == 0
        assert flags(case) == ["UNREAD_MESSAGE"]
        assert not Outgoing.objects.filter(failure_told_at=None).exists()

    def test_nor_does_what_was_called_off_while_it_was_on_its_way(self, cast: Cast) -> None:
        case = told(cast)
        Outgoing.objects.update(state="CLAIMED")
        set_contact(cast, case, email="maya@else.test")
        refuse(cause__startswith="message:")

        assert undelivered.watch(at=AT) == 0
        assert flags(case) == []

    def test_to_the_author_of_a_comment_too(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)
        messages.write(
            about=Message.About.REPLY, text="?", complainant=None, way=None, files=[], **by(cast, "gwen", case)
        )
        refuse()

        assert undelivered.watch(at=AT) == 1
        assert alerts() == ["beth@westshire.test", "lev@westshire.test"]


class TestSeeingToIt:
    def test_another_address_takes_the_flag_away_and_is_told_that_there_is_news(self, cast: Cast) -> None:
        case = told(cast)
        refuse()
        undelivered.watch(at=AT)

        set_contact(cast, case, email="maya@else.test")

        assert flags(case) == []
        assert Outgoing.objects.get(cause__startswith="news:").recipient == "maya@else.test"
        assert undelivered.watch(at=AT) == 0

    def test_the_same_address_said_again_is_tried_once_more(self, cast: Cast) -> None:
        case = told(cast)
        refuse()
        undelivered.watch(at=AT)

        set_contact(cast, case)
        assert flags(case) == []
        refuse(cause__startswith="news:")

        assert undelivered.watch(at=AT) == 1
        assert flags(case) == ["MAIL_REFUSED"]

    def test_what_was_seen_to_before_anybody_was_told_is_told_to_nobody(self, cast: Cast) -> None:
        case = told(cast)
        refuse()

        set_contact(cast, case, email="")

        assert undelivered.watch(at=AT) == 0
        assert (flags(case), alerts()) == ([], [])

    def test_the_flag_stands_as_long_as_somebody_else_was_not_reached(self, cast: Cast) -> None:
        case = told(cast, MAYA, OMAR)
        refuse()
        undelivered.watch(at=AT)

        set_contact(cast, case, email="maya@else.test")
        one_left = flags(case)
        set_contact(cast, case, 2, name="Omar Reed", email="", telephone="")

        assert (one_left, flags(case)) == (["MAIL_REFUSED"], [])

    def test_other_flags_stay(self, cast: Cast) -> None:
        case = told(cast)
        messages.receive(case_id=case.pk, text="?", wish="", files=[], at=AT)
        refuse(addressee=str(case.complainants.get().public_id))
        undelivered.watch(at=AT)
        assert flags(case) == ["UNREAD_MESSAGE", "MAIL_REFUSED"]

        set_contact(cast, case, email="")

        assert flags(case) == ["UNREAD_MESSAGE"]


@pytest.mark.django_db(transaction=True)
class TestTogetherWithOthers:
    def test_from_the_mail_servers_word_to_the_handlers_list(self, mail_server: MailServer) -> None:
        cast = gather()
        case = told(cast)
        mail_server.refuse_recipient["maya@home.test"] = "550 5.1.1 No such user"

        outbox.send_due(at=timezone.now(), clock=timezone.now)
        tell_of_undelivered_mail()

        assert flags(case) == ["MAIL_REFUSED"]
        outbox.send_due(at=timezone.now(), clock=timezone.now)
        assert mail_server.recipients == ["maya@home.test", "cai@westshire.test"]
        assert tell_of_undelivered_mail() == 0

    def test_a_case_that_somebody_is_changing_is_left_to_the_next_look(self) -> None:
        cast = gather()
        case = told(cast)
        refuse()

        with transaction.atomic():
            Case.objects.select_for_update().get(pk=case.pk)
            meanwhile = run_together(lambda: str(undelivered.watch(at=AT)))

        assert (meanwhile, alerts()) == (["0"], [])
        assert undelivered.watch(at=AT) == 1

    def test_of_two_that_look_at_once_one_tells(self) -> None:
        cast = gather()
        for _ in range(5):
            told(cast)
        refuse()

        counts = run_together(*[partial(lambda: str(undelivered.watch(at=AT)))] * 2)

        assert sum(map(int, counts)) + undelivered.watch(at=AT) == 5
        assert alerts() == ["cai@westshire.test"] * 5
        assert audit.verify().first_bad is None


def test_news_say_nothing_to_who_wants_no_answer(cast: Cast) -> None:
    case = a_case(cast, kind=Kind.COMMENT, reply_wanted=False)

    correspondence.announce_again(case, case.complainants.get(), at=AT)

    assert not Outgoing.objects.exists()
