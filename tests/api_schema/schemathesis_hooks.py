"""What schemathesis cannot guess: references, ids and units that exist, and the version that a change has to name.

Only what was meant to be valid is filled in, and not always, so that unknown references and stale versions are met as well.
"""

from __future__ import annotations

import json
import os
import random
from typing import Any

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

KNOWN: dict[str, Any] = json.loads(os.environ.get("SCHEMATHESIS_KNOWN", "{}"))
CHOICE = random.Random(KNOWN.get("seed", 1))  # noqa: S311 - to choose examples by, and the same ones each time


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Replace most of the valid path parameters, bodies and If-Match headers by such as mean something."""
    if not KNOWN:
        return
    if "/auth/tokens/" in case.path and case.headers.get("Authorization") == f"Token {KNOWN['token']}":
        case.headers["Authorization"] = f"Token {KNOWN['spare_token']}"  # or every later call would be a 401
    if CHOICE.random() < 0.2:
        return
    if _is_valid(case, ParameterLocation.PATH):
        _fill_path(case)
    # A form is left alone: schemathesis checks a body again that was changed, and takes the bytes of a file for no text.
    if (
        _is_valid(case, ParameterLocation.BODY)
        and isinstance(case.body, dict)
        and case.media_type == "application/json"
    ):
        _fill_body(case)
    if _is_valid(case, ParameterLocation.HEADER):
        _fill_headers(case)


def _is_valid(case: Any, location: ParameterLocation) -> bool:
    component = case.meta.components.get(location) if case.meta else None
    return component is not None and not component.mode.is_negative


def _fill_path(case: Any) -> None:
    given = case.path_parameters
    if "reference" in given:
        given["reference"] = CHOICE.choice(KNOWN["references"])
    if "public_id" in given:
        kind = "briefings" if "briefings" in case.path else "files"
        place = CHOICE.choice(KNOWN[kind])
        given.update(place)


def _fill_body(case: Any) -> None:
    for name in ("unit", "neighbourhood", "who", "handler"):
        if name in case.body:
            case.body[name] = CHOICE.choice(KNOWN[name])
    if case.body.get("relationship") == "REPRESENTATIVE":
        case.body["acts_for"] = "My neighbour"
    if case.body.get("incident_on"):
        case.body["incident_on"] = "2026-11-01"
    if isinstance(case.body.get("scores"), dict):
        case.body["scores"]["overall"] = 2
    if "move" in case.body:
        case.body.update(CHOICE.choice(KNOWN["moves"]))


def _fill_headers(case: Any) -> None:
    if "X-Receipt" in case.headers:
        case.headers["X-Receipt"] = CHOICE.choice(KNOWN["receipts"])
    if "If-Match" in case.headers and "Authorization" in case.headers:
        url = f"{KNOWN['url']}/api/v1/cases/{case.path_parameters['reference']}/"
        answer = requests.get(url, headers={"Authorization": case.headers["Authorization"]}, timeout=20)
        case.headers["If-Match"] = answer.headers.get("ETag", case.headers["If-Match"])
