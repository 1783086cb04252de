"""The live complaints about one officer: for the authority's delegate, for a reason, and on record."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from backend.audit import services as audit
from backend.common.errors import Invalid
from cases.models import Case, CaseAccess, Involvement, OfficerLookup
from cases.services import involvement, officers
from cases.services.locking import MayNot
from tests.cast import AT, Cast, a_case, a_matter, assess

ED = "1005"


def look_up(cast: Cast, name: str = "beth", number: str = ED) -> list[str]:
    found = officers.look_up(collar_number=number, reason="Promotion board.", actor=cast.actor(name), at=AT)
    return [case.reference for case in found.cases]


def about(
    cast: Cast, case: Case, who: str, part: Involvement.Part = Involvement.Part.SUBJECT, by: str = "beth"
) -> Case:
    version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
    return involvement.name_person(
        reference=case.reference, who=who, part=part, actor=cast.actor(by), at=AT, version=version
    )


def test_it_finds_the_live_cases_in_which_they_are_complained_about(cast: Cast) -> None:
    conduct = about(cast, assess(cast, a_case(cast), "beth", alleges_crime_or_discipline=True), ED)
    matter = a_matter(cast)
    Involvement.objects.create(case_id=matter.pk, person=cast.users["ed"].person, part="SUBJECT")

    assert set(look_up(cast)) == {conduct.reference, matter.reference}


def test_a_witness_is_not_complained_about_nor_is_who_was_named_by_mistake(cast: Cast) -> None:
    about(cast, a_case(cast), ED, Involvement.Part.WITNESS)
    about(cast, a_case(cast), ED, Involvement.Part.CONFLICT)
    mistaken = about(cast, a_case(cast), ED)
    Involvement.objects.filter(case_id=mistaken.pk).update(ended_at=AT)

    assert look_up(cast) == []


def test_closed_cases_are_not_live(cast: Cast) -> None:
    case = about(cast, a_case(cast), ED)
    Case.objects.filter(pk=case.pk).update(closed_on=AT.date())

    assert look_up(cast) == []


def test_a_case_that_the_asker_is_walled_off_from_is_never_found(cast: Cast) -> None:
    case = about(cast, a_case(cast), ED, by="lev")
    about(cast, case, "1002", Involvement.Part.WITNESS, by="lev")

    assert look_up(cast, "beth") == []
    assert look_up(cast, "lev") == [case.reference]


def test_nor_a_restricted_one_but_with_leave(cast: Cast) -> None:
    case = about(cast, a_case(cast), ED)
    Case.objects.filter(pk=case.pk).update(restricted=True)
    CaseAccess.objects.create(
        case=case, person=cast.users["lev"].person, given_by=cast.users["beth"], given_at=AT, reason="Investigates."
    )

    assert look_up(cast, "beth") == []
    assert look_up(cast, "lev") == [case.reference]


def test_nobody_looks_themselves_up(cast: Cast) -> None:
    with pytest.raises(MayNot, match="themselves"):
        look_up(cast, "beth", "1002")


@pytest.mark.parametrize("name", ["amal", "cai", "dee", "fay", "gwen", "hal", "ida", "jo", "nobody"])
def test_nobody_but_the_authority_looks_anybody_up(cast: Cast, name: str) -> None:
    with pytest.raises(MayNot):
        look_up(cast, name)

    assert not OfficerLookup.objects.exists()


def test_an_officer_of_another_force_is_not_known(cast: Cast) -> None:
    with pytest.raises(Invalid):
        look_up(cast, "kit")
    with pytest.raises(Invalid):
        look_up(cast, "beth", "0000")


def test_it_is_on_record_with_a_reason_and_the_trail_has_no_words(cast: Cast) -> None:
    about(cast, a_case(cast), ED)

    look_up(cast)

    lookup = OfficerLookup.objects.get()
    assert (lookup.made_by, lookup.reason, lookup.shown) == (cast.users["beth"], "Promotion board.", 1)
    ed = cast.users["ed"].person
    ((event, details),) = [
        each for each in audit.timeline(subject_kind="person", subject=str(ed.public_id))
        if each[0].verb == "OFFICER_LOOKED_UP"
    ]  # fmt: skip
    assert event.actor == str(cast.users["beth"].public_id)
    assert details == {"lookup": str(lookup.public_id), "reason_given": True, "shown": 1}
    with pytest.raises(ProgrammingError), transaction.atomic():
        OfficerLookup.objects.all().delete()


def test_many_come_in_pages_and_each_page_is_on_record(cast: Cast) -> None:
    cases = [about(cast, a_case(cast, at=AT - dt.timedelta(days=days)), ED) for days in (3, 2, 1)]
    client, url = cast.client("beth"), "/api/v1/cases/officers/lookup/"
    body = {"collar_number": ED, "reason": "Vetting.", "limit": 2}

    first = client.post(url, body, format="json").json()
    second = client.post(url, {**body, "cursor": first["next"]}, format="json").json()

    assert [each["reference"] for each in first["cases"]] == [each.reference for each in cases[:2]]
    assert [each["reference"] for each in second["cases"]] == [cases[2].reference]
    assert (first["live"], second["live"], second["next"]) == (3, 3, "")
    assert list(OfficerLookup.objects.order_by("id").values_list("shown", flat=True)) == [2, 1]
    assert client.post(url, {**body, "cursor": "made up"}, format="json").status_code == 400


def test_over_http(cast: Cast) -> None:
    case = about(cast, a_case(cast), ED)

    def post(name: str, **body: Any) -> Any:
        return cast.client(name).post("/api/v1/cases/officers/lookup/", body, format="json")

    found = post("beth", collar_number=ED, reason="Vetting.")
    assert found.status_code == 200, found.content
    assert (found.json()["name"], found.json()["live"]) == ("Ed", 1)
    assert [each["reference"] for each in found.json()["cases"]] == [case.reference]
    assert post("beth", collar_number=ED).status_code == 400
    assert post("amal", collar_number=ED, reason="Curious.").status_code == 403
