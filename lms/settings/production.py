"""Settings of a real installation: refuses what only a demo may have, every fault at once."""

import os
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from lms.settings import *  # noqa: F403
from lms.settings import (
    ALLOWED_HOSTS,
    DEBUG,
    DEMO_SECRET_KEY,
    PUBLIC_URL,
    SECRET_KEY,
    STORAGES,
)

_public = urlsplit(PUBLIC_URL)
_is_local = _public.hostname in (None, "localhost", "127.0.0.1", "::1", "0.0.0.0")
_mail_scheme = urlsplit(os.environ.get("EMAIL_URL", "")).scheme
_faults = [
    words
    for wrong, words in (
        (DEBUG, "DEBUG must not be set."),
        (
            SECRET_KEY == DEMO_SECRET_KEY or len(SECRET_KEY) < 32,
            "SECRET_KEY must be a secret of at least 32 characters.",
        ),
        (
            not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS,
            "ALLOWED_HOSTS must name the hosts that people use; * is for a demo.",
        ),
        (
            _public.scheme != "https" or _is_local,
            "PUBLIC_URL must be the https address that people use: it is in every mail.",
        ),
        (
            _mail_scheme not in ("smtp", "smtps"),
            "EMAIL_URL must be a mail server (smtp:// or smtps://).",
        ),
    )
    if wrong
]
if _faults:
    raise ImproperlyConfigured(
        "Production cannot start:\n" + "\n".join(f"- {fault}" for fault in _faults)
    )

DEMO_ALLOWED = False
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True

WHITENOISE_USE_FINDERS = False
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
