"""What an order line earns: pure arithmetic on integers, no I/O."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stores.money import share

LineKind = Literal["exact", "other"]


@dataclass(frozen=True)
class Credit:
    """Who earned an order, under which terms, and each line's kind by its id. A line without a kind earns nothing."""

    expert_id: uuid.UUID
    terms_id: uuid.UUID
    kinds: Mapping[uuid.UUID, LineKind]


@dataclass(frozen=True)
class Earned:
    """What a line earns altogether: the expert's commission, and Peerside's fee on top of it, in minor units."""

    commission_minor: int
    fee_minor: int


def commissionable(*, amount_minor: int, refunded_minor: int, is_earning: bool) -> int:
    """A line's goods after discounts and refunds, never below 0; 0 for an order that is not earning."""
    return max(0, amount_minor - refunded_minor) if is_earning else 0


def earned(*, commissionable_minor: int, rate_bps: int, fee_bps: int) -> Earned:
    """Commission by the rate, and the fee as a share of the commission."""
    commission = share(commissionable_minor, rate_bps)
    return Earned(commission, share(commission, fee_bps))


def reason_for(
    *, earlier_minor: int | None, amount_minor: int, has_credit: bool, order_state: str, refunded_minor: int
) -> str:
    """Why a line's commission moved by `amount_minor`, in words for the expert.

    `earlier_minor` is what was booked before (None: nothing ever was); `order_state` the order's status, or "test".
    """
    if earlier_minor is None:
        return "Order paid"
    if amount_minor > 0:
        return "Order changed" if earlier_minor else "Order put back"
    if not has_credit:
        return "Credit withdrawn"
    by_state = {"cancelled": "Order cancelled", "test": "Marked as a test order", "pending": "Payment withdrawn"}
    if order_state in by_state:
        return by_state[order_state]
    return "Goods refunded" if refunded_minor else "Order changed"
