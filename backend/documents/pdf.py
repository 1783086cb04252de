"""The only place where a PDF is made: by a child process that may fail without harm, of the app's own files alone."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from tempfile import TemporaryDirectory

from backend.common.errors import Refused

from . import typeset

SECONDS = 25  # by the clock, sooner than a web server gives up its worker; by the processor the child has twenty
# What the system's libraries are found by: of what this process knows besides, keys and passwords, the child gets nothing.
PASSED_ON = (
    "PATH", "HOME", "LANG", "LC_ALL", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "LD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
)  # fmt: skip

_FONTS = files("font_source_sans_pro") / "files"

OwnFiles = Mapping[str, tuple[Traversable, str]]  # the address that a template names, the file, its type

FONTS: OwnFiles = {
    "own:regular.ttf": (_FONTS / "SourceSansPro-Regular.ttf", "font/ttf"),
    "own:semibold.ttf": (_FONTS / "SourceSansPro-Semibold.ttf", "font/ttf"),
    "own:bold.ttf": (_FONTS / "SourceSansPro-Bold.ttf", "font/ttf"),
}


@dataclass(frozen=True)
class Attached:
    """A file that goes into a PDF as it is: what the list of its attachments calls it and says of it, and where it lies."""

    name: str
    description: str
    path: Path


class ForeignFileError(RuntimeError):
    """The document asked for a file that is not the app's own: the rendering stops."""


class BrokenTypesettingError(RuntimeError):
    """The typesetting itself broke; the text says where in the code, and nothing of the document."""


class TooMuchToPrint(Refused):
    """The document takes more time or memory than any of ours should."""

    code = "too-much-to-print"
    title = "This cannot be made into a PDF just now."
    status = 503

    def __init__(self) -> None:
        super().__init__(
            "It took longer, or more memory, than it may. Try again in a few minutes; if it stays so, tell those who run "
            "this service."
        )


def render_pdf(html: str, *, own_files: OwnFiles, attached: Sequence[Attached] = ()) -> bytes:
    """`html` as a tagged PDF/UA-1, made within the limits of `typeset`; what is `attached`, no two by one name, lies in it.

    Raises ForeignFileError where it names any file but those of `own_files`, TooMuchToPrint beyond the limits, and
    BrokenTypesettingError.
    """
    in_order = sorted(attached, key=lambda each: each.name.encode())  # as a reader may look a name up
    within = json.dumps([[each.name, each.description, str(each.path)] for each in in_order])
    with ExitStack() as there:
        known = [
            f"{address}={content_type}={there.enter_context(as_file(file))}"
            for address, (file, content_type) in own_files.items()
        ]
        folder = there.enter_context(TemporaryDirectory(prefix="pdf-"))  # gone with what a child leaves that is killed
        known_of_us = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        try:
            child = subprocess.run(
                [sys.executable, "-I", str(Path(typeset.__file__)), *known],
                input=f"{within}\n{html}".encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**known_of_us, "TMPDIR": folder},
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise TooMuchToPrint from None
    if child.returncode == typeset.FOREIGN_FILE:
        raise ForeignFileError(child.stdout.decode())
    if child.returncode == typeset.TOO_MUCH_WORK or child.returncode < 0:  # killed, at a limit
        raise TooMuchToPrint
    if child.returncode:
        raise BrokenTypesettingError(child.stdout.decode())
    return child.stdout
