"""A text field that is encrypted at rest with FIELD_KEYS: names, addresses and numbers of people."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models
from django.db.models.lookups import Exact


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """`text` under the first of FIELD_KEYS; the empty text stays empty, so that "not given" needs no key."""
    return _cipher(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """What `encrypt` was given, under whichever of FIELD_KEYS it was written. Raises InvalidToken where none fits."""
    return _cipher(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode() if token else ""


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that the database holds only as a token; it cannot be searched, sorted or filtered by."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        if lookup_name == "exact":
            return IsGiven
        raise TypeError(f"{self.name} is encrypted: it cannot be looked up by {lookup_name}.")


class IsGiven(Exact):
    """The one question that an encrypted field can answer: whether it is empty."""

    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise TypeError("An encrypted field can only be compared with the empty text.")
        return super().get_prep_lookup()
