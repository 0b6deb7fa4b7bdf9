"""Pages and sockets on one address, and experts with a browser each."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django import Settings

from config.asgi import application
from tests.chat.kit import PATIENCE, cookie_of
from tests.conftest import chromium

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
Open = Callable[[Client, int], Page]


@pytest.fixture(scope="module")
def console_browser() -> Iterator[Browser]:
    """One Chromium per file of tests; its event loop ends with it, so that other files may have theirs."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django would take for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=10_000)
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(settings: Settings) -> Iterator[str]:
    """The whole of Peerside, served by this process."""
    instance = uvicorn.Server(uvicorn.Config(application, log_level="error", ws="websockets-sansio", lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.SITE_URL = settings.WIDGET_ORIGIN = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=lambda: asyncio.run(instance.serve([listener])), daemon=True)
        thread.start()
        yield settings.SITE_URL
        instance.should_exit = True
        thread.join(PATIENCE)


@pytest.fixture
def open_console(console_browser: Browser, site: str) -> Iterator[Open]:
    """Opens the inbox for a signed-in expert in a window of some width; nothing may be thrown in it."""
    thrown: list[str] = []
    contexts = []

    def open_inbox(client: Client, width: int) -> Page:
        context = console_browser.new_context(viewport={"width": width, "height": 844}, locale="en-GB")
        contexts.append(context)
        name, value = cookie_of(client).split("=", 1)
        context.add_cookies([{"name": name, "value": value, "url": site}])
        page = context.new_page()
        page.on("pageerror", lambda error: thrown.append(str(error)))
        welcomes: list[object] = []
        page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: welcomes.append(frame)))
        page.goto(f"{site}/console/")
        # From the welcome on she sees what happens; what the page was drawn with is older.
        while page.locator("#inbox").count() and not welcomes:
            page.wait_for_timeout(20)
        return page

    yield open_inbox
    for context in contexts:
        context.close()
    assert thrown == []
