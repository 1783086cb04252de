"""The API does what its schema says, whoever calls and whatever is sent: schemathesis against gunicorn."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from backend.attachments.services import keep
from cases.models import Case, Kind
from cases.services import assignment
from feedback.services.drafts import ComplaintDraft, PlaceNamed
from feedback.services.submission import submit_complaint
from reports import jobs
from reports.models import Briefing
from tests.attachments.samples import photograph
from tests.cast import CONTACT, PASSWORD, RESOLVE, Cast, a_case, assess, gather, move
from tests.live_server import WebServer, web_server

__all__ = ["web_server"]
FOLDER = Path(__file__).resolve().parent
CALLERS = {"anonymous": None, "LPU handler": "cai", "appropriate authority": "beth", "system administrator": "jo"}
MOVES: list[dict[str, Any]] = [
    {"move": "take", "details": {}},
    {"move": "record_contact", "details": CONTACT},
    {"move": "handle_outside", "details": {}},
    {"move": "resolve", "details": RESOLVE},
    {"move": "finalise", "details": {}},
    {"move": "triage", "details": {}},
    {"move": "send_to_unit", "details": {"unit": "northgate"}},
    {"move": "answer", "details": {"told": "More patrols are coming."}},
]


def a_few_of_everything(cast: Cast, *, at: dt.datetime) -> dict[str, Any]:
    """Cases at every stage, with files, a receipt and a briefing: what schemathesis is told exists."""
    cases = [a_case(cast, at=at, files=[keep(content=BytesIO(photograph()), name="a.jpg", at=at)]) for _ in range(6)]
    for case in cases[2:]:
        move(cast, case, "beth", "take", at)
    for case in cases[:5]:
        assignment.assign(
            reference=case.reference, unit="northgate", handler="cai@westshire.test", actor=cast.actor("amal", at), at=at,
            version=assess(cast, case).version,
        )  # fmt: skip
    for case in cases[4:]:
        move(cast, case, "beth", "record_contact", at, **{**CONTACT, "contacted_on": f"{at:%Y-%m-%d}"})
    move(cast, cases[4], "beth", "handle_outside", at)
    cases += [a_case(cast, kind=Kind.COMMENT, at=at) for _ in range(2)]
    sent = submit_complaint(
        draft=ComplaintDraft(place=PlaceNamed(), what_happened="Nobody came."), files=[], key=None, at=at
    )
    period = {"period_from": f"{at.year}-01-01", "period_to": f"{at.year}-12-31"}
    briefing = cast.client("beth").post("/api/v1/reports/briefings/", period, format="json").json()["public_id"]
    jobs.make_briefing(Briefing.objects.get(public_id=briefing).pk)
    links = Case.objects.filter(files__isnull=False).values_list("reference", "files__file__public_id")
    return {
        "references": [case.reference for case in cases],
        "files": [{"reference": reference, "public_id": str(file)} for reference, file in links],
        "briefings": [{"public_id": briefing}],
        "receipts": [sent.receipt],
        "unit": ["northgate", "southgate"],
        "neighbourhood": ["OT1", ""],
        "who": ["1005", "lev@westshire.test"],
        "handler": ["cai@westshire.test", ""],
        "moves": MOVES,
    }


def run_schemathesis(
    server: WebServer, *, folder: Path, token: str, spare_token: str, known: dict[str, Any], options: list[str]
) -> subprocess.CompletedProcess[str]:
    """`schemathesis run` with the configuration and hooks of this folder; `spare_token` is for the route that ends tokens."""
    configuration = folder / "schemathesis.toml"
    signed_in = f'\n[auth.openapi.token]\napi_key = "Token {token}"\n' if token else ""
    configuration.write_text((FOLDER / "schemathesis.toml").read_text() + signed_in)
    return subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"), "--config-file", configuration, "run",
            f"{server.url}/api/v1/schema/", "--checks", "all", "--request-timeout", "30", *options,
        ],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(FOLDER.parent.parent),
            "SCHEMATHESIS_HOOKS": "tests.api_schema.schemathesis_hooks",
            "SCHEMATHESIS_KNOWN": json.dumps({**known, "url": server.url, "token": token, "spare_token": spare_token}),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )  # fmt: skip


def conforms(server: WebServer, folder: Path, name: str | None, *options: str) -> None:
    at = timezone.now()
    cast = gather()
    known = a_few_of_everything(cast, at=at)
    client = APIClient()
    tokens = [
        client.post(
            "/api/v1/auth/token/", {"email": cast.users[each].email, "password": PASSWORD}, format="json"
        ).json()
        for each in ([name, name] if name else [])
    ]
    token, spare = (each["token"] for each in tokens) if tokens else ("", "")

    run = run_schemathesis(server, folder=folder, token=token, spare_token=spare, known=known, options=list(options))

    assert run.returncode == 0, f"{run.stdout[-30_000:]}\n{run.stderr[-2000:]}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CALLERS.values(), ids=CALLERS.keys())
def test_every_answer_is_one_that_the_schema_names(web_server: WebServer, tmp_path: Path, name: str | None) -> None:
    conforms(web_server, tmp_path, name, "--max-examples", "3", "--seed", "1", "--max-time", "10")


@pytest.mark.prove
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CALLERS.values(), ids=CALLERS.keys())
def test_every_answer_is_one_that_the_schema_names_at_length(
    web_server: WebServer, tmp_path: Path, name: str | None
) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    conforms(web_server, tmp_path, name, "--max-examples", "200", "--seed", str(seed))
