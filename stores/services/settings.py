"""What an owner sets on her store: where the widget may stand, and who may speak for her platform."""

import datetime as dt
from urllib.parse import urlsplit

from stores.errors import BadInput, NotFound
from stores.models import ApiKey, PlatformConnection, Store, User
from stores.services.audit import record_audit
from stores.services.tenants import new_api_key

MOST_ORIGINS = 20


def read_origin(text: str) -> str:
    """The exact origin that a person means by a line such as "https://Shop.example/": scheme, host, port.

    Raises BadInput with what is wrong with the line.
    """
    parts = urlsplit(text.strip())
    try:
        port = parts.port
    except ValueError:
        raise BadInput(f"“{text}” has a port that is no number.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or "*" in text:
        raise BadInput(f"“{text}” is not a site's address. Write it like https://shop.example, one per line.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise BadInput(f"“{text}” is a page. Write the site alone, like {parts.scheme}://{parts.netloc.lower()}.")
    host = parts.hostname.encode("idna").decode()
    is_default = port in (None, {"http": 80, "https": 443}[parts.scheme])
    return f"{parts.scheme}://{host}" + ("" if is_default else f":{port}")


def allow_origins(*, store: Store, user: User, lines: str, now: dt.datetime) -> list[str]:
    """Replace the sites that may show the widget, one per line. Raises BadInput, and then keeps the old ones."""
    origins = list(dict.fromkeys(read_origin(line) for line in lines.splitlines() if line.strip()))
    if len(origins) > MOST_ORIGINS:
        raise BadInput(f"These are {len(origins)} sites; a store may have {MOST_ORIGINS}.")
    Store.objects.filter(pk=store.pk).update(allowed_origins=origins)
    record_audit(
        store=store,
        user=user,
        verb="store.origins_changed",
        about=store,
        at=now,
        data={"was": store.allowed_origins, "is": origins},
    )
    return origins


def replace_webhook_secret(*, store: Store, user: User, secret: str, now: dt.datetime) -> None:
    """Take a new secret of the store's platform; what is signed with the old one counts until the next change."""
    secret = secret.strip()
    if not 8 <= len(secret) <= 200:
        raise BadInput("A webhook secret has between 8 and 200 characters. Copy it whole from your shop's settings.")
    connection = PlatformConnection.objects.select_for_update().get(platform=store.platform)
    if connection.webhook_secret == secret:
        return
    connection.previous_webhook_secret = connection.webhook_secret
    connection.webhook_secret = secret
    connection.save(update_fields=["webhook_secret", "previous_webhook_secret"])
    record_audit(store=store, user=user, verb="store.webhook_secret_replaced", about=connection, at=now)


def create_api_key(*, store: Store, user: User, name: str, now: dt.datetime) -> str:
    """Make an API key and return it, this once."""
    if not name.strip():
        raise BadInput("Give the key a name that tells what will use it, such as “Warehouse”.")
    key = new_api_key(store=store, name=name.strip()[:60])
    record_audit(store=store, user=user, verb="store.api_key_created", about=store, at=now, data={"name": name.strip()})
    return key


def revoke_api_key(*, store: Store, user: User, key_id: str, now: dt.datetime) -> None:
    """End a key at once. Raises NotFound; ending it twice is no harm."""
    key = ApiKey.objects.filter(pk=key_id).first()
    if key is None:
        raise NotFound()
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
        record_audit(store=store, user=user, verb="store.api_key_revoked", about=key, at=now, data={"name": key.name})
