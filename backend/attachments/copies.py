"""The handler's copy of a file, made by a child process that may fail without harm."""

import subprocess
import sys
from pathlib import Path
from typing import IO

from . import reencode
from .refusals import FileRefused

SECONDS = 20  # by the clock; by the processor the child allows itself five

_REASONS = {
    reencode.DAMAGED: "The file is damaged, or is not what it seems to be. Open it, save it anew, and send that.",
    reencode.TOO_MANY_PIXELS: "The picture has too many pixels. Send one of at most 50 million.",
    reencode.ENCRYPTED: "The PDF is protected by a password. Send one without a password.",
}
_TOO_MUCH_WORK = "The file is too complex to be checked. Send a simpler one: fewer pages, or a smaller picture."


def write_copy(*, original: Path, target: IO[bytes], content_type: str) -> None:
    """Write to `target` what can be seen in `original`, without metadata and without anything that acts.

    Raises FileRefused where that cannot be done within the limits of `reencode`.
    """
    with original.open("rb") as source:
        try:
            child = subprocess.run(
                # Isolated and without our environment: there is nothing to be had in there for a hostile file.
                [sys.executable, "-I", str(Path(reencode.__file__)), content_type],
                stdin=source,
                stdout=target,
                stderr=subprocess.DEVNULL,
                env={},
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise FileRefused(_TOO_MUCH_WORK) from None
    if child.returncode:
        raise FileRefused(_REASONS.get(child.returncode, _TOO_MUCH_WORK))
