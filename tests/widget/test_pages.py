"""The launcher on all kinds of shops' pages: it works, and leaves no trace."""

import json
import re

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect
from pytest_django import Settings

from experts.services.experts import set_availability
from storefront_widget.launcher import LOADER
from stores.models import Store
from stores.scope import store_scope
from tests.cast import SHOP_ORIGIN, Cast
from tests.widget.fixtures import open_shop
from tests.widget.shop import PLAIN, PRODUCT, STUB, WIDGET, Shop, buy, product_page, snippet

pytestmark = pytest.mark.browser

LAUNCHER = "peerside-widget .l"
STRICT = (
    "default-src 'none'; script-src 'nonce-shop' https://widget.shop.example; style-src 'self'; img-src 'self'; "
    "frame-src https://widget.shop.example; require-trusted-types-for 'script'; base-uri 'none'"
)
POLLUTED = """<script>
    "use strict";
    Array.prototype.toJSON = Object.prototype.toJSON = function () { return "polluted" };
    for (const name of ["each", "get", "set", "value", "mode", "signal", "once", "capture", "slotAssignment", "name",
                        "sku", "transfer", "targetOrigin", "method", "isAsked", "q", "isPeerside", "state"])
        Object.prototype[name] = "polluted";
    for (const name of ["map", "forEach", "filter", "find", "includes", "push", "splice", "slice"])
        Array.prototype[name] = function () { throw new Error(name) };
    Function.prototype.bind = function () { throw new Error("bind") };
    Array.prototype[Symbol.iterator] = function () { throw new Error("iterated") };
</script>"""
HOSTILE = """<style>
    :not(html), html > *, peerside-widget { all: unset !important; display: none !important; opacity: 0 !important;
        visibility: hidden !important; pointer-events: none !important; transform: scale(0) !important;
        position: static !important; width: 0 !important; height: 0 !important; z-index: -1 !important;
        clip-path: inset(50%) !important; content-visibility: hidden !important; filter: opacity(0) !important; }
</style>"""


def open_panel(page: Page) -> FrameLocator:
    page.locator(LAUNCHER).click()
    frame = page.frame_locator("peerside-widget iframe")
    # Not the introduction: a shopper who comes back finds his words in its place.
    expect(frame.locator("#text")).to_be_visible()
    expect(frame.locator("#text")).to_be_enabled()
    return frame


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        ("", {}),
        (POLLUTED, {}),
        (HOSTILE, {}),
        ("", {"content-security-policy": STRICT}),
        ("<base href='https://elsewhere.example/'>", {}),
        (
            "<script>window.define = function () {}; define.amd = {}; window.exports = {}; window.module = {}</script>",
            {},
        ),
    ],
    ids=["plain", "polluted", "hostile-css", "strict-policy", "base", "module-loaders"],
)
def test_it_opens_on_every_kind_of_page(shopfront: Shop, head: str, headers: dict[str, str]) -> None:
    html = product_page(shopfront.store, head=head).replace(
        "<script>window.peerside", "<script nonce=shop>window.peerside"
    )
    shopfront.pages["/bike"] = (html, headers)
    page = shopfront.visit()

    expect(page.locator(LAUNCHER)).to_contain_text("Ask Erik or Nora")
    frame = open_panel(page)

    expect(frame.locator("#about")).to_contain_text("Gravel Bike 40")


def test_before_intent_it_is_one_request_and_leaves_no_trace(shopfront: Shop) -> None:
    bare = shopfront.pages["/bare"] = (product_page(shopfront.store).replace(snippet(shopfront.store), ""), {})
    assert bare[0] != shopfront.pages["/bike"][0]
    without = shopfront.visit("/bare")
    globals_without = without.evaluate("Object.getOwnPropertyNames(window)")
    shopfront.requests.clear()

    page = shopfront.visit("/bike")
    expect(page.locator(LAUNCHER)).to_be_visible()

    assert [request for request in shopfront.requests if WIDGET in request] == [
        f"GET {WIDGET}/w/{shopfront.store.public_key}.js"
    ]
    assert set(page.evaluate("Object.getOwnPropertyNames(window)")) == set(globals_without)
    assert "peerside" in globals_without  # of the stub
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert shopfront.context.cookies() == []
    assert page.evaluate("document.body.childElementCount") == without.evaluate("document.body.childElementCount") + 1


def test_nothing_on_the_page_moves(shopfront: Shop) -> None:
    watch = """<script>window.shift = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => shift += entry.value))
        .observe({ type: "layout-shift", buffered: true })</script>"""
    shopfront.pages["/bike"] = (
        product_page(shopfront.store, head=watch, body="<h1>Bike</h1>" + "<p>Long</p>" * 200),
        {},
    )
    page = shopfront.visit()

    open_panel(page)

    assert page.evaluate("shift") == 0


def test_included_twice_it_is_there_once(shopfront: Shop) -> None:
    html, headers = shopfront.pages["/bike"]
    shopfront.pages["/bike"] = (html.replace("</body>", snippet(shopfront.store) + "</body>"), headers)
    page = shopfront.visit()

    open_panel(page)

    assert page.locator("peerside-widget").count() == 1


