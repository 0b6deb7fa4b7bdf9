"""Shopify's order export: an order's cells stand on its first row, and ids are guarded by an apostrophe."""

import csv
from pathlib import Path

import pytest
from django.test import Client

from stores.models import Customer, Import, Order, Refund
from stores.scope import store_scope
from tests.cast import Cast
from tests.stores.import_kit import csv_bytes, facts, imported, refusals

HEADER = Path("shopify", "orders_export_header.csv")


def order(number: int, status: str, lines: list[tuple[str, str, int, str]], **cells: str) -> list[dict[str, str]]:
    """The rows of one order: SKU, name, quantity and price of each line."""
    first = {
        "Email": "Ada@mail.example",
        "Financial Status": status,
        "Paid at": "2026-03-25 10:30:00 +0100",
        "Currency": "EUR",
        "Total": "99.00",
        "Created at": "2026-03-25 10:29:00 +0100",
        "Billing Name": "Ada Bell",
        "Billing Country": "DE",
        "Id": f"'55500{number}",
        **cells,
    }
    rows = []
    for place, (sku, name, quantity, price) in enumerate(lines):
        line = {"Lineitem sku": sku, "Lineitem name": name, "Lineitem quantity": str(quantity), "Lineitem price": price}
        rows.append({"Name": f"#{number}"} | line | ({} if place else first))
    return rows


@pytest.fixture
def work(cast: Cast, maya: Client, data_folder: Path) -> Import:
    with (data_folder / HEADER).open(newline="") as handle:
        columns = next(csv.reader(handle))
    orders = [
        order(1001, "paid", [("TENT", "Tent", 1, "189.00"), ("", "Gift wrap", 2, "2.50")]),
        order(1002, "refunded", [("MUG", "Mug", 2, "12.00"), ("CUP", "Cup", 1, "8.00")]),
        order(
            1003,
            "partially_refunded",
            [("MUG", "Mug", 1, "10.00"), ("CUP", "Cup", 1, "5.00")],
            **{"Refunded Amount": "4.00"},
        ),
        order(1004, "voided", [("MUG", "Mug", 1, "12.00")]),
        order(1005, "pending", [("MUG", "Mug", 1, "12.00")]),
        order(1006, "paid", [("MUG", "Mug", 1, "12.00")], **{"Cancelled at": "2026-03-26 09:00:00 +0100"}),
        order(1007, "paid", [("MUG", "Mug", 2, "12.00")], **{"Lineitem discount": "4.00"}),
        order(1008, "lost", [("MUG", "Mug", 1, "12.00")]),
    ]
    rows = [[row.get(column, "") for column in columns] for rows in orders for row in rows]
    return imported(maya, cast.store_a, csv_bytes(rows, columns))


def test_orders_of_several_rows_are_read_whole(cast: Cast, work: Import) -> None:
    with store_scope(cast.store_a.id):
        first = Order.objects.get(number="#1001")
        assert (first.external_id, first.goods_minor, first.total_minor) == ("555001001", 19400, 9900)
        assert first.placed_at.isoformat() == "2026-03-25T09:29:00+00:00"
        lines = list(first.lines.values_list("sku", "title", "quantity", "amount_minor"))
        assert lines == [("TENT", "Tent", 1, 18900), ("Gift wrap", "Gift wrap", 2, 500)]
        customer = Customer.objects.get(external_id="ada@mail.example")
        assert (customer.name, customer.country, customer.orders.count()) == ("Ada Bell", "DE", 7)
        assert Order.objects.get(number="#1007").goods_minor == 2000


def test_what_became_of_the_payment_is_understood(cast: Cast, work: Import) -> None:
    with store_scope(cast.store_a.id):
        statuses = dict(Order.objects.values_list("number", "status"))
    assert statuses == {
        "#1001": "paid",
        "#1002": "paid",
        "#1003": "paid",
        "#1004": "cancelled",
        "#1005": "pending",
        "#1006": "cancelled",
        "#1007": "paid",
    }
    assert refusals(cast.store_a, work) == {12: "“lost” is no payment status that we know."}


def test_refunds_are_spread_over_the_lines(cast: Cast, work: Import) -> None:
    assert facts(cast.store_a)["refund_lines"] == [
        ("import:refunded", "CUP#1", 0, 133),
        ("import:refunded", "CUP#1", 1, 800),
        ("import:refunded", "MUG#1", 0, 267),
        ("import:refunded", "MUG#1", 2, 2400),
    ]
    with store_scope(cast.store_a.id):
        assert Refund.objects.get(order__number="#1002").refunded_at.isoformat() == "2026-03-25T09:29:00+00:00"
