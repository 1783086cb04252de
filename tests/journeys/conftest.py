"""What every story may use."""

from collections.abc import Iterator

import pytest
import time_machine
from rest_framework.test import APIClient

from tests.cast import AT, Cast

from .steps import Story


@pytest.fixture
def story(cast: Cast, browser: APIClient) -> Iterator[Story]:
    """A complaint about to be made, on the Friday of tests/cast.py."""
    with time_machine.travel(AT, tick=False) as clock:
        yield Story(cast, browser, clock)
