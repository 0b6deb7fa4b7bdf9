"""Writes imported orders, a slice at a time, in a few statements whatever its size.

Every statement upserts on the shop's own key and passes over what is known already, so that booking the same orders
again changes nothing. An order that a signed message has touched is known better than by the file, and stays as it is.
To tell the two apart, an import dates its knowledge a microsecond before the order was placed: `changed_at <
placed_at`, and any message is newer.

No condition names the store: row-level security does, in a way that lets the planner expect a store of average size.
Of a store so new that the statistics have not met it, it would expect one row, and scan all of them for each of ours.
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.db.models.functions import Lower

from stores.imports.orders import ImportedOrder, spread
from stores.models import Customer, Order, OrderLine, Product, Refund, Store
from stores.models.facts import OrderSource

WHOLE_REFUND = "import:refunded"
PERSONAL = ("email", "name", "country")

CUSTOMERS = """
INSERT INTO stores_customer (store_id, external_id, email, name, country, created_at)
SELECT %(store)s, r.external_id, r.email, r.name, r.country, %(now)s
FROM json_to_recordset(%(rows)s) AS r(external_id text, email text, name text, country text)
ORDER BY r.external_id
ON CONFLICT (store_id, external_id) DO UPDATE SET
    email = COALESCE(NULLIF(stores_customer.email, ''), EXCLUDED.email),
    name = COALESCE(NULLIF(stores_customer.name, ''), EXCLUDED.name),
    country = COALESCE(NULLIF(stores_customer.country, ''), EXCLUDED.country)
RETURNING external_id, id, xmax = 0
"""
PRODUCTS = """
INSERT INTO stores_product (store_id, sku, title, category, url, image_url)
SELECT %(store)s, r.sku, r.title, r.category, '', ''
FROM json_to_recordset(%(rows)s) AS r(sku text, title text, category text)
ORDER BY r.sku
ON CONFLICT (store_id, sku) DO UPDATE SET category = COALESCE(NULLIF(stores_product.category, ''), EXCLUDED.category)
RETURNING sku, id
"""
ORDERS = """
INSERT INTO stores_order (store_id, external_id, number, customer_id, email, status, was_paid, source, is_test,
    has_tax_in_prices, currency, goods_minor, total_minor, marker, placed_at, changed_at, created_at)
SELECT %(store)s, r.external_id, r.number, r.customer_id, r.email, r.status, false, 'import', false, false,
    %(currency)s, r.goods_minor, r.total_minor, '', r.placed_at, r.placed_at - interval '1 microsecond', %(now)s
FROM json_to_recordset(%(rows)s) AS r(external_id text, number text, customer_id uuid, email text, status text,
    goods_minor bigint, total_minor bigint, placed_at timestamptz)
ORDER BY r.external_id
ON CONFLICT (store_id, external_id) DO UPDATE SET
    customer_id = EXCLUDED.customer_id, email = EXCLUDED.email,
    status = CASE WHEN stores_order.status = 'pending' OR EXCLUDED.status = 'cancelled'
        THEN EXCLUDED.status ELSE stores_order.status END,
    total_minor = EXCLUDED.total_minor, placed_at = EXCLUDED.placed_at, changed_at = EXCLUDED.changed_at
WHERE stores_order.source = 'import' AND stores_order.changed_at < stores_order.placed_at
    AND (stores_order.customer_id, stores_order.email, stores_order.status, stores_order.total_minor,
         stores_order.placed_at)
    IS DISTINCT FROM (EXCLUDED.customer_id, EXCLUDED.email, EXCLUDED.status, EXCLUDED.total_minor, EXCLUDED.placed_at)
RETURNING external_id, id
"""
LINES = """
INSERT INTO stores_orderline (store_id, order_id, external_id, product_id, sku, title, quantity, amount_minor, position)
SELECT %(store)s, r.order_id, r.external_id, r.product_id, r.sku, r.title, r.quantity, r.amount_minor, r.position
FROM json_to_recordset(%(rows)s) AS r(order_id uuid, external_id text, product_id uuid, sku text, title text,
    quantity int, amount_minor bigint, position smallint)
ON CONFLICT (store_id, order_id, external_id) DO UPDATE SET
    title = EXCLUDED.title, quantity = EXCLUDED.quantity, amount_minor = EXCLUDED.amount_minor
WHERE (stores_orderline.title, stores_orderline.quantity, stores_orderline.amount_minor)
    IS DISTINCT FROM (EXCLUDED.title, EXCLUDED.quantity, EXCLUDED.amount_minor)
