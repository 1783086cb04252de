"""A receipt for everybody who complains: made by staff for one complainant, shown once, and void once there is another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from backend.accounts.actors import Actor
from backend.audit import services as audit
from backend.common.errors import Stale
from backend.notifications.models import Outgoing
from cases.models import Case, Complainant, Intake, Kind, Receipt
from cases.services import involvement, matters, receipts
from cases.services.intake import NewComplainant
from tests.cases.test_links import merge
from tests.cases.test_races import run_together
from tests.cast import AT, Cast, a_case, a_matter, assess, gather, give_to
from tests.feedback.test_receipts import whole_database

MAYA = NewComplainant(name="Maya Field", email="maya@home.test")
OMAR = NewComplainant(name="Omar Reed", email="omar@home.test")


@pytest.fixture
def on_the_day() -> Iterator[None]:
    """The doors read the clock themselves: it is that of the tests."""
    with time_machine.travel(AT):
        yield


def url_of(case: Case, complainant: Complainant | None = None) -> str:
    case_url = f"/api/v1/cases/{case.reference}/"
    return f"{case_url}complainants/{complainant.public_id}/receipt/" if complainant else case_url


def two_complain(cast: Cast) -> tuple[Case, Complainant, Complainant]:
    case = a_case(cast, complainants=[MAYA, OMAR])
    maya, omar = Complainant.objects.filter(case=case).order_by("position")
    return case, maya, omar


def issue(cast: Cast, case: Case, complainant: Complainant, name: str = "amal", tag: str = "") -> Any:
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    headers = {"If-Match": tag or f'"{case.reference}.{version}"'}
    return cast.client(name).post(url_of(case, complainant), {}, format="json", headers=headers)


def shown(answer: Any) -> str:
    assert answer.status_code == 201, answer.content
    return str(answer.json()["receipt"])


def track(receipt: str, address: str = "203.0.113.9") -> Any:
    return APIClient().get("/api/v1/track/", headers={"X-Receipt": receipt}, REMOTE_ADDR=address)


class TestIssuing:
    def test_it_is_shown_once_and_opens_the_tracking_page(self, cast: Cast) -> None:
        case, _, omar = two_complain(cast)

        receipt = shown(issue(cast, case, omar))

        seen = track(receipt)
        assert seen.status_code == 200
        assert (seen.json()["reference"], seen.json()["kind"]) == (case.reference, "COMPLAINT")
        assert seen.json()["stage"] == "RECEIVED"
        assert seen.json()["submitted_on"] == str(case.received_on)

    def test_the_secret_is_in_no_table_in_no_form(self, cast: Cast) -> None:
        case, _, omar = two_complain(cast)
        receipt = shown(issue(cast, case, omar))
        secret = "".join(receipt.split("-")[1:])
        track(receipt)

        kept = whole_database()

        assert case.reference in kept
        for form in (secret, secret.lower(), receipt, receipt[9:], secret.encode().hex()):
            assert form not in kept
        assert not any(receipt[9:] in f"{mail.subject}{mail.body}" for mail in Outgoing.objects.all())

    def test_another_one_makes_the_former_void(self, cast: Cast) -> None:
        case, _, omar = two_complain(cast)
        first = shown(issue(cast, case, omar))

        second = shown(issue(cast, case, omar))

        assert (track(first).status_code, track(second).status_code) == (404, 200)
        assert Receipt.objects.count() == 1

    def test_the_one_of_the_form_is_void_too_once_its_sender_has_another(self, cast: Cast) -> None:
        sent = APIClient().post("/api/v1/complaints/", {"what_happened": "Nobody came."}, format="json").json()
        case = Case.objects.get(reference=sent["reference"])

        receipt = shown(issue(cast, case, case.complainants.get()))

        assert (track(sent["receipt"]).status_code, track(receipt).status_code) == (404, 200)

    def test_one_for_somebody_else_leaves_that_of_the_form_as_it_is(self, cast: Cast) -> None:
        sent = APIClient().post("/api/v1/complaints/", {"what_happened": "Nobody came."}, format="json").json()
        case = Case.objects.get(reference=sent["reference"])
        omar = Complainant.objects.create(case=case, position=2, name="Omar Reed")

        receipt = shown(issue(cast, case, omar))

        assert (track(sent["receipt"]).status_code, track(receipt).status_code) == (200, 200)

    def test_whose_it_is_is_told_that_there_is_one_and_not_what_it_is(self, cast: Cast) -> None:
        case, _, omar = two_complain(cast)

        receipt = shown(issue(cast, case, omar))

        mail = Outgoing.objects.get(cause__startswith="receipt:")
        assert (mail.recipient, mail.about, mail.addressee) == ("omar@home.test", case.reference, str(omar.public_id))
        assert case.reference in mail.body
        assert receipt[9:] not in mail.body
        assert "complain" not in (mail.subject + mail.body).lower()

    def test_who_left_no_address_is_not_written_to(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[NewComplainant(anonymous=True)])

        assert track(shown(issue(cast, case, case.complainants.get()))).status_code == 200
        assert not Outgoing.objects.exists()

    def test_the_author_of_a_comment_gets_one_too(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)

        seen = track(shown(issue(cast, case, case.complainants.get(), "gwen")))

        assert (seen.json()["kind"], seen.json()["stage"]) == ("COMMENT", "SUBMITTED")

    def test_it_is_on_the_trail_and_in_the_timeline_by_who_made_it(self, cast: Cast) -> None:
        case, _, omar = two_complain(cast)
        receipt = shown(issue(cast, case, omar))

        (event, details) = audit.timeline(subject_kind="case", subject=case.reference)[-1]
        entry = cast.client("beth").get(f"{url_of(case)}timeline/").json()["results"][-1]

        assert (event.verb, event.actor) == ("RECEIPT_ISSUED", str(cast.users["amal"].public_id))
        assert details == {"complainant": str(omar.public_id)}
        assert (entry["what"], entry["who"]) == ("RECEIPT_ISSUED", "Amal")
        assert receipt[9:] not in str(entry)


class TestRefusals:
    @pytest.mark.parametrize("name", ["cai", "ed", "fay", "gwen", "hal", "ida", "jo", "kit", "nobody"])
    def test_who_does_not_see_the_case_is_told_nothing(self, cast: Cast, name: str) -> None:
        case, _, omar = two_complain(cast)

        assert issue(cast, case, omar, name).status_code == 404
        assert not Receipt.objects.exists()

    def test_who_handles_it_without_a_right_to_know_who_it_is_from_makes_none(self, cast: Cast) -> None:
        case = a_case(cast, kind=Kind.COMMENT)
        Case.objects.filter(pk=case.pk).update(handler=cast.users["fay"])
        author = case.complainants.get()

        assert cast.client("fay").get(url_of(case)).status_code == 200
        assert issue(cast, case, author, "fay").status_code == 403
        assert not Receipt.objects.exists()

    def test_a_unit_makes_them_for_what_it_handles(self, cast: Cast) -> None:
        case = a_case(cast)
        give_to(cast, case, "northgate")

        answers = [issue(cast, case, case.complainants.get(), name).status_code for name in ("cai", "dee", "ed")]

        assert answers == [201, 201, 404]

    def test_a_unit_makes_none_for_what_it_may_not_see(self, cast: Cast) -> None:
        case = a_case(cast)
        give_to(cast, case, "northgate")
        case = assess(cast, case, "beth", alleges_crime_or_discipline=True)

        assert issue(cast, case, case.complainants.get(), "cai").status_code == 404

    def test_a_wall_stands_before_it(self, cast: Cast) -> None:
        case, _, omar = two_complain(cast)
        involvement.name_person(
            reference=case.reference, who="1002", part="SUBJECT", actor=cast.actor("amal"), at=AT, version=case.version
        )

        assert issue(cast, case, omar, "beth").status_code == 404

    def test_somebody_of_another_case_is_nobody_here(self, cast: Cast) -> None:
        case, other = a_case(cast), a_case(cast)

        assert issue(cast, case, other.complainants.get()).status_code == 404

    def test_it_is_a_change_of_the_version_that_was_read(self, cast: Cast) -> None:
        case, _, omar = two_complain(cast)
        shown(issue(cast, case, omar))

        assert issue(cast, case, omar, tag=f'"{case.reference}.1"').status_code == 412
        assert cast.client("amal").post(url_of(case, omar), {}, format="json").status_code == 428

    def test_also_in_a_case_that_was_merged_or_a_lost_one_would_open_it_for_ever(self, cast: Cast) -> None:
        merged = merge(cast, a_case(cast), a_case(cast))

        lost = shown(issue(cast, merged, merged.complainants.get(), "beth"))
        another = shown(issue(cast, merged, merged.complainants.get(), "beth"))

        assert [track(each).status_code for each in (lost, another)] == [404, 200]

    def test_not_for_who_is_only_kept_informed(self, cast: Cast) -> None:
        case = a_case(cast)
        kin, _ = matters.add_interested_person(
            reference=case.reference, name="Zoe", email="zoe@home.test", telephone="", address="",
            actor=cast.actor("amal"), at=AT, version=case.version,
        )  # fmt: skip

        assert issue(cast, case, kin).status_code == 409

    def test_not_in_a_matter_which_nobody_complained_of(self, cast: Cast) -> None:
        matter = a_matter(cast)
        kin, _ = matters.add_interested_person(
            reference=matter.reference, name="Zoe", email="zoe@home.test", telephone="", address="",
            actor=cast.actor("beth"), at=AT, version=matter.version,
        )  # fmt: skip

        assert issue(cast, matter, kin, "beth").status_code == 409

    def test_history_gets_none(self, cast: Cast) -> None:
        past = Case.objects.create(
            kind="COMPLAINT", state="FINALISED", origin="IMPORTED", source="x", force=cast.force, made_on=AT.date(),
            received_on=AT.date(),
        )  # fmt: skip
        somebody = Complainant.objects.create(case=past, name="Maya Field")

        assert issue(cast, past, somebody, "beth").status_code == 409


class TestGuessing:
    def test_wrong_void_and_none_are_told_alike(self, cast: Cast) -> None:
        case, maya, omar = two_complain(cast)
        void = shown(issue(cast, case, omar))
        omars, mayas = shown(issue(cast, case, omar)), shown(issue(cast, case, maya))
        wrong = omars[:-1] + ("A" if omars[-1] != "A" else "B")
        tries = [void, wrong, "ZZZZZZZZ" + omars[8:], a_case(cast).reference + mayas[8:], "", case.reference]

        answers = [track(each, address=f"203.0.113.{number}") for number, each in enumerate(tries)]

        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1

    def test_after_ten_wrong_ones_an_address_waits_with_the_right_one_too(self, cast: Cast) -> None:
        case, _, omar = two_complain(cast)
        receipt = shown(issue(cast, case, omar))

        assert [track(f"{case.reference}-{'0' * 16}").status_code for _ in range(11)] == [404] * 10 + [429]
        assert track(receipt).status_code == 429
        assert track(receipt, address="203.0.113.10").status_code == 200


def once(case: Case, whose: Complainant, actor: Actor, version: int) -> str:
    """The receipt, or "" where somebody else was first."""
    try:
        made, _ = receipts.issue(
            reference=case.reference, complainant=whose.public_id, actor=actor, at=AT, version=version
        )
    except Stale:
        return ""
    return made.receipt


def until_made(case: Case, whose: Complainant, actor: Actor) -> str:
    """Whoever is told that somebody else was first reads the case again, and tries again."""
    receipt = ""
    while not receipt:
        version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
        receipt = once(case, whose, actor, version)
    return receipt


@pytest.mark.django_db(transaction=True)
def test_of_two_made_at_once_one_is_valid_at_the_end() -> None:
    cast = gather()
    actors = [cast.actor("amal"), cast.actor("beth")]
    for turn in range(20):
        case, _, omar = two_complain(cast)

        of_one_version = run_together(*(partial(once, case, omar, actor, case.version) for actor in actors))
        one_after_the_other = run_together(*(partial(until_made, case, omar, actor) for actor in actors))

        assert sum(map(bool, of_one_version)) == 1
        made = [each for each in (*of_one_version, *one_after_the_other) if each]
        assert len(set(made)) == 3
        assert sorted(track(each, address=f"198.51.100.{turn}").status_code for each in made) == [200, 404, 404]
        assert Receipt.objects.filter(complainant=omar).count() == 1
    assert audit.verify().first_bad is None


class TestTakenDown:
    URL = "/api/v1/cases/intake/"

    def send(self, cast: Cast, key: str | None = None, **more: Any) -> Any:
        body = {
            "channel": "TELEPHONE", "narrative": "Nobody called me back.", "made_on": "2026-11-20",
            "received_on": "2026-11-20", "complainants": [{"name": "Maya Field"}, {"relationship": "WITNESS"}], **more,
        }  # fmt: skip
        headers = {"Idempotency-Key": key} if key else {}
        answer = cast.client("cai").post(self.URL, body, format="json", headers=headers)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def test_each_who_complains_has_a_receipt_from_the_first_day(self, cast: Cast, on_the_day: None) -> None:
        taken = self.send(cast)

        assert [each["position"] for each in taken["receipts"]] == [1, 2]
        first, second = (each["receipt"] for each in taken["receipts"])
        assert first != second
        assert [track(each).json()["reference"] for each in (first, second)] == [taken["reference"]] * 2
        assert Intake.objects.count() == 1

    def test_who_is_only_kept_informed_has_none(self, cast: Cast, on_the_day: None) -> None:
        people = [{"name": "Zoe", "relationship": "INTERESTED"}, {"name": "Maya Field"}]

        taken = self.send(cast, complainants=people)

        assert [each["position"] for each in taken["receipts"]] == [2]

    def test_sent_again_with_the_same_key_they_are_the_same_and_kept_nowhere(
        self, cast: Cast, on_the_day: None
    ) -> None:
        key = "0d7d5ee8-8f5e-4c0a-9a3a-0e2b7f1f4f11"

        taken, again = self.send(cast, key), self.send(cast, key)

        assert taken == again
        kept = whole_database()
        for each in taken["receipts"]:
            assert each["receipt"][9:] not in kept
            assert each["receipt"][9:].replace("-", "") not in kept

    def test_without_a_key_they_are_random(self, cast: Cast, on_the_day: None) -> None:
        taken, again = self.send(cast), self.send(cast)

        assert not {each["receipt"][9:] for each in taken["receipts"]} & {
            each["receipt"][9:] for each in again["receipts"]
        }
