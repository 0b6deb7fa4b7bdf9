"""Refunds and cancellations from the shop's office, and what they tell the receiver."""

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from demo.models import DemoOrder
from demo.refunds import slice_of
from tests.demo.shopping import add, buy, pay, refund, sent, topics


def fresh(order: DemoOrder) -> DemoOrder:
    return DemoOrder.objects.get(pk=order.pk)


def amount(money_set: dict) -> str:
    assert money_set["shop_money"] == money_set["presentment_money"]
    assert money_set["shop_money"]["currency_code"] == "EUR"
    return money_set["shop_money"]["amount"]


def test_refund_of_some_articles_names_lines_values_and_money(browser: Client) -> None:
    order = buy(browser, COF_002=3, COF_006=1)  # 42.00 + 6.00 + 4.90
    refund(browser, order, 2, 0, note="Too small", restock="on")
    body = sent(order, "refunds/create")
    [line] = body["refund_line_items"]

    assert body["order_id"] == order.body["id"] and body["note"] == "Too small" and body["restock"] is True
    assert line["line_item_id"] == order.body["line_items"][0]["id"] and line["quantity"] == 2
    assert (line["subtotal"], line["total_tax"]) == (28.0, 5.04)
    assert (amount(line["subtotal_set"]), amount(line["total_tax_set"])) == ("28.00", "5.04")
    assert (line["restock_type"], line["location_id"]) == ("return", 655_441_491)
    assert line["line_item"]["sku"] == "COF-002"
    [transaction] = body["transactions"]
    assert (transaction["kind"], transaction["status"], transaction["amount"]) == ("refund", "success", "28.00")
    assert body["refund_shipping_lines"] == [] and body["order_adjustments"] == []


def test_refund_reduces_what_is_current_and_leaves_what_was_paid(browser: Client) -> None:
    order = buy(browser, COF_002=3, COF_006=1)
    refund(browser, order, 2, 0)
    updated = sent(order, "orders/updated")

    assert topics(order) == ["orders/create", "orders/paid", "refunds/create", "orders/updated"]
    assert updated["financial_status"] == "partially_refunded" == fresh(order).financial_status
    assert updated["refunds"] == [sent(order, "refunds/create")]
    assert updated["total_price"] == "52.90" and updated["current_total_price"] == "24.90"
    assert updated["subtotal_price"] == "48.00" and updated["current_subtotal_price"] == "20.00"
    assert updated["total_tax"] == "9.53" and updated["current_total_tax"] == "4.49"
    assert [line["current_quantity"] for line in updated["line_items"]] == [1, 1]
    assert [line["quantity"] for line in updated["line_items"]] == [3, 1]
    assert updated["updated_at"] >= updated["created_at"] == order.body["created_at"]


def test_refund_without_restocking(browser: Client) -> None:
    order = buy(browser, COF_002=3)
    refund(browser, order, 1)
    body = sent(order, "refunds/create")

    assert body["restock"] is False
    assert body["refund_line_items"][0]["restock_type"] == "no_restock"
    assert body["refund_line_items"][0]["location_id"] is None


def test_refunds_of_a_discounted_line_piece_by_piece_give_back_exactly_what_was_paid(browser: Client) -> None:
    add(browser, "COF-007", 3)  # 13.50 less 1.35 = 12.15, VAT 2.19; 12.15 / 3 = 4.05
    browser.post("/demo/cart/discount", {"code": "PINE10"})
    order = pay(browser)
    for _ in range(3):
        refund(browser, order, 1)
    lines = [r["refund_line_items"][0] for r in fresh(order).refunds]
    updated = sent(order, "orders/updated")

    assert [amount(line["subtotal_set"]) for line in lines] == ["4.05", "4.05", "4.05"]
    assert [amount(line["total_tax_set"]) for line in lines] == ["0.73", "0.73", "0.73"]
    assert updated["current_subtotal_price"] == "0.00" and updated["current_total_discounts"] == "0.00"
    assert updated["current_total_price"] == "4.90" and updated["current_total_tax"] == "0.88"
    assert updated["financial_status"] == "partially_refunded"  # the delivery is still paid for


