"""The demo's tests use the state folders of the database's tests."""

from tests.database.conftest import state_folder

__all__ = ["state_folder"]
