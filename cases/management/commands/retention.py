"""`manage.py retention`: what is kept long enough, held, waiting for somebody, and disposed of. References alone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from backend.calendar.working_days import day_of
from cases.lists.retention import due, held
from cases.models import Case, RetentionReview
from cases.services.retention_watch import watch


class Command(BaseCommand):
    help = "Open the reviews of cases that were kept long enough, and list what is due, held and disposed of."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="list only: open no review, call none off")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        found = due(on=day_of(at))
        for each in found:
            self.stdout.write(f"due {each.case.reference} {each.period.ending} {each.due_on}")
        opened = 0 if options["dry_run"] else watch(at=at)
        pending = RetentionReview.objects.filter(state__in=RetentionReview.PENDING).select_related("case")
        for review in pending.order_by("due_on", "id"):
            self.stdout.write(f"{review.state.lower()} {review.case.reference} {review.ending} {review.due_on}")
        for hold in held(on=day_of(at)):
            self.stdout.write(f"held {hold.case.reference} {hold.ground} {hold.until_on or 'until it is lifted'}")
        disposed = Case.objects.filter(disposed_on__isnull=False).order_by("disposed_on", "id")
        for reference, disposed_on in disposed.values_list("reference", "disposed_on"):
            self.stdout.write(f"disposed {reference} {disposed_on}")
        self.stdout.write(f"Due: {len(found)}. Reviews opened: {opened}.")
