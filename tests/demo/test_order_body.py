"""The order as the platform describes it: exact sums, exact shapes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from demo.catalogue import PRODUCTS
from demo.money import included_vat, to_cents
from demo.orders import Checkout, order_body
from demo.people import Buyer
from demo.shop import Cart, priced
from tests.demo.shopping import ADA, add, buy, pay, sent, set_marker

NOW = datetime(2026, 7, 1, 7, 30, tzinfo=UTC)


def body(lines: dict[str, int], code: str = "", number: int = 7) -> dict:
    cart: Cart = {"token": "c" * 32, "lines": lines, "attributes": {"peerside": "m1.abc"}, "code": code}
    return order_body(
        Checkout(
            number=number,
            basket=priced(cart),
            buyer=Buyer(**ADA),
            attributes=cart["attributes"],
            cart_token=cart["token"],
            order_token="d" * 32,
            landing_site="/demo/products/camp-mug/",
            created_at=NOW,
        )
    )


def money(amount: str) -> dict:
    both = {"amount": amount, "currency_code": "EUR"}
    return {"shop_money": both, "presentment_money": both}


def test_sums_of_an_order_below_free_delivery() -> None:
    order = body({"COF-002": 3})  # 3 × 14.00 + 4.90, VAT inside: 7.57 + 0.88

    assert order["subtotal_price"] == order["total_line_items_price"] == order["current_subtotal_price"] == "42.00"
    assert order["total_price"] == order["current_total_price"] == "46.90"
    assert order["total_tax"] == order["current_total_tax"] == "8.45"
    assert order["total_discounts"] == "0.00" and order["total_outstanding"] == "0.00"
    assert order["total_shipping_price_set"] == order["current_shipping_price_set"] == money("4.90")
    assert order["subtotal_price_set"] == money("42.00") and order["total_price_set"] == money("46.90")
    assert order["tax_lines"] == [
        {"price": "8.45", "price_set": money("8.45"), "rate": 0.22, "title": "VAT", "channel_liable": False}
    ]
    assert order["shipping_lines"][0]["price"] == "4.90"
    assert order["shipping_lines"][0]["tax_lines"][0]["price"] == "0.88"
    assert order["discount_codes"] == order["discount_applications"] == order["refunds"] == []


def test_line_of_an_order() -> None:
    line = body({"COF-002": 3})["line_items"][0]

    assert line["price"] == "14.00" and line["price_set"] == money("14.00")
    assert line["quantity"] == line["current_quantity"] == line["fulfillable_quantity"] == 3
    assert (line["sku"], line["title"], line["name"], line["grams"]) == ("COF-002", "Camp Mug", "Camp Mug", 150)
    assert line["product_id"] == PRODUCTS["COF-002"].product_id
    assert line["variant_id"] == PRODUCTS["COF-002"].variant_id
    assert line["tax_lines"][0]["price"] == "7.57" and line["tax_lines"][0]["rate"] == 0.22
    assert line["total_discount"] == "0.00" and line["discount_allocations"] == []


def test_discount_code_stands_in_the_lines_allocations() -> None:
    order = body({"CYC-001": 1, "COF-007": 3}, code="PINE10")  # 1299.00 + 13.50, less 129.90 + 1.35
    bike, chocolate = order["line_items"]

    assert order["total_line_items_price"] == "1312.50" and order["total_discounts"] == "131.25"
    assert order["subtotal_price"] == order["total_price"] == "1181.25"
    assert order["total_tax"] == "213.01"  # 210.82 + 2.19
    assert bike["discount_allocations"] == [
        {"amount": "129.90", "amount_set": money("129.90"), "discount_application_index": 0}
    ]
    assert chocolate["discount_allocations"][0]["amount"] == "1.35"
    assert bike["total_discount"] == "0.00" and bike["tax_lines"][0]["price"] == "210.82"
    assert order["discount_codes"] == [{"code": "PINE10", "amount": "131.25", "type": "percentage"}]
    assert order["discount_applications"][0]["value"] == "10.0"
    assert order["discount_applications"][0]["code"] == "PINE10"


def test_who_when_and_what_state() -> None:
    order = body({"COF-002": 1})

    assert order["name"] == "#1007" and order["order_number"] == 1007 and order["number"] == 7
    assert order["created_at"] == order["processed_at"] == order["updated_at"] == "2026-07-01T09:30:00+02:00"
    assert (order["currency"], order["taxes_included"], order["test"]) == ("EUR", True, False)
    assert (order["financial_status"], order["source_name"], order["cancelled_at"]) == ("paid", "web", None)
    assert order["landing_site"] == "/demo/products/camp-mug/" and order["checkout_token"] == "c" * 32
    assert order["note_attributes"] == [{"name": "peerside", "value": "m1.abc"}]
    customer = order["customer"]
    assert (customer["email"], customer["first_name"], customer["last_name"]) == (
        "ada@example.com",
        "Ada",
        "Maria Novak",
    )
    assert order["shipping_address"]["zip"] == "1000" and order["shipping_address"]["country_code"] == "SI"


def test_ids_are_integers_that_floats_cannot_hold() -> None:
    order = body({"COF-002": 1, "COF-003": 1})
    ids = [order["id"], order["customer"]["id"], *(line["id"] for line in order["line_items"])]
    ids += [line["product_id"] for line in order["line_items"]]

    assert all(type(number) is int and 2**53 < number < 2**63 for number in ids)
    assert float(order["id"]) == float(body({"COF-002": 1}, number=8)["id"]) and order["id"] != body({}, number=8)["id"]
    assert json.loads(json.dumps(order))["id"] == order["id"]


def test_returning_buyer_is_the_same_customer() -> None:
    assert body({"COF-002": 1}, number=1)["customer"]["id"] == body({"COF-003": 1}, number=2)["customer"]["id"]


@given(
    lines=st.dictionaries(st.sampled_from(sorted(PRODUCTS)), st.integers(1, 20), min_size=1),
    code=st.sampled_from(["", "PINE10"]),
)
def test_any_basket_adds_up_to_the_cent(lines: dict[str, int], code: str) -> None:
    order = body(lines, code)
    gross = sum(to_cents(line["price"]) * line["quantity"] for line in order["line_items"])
    off = sum(to_cents(a["amount"]) for line in order["line_items"] for a in line["discount_allocations"])
    parts = [*order["line_items"], *order["shipping_lines"]]
    tax = sum(to_cents(entry["price"]) for part in parts for entry in part["tax_lines"])
    shipping = to_cents(order["shipping_lines"][0]["price"])

    assert to_cents(order["total_line_items_price"]) == gross
    assert to_cents(order["total_discounts"]) == off
    assert to_cents(order["subtotal_price"]) == gross - off
    assert to_cents(order["total_price"]) == gross - off + shipping
    assert to_cents(order["total_tax"]) == tax == to_cents(order["tax_lines"][0]["price"])
    assert abs(tax - included_vat(gross - off + shipping)) <= len(parts)


def test_order_that_was_paid_is_what_is_sent(browser: Client) -> None:
    set_marker(browser, "m1.signed.marker")
    order = buy(browser, COF_002=2)

    assert sent(order, "orders/create") == sent(order, "orders/paid") == order.body
    assert order.body["note_attributes"] == [{"name": "peerside", "value": "m1.signed.marker"}]
    assert order.body["id"] == 820_982_911_946_154_508 + order.pk


def test_landing_site_is_the_first_page_of_the_visit(browser: Client) -> None:
    browser.get("/demo/category/coffee/?from=newsletter")
    browser.get("/demo/")

    assert buy(browser, COF_002=1).body["landing_site"] == "/demo/category/coffee/?from=newsletter"


@pytest.mark.parametrize("code", ["", "PINE10"])
@pytest.mark.parametrize("topic", ["orders/create", "orders/paid"])
def test_order_has_the_shape_of_the_platforms_own(browser: Client, data_folder: Path, topic: str, code: str) -> None:
    set_marker(browser, "m1.signed.marker")
    add(browser, "COF-002", 2)
    browser.post("/demo/cart/discount", {"code": code})
    mine = sent(pay(browser), topic)
    name = f"{topic.replace('/', '__')}.json"
    sample = json.loads((data_folder / "shopify/payload-2026-07" / name).read_text())

    jsonschema.validate(mine, json.loads((data_folder / "shopify/schema-2026-07" / name).read_text()))
    assert mine.keys() == sample.keys()
    for part in ("line_items", "shipping_lines"):
        assert mine[part][0].keys() == sample[part][0].keys()
    for part in ("customer", "shipping_address", "billing_address"):
        assert mine[part].keys() == sample[part].keys()
