"""Input as JSON: a value of another type than the schema names is refused, not read as if it were of that type."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from rest_framework import serializers

from backend.common.serializers import JSONInput


class Order(JSONInput):
    name = serializers.CharField()
    words = serializers.ListField(child=serializers.CharField(), default=list)


def test_what_is_of_the_type_is_read() -> None:
    order = Order(data={"name": "Maya", "words": ["one", "two"]})

    assert order.is_valid()
    assert order.validated_data == {"name": "Maya", "words": ["one", "two"]}


@pytest.mark.parametrize("wrong", [{"name": 1}, {"name": True}, {"words": [0]}, {"words": ["one", False]}])
def test_a_number_is_no_text_also_in_a_list(wrong: dict[str, Any]) -> None:
    order = Order(data={"name": "Maya", **wrong})

    assert not order.is_valid()
    assert order.errors == dict.fromkeys(wrong, "Must be a text.")


@pytest.mark.parametrize(("day", "is_read"), [
    ("0001-01-01", False), ("1899-12-31", False), ("1900-01-01", True), ("2126-12-31", True), ("2127-01-01", False),
    ("9999-12-31", False),
])  # fmt: skip
@time_machine.travel("2026-11-20 12:00", tick=False)
def test_a_day_that_nobody_can_mean_is_refused(day: str, is_read: bool) -> None:
    class Appointment(JSONInput):
        on = serializers.DateField()

    appointment = Appointment(data={"on": day})

    assert appointment.is_valid() == is_read
    assert is_read or appointment.errors == {"on": "This day is too far off: check the year."}
