"""The receipt: a reference that may be told to anybody, and a secret that opens the case to whoever holds it."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from backend.common.identifiers import ALPHABET, as_read_out, letters_from, random_letters

SECRET_LENGTH = 16  # of five bits each: 80 random bits


def make_secret(*, route: str, key: UUID | None, body_digest: bytes) -> str:
    """The secret of a new receipt: random, or derived from the Idempotency-Key and what was sent.

    A replay so answers the same, and whoever knows the key alone, or uses it again for something else, learns nothing.
    """
    if key is None:
        return random_secret()
    return letters_from(_keyed(f"secret|{route}|{key}|{body_digest.hex()}"), SECRET_LENGTH)


def random_secret() -> str:
    return random_letters(SECRET_LENGTH)


def hash_of(secret: str) -> bytes:
    """What is stored of a secret: a keyed hash, whose key is not in the database."""
    return _keyed(f"hash|{secret}")


def write(*, reference: str, secret: str) -> str:
    """The receipt as it is shown, once: `K7QM3XVD-AAAA-BBBB-CCCC-DDDD`."""
    return "-".join([reference, *(secret[place : place + 4] for place in range(0, SECRET_LENGTH, 4))])


def read(header: str) -> tuple[str, str]:
    """The reference and the secret in what somebody typed; both are "" where it cannot be a receipt."""
    typed = as_read_out(header) if len(header) <= 80 else ""
    is_receipt = len(typed) == 8 + SECRET_LENGTH and set(typed) <= set(ALPHABET)
    return (typed[:8], typed[8:]) if is_receipt else ("", "")


def opened_by(secret: str, *, hashes: Sequence[bytes | memoryview]) -> int | None:
    """The place of the hash that is the secret's, or None; each is compared, and whether one fits takes the same time."""
    hashed = hash_of(secret)
    fits = [hmac.compare_digest(hashed, bytes(each)) for each in hashes]
    return fits.index(True) if any(fits) else None


def _keyed(text: str) -> bytes:
    return hmac.digest(settings.RECEIPT_KEY.encode(), text.encode(), "sha256")
