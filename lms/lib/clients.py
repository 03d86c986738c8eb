"""Who is asking: the address of the client behind the proxies of the installation."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The client's IP address. Each of our `TRUSTED_PROXY_COUNT` proxies has added one address to
    X-Forwarded-For; what stands before those is the client's own word and is not believed."""
    trusted = settings.TRUSTED_PROXY_COUNT
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if trusted < 1 or len(forwarded) < trusted:
        return direct
    try:
        return str(ip_address(forwarded[-trusted].strip()))
    except ValueError:
        return direct
