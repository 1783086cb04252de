"""Nobody overwrites what somebody else has changed since: every change names the version that was read."""

from __future__ import annotations

import pytest

from cases.models import Case, Note
from tests.cast import Cast, a_case


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        (None, 428), ("", 428), ("*", 428), (" * ", 428),
        ('"{0}.1"', 201), (' "{0}.1" ', 201),
        ('W/"{0}.1"', 412), ("{0}.1", 412), ('"{0}.2"', 412), ('"{0}.0"', 412), ('"{0}.01"', 412), ('"{0}.-1"', 412),
        ('"{0}"', 412), ('"{0}."', 412), ('"{0}.1", "{0}.2"', 412), ('"ZZZZZZZZ.1"', 412), ('"{0}.\xb2"', 412),
        ('"{0}.99999999999999999999"', 412), ('""{0}.1""', 412), ('"{0}.1', 412), ("'{0}.1'", 412), ("\xff", 412),
    ],
)  # fmt: skip
def test_a_change_names_one_version_as_it_was_given(cast: Cast, tag: str | None, status: int) -> None:
    case = a_case(cast)
    headers = {} if tag is None else {"If-Match": tag.format(case.reference)}
    client = cast.client("amal")
    client.raise_request_exception = False

    answer = client.post(f"/api/v1/cases/{case.reference}/notes/", {"text": "Rang."}, format="json", headers=headers)

    assert answer.status_code == status
    assert Note.objects.count() == (1 if status == 201 else 0)


def test_the_answer_to_a_change_carries_the_next_version(cast: Cast) -> None:
    case = a_case(cast)
    client, url = cast.client("amal"), f"/api/v1/cases/{case.reference}/"
    read = client.get(url)["ETag"]

    changed = client.post(f"{url}notes/", {"text": "One."}, format="json", headers={"If-Match": read})
    again = client.post(f"{url}notes/", {"text": "Two."}, format="json", headers={"If-Match": read})

    assert changed["ETag"] == client.get(url)["ETag"] == f'"{case.reference}.2"'
    assert again.status_code == 412
    assert Case.objects.get(pk=case.pk).version == 2


def test_every_child_of_a_case_carries_the_cases_version(cast: Cast) -> None:
    case = a_case(cast)
    for path in ("", "moves/", "notes/", "messages/", "deadlines/", "files/"):
        answer = cast.client("amal").get(f"/api/v1/cases/{case.reference}/{path}")
        assert answer["ETag"] == f'"{case.reference}.1"'
