"""Chromium, and a shop with the snippet on its pages."""

import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from pytest_django import Settings

from chat.services.presence import renew_lease
from experts.services.experts import set_availability
from stores.scope import store_scope
from tests.cast import Cast
from tests.conftest import chromium
from tests.widget.shop import WIDGET, Shop

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    """One Chromium per file of tests; its event loop ends with it, so that other files may have theirs."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=10_000)
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def desk(chrome: Browser) -> Iterator[BrowserContext]:
    """A shopper's browser with nothing in it, on a desk."""
    context = chrome.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="Europe/Berlin")
    yield context
    context.close()


@pytest.fixture
def phone(chrome: Browser) -> Iterator[BrowserContext]:
    """A shopper's browser with nothing in it, in a hand."""
    context = chrome.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2, locale="en-GB"
    )
    yield context
    context.close()


@pytest.fixture
def shopfront(desk: BrowserContext, cast: Cast, settings: Settings) -> Iterator[Shop]:
    """The shop of store A in the browser on the desk. Erik and Nora are there, and nothing is thrown into its pages."""
    made = open_shop(desk, cast, settings)
    yield made
    assert made.errors == []


def open_shop(context: BrowserContext, cast: Cast, settings: Settings) -> Shop:
    """The shop of store A in any browser."""
    settings.WIDGET_ORIGIN = WIDGET
    with store_scope(cast.store_a.id):
        for expert in (cast.erik, cast.nora):
            set_availability(expert=expert, is_available=True, now=cast.now)
            renew_lease(expert=expert, connection_id=uuid.uuid4(), now=cast.now)
    shop = Shop(context, cast.store_a)
    shop.open()
    return shop
