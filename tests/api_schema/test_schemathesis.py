"""The API does what its schema says, whoever calls and whatever is sent: schemathesis against gunicorn."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tests.api_schema.stage import a_few_of_everything
from tests.cast import PASSWORD, gather
from tests.live_server import WebServer, web_server

__all__ = ["web_server"]
FOLDER = Path(__file__).resolve().parent
CALLERS = {"anonymous": None, "LPU handler": "cai", "appropriate authority": "beth", "system administrator": "jo"}


def run_schemathesis(
    server: WebServer, *, folder: Path, token: str, spare_token: str, known: dict[str, Any], options: list[str]
) -> subprocess.CompletedProcess[str]:
    """`schemathesis run` with the configuration and hooks of this folder.

    `spare_token` is somebody else's, for the route that ends every token of an account: without it, all that follows is a 401.
    """
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
        for each in ([name, "nobody"] if name else [])
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
    conforms(web_server, tmp_path, name, "--max-examples", "25", "--seed", str(seed))