def test_calls_from_before_it_was_loaded_are_kept(shopfront: Shop) -> None:
    early = """<script>var opened = 0; peerside('on', 'open', () => opened++);
        peerside('product', {sku: 'X', name: 'Early'}); peerside('open')</script>"""
    shopfront.pages["/bike"] = (f"{PLAIN}{STUB}{early}</head><body>{snippet(shopfront.store)}</body></html>", {})
    page = shopfront.visit()

    frame = page.frame_locator("peerside-widget iframe")

    expect(frame.locator("#about")).to_contain_text("Early")
    assert page.evaluate("opened") == 1


def test_it_works_without_the_stub(shopfront: Shop) -> None:
    shopfront.pages["/bike"] = (product_page(shopfront.store).replace(STUB, ""), {})
    page = shopfront.visit()
    expect(page.locator(LAUNCHER)).to_be_visible()

    page.evaluate("peerside('open')")

    expect(page.frame_locator("peerside-widget iframe").locator("#intro")).to_be_visible()


PAYING = """/checkout /checkouts/cn/x /shop/checkout/step-2 /onepage-checkout /payment /order/payments/3 /cart/pay
    /kasse /de/kassa/ /cassa /commande/paiement /pago /bestellung/bezahlen /CHECKOUT/ /#/checkout""".split()
NOT_PAYING = "/products/payload-bag /collections/checked-shirts /blog/kassandra /paypal-story /bikes /".split()


def test_it_does_nothing_where_people_pay(shopfront: Shop) -> None:
    html, headers = shopfront.pages["/bike"]
    after = "<script>addEventListener('load', () => { window.isAfter = true })</script>"
    shopfront.pages["/checkout"] = (html.replace("</body>", after + "</body>"), headers)

    page = shopfront.visit("/checkout")
    page.wait_for_function("window.isAfter")

    assert page.locator("peerside-widget").count() == 0
    assert page.evaluate("peerside.isPeerside") is None
    found = re.search(r"const paying =\s+(/.+/i);", LOADER.read_text())
    assert found
    told = page.evaluate(f"(paths) => paths.filter((path) => ({found[1]}).test('/www' + path))", PAYING + NOT_PAYING)
    assert told == PAYING


def test_in_a_shop_of_one_page_it_goes_where_people_pay_and_comes_back(shopfront: Shop) -> None:
    page = shopfront.visit()
    open_panel(page)

    page.evaluate("history.pushState({}, '', '/checkout')")
    expect(page.locator("peerside-widget")).to_have_count(0)
    page.evaluate("history.pushState({}, '', '/bike')")

    expect(page.locator(LAUNCHER)).to_be_visible()
    open_panel(page)


def test_in_a_shop_of_one_page_it_follows_the_product(shopfront: Shop, cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        buy(cast.nora, ("OUT-001", "Alder 2 tent"), now=cast.now)
    page = shopfront.visit()
    frame = open_panel(page)
    tent = PRODUCT | {"sku": "OUT-001", "name": "Alder 2 tent"}

    page.evaluate(
        """(tent) => { history.pushState({}, '', '/tent');
           document.querySelector('script[type="application/ld+json"]').textContent = JSON.stringify(tent) }""",
        tent,
    )

    expect(frame.locator("#about")).to_contain_text("Alder 2 tent")
    page.locator("peerside-widget .x").click()
    expect(page.locator(LAUNCHER)).to_contain_text("Ask Nora, who owns this")


def test_a_jump_to_a_heading_is_no_other_page(shopfront: Shop) -> None:
    page = shopfront.visit()
    frame = open_panel(page)
    page.evaluate("peerside('product', { sku: 17, name: 'Given by the page' })")
    expect(frame.locator("#about")).to_contain_text("Given by the page")

    page.evaluate("location.hash = 'reviews'")
    page.evaluate("peerside('product', { sku: 18, name: 'Given again' })")
    expect(frame.locator("#about")).to_contain_text("Given again")
    page.evaluate("location.hash = 'size-guide'")
    page.evaluate("history.pushState({}, '', '/bike?colour=red#reviews')")

    expect(frame.locator("#about")).to_contain_text("Gravel Bike 40")


def test_it_comes_back_when_the_shop_clears_its_page(shopfront: Shop) -> None:
    page = shopfront.visit()
    expect(page.locator(LAUNCHER)).to_be_visible()

    page.evaluate("document.querySelectorAll('peerside-widget').forEach((one) => one.remove())")

    open_panel(page)


DESCRIBED = {
    "plain": PRODUCT,
    "list": [{"@type": "BreadcrumbList"}, PRODUCT],
    "graph": {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, PRODUCT]},
    "types": PRODUCT | {"@type": ["Thing", "Product"]},
    "address": PRODUCT | {"@type": "http://schema.org/Product"},
    "product-id": {"@type": "Product", "productID": "CYC-001", "name": "Gravel Bike 40"},
}


