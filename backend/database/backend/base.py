"""Django's PostgreSQL backend, which starts (or heals) the embedded server when a connection fails."""

from pathlib import Path
from typing import Any

from django.db.backends.postgresql import base
from psycopg2 import OperationalError

from backend.database.server import EmbeddedServer


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to the embedded server in the folder that EMBEDDED_STATE names."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except OperationalError:
            # Not started yet, stopped, killed, or still recovering: all of them end here, and one call cures all.
            EmbeddedServer(Path(self.settings_dict["EMBEDDED_STATE"])).start()
            return super().get_new_connection(conn_params)
