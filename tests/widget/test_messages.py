"""What the frame and the shop's page tell each other, and what others may try to."""

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.cast import SHOP_ORIGIN
from tests.widget.shop import PLAIN, WIDGET, Shop
from tests.widget.test_pages import LAUNCHER, open_panel

pytestmark = pytest.mark.browser

EVIL = "https://evil.example"
# Posted in turn by whoever is not to be believed; each would show if it were.
FORGED = """[
    { peerside: 1, type: "ready" }, { peerside: 1, type: "close" }, { peerside: 1, type: "unread", count: 7 },
    { peerside: 1, type: "marker", marker: "forged" },
    { peerside: 1, type: "conversation", isUnderWay: true, name: "Mallory" },
    { peerside: 1, type: "page", url: "", title: "Forged", sku: "FORGED" },
    { peerside: 1, type: "open", isAsked: true },
    { peerside: 1, type: "closed" }, { peerside: 1, type: "identify", token: "x" },
    { peerside: 1, type: "hello", socket: "wss://evil.example" }
]"""
# From the right window, but not in a shape that means anything.
MALFORMED = """[
    null, undefined, 0, "peerside", [], [1], {}, { peerside: "1", type: "close" }, { peerside: true, type: "close" },
    { type: "close" }, { peerside: 2, type: "close" }, { peerside: 1, type: "unread", count: "7" },
    { peerside: 1, type: "unread", count: -1 }, { peerside: 1, type: "unread", count: 1e9 },
    { peerside: 1, type: "unread", count: NaN },
    { peerside: 1, type: "marker", marker: { toString: 1 } }, { peerside: 1, type: "marker", marker: 1 },
    { peerside: 1, type: ["close"] }, { peerside: 1, type: "constructor" }, { peerside: 1, type: "__proto__" },
    { peerside: 1, type: "conversation", isUnderWay: 1, name: {} }
]"""
LISTEN = """() => { window.heard = []; window.posted = 0;
    for (const name of ["marker", "unread", "close"]) peerside("on", name, (value) => heard.push(name));
    addEventListener("message", (event) => { if (event.data === "done") posted += 1 }) }"""


def frame_of(page: Page) -> FrameLocator:
    return page.frame_locator("peerside-widget iframe")


def test_a_hostile_frame_or_opener_is_not_believed(shopfront: Shop) -> None:
    shopfront.pages["/post"] = (
        f"{PLAIN}<script>const to = window.opener || parent;"
        f"for (const data of {FORGED}) to.postMessage(data, '*'); to.postMessage('done', '*')</script>",
        {},
    )
    page = shopfront.visit()
    frame = open_panel(page)
    page.evaluate(LISTEN)

    for origin in (EVIL, SHOP_ORIGIN):
        page.evaluate(
            "(url) => document.body.append(Object.assign(document.createElement('iframe'), { src: url }))",
            origin + "/post",
        )
    page.wait_for_function("posted === 2")
    with page.expect_popup():
        page.evaluate("(url) => { window.open(url) }", EVIL + "/post")
    page.bring_to_front()
    page.wait_for_function("posted === 3")

    assert page.evaluate("heard") == []
    assert page.evaluate("peerside('marker')") is None
    expect(page.locator("peerside-widget dialog")).to_be_visible()
    expect(page.locator("peerside-widget i")).to_be_hidden()
    expect(frame.locator("#about")).to_contain_text("Gravel Bike 40")


def test_of_the_frame_only_what_has_the_right_shape_is_believed(shopfront: Shop) -> None:
    page = shopfront.visit()
    open_panel(page)
    page.evaluate(LISTEN)
    [frame] = [frame for frame in page.frames if frame.url.startswith(WIDGET)]

    frame.evaluate(
        f"(origin) => {{ for (const data of [...{MALFORMED}, 'done']) parent.postMessage(data, origin) }}", SHOP_ORIGIN
    )
    page.wait_for_function("posted === 1")
    assert page.evaluate("heard") == []
    frame.evaluate("(origin) => parent.postMessage({ peerside: 1, type: 'unread', count: 2 }, origin)", SHOP_ORIGIN)
    page.wait_for_function("heard.length === 1")

    expect(page.locator("peerside-widget dialog")).to_be_visible()


