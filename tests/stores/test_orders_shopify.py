"""Shopify's bodies, as the platform documents them, read into facts."""

import json
from pathlib import Path
from typing import Any

import pytest

from stores.errors import BadInput
from stores.events import OrderEvent, OrderLineEvent, RefundEvent, RefundLineEvent
from stores.platforms import shopify

DATA = Path(__file__).parent.parent / "data" / "shopify"


def sample(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text())
    return body


def read(body: dict[str, Any], currency: str = "USD") -> OrderEvent:
    event = shopify.parse("", json.dumps(body).encode(), currency=currency)
    assert isinstance(event, OrderEvent)
    return event


def read_refund(body: dict[str, Any], currency: str = "USD") -> RefundEvent:
    event = shopify.parse("", json.dumps(body).encode(), currency=currency)
    assert isinstance(event, RefundEvent)
    return event


def priced(name: str, shop: str, presentment: str, currency: str = "USD") -> dict[str, Any]:
    amounts = {
        "shop_money": {"amount": shop, "currency_code": currency},
        "presentment_money": {"amount": presentment, "currency_code": "CAD"},
    }
    return {name: presentment, f"{name}_set": amounts}


def line(**changes: Any) -> dict[str, Any]:
    return {**sample("orders__create")["line_items"][0], **changes}


def test_shopifys_own_sample_order() -> None:
    event = read(sample("orders__create"))

    assert (event.external_id, event.number) == ("820982911946154500", "#9999")
    assert (event.status, event.was_paid, event.is_test) == ("cancelled", False, True)
    assert (event.email, event.total_minor, event.has_tax_in_prices) == ("jon@example.com", 40_495, False)
    assert event.customer is not None
    assert (event.customer.external_id, event.customer.name) == ("115310627314723950", "John Smith")
    assert event.placed_at.isoformat() == event.changed_at.isoformat() == "2021-12-31T19:00:00-05:00"
    assert [(one.sku, one.quantity, one.amount_minor) for one in event.lines] == [
        ("SKU2006-001", 1, 8_999),
        ("LENS-PROTECT-2YR", 1, 1_999),
        ("CASE-LEATHER-PREM", 1, 2_499),
        ("SKU2006-020", 1, 15_999),
        ("SKU2006-035", 1, 11_999),
    ]


def test_shopifys_own_sample_refund_counts_lines_and_not_transactions() -> None:
    event = read_refund(sample("refunds__create"))

    assert (event.external_id, event.order_external_id) == ("890088186047892400", "820982911946154500")
    assert event.lines[0] == RefundLineEvent("487817672276298560", 1, 8_999, 0)
    # 414.95 of goods; the transactions say 85.00.
    assert sum(part.amount_minor for part in event.lines) == 41_495


def test_ids_beyond_two_to_the_53rd_keep_every_digit() -> None:
    body = {**sample("orders__create"), "id": 820_982_911_946_154_508}

    assert read(body).external_id == "820982911946154508"


def test_an_id_that_somebody_made_a_float_of_is_refused() -> None:
    body = json.dumps({**sample("orders__create"), "id": 1}).replace('"id": 1,', '"id": 8.209829119461545e17,', 1)

    with pytest.raises(BadInput, match="“id” is missing or is no id"):
        shopify.parse("", body.encode(), currency="USD")


def test_money_is_the_shops_and_not_what_the_shopper_saw() -> None:
    items = [line(**priced("price", "100.00", "136.00"), quantity=2, current_quantity=2)]
    body = {**sample("orders__create"), **priced("total_price", "200.00", "272.00"), "line_items": items}

    event = read({**body, "presentment_currency": "CAD"})

    assert (event.total_minor, event.lines[0].amount_minor) == (20_000, 20_000)


def test_another_shop_currency_is_refused() -> None:
    with pytest.raises(BadInput, match="The amounts are in USD, and the store's currency is EUR"):
        read(sample("orders__create"), "EUR")
    with pytest.raises(BadInput, match="The amounts are in CAD"):
        read({**sample("orders__create"), **priced("total_price", "1.00", "1.00", "CAD")})
    with pytest.raises(BadInput, match="The amounts are in USD"):
        read_refund(sample("refunds__create"), "EUR")


def test_discounts_of_the_line_and_of_the_order_come_off() -> None:
    off = [priced("amount", "5.00", "6.80"), priced("amount", "2.50", "3.40")]
    body = {
        **sample("orders__create"),
        "line_items": [
            line(**priced("price", "40.00", "54.40"), quantity=2, current_quantity=2, discount_allocations=off)
        ],
    }

    assert read(body).lines[0].amount_minor == 7_250


def test_included_tax_comes_off_and_tax_on_top_never_was_in() -> None:
    taxes = [priced("price", "20.00", "1.00"), priced("price", "2.00", "1.00")]
    body = {**sample("orders__create"), "line_items": [line(**priced("price", "122.00", "1.00"), tax_lines=taxes)]}

    assert read({**body, "taxes_included": True}).lines[0].amount_minor == 10_000
    assert read({**body, "taxes_included": False}).lines[0].amount_minor == 12_200


def test_currencies_without_and_with_three_decimals() -> None:
    def one_line(currency: str, amount: str) -> dict[str, Any]:
        items = [line(**priced("price", amount, "1.00", currency))]
        return {
            **sample("orders__create"),
            "currency": currency,
            **priced("total_price", amount, "1.00", currency),
            "line_items": items,
        }

    assert read(one_line("JPY", "6850"), "JPY").lines[0].amount_minor == 6_850
    assert read(one_line("KWD", "6.850"), "KWD").lines[0].amount_minor == 6_850


