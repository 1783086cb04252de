"""What every installation shares. Secrets and addresses have no default here: local.py and production.py supply them."""

from datetime import timedelta
from pathlib import Path

from csp.constants import NONE, SELF
from environs import Env

env = Env()
ROOT = Path(__file__).resolve().parent.parent.parent

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "axes",
    "csp",
    "django_q",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "backend.common",
    "backend.database",
    "backend.calendar",
    "backend.requests",
    "backend.areas",
    "backend.accounts",
    "backend.audit",
    "backend.attachments",
    "backend.notifications",
    "cases",
    "feedback",
    "reports",
    "api_schema",
    "backend.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backend.common.middleware.NoStoreMiddleware",
    "backend.common.middleware.ProblemMiddleware",
    "backend.common.middleware.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
# accounts.services.login answers a lock-out itself; the middleware would put a bare page in its place.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]

ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "backend" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ],
        },
    },
]

# Time: stored in UTC, shown and counted in London (a deadline is a London date).
USE_TZ = True
TIME_ZONE = "Europe/London"
LANGUAGE_CODE = "en-gb"
USE_I18N = False

STATIC_URL = "static/"
STATIC_ROOT: Path | None = ROOT / "staticfiles"
STATICFILES_DIRS = [ROOT / "backend" / "static"]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# Five wrong passwords for one account from one address lock that pair out for fifteen minutes.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_CLIENT_IP_CALLABLE = "backend.common.addresses.client_address"

# How many proxies of ours stand in front; X-Forwarded-For is read from the right, never trusted beyond them.
TRUSTED_PROXIES = 0

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "backend.accounts.api.authentication.SessionAuthentication",
        "backend.accounts.api.authentication.TokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["backend.common.permissions.Undeclared"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["backend.common.parsers.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "backend.common.negotiation.OneForm",
    "DEFAULT_SCHEMA_CLASS": "api_schema.schema.RoomSchema",
    "DEFAULT_PAGINATION_CLASS": None,
    "EXCEPTION_HANDLER": "backend.common.problems.handle",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
    "NON_FIELD_ERRORS_KEY": "request",
    "COERCE_DECIMAL_TO_STRING": False,
}
# A token ends after thirty days; an account has at most ten.
REST_KNOX = {"TOKEN_TTL": timedelta(days=30), "AUTO_REFRESH": False}
TOKENS_OF_AN_ACCOUNT = 10
SIGN_IN_LIMIT = env.int("SIGN_IN_LIMIT", 30)  # tries from one address within ten minutes; 0 sets no limit

SPECTACULAR_SETTINGS = {
    "TITLE": "Rate Your Local Police",
    "DESCRIPTION": "Feedback on, and complaints about, a police force: made by the public, handled by the force.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["backend.common.permissions.Public"],
    "SERVE_AUTHENTICATION": [],
    "SERVE_PUBLIC": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "CaseState": "cases.api.serializers.STATES",
        "CaseKind": "cases.models.Kind",
        "SubmissionKind": "feedback.models.Submission.Kind",
        "UnitKind": "backend.areas.models.Unit.Kind",
        "NeedKind": "cases.moves.KINDS",
        "BriefingState": "reports.models.Briefing.State",
        "ContactAttemptHow": "cases.models.ContactAttempt.How",
        "ContributionState": "cases.models.Contribution.State",
        "EvidenceKind": "cases.models.Preservation.Kind",
        "ReviewBody": "cases.models.Body",
        "CaseLinkKind": "cases.models.CaseLink.Kind",
        "LinkKindByHand": "cases.services.links.LINKED_BY_HAND",
        "DeterminationAbout": "cases.models.Determination.About",
        "MessageAbout": "cases.models.Message.About",
        "MessageWish": "cases.models.Message.Wish",
        "WishToResume": "cases.models.WishToResume.Wish",
        "NoticeTo": "cases.models.Notice.To",
        "ReviewState": "cases.models.Review.State",
        "RetentionReviewState": "cases.models.RetentionReview.State",
        "WhatEnum": "cases.services.corrections.CORRECTABLE",
        "RetentionHoldGround": "cases.models.RetentionHold.Ground",
        "RetentionPending": "cases.api.retention.PENDING",
        "RetentionStepTaken": "cases.models.RetentionStep.What",
        "RetentionStepPossible": "cases.api.retention.STEPS",
        "NoticeServiceHow": "cases.models.NoticeService.How",
        "ProceedingKind": "cases.models.Proceeding.Kind",
        "SeverityAssessed": "cases.api.special_procedures.SEVERITIES",
        "EscalationTo": "cases.models.Recipient",
        "ClockRule": "cases.clocks.CLOCKS",
        "EditableRule": "cases.services.targets.EDITABLE",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

Q_CLUSTER = {
    "name": "rylp",
    "orm": "default",
    "workers": 1,
    "timeout": 600,
    "retry": 900,
    "poll": 1,
    "max_attempts": 5,
    "save_limit": 1000,
    "catch_up": False,
    "label": "Jobs",
}

# Submissions from one address within ten minutes; 0 sets no limit (a kiosk, or a limiter in front).
SUBMISSION_LIMIT = env.int("SUBMISSION_LIMIT", 60)
# Messages that the holder of one receipt may write in a day, from whatever address; 0 sets no limit.
MESSAGES_A_DAY = env.int("MESSAGES_A_DAY", 20)

# One submission: 5 files of 20 MB at most, and text well below.
ATTACHMENT_MAX_FILES = 5
ATTACHMENT_MAX_BYTES = 20 * 1024 * 1024
BODY_MAX_BYTES = ATTACHMENT_MAX_FILES * ATTACHMENT_MAX_BYTES + 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_PERMISSIONS = 0o600

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = "Local policing feedback <no-reply@localhost>"

# Ids only in logs: bodies, addresses and names never reach a handler (no django.db.backends, no ADMINS mail).
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "backend.common.logs.WithoutRows",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"axes": {"level": "ERROR"}, "fontTools": {"level": "WARNING"}, "weasyprint": {"level": "ERROR"}},
}
