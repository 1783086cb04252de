"""The product's tables as the peer sees them; made by bench.peer.tables, so nothing here is migrated."""

from __future__ import annotations

import uuid

from django.db import models


class Row(models.Model):
    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class Unit(Row):
    slug = models.CharField(max_length=80)
    name = models.CharField(max_length=160)
    force = models.ForeignKey("self", null=True, on_delete=models.PROTECT)

    class Meta:
        managed = False
        db_table = "areas_unit"


class Neighbourhood(Row):
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT)
    code = models.CharField(max_length=20)

    class Meta:
        managed = False
        db_table = "areas_neighbourhood"


class Case(Row):
    reference = models.CharField(max_length=8, unique=True)
    kind = models.CharField(max_length=9, default="COMPLAINT")
    state = models.CharField(max_length=20, default="RECEIVED")
    origin = models.CharField(max_length=8, default="LIVE")
    version = models.PositiveIntegerField(default=1)
    force = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    handler_id = models.BigIntegerField(null=True)
    about_unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    neighbourhood = models.ForeignKey(Neighbourhood, null=True, blank=True, on_delete=models.PROTECT)
    narrative = models.TextField(max_length=50_000)
    location = models.TextField(blank=True, max_length=1000)
    officers_described = models.TextField(blank=True, max_length=2000)
    harm = models.TextField(blank=True, max_length=5000)
    views_on_handling = models.TextField(blank=True, max_length=5000)
    received_at = models.DateTimeField(null=True)
    received_on = models.DateField()
    made_on = models.DateField()
    incident_on = models.DateField(null=True, blank=True)
    handling_started_on = models.DateField(null=True)
    contacted_on = models.DateField(null=True)
    sent_to_unit_on = models.DateField(null=True)
    progress_told_on = models.DateField(null=True)
    resolved_on = models.DateField(null=True)
    told_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    alleges_death_or_serious_injury = models.BooleanField(null=True)
    alleges_crime_or_discipline = models.BooleanField(null=True)
    alleges_article_2_or_3 = models.BooleanField(null=True)
    alleges_mandatory_referral = models.BooleanField(null=True)
    wishes_recording = models.BooleanField(null=True, blank=True)
    concerns_conduct = models.BooleanField(default=False)
    assessed_by_id = models.BigIntegerField(null=True)
    contact_impossible_reason = models.TextField(blank=True)
    resolved_by_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=120, blank=True)
    category = models.CharField(max_length=160, blank=True)
    next_due_on = models.DateField(null=True)
    next_due_rule = models.CharField(max_length=30, blank=True)
    source = models.CharField(max_length=60, blank=True)
    source_reference = models.CharField(max_length=80, blank=True)
    source_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        managed = False
        db_table = "cases_case"


class Complainant(Row):
    class Relationship(models.TextChoices):
        AFFECTED = "AFFECTED"
        ADVERSELY_AFFECTED = "ADVERSELY_AFFECTED"
        WITNESS = "WITNESS"
        REPRESENTATIVE = "REPRESENTATIVE"
        UNKNOWN = "UNKNOWN"

    public_id = models.UUIDField(default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField(default=1)
    relationship = models.CharField(max_length=20, choices=Relationship.choices, default=Relationship.UNKNOWN)
    anonymous = models.BooleanField(default=False)
    name = models.TextField(blank=True, max_length=200)
    email = models.EmailField(blank=True)
    telephone = models.TextField(blank=True, max_length=40)
    address = models.TextField(blank=True, max_length=500)
    acts_for = models.TextField(blank=True, max_length=200)
    has_authority = models.BooleanField(default=False)
    language = models.CharField(max_length=60, blank=True)
    access_needs = models.TextField(blank=True, max_length=1000)

    class Meta:
        managed = False
        db_table = "cases_complainant"


class Submission(Row):
    reference = models.CharField(max_length=8, unique=True)
    kind = models.CharField(max_length=9, default="COMPLAINT")
    submitted_at = models.DateTimeField()
    receipt_hash = models.BinaryField(max_length=32)
    original = models.TextField()
    case = models.OneToOneField(Case, on_delete=models.PROTECT)
    force = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    neighbourhood = models.ForeignKey(Neighbourhood, null=True, on_delete=models.PROTECT)

    class Meta:
        managed = False
        db_table = "feedback_submission"


class Outgoing(Row):
    public_id = models.UUIDField(default=uuid.uuid4)
    cause = models.CharField(max_length=200, unique=True)
    recipient = models.TextField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    state = models.CharField(max_length=8, default="PENDING")
    held = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    claim = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        managed = False
        db_table = "notifications_outgoing"


class Request(Row):
    route = models.CharField(max_length=80)
    key_hash = models.BinaryField(max_length=32)
    body_hash = models.BinaryField(max_length=32)
    result = models.JSONField()
    made_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "requests_idempotentrequest"


class Event(Row):
    sequence = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    actor = models.CharField(max_length=60, blank=True)
    subject_kind = models.CharField(max_length=30)
    subject = models.CharField(max_length=60)
    details_hash = models.CharField(max_length=64)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        managed = False
        db_table = "audit_event"


class Detail(Row):
    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT)
    salt = models.CharField(max_length=32)
    details = models.JSONField(default=dict)

    class Meta:
        managed = False
        db_table = "audit_detail"
