"""What a file is by its content, whatever it is called or claimed to be, and what it may be called."""

import codecs
import re
import unicodedata
from pathlib import Path, PurePosixPath

import puremagic

PLAIN_TEXT = "text/plain"
PDF = "application/pdf"

# What is accepted, with the endings that such a file may have; the first is added where there is none of them.
ENDINGS = {
    "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    PDF: (".pdf",),
    PLAIN_TEXT: (".txt",),
}
ACCEPTED_IN_WORDS = "a JPEG, PNG, GIF or WebP picture, a PDF, or a plain text file (UTF-8)"

NAME_LENGTH = 100  # characters of a label, its ending included

_HEAD = 4096
_CHUNK = 64 * 1024
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# Text that some program would run or render rather than show.
_ACTIVE = re.compile(r"\s*(<[a-z!?/]|\{\\rtf|%!|%pdf|#!|mime-version:|content-type:)", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[<>:"|?*%]')


def sniff(path: Path) -> str | None:
    """The content type of a file by its first bytes, or None where it is none of the accepted ones.

    It says what the file claims to be by its own content; only parsing it shows whether that is so.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    try:
        found = {match.mime_type for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        found = set()
    if PDF in found and head.startswith(b"%PDF-"):
        return PDF
    for content_type in ENDINGS:
        if content_type.startswith("image/") and content_type in found:
            return content_type
    return PLAIN_TEXT if _is_plain_text(path) else None


def label(name: str, content_type: str) -> str:
    """What a download may be called: the last part of `name`, without what hides, and with an ending that is true.

    Nothing of it is ever part of a path here.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name.encode("utf-8", "ignore").decode()))[-1]
    shown = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C")  # NUL, right-to-left marks
    plain = _NOT_IN_NAMES.sub("_", " ".join(shown.split())).strip(". ")
    endings = ENDINGS[content_type]
    ending = PurePosixPath(plain).suffix.lower()
    stem = plain[: -len(ending)] if ending in endings else plain
    ending = ending if ending in endings else endings[0]
    return (stem[: NAME_LENGTH - len(ending)].strip(". ") or "file") + ending


def _is_plain_text(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8-sig")("strict")
    with path.open("rb") as file:
        try:
            text = decoder.decode(file.read(_CHUNK))
            if _ACTIVE.match(text):
                return False
            while chunk := file.read(_CHUNK):
                if _NOT_IN_TEXT.search(text):
                    return False
                text = decoder.decode(chunk)
            text += decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return not _NOT_IN_TEXT.search(text)
