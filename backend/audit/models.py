"""The trail: what happened, by whom, to what. Rows are only ever added, and each carries the hash of the one before."""

from django.db import models


class Event(models.Model):
    """One link of the chain. `sequence`, `previous_hash` and `hash` are set by the database (see migration 0001).

    Actor and subject are plain public ids, so that the trail outlives what it speaks of. What was said and changed lies in
    Detail, bound here by a salted hash, and can be erased without breaking the chain.
    """

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    actor = models.CharField(
        max_length=60, blank=True
    )  # a user's public id; "" is the public, "clock" the system itself
    subject_kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=60)
    details_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(name="event_by_subject", fields=["subject_kind", "subject", "sequence"]),
            models.Index(name="event_by_actor", fields=["actor", "sequence"]),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.verb}"


class Detail(models.Model):
    """What an event said, and the salt that its hash was made with. Erasing the row leaves the chain whole."""

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.DO_NOTHING, related_name="detail")
    salt = models.CharField(max_length=32)
    details = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"details of {self.event_id}"
