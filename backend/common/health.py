"""Is it up, and can it take work? For a balancer; no versions, no names."""

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse  # the web's own types: this is a door
from django.views.decorators.http import require_safe


@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return JsonResponse({"status": "alive"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 while the database answers and can be written to; 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            (read_only,) = cursor.fetchone()
    except (DatabaseError, ImproperlyConfigured):
        read_only = True
    return JsonResponse({"status": "not ready" if read_only else "ready"}, status=503 if read_only else 200)
