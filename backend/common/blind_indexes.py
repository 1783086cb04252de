"""Finding a person again by an encrypted e-mail address or telephone number: a keyed hash, which tells neither."""

from __future__ import annotations

import hmac
import re
from typing import Any

from django.conf import settings
from django.db import models

NOTHING = ""
SHORTEST_TELEPHONE = 6  # figures; less is an extension or a slip, and would take strangers for each other


def _email(text: str) -> str:
    return text.strip().casefold()


def _telephone(text: str) -> str:
    """The figures, with the national 0 for the country's own code."""
    figures = re.sub(r"\D", "", re.sub(r"^\s*\+", "00", text).replace("(0)", ""))
    figures = re.sub(r"^0044", "0", figures)
    return figures if len(figures) >= SHORTEST_TELEPHONE else NOTHING


NORMALISED = {"email": _email, "telephone": _telephone}


def blind_index(of: str, text: str) -> str:
    """The keyed hash of an address or number (`of`: "email" or "telephone") however it was spelled; "" for none.

    The key is RECEIPT_KEY, set apart from receipts by its own prefix: who has the database alone cannot try addresses out.
    """
    normalised = NORMALISED[of](text)
    if not normalised:
        return NOTHING
    return hmac.digest(settings.RECEIPT_KEY.encode(), f"person|{of}|{normalised}".encode(), "sha256").hex()


class BlindIndexField(models.CharField):  # type: ignore[type-arg]
    """The blind index of the encrypted field `of` beside it, written with every save."""

    def __init__(self, *, of: str, **options: Any) -> None:
        self.of = of
        super().__init__(**{"max_length": 64, "blank": True, "editable": False, "db_default": NOTHING, **options})

    def deconstruct(self) -> Any:
        name, path, arguments, options = super().deconstruct()
        return name, path, arguments, {**options, "of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001  # Django's signature
        index = blind_index(self.of, getattr(model_instance, self.of))
        setattr(model_instance, self.attname, index)
        return index
