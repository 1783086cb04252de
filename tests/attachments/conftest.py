from pathlib import Path

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    """An empty FILES_ROOT of the test's own, not made yet."""
    settings.FILES_ROOT = tmp_path / "files"
    return Path(settings.FILES_ROOT)
