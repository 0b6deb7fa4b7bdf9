"""What the launcher says before anybody has asked: only what is true at this moment."""

import datetime as dt
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse

from chat.models import PresenceLease
from chat.origins import allowed_origins
from experts.models import Expert
from experts.services.owned import Owned, owned_products
from storefront_widget.assets import PANEL, asset_url, travelling
from storefront_widget.portraits import PORTRAITS
from stores.models import Store

EXPERTS_SHOWN = 3
# Room for article numbers in the loader's 3 KiB: the newest buys of each expert, taken in turn.
OWNED_CHARACTERS = 96
LOADER = Path(__file__).parent / "js" / "loader.js"


@dataclass(frozen=True)
class Host:
    """An expert who would be asked now, and what she owns, newest first."""

    expert: Expert
    owns: list[Owned]


def hosts_here(*, store: Store, now: dt.datetime) -> list[Host]:
    """Up to EXPERTS_SHOWN experts who are available and present, the longest engaged first.

    These are whom routing would ask: nobody else is shown as being here. Caller is in the store's scope.
    """
    present = PresenceLease.objects.filter(expires_at__gt=now).values("expert")
    experts = store.experts.available().filter(pk__in=present).select_related("store").order_by("engaged_at", "id")
    return [Host(expert, owned_products(expert=expert)) for expert in experts[:EXPERTS_SHOWN]]


def launcher_script(store: Store, hosts: list[Host]) -> str:
    """The loader with the store's own words in it."""
    return loader_source().replace('"CONFIG"', script_literal(launcher_config(store, hosts)))


def launcher_config(store: Store, hosts: list[Host]) -> dict[str, Any]:
    """`Config` of static/js/widget/panel.js."""
    names = [host.expert.display_name for host in hosts]
    articles = known_articles(hosts)
    return {
        "panel": asset_url(PANEL),
        "frame": settings.WIDGET_ORIGIN + reverse("widget_frame", args=[store.public_key]),
        "origins": list(dict.fromkeys(allowed_origins(store))),
        "accent": accent(store),
        "experts": [
            {"name": host.expert.display_name, "face": PORTRAITS.get(host.expert.face, ""), "owns": owns}
            for host, owns in zip(hosts, articles, strict=True)
        ],
        "line": f"Ask {in_words(names, 'or')}" if names else "Leave a question",
        "owner": "Ask {}, who owns this",
        "note": "Here now" if names else "Nobody is here right now",
        "failed": "No connection. Try again.",
    }


def known_articles(hosts: list[Host]) -> list[list[str]]:
    """For each host the SKUs by which a page can tell that she owns its product, as many as there is room for."""
    chosen: list[list[str]] = [[] for _ in hosts]
    room = OWNED_CHARACTERS
    for turn in range(max((len(host.owns) for host in hosts), default=0)):
        for host, skus in zip(hosts, chosen, strict=True):
            sku = host.owns[turn].sku if turn < len(host.owns) else ""
            if sku and len(sku) <= room:
                skus.append(sku)
                room -= len(sku)
    return chosen


def in_words(names: list[str], joint: str) -> str:
    """["Erik", "Nora", "Ida"] → "Erik, Nora or Ida"."""
    return f" {joint} ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def accent(store: Store) -> str:
    """The store's colour, or Peerside's where it is none: it goes into a style sheet."""
    return store.accent if re.fullmatch(r"#[0-9a-fA-F]{6}", store.accent) else "#1f6f54"


def script_literal(value: Any) -> str:
    """Data as JavaScript, in ASCII and without anything that could end a script element or a line."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def loader_source() -> str:
    """js/loader.js as it travels."""
    return travelling(LOADER)
