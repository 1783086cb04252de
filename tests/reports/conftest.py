import pytest

from tests.reports.history import History


@pytest.fixture
def mercia(db: None) -> History:
    """A force whose past is empty until a test fills it."""
    return History()
