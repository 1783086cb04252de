"""References and secrets are random, spread evenly, and can be read out over the telephone."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

from backend.common.identifiers import ALPHABET, as_read_out, letters_from, random_reference

# Chi-square with 31 degrees of freedom is beyond this once in a million times, so the suite does not fail by chance.
BEYOND_CHANCE = 83.0


def chi_square(letters: list[str]) -> float:
    expected = len(letters) / len(ALPHABET)
    counted = Counter(letters)
    return sum((counted[letter] - expected) ** 2 / expected for letter in ALPHABET)


def test_a_hundred_thousand_references_never_repeat_and_every_place_is_evenly_spread() -> None:
    references = [random_reference() for _ in range(100_000)]

    # 40 random bits: two alike among a hundred thousand are to be expected in one run of two hundred, three never.
    assert len(references) - len(set(references)) <= 1
    for place in range(8):
        assert chi_square([reference[place] for reference in references]) < BEYOND_CHANCE


def test_neighbouring_digests_make_evenly_spread_letters_that_never_repeat() -> None:
    secrets = [letters_from(sha256(str(number).encode()).digest(), 16) for number in range(20_000)]

    assert len(set(secrets)) == len(secrets)
    for place in range(16):
        assert chi_square([secret[place] for secret in secrets]) < BEYOND_CHANCE


def test_letters_from_a_digest_are_its_first_bits() -> None:
    assert letters_from(bytes(32), 16) == "0" * 16
    assert letters_from(b"\xff" * 32, 16) == "Z" * 16
    assert letters_from(b"\x08" + bytes(31), 3) == "100"


def test_what_is_misread_is_put_right() -> None:
    assert as_read_out("k7qm-3xvd il o0") == "K7QM3XVD1100"
    assert not set("ILOU") & set(ALPHABET)
