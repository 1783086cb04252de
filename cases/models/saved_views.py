"""Lists of cases that somebody keeps for themselves."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower

from backend.accounts.models import User
from backend.common.identifiers import random_public_id


class SavedView(models.Model):
    """A list under a name of its owner's: the filters as they were given, which are read anew whenever it is opened."""

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="saved_views")
    name = models.CharField(max_length=80)
    filters = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("owner", Lower("name"), name="one_view_a_name")]

    def __str__(self) -> str:
        return self.name
