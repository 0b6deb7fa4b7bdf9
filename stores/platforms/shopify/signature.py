"""Who sent it, and whether we had it before. Shopify signs the body and nothing else."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from stores.platforms.signing import any_equal

# Newer deliveries drop the X-.
SIGNATURE_HEADERS = ("X-Shopify-Hmac-Sha256", "Shopify-Hmac-Sha256")
EVENT_ID_HEADERS = ("X-Shopify-Event-Id", "Shopify-Event-Id")
TOPIC_HEADERS = ("X-Shopify-Topic", "Shopify-Topic")


def verify(body: bytes, headers: Mapping[str, str], secrets: list[str]) -> bool:
    """Whether one of the secrets signed exactly these bytes; an empty secret never did."""
    given = _first(headers, SIGNATURE_HEADERS).encode()
    return any_equal([given], [_signature(body, secret) for secret in secrets if secret])


def _signature(body: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256))


def delivery_key(body: bytes, headers: Mapping[str, str]) -> str:
    """The event's id and the body's hash: alone the id, which is unsigned, could be used to mask an event."""
    return f"{_first(headers, EVENT_ID_HEADERS)[:100]}:{hashlib.sha256(body).hexdigest()}"


def topic(headers: Mapping[str, str]) -> str:
    """What Shopify calls this; not signed, so it is shown and never believed."""
    return _first(headers, TOPIC_HEADERS)[:60]


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((headers[name] for name in names if headers.get(name)), "")
