"""What schemathesis cannot guess: references, ids and units that exist, and the version that a change has to name.

Only what was meant to be valid is filled in, and not always, so that unknown references and stale versions are met as well.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from typing import Any

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

KNOWN: dict[str, Any] = json.loads(os.environ.get("SCHEMATHESIS_KNOWN", "{}"))
CHOICE = random.Random(KNOWN.get("seed", 1))  # noqa: S311 - to choose examples by, and the same ones each time

# Fields of a body that name a part of the case by its id, and the word of the address under which such parts are.
PARTS = {"complainant": "complainants", "allegation": "allegations", "subject": "involvements", "document": "files"}
# Days on which something was done: a day to come is refused, which no schema can say.
DAYS = (
    "incident_on", "made_on", "received_on", "dated_on", "applied_on", "done_on", "given_on", "begun_on", "ended_on", "served_on",
    "signed_on", "wished_on", "sent_on", "answered_on", "stated_on", "concluded_on", "captured_on", "preserved_on",
)  # fmt: skip


@schemathesis.hook
def filter_body(_context: Any, body: Any) -> bool:
    """No body with NUL or half a character in its words, which no schema of a form can rule out (tests/common refuses them)."""
    return not isinstance(body, dict) or all(map(_is_text, _words_of(body)))


def _words_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _words_of(item)


def _is_text(words: str) -> bool:
    return "\x00" not in words and not any("\ud800" <= letter <= "\udfff" for letter in words)


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Replace most of the valid path parameters, bodies and If-Match headers by such as mean something."""
    if not KNOWN:
        return
    if "/auth/tokens/" in case.path and case.headers.get("Authorization") == f"Token {KNOWN['token']}":
        case.headers["Authorization"] = f"Token {KNOWN['spare_token']}"  # or every later call would be a 401
    # A form is left alone: schemathesis checks a body again that was changed, and takes the bytes of a file for no text.
    is_json = isinstance(case.body, dict) and case.media_type == "application/json"
    has_valid_json = is_json and _is_valid(case, ParameterLocation.BODY)
    if has_valid_json:
        case.body = _in_words(case.body)
    if CHOICE.random() < 0.2:
        return
    if _is_valid(case, ParameterLocation.PATH):
        _fill_path(case)
    if has_valid_json:
        _fill_body(case)
    if _is_valid(case, ParameterLocation.HEADER):
        _fill_headers(case)


def _is_valid(case: Any, location: ParameterLocation) -> bool:
    component = case.meta.components.get(location) if case.meta else None
    return component is not None and not component.mode.is_negative


def _in_words(value: Any) -> Any:
    """`value` without NUL, which no text may hold, and without text of spaces alone, which counts as none: no schema says so."""
    if isinstance(value, str):
        text = value.replace("\x00", "")
        return text if text.strip() or not value else "Words."
    if isinstance(value, dict):
        return {name.replace("\x00", ""): _in_words(item) for name, item in value.items()}
    return [_in_words(item) for item in value] if isinstance(value, list) else value


def _fill_path(case: Any) -> None:
    given = case.path_parameters
    if "reference" in given:
        given["reference"] = CHOICE.choice(KNOWN["references"])
    if "code" in given:
        given.update(CHOICE.choice(KNOWN["codes"]))
    if "public_id" in given and "briefings" in case.path:
        given["public_id"] = CHOICE.choice(KNOWN["briefings"])
    elif "public_id" in given:
        row = CHOICE.choice(KNOWN["rows"][case.path.split("{public_id}")[0].split("/")[-2]])
        given.update({name: row[name] for name in given if name in row})


def _fill_body(case: Any) -> None:
    body, reference = case.body, (case.path_parameters or {}).get("reference")
    body.update({name: CHOICE.choice(KNOWN["words"][name]) for name in body if name in KNOWN["words"]})
    body.update({name: KNOWN["today"] for name in DAYS if isinstance(body.get(name), str)})
    for name in [name for name in PARTS if body.get(name)]:
        if found := [row["public_id"] for row in KNOWN["rows"][PARTS[name]] if row["reference"] == reference]:
            body[name] = CHOICE.choice(found)
    if body.get("relationship") == "REPRESENTATIVE":
        body["acts_for"] = "My neighbour"
    if isinstance(body.get("scores"), dict):
        body["scores"]["overall"] = 2
    if "move" in body:
        body.update(CHOICE.choice(KNOWN["moves"]))
    if "cases" in body:
        body["cases"] = [{"reference": each, "version": 3} for each in CHOICE.sample(KNOWN["references"], 3)]


def _fill_headers(case: Any) -> None:
    if "X-Receipt" in case.headers:
        case.headers["X-Receipt"] = CHOICE.choice(KNOWN["receipts"])
    if "If-Match" in case.headers and "Authorization" in case.headers:
        given = case.path_parameters
        own = given["reference"] if "reference" in given else f"contributions/{given['public_id']}"
        answer = requests.get(
            f"{KNOWN['url']}/api/v1/cases/{own}/", headers={"Authorization": case.headers["Authorization"]}, timeout=20
        )
        case.headers["If-Match"] = answer.headers.get("ETag", case.headers["If-Match"])