def test_it_reads_what_the_page_says_of_its_product(shopfront: Shop, cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        buy(cast.erik, ("CYC-001", "Gravel Bike 40"), now=cast.now)
    broken = '<script type="application/ld+json">{ not json</script>'
    page = shopfront.context.new_page()
    for name, described in DESCRIBED.items():
        text = f'{broken}<script type="application/ld+json">{json.dumps(described)}</script>'
        shopfront.pages[f"/{name}"] = (f"{PLAIN}{text}</head><body>{snippet(shopfront.store)}</body></html>", {})
        shopfront.visit(f"/{name}", page)

        expect(page.locator(LAUNCHER)).to_contain_text("Ask Erik, who owns this")


def test_the_address_of_a_page_reaches_us_without_what_may_be_personal(shopfront: Shop) -> None:
    page = shopfront.context.new_page()
    page.goto(SHOP_ORIGIN + "/bike?email=me@example.com#me@example.com")
    frame = open_panel(page)
    frame.locator("#text").fill("Does it fit?")
    frame.locator("#text").press("Enter")
    expect(frame.locator("[data-state=sent]")).to_be_visible()

    assert shopfront.conversation().page_url == SHOP_ORIGIN + "/bike"
    assert shopfront.conversation().page_sku == "CYC-001"


def test_on_a_site_that_is_not_the_stores_it_only_tells_the_developer(shopfront: Shop, cast: Cast) -> None:
    Store.objects.filter(pk=cast.store_a.pk).update(allowed_origins=["https://other.example"])
    page = shopfront.context.new_page()

    with page.expect_console_message() as said:
        shopfront.visit(page=page)

    assert said.value.text == f"Peerside: {SHOP_ORIGIN} is none of the store's sites."
    assert page.locator("peerside-widget").count() == 0


def test_nobody_here_is_said_as_it_is(shopfront: Shop, cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        for expert in (cast.erik, cast.nora):
            set_availability(expert=expert, is_available=False, now=cast.now)
    page = shopfront.visit()

    expect(page.locator(LAUNCHER)).to_contain_text("Leave a question")
    expect(page.locator(LAUNCHER)).to_contain_text("Nobody is here right now")
    expect(open_panel(page).locator("#intro")).to_contain_text("the answer waits for you in this place")


def test_where_the_policy_refuses_the_frame_people_can_close_the_panel(shopfront: Shop) -> None:
    shopfront.pages["/bike"] = (product_page(shopfront.store), {"content-security-policy": "frame-src 'none'"})
    page = shopfront.visit()
    page.locator(LAUNCHER).click()

    page.locator("peerside-widget .x").click()

    expect(page.locator(LAUNCHER)).to_be_focused()


def test_where_the_panel_cannot_be_had_the_launcher_says_so(shopfront: Shop) -> None:
    page = shopfront.visit()
    page.route("**/panel.js*", lambda route: route.abort())

    page.locator(LAUNCHER).click()
    expect(page.locator(LAUNCHER)).to_contain_text("No connection. Try again.")
    page.unroute("**/panel.js*")

    open_panel(page)


def test_a_handler_that_fails_harms_nobody(shopfront: Shop) -> None:
    page = shopfront.visit()
    page.evaluate(
        """() => { window.heard = [];
        peerside('on', 'open', () => { throw new Error('of the shop') });
        peerside('on', 'open', () => heard.push('open'));
        peerside('on', 'close', () => heard.push('close'));
        peerside('unheard of', 1); peerside(); peerside('on'); peerside('constructor') }"""
    )
    open_panel(page)
    page.evaluate("peerside('close')")

    expect(page.locator(LAUNCHER)).to_be_visible()
    page.wait_for_function("heard.length === 2")
    assert page.evaluate("heard") == ["open", "close"]


def test_the_keyboard_is_enough(shopfront: Shop) -> None:
    page = shopfront.visit()
    expect(page.locator(LAUNCHER)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(LAUNCHER)).to_be_focused()

    page.keyboard.press("Enter")
    frame = page.frame_locator("peerside-widget iframe")
    expect(frame.locator("#text")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator(LAUNCHER)).to_be_focused()
    expect(page.locator("peerside-widget dialog")).to_be_hidden()


def test_on_a_phone_it_fills_the_screen_and_nothing_behind_it_can_be_reached(
    phone: BrowserContext, cast: Cast, settings: Settings
) -> None:
    shop = open_shop(phone, cast, settings)
    page = shop.visit()
    page.locator(LAUNCHER).tap()
    frame = page.frame_locator("peerside-widget iframe")
    expect(frame.locator("#intro")).to_be_visible()

    box = page.locator("peerside-widget dialog").bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert page.locator("peerside-widget dialog").evaluate("(dialog) => dialog.matches(':modal')")
    assert (
        float(frame.locator("#text").evaluate("(field) => getComputedStyle(field).fontSize").removesuffix("px")) >= 16
    )
    # No keyboard over the introduction before anybody has asked for it.
    expect(frame.locator("#text")).not_to_be_focused()
    page.locator("peerside-widget .x").tap()
    expect(page.locator(LAUNCHER)).to_be_visible()
