"""Trying to reach the complainant, and when a contact may be called impossible (PRA 2002, Schedule 3, paragraph 2(6))."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from backend.audit import services as audit
from backend.common.errors import Invalid, Missing
from cases import diary
from cases.models import Case, Complainant, ContactAttempt, Kind
from cases.services import contact
from cases.services.contact import MayStillBeReached, NotOfThisCase
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from tests.cast import AT, CONTACT, Cast, a_case, a_case_handled_outside, assess, give_to, move

SAID = {"reached": True, "views": "An apology.", "wishes_recording": False}
MAYA, OMAR = (
    NewComplainant(name="Maya Field", telephone="0121 496 0000"),
    NewComplainant(name="Omar Lee", address="1 High St"),
)


def version_of(case: Case) -> int:
    return Case.objects.values_list("version", flat=True).get(pk=case.pk)


def log(cast: Cast, case: Case, name: str = "amal", at: dt.datetime = AT, **more: Any) -> ContactAttempt:
    fields: dict[str, Any] = {
        "complainant": None, "how": "TELEPHONE", "tried_at": at, "reached": False, "views": "", "wishes_recording": None,
        "note": "", **more,
    }  # fmt: skip
    attempt, _ = contact.log_attempt(
        reference=case.reference, actor=cast.actor(name), at=at, version=version_of(case), **fields
    )
    return attempt


def give_up(cast: Cast, case: Case, name: str = "amal") -> Case:
    return contact.find_impossible(
        reference=case.reference, reason="Never at home.", actor=cast.actor(name), at=AT, version=version_of(case)
    )


class TestAnAttempt:
    def test_one_in_vain_is_logged_and_leaves_the_duty_open(self, cast: Cast) -> None:
        case = a_case(cast)

        attempt = log(cast, case, note="No answer; no message left.")

        case.refresh_from_db()
        assert case.contacted_on is None
        assert diary.attempts_of(case) == [attempt]
        assert audit.timeline(subject_kind="case", subject=case.reference)[-1][1] == {
            "attempt": str(attempt.public_id), "how": "TELEPHONE", "reached": False, "tried_on": "2026-11-20",
        }  # fmt: skip

    def test_the_first_that_succeeds_is_the_contact_with_their_views(self, cast: Cast) -> None:
        case = a_case(cast, made_on=dt.date(2026, 11, 18))

        log(cast, case, tried_at=AT - dt.timedelta(days=1), **SAID)
        log(cast, case, reached=True, views="On reflection, nothing more.")

        case.refresh_from_db()
        assert case.contacted_on == dt.date(2026, 11, 19)
        assert case.views_at_contact == "An apology."
        assert case.wishes_recording is False

    def test_it_stays_the_first_when_another_is_recorded_by_the_move(self, cast: Cast) -> None:
        case = a_case(cast, made_on=dt.date(2026, 11, 18))
        move(cast, case, "amal", "take")
        assess(cast, case)
        log(cast, case, **SAID)

        case = move(
            cast, case, "amal", "record_contact", **{**CONTACT, "contacted_on": "2026-11-19", "views": "A visit."}
        )

        assert (case.state, case.contacted_on) == ("CONTACTED", AT.date())
        assert case.views_at_contact == "An apology.\n\nA visit."

    def test_the_first_contact_needs_the_views_and_the_wish(self, cast: Cast) -> None:
        case = a_case(cast)

        with pytest.raises(Invalid) as refused:
            log(cast, case, reached=True)

        assert set(refused.value.errors) == {"views", "wishes_recording"}
        assert not ContactAttempt.objects.exists()

    def test_the_duty_survives_the_recording(self, cast: Cast) -> None:
        case = assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True)
        move(cast, case, "beth", "take")
        move(cast, case, "beth", "record")

        log(cast, case, "beth", **SAID)

        case.refresh_from_db()
        assert (case.state, case.contacted_on) == ("RECORDED", AT.date())

    def test_it_lets_the_case_be_handled_outside(self, cast: Cast) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")
        assess(cast, case)
        log(cast, case, **SAID)

        assert move(cast, case, "beth", "handle_outside").state == "HANDLING_OUTSIDE"

    def test_a_wish_to_record_counts_at_any_time_and_stands(self, cast: Cast) -> None:
        case = a_case_handled_outside(cast)

        log(cast, case, reached=True, wishes_recording=True)
        log(cast, case, reached=True, wishes_recording=False)

        case.refresh_from_db()
        assert case.wishes_recording is True

    def test_who_was_not_reached_told_nothing(self, cast: Cast) -> None:
        case = a_case(cast)

        with pytest.raises(Invalid):
            log(cast, case, views="An apology.")
        with pytest.raises(IntegrityError), transaction.atomic():
            ContactAttempt.objects.create(
                case_id=case.pk, complainant=Complainant.objects.get(case_id=case.pk), how="TEXT", tried_at=AT, reached=False,
                views="An apology.", logged_by=cast.users["amal"], logged_at=AT,
            )  # fmt: skip

    def test_of_several_complainants_it_says_whom(self, cast: Cast) -> None:
        case, other = a_case(cast, complainants=[MAYA, OMAR]), a_case(cast)
        omar = Complainant.objects.get(case_id=case.pk, position=2)
        stranger = Complainant.objects.get(case_id=other.pk)

        with pytest.raises(Invalid):
            log(cast, case)
        with pytest.raises(Invalid):
            log(cast, case, complainant=stranger.public_id)

        assert log(cast, case, complainant=omar.public_id).complainant == omar

    def test_it_was_made_between_the_complaint_and_now(self, cast: Cast) -> None:
        case = a_case(cast)

        for wrong in (AT + dt.timedelta(minutes=1), AT + dt.timedelta(days=1), AT - dt.timedelta(days=1)):
            with pytest.raises(Invalid):
                log(cast, case, tried_at=wrong)

    def test_it_is_frozen(self, cast: Cast) -> None:
        attempt = log(cast, a_case(cast))

        with pytest.raises(ProgrammingError), transaction.atomic():
            ContactAttempt.objects.filter(pk=attempt.pk).update(reached=True)

    def test_who_handles_it_logs_it_and_nobody_else(self, cast: Cast) -> None:
        case = give_to(cast, a_case_handled_outside(cast), "northgate")

        assert log(cast, case, "cai").logged_by == cast.users["cai"]
        with pytest.raises(Missing):
            log(cast, case, "ed")
        with pytest.raises(NotOfThisCase):
            log(cast, a_case(cast, kind=Kind.COMMENT), "beth")
        with pytest.raises(MayNot):
            log(cast, a_case(cast, kind=Kind.COMMENT), "gwen")


class TestGivingUp:
    def test_who_was_tried_in_vain_may_be_given_up_with_a_reason(self, cast: Cast) -> None:
        case = a_case(cast)
        with pytest.raises(MayStillBeReached, match="Try first"):
            give_up(cast, case)
        log(cast, case)

        assert give_up(cast, case).contact_impossible_reason == "Never at home."

    def test_each_who_left_a_way_has_to_be_tried(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA, OMAR])
        maya, omar = Complainant.objects.filter(case_id=case.pk).order_by("position")
        log(cast, case, complainant=maya.public_id)

        with pytest.raises(MayStillBeReached):
            give_up(cast, case)
        log(cast, case, complainant=omar.public_id, how="VISIT")

        assert give_up(cast, case).contact_impossible_reason

    def test_who_left_no_way_need_not_be_tried(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[NewComplainant(anonymous=True)])

        assert give_up(cast, case).contact_impossible_reason

    def test_an_anonymous_complainant_with_an_address_has_to_be(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[NewComplainant(anonymous=True, email="someone@home.test")])

        with pytest.raises(MayStillBeReached):
            give_up(cast, case)

    def test_who_was_reached_is_not_given_up(self, cast: Cast) -> None:
        case = a_case(cast)
        move(cast, case, "amal", "take")
        move(cast, case, "amal", "record_contact", **CONTACT)

        with pytest.raises(MayStillBeReached, match="contacted"):
            give_up(cast, case)

    def test_those_who_assess_give_up_and_nobody_else(self, cast: Cast) -> None:
        case = give_to(cast, a_case(cast), "northgate")
        log(cast, case, "cai")

        with pytest.raises(MayNot):
            give_up(cast, case, "cai")
        assert give_up(cast, case, "beth").contact_impossible_reason


def test_over_http(cast: Cast) -> None:
    case = a_case(cast)
    client, url = cast.client("amal"), f"/api/v1/cases/{case.reference}/"
    body = {
        "how": "TELEPHONE",
        "tried_at": AT.isoformat(),
        "reached": True,
        "views": "An apology.",
        "wishes_recording": False,
    }
    etag = client.get(url).headers["ETag"]

    assert client.post(f"{url}contact-attempts/", body, format="json").status_code == 428
    logged = client.post(f"{url}contact-attempts/", body, format="json", headers={"If-Match": etag})

    assert logged.status_code == 201, logged.content
    assert client.get(url).json()["contacted_on"] == "2026-11-20"
    assert client.get(f"{url}contact-attempts/").json() == [logged.json()]
    refused = client.put(
        f"{url}contact-impossible/", {"reason": "?"}, format="json", headers={"If-Match": logged.headers["ETag"]}
    )
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:rylp:problem:may-still-be-reached")
