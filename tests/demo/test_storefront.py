"""Looking around in the shop, with and without Peerside's snippet."""

import html
import json
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from demo.catalogue import PRODUCTS
from tests.demo.receiver import connect
from tests.demo.shopping import add, buy

SNIPPET = '<script async src="https://widget.example/w/pk_kestrel.js"></script>'


def test_home_shows_all_products_with_price_and_link(browser: Client) -> None:
    page = html.unescape(browser.get("/demo/").content.decode())

    assert len(PRODUCTS) == 24
    assert all(f'href="/demo/products/{product.slug}/"' in page for product in PRODUCTS.values())
    assert "€1,299.00" in page and "€4.50" in page


def test_every_picture_of_the_catalogue_is_there() -> None:
    assert [product.sku for product in PRODUCTS.values() if not finders.find(product.picture)] == []


def test_category_shows_its_own_shelf_only(browser: Client) -> None:
    page = browser.get("/demo/category/coffee/").content.decode()

    assert page.count('<li class="card') == 8
    assert "Camp Mug" in page and "Ridge Boots" not in page


@pytest.mark.parametrize(
    ("words", "found"),
    [("enamel mug", ["COF-002"]), ("BOOTS leather", ["OUT-003"]), ("cyc-007", ["CYC-007"]), ("zebra", [])],
)
def test_search_finds_products_with_every_word(browser: Client, words: str, found: list[str]) -> None:
    answer = browser.get("/demo/search/", {"q": words})

    assert [product.sku for product in answer.context["products"]] == found


def test_search_without_a_hit_shows_a_way_on_and_what_was_typed_as_text(browser: Client) -> None:
    page = browser.get("/demo/search/", {"q": "<script>x"}).content.decode()

    assert "Nothing in the shop fits these words" in page and 'href="/demo/category/outdoor/"' in page
    assert "<script>x" not in page and "&lt;script&gt;x" in page


@pytest.mark.parametrize("path", ["products/no-such-thing/", "category/no-such-shelf/"])
def test_unknown_product_or_shelf_is_missing_and_shows_a_way_on(browser: Client, path: str) -> None:
    answer = browser.get(f"/demo/{path}")

    assert answer.status_code == 404
    assert "This is not on our shelves" in answer.content.decode()


def test_product_page_tells_machines_what_it_sells(browser: Client) -> None:
    page = browser.get("/demo/products/long-finger-gloves/").content.decode()
    block = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    product = json.loads(block)

    assert product["@type"] == "Product"
    assert (product["sku"], product["name"], product["category"]) == ("CYC-004", "Long-Finger Gloves", "Cycling")
    assert product["productID"] == str(PRODUCTS["CYC-004"].product_id)
    assert product["image"][0].endswith("/static/demo/products/cyc-004-gloves.svg")
    offer = product["offers"]
    assert (offer["price"], offer["priceCurrency"]) == ("29.00", "EUR")
    assert offer["availability"] == "https://schema.org/InStock"
    assert offer["url"].endswith("/demo/products/long-finger-gloves/")
    assert "<title>Long-Finger Gloves · Kestrel &amp; Pine</title>" in page
    assert '<html lang="en">' in page


def test_shop_works_without_peerside(browser: Client) -> None:
    answer = browser.get("/demo/products/camp-mug/")

    assert answer.status_code == 200
    assert "/w/" not in answer.content.decode() and "data-attributes-url" not in answer.content.decode()
    assert "frame-src 'none'" in answer["Content-Security-Policy"]


def test_connected_shop_carries_the_snippet_and_lets_it_in(browser: Client, own_folder: Path) -> None:
    connect(own_folder, "https://peerside.example/webhooks/x")
    answer = browser.get("/demo/products/camp-mug/")
    policy = answer["Content-Security-Policy"]

    assert SNIPPET in answer.content.decode()
    assert 'data-attributes-url="/demo/cart/attributes"' in answer.content.decode()
    assert "script-src 'self' https://widget.example;" in policy and "frame-src https://widget.example;" in policy
    assert "unsafe" not in policy


def test_snippet_stays_away_from_checkout_and_office(browser: Client, own_folder: Path) -> None:
    connect(own_folder, "http://127.0.0.1:9/hook")
    add(browser, "COF-002")
    before = browser.get("/demo/checkout/")
    number = buy(browser, COF_001=1).number

    assert SNIPPET in browser.get("/demo/cart/").content.decode()
    for page in [
        before,
        *(browser.get(f"/demo/{path}") for path in (f"orders/{number}/thanks/", "office/", "mailbox/")),
    ]:
        assert page.status_code == 200
        assert "widget.example" not in page.content.decode() + page["Content-Security-Policy"]


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        '{"public_key": "pk"}',
        '{"public_key": "pk\\"><b>", "webhook_url": "", "webhook_secret": "", "widget_origin": "https://w.example"}',
        '{"public_key": "pk", "webhook_url": "", "webhook_secret": "", "widget_origin": "https://w.example; x"}',
    ],
)
def test_unusable_settings_leave_a_shop_without_widget(browser: Client, own_folder: Path, text: str) -> None:
    (own_folder / "demo_shop.json").write_text(text)
    answer = browser.get("/demo/")

    assert answer.status_code == 200
    assert "/w/" not in answer.content.decode() and "frame-src 'none'" in answer["Content-Security-Policy"]
