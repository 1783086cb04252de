"""What every test may use."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import TransactionTestCase
from rest_framework.test import APIClient

from tests.cast import Cast, gather
from tests.database_setup import drop_test_database, empty_the_tables, make_test_database, start_embedded_server


def pytest_configure() -> None:
    """A run that is told to stop stops its database server too, as after Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
) -> Iterator[None]:
    """The owner makes the database; the tests run as the app's role. `--reuse-db` keeps it between runs."""
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", empty_the_tables)
    with django_db_blocker.unblock():
        started = start_embedded_server()
    try:
        with django_db_blocker.unblock():
            server_database = make_test_database(keep=django_db_keepdb and not django_db_createdb)
        yield
        if not django_db_keepdb:
            with django_db_blocker.unblock():
                drop_test_database(server_database)
    finally:
        if started:
            connections.close_all()
            started.stop()
    patch.undo()


@pytest.fixture
def cast(db: None) -> Cast:
    """The people and places of tests/cast.py."""
    return gather()


@pytest.fixture
def browser() -> APIClient:
    """Somebody who has not signed in."""
    return APIClient()
