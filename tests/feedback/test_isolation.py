"""Two complain in one case: the receipt of each opens what is theirs, and byte for byte nothing of the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from rest_framework.test import APIClient

from backend.audit import services as audit
from cases.models import Case, Complainant, Message, Notice, Withdrawal
from cases.models.path import LetterWay
from cases.services import messages, receipts, suspensions, withdrawals
from cases.services.intake import NewComplainant
from feedback.stages import EXPLANATIONS, NEXT_STEPS
from tests.cases.alleging import a_document, an_investigated_case
from tests.cases.staying import BOTH, DAY, TODAY, sign, step, suspend
from tests.cast import AT, CONTACT, Cast, a_case, assess, move

KEY = "0d7d5ee8-8f5e-4c0a-9a3a-0e2b7f1f4f11"
WISHES = {
    "contact_by": "TELEPHONE", "never_by_post": True, "text_by_email": True, "quiet_from": "20:00:00",
    "quiet_until": "08:00:00", "language": "Urdu", "access_needs": "Large print",
}  # fmt: skip


@pytest.fixture(autouse=True)
def on_the_day() -> Iterator[None]:
    """The public's doors read the clock themselves: it is that of the tests."""
    with time_machine.travel(AT):
        yield


@dataclass
class Holder:
    """One of the two who complain, with their receipt."""

    row: Complainant
    receipt: str

    def track(self) -> Any:
        answer = APIClient().get("/api/v1/track/", headers={"X-Receipt": self.receipt})
        assert answer.status_code == 200, answer.content
        return answer

    def told(self) -> list[str]:
        return [each["text"] for each in self.track().json()["messages"]]

    def write(self, text: str, key: str | None = None, **more: Any) -> Any:
        headers = {"X-Receipt": self.receipt} | ({"Idempotency-Key": key} if key else {})
        return APIClient().post("/api/v1/track/messages/", {"text": text, **more}, format="json", headers=headers)

    def wishes(self, body: dict[str, Any] | None = None) -> Any:
        client, headers = APIClient(), {"X-Receipt": self.receipt}
        if body is None:
            return client.get("/api/v1/track/preferences/", headers=headers)
        return client.put("/api/v1/track/preferences/", body, format="json", headers=headers)


@pytest.fixture
def two(cast: Cast) -> tuple[Case, Holder, Holder]:
    """Maya and Omar complain together, by telephone; each has a receipt."""
    people = [
        NewComplainant(name="Maya Field", email="maya@home.test", telephone="0121 1", address="1 Mill Lane"),
        NewComplainant(name="Omar Reed", email="omar@home.test", telephone="0121 2", address="2 High Street"),
    ]
    case = a_case(cast, complainants=people)
    move(cast, case, "amal", "take")
    rows = Complainant.objects.filter(case=case).order_by("position")
    maya, omar = (Holder(row, given(cast, case, row)) for row in rows)
    return Case.objects.get(pk=case.pk), maya, omar


def given(cast: Cast, case: Case, row: Complainant) -> str:
    made, _ = receipts.issue(complainant=row.public_id, **now(cast, case))
    return made.receipt


def now(cast: Cast, case: Case, name: str = "amal", at: dt.datetime = AT) -> dict[str, Any]:
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return {"reference": case.reference, "actor": cast.actor(name), "at": at, "version": version}


def test_what_one_is_told_writes_and_sends_changes_no_byte_of_the_others_page(
    cast: Cast, two: tuple[Case, Holder, Holder], settings: Any, tmp_path: Path
) -> None:
    settings.FILES_ROOT = tmp_path
    case, maya, omar = two
    before = maya.track().content

    later = AT + dt.timedelta(hours=1)
    messages.tell_progress(text="CANARY-TOLD", complainant=omar.row.public_id, **now(cast, case, at=later))
    assert omar.write("CANARY-WROTE").status_code == 201
    APIClient().post(
        "/api/v1/track/messages/",
        {"text": "CANARY-FILE", "files": [ContentFile(b"CANARY", name="canary.txt")]},
        format="multipart",
        headers={"X-Receipt": omar.receipt},
    )
    assert omar.wishes(WISHES).status_code == 200
    assert omar.write("CANARY-STOP", wish="WITHDRAW").status_code == 201
    ask = Withdrawal.objects.get(case=case)
    withdrawals.enter_letter(
        withdrawal=ask.public_id, sent_on=AT.date(), way=LetterWay.RECORDED_DELIVERY, reason="", **now(cast, case)
    )

    assert maya.track().content == before
    *wrote, told = omar.told()
    assert wrote == ["CANARY-WROTE", "CANARY-FILE", "CANARY-STOP"]
    assert "CANARY-TOLD" in told


