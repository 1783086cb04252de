"""Text as it is stored: Unicode in its composed form, without NUL and without half characters."""

import unicodedata
from typing import Any

UNUSABLE = "Text may not contain NUL or incomplete characters."


class UnusableText(ValueError):
    """The text holds a character that no text may hold."""


def clean(value: Any) -> Any:
    """`value` with every text in it composed (NFC), also in lists and objects. Raises UnusableText for NUL and lone surrogates."""
    if isinstance(value, str):
        try:
            value.encode()  # fails on half a character
        except UnicodeEncodeError:
            raise UnusableText(UNUSABLE) from None
        if "\x00" in value:
            raise UnusableText(UNUSABLE)
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return value
