"""How a person is dealt with who complains again and again: known by an address or a number, whatever case they make."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from backend.audit import services as audit
from backend.common.blind_indexes import blind_index
from backend.common.errors import Invalid, Missing, Stale
from cases import diary
from cases.models import Case, Complainant, ContactPlan
from cases.selectors import get_case
from cases.services import contact_plans
from cases.services.contact_plans import HasAPlan, OwnPlan
from cases.services.intake import NewComplainant
from cases.services.locking import MayNot
from tests.cast import AT, Cast, a_case, a_case_handled_outside, assess, give_to

LATER = AT.date() + dt.timedelta(days=90)
MAYA = NewComplainant(name="Maya Field", email="maya@home.test", telephone="0121 496 0000")


def make(cast: Cast, case: Case, name: str = "amal", position: int = 1) -> ContactPlan:
    whom = Complainant.objects.get(case_id=case.pk, position=position)
    return contact_plans.make(
        reference=case.reference, complainant=whom.public_id, text="One letter a month.", review_on=LATER,
        actor=cast.actor(name), at=AT,
    )  # fmt: skip


def end(cast: Cast, case: Case, plan: ContactPlan, name: str = "beth", version: int = 1) -> ContactPlan:
    return contact_plans.end(
        reference=case.reference, public_id=plan.public_id, reason="It helped.", actor=cast.actor(name), at=AT,
        version=version,
    )  # fmt: skip


def plans(cast: Cast, case: Case, name: str = "beth") -> list[ContactPlan]:
    return diary.plans_of(get_case(reference=case.reference, actor=cast.actor(name)))


def others(cast: Cast, case: Case, name: str = "beth") -> list[str]:
    actor = cast.actor(name)
    seen = get_case(reference=case.reference, actor=actor)
    return [other.case.reference for other in diary.other_cases_of(seen, actor=actor, cursor="", size=100).rows]


class TestKnowingAPersonAgain:
    @pytest.mark.parametrize("spelled", ["maya@home.test", " Maya@Home.TEST "])
    def test_an_address_however_it_is_spelled(self, spelled: str) -> None:
        assert blind_index("email", spelled) == blind_index("email", "maya@home.test")

    @pytest.mark.parametrize(
        "spelled", ["0121 496 0000", "(0121) 496-0000", "+44 121 496 0000", "+44 (0)121 4960000", "0044 1214960000"]
    )
    def test_a_number_however_it_is_spelled(self, spelled: str) -> None:
        assert blind_index("telephone", spelled) == blind_index("telephone", "01214960000")

    @given(st.text("aAb.@", min_size=1), st.text("aAb.@", min_size=1))
    def test_other_addresses_have_other_indexes_and_none_tells_the_address(self, one: str, other: str) -> None:
        same = one.strip().casefold() == other.strip().casefold()

        assert (blind_index("email", one) == blind_index("email", other)) is same
        assert len(blind_index("email", one)) == 64

    def test_nothing_is_nobodys(self) -> None:
        assert blind_index("email", " ") == blind_index("telephone", "n/a") == blind_index("telephone", "999") == ""

    def test_an_address_is_never_taken_for_a_number(self) -> None:
        assert blind_index("email", "01214960000") != blind_index("telephone", "01214960000")

    def test_it_is_written_with_every_save(self, cast: Cast) -> None:
        complainant = Complainant.objects.get(case_id=a_case(cast, complainants=[MAYA]).pk)
        complainant.email = "new@home.test"
        complainant.save()

        complainant.refresh_from_db()
        assert complainant.email_index == blind_index("email", "new@home.test")
        assert complainant.telephone_index == blind_index("telephone", MAYA.telephone)

    def test_the_database_holds_neither_address_nor_number(self, cast: Cast) -> None:
        make(cast, a_case(cast, complainants=[MAYA]))

        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT cases_contactplan::text, cases_complainant::text FROM cases_contactplan, cases_complainant"
            )
            stored = str(cursor.fetchall()).lower()
        assert "maya" not in stored
        assert "4960000" not in stored.replace(" ", "")
        assert "letter a month" not in stored


class TestThePlan:
    def test_it_shows_on_every_case_of_the_person_and_of_nobody_else(self, cast: Cast) -> None:
        first = a_case(cast, complainants=[MAYA])
        by_mail = a_case(cast, complainants=[NewComplainant(name="M. Field", email="MAYA@home.test")])
        by_number = a_case(cast, complainants=[NewComplainant(anonymous=True, telephone="+441214960000")])
        strangers = a_case(cast, complainants=[NewComplainant(name="Maya Field", email="maya.field@home.test")])

        plan = make(cast, first)

        assert [plans(cast, case) for case in (first, by_mail, by_number)] == [[plan]] * 3
        assert plans(cast, strangers) == []

    def test_who_left_nothing_to_be_known_by_has_none(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[NewComplainant(name="Maya Field", address="1 High St")])

        with pytest.raises(Invalid):
            make(cast, case)
        assert plans(cast, case) == []

    def test_there_is_one_at_a_time(self, cast: Cast) -> None:
        case, again = a_case(cast, complainants=[MAYA]), a_case(cast, complainants=[MAYA])
        plan = make(cast, case)

        with pytest.raises(HasAPlan):
            make(cast, again)
        end(cast, again, plan)

        assert plans(cast, case) == []
        assert make(cast, again)

    def test_a_second_person_reviews_it(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        plan = make(cast, case, "amal")

        def review(name: str, **more: Any) -> ContactPlan:
            fields = {"text": "", "review_on": LATER + dt.timedelta(days=90), "version": 1, **more}
            return contact_plans.review(
                reference=case.reference, public_id=plan.public_id, actor=cast.actor(name), at=AT, **fields
            )

        with pytest.raises(OwnPlan):
            review("amal")
        with pytest.raises(Invalid):
            review("beth", review_on=AT.date())
        reviewed = review("beth")
        assert (reviewed.text, reviewed.reviewed_by, reviewed.reviewed_on) == (
            "One letter a month.", cast.users["beth"], AT.date(),
        )  # fmt: skip
        with pytest.raises(Stale):
            review("lev", text="No letters at all.")
        changed = review("lev", text="Two letters a month.", version=2)
        assert (changed.text, changed.version) == ("Two letters a month.", 3)

    def test_who_ends_it_has_read_it_as_it_stands_and_says_why(self, cast: Cast) -> None:
        case = a_case(cast, complainants=[MAYA])
        plan = make(cast, case, "amal")
        read = {"reference": case.reference, "public_id": plan.public_id, "actor": cast.actor("beth"), "at": AT}
        contact_plans.review(**read, text="", review_on=LATER, version=1)

        with pytest.raises(Stale):
            end(cast, case, plan, version=1)
        ended = end(cast, case, plan, version=2)

        assert (ended.ended_on, ended.ended_because, ended.version) == (AT.date(), "It helped.", 3)
        with pytest.raises(Missing):
            end(cast, case, plan, version=3)

    def test_those_who_assess_make_it_and_nobody_else(self, cast: Cast) -> None:
        case = give_to(cast, a_case_handled_outside(cast, complainants=[MAYA]), "northgate")

        for name, refusal in (("cai", MayNot), ("dee", MayNot), ("ed", Missing), ("hal", Missing)):
            with pytest.raises(refusal):
                make(cast, case, name)
        plan = make(cast, case)

        assert plans(cast, case, "cai") == [plan]
        with pytest.raises(MayNot):
            end(cast, case, plan, "cai")

    def test_a_plan_of_somebody_else_is_not_there(self, cast: Cast) -> None:
        plan = make(cast, a_case(cast, complainants=[MAYA]))
        other = a_case(cast, complainants=[NewComplainant(name="Omar", email="omar@home.test")])

        with pytest.raises(Missing):
            end(cast, other, plan, "amal")

    def test_the_trail_has_no_words(self, cast: Cast) -> None:
        plan = make(cast, a_case(cast, complainants=[MAYA]))

        ((event, details),) = audit.timeline(subject_kind="contact_plan", subject=str(plan.public_id))
        assert (event.verb, details) == ("CONTACT_PLAN_MADE", {"review_on": str(LATER)})


class TestOtherCases:
    def test_what_the_same_person_made_is_named_as_far_as_one_may_see_it(self, cast: Cast) -> None:
        here = give_to(cast, a_case(cast, complainants=[MAYA]), "northgate")
        service = give_to(cast, a_case(cast, complainants=[MAYA]), "northgate")
        conduct = assess(cast, a_case(cast, complainants=[MAYA]), "beth", alleges_crime_or_discipline=True)
        a_case(cast, complainants=[NewComplainant(name="Maya Field", email="else@home.test")])

        assert set(others(cast, here, "beth")) == {service.reference, conduct.reference}
        assert others(cast, here, "cai") == [service.reference]

    def test_who_left_no_address_has_made_no_other(self, cast: Cast) -> None:
        for _ in range(2):
            case = a_case(cast, complainants=[NewComplainant(anonymous=True)])

        assert others(cast, case) == []


def test_the_other_cases_come_in_pages_the_newest_first(cast: Cast) -> None:
    two = [MAYA, NewComplainant(name="Omar Field", email="omar@home.test")]
    case = a_case(cast, complainants=two)
    others = [a_case(cast, complainants=two, at=AT - dt.timedelta(days=days)) for days in (1, 2, 3)]
    a_case(cast, complainants=[NewComplainant(name="Somebody else", email="else@home.test")])
    client, url = cast.client("beth"), f"/api/v1/cases/{case.reference}/complainants/other-cases/"

    first = client.get(url, {"limit": 2}).json()
    second = client.get(url, {"limit": 2, "cursor": first["next"]}).json()

    assert [each["reference"] for each in first["results"]] == [each.reference for each in others[:2] for _ in two]
    assert [each["reference"] for each in second["results"]] == [others[2].reference] * 2
    assert len({each["complainant"] for each in second["results"]}) == 2
    assert second["next"] == ""
    assert client.get(url, {"cursor": "made up"}).status_code == 400


def test_over_http(cast: Cast) -> None:
    case, again = a_case(cast, complainants=[MAYA]), a_case(cast, complainants=[MAYA])
    client, url = cast.client("amal"), f"/api/v1/cases/{case.reference}/"
    (maya,) = client.get(url).json()["complainants"]
    body = {"complainant": maya["public_id"], "text": "One letter a month.", "review_on": "2099-01-01"}

    slip = client.post(f"{url}contact-plans/", {**body, "review_on": "9999-12-31"}, format="json")
    assert (slip.status_code, list(slip.json()["errors"])) == (400, ["review_on"])
    made = client.post(f"{url}contact-plans/", body, format="json")
    assert made.status_code == 201, made.content
    (shown,) = client.get(f"/api/v1/cases/{again.reference}/contact-plans/").json()
    assert (shown["text"], shown["made_by"], shown["reviewed_by"]) == ("One letter a month.", "Amal", None)
    step = f"{url}contact-plans/{made.json()['public_id']}/"
    reviewed = cast.client("beth").post(
        f"{step}review/", {"version": shown["version"], "review_on": "2099-06-01"}, format="json"
    )
    assert reviewed.json()["reviewed_by"] == "Beth"
    found = client.get(f"{url}complainants/other-cases/").json()
    assert ([each["reference"] for each in found["results"]], found["next"]) == ([again.reference], "")

    assert client.post(f"{step}end/", {"version": 2}, format="json").json()["errors"] == {
        "reason": ["This field is required."]
    }
    ended = client.post(f"{step}end/", {"version": 2, "reason": "It helped."}, format="json")
    assert (ended.status_code, ended.json()["ended_because"]) == (200, "It helped.")
    assert client.get(f"{url}contact-plans/").json() == []
