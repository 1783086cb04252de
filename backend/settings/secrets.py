"""Secrets of a local installation: made once, kept in the state folder, readable by their owner alone."""

import contextlib
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet


@dataclass(frozen=True)
class State:
    """The folder that holds a local installation's database, files and secrets."""

    folder: Path

    def secret(self, name: str) -> str:
        """A random text of 64 characters, the same at every call."""
        return self._kept(name, secrets.token_urlsafe(48))

    def fernet_key(self, name: str) -> str:
        """A key for the encryption of fields, the same at every call."""
        return self._kept(name, Fernet.generate_key().decode())

    def _kept(self, name: str, fresh: str) -> str:
        folder = self.folder / "secrets"
        try:
            return self._made_once(folder, name, fresh)
        except OSError as error:
            # No traceback: whoever starts the program chose the folder, and can choose another.
            raise SystemExit(
                f"Nothing can be kept in {self.folder}: {error.strerror}. Choose another folder: STATE=/another/folder"
            ) from None

    def _made_once(self, folder: Path, name: str, fresh: str) -> str:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / name
        with contextlib.suppress(FileExistsError):
            # Written whole under another name and linked: two processes that start at once agree on one secret.
            draft = folder / f".{name}.{os.getpid()}.{time.monotonic_ns()}"
            draft.touch(mode=0o600)
            draft.write_text(fresh)
            try:
                path.hardlink_to(draft)
            finally:
                draft.unlink()
        return path.read_text().strip()
