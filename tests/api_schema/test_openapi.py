"""The committed schema is what the code says, describes every route, and is served with the documentation, offline."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from tests.architecture.test_routes import OPEN, views

COMMITTED = Path(__file__).resolve().parents[2] / "api_schema" / "openapi.yaml"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(COMMITTED.read_text())
    return loaded


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]


def test_the_committed_schema_is_the_one_that_the_code_makes() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)

    assert COMMITTED.read_text().strip() == out.getvalue().strip(), (
        "Run `manage.py spectacular --validate --fail-on-warn --file api_schema/openapi.yaml`, and commit what it wrote."
    )


def test_it_is_openapi_3_1_and_names_no_server(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1")
    assert "servers" not in schema


def test_every_route_of_the_api_is_in_it(schema: dict[str, Any]) -> None:
    described = {path.removeprefix("/").replace("{", "<").replace("}", ">") for path in schema["paths"]}
    routes = {
        route.replace("<reference:", "<").replace("<uuid:", "<").replace("<slug:", "<").replace("<str:", "<")
        for route in views()
    }

    assert routes - described == {"api/v1/schema/", "api/v1/docs/"}


def test_an_operation_has_a_summary_a_name_of_its_own_and_its_problems(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(schema)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(schema):
        assert operation["description"].strip(), (method, path)
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (method, path, status)
        if path.removeprefix("/").replace("{", "<uuid:").replace("}", ">") not in OPEN:
            assert {"401", "403"} <= set(operation["responses"]), (method, path)
            assert operation["security"] == [{"session": []}, {"token": []}], (method, path)


# Nothing of the case itself changes: a look, who is editing, a plan of a person, answers that nobody reads.
WITHOUT_A_VERSION = ("reveal", "editing", "contact-plans", "equality")


def test_a_change_of_a_case_names_its_version(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        if (
            path.startswith("/api/v1/cases/{")
            and method != "get"
            and not any(word in path for word in WITHOUT_A_VERSION)
        ):
            headers = [each for each in operation["parameters"] if each["in"] == "header"]
            assert [(header["name"], header["required"]) for header in headers] == [("If-Match", True)], path
            assert {"409", "412", "428"} <= set(operation["responses"]), path


def test_schema_and_documentation_are_there_for_everybody_and_ask_nobody_else(client: Client, db: None) -> None:
    schema, page, script = (client.get(f"/api/v1/{path}") for path in ("schema/", "docs/", "docs/?script="))

    assert (schema.status_code, page.status_code, script.status_code) == (200, 200, 200)
    assert yaml.safe_load(schema.content)["info"]["title"]
    for text in (page.content.decode(), script.content.decode()):
        assert "cdn" not in text.lower()
        assert "https://" not in text.replace("https://www.w3.org", "")
    assert "script-src 'self'" in page["Content-Security-Policy"]
