"""An import that is killed leaves whole batches behind, and the next run takes up the rest."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from backend.audit import services as audit
from backend.audit.models import Event
from cases.models import Allegation, Case

from .folders import Folder, complaint

ROOT = Path(settings.ROOT)

# The process kills itself after the rows of its third batch are written and before they are committed.
KILLED_IN_THE_THIRD_BATCH = """
import json, os, signal, sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from django.core.management import call_command
from backend.audit import services as audit
from cases.history import services

services.BATCH_COMPLAINTS = 10
written = audit.record_many
batches = []

def die_in_the_third(**arguments):
    written(**arguments)
    batches.append(1)
    if len(batches) == 3:
        os.kill(os.getpid(), signal.SIGKILL)

audit.record_many = die_in_the_third
call_command("import_cases", *json.loads(sys.argv[2]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_import_leaves_whole_batches_and_may_be_run_again(folder: Folder) -> None:
    numbers = [f"A-{number:03}" for number in range(50)]
    folder.write("complaints.csv", [complaint(number) for number in reversed(numbers)])
    folder.write("allegations.csv", [{"number": number, "officer": "S1"} for number in numbers * 2])
    arguments = [str(folder.path), "--mapping", str(folder.mapping), "--rejects", str(folder.rejects)]

    killed = subprocess.run(
        [
            sys.executable,
            "-c",
            KILLED_IN_THE_THIRD_BATCH,
            connections["default"].settings_dict["NAME"],
            json.dumps(arguments),
        ],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "backend.settings.local"},
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert sorted(Case.objects.values_list("source_reference", flat=True)) == numbers[:20]
    assert Event.objects.filter(verb="IMPORTED").count() == 20

    outcome = folder.run()
    assert outcome.files["complaints.csv"] == (50, 30, 20, 0)
    assert outcome.files["allegations.csv"] == (100, 60, 40, 0)
    assert (Case.objects.count(), Allegation.objects.count()) == (50, 100)
    verdict = audit.verify()
    assert (verdict.events, verdict.first_bad) == (50, None)
