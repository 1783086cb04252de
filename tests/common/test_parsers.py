"""What may come in as JSON: what the standard has, what the database can hold, and each value of its type."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from cases.models import Case
from feedback.models import Rating, Submission
from tests.cast import Cast

COMPLAINTS = "/api/v1/complaints/"
HOSTILE = {
    "NaN": b'{"what_happened": NaN}',
    "Infinity": b'{"what_happened": "a", "x": -Infinity}',
    "NUL": b'{"what_happened": "a\\u0000b"}',
    "NUL in a name": b'{"what_happened": "a", "x\\u0000": 1}',
    "half a character": b'{"what_happened": "a\\ud800b"}',
    "half a character deep inside": b'{"what_happened": "a", "x": [{"y": "\\udfff"}]}',
    "ten thousand lists": b"[" * 10_000,
    "ten thousand objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "no UTF-8": b'{"what_happened": "\xff"}',
    "a number without end": b'{"what_happened": 1' + b"0" * 5000 + b"}",
    "two bodies": b'{"what_happened": "a"}{"what_happened": "b"}',
    "nothing": b"",
    "null": b"null",
    "a list": b'[{"what_happened": "a"}]',
    "a text": b'"what_happened"',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_json_is_a_400_and_leaves_nothing(cast: Cast, body: bytes) -> None:
    answer = APIClient().generic("POST", COMPLAINTS, body, content_type="application/json")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert not Submission.objects.exists()


@pytest.mark.parametrize("charset", ["latin-1", "utf-7", "utf-16", "idna", "punycode", "rot13", "base64", "undefined"])
def test_text_is_utf8_whatever_charset_is_claimed(cast: Cast, charset: str) -> None:
    bodies = {
        "application/json": json.dumps({"what_happened": "Café"}, ensure_ascii=False).encode(),
        "multipart/form-data; boundary=b": (
            '--b\r\nContent-Disposition: form-data; name="what_happened"\r\n\r\nCafé\r\n--b--\r\n'.encode()
        ),
    }
    for media_type, body in bodies.items():
        answer = APIClient(raise_request_exception=False).generic(
            "POST", COMPLAINTS, body, content_type=f"{media_type}; charset={charset}"
        )
        assert answer.status_code in (201, 400)
    assert set(Case.objects.values_list("narrative", flat=True)) <= {"Café"}


def test_text_is_stored_composed(cast: Cast) -> None:
    answer = APIClient().post(COMPLAINTS, {"what_happened": "Cafe\u0301"}, format="json")

    assert answer.status_code == 201
    assert Case.objects.get().narrative == "Caf\u00e9"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("what_happened", 1), ("what_happened", True), ("what_happened", ["a"]), ("name", 0), ("has_authority", "true"),
        ("has_authority", 1), ("wishes_recording", "no"), ("incident_on", 20261101), ("equality", "none"),
        ("equality", {"sex": 1}), ("files", ["a"]), ("email", {}),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused_by_name(cast: Cast, field: str, value: Any) -> None:
    answer = APIClient().post(COMPLAINTS, {"what_happened": "Nobody came.", field: value}, format="json")

    assert answer.status_code == 400
    assert [name.split(".")[0] for name in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("value", ["5", True, 5.5, [5], 0, 8, -1, 1e400])
def test_a_score_is_a_whole_number_from_one_to_seven(cast: Cast, value: Any) -> None:
    body = json.dumps({"unit": "northgate", "scores": {"overall": value}}).replace("Infinity", "1e400")

    answer = APIClient().generic("POST", "/api/v1/ratings/", body.encode(), content_type="application/json")

    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["scores.overall"]
    assert not Rating.objects.exists()


class TestForms:
    def test_an_object_in_a_form_comes_field_by_field_or_as_json(self, cast: Cast) -> None:
        for scores in ({"scores.overall": "2"}, {"scores": '{"overall": 2}'}):
            answer = APIClient().post("/api/v1/comments/", {"text": "Too dark.", **scores}, format="multipart")
            assert answer.status_code == 201, answer.json()

        assert list(Rating.objects.values_list("overall", flat=True)) == [2, 2]

    @pytest.mark.parametrize("scores", ["two", "[1]", "{" * 10_000, '{"overall": 9}', '{"overall": "2"}'])
    def test_an_object_in_a_form_that_is_none_is_refused(self, cast: Cast, scores: str) -> None:
        answer = APIClient().post("/api/v1/comments/", {"text": "Too dark.", "scores": scores}, format="multipart")

        assert answer.status_code == 400
        assert all(name.startswith("scores") for name in answer.json()["errors"])

    @pytest.mark.parametrize(
        ("given", "wanted"), [({}, True), ({"reply_wanted": "false"}, False), ({"reply_wanted": "true"}, True)]
    )
    def test_a_reply_is_wanted_unless_it_is_declined(self, cast: Cast, given: dict[str, str], wanted: bool) -> None:
        for form in ("json", "multipart"):
            body = {name: value == "true" for name, value in given.items()} if form == "json" else given
            assert APIClient().post("/api/v1/comments/", {"text": "Hello.", **body}, format=form).status_code == 201

        assert list(Case.objects.values_list("reply_wanted", flat=True)) == [wanted, wanted]

    def test_what_is_not_said_in_a_form_is_not_known(self, cast: Cast) -> None:
        assert APIClient().post(COMPLAINTS, {"what_happened": "Nobody came."}, format="multipart").status_code == 201

        assert Case.objects.get().wishes_recording is None

    @pytest.mark.parametrize("value", ["0", "1", "yes", "on", "t", "TRUE", "null", "none", " "])
    def test_a_boolean_in_a_form_is_true_or_false(self, cast: Cast, value: str) -> None:
        for field in ("has_authority", "wishes_recording"):
            answer = APIClient().post(COMPLAINTS, {"what_happened": "a", field: value}, format="multipart")
            assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])

    def test_nul_in_a_form_is_refused(self, cast: Cast) -> None:
        for form in ({"what_happened": "a\x00b"}, {"what_happened": "a", "x\x00": "b"}):
            assert APIClient().post(COMPLAINTS, form, format="multipart").status_code in (400, 201)

        assert not Case.objects.filter(narrative__contains="b").exists()

    def test_too_many_fields_are_too_much(self, cast: Cast) -> None:
        form = {"what_happened": "a", **{f"x{number}": "1" for number in range(1100)}}

        assert APIClient().post(COMPLAINTS, form, format="multipart").status_code == 413
