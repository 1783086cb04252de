"""What a complainant who sent no form follows their case by."""

from __future__ import annotations

from django.db import models

from backend.accounts.models import User

from .parts import Complainant


class Receipt(models.Model):
    """The receipt that staff gave one complainant: one at a time, for issuing another puts it in the place of this one."""

    complainant = models.OneToOneField(Complainant, on_delete=models.PROTECT, related_name="receipt")
    receipt_hash = models.BinaryField(max_length=32)  # HMAC-SHA256 of the secret, which itself is never stored
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"of {self.issued_at:%Y-%m-%d}"
