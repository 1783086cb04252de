"""Files on disk below FILES_ROOT: random names, private modes, on the disk before anyone is told that they are kept."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.conf import settings

FOLDER_MODE = 0o700
FILE_MODE = 0o600
DRAFT = ".part"


def root() -> Path:
    """The folder that holds every file."""
    return Path(settings.FILES_ROOT)


def _random_path() -> str:
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"


@dataclass(frozen=True)
class Draft:
    """A file that is being written. It has its final name only once its content is on the disk."""

    path: str = field(default_factory=_random_path)  # below FILES_ROOT

    @property
    def place(self) -> Path:
        """Where it is while it is written."""
        return root() / f"{self.path}{DRAFT}"

    def open(self) -> IO[bytes]:
        """Create it, for its owner alone, to write to."""
        folder = self.place.parent
        if not folder.is_dir():
            root().mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
            _sync(root())
        return os.fdopen(os.open(self.place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODE), "wb")

    def keep(self) -> None:
        """Write it through to the disk and give it its name."""
        _sync(self.place)
        final = root() / self.path
        self.place.rename(final)
        _sync(final.parent)

    def discard(self) -> None:
        """Remove it, kept or not."""
        self.place.unlink(missing_ok=True)
        (root() / self.path).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
