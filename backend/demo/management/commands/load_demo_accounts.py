"""`manage.py load_demo_accounts`: one account for each role, all with the password of this state folder."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.areas.models import Unit
from backend.demo.accounts import open_demo_accounts


class Command(BaseCommand):
    help = "Open the demo's accounts, one for each role, and print them with their password. Local settings only."

    def handle(self, *args: Any, **options: Any) -> None:
        state = getattr(settings, "STATE", None)
        if state is None:
            raise CommandError("Demo accounts have a password that is printed: they are for the local settings alone.")
        force = Unit.objects.filter(kind=Unit.Kind.FORCE).order_by("pk").first()
        if force is None:
            raise CommandError("There is no force to work for yet: run `manage.py load_force FILE` first.")
        password = state.secret("demo_password")[:16]
        table = open_demo_accounts(force=force, password=password, at=timezone.now())
        self.stdout.write(f"{'Role':<24}{'E-mail':<30}{'Password':<18}Unit")
        for account in table:
            self.stdout.write(f"{account.role.value:<24}{account.email:<30}{password:<18}{account.unit}")
