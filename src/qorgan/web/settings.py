"""Django's settings, made from the declared environment (:mod:`qorgan.web.environment`)."""

import secrets
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from qorgan.web import environment

QORGAN = environment.read()
DATA: Path = QORGAN["QORGAN_DATA"]
DEMO: bool = QORGAN["QORGAN_DEMO"]


def _secret_key() -> str:
    """The session key: from the environment, or made once in the data folder with mode 0600."""
    if QORGAN["QORGAN_SECRET_KEY"]:
        return str(QORGAN["QORGAN_SECRET_KEY"])
    path = DATA / "keys" / "session.key"
    if not path.exists():
        DATA.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii")


def _database(address: str) -> dict[str, object]:
    if not address:
        return {
            "ENGINE": "qorgan.ledger.sqlite",
            "NAME": str(DATA / "qorgan.sqlite3"),
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
            # Tests use a file too: in-memory databases have no WAL, no second process and no real locks.
            "TEST": {"NAME": str(DATA / "test.sqlite3")},
        }
    parts = urlsplit(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {"pool": False},
    }


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = list(QORGAN["QORGAN_HOSTS"])
ROOT_URLCONF = "qorgan.web.urls"
WSGI_APPLICATION = "qorgan.web.wsgi.application"
DATABASES = {"default": _database(QORGAN["QORGAN_DATABASE"])}
if QORGAN["QORGAN_DATABASE_OWNER"]:
    DATABASES["owner"] = _database(QORGAN["QORGAN_DATABASE_OWNER"])
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "qorgan.web",
    "qorgan.recorders",
    "qorgan.recorders.handover",
    "qorgan.recorders.continuity",
    "qorgan.recorders.malfunctions",
    "qorgan.oversight",
    "qorgan.facilities",
    "qorgan.archive",
    "qorgan.archive.vault",
    "qorgan.archive.replicas",
    "qorgan.archive.retention",
    "qorgan.archive.review",
    "qorgan.journals",
    "qorgan.documents",
    "qorgan.norms",
    "qorgan.people",
    "qorgan.ledger",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "csp",
    "django_htmx",
    "lucide",
]

MIDDLEWARE = [
    "qorgan.web.refused.log_refusals",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "qorgan.people.middleware.actor",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "qorgan.web.context.frame",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "lucide.templatetags.lucide", "qorgan.web.templatetags.qorgan"],
        },
    }
]

# People ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "web:today"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "qorgan.web.sign_in.locked_out"
OTP_TOTP_ISSUER = "Qorgan"

# Sessions and headers ----------------------------------------------------------------------------
SESSION_COOKIE_NAME = "qorgan_session"
SESSION_COOKIE_AGE = 3600 * QORGAN["QORGAN_SESSION_HOURS"]
SESSION_IDLE_SECONDS = 60 * QORGAN["QORGAN_SESSION_IDLE_MINUTES"]
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = QORGAN["QORGAN_HTTPS"]
CSRF_COOKIE_NAME = "qorgan_csrf"
CSRF_COOKIE_SECURE = QORGAN["QORGAN_HTTPS"]
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "qorgan.web.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if QORGAN["QORGAN_HTTPS"] else None
SECURE_HSTS_SECONDS = 31536000 if QORGAN["QORGAN_HTTPS"] else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

# Languages and times -----------------------------------------------------------------------------
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Almaty"
LANGUAGE_CODE = "kk"
LANGUAGES = [("kk", _("Kazakh")), ("ru", _("Russian")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "qorgan_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Strict"
FORMAT_MODULE_PATH = ["qorgan.web.formats"]

# Files -------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = str(DATA / "static")
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if "pytest" in sys.modules or not (DATA / "static" / "staticfiles.json").exists():
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING_CONFIG = "qorgan.web.logs.configure"
LOGGING = {"format": QORGAN["QORGAN_LOG_FORMAT"]}
