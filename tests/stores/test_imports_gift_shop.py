"""The real gift shop's 18,415 rows, against the rules of docs/imports.md worked out here in plain Python."""

import csv
import gzip
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from stores.models import Customer, Import, Order, OrderLine, RefundLine
from stores.scope import store_scope
from tests.cast import Cast, make_cast
from tests.stores.import_kit import facts, imported, refusals, uploaded

FILE = Path("orders", "online_retail_150_customers.csv.gz")
NO_PRODUCT = {"POST", "DOT", "C2", "D", "M", "S", "B", "ADJUST", "AMAZONFEE", "BANK CHARGES", "CRUK", "PADS"}


@dataclass
class Expected:
    """What ought to come of the file: line number → why it is refused, and what each customer kept, in pence."""

    refused: dict[int, str] = field(default_factory=dict)
    orders: set[str] = field(default_factory=set)
    net_minor: Counter = field(default_factory=Counter)
    rows: int = 0


def expect(text: str) -> Expected:
    expected = Expected()
    bought: dict[tuple[str, str], list[dict]] = defaultdict(list)
    cancelled: list[tuple[str, int, dict]] = []
    for line_number, row in enumerate(csv.DictReader(text.splitlines()), start=2):
        expected.rows += 1
        quantity, pence = int(row["Quantity"]), int(Decimal(row["UnitPrice"]) * 100)
        if row["StockCode"] in NO_PRODUCT:
            expected.refused[line_number] = "no product"
        elif pence == 0:
            expected.refused[line_number] = "The price is zero."
        elif quantity < 0:
            assert row["InvoiceNo"].startswith("C")
            cancelled.append((row["InvoiceDate"], line_number, row))
        else:
            expected.orders.add(row["InvoiceNo"])
            expected.net_minor[row["CustomerID"]] += quantity * pence
            bought[row["CustomerID"], row["StockCode"]].append(
                {"at": row["InvoiceDate"], "order": row["InvoiceNo"], "line": line_number, "left": quantity}
                | {"worth": quantity * pence}
            )
    # All lines of an order count as of its earliest: two orders of the file run over a minute's end.
    first_at: dict[str, str] = {}
    for lines in bought.values():
        for line in lines:
            first_at[line["order"]] = min(line["at"], first_at.get(line["order"], line["at"]))
    for at, line_number, row in sorted(cancelled, key=lambda each: each[:2]):
        quantity, pence = -int(row["Quantity"]), int(Decimal(row["UnitPrice"]) * 100)
        lines = bought[row["CustomerID"], row["StockCode"]]
        earlier = [line for line in lines if first_at[line["order"]] <= at and line["left"]]
        earlier.sort(key=lambda line: (first_at[line["order"]], line["order"], line["line"]), reverse=True)
        left = sum(line["left"] for line in earlier)
        if left < quantity:
            expected.refused[line_number] = f"only {left} left" if left else "nothing left"
            continue
        for line in earlier:
            taken = min(quantity, line["left"])
            given = min(taken * pence, line["worth"])
            quantity, line["left"], line["worth"] = quantity - taken, line["left"] - taken, line["worth"] - given
            expected.net_minor[row["CustomerID"]] -= given
    return expected


# Reading the whole file takes seconds: one process does it for all of these.
pytestmark = pytest.mark.xdist_group("gift-shop")


@pytest.fixture(scope="module")
def text(data_folder: Path) -> str:
    with gzip.open(data_folder / FILE, "rt", newline="", encoding="utf-8") as handle:
        return handle.read()


@pytest.fixture(scope="module")
def cast() -> Cast:
    return make_cast()


@pytest.fixture(scope="module")
def work(cast: Cast, text: str) -> Import:
    return imported(cast.client_of(cast.maya), cast.store_a, text.encode())


def kind_of(reason: str) -> str:
    if "is no product" in reason:
        return "no product"
    if reason.startswith("Nothing of this product"):
        return "nothing left"
    if "are left." in reason:
        return f"only {reason.split()[-3]} left"
    return reason


def test_every_row_is_taken_or_refused_with_its_reason(cast: Cast, work: Import, text: str) -> None:
    expected = expect(text)

    assert {line: kind_of(reason) for line, reason in refusals(cast.store_a, work).items()} == expected.refused
    assert (work.state, work.row_count) == ("done", 18_415) == ("done", expected.rows)
    assert work.refused_count == len(expected.refused) == 126
    assert work.booked_count + work.refused_count == work.row_count
    assert Counter(expected.refused.values()) == {
        "no product": 70,
        "nothing left": 53,
        "only 3 left": 1,
        "only 25 left": 1,
        "The price is zero.": 1,
    }


def test_orders_and_money_are_those_of_the_file(cast: Cast, work: Import, text: str) -> None:
    expected = expect(text)

    assert (work.order_count, work.customer_count, work.cancellation_count) == (897, 150, 371)
    with store_scope(cast.store_a.id):
        imported_orders = Order.objects.filter(source="import")
        assert set(imported_orders.values_list("external_id", flat=True)) == expected.orders
        gross = dict(imported_orders.values_list("customer__external_id").annotate(Sum("goods_minor")))
        lines = OrderLine.objects.values_list("order__customer__external_id").annotate(Sum("amount_minor"))
        back = dict(
            RefundLine.objects.values_list("refund__order__customer__external_id").annotate(Sum("amount_minor"))
        )
        assert gross == dict(lines)
        assert {key: minor - back.get(key, 0) for key, minor in gross.items()} == dict(expected.net_minor)
        assert Customer.objects.filter(orders__source="import").distinct().count() == 150
    # The most famous customer of this file bought 74,215 jars for £77,183.60 and cancelled them; 12755 bought for
    # £3,811.95 and cancelled £1,591.20.
    assert (gross["12346"], expected.net_minor["12346"], expected.net_minor["12755"]) == (7_718_360, 0, 222_075)


def test_importing_the_file_again_changes_nothing(cast: Cast, work: Import, text: str) -> None:
    before = facts(cast.store_a)

    again = imported(cast.client_of(cast.manager), cast.store_a, text.encode())

    assert facts(cast.store_a) == before
    assert (again.state, again.row_count, again.refused_count) == ("done", 18_415, 126)
    assert (again.order_count, again.known_order_count, again.customer_count) == (0, 897, 0)
    assert refusals(cast.store_a, again) == refusals(cast.store_a, work)


def test_another_store_sees_nothing_of_it(cast: Cast, work: Import) -> None:
    omar = cast.client_of(cast.omar)

    assert omar.get(f"/s/{cast.store_a.slug}/imports/{work.pk}/").status_code == 404
    assert omar.get(f"/s/{cast.store_b.slug}/imports/{work.pk}/").status_code == 404


def test_the_guess_needs_no_help(cast: Cast, text: str) -> None:
    work = uploaded(cast.client_of(cast.maya), cast.store_a, text.encode())

    page = cast.client_of(cast.maya).get(f"/s/{cast.store_a.slug}/imports/{work.pk}/").content.decode()

    assert "Of the first 1,000 rows: 992 taken, 8 refused" in page
    assert "SET OF 6 SOLDIER SKITTLES" in page
