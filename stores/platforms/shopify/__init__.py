"""Shopify's webhooks, as its Admin API 2026-07 describes them."""

from stores.platforms.shopify.bodies import parse
from stores.platforms.shopify.signature import delivery_key, topic, verify

__all__ = ["delivery_key", "parse", "topic", "verify"]
