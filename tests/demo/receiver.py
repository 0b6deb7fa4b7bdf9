"""Who receives the shop's webhooks in tests, and how the shop is connected to it.

Imports no model: conftest.py needs it before there are settings.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

SECRET = "hush"


@dataclass(frozen=True)
class Received:
    """A request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def topic(self) -> str:
        return self.headers["X-Shopify-Topic"]

    @property
    def json(self) -> dict:
        return json.loads(self.body)


@dataclass
class Receiver:
    """What came, and the statuses to answer with before it is 200 for ever."""

    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


def connect(folder: Path, webhook_url: str) -> None:
    """Paste Peerside's settings into the shop."""
    pasted = {"public_key": "pk_kestrel", "webhook_url": webhook_url, "webhook_secret": SECRET}
    (folder / "demo_shop.json").write_text(json.dumps(pasted | {"widget_origin": "https://widget.example"}))
