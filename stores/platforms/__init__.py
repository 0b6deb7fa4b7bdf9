"""The outside worlds that orders come from, each a folder with the same four functions:

`verify(body, headers, secrets)`, `delivery_key(body, headers)`, `topic(headers)` and
`parse(topic, body, currency=…)`.
"""

from types import ModuleType

from stores.models.tenant import Platform
from stores.platforms import generic, shopify

PLATFORMS: dict[str, ModuleType] = {Platform.SHOPIFY: shopify, Platform.GENERIC: generic}
