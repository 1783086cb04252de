"""A backup is one tar.gz: the dump, the files, and a manifest that says what they are and what they need."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from backend.database.errors import SetUpError

FORMAT = 1
MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files"
BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Head:
    """The last link of the audit chain: whoever knows it notices a tail that was cut off."""

    sequence: int
    hash: str


@dataclass(frozen=True)
class Keys:
    """Which keys the data needs, by fingerprint: the first 16 hexadecimal digits of a SHA-256, never the keys."""

    FIELD_KEYS: list[str]
    RECEIPT_KEY: str


@dataclass(frozen=True)
class Manifest:
    """What is in the archive. `rows` counts each table, `members` holds the SHA-256 of each other member."""

    taken_at: str
    app_role: str
    audit_head: Head | None
    keys: Keys
    rows: dict[str, int]
    members: dict[str, str]
    format: int = field(default=FORMAT)


def fingerprint(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def sha256_of(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


class _Hashing(io.RawIOBase):
    """Reads a file and hashes what was read, so that a member and its hash are of the same bytes."""

    def __init__(self, content: IO[bytes]) -> None:
        self.content = content
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.content.read(size)
        self.sha256.update(block)
        return block


def add(archive: tarfile.TarFile, path: Path, name: str) -> str:
    """Put the file at `path` into the archive under `name`; returns its SHA-256."""
    with path.open("rb") as content:
        member = archive.gettarinfo(arcname=name, fileobj=content)
        member.mode, member.uid, member.gid, member.uname, member.gname = 0o600, 0, 0, "", ""
        hashing = _Hashing(content)
        archive.addfile(member, hashing)
        return hashing.sha256.hexdigest()


def add_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    text = json.dumps(asdict(manifest), indent=1, sort_keys=True).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size, member.mode = len(text), 0o600
    archive.addfile(member, io.BytesIO(text))


def unpack(path: Path, folder: Path) -> Manifest:
    """Unpack into `folder` and check every member against the manifest.

    Raises SetUpError where the file is no backup, is of another format, or a member is missing, extra or changed.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            archive.extractall(folder, filter="data")
        told = json.loads((folder / MANIFEST).read_text())
        if told["format"] != FORMAT:
            raise SetUpError(f"{path} is a backup of format {told['format']}; this version reads format {FORMAT}.")
        head = Head(**told["audit_head"]) if told["audit_head"] else None
        manifest = Manifest(**{**told, "audit_head": head, "keys": Keys(**told["keys"])})
    except (tarfile.TarError, OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise SetUpError(f"{path} is not a whole backup made by `manage.py database backup`: {error}") from error
    found = {str(each.relative_to(folder)): sha256_of(each) for each in _files_below(folder)}
    del found[MANIFEST]
    if wrong := sorted(
        name for name in found.keys() | manifest.members if found.get(name) != manifest.members.get(name)
    ):
        raise SetUpError(f"The backup is damaged: {', '.join(wrong[:5])} (of {len(wrong)}) differ from its manifest.")
    return manifest


def _files_below(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
