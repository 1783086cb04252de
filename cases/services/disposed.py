"""What is left of a case once it was disposed of is read, and never changed."""

from backend.common.errors import Refused
from cases.models import Case


class Disposed(Refused):
    """What was personal in the case is erased."""

    code = "case-disposed"
    title = "The case was disposed of."


def check_is_there(case: Case) -> None:
    """Raises Disposed (409) where what was personal in the case is erased."""
    if case.disposed_on:
        raise Disposed("What was personal in it is erased for good: nothing is done with what is left.")
