"""The least that a Django REST framework project needs. What it leaves out, the product has to make up for elsewhere."""

from environs import Env

env = Env()
SECRET_KEY = "for measurements alone"  # noqa: S105 - it protects nothing
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
DEBUG = False
USE_TZ = True
TIME_ZONE = "Europe/London"
USE_I18N = False
ROOT_URLCONF = "bench.peer.urls"
INSTALLED_APPS = ["rest_framework", "bench.peer"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": {
        **env.dj_db_url("DATABASE_URL"),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {"options": f"-c search_path={env.str('PEER_SCHEMA')}"},
    }
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}
