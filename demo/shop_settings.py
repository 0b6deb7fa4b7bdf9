"""What the shop's owner has pasted from Peerside: the snippet's key, the webhook's address and secret."""

import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

logger = logging.getLogger(__name__)
ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")
KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class ShopSettings:
    """The four texts of `demo_shop.json` in the instance's data folder."""

    public_key: str
    webhook_url: str
    webhook_secret: str
    widget_origin: str

    @property
    def loader_url(self) -> str:
        return f"{self.widget_origin}/w/{self.public_key}.js"

    def __post_init__(self) -> None:
        # Both end up in a page and in its security policy: nothing but a plain key and a plain origin.
        if not KEY.fullmatch(self.public_key) or not ADDRESS.fullmatch(self.widget_origin):
            raise ValueError("public_key or widget_origin is not what Peerside shows for pasting")


def read() -> ShopSettings | None:
    """The settings as they are now, or None: then the shop works without Peerside."""
    try:
        return ShopSettings(**json.loads((Path(settings.VAR) / "demo_shop.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        logger.warning("demo_shop.json cannot be used, the shop runs without Peerside: %s", error)
        return None
