"""The thread: whoever holds the receipt writes and reads, without an address or a name, and a wish counts at any time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection
from rest_framework.test import APIClient

from backend.audit.models import Event
from backend.notifications.models import Outgoing
from cases.models import Case, Complainant, Message, MessageRead, Notice, Withdrawal
from cases.services import messages, notes
from tests.cast import AT, CONTACT, Cast, assess, move

pytestmark = pytest.mark.usefixtures("on_the_day")
KEY = "0d7d5ee8-8f5e-4c0a-9a3a-0e2b7f1f4f11"
COMPLAINT = {"what_happened": "Nobody came."}


@pytest.fixture
def on_the_day() -> Iterator[None]:
    """The public's doors read the clock themselves: it is that of the tests."""
    with time_machine.travel(AT):
        yield


def sent(route: str = "complaints", **more: Any) -> tuple[str, Case]:
    """The receipt of something sent anonymously, and its case."""
    body = {**({"text": "Too dark."} if route == "comments" else COMPLAINT), **more}
    answer = APIClient().post(f"/api/v1/{route}/", body, format="json").json()
    return answer["receipt"], Case.objects.get(reference=answer["reference"])


def write(receipt: str | None, text: str = "There is a witness.", *, key: str | None = None, **more: Any) -> Any:
    headers = {"X-Receipt": receipt} if receipt else {}
    headers |= {"Idempotency-Key": key} if key else {}
    return APIClient().post("/api/v1/track/messages/", {"text": text, **more}, format="json", headers=headers)


def track(receipt: str) -> Any:
    return APIClient().get("/api/v1/track/", headers={"X-Receipt": receipt}).json()


def now(cast: Cast, case: Case, name: str = "amal") -> dict[str, Any]:
    """The arguments of a change by staff, an hour later."""
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return {
        "reference": case.reference,
        "actor": cast.actor(name),
        "at": AT + dt.timedelta(hours=1),
        "version": version,
    }


def test_an_anonymous_complainant_writes_and_reads_the_answer(cast: Cast) -> None:
    receipt, case = sent()

    kept = write(receipt)
    messages.write(
        about=Message.About.REPLY, text="Thank you. Who is it?", complainant=None, way=None, files=[], **now(cast, case)
    )

    assert kept.status_code == 201, kept.content
    assert [(each["by"], each["about"], each["text"]) for each in track(receipt)["messages"]] == [
        ("YOU", "WRITTEN", "There is a witness."), ("US", "REPLY", "Thank you. Who is it?"),
    ]  # fmt: skip
    assert not Outgoing.objects.exists()
    assert Complainant.objects.get(case=case).name == ""


@pytest.mark.parametrize("receipt", [None, "", "K7QM3XVD-AAAA-BBBB-CCCC-DDDD"])
def test_without_the_receipt_nobody_writes(cast: Cast, receipt: str | None) -> None:
    sent()

    assert write(receipt).status_code == 404
    assert not Message.objects.exists()


def test_the_same_message_sent_twice_is_kept_once(cast: Cast) -> None:
    receipt, case = sent()

    first, second = write(receipt, key=KEY), write(receipt, key=KEY)

    assert first.json() == second.json()
    assert Message.objects.filter(case=case).count() == 1
    assert write(receipt, "Something else.", key=KEY).status_code == 422


def test_the_key_of_one_thread_opens_no_other(cast: Cast) -> None:
    first, second = sent()[0], sent()[0]
    write(first, key=KEY)

    assert write(second, key=KEY).status_code == 422


def test_what_came_in_shows_on_the_case_until_it_is_read(cast: Cast) -> None:
    receipt, case = sent()
    write(receipt)
    amal, url = cast.client("amal"), f"/api/v1/cases/{case.reference}"
    assert amal.get(f"{url}/").json()["flags"] == ["UNREAD_MESSAGE"]
    assert [each["reference"] for each in amal.get("/api/v1/cases/?flag=UNREAD_MESSAGE").json()["results"]] == [
        case.reference
    ]

    (message,) = amal.get(f"{url}/messages/").json()["results"]
    read = amal.post(
        f"{url}/messages/{message['public_id']}/read/",
        {},
        format="json",
        headers={"If-Match": amal.get(f"{url}/")["ETag"]},
    )

    assert (message["direction"], message["author"], message["read_at"]) == ("IN", None, None)
    assert read.json()["read_at"] is not None
    assert amal.get(f"{url}/").json()["flags"] == []
    assert MessageRead.objects.get().read_by == cast.users["amal"]


