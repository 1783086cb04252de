"""What the public may send: every field's limits, and where it ends up."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from rest_framework.test import APIClient

from backend.areas.models import Neighbourhood, Unit
from backend.notifications.models import Outgoing
from cases.models import Case, Complainant, EqualityAnswers
from feedback.models import ASPECTS, Rating, Submission
from tests.attachments.samples import png_with_text
from tests.cast import Cast

COMPLAINT = {"what_happened": "Nobody came."}
COMMENT = {"text": "Well done."}
RATING = {"unit": "northgate", "scores": {"overall": 4}}


def post(route: str, body: dict[str, Any]) -> Any:
    return APIClient().post(f"/api/v1/{route}/", body, format="json")


def field_refused(route: str, body: dict[str, Any]) -> list[str]:
    answer = post(route, body)
    assert answer.status_code == 400, answer.content
    assert not Submission.objects.exists()
    return sorted(answer.json()["errors"])


LONGEST = {
    "what_happened": 50_000, "name": 200, "telephone": 40, "address": 500, "language": 60, "access_needs": 1000,
    "acts_for": 200, "location": 1000, "officers": 2000, "harm": 5000, "views": 5000,
}  # fmt: skip


@pytest.mark.parametrize(("field", "longest"), LONGEST.items())
def test_a_text_has_its_longest_length(cast: Cast, field: str, longest: int) -> None:
    assert field_refused("complaints", {**COMPLAINT, field: "é" * (longest + 1)}) == [field]

    assert post("complaints", {**COMPLAINT, field: "é" * longest}).status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("what_happened", ""), ("what_happened", "  \n "), ("what_happened", None), ("email", "maya"), ("email", "a@b"),
        ("email", "a@b.test\nBcc: c@d.test"), ("email", f"{'a' * 250}@b.test"), ("name", None), ("relationship", "FRIEND"),
        ("relationship", ""), ("incident_on", "yesterday"), ("incident_on", "2026-02-30"), ("incident_on", "01/11/2026"),
        ("has_authority", None), ("unit", "nowhere"),
        ("unit", "westshire"), ("unit", "x" * 81), ("neighbourhood", "ZZ9"), ("neighbourhood", "x" * 21),
        ("force", "nowhere"), ("force", "eastshire"), ("equality", None),
    ],
)  # fmt: skip
def test_a_complaint_names_the_field_that_is_wrong(cast: Cast, field: str, value: Any) -> None:
    assert field_refused("complaints", {**COMPLAINT, field: value}) == [field]


def test_a_day_that_has_not_come_is_refused_and_today_is_not(cast: Cast) -> None:
    today = timezone.localdate()

    assert field_refused("complaints", {**COMPLAINT, "incident_on": f"{today + dt.timedelta(days=1)}"}) == [
        "incident_on"
    ]
    assert post("complaints", {**COMPLAINT, "incident_on": f"{today}"}).status_code == 201
    assert Case.objects.get().incident_on == today


def test_who_acts_for_somebody_says_for_whom(cast: Cast) -> None:
    acting = {**COMPLAINT, "relationship": "REPRESENTATIVE"}

    assert field_refused("complaints", acting) == ["acts_for"]
    assert post("complaints", {**acting, "acts_for": "Mo Field"}).status_code == 201


@pytest.mark.parametrize("field", ["sex", "ethnicity", "age", "disability"])
def test_an_equality_answer_is_one_of_those_offered(cast: Cast, field: str) -> None:
    assert field_refused("complaints", {**COMPLAINT, "equality": {field: "SOMETHING_ELSE"}}) == [f"equality.{field}"]

    assert post("complaints", {**COMPLAINT, "equality": {field: "PREFER_NOT_TO_SAY"}}).status_code == 201
    assert getattr(EqualityAnswers.objects.get(), field) == "PREFER_NOT_TO_SAY"


def test_everything_that_was_said_reaches_the_case(cast: Cast) -> None:
    said = {
        "what_happened": "Nobody came.", "name": "Maya Field", "email": "maya@home.test", "telephone": "0121 496 0000",
        "address": "1 Mill Lane", "language": "Welsh", "access_needs": "Large print", "relationship": "WITNESS",
        "acts_for": "Mo", "has_authority": True, "incident_on": "2026-01-02", "location": "High Street",
        "officers": "Tall, number 1234", "harm": "A broken door", "views": "A visit", "wishes_recording": True,
        "unit": "northgate", "neighbourhood": "OT1", "force": "westshire",
    }  # fmt: skip

    assert post("complaints", said).status_code == 201

    case, who = Case.objects.get(), Complainant.objects.get()
    assert (case.narrative, case.location, case.officers_described) == (
        said["what_happened"], said["location"], said["officers"],
    )  # fmt: skip
    assert (case.harm, case.views_on_handling, case.wishes_recording) == ("A broken door", "A visit", True)
    assert (case.incident_on, case.unit, case.about_unit) == (dt.date(2026, 1, 2), cast.standards, cast.northgate)
    assert case.neighbourhood == cast.old_town
    for field in ("name", "email", "telephone", "address", "language", "access_needs", "relationship", "acts_for"):
        assert getattr(who, field) == said[field]
    assert who.has_authority
    assert not who.anonymous


def test_what_only_staff_may_set_is_not_taken_from_the_public(cast: Cast) -> None:
    wanted = {
        "state": "FINALISED", "reference": "AAAAAAAA", "handler": "amal@westshire.test", "concerns_conduct": True,
        "origin": "IMPORTED", "version": 9, "closed_on": "2026-01-01", "received_on": "2020-01-01", "made_on": "2020-01-01",
        "flags": ["NONE"], "anonymous": True, "kind": "COMMENT", "case": 1, "submitted_at": "2020-01-01T00:00:00Z",
        "assessed_by": 1, "alleges_crime_or_discipline": False, "outcome": "RESOLVED", "narrative": "Other",
    }  # fmt: skip

    assert field_refused("complaints", {**COMPLAINT, "name": "Maya", **wanted}) == sorted(wanted)


class TestANameThatIsNotKnown:
    """What stands under a mistyped name would be lost without a word."""

    def test_is_told_with_everything_else_that_is_wrong(self, cast: Cast) -> None:
        answer = post("complaints", {"what_hapened": "Nobody came.", "email": "maya"})

        assert answer.json()["errors"] == {
            "what_happened": ["This field is required."],
            "email": ["Enter a valid email address."],
            "what_hapened": ["There is no such field."],
        }
        assert field_refused("ratings", {"unit": "northgate", "scores": {"overall": 4, "speed": 7}}) == ["scores.speed"]

    def test_loses_no_file(self, cast: Cast) -> None:
        photo = SimpleUploadedFile("photo.png", png_with_text(), content_type="image/png")

        form = {**COMPLAINT, "attachments": photo, "email": "maya"}
        answer = APIClient().post("/api/v1/complaints/", form, format="multipart")

        assert (answer.status_code, answer.json()["errors"]) == (
            400, {"attachments": ["There is no such field."], "email": ["Enter a valid email address."]},
        )  # fmt: skip
        assert not Submission.objects.exists()

    def test_a_part_of_an_object_in_a_form_is_known_by_the_name_of_the_object(self, cast: Cast) -> None:
        form = {"text": "Well done.", "unit": "northgate", "scores.overall": "7"}

        assert APIClient().post("/api/v1/comments/", form, format="multipart").status_code == 201


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31"])
def test_a_day_that_is_too_long_ago_is_mistyped(cast: Cast, day: str) -> None:
    assert field_refused("complaints", {**COMPLAINT, "incident_on": day}) == ["incident_on"]


class TestRatings:
    @pytest.mark.parametrize("aspect", ASPECTS)
    @pytest.mark.parametrize("score", [1, 7, 4.0])
    def test_each_aspect_takes_one_to_seven(self, cast: Cast, aspect: str, score: float) -> None:
        assert post("ratings", {"unit": "northgate", "scores": {aspect: score}}).status_code == 201

        rating = Rating.objects.get()
        assert {each: getattr(rating, each) for each in ASPECTS} == dict.fromkeys(ASPECTS) | {aspect: score}

    @pytest.mark.parametrize("aspect", ASPECTS)
    @pytest.mark.parametrize("score", [0, 8, -1, 3.5, "", [], 10**30])
    def test_and_nothing_else(self, cast: Cast, aspect: str, score: Any) -> None:
        assert field_refused("ratings", {"unit": "northgate", "scores": {"overall": 4, aspect: score}}) == [
            f"scores.{aspect}"
        ]

    @pytest.mark.parametrize("scores", [{}, dict.fromkeys(ASPECTS), {"contact": None}])
    def test_at_least_one_is_a_score(self, cast: Cast, scores: dict[str, Any]) -> None:
        assert field_refused("ratings", {"unit": "northgate", "scores": scores}) == ["scores.request"]

    def test_null_is_does_not_apply(self, cast: Cast) -> None:
        assert post("ratings", {"unit": "northgate", "scores": {"overall": 5, "actions": None}}).status_code == 201

        assert Rating.objects.get().actions is None

    def test_it_is_of_a_unit_or_neighbourhood(self, cast: Cast) -> None:
        assert field_refused("ratings", {"scores": {"overall": 4}}) == ["unit"]
        assert field_refused("ratings", {"unit": "northgate"}) == ["scores"]
        assert field_refused("ratings", {"unit": "northgate", "scores": None}) == ["scores"]

    @pytest.mark.parametrize(("score", "asked"), [(1, True), (3, True), (4, False), (7, False), (None, False)])
    def test_a_low_score_is_asked_whether_to_complain(self, cast: Cast, score: int | None, asked: bool) -> None:
        answer = post("ratings", {"unit": "northgate", "scores": {"overall": score, "contact": 1}})

        assert answer.json()["may_complain"] is asked

    def test_it_opens_no_case_and_sends_no_mail(self, cast: Cast) -> None:
        post("ratings", {**RATING, "email": "maya@home.test"})

        assert not Case.objects.exists()
        assert not Outgoing.objects.exists()


class TestComments:
    def test_with_scores_it_is_a_rating_too(self, cast: Cast) -> None:
        assert post("comments", {**COMMENT, "scores": {"overall": 2}}).json()["may_complain"] is True

        assert Rating.objects.get().submission == Submission.objects.get()

    @pytest.mark.parametrize("text", ["", " ", "x" * 20_001, None])
    def test_it_says_something(self, cast: Cast, text: str | None) -> None:
        assert field_refused("comments", {"text": text}) == ["text"]

    def test_it_is_published_only_where_that_is_said(self, cast: Cast) -> None:
        post("comments", COMMENT)
        post("comments", {**COMMENT, "may_be_published": True})

        assert list(Submission.objects.order_by("id").values_list("may_be_published", flat=True)) == [False, True]


class TestPlaces:
    def second_force(self, cast: Cast) -> Unit:
        return Unit.objects.create(
            slug="standards", name="S", kind=Unit.Kind.DEPARTMENT, force=cast.eastshire, is_professional_standards=True
        )

    def test_a_force_without_a_standards_department_takes_nothing(self, cast: Cast) -> None:
        assert field_refused("complaints", {**COMPLAINT, "force": "eastshire"}) == ["force"]

        Unit.objects.filter(pk=cast.standards.pk).update(is_professional_standards=False)
        assert field_refused("complaints", COMPLAINT) == ["force"]

    def test_where_there_are_several_forces_one_is_named(self, cast: Cast) -> None:
        department = self.second_force(cast)

        assert field_refused("complaints", COMPLAINT) == ["force"]
        assert post("complaints", {**COMPLAINT, "force": "eastshire"}).status_code == 201
        assert Case.objects.get().unit == department

    def test_a_unit_of_another_force_is_not_of_this_one(self, cast: Cast) -> None:
        self.second_force(cast)

        assert field_refused("complaints", {**COMPLAINT, "force": "eastshire", "unit": "northgate"}) == ["unit"]
        assert field_refused("complaints", {**COMPLAINT, "force": "eastshire", "neighbourhood": "OT1"}) == [
            "neighbourhood"
        ]

    def test_a_neighbourhood_of_another_unit_is_refused(self, cast: Cast) -> None:
        body = {**COMPLAINT, "unit": "southgate", "neighbourhood": "OT1"}

        assert field_refused("complaints", body) == ["neighbourhood"]

    def test_a_neighbourhood_tells_the_unit(self, cast: Cast) -> None:
        assert post("complaints", {**COMPLAINT, "neighbourhood": "OT1"}).status_code == 201

        assert (Case.objects.get().about_unit, Submission.objects.get().unit) == (cast.northgate, cast.northgate)

    def test_where_two_units_have_the_same_code_the_unit_decides(self, cast: Cast) -> None:
        twin = Neighbourhood.objects.create(unit=cast.southgate, code="OT1", name="Old Town South")

        assert field_refused("complaints", {**COMPLAINT, "neighbourhood": "OT1"}) == ["neighbourhood"]
        assert post("complaints", {**COMPLAINT, "unit": "southgate", "neighbourhood": "OT1"}).status_code == 201
        assert Case.objects.get().neighbourhood == twin

    def test_what_has_ended_or_not_begun_is_not_there(self, cast: Cast) -> None:
        today, day = timezone.localdate(), dt.timedelta(days=1)
        for dates in ({"ends_on": today - day}, {"starts_on": today + day}):
            for model, field, value in ((Unit, "unit", "northgate"), (Neighbourhood, "neighbourhood", "OT1")):
                row = model.objects.filter(pk=cast.northgate.pk if field == "unit" else cast.old_town.pk)
                row.update(**dates)
                assert field_refused("complaints", {**COMPLAINT, field: value}) == [field]
                row.update(ends_on=None, starts_on=None)

    def test_on_its_last_day_it_still_stands(self, cast: Cast) -> None:
        Unit.objects.filter(pk=cast.northgate.pk).update(ends_on=timezone.localdate())

        assert post("complaints", {**COMPLAINT, "unit": "northgate"}).status_code == 201

    def test_a_neighbourhood_ends_with_its_unit(self, cast: Cast) -> None:
        Unit.objects.filter(pk=cast.northgate.pk).update(ends_on=timezone.localdate() - dt.timedelta(days=1))

        assert field_refused("complaints", {**COMPLAINT, "neighbourhood": "OT1"}) == ["neighbourhood"]
