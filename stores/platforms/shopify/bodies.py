"""Shopify's order and refund bodies.

What a body is about is read from the body: its topic stands in a header that nobody signed. Money is taken in
the shop's currency (`…_set.shop_money`), whatever the shopper saw. Totals are never checked against each
other: Shopify's own samples do not add up.
"""

from stores.errors import BadInput
from stores.events import CustomerEvent, OrderEvent, OrderLineEvent, RefundEvent, RefundLineEvent
from stores.models.facts import OrderStatus
from stores.platforms.reading import (
    Json,
    bookable,
    child,
    distinct,
    email,
    flag,
    identifier,
    load_object,
    moment,
    money,
    objects,
    pieces,
    same_currency,
    text,
)

# The cart attribute that carries the marker to the order.
MARKER = "peerside"
PAID = {"paid", "partially_refunded", "refunded"}


def parse(topic: str, body: bytes, *, currency: str) -> OrderEvent | RefundEvent | None:
    """The order or the refund that a body tells of, or None; raises BadInput for one that cannot be read."""
    source = load_object(body)
    if "refund_line_items" in source and "order_id" in source:
        return _refund(source, identifier(source, "order_id"), currency)
    # Drafts and checkouts have lines too, but nobody has paid them.
    if "line_items" in source and "financial_status" in source:
        return _order(source, currency)
    return None


def _order(source: Json, currency: str) -> OrderEvent:
    same_currency(text(source, "currency", limit=3), currency)
    order_id = identifier(source, "id")
    placed_at = moment(source, "created_at") or moment(source, "processed_at")
    if placed_at is None:
        raise BadInput("“created_at” is missing.")
    has_tax = flag(source, "taxes_included")
    refunds = tuple(_refund(refund, order_id, currency) for refund in objects(source, "refunds"))
    payment = text(source, "financial_status", limit=30)
    return OrderEvent(
        external_id=order_id,
        number=text(source, "name", limit=60) or f"#{identifier(source, 'order_number')}",
        status=_status(source, payment),
        was_paid=payment in PAID,
        is_test=flag(source, "test"),
        has_tax_in_prices=has_tax,
        currency=currency,
        total_minor=_shop_money(source, "total_price", currency),
        email=email(source, "email") or email(source, "contact_email"),
        customer=_customer(source),
        marker=_marker(source),
        placed_at=placed_at,
        changed_at=moment(source, "updated_at") or placed_at,
        lines=distinct(_line(line, refunds, has_tax, currency) for line in objects(source, "line_items")),
        refunds=refunds,
    )


def _status(source: Json, payment: str) -> str:
    if payment == "voided" or moment(source, "cancelled_at"):
        return OrderStatus.CANCELLED
    return OrderStatus.PAID if payment in PAID else OrderStatus.PENDING


def _customer(source: Json) -> CustomerEvent | None:
    """Null for guests of old, and wherever the app may not see customers."""
    if not (customer := child(source, "customer")) or customer.get("id") is None:
        return None
    name = f"{text(customer, 'first_name', limit=60)} {text(customer, 'last_name', limit=59)}".strip()
    return CustomerEvent(identifier(customer, "id"), email(customer, "email"), name)


def _marker(source: Json) -> str:
    attributes = objects(source, "note_attributes")
    return next((text(item, "value", limit=1000) for item in attributes if item.get("name") == MARKER), "")


def _line(line: Json, refunds: tuple[RefundEvent, ...], has_tax: bool, currency: str) -> OrderLineEvent:
    line_id, quantity = identifier(line, "id"), pieces(line, "quantity")
    off = sum(_shop_money(part, "amount", currency) for part in objects(line, "discount_allocations"))
    tax = sum(_shop_money(part, "price", currency) for part in objects(line, "tax_lines")) if has_tax else 0
    amount = bookable(_shop_money(line, "price", currency) * quantity - off - tax)
    kept = quantity - _taken_out(line, line_id, quantity, refunds)
    return OrderLineEvent(
        external_id=line_id,
        sku=text(line, "sku", limit=100) or text(line, "product_id", limit=100),
        title=text(line, "title", limit=200) or text(line, "name", limit=200),
        quantity=kept,
        amount_minor=amount * kept // quantity if quantity else 0,
    )


def _taken_out(line: Json, line_id: str, quantity: int, refunds: tuple[RefundEvent, ...]) -> int:
    """Pieces that an edit of the order took out: those that are gone without a refund that tells of them."""
    if line.get("current_quantity") is None:
        return 0
    parts = [part for refund in refunds for part in refund.lines if part.order_line_external_id == line_id]
    refunded = sum(part.quantity for part in parts)
    return min(quantity, max(0, quantity - pieces(line, "current_quantity") - refunded))


def _refund(source: Json, order_id: str, currency: str) -> RefundEvent:
    refunded_at = moment(source, "processed_at") or moment(source, "created_at")
    if refunded_at is None:
        raise BadInput("“created_at” is missing.")
    return RefundEvent(identifier(source, "id"), order_id, refunded_at, _refund_lines(source, currency))


def _refund_lines(source: Json, currency: str) -> tuple[RefundLineEvent, ...]:
    """What went back, each line of the order once: Shopify lists it again for each place that restocks it.

    The goods' value counts (`refund_line_items`); what was transferred to the buyer may be less or more.
    """
    sums: dict[str, tuple[int, int, int]] = {}
    for line in objects(source, "refund_line_items"):
        key = identifier(line, "line_item_id")
        count, amount, tax = sums.get(key, (0, 0, 0))
        amount += bookable(_shop_money(line, "subtotal", currency))
        tax += bookable(_shop_money(line, "total_tax", currency) if line.get("total_tax") is not None else 0)
        sums[key] = (count + pieces(line, "quantity"), bookable(amount), bookable(tax))
    return tuple(RefundLineEvent(key, *values) for key, values in sums.items())


def _shop_money(source: Json, name: str, currency: str) -> int:
    """An amount in the shop's currency: from its `…_set` where Shopify gives one."""
    pair = child(source, f"{name}_set") or {}
    if (shop_money := child(pair, "shop_money")) is None:
        return money(source, name, currency)
    same_currency(text(shop_money, "currency_code", limit=3), currency)
    return money(shop_money, "amount", currency)