def test_the_frame_believes_its_parent_only_and_only_in_the_right_shape(shopfront: Shop) -> None:
    page = shopfront.visit()
    frame = open_panel(page)
    expect(frame.locator("#about")).to_contain_text("Gravel Bike 40")
    [inner] = [one for one in page.frames if one.url.startswith(WIDGET)]

    # The frame to itself is not its parent, whatever it says.
    inner.evaluate(f"() => {{ for (const data of {FORGED}) window.postMessage(data, '*') }}")
    page.evaluate(
        """(origin) => {
        const { shadowRoot } = document.querySelector("peerside-widget");
        const post = (data) => shadowRoot.querySelector("iframe").contentWindow.postMessage(data, origin);
        post({ peerside: 1, type: "page", url: 1, title: { x: 1 }, sku: ["a"] });
        post({ peerside: "1", type: "page", url: "", title: "Forged", sku: "F" });
        post({ peerside: 1, type: "page", url: "", title: "<img src=x onerror=alert(1)>", sku: "S" }) }""",
        WIDGET,
    )

    expect(frame.locator("#product")).to_have_text("<img src=x onerror=alert(1)>")
    assert frame.locator("#product img").count() == 0


def test_no_other_site_can_frame_it(shopfront: Shop) -> None:
    address = f"{WIDGET}/w/{shopfront.store.public_key}/frame/#{SHOP_ORIGIN}"
    shopfront.pages["/trap"] = (f"{PLAIN}<iframe src='{address}'></iframe>", {})
    page = shopfront.context.new_page()

    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.goto(EVIL + "/trap")

    assert all(not frame.url.startswith(WIDGET) for frame in page.frames)


def test_opened_as_a_page_of_its_own_it_listens_to_nobody(shopfront: Shop) -> None:
    address = f"{WIDGET}/w/{shopfront.store.public_key}/frame/#{SHOP_ORIGIN}"
    shopfront.pages["/open"] = (f"{PLAIN}<script>window.child = window.open('{address}')</script>", {})
    opener = shopfront.context.new_page()

    with opener.expect_popup() as popup:
        opener.goto(EVIL + "/open")
    frame = popup.value
    expect(frame.locator("#intro")).to_be_visible()
    opener.evaluate(f"() => {{ for (const data of {FORGED}) child.postMessage(data, '*') }}")
    frame.locator("#text").fill("Is anybody there?")
    frame.locator("#text").press("Enter")

    expect(frame.locator("#line")).to_contain_text("This conversation cannot be opened here.")
    expect(frame.locator("#about")).to_be_hidden()


def test_the_marker_reaches_the_page_and_is_there_for_who_asks_later(shopfront: Shop) -> None:
    page = shopfront.visit()
    frame = open_panel(page)
    page.evaluate("() => { window.markers = []; peerside('on', 'marker', (marker) => markers.push(marker)) }")

    frame.locator("#text").fill("Does it fit?")
    frame.locator("#text").press("Enter")
    page.wait_for_function("markers.length === 1")
    page.evaluate("peerside('on', 'marker', (marker) => markers.push(marker))")
    page.wait_for_function("markers.length === 2")

    [first, second] = page.evaluate("markers")
    assert first == second == page.evaluate("peerside('marker')")
    assert page.evaluate("Object.keys(sessionStorage)") == ["peerside.open"]
    shopfront.visit("/bike", page)
    expect(page.locator(LAUNCHER)).to_have_count(1)
    page.wait_for_function("peerside('marker') !== null && peerside('marker') !== undefined")
