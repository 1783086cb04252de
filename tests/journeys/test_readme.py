"""The complaint in the README works as it is printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from backend.areas.models import Unit
from backend.demo.accounts import open_demo_accounts
from tests.live_server import WebServer, web_server

__all__ = ["web_server"]
FORCE_FILE = settings.ROOT / "backend" / "areas" / "fixtures" / "west_midlands.json"
PASSWORD = "a password of the demonstration"


@pytest.mark.django_db(transaction=True)
def test_the_complaint_of_the_readme_goes_from_receipt_to_closure(web_server: WebServer, tmp_path: Path) -> None:
    readme = (settings.ROOT / "README.md").read_text()
    [block] = re.findall(r"<!-- tests/journeys/test_readme.py .*? -->\n```bash\n(.*?)```", readme, re.DOTALL)
    call_command("load_force", str(FORCE_FILE), verbosity=0)
    force = Unit.objects.get(slug="west-midlands")
    open_demo_accounts(force=force, password=PASSWORD, at=timezone.now())

    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=tmp_path,
        env={**os.environ, "API": f"{web_server.url}/api/v1", "PASSWORD": PASSWORD},
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert run.returncode == 0, run.stderr
    receipt, queue, *states, tracked = run.stdout.splitlines()
    assert re.fullmatch(r"Receipt: [0-9A-Z]{8}(-[0-9A-Z]{4}){4}", receipt)
    assert len(json.loads(queue)["results"]) == 1
    assert states == [
        "ASSESSING",
        "ASSESSING",
        "CONTACTED",
        "HANDLING_OUTSIDE",
        "RESOLVED_OUTSIDE",
        "FINALISED",
    ]
    assert "We are sorry that nobody came." in json.loads(tracked)["messages"][0]["text"]