@pytest.mark.parametrize(
    ("payment", "cancelled_at", "status", "was_paid"),
    [
        ("pending", None, "pending", False),
        ("authorized", None, "pending", False),
        ("partially_paid", None, "pending", False),
        (None, None, "pending", False),
        ("paid", None, "paid", True),
        ("partially_refunded", None, "paid", True),
        ("refunded", None, "paid", True),
        ("voided", None, "cancelled", False),
        ("refunded", "2026-01-01T00:00:00Z", "cancelled", True),
        ("pending", "2026-01-01T00:00:00Z", "cancelled", False),
    ],
)
def test_how_far_an_order_is(payment: str | None, cancelled_at: str | None, status: str, was_paid: bool) -> None:
    body = {**sample("orders__create"), "financial_status": payment, "cancelled_at": cancelled_at}

    event = read(body)

    assert (event.status, event.was_paid) == (status, was_paid)


def test_a_guest_has_no_customer_and_may_have_no_email() -> None:
    event = read({**sample("orders__create"), "customer": None, "email": None, "contact_email": None})

    assert (event.customer, event.email) == (None, "")


def test_the_marker_is_a_cart_attribute() -> None:
    attributes = [{"name": "gift", "value": None}, {"name": "peerside", "value": "signed"}]

    assert read({**sample("orders__create"), "note_attributes": attributes}).marker == "signed"


def test_an_edit_that_takes_pieces_out_without_a_refund() -> None:
    edited = line(**priced("price", "10.00", "1.00"), quantity=3, current_quantity=1)
    body = {**sample("orders__create"), "line_items": [edited]}

    assert read(body).lines[0] == OrderLineEvent(str(edited["id"]), "SKU2006-001", "Aviator sunglasses", 1, 1_000)


def test_pieces_that_a_refund_took_out_are_the_refunds_and_not_the_edits() -> None:
    refunded = line(**priced("price", "10.00", "1.00"), quantity=3, current_quantity=1)
    part = {
        "id": 1,
        "line_item_id": refunded["id"],
        "quantity": 2,
        **priced("subtotal", "20.00", "1.00"),
        "total_tax": "0.00",
    }
    refund = {"id": 7, "created_at": "2026-01-02T00:00:00Z", "refund_line_items": [part]}
    body = {**sample("orders__create"), "line_items": [refunded], "refunds": [refund]}

    event = read(body)

    assert (event.lines[0].quantity, event.lines[0].amount_minor) == (3, 3_000)
    assert event.refunds[0].lines == (RefundLineEvent(str(refunded["id"]), 2, 2_000, 0),)


def test_a_line_refunded_at_two_places_is_one_line() -> None:
    body = sample("refunds__create")
    part = body["refund_line_items"][0]

    event = read_refund({**body, "refund_line_items": [part, {**part, "restock_type": "return"}]})

    assert event.lines == (RefundLineEvent(str(part["line_item_id"]), 2, 17_998, 0),)


def test_a_refund_of_shipping_alone_has_no_lines() -> None:
    assert read_refund({**sample("refunds__create"), "refund_line_items": []}).lines == ()


def test_a_product_without_a_sku_is_known_by_its_id() -> None:
    body = {**sample("orders__create"), "line_items": [line(sku=None, product_id=788_032_119_674_292_922)]}

    assert read(body).lines[0].sku == "788032119674292922"


def test_what_postgresql_cannot_keep_is_left_out() -> None:
    body = {**sample("orders__create"), "line_items": [line(title="Tent\x00\ud800 ⛺")]}

    assert read(body).lines[0].title == "Tent ⛺"


HOSTILE: dict[str, dict[str, Any]] = {
    "no id": {"id": None},
    "an id that says true": {"id": True},
    "no date": {"created_at": None, "processed_at": None},
    "a date without offset": {"created_at": "2026-01-01T00:00:00"},
    "a date that is none": {"created_at": "2026-13-01T00:00:00Z"},
    "a year nobody means": {"created_at": "0001-01-01T00:00:00+14:00"},
    "lines that are no list": {"line_items": "many"},
    "lines that are no objects": {"line_items": [1]},
    "more lines than an order has": {"line_items": [{}] * 1001},
    "two lines of one id": {"line_items": [line(), line()]},
    "half a piece": {"line_items": [line(quantity=0.5)]},
    "less than nothing": {"line_items": [line(quantity=-1)]},
    "too many pieces": {"line_items": [line(quantity=2**31)]},
    "no amount": {"total_price": None, "total_price_set": None},
    "an amount of truth": {"total_price": True, "total_price_set": None},
    "an infinite amount": {"total_price": "Infinity", "total_price_set": None},
    "more money than there is": {"line_items": [line(**priced("price", "9" * 15, "1"), quantity=10_000)]},
    "a set that is none": {"total_price_set": "12.00"},
    "a customer that is none": {"customer": "Jon"},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_no_order_can_say_is_refused_in_words(name: str) -> None:
    with pytest.raises(BadInput) as caught:
        read({**sample("orders__create"), **HOSTILE[name]})

    assert caught.value.message.endswith((".", "+01:00."))