def test_a_change_that_did_not_know_of_the_message_is_refused(cast: Cast) -> None:
    receipt, case = sent()
    amal, url = cast.client("amal"), f"/api/v1/cases/{case.reference}"
    tag = amal.get(f"{url}/")["ETag"]

    write(receipt)

    assert amal.post(f"{url}/notes/", {"text": "x"}, format="json", headers={"If-Match": tag}).status_code == 412


def test_files_go_both_ways_and_only_in_their_own_thread(cast: Cast, settings: Any, tmp_path: Path) -> None:
    settings.FILES_ROOT = tmp_path
    receipt, case = sent()
    other = sent()[0]

    kept = APIClient().post(
        "/api/v1/track/messages/",
        {"text": "See this.", "files": [ContentFile(b"What I saw.", name="mine.txt")]},
        format="multipart",
        headers={"X-Receipt": receipt},
    )

    assert kept.status_code == 201, kept.content
    (attached,) = track(receipt)["messages"][0]["attachments"]
    url = f"/api/v1/track/files/{attached['public_id']}/"
    mine = APIClient().get(url, headers={"X-Receipt": receipt})
    assert b"".join(mine.streaming_content) == b"What I saw."
    assert APIClient().get(url, headers={"X-Receipt": other}).status_code == 404
    assert [each["name"] for each in cast.client("amal").get(f"/api/v1/cases/{case.reference}/files/").json()] == [
        "mine.txt"
    ]


class TestWishes:
    def test_the_wish_to_be_recorded_forces_it(self, cast: Cast) -> None:
        receipt, case = sent()
        move(cast, case, "amal", "take")
        assess(cast, case)
        move(cast, case, "amal", "record_contact", **CONTACT)

        write(receipt, "I want it on record.", wish="RECORD")

        case.refresh_from_db()
        assert case.wishes_recording is True
        assert "WISH_TO_RECORD" in case.flags
        moves = cast.client("beth").get(f"/api/v1/cases/{case.reference}/moves/").json()["moves"]
        outside = next(each for each in moves if each["move"] == "handle_outside")
        assert not outside["allowed"]

    def test_it_counts_after_the_end_too(self, cast: Cast) -> None:
        receipt, case = sent()
        move(cast, case, "amal", "take")
        assess(cast, case)
        move(cast, case, "amal", "record_contact", **CONTACT)
        move(cast, case, "beth", "handle_outside")
        move(cast, case, "amal", "leave_unresolved", result="No.", told="It may be recorded.")
        move(cast, case, "beth", "close_outside", declined_on="2026-11-20", told="Closed.")

        assert write(receipt, "I do want it recorded.", wish="RECORD").status_code == 201

        case.refresh_from_db()
        assert (case.state, case.wishes_recording) == ("CLOSED_OUTSIDE", True)
        recorded = move(cast, case, "amal", "record")
        assert recorded.state == "RECORDED"
        assert "WISH_TO_RECORD" not in recorded.flags

    def test_a_wish_to_withdraw_is_asked_about_and_ends_nothing(self, cast: Cast) -> None:
        receipt, case = sent()

        assert write(receipt, "I want to stop.", wish="WITHDRAW").status_code == 201

        assert Withdrawal.objects.get(case=case).state == "WISHED"
        assert Notice.objects.get(case=case).kind == "ASK_TO_CONFIRM"
        case.refresh_from_db()
        assert case.closed_on is None
        assert {"UNREAD_MESSAGE", "WISH_TO_WITHDRAW"} <= set(case.flags)

    def test_said_twice_it_is_kept_as_what_was_written(self, cast: Cast) -> None:
        receipt, case = sent()
        write(receipt, "I want to stop.", wish="WITHDRAW")

        assert write(receipt, "I said so.", wish="WITHDRAW").status_code == 201
        assert Withdrawal.objects.filter(case=case).count() == 1
        assert Message.objects.filter(case=case, wish="WITHDRAW").count() == 2

    def test_a_comment_is_neither_recorded_nor_withdrawn_so(self, cast: Cast) -> None:
        receipt, case = sent("comments")

        assert write(receipt, "Stop.", wish="WITHDRAW").status_code == 400
        assert write(receipt, "One more thing.").status_code == 201
        assert Message.objects.get(case=case).text == "One more thing."

    def test_an_unknown_wish_is_refused(self, cast: Cast) -> None:
        assert write(sent()[0], wish="WIN").status_code == 400


