"""A laptop, a demo, CI: the embedded PostgreSQL and secrets made once in the state folder (mode 0600).

STATE names the folder that holds the database, the files and the secrets; the default is `state/` in the checkout.
Setting DATABASE_URL and DATABASE_OWNER_URL uses another PostgreSQL server instead of the embedded one.
"""

from backend.database.settings import local_databases
from backend.settings.secrets import State

from .base import *  # noqa: F403
from .base import ROOT, env

STATE = State(env.path("STATE", ROOT / "state").resolve())
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

SECRET_KEY = STATE.secret("secret_key")
FIELD_KEYS = [STATE.fernet_key("field_key")]
RECEIPT_KEY = STATE.secret("receipt_key")

DATABASES = local_databases(env, STATE.folder)
FILES_ROOT = env.path("FILES_ROOT", STATE.folder / "files")

EMAIL_HOST = env.str("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env.int("EMAIL_PORT", 8025)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
STATIC_ROOT = None  # served from where they lie; production collects them
