"""The receipt: shown once, stored hashed, and the only thing that opens a submission; a wrong one learns nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from backend.common.identifiers import ALPHABET
from backend.notifications.models import Outgoing
from cases.models import Case
from cases.services import notes
from feedback.services import tracking
from tests.cast import AT, Cast, a_case_handled_outside, assess, move
from tests.database_setup import as_owner

KEY = "0d7d5ee8-8f5e-4c0a-9a3a-0e2b7f1f4f11"
COMPLAINT = {"what_happened": "Nobody came.", "name": "Maya Field", "email": "maya@home.test"}


def send(*, key: str | None = None, **more: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return APIClient().post("/api/v1/complaints/", {**COMPLAINT, **more}, format="json", headers=headers).json()


def track(receipt: str | None, address: str = "203.0.113.9", **headers: str) -> Any:
    if receipt is not None:
        headers["X-Receipt"] = receipt
    return APIClient().get("/api/v1/track/", headers=headers, REMOTE_ADDR=address)


def whole_database() -> str:
    """Every row of every table as text, as the tests' own transaction sees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        tables = [name for (name,) in cursor.fetchall() if name not in ("django_migrations", "areas_postcode")]
        text = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            text += [f"{table}: {row}" for (row,) in cursor.fetchall()]
    return "\n".join(text)


class TestSecrets:
    @pytest.mark.parametrize("key", [None, KEY])
    def test_the_secret_is_in_no_table_in_no_form(self, cast: Cast, key: str | None) -> None:
        sent = send(key=key)
        secret = "".join(sent["receipt"].split("-")[1:])
        track(sent["receipt"])

        kept = whole_database()

        assert sent["reference"] in kept
        for form in (secret, secret.lower(), sent["receipt"], sent["receipt"][9:], secret.encode().hex()):
            assert form not in kept
        assert not any(sent["receipt"][9:] in f"{mail.subject}{mail.body}" for mail in Outgoing.objects.all())

    def test_it_is_eighty_bits_of_the_alphabet(self, cast: Cast) -> None:
        secret = "".join(send()["receipt"].split("-")[1:])

        assert len(secret) == 16
        assert set(secret) <= set(ALPHABET)

    def test_without_a_key_it_is_random_and_with_one_derived(self, cast: Cast) -> None:
        def secret(**more: Any) -> str:
            return str(send(**more)["receipt"][9:])

        assert secret() != secret()
        assert secret(key=KEY) == secret(key=KEY)

    def test_whoever_has_the_database_cannot_derive_it(self, cast: Cast, settings: Any) -> None:
        receipt = send(key=KEY)["receipt"]

        settings.RECEIPT_KEY = "another key"

        assert track(receipt).status_code == 404
        assert send(key=KEY)["receipt"] != receipt


class TestTracking:
    def test_it_opens_however_it_is_typed(self, cast: Cast) -> None:
        receipt = send()["receipt"]
        for typed in (
            receipt, receipt.lower(), receipt.replace("-", ""), receipt.replace("-", " "), f"  {receipt}  ",
            receipt.replace("0", "O"), receipt.replace("0", "o").replace("1", "l"), receipt.replace("1", "I"),
        ):  # fmt: skip
            assert track(typed).status_code == 200, typed

    def test_zeros_and_ones_in_it_may_be_misread(self, cast: Cast) -> None:
        receipts_sent = (send()["receipt"] for _ in range(40))
        receipt = next(each for each in receipts_sent if {"0", "1"} & set(each))

        for misread in (str.maketrans("01", "OI"), str.maketrans("01", "ol"), str.maketrans("01", "oL")):
            assert track(receipt.translate(misread)).status_code == 200

    def test_wrong_reference_wrong_secret_and_none_are_told_alike(self, cast: Cast) -> None:
        first, second = send(), send()
        wrong_secret = first["receipt"][:-1] + ("A" if first["receipt"][-1] != "A" else "B")
        others_secret = first["reference"] + second["receipt"][8:]
        unknown = "ZZZZZZZZ" + first["receipt"][8:]
        tries = [wrong_secret, others_secret, unknown, None, "", "x", first["reference"], "\xff" * 24, "A" * 5000,
                 f"{first['receipt']}A", "U" * 24]  # fmt: skip

        answers = [track(each, address=f"203.0.113.{number}") for number, each in enumerate(tries)]

        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
        assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1

    def test_it_is_read_from_the_header_alone(self, cast: Cast) -> None:
        receipt = send()["receipt"]

        assert APIClient().get("/api/v1/track/", {"receipt": receipt}).status_code == 400
        assert APIClient().get(f"/api/v1/track/{receipt}/").status_code == 404
        assert APIClient().post("/api/v1/track/", {"receipt": receipt}, format="json").status_code == 405

    def test_a_character_that_no_database_holds_is_just_wrong(self, cast: Cast) -> None:
        assert track("ABCDEFG\x00" + "A" * 16).status_code == 404

    def test_the_answer_is_kept_by_no_cache_and_told_to_no_referrer(self, cast: Cast) -> None:
        answer = track(send()["receipt"])

        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Referrer-Policy"] == "no-referrer"


