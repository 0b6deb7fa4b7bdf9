"""A refund as the shop's platform describes it: the body of refunds/create. Pure.

`order` is always an order's body of today (order_state.current), whose `current_…` parts say what is left.
"""

from dataclasses import dataclass
from datetime import datetime

from demo.errors import ShopProblem
from demo.money import CURRENCY, amount, in_cents, included_vat, money_set, to_cents
from demo.orders import GATEWAY, stamp

FIRST_REFUND_ID = 890_088_186_047_892_319
FIRST_REFUND_LINE_ID = 487_817_672_276_298_627
FIRST_TRANSACTION_ID = 839_212_141_605_670_573
LOCATION_ID = 655_441_491
SHOP_USER_ID = 548_380_009
LINES_PER_REFUND = 100
REFUNDS_PER_ORDER = 1000
NOT_IN_REFUNDS = ("attributed_staffs", "current_quantity", "sales_line_item_group_id")


@dataclass(frozen=True)
class RefundRequest:
    """What is to be given back: quantities by line id; `restock_type` is return, no_restock or cancel."""

    quantities: dict[int, int]
    restock_type: str
    with_shipping: bool
    note: str

    @property
    def is_restocked(self) -> bool:
        return self.restock_type != "no_restock"


def everything_left(order: dict, *, restock_type: str, note: str) -> RefundRequest:
    """A request for all that has not been refunded, delivery included."""
    quantities = {line["id"]: line["current_quantity"] for line in order["line_items"]}
    return RefundRequest(quantities, restock_type, shipping_left_cents(order) > 0, note)


def is_anything_left(order: dict) -> bool:
    """Whether an article or the delivery can still be refunded."""
    return any(line["current_quantity"] for line in order["line_items"]) or shipping_left_cents(order) > 0


def shipping_left_cents(order: dict) -> int:
    """The delivery cost that has not been given back."""
    return in_cents(order["current_shipping_price_set"])


def refund_body(order: dict, request: RefundRequest, *, now: datetime) -> dict:
    """The refund as the platform reports it.

    Raises ShopProblem when there is nothing to refund or more than was bought.
    """
    check(order, request)
    refund_id = FIRST_REFUND_ID + order["number"] * REFUNDS_PER_ORDER + len(order["refunds"])
    lines = [line for line in order["line_items"] if request.quantities.get(line["id"])]
    refunded = [line_body(refund_id, place, line, request) for place, line in enumerate(lines)]
    shipping = [shipping_body(refund_id, order)] if request.with_shipping else []
    total = sum(in_cents(line["subtotal_set"]) for line in refunded)
    total += shipping_left_cents(order) if shipping else 0
    return {
        "id": refund_id,
        "order_id": order["id"],
        "created_at": stamp(now),
        "note": request.note,
        "user_id": SHOP_USER_ID,
        "processed_at": stamp(now),
        "duties": [],
        "total_duties_set": money_set(0),
        "return": None,
        "refund_shipping_lines": shipping,
        "restock": request.is_restocked,
        "admin_graphql_api_id": f"gid://shopify/Refund/{refund_id}",
        "order_adjustments": [],
        "refund_line_items": refunded,
        "transactions": [transaction_body(refund_id, order, total, now)],
    }


def check(order: dict, request: RefundRequest) -> None:
    """All refusals, before anything is made."""
    left = {line["id"]: line["current_quantity"] for line in order["line_items"]}
    if any(not 0 <= quantity <= left.get(line_id, 0) for line_id, quantity in request.quantities.items()):
        raise ShopProblem("More than is left of an article cannot be refunded.")
    if not any(request.quantities.values()) and not request.with_shipping:
        raise ShopProblem("Choose at least one article, or the delivery, to refund.")
    if request.with_shipping and not shipping_left_cents(order):
        raise ShopProblem("There is no delivery cost left to refund.")


def line_body(refund_id: int, place: int, line: dict, request: RefundRequest) -> dict:
    """A refunded quantity of a line: `subtotal` after discounts and, as the price, with the VAT inside."""
    quantity, before = request.quantities[line["id"]], line["quantity"] - line["current_quantity"]
    discount = sum(to_cents(share["amount"]) for share in line["discount_allocations"])
    net = to_cents(line["price"]) * line["quantity"] - discount
    subtotal = slice_of(net, before, quantity, line["quantity"])
    tax = slice_of(included_vat(net), before, quantity, line["quantity"])
    return {
        "id": FIRST_REFUND_LINE_ID + (refund_id - FIRST_REFUND_ID) * LINES_PER_REFUND + place,
        "quantity": quantity,
        "line_item_id": line["id"],
        "location_id": LOCATION_ID if request.is_restocked else None,
        "restock_type": request.restock_type,
        "subtotal": float(amount(subtotal)),
        "total_tax": float(amount(tax)),
        "subtotal_set": money_set(subtotal),
        "total_tax_set": money_set(tax),
        "line_item": {name: value for name, value in line.items() if name not in NOT_IN_REFUNDS},
    }


def slice_of(cents: int, before: int, count: int, of: int) -> int:
    """The share of the next `count` pieces of `of`, so that all slices add up to the whole cent."""
    return cents * (before + count) // of - cents * before // of


def shipping_body(refund_id: int, order: dict) -> dict:
    """The delivery cost given back, in whole."""
    price = shipping_left_cents(order)
    return {
        "id": refund_id,
        "shipping_line": order["shipping_lines"][0],
        "subtotal_amount_set": money_set(price),
        "tax_amount_set": money_set(included_vat(price)),
    }


def transaction_body(refund_id: int, order: dict, cents: int, now: datetime) -> dict:
    """The money that went back, as one transaction."""
    transaction_id = FIRST_TRANSACTION_ID + refund_id - FIRST_REFUND_ID
    nothing = {"amount": "0.0", "currency": CURRENCY}
    return {
        "id": transaction_id,
        "order_id": order["id"],
        "kind": "refund",
        "gateway": GATEWAY,
        "status": "success",
        "message": None,
        "created_at": stamp(now),
        "test": False,
        "authorization": None,
        "location_id": None,
        "user_id": None,
        "parent_id": None,
        "processed_at": stamp(now),
        "device_id": None,
        "error_code": None,
        "source_name": "web",
        "receipt": {},
        "amount": amount(cents),
        "currency": CURRENCY,
        "payment_id": f"{order['name']}.{len(order['refunds']) + 2}",
        "total_unsettled_set": {"presentment_money": nothing, "shop_money": dict(nothing)},
        "manual_payment_gateway": False,
        "amount_rounding": None,
        "admin_graphql_api_id": f"gid://shopify/OrderTransaction/{transaction_id}",
    }
