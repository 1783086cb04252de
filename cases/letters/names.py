"""Leaving the names of those who complained out of what was written, for who has not looked them up or may not know. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cases.models import Complainant

NOT_SHOWN = "[name not shown]"
SHORTEST_NAME = 3  # letters: a shorter part of a name would be found in the middle of ordinary words
SHORTEST_NUMBER = 6  # figures; less is found in the middle of other numbers
# Words beside a name that are nobody's.
BESIDE_A_NAME = {"and", "her", "his", "miss", "mrs", "our", "the", "their"}
BLANKS = r"[\s,;]+"
BEFORE, AFTER = (
    r"(?<![^\W_])",
    r"(?![^\W_])",
)  # a word's edges as the search has them, for which an underscore is no letter


def names_left_out(people: Iterable[Complainant], *, shown: str = NOT_SHOWN) -> Callable[[str], str]:
    """What puts `shown` in a text for the names of `people`, of whom they act for, and for their addresses and numbers.

    Of a name each word of three letters or more is left out too, however it is spelled; a shorter one as the name has it. Of
    an address it is the whole, the house and its street, and whatever has a number in it, such as the postcode; a town alone
    is left alone. A telephone number is known with and without the country's code. What they were known by before it was set
    anew is left out like what they are known by now: the one stands in what was written before, the other in what is since.
    """
    patterns = {pattern for person in people for pattern in _patterns(person)}
    if not patterns:
        return str
    known = re.compile("|".join(sorted(patterns, key=lambda each: (-len(each), each))), re.IGNORECASE)
    return lambda text: known.sub(shown, text)


def _patterns(person: Complainant) -> Iterator[str]:
    for name in (person.name, person.acts_for, person.consent_given_by):
        yield from _of_name(name)
    for address in (person.address, person.safe_address):
        yield from _of_address(address)
    yield from _whole(person.email)
    yield from _of_number(person.telephone)
    # The migration that fills the search reads people who have no former names yet.
    for what, was in known_before(getattr(person, "formerly", "")):
        yield from _OF[what](was)


def known_before(formerly: str) -> list[tuple[str, str]]:
    """What stands in Complainant.formerly: what it is (name, email, telephone or address), and what it was."""
    lines = [line.partition(": ") for line in formerly.splitlines()]
    return [(what, was) for what, _, was in lines if what in _OF and was]


def with_former(formerly: str, former: Mapping[str, str]) -> str:
    """`formerly` with what they are known by no more, by what it is; once each, and nothing for what was empty."""
    lines = [f"{what}: {', '.join(was.splitlines())}" for what, was in former.items() if was.strip()]
    return "\n".join(dict.fromkeys([*formerly.splitlines(), *lines]))


def _of_name(name: str) -> Iterator[str]:
    yield from _whole(name)
    for word in re.split(r"[\s,;-]+", name):
        if len(word) >= SHORTEST_NAME and word.lower().strip(".") not in BESIDE_A_NAME:
            yield _word(word)
        elif len(word) == SHORTEST_NAME - 1 and word.isalpha():
            yield f"(?-i:{_word(word)})"


def _of_address(address: str) -> Iterator[str]:
    yield from _whole(address)
    for place, part in enumerate(filter(None, map(str.strip, re.split(r"[\n,;]", address)))):
        has_number = any(letter.isdigit() for letter in part)
        if (place == 0 or has_number) and len(part) > SHORTEST_NAME:
            yield from _whole(part)
        street = re.sub(r"^\d+\s*[a-z]?\s+", "", part, flags=re.IGNORECASE)
        if place == 0 and len(street.split()) > 1:
            yield from _whole(street)


def _of_number(telephone: str) -> Iterator[str]:
    figures = re.sub(r"\D", "", telephone.replace("(0)", ""))
    national = re.sub(r"^(00)?44|^0", "", figures)
    if len(national) >= SHORTEST_NUMBER:
        between = r"[\s().-]*"
        yield rf"(?<!\d)(?:(?:\+|00)44{between})?(?:\(?0\)?{between})?{between.join(national)}(?!\d)"


def _whole(text: str) -> Iterator[str]:
    words = [re.escape(word) for word in re.split(BLANKS, text) if word]
    if words:
        yield rf"{BEFORE}{BLANKS.join(_quotes(word) for word in words)}{AFTER}"


def _word(word: str) -> str:
    return rf"{BEFORE}{_quotes(re.escape(word))}{AFTER}"


def _quotes(pattern: str) -> str:
    """O'Brien is the same with either apostrophe."""
    return re.sub("['’]", "['’]", pattern)


_OF: Mapping[str, Callable[[str], Iterator[str]]] = {
    "name": _of_name,
    "email": _whole,
    "telephone": _of_number,
    "address": _of_address,
}