def test_the_first_ones_thread_is_closed_to_the_second_likewise(cast: Cast, two: tuple[Case, Holder, Holder]) -> None:
    case, maya, omar = two
    before = omar.track().content

    messages.tell_progress(text="CANARY", complainant=maya.row.public_id, **now(cast, case))
    maya.write("CANARY-WROTE")
    Message.objects.create(
        case=case, about="PROGRESS", author=cast.users["amal"], sent_at=AT, text="CANARY-OF-OLD", party="COMPLAINANT"
    )

    assert omar.track().content == before
    assert "CANARY-OF-OLD" in maya.told()


def test_a_file_is_found_by_whose_thread_it_is_in_alone(
    cast: Cast, two: tuple[Case, Holder, Holder], settings: Any, tmp_path: Path
) -> None:
    settings.FILES_ROOT = tmp_path
    _, maya, omar = two
    APIClient().post(
        "/api/v1/track/messages/",
        {"text": "See this.", "files": [ContentFile(b"What I saw.", name="mine.txt")]},
        format="multipart",
        headers={"X-Receipt": omar.receipt},
    )
    (attached,) = omar.track().json()["messages"][0]["attachments"]
    url = f"/api/v1/track/files/{attached['public_id']}/"

    answers = [APIClient().get(url, headers={"X-Receipt": each.receipt}) for each in (omar, maya)]

    assert [answer.status_code for answer in answers] == [200, 404]
    assert b"".join(answers[0].streaming_content) == b"What I saw."


def test_no_name_or_address_of_either_is_on_any_page(two: tuple[Case, Holder, Holder]) -> None:
    _, maya, omar = two
    known = ["Maya", "Field", "maya@", "0121", "Mill Lane", "Omar", "Reed", "omar@", "High Street"]

    for each in (maya, omar):
        pages = each.track().content.decode() + each.wishes().content.decode()
        assert not [word for word in known if word in pages]
        assert str(maya.row.public_id) not in pages
        assert str(omar.row.public_id) not in pages


def test_stage_and_next_steps_are_the_same_for_both_and_the_news_each_ones_own(
    cast: Cast, two: tuple[Case, Holder, Holder]
) -> None:
    case, maya, omar = two
    assess(cast, case)
    move(cast, case, "amal", "record_contact", **CONTACT)
    move(cast, case, "beth", "handle_outside")
    messages.tell_progress(text="Soon.", complainant=omar.row.public_id, **now(cast, case))

    first, second = maya.track().json(), omar.track().json()

    same = ("reference", "kind", "submitted_on", "stage", "explanation", "next_step", "next_by", "next_basis")
    assert [first[name] for name in same] == [second[name] for name in same]
    news = "Latest news of the progress"
    reached = [{each["name"]: each["reached_on"] for each in page["steps"]}[news] for page in (first, second)]
    assert reached == [None, "2026-11-20"]


def test_what_each_writes_is_kept_as_theirs(cast: Cast, two: tuple[Case, Holder, Holder]) -> None:
    case, maya, omar = two
    maya.write("From Maya.")
    omar.write("From Omar.", wish="WITHDRAW")

    wrote = {each.text: each.complainant_id for each in Message.objects.filter(case=case, direction="IN")}
    assert wrote == {"From Maya.": maya.row.pk, "From Omar.": omar.row.pk}
    assert Withdrawal.objects.get(case=case).complainant_id == omar.row.pk


def test_the_key_of_one_is_not_the_others_though_the_words_are_the_same(two: tuple[Case, Holder, Holder]) -> None:
    _, maya, omar = two

    assert maya.write("Hello.", key=KEY).status_code == 201
    assert omar.write("Hello.", key=KEY).status_code == 422


class TestPreferences:
    def test_each_says_for_themselves_how_they_are_written_to(self, two: tuple[Case, Holder, Holder]) -> None:
        _, maya, omar = two
        before = maya.wishes().json()

        said = omar.wishes(WISHES)

        assert (said.status_code, said.json()) == (200, WISHES)
        assert (omar.wishes().json(), maya.wishes().json()) == (WISHES, before)
        maya.row.refresh_from_db()
        assert maya.row.contact_by == "TRACKING"

    def test_it_is_on_the_trail_as_the_publics_and_says_no_words(
        self, cast: Cast, two: tuple[Case, Holder, Holder]
    ) -> None:
        case, _, omar = two
        omar.wishes(WISHES)

        event, details = audit.timeline(subject_kind="case", subject=case.reference)[-1]

        assert (event.verb, event.actor) == ("PREFERENCES_SET", "")
        assert details == {"complainant": str(omar.row.public_id), "contact_by": "TELEPHONE"}

    def test_the_safe_address_is_neither_shown_nor_changed(self, two: tuple[Case, Holder, Holder]) -> None:
        """Whoever found a receipt must not learn where somebody hides, nor have letters sent to themselves."""
        _, _, omar = two
        Complainant.objects.filter(pk=omar.row.pk).update(safe_address="3 Quiet Close")

        assert "Quiet Close" not in omar.wishes(WISHES).content.decode()
        omar.wishes({**WISHES, "safe_address": "4 Elsewhere"})
        omar.row.refresh_from_db()
        assert omar.row.safe_address == "3 Quiet Close"

    def test_what_does_not_fit_together_is_refused(self, two: tuple[Case, Holder, Holder]) -> None:
        _, maya, _ = two

        refused = maya.wishes({**WISHES, "quiet_until": None})

        assert (refused.status_code, set(refused.json()["errors"])) == (400, {"quiet_until"})

    def test_a_rating_has_none_and_no_receipt_opens_none(self, cast: Cast) -> None:
        rated = APIClient().post("/api/v1/ratings/", {"unit": "northgate", "scores": {"overall": 2}}, format="json")
        url = "/api/v1/track/preferences/"

        assert APIClient().get(url, headers={"X-Receipt": rated.json()["receipt"]}).status_code == 409
        assert APIClient().get(url).status_code == 404
        assert APIClient().put(url, WISHES, format="json").status_code == 404


