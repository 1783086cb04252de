"""How hard a text is to read: the Flesch-Kincaid grade, in years of school."""

from __future__ import annotations

import re

from cases.letters import GAP

HARDEST = 9  # the grade that a letter to the public may have at most
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'’-]*")
SENTENCE_ENDS = re.compile(r"[.!?:]+(?:\s|$)|\n\s*\n|\n- |, or\n")
VOWELS = re.compile(r"[aeiouy]+")


def grade(text: str) -> float:
    """The grade by words a sentence and syllables a word: 9 is what most adults read with ease. 0 for no text.

    A gap counts as a short word, for nobody reads its name.
    """
    text = GAP.sub("it", text)
    sentences = [part for part in SENTENCE_ENDS.split(text) if part and WORD.search(part)]
    words = WORD.findall(text)
    if not words:
        return 0.0
    syllables = sum(syllables_of(word) for word in words)
    return round(0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59, 1)


def hardest_sentences(text: str, *, count: int = 2) -> list[str]:
    """The longest sentences of the text, longest first: what makes it hard to read."""
    sentences = [" ".join(part.split()) for part in SENTENCE_ENDS.split(text) if part and WORD.search(part)]
    return sorted(sentences, key=lambda sentence: len(WORD.findall(sentence)), reverse=True)[:count]


def syllables_of(word: str) -> int:
    """The syllables of an English word, as they are usually counted by machine: groups of vowels, without a silent e."""
    lower = word.lower()
    groups = len(VOWELS.findall(lower))
    silent = lower.endswith("e") and not lower.endswith(("le", "ee", "ye")) and groups > 1
    silent_ed = lower.endswith("ed") and not lower.endswith(("ted", "ded")) and groups > 1
    return max(1, groups - (silent or silent_ed))
