from django.db import models

from backend.common.fields import EncryptedTextField
from backend.common.identifiers import random_public_id


class StoredFile(models.Model):
    """A file on disk under a random name. The original is sealed; staff work with the copy that carries no metadata."""

    class Scan(models.TextChoices):
        UNSCANNED = "UNSCANNED", "Not scanned: no scanner is set up"
        CLEAN = "CLEAN", "Scanned, nothing found"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    name = EncryptedTextField()  # as the sender called it, for the label of a download alone
    content_type = models.CharField(max_length=100)  # as sniffed, never as claimed
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=120, unique=True)  # below FILES_ROOT, random
    copy_path = models.CharField(max_length=120, blank=True)  # the handler's copy, without metadata
    scan = models.CharField(max_length=10, choices=Scan.choices, default=Scan.UNSCANNED)
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.public_id)
