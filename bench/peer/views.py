"""The least that could be done: the same fields validated, as many rows written, nothing encrypted, chained or checked."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from . import models, pages

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SIXTY_FOUR = "0" * 64


class CaseSerializer(serializers.ModelSerializer[models.Case]):
    what_happened = serializers.CharField(source="narrative", max_length=50_000)
    officers = serializers.CharField(source="officers_described", max_length=2000, allow_blank=True, default="")
    views = serializers.CharField(source="views_on_handling", max_length=5000, allow_blank=True, default="")
    unit = serializers.SlugRelatedField(
        source="about_unit", slug_field="slug", queryset=models.Unit.objects.exclude(force=None), required=False
    )
    neighbourhood = serializers.SlugRelatedField(
        slug_field="code", queryset=models.Neighbourhood.objects.all(), required=False
    )

    class Meta:
        model = models.Case
        fields = [
            *("reference", "what_happened", "unit", "neighbourhood", "incident_on", "location", "officers", "harm"),
            *("views", "wishes_recording"),
        ]
        read_only_fields = ["reference"]


class ComplainantSerializer(serializers.ModelSerializer[models.Complainant]):
    class Meta:
        model = models.Complainant
        fields = [
            *("relationship", "name", "email", "telephone", "address", "acts_for", "has_authority", "language"),
            "access_needs",
        ]


class ComplaintsView(APIView):
    def post(self, request: Request) -> Response:
        case_in, complainant_in = CaseSerializer(data=request.data), ComplainantSerializer(data=request.data)
        case_in.is_valid(raise_exception=True)
        complainant_in.is_valid(raise_exception=True)
        now = timezone.now()
        reference = "".join(secrets.choice(ALPHABET) for _ in range(8))
        with transaction.atomic():
            force_id = case_in.validated_data["about_unit"].force_id
            case = case_in.save(
                reference=reference, force_id=force_id, received_at=now, received_on=now.date(), made_on=now.date(),
                next_due_on=now.date(), next_due_rule="first_contact",
            )  # fmt: skip
            complainant_in.save(case=case)
            self._write_beside(request, case, now)
        return Response(case_in.data, status=201)

    def _write_beside(self, request: Request, case: models.Case, now: Any) -> None:
        """The rows that go with it: submission, mail, audit, and the key's where one was sent."""
        models.Submission.objects.create(
            reference=case.reference, submitted_at=now, receipt_hash=bytes(32), original=str(request.data), case=case,
            force_id=case.force_id, unit_id=case.about_unit_id, neighbourhood_id=case.neighbourhood_id,
        )  # fmt: skip
        models.Outgoing.objects.create(
            cause=f"acknowledge:{case.reference}", recipient=request.data["email"], subject=case.reference,
            body=case.reference, queued_at=now, next_try_at=now,
        )  # fmt: skip
        key = request.headers.get("Idempotency-Key")
        if key:
            models.Request.objects.create(
                route="complaints", key_hash=key.encode(), body_hash=bytes(32), result={}, made_at=now
            )
        event = models.Event.objects.create(
            at=now, verb="SUBMITTED", actor="", subject_kind="case", subject=case.reference, details_hash=SIXTY_FOUR,
            previous_hash=SIXTY_FOUR, hash=SIXTY_FOUR,
        )  # fmt: skip
        models.Detail.objects.create(event=event, salt="0" * 32, details={"kind": "COMPLAINT"})


def alive(_request: HttpRequest) -> HttpResponse:
    """Nothing at all: what the client can reach at most."""
    return HttpResponse(b"{}", content_type="application/json")


def page(request: HttpRequest, name: str) -> HttpResponse:
    """A page of the queue as PostgreSQL itself writes it."""
    with connection.cursor() as cursor:
        cursor.execute(pages.SQL[name], request.GET.dict())
        (found,) = cursor.fetchone()
    return HttpResponse(found, content_type="application/json")