"""
GOODS = """
UPDATE stores_order o SET goods_minor = s.goods_minor
FROM (
    SELECT l.order_id, sum(l.amount_minor)::bigint AS goods_minor FROM stores_orderline l
    WHERE l.order_id = ANY(%(ids)s::uuid[]) GROUP BY l.order_id
) s
WHERE o.id = s.order_id AND o.goods_minor <> s.goods_minor
"""
REFUNDS = """
INSERT INTO stores_refund (store_id, order_id, external_id, refunded_at, created_at)
SELECT DISTINCT %(store)s::uuid, r.order_id, r.external_id, r.refunded_at, %(now)s::timestamptz
FROM json_to_recordset(%(rows)s) AS r(order_id uuid, external_id text, refunded_at timestamptz)
ON CONFLICT (store_id, order_id, external_id) DO NOTHING
"""
REFUND_LINES = """
INSERT INTO stores_refundline (store_id, refund_id, order_line_id, quantity, amount_minor)
SELECT %(store)s, r.refund_id, r.line_id, r.quantity, r.amount_minor
FROM json_to_recordset(%(rows)s) AS r(refund_id uuid, line_id uuid, quantity int, amount_minor bigint)
ON CONFLICT (store_id, refund_id, order_line_id) DO UPDATE SET
    quantity = EXCLUDED.quantity, amount_minor = EXCLUDED.amount_minor
WHERE (stores_refundline.quantity, stores_refundline.amount_minor)
    IS DISTINCT FROM (EXCLUDED.quantity, EXCLUDED.amount_minor)
"""


@dataclass(frozen=True)
class Booked:
    """What a slice added, what was known before, and the numbers of orders that could not be booked."""

    orders: int
    known_orders: int
    customers: int
    clashing: frozenset[str]


@dataclass(frozen=True)
class RefundPart:
    """How much of one line a refund takes back."""

    order_id: uuid.UUID
    external_id: str
    line_id: uuid.UUID
    quantity: int
    amount_minor: int
    refunded_at: dt.datetime


def book_orders(*, store: Store, orders: Sequence[ImportedOrder], now: dt.datetime) -> Booked:
    """Write orders with their customers, products, lines and refunds. Caller holds the store's import lock.

    An order whose id at the shop belongs to one with another number is not written: a column was taken for another.
    """
    given = {"store": store.pk, "now": now, "currency": store.currency}
    known = {
        order.external_id: order
        for order in Order.objects.filter(external_id__in=[order.external_id for order in orders])
    }
    clashing = _clashing(orders, known)
    orders = [order for order in orders if order.number not in clashing]
    customers, new_customers = _write_customers(orders, given)
    products = _write_products(orders, given)
    rows = [_order_row(order, customers) for order in orders]
    ids = {key: order.pk for key, order in known.items() if _is_ours(order)} | dict(_run(ORDERS, given, rows))
    mine = [(order, ids[order.external_id]) for order in orders if order.external_id in ids]
    _run(LINES, given, [_line_row(line, key, products) for order, key in mine for line in order.lines])
    _run(GOODS, {"ids": [ids[key] for key in known if key in ids]})
    write_refunds(store=store, parts=_order_refunds(mine), now=now)
    known_orders = sum(order.external_id in known for order in orders)
    return Booked(len(orders) - known_orders, known_orders, new_customers, frozenset(clashing))


def _is_ours(order: Order) -> bool:
    """Whether nothing but imports has touched the order."""
    return order.source == OrderSource.IMPORT and order.changed_at < order.placed_at


def _clashing(orders: Iterable[ImportedOrder], known: dict[str, Order]) -> set[str]:
    holders = {key: order.number for key, order in known.items() if order.source == OrderSource.IMPORT}
    return {order.number for order in orders if holders.setdefault(order.external_id, order.number) != order.number}


def customer_ids(keys: set[str]) -> dict[str, uuid.UUID]:
    """The customers whom keys of the file mean: the shop's number, else an e-mail address that one of them has."""
    found = dict(Customer.objects.filter(external_id__in=keys).values_list("external_id", "pk"))
    emails = [key for key in keys if key not in found and "@" in key]
    # lower() is not leakproof, so that row-level security keeps it from its index: one pass over the store's customers.
    by_email = (
        Customer.objects.alias(lowered=Lower("email")).filter(lowered__in=emails).order_by("-pk") if emails else ()
    )
    return {customer.email.lower(): customer.pk for customer in by_email} | found


