"""Whose pages may embed a store's widget and open its sockets. Exact: scheme, host and port, as browsers write them."""

from urllib.parse import urlsplit

from django.conf import settings

from stores.models import Store

DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """The origin of an address as a browser writes it ("https://shop.example"), or "" if it has none."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in DEFAULT_PORTS or not host:
        return ""
    name = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{name}" + (f":{port}" if port and port != DEFAULT_PORTS[parts.scheme] else "")


def allowed_origins(store: Store) -> list[str]:
    """The sites of a store; a sample store's shop is on our own site."""
    own_site = [origin_of(settings.SITE_URL)] if store.is_sample else []
    return [*store.allowed_origins, *own_site]


def is_allowed(origin: object, store: Store) -> bool:
    """Whether a page of `origin` may talk to the store's experts."""
    return isinstance(origin, str) and origin != "" and origin in allowed_origins(store)
