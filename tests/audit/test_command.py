"""`manage.py audit head` prints what is to be kept elsewhere, and `verify` holds the trail against it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from backend.audit import services as audit
from tests.cast import AT


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("audit", *arguments, stdout=out)
    return out.getvalue().strip()


def test_the_head_is_an_anchor_also_before_the_first_event(db: None) -> None:
    empty = run("head")
    for _ in range(3):
        audit.record(actor="", verb="X", subject_kind="case", subject="", at=AT)
    head = run("head")

    assert empty == "0:"
    for anchor in (empty, head):
        assert run("verify", "--anchor", anchor) == f"The trail is whole: 3 events, head {head}"
    assert run("verify").endswith(head)


def test_a_trail_that_does_not_reach_its_anchor_is_an_error_that_names_the_event(db: None) -> None:
    audit.record(actor="", verb="X", subject_kind="case", subject="", at=AT)

    with pytest.raises(CommandError, match="broken at event 7: it was kept as an event, and is missing"):
        run("verify", "--anchor", f"7:{'0' * 64}")
    with pytest.raises(CommandError, match="broken at event 1: it is not the event whose hash was kept"):
        run("verify", "--anchor", f"1:{'0' * 64}")


@pytest.mark.parametrize(
    "anchor", ["7", "x:" + "0" * 64, "7:short", "\N{SUPERSCRIPT TWO}:" + "0" * 64, ":" + "0" * 64, "1:"]
)
def test_a_mistyped_anchor_says_what_to_give(db: None, anchor: str) -> None:
    with pytest.raises(CommandError, match=r"what `manage\.py audit head` printed"):
        run("verify", "--anchor", anchor)
