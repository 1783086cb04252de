"""Public ids and references: random, so that they tell neither a number, nor a time, nor a place."""

import secrets
import uuid

# Crockford's base 32: no I, L, O or U, so that a reference can be read out over the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})


def random_public_id() -> uuid.UUID:
    """An opaque id for an address: 122 random bits."""
    return uuid.uuid4()


def random_reference() -> str:
    """A public reference: 8 letters and figures, 40 random bits."""
    return random_letters(8)


def random_letters(count: int) -> str:
    """`count` characters of Crockford's base 32, five random bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def letters_from(digest: bytes, count: int) -> str:
    """The first `count` characters of a digest in Crockford's base 32; the digest must be long enough."""
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - count * 5)
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(count)))


def as_read_out(text: str) -> str:
    """What somebody typed or read out, in the one spelling that is stored: upper case, no dashes, 0 for O, 1 for I and L."""
    return text.upper().translate(_MISREAD)


class ReferenceConverter:
    """A reference in an address: eight characters of the alphabet."""

    regex = "[0-9A-HJKMNP-TV-Z]{8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
