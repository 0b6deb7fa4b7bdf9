"""Any shop that can sign a JSON document; docs/api.md describes both."""

from stores.platforms.generic.bodies import parse
from stores.platforms.generic.signature import delivery_key, topic, verify

__all__ = ["delivery_key", "parse", "topic", "verify"]