def test_who_has_withdrawn_is_told_nothing_more_of_what_the_other_goes_on_with(
    cast: Cast, two: tuple[Case, Holder, Holder]
) -> None:
    case, maya, omar = two
    assess(cast, case, "beth", alleges_crime_or_discipline=True)
    move(cast, case, "beth", "record")
    sign(cast, case, 2)
    before = omar.track()

    later = AT + 20 * DAY
    with time_machine.travel(later):
        grave = {"basis": "VOLUNTARY", "ground": "GRAVITY", "clear_on": f"{AT.date()}"}
        move(cast, case, "beth", "refer", later, **grave)
        notice = {"document": a_document(case), "dated_on": f"{AT.date()}"}
        move(cast, case, "beth", "determine_independent", later, **notice)

        assert omar.track().content == before.content
        assert maya.track().json()["stage"] == "RECORDED"  # until the letter has gone
    seen = before.json()
    assert (seen["stage"], seen["explanation"]) == ("WITHDRAWN", EXPLANATIONS["WITHDRAWN"])
    reached = {step["name"] for step in seen["steps"] if step["reached_on"]}
    assert reached == {"Received", "Being assessed", "Formally recorded"}
    assert not [step for step in seen["steps"] if step["due_on"]]


def test_who_has_answered_is_not_asked_again_with_the_other(cast: Cast) -> None:
    """What was suspended waits for the other's answer alone (regulation 41)."""
    case = an_investigated_case(cast, complainants=BOTH)
    maya, noor = (Holder(row, given(cast, case, row)) for row in case.complainants.order_by("position"))
    row = step(cast, suspend(cast, case), suspensions.conclude, concluded_on=TODAY)
    row = step(cast, row, suspensions.state_wish, complainant=maya.row.public_id, wish="END", stated_on=TODAY)
    row = step(cast, row, suspensions.enter_letter, complainant=noor.row.public_id, sent_on=TODAY)
    messages.tell_progress(text="We wait.", **now(cast, case, "beth", AT + DAY))
    sent = {"settled_on": TODAY, "settled_as": "SENT", "settled_by": cast.users["beth"]}
    Notice.objects.filter(case=case, settled_on=None).update(**sent)

    with time_machine.travel(AT + 2 * DAY):
        asked, answered = noor.track().json(), maya.track().json()

    assert (asked["next_step"], asked["next_by"]) == (NEXT_STEPS["reply_silence"], f"{TODAY + 28 * DAY}")
    assert (answered["next_step"], answered["next_by"]) == (NEXT_STEPS["progress_update"], f"{TODAY + 29 * DAY}")


def test_who_takes_it_back_reads_on_with_the_other(cast: Cast, two: tuple[Case, Holder, Holder]) -> None:
    case, maya, omar = two
    row = sign(cast, case, 2)
    assert omar.track().json()["stage"] == "WITHDRAWN"

    withdrawals.deny(withdrawal=row.public_id, answered_on=AT.date(), **now(cast, case))

    assert omar.track().json()["stage"] == maya.track().json()["stage"] == "ASSESSING"


def test_all_who_withdraw_read_that_it_ended(cast: Cast, two: tuple[Case, Holder, Holder]) -> None:
    case, maya, omar = two
    assess(cast, case, "beth")
    for place in (1, 2):
        sign(cast, case, place)
    assert maya.track().json()["stage"] == "WITHDRAWN"

    move(cast, case, "beth", "withdraw", AT + DAY, public_interest="ENDS")

    for holder in (maya, omar):
        closed = next(step for step in holder.track().json()["steps"] if step["name"] == "Closed")
        assert closed["reached_on"] == f"{(AT + DAY).date()}"
