"""One settings module, read from the environment, with defaults that run the local (demo) form.

A production start sets ``DATABASE_URL``, ``REDIS_URL``, ``SECRET_KEY``, ``FIELD_KEYS``, ``BLIND_INDEX_KEY``
and ``ALLOWED_HOSTS``; what it refuses stands in :mod:`governance_center.checks`.
"""

from __future__ import annotations

import os
from pathlib import Path

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from governance_center import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))

# --- what kind of start this is
GOVERNANCE_DEMO = environment.flag("GOVERNANCE_DEMO")
DEBUG = environment.flag("DEBUG")
_local = environment.local_secrets(VAR_DIR / "secrets.json") if GOVERNANCE_DEMO else {}

SECRET_KEY = os.environ.get("SECRET_KEY") or _local.get("SECRET_KEY", "")
FIELD_KEYS = environment.words("FIELD_KEYS") or _local.get("FIELD_KEYS", [])
FIELD_CIPHER = os.environ.get("FIELD_CIPHER") or "aes-256-gcm"
BLIND_INDEX_KEY = os.environ.get("BLIND_INDEX_KEY") or _local.get("BLIND_INDEX_KEY", "")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")

# --- applications
INSTALLED_APPS = [
    "modeltranslation",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "csp",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "rest_framework.authtoken",
    "governance_center",
    "accounts",
    "departments",
    "cases",
    "mediation",
    "intake",
    "reporting",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "governance_center.urls"
WSGI_APPLICATION = "governance_center.wsgi.application"
FORM_RENDERER = "governance_center.forms.Renderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.navigation.context",
            ],
        },
    },
]

# --- data
DATABASES = {"default": environment.database(os.environ.get("DATABASE_URL", "postgresql:///governance_center"))}
DATABASES["default"].update(
    CONN_MAX_AGE=None,
    CONN_HEALTH_CHECKS=False,
    DISABLE_SERVER_SIDE_CURSORS=False,
    TEST={"TEMPLATE": "template0"},
)
# Statements that come again are prepared on the server, with parameters bound there.
DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 2}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")

