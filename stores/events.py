"""What platforms tell us, in one shape: facts about an order or a refund, whoever sent them. Pure.

Amounts are minor units of the store's currency; ids are the platform's own, as text.
"""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class CustomerEvent:
    """Who bought, as the platform says."""

    external_id: str
    email: str
    name: str


@dataclass(frozen=True)
class OrderLineEvent:
    """One product of an order; `amount_minor` is the line's total after discounts, without tax."""

    external_id: str
    sku: str
    title: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True)
class RefundLineEvent:
    """How much of one line went back: goods after discounts. `tax_minor` is the tax on them.

    The tax stands inside the amount where the order's prices hold tax, and beside it where they do not. Which
    it is, only the order says.
    """

    order_line_external_id: str
    quantity: int
    amount_minor: int
    tax_minor: int


@dataclass(frozen=True)
class RefundEvent:
    """A refund, whole: a fact that is added once."""

    external_id: str
    order_external_id: str
    refunded_at: dt.datetime
    lines: tuple[RefundLineEvent, ...]


@dataclass(frozen=True)
class OrderEvent:
    """An order as it was at `changed_at`, by the platform's clock; `status` is one of OrderStatus."""

    external_id: str
    number: str
    status: str
    was_paid: bool
    is_test: bool
    has_tax_in_prices: bool
    currency: str
    total_minor: int
    email: str
    customer: CustomerEvent | None
    marker: str
    placed_at: dt.datetime
    changed_at: dt.datetime
    lines: tuple[OrderLineEvent, ...]
    # Those that the order's own body tells of.
    refunds: tuple[RefundEvent, ...] = ()
