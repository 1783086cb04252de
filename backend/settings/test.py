"""The tests: the local installation, with cheap passwords and a fixed folder for files made by the fixtures."""

from .local import *  # noqa: F403
from .local import STATE

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
FILES_ROOT = STATE.folder / "test-files"