# --- accounts and sessions
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_AGE = int(os.environ.get("SESSION_SECONDS", 10 * 3600))
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- languages and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("ko", _("Korean"))]
# Ours, then Django's own Korean in the spelling of China (made by tools/messages.py).
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "var" / "locale"]
LANGUAGE_COOKIE_NAME = "django_language"
MODELTRANSLATION_DEFAULT_LANGUAGE = "zh-hans"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("zh-hans",)
FORMAT_MODULE_PATH = ["governance_center.formats"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- files
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", ("vendor", BASE_DIR / "var" / "vendor")]
# Uploads and files made for downloading: read through views that check permission, never served as they lie.
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", VAR_DIR / "media"))
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": os.environ.get("STATICFILES_STORAGE", "whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
# Typefaces of the papers; beside the static files, never among them: 15 MB each, and nobody should fetch them.
FONT_DIR = Path(os.environ.get("FONT_DIR", BASE_DIR / "var" / "fonts"))
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = environment.flag("STATIC_FROM_SOURCE")

# --- safety
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = environment.flag("HTTPS")
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
BEHIND_PROXY = environment.flag("BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- the public status page: so many openings from one network address in so many seconds
STATUS_OPENINGS = int(os.environ.get("STATUS_OPENINGS") or 30)
STATUS_WINDOW = int(os.environ.get("STATUS_WINDOW") or 600)

# --- mail
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "governance-centre@localhost")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT") or 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)

# --- reminders: what holds until an administrator sets something else (accounts.ReminderSettings)
# Working days from one stage of a visit to the next.
FOLLOW_UP_OVERDUE_DAYS = int(os.environ.get("FOLLOW_UP_OVERDUE_DAYS") or 3)
FOLLOW_UP_ESCALATED_DAYS = int(os.environ.get("FOLLOW_UP_ESCALATED_DAYS") or 4)
# Between these hours of the local day nobody is told anything but what is urgent; the e-mail of the morning follows.
QUIET_FROM = int(os.environ.get("QUIET_FROM") or 21)
QUIET_UNTIL = int(os.environ.get("QUIET_UNTIL") or 7)
DIGEST_HOUR = int(os.environ.get("DIGEST_HOUR") or 8)

# --- gateways to the outside; both ways take the key of a message, so that what is sent again is one message
SMS_GATEWAY = os.environ.get("SMS_GATEWAY") or "accounts.gateways.ConsoleGateway"
SMS_GATEWAY_URL = os.environ.get("SMS_GATEWAY_URL", "")
SMS_GATEWAY_TOKEN = os.environ.get("SMS_GATEWAY_TOKEN", "")
EMAIL_GATEWAY = "accounts.gateways.EmailGateway"

# --- Celery: reminders and imports; nothing a clerk does waits for it
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 10, "visibility_timeout": 600}
CELERY_BEAT_SCHEDULE = {
    "sweep-follow-ups": {
        "task": "mediation.tasks.sweep_follow_ups",
        "schedule": crontab(minute="*/10"),  # by day only, see QUIET_FROM
        "options": {"expires": 590},
    },
    "sweep-whistles": {
        "task": "cases.tasks.sweep_whistles",
        "schedule": 60,
        "options": {"expires": 55},
    },
    "sweep-imports": {
        "task": "intake.tasks.sweep_imports",
        "schedule": 60,
        "options": {"expires": 55},
    },
    "sweep-exports": {
        "task": "reporting.tasks.sweep_exports",
        "schedule": 60,
        "options": {"expires": 55},
    },
    "colour-limits": {
        "task": "cases.tasks.colour_limits",
        "schedule": 60,
        "options": {"expires": 55},
    },
    "recompute-limits": {
        "task": "cases.tasks.recompute_limits",
        "schedule": crontab(hour=0, minute=20),
        "options": {"expires": 3600},
    },
    "sweep-rotas": {
        "task": "cases.tasks.sweep_rotas",
        "schedule": 60,
        "options": {"expires": 55},
    },
    "draw-second-calls": {
        "task": "mediation.tasks.draw_second_calls",
        "schedule": crontab(minute=5, hour="7-18"),  # each county and week is drawn once; later runs make good
        "options": {"expires": 3000},
    },
    "fold-rollups": {
        "task": "reporting.tasks.fold_rollups",
        "schedule": 20,
        "options": {"expires": 18},
    },
    "snapshot-backlog": {
        "task": "reporting.tasks.snapshot_backlog",
        "schedule": crontab(hour=0, minute="1-59/10"),
        "options": {"expires": 500},
    },
    "early-warning": {
        "task": "reporting.tasks.watch",
        "schedule": crontab(minute=35, hour="0-6"),  # each day is looked at once; later runs make good
        "options": {"expires": 3000},
    },
    "publish-months": {
        "task": "reporting.tasks.publish_months",
        "schedule": crontab(minute=40, hour="1-6"),  # each division and month once; later runs make good
        "options": {"expires": 3000},
    },
    "draft-briefings": {
        "task": "reporting.tasks.draft_briefings",
        "schedule": crontab(minute=50, hour="1-6"),  # each division and period once; later runs make good
        "options": {"expires": 3000},
    },
    "deliver-notifications": {
        "task": "accounts.tasks.deliver_notifications",
        "schedule": 60,
        "options": {"expires": 55},
    },
    "deliver-outgoing": {
        "task": "accounts.tasks.deliver_outgoing",
        "schedule": 30,
        "options": {"expires": 25},
    },
}

# --- figures: the day of the month from which the month before is published
PUBLISH_FIGURES_DAY = int(os.environ.get("PUBLISH_FIGURES_DAY") or 3)

# --- mediation
# Where several nationalities live together, and the code (GB/T 3304) of the largest one there. The longest code of a
# division counts, so a village whose people are mostly Korean is entered as {"222405004203": "10"}.
MIXED_AREAS = {"2224": "01"}

# --- early warning
# Of what is told of, this part may be false in the long run (Benjamini–Hochberg); and what a place must show at least.
WARNING_FALSE_RATE = float(os.environ.get("WARNING_FALSE_RATE") or 0.05)
WARNING_LEAST_CASES = int(os.environ.get("WARNING_LEAST_CASES") or 4)
WARNING_LEAST_TIMES = float(os.environ.get("WARNING_LEAST_TIMES") or 2)

# --- programs
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "EXCEPTION_HANDLER": "governance_center.problems.handle",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"django.request": {"level": "ERROR"}, "django.db.backends": {"level": "INFO"}},
}