def test_a_rating_on_its_own_has_no_thread(cast: Cast) -> None:
    answer = APIClient().post("/api/v1/ratings/", {"unit": "northgate", "scores": {"overall": 2}}, format="json").json()

    assert write(answer["receipt"]).status_code == 409


def test_the_thread_tells_nothing_that_others_were_told_or_staff_noted(cast: Cast) -> None:
    receipt, case = sent()
    second = Complainant.objects.create(case=case, position=2, name="Omar Reed", email="omar@home.test")
    notes.add(text="CANARY-NOTE", **now(cast, case))
    messages.tell_progress(text="CANARY-TO-OMAR", complainant=second.public_id, **now(cast, case))
    Message.objects.create(
        case=case, about="NOTICE", author=cast.users["amal"], sent_at=AT, text="CANARY-TO-SUBJECT", party="SUBJECT"
    )

    seen = APIClient().get("/api/v1/track/", headers={"X-Receipt": receipt}).content.decode()

    assert "CANARY" not in seen
    assert "Omar" not in seen


def test_who_complained_reads_their_own_name_and_staff_who_have_not_revealed_it_do_not(cast: Cast) -> None:
    receipt, case = sent(name="Maya Quill", email="maya@home.test")
    write(receipt, "I am Maya Quill.")
    messages.tell_progress(text="Dear Maya Quill\n\nWe go on.", **now(cast, case))

    staff = cast.client("amal").get(f"/api/v1/cases/{case.reference}/messages/").content.decode()

    wrote, told = (each["text"] for each in track(receipt)["messages"])
    assert wrote == "I am Maya Quill."
    assert told.startswith("Dear Maya Quill\n")
    assert "[name not shown]" in staff
    assert "Quill" not in staff


def test_nothing_of_what_was_written_is_in_the_trail(cast: Cast) -> None:
    receipt, _ = sent()
    write(receipt, "CANARY-WORDS")

    event = Event.objects.get(verb="MESSAGE_RECEIVED")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(details::text, '') FROM audit_detail")
        assert "CANARY" not in cursor.fetchone()[0]
    assert event.actor == ""


def test_who_writes_too_much_too_fast_is_stopped(cast: Cast, settings: Any) -> None:
    receipt, _ = sent()
    settings.SUBMISSION_LIMIT = 2

    assert [write(receipt).status_code for _ in range(3)] == [201, 201, 429]


class TestADayOfOneReceipt:
    """From whatever addresses: the ten minutes of one address are another limit."""

    def test_beyond_so_many_messages_the_holder_is_told_what_to_do(self, cast: Cast, settings: Any) -> None:
        receipt, case = sent()
        settings.MESSAGES_A_DAY = 2

        kept = [write(receipt, "First."), write(receipt, "Second.")]
        refused = write(receipt, "Third.")

        assert [each.status_code for each in kept] == [201, 201]
        assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
        assert refused.json()["type"] == "urn:rylp:problem:too-many-messages"
        assert "send it tomorrow" in refused.json()["detail"]
        assert 13 * 60 * 60 < int(refused["Retry-After"]) <= 14 * 60 * 60, "it is ten in the morning"
        assert [each["text"] for each in track(receipt)["messages"]] == ["First.", "Second."]
        assert Message.objects.filter(case=case).count() == 2

    def test_twenty_are_kept_where_nothing_else_is_set(self, cast: Cast, settings: Any) -> None:
        receipt, _ = sent()

        assert [write(receipt).status_code for _ in range(21)] == [201] * 20 + [429]

    def test_another_address_changes_nothing_and_another_receipt_is_counted_by_itself(
        self, cast: Cast, settings: Any
    ) -> None:
        receipt, _ = sent()
        settings.MESSAGES_A_DAY = 1
        write(receipt)
        headers, body = {"X-Receipt": receipt}, {"text": "From elsewhere."}

        elsewhere = APIClient().post(
            "/api/v1/track/messages/", body, format="json", headers=headers, REMOTE_ADDR="203.0.113.77"
        )

        assert elsewhere.status_code == 429
        assert write(sent()[0]).status_code == 201

    def test_what_was_kept_is_answered_again_however_many_there_were(self, cast: Cast, settings: Any) -> None:
        receipt, case = sent()
        settings.MESSAGES_A_DAY = 1
        first = write(receipt, key=KEY)

        again = write(receipt, key=KEY)

        assert (again.status_code, again.json()) == (201, first.json())
        assert write(receipt).status_code == 429
        assert Message.objects.filter(case=case).count() == 1

    def test_what_could_not_be_kept_counts_for_nothing(self, cast: Cast, settings: Any) -> None:
        receipt, _ = sent("comments")
        settings.MESSAGES_A_DAY = 1
        assert write(receipt, wish="RECORD").status_code == 400

        assert write(receipt).status_code == 201

    def test_the_next_day_begins_anew_and_no_limit_is_none(self, cast: Cast, settings: Any) -> None:
        receipt, _ = sent()
        settings.MESSAGES_A_DAY = 1
        assert [write(receipt).status_code for _ in range(2)] == [201, 429]

        with time_machine.travel(AT + dt.timedelta(days=1)):
            assert [write(receipt).status_code for _ in range(2)] == [201, 429]
        settings.MESSAGES_A_DAY = 0
        assert {write(receipt).status_code for _ in range(3)} == {201}