def write_refunds(*, store: Store, parts: Sequence[RefundPart], now: dt.datetime) -> None:
    """Write refunds and their lines; a refund is known by its order and its external id."""
    given = {"store": store.pk, "now": now}
    _run(REFUNDS, given, [asdict(part) for part in parts])
    refunds = Refund.objects.filter(order_id__in={part.order_id for part in parts}) if parts else ()
    ids = {(refund.order_id, refund.external_id): refund.pk for refund in refunds}
    rows = [asdict(part) | {"refund_id": ids[part.order_id, part.external_id]} for part in parts]
    _run(REFUND_LINES, given, rows)


def _run(sql: str, given: dict[str, Any], rows: Sequence[dict[str, Any]] | None = None) -> list[tuple]:
    """One statement over all rows; its answer, if it has one."""
    if rows is not None and not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, given | {"rows": json.dumps(rows, default=str)})
        return cursor.fetchall() if cursor.description else []


def _write_customers(orders: Iterable[ImportedOrder], given: dict[str, Any]) -> tuple[dict[str, uuid.UUID], int]:
    """Make the customers that are new and fill in what was blank; returns all by key, and how many were new.

    Those with a number come first: an e-mail address alone may mean one of them.
    """
    numbered: dict[str, dict[str, str]] = {}
    by_email: dict[str, dict[str, str]] = {}
    for order in orders:
        people, key = (numbered, order.customer) if order.customer else (by_email, order.email)
        person = people.setdefault(key, dict.fromkeys(PERSONAL, ""))
        for name in PERSONAL:
            person[name] = person[name] or getattr(order, name)
    ids: dict[str, uuid.UUID] = {}
    new_customers = 0
    for people in (numbered, by_email):
        found = customer_ids(set(people))
        known = {customer.pk: customer for customer in Customer.objects.filter(pk__in=set(found.values()))}
        rows: dict[str, dict[str, str]] = {}
        for key, person in people.items():
            customer = known[found[key]] if key in found else None
            if customer is None or any(person[name] and not getattr(customer, name) for name in PERSONAL):
                external_id = customer.external_id if customer else key
                rows.setdefault(external_id, person | {"external_id": external_id})
        written = _run(CUSTOMERS, given, list(rows.values()))
        new_customers += sum(is_new for _, _, is_new in written)
        ids |= {key: pk for key, pk, _ in written} | found
    return ids, new_customers


def _write_products(orders: Iterable[ImportedOrder], given: dict[str, Any]) -> dict[str, uuid.UUID]:
    """Make the products that are new and fill in blank categories; returns all by SKU."""
    found: dict[str, dict[str, str]] = {}
    for line in (line for order in orders for line in order.lines):
        product = found.setdefault(line.sku, {"sku": line.sku, "title": line.title, "category": ""})
        product["category"] = product["category"] or line.category
    known = {product.sku: product for product in Product.objects.filter(sku__in=found)}
    rows = [row for sku, row in found.items() if sku not in known or (row["category"] and not known[sku].category)]
    return {sku: product.pk for sku, product in known.items()} | dict(_run(PRODUCTS, given, rows))


def _order_row(order: ImportedOrder, customers: dict[str, uuid.UUID]) -> dict[str, Any]:
    return {
        "external_id": order.external_id,
        "number": order.number,
        "customer_id": customers[order.customer or order.email],
        "email": order.email,
        "status": order.status,
        "goods_minor": order.goods_minor,
        "total_minor": order.total_minor,
        "placed_at": order.placed_at,
    }


def _line_row(line: Any, order_id: uuid.UUID, products: dict[str, uuid.UUID]) -> dict[str, Any]:
    return asdict(line) | {"order_id": order_id, "product_id": products[line.sku]}


def _order_refunds(orders: Sequence[tuple[ImportedOrder, uuid.UUID]]) -> list[RefundPart]:
    """What the file says was given back of whole orders, spread over their lines.

    Pieces are given back only where all of the order was. The export names no day for it; the order's own is certain.
    """
    refunded = {key: order for order, key in orders if order.refunded_minor}
    lines = OrderLine.objects.filter(order_id__in=refunded) if refunded else ()
    line_ids = {(line.order_id, line.external_id): line.pk for line in lines}
    return [
        RefundPart(
            order_id=key,
            external_id=WHOLE_REFUND,
            line_id=line_ids[key, line.external_id],
            quantity=line.quantity if order.refunded_minor == order.goods_minor else 0,
            amount_minor=part,
            refunded_at=order.placed_at,
        )
        for key, order in refunded.items()
        for line, part in zip(
            order.lines, spread(order.refunded_minor, [line.amount_minor for line in order.lines]), strict=True
        )
        if part
    ]
