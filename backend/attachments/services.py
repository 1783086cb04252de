"""Keeping files: the original sealed, and a copy without metadata for those who handle the case."""

import contextlib
import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, NamedTuple

from django.conf import settings
from django.db.models import Q

from . import store
from .copies import write_copy
from .models import StoredFile
from .refusals import FileRefused, FileTooLarge, FileTypeRefused
from .sniffing import PLAIN_TEXT, label, sniff

# A file without a row may belong to a transaction that is still under way, but not for as long as this.
ORPHANED_AFTER = timedelta(days=1)

_CHUNK = 256 * 1024


class Upload(NamedTuple):
    """A file as it comes in: what its sender calls it, and its content, which is read from the start."""

    name: str
    content: IO[bytes]


@dataclass(frozen=True)
class _Written:
    """A file that is on the disk and has no row yet."""

    name: str
    content_type: str
    size: int
    sha256: str
    original: store.Draft
    copy: store.Draft

    def keep(self) -> None:
        for draft in {self.original, self.copy}:
            draft.keep()

    def discard(self) -> None:
        for draft in (self.original, self.copy):
            draft.discard()


def keep(*, content: IO[bytes], name: str, at: datetime) -> StoredFile:
    """Keep a file that somebody sent, in the caller's transaction: original and copy are on the disk before the row is.

    `name` serves only as the label of a download. Where the transaction is rolled back, `sweep` removes the files.
    Raises FileRefused: empty, larger than ATTACHMENT_MAX_BYTES (413), of no accepted type (415), or impossible to copy.
    """
    return keep_all(files=[Upload(name, content)], at=at)[0]


def refuse_what_is_too_large(files: Sequence[Upload]) -> None:
    """Look at the sizes alone, before anything of the files is read. Raises FileTooLarge (413)."""
    for file in files:
        if file.content.seek(0, io.SEEK_END) > settings.ATTACHMENT_MAX_BYTES:
            raise FileTooLarge(limit=settings.ATTACHMENT_MAX_BYTES)
        file.content.seek(0)


def digest_of(file: Upload) -> bytes:
    """The SHA-256 of a file that comes in, read piece by piece."""
    file.content.seek(0)
    digest = hashlib.sha256()
    while chunk := file.content.read(_CHUNK):
        digest.update(chunk)
    return digest.digest()


def keep_all(*, files: Sequence[Upload], at: datetime) -> list[StoredFile]:
    """Keep several files as `keep` does, or none of them. Raises FileRefused, which names the file by its number."""
    most = settings.ATTACHMENT_MAX_FILES
    if len(files) > most:
        detail = f"There are {len(files)} files. Send at most {most}."
        raise FileRefused(detail, errors={"files": [detail]})
    written: list[_Written] = []
    try:
        for number, file in enumerate(files, start=1):
            try:
                written.append(_write(content=file.content, name=file.name))
            except FileRefused as refusal:
                refusal.errors = {"files": [f"File {number}: {refusal.detail}"]}
                raise
    except BaseException:
        for one in written:
            one.discard()
        raise
    return [_record(one, at=at) for one in written]


def keep_generated(*, content: bytes, name: str, content_type: str, at: datetime) -> StoredFile:
    """Keep a document that we made ourselves: nothing has to be checked, and it serves as its own copy."""
    original = store.Draft()
    try:
        size, sha256 = _receive(BytesIO(content), original, limit=len(content))
        written = _Written(label(name, content_type), content_type, size, sha256, original, copy=original)
        written.keep()
    except BaseException:
        original.discard()
        raise
    return _record(written, at=at)


def remove(paths: Iterable[str]) -> None:
    """Remove files whose rows are gone, once that is committed; what cannot be removed now `sweep` removes."""
    for path in paths:
        with contextlib.suppress(OSError):
            (store.root() / path).unlink(missing_ok=True)


def sweep(*, at: datetime) -> int:
    """Remove files that no row knows and that are older than a day at `at`; returns how many."""
    oldest = (at - ORPHANED_AFTER).timestamp()
    removed = 0
    for folder in sorted(store.root().glob("??")):
        old = {f"{folder.name}/{entry.name}" for entry in _files(folder) if entry.stat().st_mtime < oldest}
        for path in old - _known(old):
            (store.root() / path).unlink(missing_ok=True)
            removed += 1
    return removed


def _write(*, content: IO[bytes], name: str) -> _Written:
    original, copy = store.Draft(), store.Draft()
    try:
        if content.seekable():
            content.seek(0)  # whoever took a digest of the request has read it before
        size, sha256 = _receive(content, original, limit=settings.ATTACHMENT_MAX_BYTES)
        if not size:
            raise FileRefused("The file is empty. Send one that has something in it.")
        content_type = sniff(original.place)
        if content_type is None:
            raise FileTypeRefused
        if content_type == PLAIN_TEXT:
            copy = original  # text carries nothing beside what it says
        else:
            with copy.open() as target:
                write_copy(original=original.place, target=target, content_type=content_type)
        written = _Written(label(name, content_type), content_type, size, sha256, original, copy)
        written.keep()
    except BaseException:
        original.discard()
        copy.discard()
        raise
    return written


def _receive(content: IO[bytes], draft: store.Draft, *, limit: int) -> tuple[int, str]:
    """Write the content to the draft; returns its size in bytes and its SHA-256. Raises FileTooLarge."""
    digest, size = hashlib.sha256(), 0
    with draft.open() as target:
        while chunk := content.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise FileTooLarge(limit=limit)
            digest.update(chunk)
            target.write(chunk)
    return size, digest.hexdigest()


def _record(written: _Written, *, at: datetime) -> StoredFile:
    return StoredFile.objects.create(
        name=written.name,
        content_type=written.content_type,
        size=written.size,
        sha256=written.sha256,
        path=written.original.path,
        copy_path=written.copy.path,
        kept_at=at,
    )


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from (entry for entry in entries if entry.is_file(follow_symlinks=False))


def _known(paths: set[str]) -> set[str]:
    rows = StoredFile.objects.filter(Q(path__in=paths) | Q(copy_path__in=paths)).values_list("path", "copy_path")
    return {path for row in rows for path in row}
