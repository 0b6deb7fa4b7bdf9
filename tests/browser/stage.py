"""A stage for browser tests: people with a browser context each, their pictures, and a look by axe at every page."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, sync_playwright

from config.environment import var_folder
from tests.conftest import chromium

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
SIZES: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
PATIENCE_MS = 20_000
# What a test may find and a customer would not mind: axe's two lower ranks.
SERIOUS = ("serious", "critical")


@dataclass
class Person:
    """Somebody in front of a browser of her own."""

    name: str
    page: Page
    url: str
    is_phone: bool
    pictures: Path
    complaints: list[str] = field(default_factory=list)
    count: int = 0

    @property
    def is_phone_person(self) -> bool:
        """Owners sit at desks; experts and shoppers hold phones. Axe takes a second for a page: it reads each once."""
        return self.name not in ("owner", "payer")

    def _ask_axe(self, title: str) -> None:
        found = Axe().run(self.page, options={"resultTypes": ["violations"]})
        self.complaints += [
            f"{self.name} {title}: {issue['id']} {[node['target'] for node in issue['nodes']][:3]}"
            for issue in found.response["violations"]
            if issue["impact"] in SERIOUS
        ]

    def hears(self, kind: str, text: str) -> None:
        """What the browser's console says; an error is a complaint."""
        if kind == "error":
            self.complaints.append(f"{self.name}: {text}")

    def goto(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else f"{self.url}{path}")

    def open(self, place: str) -> None:
        """Follow an entry of the dashboard's navigation, through the drawer on a phone."""
        if self.is_phone:
            self.page.get_by_role("button", name="Menu").click()
        self.page.get_by_role("navigation").get_by_role("link", name=place, exact=True).first.click()
        self.page.wait_for_load_state()

    def press(self, name: str, **options: Any) -> None:
        self.page.get_by_role("button", name=name, **options).first.click()

    def reads(self, words: str) -> None:
        """Wait until the page shows these words."""
        self.page.get_by_text(words).first.wait_for()

    def widget(self) -> FrameLocator:
        return self.page.frame_locator("peerside-widget iframe")

    def look(self, title: str) -> None:
        """Keep a picture of the page, and let axe read it where this person lives: nothing serious may be found."""
        self.count += 1
        self.page.screenshot(path=self.pictures / f"{self.name}-{self.count:02}-{title}.png")
        if self.is_phone == self.is_phone_person:
            self._ask_axe(title)
        width = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if width[0] > width[1]:
            self.complaints.append(f"{self.name} {title}: {width[0]} px wide in a window of {width[1]} px")


class Stage:
    """One size of screen, and whoever stands on it."""

    def __init__(self, browser: Browser, url: str, size: str) -> None:
        self.browser = browser
        self.url = url
        self.size = size
        self.people: list[Person] = []
        self.contexts: list[BrowserContext] = []
        self.pictures = var_folder() / "screenshots" / size
        self.pictures.mkdir(parents=True, exist_ok=True)

    def person(self, name: str) -> Person:
        """A new person with a browser context; what her pages throw or refuse counts as a complaint."""
        context = self.browser.new_context(**SIZES[self.size], locale="en-GB", reduced_motion="reduce")
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        page = context.new_page()
        someone = Person(name, page, self.url, self.size == "phone", self.pictures)
        page.on("pageerror", lambda error: someone.complaints.append(f"{name}: {error}"))
        page.on("console", lambda said: someone.hears(said.type, said.text))
        self.people.append(someone)
        return someone

    def complaints(self) -> list[str]:
        return [complaint for person in self.people for complaint in person.complaints]


@contextmanager
def open_stage(url: str, size: str) -> Iterator[Stage]:
    """A stage in a Chromium of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            yield Stage(browser, url, size)
        finally:
            browser.close()
