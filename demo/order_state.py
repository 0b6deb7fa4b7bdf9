"""An order today: what was paid, and what refunds and a cancellation have made of it. Pure."""

from collections.abc import Sequence
from datetime import datetime

from demo.money import in_cents, money_set, priced, to_cents
from demo.orders import stamp


def current(order: dict, refunds: Sequence[dict], *, cancelled_at: datetime | None, updated_at: datetime) -> dict:
    """The order's body today: what was paid stays, `current_…` and the status follow the refunds."""
    refunded = [line for refund in refunds for line in refund["refund_line_items"]]
    shipping = [line for refund in refunds for line in refund["refund_shipping_lines"]]
    goods = sum(in_cents(line["subtotal_set"]) for line in refunded)
    gross = sum(to_cents(line["line_item"]["price"]) * line["quantity"] for line in refunded)
    delivery = sum(in_cents(line["subtotal_amount_set"]) for line in shipping)
    tax = sum(in_cents(line["total_tax_set"]) for line in refunded)
    tax += sum(in_cents(line["tax_amount_set"]) for line in shipping)
    total = to_cents(order["total_price"]) - goods - delivery
    status = "paid" if not refunds else "refunded" if total == 0 else "partially_refunded"
    return {
        **order,
        **priced("current_subtotal_price", to_cents(order["subtotal_price"]) - goods),
        **priced("current_total_discounts", to_cents(order["total_discounts"]) - (gross - goods)),
        **priced("current_total_price", total),
        **priced("current_total_tax", to_cents(order["total_tax"]) - tax),
        "current_shipping_price_set": money_set(in_cents(order["total_shipping_price_set"]) - delivery),
        "financial_status": status,
        "cancelled_at": stamp(cancelled_at) if cancelled_at else None,
        "cancel_reason": "customer" if cancelled_at else None,
        "closed_at": stamp(cancelled_at) if cancelled_at else None,
        "updated_at": stamp(updated_at),
        "line_items": [line_today(line, refunded) for line in order["line_items"]],
        "refunds": list(refunds),
    }


def line_today(line: dict, refunded: Sequence[dict]) -> dict:
    """A line with the quantity that the buyer keeps."""
    left = line["quantity"] - sum(part["quantity"] for part in refunded if part["line_item_id"] == line["id"])
    return {**line, "current_quantity": left, "fulfillable_quantity": left}
