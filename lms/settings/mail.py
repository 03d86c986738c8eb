"""EMAIL_URL as Django's mail settings.

smtp://user:password@host:587     with STARTTLS (smtp://host:25?tls=0 without)
smtps://user:password@host:465    with TLS from the start
file:///folder                    each mail a file, the embedded default
console://                        to the log
"""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_BACKENDS = {
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "smtps": "django.core.mail.backends.smtp.EmailBackend",
    "file": "django.core.mail.backends.filebased.EmailBackend",
    "console": "django.core.mail.backends.console.EmailBackend",
}


@dataclass(frozen=True)
class MailSettings:
    backend: str
    folder: str | None = None
    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_ssl: bool = False


def mail_settings(url: str) -> MailSettings:
    parts = urlsplit(url)
    if parts.scheme not in _BACKENDS:
        raise ImproperlyConfigured(
            "EMAIL_URL must begin with smtp://, smtps://, file:// or console://."
        )
    backend = _BACKENDS[parts.scheme]
    if parts.scheme == "console":
        return MailSettings(backend)
    if parts.scheme == "file":
        return MailSettings(backend, folder=unquote(parts.path))
    secure = parts.scheme == "smtps"
    start_tls = not secure and parse_qs(parts.query).get("tls", ["1"])[0] != "0"
    return MailSettings(
        backend,
        host=parts.hostname or "localhost",
        port=parts.port or (465 if secure else 587 if start_tls else 25),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=start_tls,
        use_ssl=secure,
    )
