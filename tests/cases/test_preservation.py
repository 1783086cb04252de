"""Evidence that is deleted unless somebody preserves it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from backend.common.errors import Invalid, Missing
from cases import diary, selectors
from cases.models import Case, Kind, Preservation
from cases.services import determinations, preservation
from cases.services.locking import MayNot
from cases.services.preservation import Settled
from tests.cases.alleging import by
from tests.cast import AT, Cast, a_case, assess, give_to

DAY = dt.timedelta(days=1)
CAPTURED = dt.date(2026, 11, 19)


def version_of(case: Case) -> int:
    return Case.objects.values_list("version", flat=True).get(pk=case.pk)


def note(cast: Cast, case: Case, name: str = "amal", **more: Any) -> Preservation:
    fields: dict[str, Any] = {
        "kind": "BODY_WORN_VIDEO", "what": "Camera at the front desk.", "where": "", "captured_on": CAPTURED,
        "expires_on": None, **more,
    }  # fmt: skip
    evidence, _ = preservation.note(
        reference=case.reference, actor=cast.actor(name), at=AT, version=version_of(case), **fields
    )
    return evidence


def settle(cast: Cast, case: Case, evidence: Preservation, step: str, name: str = "amal", **more: Any) -> Preservation:
    settled, _ = getattr(preservation, step)(
        reference=case.reference, public_id=evidence.public_id, actor=cast.actor(name), at=AT, version=version_of(case),
        **more,
    )  # fmt: skip
    return settled


def due(cast: Cast, case: Case) -> list[dt.date]:
    found = selectors.get_case(reference=case.reference, actor=cast.actor("beth"))
    return [each.due_on for each in selectors.deadlines(found) if each.rule == "preservation"]


def expiring(cast: Cast, name: str, by: dt.date | None = None) -> list[int]:
    page = diary.expiring(by=by, actor=cast.actor(name), cursor="", size=25)
    return [each.pk for each in page.rows]


def test_it_is_due_thirty_days_after_it_was_made_where_nothing_else_is_known(cast: Cast) -> None:
    case = a_case(cast)

    evidence = note(cast, case)

    assert evidence.expires_on == CAPTURED + 30 * DAY
    assert due(cast, case) == [CAPTURED + 30 * DAY]


def test_a_day_that_is_known_counts(cast: Cast) -> None:
    case = a_case(cast, kind=Kind.COMMENT)

    note(cast, case, "gwen", expires_on=AT.date())

    case.refresh_from_db()
    assert (case.next_due_on, case.next_due_rule) == (AT.date(), "preservation")


@pytest.mark.parametrize(
    ("captured_on", "expires_on", "wrong"),
    [
        (CAPTURED, dt.date.max, "expires_on"),
        (dt.date.min, dt.date.min, "captured_on"),
        (dt.date.min, None, "captured_on"),
    ],
)
def test_a_slip_of_the_year_is_refused(
    cast: Cast, captured_on: dt.date, expires_on: dt.date | None, wrong: str
) -> None:
    with pytest.raises(Invalid) as refused:
        note(cast, a_case(cast), captured_on=captured_on, expires_on=expires_on)

    assert set(refused.value.errors) == {wrong}


def test_the_duty_ends_when_it_is_safe_or_gone_and_it_is_settled_once(cast: Cast) -> None:
    case = a_case(cast)
    safe, gone = note(cast, case), note(cast, case, kind="CCTV")

    settle(cast, case, safe, "mark_preserved", preserved_on=AT.date())
    settle(cast, case, gone, "mark_lost", reason="Overwritten before we asked.")

    assert due(cast, case) == []
    for step, more in (("mark_preserved", {"preserved_on": AT.date()}), ("mark_lost", {"reason": "?"})):
        with pytest.raises(Settled):
            settle(cast, case, safe, step, **more)


def test_what_is_handed_over_is_preserved_until_then_by_who_may_see_it(cast: Cast) -> None:
    case = a_case(cast)
    evidence = note(cast, case, expires_on=AT.date())
    determinations.set_chief_officer(
        **by(cast, "beth", case), concerns_chief_officer=True, reason="It names the chief constable."
    )

    case.refresh_from_db()
    assert case.next_due_rule == "preservation"
    settle(cast, case, evidence, "mark_preserved", "beth", preserved_on=AT.date())

    case.refresh_from_db()
    assert case.next_due_rule == "hand_over"


def test_days_that_cannot_be_are_refused(cast: Cast) -> None:
    case = a_case(cast)
    evidence = note(cast, case)

    for wrong in ({"captured_on": AT.date() + DAY}, {"expires_on": CAPTURED - DAY}):
        with pytest.raises(Invalid):
            note(cast, case, **wrong)
    for day in (CAPTURED - DAY, AT.date() + DAY):
        with pytest.raises(Invalid):
            settle(cast, case, evidence, "mark_preserved", preserved_on=day)


def test_the_database_keeps_it_preserved_or_lost_and_never_both(cast: Cast) -> None:
    evidence = note(cast, a_case(cast))

    with pytest.raises(IntegrityError), transaction.atomic():
        Preservation.objects.filter(pk=evidence.pk).update(
            preserved_on=AT.date(), lost_on=AT.date(), lost_reason="Overwritten."
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Preservation.objects.filter(pk=evidence.pk).update(lost_on=AT.date())


def test_what_expires_is_listed_first_first_of_the_cases_that_one_may_see(cast: Cast) -> None:
    conduct = assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True)
    of_unit = give_to(cast, a_case(cast), "northgate")
    late, soon = note(cast, of_unit), note(cast, conduct, "beth", expires_on=AT.date() + DAY)
    settle(cast, of_unit, note(cast, of_unit), "mark_preserved", preserved_on=AT.date())

    assert expiring(cast, "beth") == [soon.pk, late.pk]
    assert expiring(cast, "beth", by=AT.date() + DAY) == [soon.pk]
    assert expiring(cast, "cai") == [late.pk]
    assert expiring(cast, "ed") == []


def test_who_handles_the_case_notes_it_and_nobody_else(cast: Cast) -> None:
    case = give_to(cast, a_case(cast), "northgate")
    comment = give_to(cast, a_case(cast, kind=Kind.COMMENT), "northgate")

    assert note(cast, case, "cai").logged_by == cast.users["cai"]
    assert note(cast, comment, "cai").logged_by == cast.users["cai"]
    with pytest.raises(Missing):
        note(cast, case, "ed")
    with pytest.raises((Missing, MayNot)):
        note(cast, comment, "amal")


def test_over_http(cast: Cast) -> None:
    case = a_case(cast)
    client, url = cast.client("amal"), f"/api/v1/cases/{case.reference}/evidence/"
    etag = client.get(url).headers["ETag"]
    body = {"kind": "CUSTODY_FOOTAGE", "what": "Cell 4.", "where": "Custody suite", "captured_on": "2026-11-19"}

    noted = client.post(url, body, format="json", headers={"If-Match": etag})
    assert noted.status_code == 201, noted.content
    assert [each["reference"] for each in client.get("/api/v1/cases/evidence/expiring/").json()["results"]] == [
        case.reference
    ]
    safe = client.post(
        f"{url}{noted.json()['public_id']}/preserved/", {"preserved_on": "2026-11-20"}, format="json",
        headers={"If-Match": noted.headers["ETag"]},
    )  # fmt: skip

    assert safe.status_code == 200, safe.content
    assert client.get("/api/v1/cases/evidence/expiring/").json()["results"] == []
    explained = client.get(f"/api/v1/cases/{case.reference}/deadlines/?explain=1")
    assert "preservation" not in [each["rule"] for each in explained.json()]


def test_nothing_is_preserved_after_the_last_day_on_which_it_was_kept(cast: Cast) -> None:
    case = a_case(cast)
    evidence = note(cast, case, captured_on=AT.date() - 40 * DAY, expires_on=AT.date() - 10 * DAY)

    with pytest.raises(Invalid, match="Correct the field") as refused:
        settle(cast, case, evidence, "mark_preserved", preserved_on=AT.date())

    assert set(refused.value.errors) == {"preserved_on"}
    assert settle(cast, case, evidence, "mark_preserved", preserved_on=AT.date() - 10 * DAY).preserved_on
