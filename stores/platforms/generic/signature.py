"""`X-Peerside-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>]`, HMAC-SHA256 over "<t>.<body>"."""

import hashlib
import hmac
from collections.abc import Mapping

from django.utils import timezone

from stores.platforms.signing import any_equal

HEADER = "X-Peerside-Signature"
TOLERANCE_SECONDS = 300


def verify(body: bytes, headers: Mapping[str, str], secrets: list[str]) -> bool:
    """Whether one of the secrets signed these bytes within five minutes of now; an empty one never did."""
    parts = [part.strip().partition("=") for part in headers.get(HEADER, "").split(",")]
    given = [value.encode() for name, _, value in parts if name == "v1"]
    signed_at = next((value for name, _, value in parts if name == "t"), "")
    if not (signed_at.isascii() and signed_at.isdigit() and len(signed_at) <= 12):
        return False
    if abs(timezone.now().timestamp() - int(signed_at)) > TOLERANCE_SECONDS:
        return False
    return any_equal(given, [_signature(body, signed_at, secret) for secret in secrets if secret])


def _signature(body: bytes, signed_at: str, secret: str) -> bytes:
    return hmac.digest(secret.encode(), signed_at.encode() + b"." + body, hashlib.sha256).hex().encode()


def delivery_key(body: bytes, headers: Mapping[str, str]) -> str:
    """The body's hash: the same facts twice are one delivery, however often they are signed."""
    return hashlib.sha256(body).hexdigest()


def topic(headers: Mapping[str, str]) -> str:
    """The body says what it is."""
    return ""
