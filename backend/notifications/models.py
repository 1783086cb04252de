"""The outbox: a message is a row of the transaction that caused it, frozen as it will be sent."""

from django.db import models
from django.db.models import Q

from backend.common.fields import EncryptedTextField
from backend.common.identifiers import random_public_id


class Outgoing(models.Model):
    """One message to one recipient. It ends SENT, DEAD or CALLED_OFF, and says why."""

    class State(models.TextChoices):
        PENDING = "PENDING", "Waiting to be sent"
        CLAIMED = "CLAIMED", "A worker is sending it"
        SENT = "SENT", "Accepted by the mail server"
        DEAD = "DEAD", "Given up"
        CALLED_OFF = "CALLED_OFF", "Not to be sent any more"

    public_id = models.UUIDField(default=random_public_id, unique=True, editable=False)  # also the Message-ID
    # What it tells of, to whom and how often: queued twice by mistake, it is still sent once.
    cause = models.CharField(max_length=200, unique=True)
    # By these two it is found again to be called off: the address is encrypted, and nobody can look for it.
    about = models.CharField(max_length=40, blank=True, db_default="")  # the reference of what it tells of
    addressee = models.CharField(
        max_length=40, blank=True, db_default=""
    )  # the public id of the person that it goes to
    # The public id of the version of the text that it was written by; "" for what no template is kept of.
    text_version = models.CharField(max_length=36, blank=True, default="", db_default="")
    recipient = EncryptedTextField()
    subject = models.CharField(max_length=200)
    body = EncryptedTextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    held = models.BooleanField(default=False)  # by a restore, until an operator releases it
    # When its recipient wants no mail, as they wished when it was queued: London's, by the clock on the wall.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True)  # a worker that outlives its lease may not write any more
    sent_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    failure_told_at = models.DateTimeField(
        null=True, blank=True
    )  # that it was given up, to whoever works on the matter
    failure_settled_at = models.DateTimeField(null=True, blank=True)  # by somebody who saw to it
    called_off = models.CharField(max_length=300, blank=True, db_default="")  # why; a worker may be faster

    class Meta:
        indexes = [
            models.Index(
                name="outgoing_due", fields=["next_try_at", "id"], condition=Q(state__in=["PENDING", "CLAIMED"])
            ),
            models.Index(name="outgoing_untold", fields=["id"], condition=Q(state="DEAD", failure_told_at=None)),
            models.Index(
                name="outgoing_unsettled", fields=["about"], condition=Q(state="DEAD", failure_settled_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="sent_has_a_time", condition=Q(state="SENT", sent_at__isnull=False) | ~Q(state="SENT")
            ),
            models.CheckConstraint(name="dead_has_a_reason", condition=~Q(state="DEAD") | ~Q(failure="")),
            models.CheckConstraint(name="called_off_says_why", condition=~Q(state="CALLED_OFF") | ~Q(called_off="")),
            models.CheckConstraint(
                name="outgoing_quiet_hours_begin_and_end",
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"
