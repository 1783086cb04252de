"""Every state and every duty has words for the person who sent it."""

from cases.clocks import CLOCKS
from cases.models import CommentState, ComplaintState
from feedback import stages


def test_every_state_of_a_submission_is_explained() -> None:
    assert set(stages.EXPLANATIONS) == {*ComplaintState.values, *CommentState.values}


def test_every_clock_that_a_case_can_show_has_a_next_step() -> None:
    counted_by_hand = {"acknowledgement", "logging"}  # these run before there is anything to track

    assert set(CLOCKS) - counted_by_hand <= {*stages.NEXT_STEPS, *stages.NOT_TOLD}
    assert not set(stages.NOT_TOLD) & set(stages.NEXT_STEPS)
