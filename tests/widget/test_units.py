"""The modules of static/js/conversation/, each test a function of units/*.js, run in Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.widget.shop import serve_static

pytestmark = pytest.mark.browser

UNITS = Path(__file__).parent / "units"
ORIGIN = "https://units.example"
TESTS = [
    (file.stem, name)
    for file in sorted(UNITS.glob("*.js"))
    if file.stem != "kit"
    for name in re.findall(r"^export (?:async function|const) (\w+)", file.read_text(), re.MULTILINE)
]


@pytest.fixture(scope="module")
def bench(chrome: Browser) -> Iterator[Page]:
    """A page that can import our modules and the tests of them."""
    context = chrome.new_context()
    context.route("**/*", answer)
    page = context.new_page()
    page.goto(ORIGIN)
    yield page
    context.close()


def answer(route: Route) -> None:
    path = route.request.url.removeprefix(ORIGIN)
    if path.startswith("/static/"):
        serve_static(route, path)
    elif path.startswith("/units/"):
        route.fulfill(body=(UNITS / Path(path).name).read_text(), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html><title>Units</title>", content_type="text/html")


@pytest.mark.parametrize(("module", "name"), TESTS)
def test_unit(bench: Page, module: str, name: str) -> None:
    bench.evaluate("([module, name]) => import(`/units/${module}.js`).then((tests) => tests[name]())", [module, name])
