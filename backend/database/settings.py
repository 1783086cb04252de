"""DATABASES for the settings: two addresses of one database, one for each role.

`default` is the app's role: web, worker and tests. It owns nothing, so the database can refuse it something.
`owner` owns the tables: `migrate`, backup and restore use it, and nothing else does.
"""

from pathlib import Path
from typing import Any

from environs import Env

from backend.database.server import APP_ROLE, DATABASE, OWNER_ROLE, PORT, EmbeddedServer

Databases = dict[str, dict[str, Any]]

# A connection lives for ten minutes and is tried before it is used again, so a restarted server costs no error.
PERSISTENT = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


def local_databases(env: Env, state_folder: Path) -> Databases:
    """The embedded server in `state_folder`, or the server that DATABASE_URL names. Starts nothing."""
    if env.str("DATABASE_URL", ""):
        return production_databases(env)
    server = EmbeddedServer(state_folder)
    common = {
        "ENGINE": "backend.database.backend",
        "NAME": DATABASE,
        "HOST": str(server.socket),
        "PORT": PORT,
        "EMBEDDED_STATE": str(state_folder),
    }
    return {
        "default": {**common, **PERSISTENT, "USER": APP_ROLE, "PASSWORD": server.app_password},
        "owner": {**common, "USER": OWNER_ROLE, "PASSWORD": server.owner_password},
    }


def production_databases(env: Env) -> Databases:
    """DATABASE_URL (the app's role) and, where the owner's work is done, DATABASE_OWNER_URL.

    Web and worker need no owner: without DATABASE_OWNER_URL there is no `owner` alias, and the commands that
    need it say so.
    """
    databases: Databases = {"default": {**env.dj_db_url("DATABASE_URL"), **PERSISTENT}}
    if env.str("DATABASE_OWNER_URL", ""):
        databases["owner"] = {**env.dj_db_url("DATABASE_OWNER_URL")}
    return databases