class TestGuessing:
    def test_after_ten_wrong_ones_an_address_waits_with_the_right_one_too(self, cast: Cast) -> None:
        """Or the eleventh guess, the right one, would be let in, and the limit would stop nobody."""
        receipt = send()["receipt"]
        assert [track("wrong").status_code for _ in range(11)] == [404] * 10 + [429]

        locked = track(receipt)

        assert (locked.status_code, locked["Retry-After"]) == (429, "60")
        assert locked.content == track("wrong").content

    def test_another_address_is_unaffected(self, cast: Cast) -> None:
        receipt = send()["receipt"]
        for _ in range(12):
            track("wrong")

        assert track(receipt, address="203.0.113.10").status_code == 200

    def test_right_ones_are_not_counted(self, cast: Cast) -> None:
        receipt = send()["receipt"]

        assert {track(receipt).status_code for _ in range(15)} == {200}

    def test_forging_where_one_is_does_not_help(self, cast: Cast) -> None:
        statuses = [
            track("wrong", **{"X-Forwarded-For": f"192.0.2.{number}", "X-Real-IP": f"192.0.2.{number}"}).status_code
            for number in range(12)
        ]

        assert statuses == [404] * 10 + [429] * 2

    def test_a_minute_later_one_may_try_again(self, cast: Cast) -> None:
        sent = send()
        for _ in range(10):
            with pytest.raises(Exception, match="no submission"):
                tracking.look_up(header="wrong", caller="203.0.113.9", at=AT)

        progress = tracking.look_up(header=sent["receipt"], caller="203.0.113.9", at=AT + dt.timedelta(minutes=1))

        assert progress.reference == sent["reference"]

    def test_a_thousand_wrong_ones_from_everywhere_stop_everybody_and_raise_the_alarm(
        self, cast: Cast, caplog: pytest.LogCaptureFixture
    ) -> None:
        receipt = send()["receipt"]
        track("wrong")  # makes the count of everybody
        with connection.cursor() as cursor:
            cursor.execute("UPDATE requests_ratecount SET count = 1000")

        assert track(receipt, address="203.0.113.77").status_code == 429
        assert "Receipts are being guessed" in caplog.text


class TestNothingInternal:
    def test_tracking_tells_nothing_of_who_works_on_it_and_what_they_think(self, cast: Cast) -> None:
        sent = send(officers="CANARY-OFFICER", location="CANARY-PLACE", views="CANARY-VIEWS", harm="CANARY-HARM")
        case = Case.objects.get(reference=sent["reference"])
        move(cast, case, "amal", "take")
        assess(cast, case)
        case.refresh_from_db()
        notes.add(reference=case.reference, text="CANARY-NOTE", actor=cast.actor("amal"), at=AT, version=case.version)

        told = track(sent["receipt"]).content.decode()

        for word in ("CANARY", "amal", "Amal", "westshire", "northgate", "alleges", "conduct", "Maya", "maya@", "Nobody came",
                     "handler", "unit", "version", "flags"):  # fmt: skip
            assert word not in told

    def test_it_names_exactly_what_the_sender_needs(self, cast: Cast) -> None:
        told = track(send()["receipt"]).json()

        assert set(told) == {
            "reference", "kind", "submitted_on", "stage", "explanation", "next_step", "next_by", "next_basis", "steps",
            "messages", "older",
        }  # fmt: skip

    def test_a_case_that_no_one_sent_has_no_receipt(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)

        assert track(f"{case.reference}-{'0' * 16}").status_code == 404


def test_the_owner_reads_no_secret_either(cast: Cast) -> None:
    """The dump is made by another role on another connection: what it sees is what a backup holds."""
    with as_owner() as cursor:
        cursor.execute(
            "SELECT attname, atttypid::regtype::text FROM pg_attribute WHERE attrelid = 'feedback_submission'::regclass"
        )
        columns = dict(cursor.fetchall())

    assert columns["receipt_hash"] == "bytea"
    assert not any("secret" in name for name in columns)
