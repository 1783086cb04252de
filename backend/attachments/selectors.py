"""Opening what is kept. Whether somebody may see it is asked before, by the room that the file belongs to."""

from pathlib import Path
from typing import IO

from . import store
from .models import StoredFile


def open_original(stored: StoredFile) -> IO[bytes]:
    """The file as it was sent, metadata and all, to read; the caller closes it. It is evidence: who opens it is audited."""
    return (store.root() / stored.path).open("rb")


def open_copy(stored: StoredFile) -> IO[bytes]:
    """What staff work with, without metadata, to read; the caller closes it."""
    return place_of_copy(stored).open("rb")


def place_of_copy(stored: StoredFile) -> Path:
    """Where the copy lies, for a process of ours that is to read it."""
    return store.root() / stored.copy_path
