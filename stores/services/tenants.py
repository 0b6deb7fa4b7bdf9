"""Stores: made whole, or not at all."""

import datetime as dt
import hashlib
import secrets
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from stores.errors import BadInput
from stores.models import ApiKey, PlatformConnection, Store, StoreMembership, User
from stores.models.people import Role
from stores.models.tenant import Platform
from stores.money import is_currency
from stores.services.audit import record_audit


@dataclass(frozen=True)
class NewStore:
    """A store just made, with the secrets that are shown this once."""

    store: Store
    owner: User
    api_key: str
    webhook_secret: str


def find_or_create_user(*, email: str, name: str = "") -> User:
    """The person with an e-mail address, whatever its case; made if she is new."""
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user:
        return user
    try:
        with transaction.atomic():
            return User.objects.create_user(email=email, name=name)
    except IntegrityError:
        return User.objects.get(email__iexact=email.strip())


def create_store(
    *,
    store_id: uuid.UUID,
    name: str,
    owner_email: str,
    currency: str,
    now: dt.datetime,
    owner_name: str = "",
    platform: str = Platform.GENERIC,
    webhook_secret: str = "",
    website: str = "",
    allowed_origins: tuple[str, ...] = (),
    return_window_days: int | None = None,
    is_sample: bool = False,
) -> NewStore:
    """Make a store with its owner, an API key and a signed way in for its orders.

    The caller holds the scope of `store_id` (from `stores.scope.new_store_id`), and publishes the store's first terms
    in it, a floor above: so the store is made whole or not at all. Raises BadInput.
    """
    if not (slug := slugify(name)[:50]):
        raise BadInput("The store's name needs at least one letter or digit.")
    if not is_currency(currency):
        raise BadInput(f"“{currency}” is not a currency code such as EUR or JPY.")
    if platform not in Platform.values:
        raise BadInput(f"“{platform}” is none of {', '.join(Platform.values)}.")
    if "@" not in owner_email:
        raise BadInput(f"“{owner_email}” is not an e-mail address.")
    owner = find_or_create_user(email=owner_email, name=owner_name)
    store = Store.objects.create(
        id=store_id,
        name=name.strip(),
        slug=free_slug(slug),
        platform=platform,
        currency=currency,
        website=website,
        allowed_origins=list(allowed_origins),
        return_window_days=return_window_days,
        is_sample=is_sample,
    )
    StoreMembership.objects.create(store=store, user=owner, role=Role.OWNER)
    secret = webhook_secret or secrets.token_hex(32)
    PlatformConnection.objects.create(store=store, platform=platform, webhook_secret=secret)
    api_key = new_api_key(store=store, name="First key")
    record_audit(store=store, user=owner, verb="store.created", about=store, at=now)
    return NewStore(store=store, owner=owner, api_key=api_key, webhook_secret=secret)


def free_slug(slug: str) -> str:
    """The slug, or the slug with the first number that nobody has."""
    taken = set(Store.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    number = 2
    candidate = slug
    while candidate in taken:
        candidate, number = f"{slug}-{number}", number + 1
    return candidate


def new_api_key(*, store: Store, name: str) -> str:
    """Make a key for the store's servers and return it: it is not kept, and cannot be shown again.

    The key names the store, so that a request finds its scope before the secret half is looked up in it.
    """
    key = f"ps_{store.public_key.removeprefix('pk_')}_{secrets.token_urlsafe(32)}"
    ApiKey.objects.create(store=store, name=name, key_hash=hash_secret(key))
    return key


def hash_secret(secret: str) -> str:
    """How tokens and keys are kept: SHA-256, enough for secrets of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
