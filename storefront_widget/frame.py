"""The page in the panel: what it shows before any conversation, and what its browser lets it do."""

import re
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language_info

from chat.origins import allowed_origins
from chat.shapes import face_url
from chat.wording import disclosure
from storefront_widget.assets import FRAME, MODULES, SHEETS, asset_url
from storefront_widget.launcher import Host, accent, in_words
from stores.faces import hue, initials
from stores.models import Store

OWNED_SHOWN = 2
SKUS_GIVEN = 60
ORIGIN = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")


def frame_context(store: Store, hosts: list[Host]) -> dict[str, Any]:
    """What templates/widget/frame.html shows and hands to static/js/widget/frame.js."""
    return {
        "store": store,
        "hosts": [introduction(host) for host in hosts],
        "is_owned": any(host.owns for host in hosts),
        "here": who_is_here([host.expert.display_name for host in hosts]),
        "sheets": [asset_url(name) for name in SHEETS],
        "modules": [asset_url(name) for name in MODULES],
        "script": asset_url(FRAME),
        "disclosure": disclosure(store=store.name),
        "origins": " ".join(allowed_origins(store)),
        "accent": accent(store),
        "ink": ink_on(accent(store)),
        "api_url": reverse("widget_visitors", args=[store.public_key]).removesuffix("visitors/"),
        "socket_url": socket_origin() + f"/ws/widget/{store.public_key}/",
    }


def who_is_here(names: list[str]) -> str:
    """["Erik", "Nora"] → "Erik and Nora are here"."""
    if not names:
        return "Nobody is here right now"
    return f"{in_words(names, 'and')} {'are' if len(names) > 1 else 'is'} here"


def introduction(host: Host) -> dict[str, Any]:
    """An expert as a shopper meets her before he has asked."""
    expert = host.expert
    return {
        "name": expert.display_name,
        "face": face_url(expert.face),
        "initials": initials(expert.display_name),
        "hue": hue(expert.display_name),
        "about": expert.about,
        "speaks": in_words([language_name(code) for code in expert.languages], "and") if expert.languages else "",
        "skus": "|".join(owned.sku for owned in host.owns[:SKUS_GIVEN] if owned.sku),
        "owns": [owned.title for owned in host.owns[:OWNED_SHOWN]],
        "owns_more": max(0, len(host.owns) - OWNED_SHOWN),
    }


def language_name(code: str) -> str:
    """The English name of a language: "German" for "de"."""
    try:
        return get_language_info(code)["name"]
    except KeyError:
        return code


def frame_policy(store: Store) -> str:
    """The frame's Content-Security-Policy: our own origin and nothing else, framed by the store's own sites only."""
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": f"'self' {socket_origin()}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": " ".join(framing_origins(store)) or "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def framing_origins(store: Store) -> list[str]:
    """The store's sites; what is no plain origin is left out, because it would stand in a header."""
    return [origin for origin in allowed_origins(store) if ORIGIN.fullmatch(origin)]


def socket_origin() -> str:
    """The widget's origin as sockets spell it: `'self'` does not cover sockets in every browser."""
    return settings.WIDGET_ORIGIN.replace("http", "ws", 1)


def ink_on(colour: str) -> str:
    """Black or white, whichever is readable on `#rrggbb` (relative luminance of WCAG 2.2, contrast at least 4.5)."""
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) >= 4.5 else "#000000"
