from django.db import models


class IdempotentRequest(models.Model):
    """A public POST that may be sent again: which key, which body, and what was answered. The key is stored hashed, for 24 hours."""

    route = models.CharField(max_length=80)
    key_hash = models.BinaryField(max_length=32)
    body_hash = models.BinaryField(max_length=32)
    # The row that the first request made, to build the same answer from; secrets of the answer are derived, never stored.
    result = models.JSONField()
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_request_a_key", fields=["route", "key_hash"])]

    def __str__(self) -> str:
        return self.route


class RateCount(models.Model):
    """How often one caller did one thing in one window; the caller is a keyed hash that changes daily."""

    bucket = models.BinaryField(max_length=32)
    window_starts_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(name="one_count_a_window", fields=["bucket", "window_starts_at"])]

    def __str__(self) -> str:
        return f"{self.count} since {self.window_starts_at:%H:%M}"