class TestALongThread:
    def long(self, case: Case, count: int) -> None:
        for number in range(count):
            messages.receive(case_id=case.pk, text=f"{number}", wish="", files=[], at=AT + dt.timedelta(minutes=number))

    def read(self, receipt: str, **query: Any) -> Any:
        return APIClient().get("/api/v1/track/messages/", query, headers={"X-Receipt": receipt})

    def test_the_newest_are_there_at_once_and_the_older_ones_by_their_cursor(self, cast: Cast) -> None:
        receipt, case = sent()
        self.long(case, 30)

        told = track(receipt)
        before = self.read(receipt, cursor=told["older"]).json()

        assert [each["text"] for each in told["messages"]] == [f"{number}" for number in range(5, 30)]
        assert [each["text"] for each in before["results"]] == [f"{number}" for number in range(5)]
        assert before["next"] == ""

    def test_it_is_read_in_pages_of_any_size_each_message_once(self, cast: Cast) -> None:
        receipt, case = sent()
        self.long(case, 7)

        found: list[str] = []
        cursor = ""
        while True:
            page = self.read(receipt, limit=3, **({"cursor": cursor} if cursor else {})).json()
            found = [each["text"] for each in page["results"]] + found
            cursor = page["next"]
            if not cursor:
                break

        assert found == [f"{number}" for number in range(7)]

    def test_a_short_one_has_none_before_it(self, cast: Cast) -> None:
        receipt, case = sent()
        self.long(case, 2)

        assert track(receipt)["older"] == ""

    def test_the_cursor_of_one_thread_shows_nothing_of_another(self, cast: Cast) -> None:
        (receipt, case), (other, its_case) = sent(), sent()
        self.long(case, 30)
        self.long(its_case, 1)

        shown = self.read(other, cursor=track(receipt)["older"])

        assert shown.json() == self.read(other).json()
        assert self.read(other, cursor="made up").status_code == 400

    def test_it_is_opened_by_its_receipt_alone_and_reading_is_no_writing(self, cast: Cast, settings: Any) -> None:
        receipt, _ = sent()
        settings.SUBMISSION_LIMIT = 1

        assert {self.read(receipt).status_code for _ in range(3)} == {200}
        assert self.read("K7QM3XVD-AAAA-BBBB-CCCC-DDDD").status_code == 404

    def test_a_rating_has_none(self, cast: Cast) -> None:
        rated = APIClient().post("/api/v1/ratings/", {"unit": "northgate", "scores": {"overall": 7}}, format="json")

        assert self.read(rated.json()["receipt"]).json() == {"results": [], "next": ""}


def test_the_handler_gets_a_mail_that_says_nothing(cast: Cast) -> None:
    receipt, case = sent()
    move(cast, case, "amal", "take")

    write(receipt, "CANARY-WORDS")

    mail = Outgoing.objects.get(cause__startswith="written:")
    assert mail.recipient == "amal@westshire.test"
    assert "CANARY" not in mail.subject + mail.body
