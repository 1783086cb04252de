from django.db import models


class BankHoliday(models.Model):
    """A day that is not a working day in England and Wales though it is neither Saturday nor Sunday; staff may edit the list."""

    day = models.DateField(primary_key=True)
    name = models.CharField(max_length=120)
    # Beyond the published list the days follow from the rules and may still be moved, or joined by others.
    provisional = models.BooleanField(default=False)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
