"""The tenant itself."""

import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models

from stores.scope import StoreKey, TenantModel, UUIDv7


def new_public_key() -> str:
    """An identifier for the snippet: not secret, not guessable from another store's."""
    return f"pk_{secrets.token_hex(12)}"


class Platform(models.TextChoices):
    SHOPIFY = "shopify", "Shopify"
    WOOCOMMERCE = "woocommerce", "WooCommerce"
    GENERIC = "generic", "Any other shop"


class Store(models.Model):
    """One shop, one currency, one set of rules. A directory entry: nothing secret stands here.

    It is the one table of a tenant without row-level security, because a request finds its scope through it.
    """

    id = models.UUIDField(primary_key=True, db_default=UUIDv7(), editable=False)
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=60, unique=True)
    public_key = models.CharField(max_length=40, unique=True, default=new_public_key)
    platform = models.CharField(max_length=20, choices=Platform.choices, default=Platform.GENERIC)
    currency = models.CharField(max_length=3)
    timezone = models.CharField(max_length=50, default="UTC")
    website = models.URLField(blank=True)
    # Sites that may frame the widget and open its sockets: "https://shop.example", exact.
    allowed_origins = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    accent = models.CharField(max_length=7, default="#1f6f54")
    return_window_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # Stores of the demo: their people can be entered by one click while PEERSIDE_DEMO is on.
    is_sample = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="store_currency_is_iso", condition=models.Q(currency__regex="^[A-Z]{3}$")),
        ]

    def __str__(self) -> str:
        return self.name


class ApiKey(TenantModel):
    """A key of the store's servers for /api/v1/. Only its hash is kept."""

    store = StoreKey(related_name="api_keys")
    name = models.CharField(max_length=60)
    key_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "key_hash"], name="api_key_once")]
