"""How much a shopper's browser fetches, and what our code on a shop's page keeps its hands off."""

import datetime as dt
import itertools
import re
from pathlib import Path

import brotli
import pytest
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import Settings

from experts.models import Expert
from experts.services.owned import Owned
from storefront_widget.assets import FRAME, MODULES, PANEL, assets, source_of
from storefront_widget.frame import frame_context
from storefront_widget.launcher import LOADER, Host, launcher_script, loader_source
from storefront_widget.portraits import PORTRAITS
from stores.faces import FACES
from stores.models import Store
from stores.scope import store_scope
from tests.cast import Cast

KIB = 1024


def compressed(content: bytes) -> int:
    return len(brotli.compress(content))


def imports(name: str) -> set[str]:
    """The modules that one of ours leads to, itself left out."""
    found: set[str] = set()
    waiting = [source_of(name)]
    while waiting:
        module = waiting.pop()
        for path in re.findall(r'^(?:import|export) .*?from "(\.[^"]+)";', module.read_text(), re.MULTILINE):
            target = (module.parent / path).resolve()
            if str(target) not in found:
                found.add(str(target))
                waiting.append(target)
    return found


def expert(name: str, face: str, number: int) -> Host:
    """Somebody who owns things with article numbers that have little in common."""
    owns = [
        Owned(f"{name[:2].upper()}{(number + 1) * one * 7919:07}", "x", dt.date(2025, 4, 30)) for one in range(1, 20)
    ]
    return Host(Expert(display_name=name, face=face), owns)


LARGEST = sorted(PORTRAITS, key=lambda key: -len(PORTRAITS[key]))[:6]


@pytest.mark.parametrize("faces", list(itertools.combinations(LARGEST, 3)))
def test_the_loader_is_within_3_kib_whoever_is_here(faces: tuple[str, ...], settings: Settings) -> None:
    settings.WIDGET_ORIGIN = "https://widget.peerside.example"
    store = Store(
        name="Kestrel & Pine",
        public_key="pk_9f1c3be02a7d4418c65e0b1d",
        allowed_origins=["https://kestrel-and-pine.example", "https://www.kestrel-and-pine.example"],
        accent="#a1437c",
    )
    hosts = [expert(name, face, at) for at, (name, face) in enumerate(zip(("Erik", "Nora", "Ida"), faces, strict=True))]

    assert compressed(launcher_script(store, hosts).encode()) <= 3 * KIB


def test_panel_and_frame_are_within_20_kib_together(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        hosts = [expert(name, face, at) for at, (name, face) in enumerate([("Erik", "beard"), ("Nora", "waves")])]
        page = render_to_string("widget/frame.html", frame_context(cast.store_a, hosts))

    total = compressed(page.encode()) + sum(compressed(source.encode()) for source in assets().sources.values())

    assert total <= 20 * KIB


def test_the_frame_names_all_its_modules_at_once(cast: Cast) -> None:
    assert {str(source_of(name)) for name in MODULES} == imports(FRAME)
    assert imports(PANEL) == set()


def test_assets_are_kept_for_ever_under_their_digest_only() -> None:
    name = "js/widget/panel.js"
    kept = Client().get(f"/w/assets/{assets().digest}/{name}")
    other = Client().get(f"/w/assets/000000000000/{name}")

    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert kept.headers["Access-Control-Allow-Origin"] == "*"
    assert kept.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Vary" not in kept.headers
    assert other.headers["Cache-Control"] == "no-cache"
    assert other.content == kept.content
    assert Client().get(f"/w/assets/{assets().digest}/js/ui/index.js").status_code == 404
    assert Client().get(f"/w/assets/{assets().digest}/../settings.py").status_code == 404


def test_every_face_has_a_small_portrait() -> None:
    assert set(PORTRAITS) == set(FACES)
    shape = re.compile(r"[0-9a-f]{3}[Mm][0-9a-zA-Z .-]+")
    assert all(shape.fullmatch(part) for portrait in PORTRAITS.values() for part in portrait.split("|"))


def test_the_loader_travels_readable_and_without_its_comments() -> None:
    source = loader_source()

    assert "//" not in source.replace("http://", "")
    assert "/*" not in source
    assert "function isPaying() {\nreturn paying.test(" in source


@pytest.mark.parametrize("file", [LOADER, source_of(PANEL)], ids=["loader", "panel"])
@pytest.mark.parametrize(
    "word",
    [
        "document.cookie",
        "localStorage",
        "indexedDB",
        "innerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        '"*"',
        '"input"',
        '"change"',
        '"submit"',
        "pushState =",
        ".prototype",
        "fetch(",
        "XMLHttpRequest",
        "sendBeacon",
        "for (const",
        "[...",
    ],
)
def test_our_code_on_the_shops_page_keeps_its_hands_off(file: Path, word: str) -> None:
    assert word not in file.read_text()
