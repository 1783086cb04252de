from django.db import models

from backend.areas.models import Unit


class HistorySource(models.Model):
    """A set of records that a force's history was brought in from, and what its codes mean."""

    force = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    finding_labels = models.JSONField(default=dict)  # {code: meaning}, in the order of precedence
    first_imported_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="one_source_a_name_in_a_force", fields=["force", "name"])]

    def __str__(self) -> str:
        return self.name
