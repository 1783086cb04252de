"""What the tests of history share."""

from pathlib import Path

import pytest

from .folders import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Three files with headings and no rows, and a mapping that fits them."""
    return Folder(tmp_path)