@given(cents=st.integers(0, 10**9), pieces=st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_slices_add_up_to_the_whole(cents: int, pieces: list[int]) -> None:
    of, before, total = sum(pieces), 0, 0
    for count in pieces:
        total += slice_of(cents, before, count, of)
        before += count

    assert total == cents


def test_delivery_alone_can_be_refunded_once(browser: Client) -> None:
    order = buy(browser, COF_002=3)
    refund(browser, order, 0, shipping="on")
    body = sent(order, "refunds/create")
    again = refund(browser, order, 0, shipping="on")

    assert body["refund_line_items"] == [] and body["transactions"][0]["amount"] == "4.90"
    assert amount(body["refund_shipping_lines"][0]["subtotal_amount_set"]) == "4.90"
    assert amount(body["refund_shipping_lines"][0]["tax_amount_set"]) == "0.88"
    assert amount(sent(order, "orders/updated")["current_shipping_price_set"]) == "0.00"
    assert "There is no delivery cost left to refund." in again.content.decode()
    assert len(fresh(order).refunds) == 1


def test_everything_left_can_be_refunded_at_once(browser: Client) -> None:
    order = buy(browser, COF_002=3, COF_006=1)
    refund(browser, order, 1, 0)
    browser.post(f"/demo/office/orders/{order.number}/refund-all", {"refunds_seen": 1, "restock": "on"})
    body, updated = sent(order, "refunds/create"), sent(order, "orders/updated")

    assert [(line["quantity"], line["subtotal"]) for line in body["refund_line_items"]] == [(2, 28.0), (1, 6.0)]
    assert body["transactions"][0]["amount"] == "38.90"
    assert updated["financial_status"] == "refunded" and updated["current_total_price"] == "0.00"
    assert updated["current_total_tax"] == "0.00" and updated["cancelled_at"] is None


@pytest.mark.parametrize(
    ("quantity", "said"),
    [
        (4, "More than is left of an article cannot be refunded."),
        (-1, "More than is left of an article cannot be refunded."),
        (0, "Choose at least one article"),
        ("two", "Please give quantities as whole numbers."),
    ],
)
def test_impossible_refund_is_refused_and_tells_nobody(browser: Client, quantity: int, said: str) -> None:
    order = buy(browser, COF_002=3)
    page = refund(browser, order, quantity)

    assert said in page.content.decode()
    assert fresh(order).refunds == [] and topics(order) == ["orders/create", "orders/paid"]


def test_second_click_on_refund_is_refused(browser: Client) -> None:
    order = buy(browser, COF_002=3)
    refund(browser, order, 1)
    second = refund(browser, order, 1, refunds_seen="0")

    assert "This order has changed since the page was opened." in second.content.decode()
    assert len(fresh(order).refunds) == 1


def test_cancelling_refunds_and_says_both(browser: Client) -> None:
    order = buy(browser, COF_002=3)
    refund(browser, order, 1)
    browser.post(f"/demo/office/orders/{order.number}/cancel")
    body, cancelled = sent(order, "refunds/create"), sent(order, "orders/cancelled")

    assert topics(order)[4:] == ["refunds/create", "orders/cancelled", "orders/updated"]
    assert body["transactions"][0]["amount"] == "32.90"
    assert body["refund_line_items"][0]["restock_type"] == "cancel"
    assert cancelled["cancelled_at"] is not None and cancelled["cancel_reason"] == "customer"
    assert cancelled["financial_status"] == "refunded" and len(cancelled["refunds"]) == 2
    assert sent(order, "orders/updated") == cancelled


def test_cancelling_twice_is_refused_and_a_refunded_order_can_be_cancelled(browser: Client) -> None:
    order = buy(browser, COF_001=3)
    refund(browser, order, 3)
    browser.post(f"/demo/office/orders/{order.number}/cancel")
    again = browser.post(f"/demo/office/orders/{order.number}/cancel", follow=True)

    assert topics(order)[4:] == ["orders/cancelled", "orders/updated"]
    assert "This order is already cancelled." in again.content.decode()


def test_office_lists_orders_with_their_state(browser: Client) -> None:
    order = buy(browser, COF_002=3)
    refund(browser, order, 1)
    listed = browser.get("/demo/office/").content.decode()
    page = browser.get(f"/demo/office/orders/{order.number}/").content.decode()

    assert "the shop’s own admin" in listed and f"#{order.number}" in listed and "Partially refunded" in listed
    assert "refunds/create: waiting" in listed
    assert "No receiver is set up" in page and "Waiting to be sent" in page


def test_refund_has_the_shape_of_the_platforms_own(browser: Client, data_folder: Path) -> None:
    order = buy(browser, COF_002=3)
    refund(browser, order, 2, shipping="on", note="Too small")
    mine = sent(order, "refunds/create")
    folder = data_folder / "shopify"
    sample = json.loads((folder / "payload-2026-07/refunds__create.json").read_text())
    schema = json.loads((folder / "schema-2026-07/refunds__create.json").read_text())
    schema["properties"]["refund_shipping_lines"] = {"type": "array"}  # inferred from an empty one

    jsonschema.validate(mine, schema)
    assert mine.keys() == sample.keys()
    for part in ("refund_line_items", "transactions"):
        assert mine[part][0].keys() == sample[part][0].keys()
    assert mine["refund_line_items"][0]["line_item"].keys() == sample["refund_line_items"][0]["line_item"].keys()


@pytest.mark.parametrize("topic", ["orders/updated", "orders/cancelled"])
def test_changed_order_has_the_shape_of_the_platforms_own(browser: Client, data_folder: Path, topic: str) -> None:
    order = buy(browser, COF_002=3)
    refund(browser, order, 2)
    browser.post(f"/demo/office/orders/{order.number}/cancel")
    schema = json.loads((data_folder / f"shopify/schema-2026-07/{topic.replace('/', '__')}.json").read_text())
    schema["properties"]["refunds"] = {"type": "array"}  # inferred from an empty one

    jsonschema.validate(sent(order, topic), schema)
