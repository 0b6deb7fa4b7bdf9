"""What pages show of orders and their receipts: the same to the owner and to the expert who earned one."""

import datetime as dt
import json
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Substr

from attribution.models import Attribution
from experts.models import Expert
from payouts.models import Commission
from stores.errors import NotFound
from stores.models import Delivery, Order, OrderLine, Refund, Store
from stores.models.facts import OrderSource, OrderStatus
from stores.models.inbox import DeliveryState
from stores.money import format_money

Json = dict[str, Any]
SHOWN_BYTES = 1000


@dataclass(frozen=True)
class LineEarning:
    """One order line and what it earns: its commissions, the accrual first."""

    line: OrderLine
    refunded_minor: int
    commissions: list[Commission]

    @property
    def commission_minor(self) -> int:
        return sum(row.amount_minor for row in self.commissions)

    @property
    def accrual(self) -> Commission | None:
        return self.commissions[0] if self.commissions else None

    @property
    def fee_minor(self) -> int:
        return sum(row.fee_minor for row in self.commissions)


@dataclass(frozen=True)
class OrderFilter:
    """Which orders a list shows: imported history, or what came since; `is_standing` leaves out cancelled ones."""

    outcome: str = ""
    is_history: bool = False
    since: dt.date | None = None
    is_standing: bool = False


def list_orders(*, store: Store, chosen: OrderFilter) -> QuerySet[Order]:
    """A store's orders with `commission_minor`, newest first."""
    commission = Commission.objects.filter(order=OuterRef("pk")).order_by().values("order")
    orders = store.orders.select_related("attribution__expert").annotate(
        commission_minor=Coalesce(Subquery(commission.annotate(sum=Sum("amount_minor")).values("sum")), 0)
    )
    history = Q(source=OrderSource.IMPORT)
    orders = orders.filter(history if chosen.is_history else ~history)
    if chosen.outcome:
        orders = orders.filter(attribution__outcome=chosen.outcome)
    if chosen.since:
        midnight = dt.datetime.combine(chosen.since, dt.time(), ZoneInfo(store.timezone))
        orders = orders.filter(placed_at__gte=midnight)
    if chosen.is_standing:
        orders = orders.exclude(status=OrderStatus.CANCELLED)
    return orders.order_by("-placed_at", "-id")


@dataclass(frozen=True)
class ShownDelivery:
    """A delivery, the order that it told of, and how its body begins if it could not be read."""

    delivery: Delivery
    order_id: uuid.UUID | None
    head: str


def list_deliveries(*, store: Store, state: str = "") -> QuerySet[Delivery]:
    """What was received, newest first, of one state or all, as rows to be paged; `show_delivery` reads one."""
    order = Order.objects.filter(external_id=OuterRef("order_external_id")).values("pk")
    deliveries = store.deliveries.defer("body").annotate(
        order_id=Subquery(order),
        head=Case(When(state=DeliveryState.UNREADABLE, then=Substr("body", 1, SHOWN_BYTES))),
    )
    return (deliveries.filter(state=state) if state in DeliveryState.values else deliveries).order_by("-received_at")


def show_delivery(delivery: Delivery) -> ShownDelivery:
    """A row of `list_deliveries` as its page shows it."""
    head = bytes(getattr(delivery, "head", None) or b"")
    return ShownDelivery(delivery, getattr(delivery, "order_id", None), head.decode(errors="replace"))


def access_order(*, store: Store, order_id: uuid.UUID) -> Order:
    """An order of the store, with its decision if there is one; raises NotFound."""
    order = store.orders.select_related("attribution__expert", "customer").filter(pk=order_id).first()
    if order is None:
        raise NotFound()
    return order


def access_own_attribution(*, expert: Expert, order_id: uuid.UUID) -> Attribution:
    """The decision that credited an order to this expert; raises NotFound for every other order."""
    mine = expert.attributions.select_related("order", "expert")
    if (attribution := mine.filter(order_id=order_id).first()) is None:
        raise NotFound()
    return attribution


def decision_of(order: Order) -> Attribution | None:
    """The order's decision; None while there is none."""
    return getattr(order, "attribution", None)


def read_receipt(attribution: Attribution) -> Json:
    """The receipt, with the moments of its losers as moments."""
    receipt: Json = json.loads(attribution.receipt)
    for loser in receipt["losers"]:
        loser["occurred_at"] = dt.datetime.fromisoformat(loser["occurred_at"])
    return receipt


def tell_story(attribution: Attribution, refunds: list[Refund]) -> list[Json]:
    """The receipt's steps and what came after, as a timeline draws them, the first first."""
    steps = [
        {**step, "at": dt.datetime.fromisoformat(step["at"]) if step["at"] else attribution.decided_at}
        for step in read_receipt(attribution)["story"]
    ]
    order = attribution.order
    for refund in refunds:
        taken = sum(part.amount_minor for part in refund.lines.all())
        text = f"{format_money(taken, order.currency)} of goods." if taken else "No goods, so nothing changes."
        steps.append({"at": refund.refunded_at, "icon": "undo-2", "title": "Refunded", "text": text, "tone": "warn"})
    if order.status == OrderStatus.CANCELLED:
        text = "A cancelled order earns nothing."
        steps.append({"at": order.changed_at, "icon": "circle-x", "title": "Cancelled", "text": text, "tone": "bad"})
    return sorted(steps, key=lambda step: step["at"])


def refunds_of(order: Order) -> list[Refund]:
    """The order's refunds with their lines, the first first."""
    return list(order.refunds.prefetch_related("lines__order_line").order_by("refunded_at", "id"))


def line_earnings(order: Order) -> list[LineEarning]:
    """The order's lines with what they earn."""
    rows: dict[uuid.UUID, list[Commission]] = defaultdict(list)
    for row in order.commissions.order_by("revision"):
        rows[row.order_line_id].append(row)
    lines = order.lines.annotate(refunded_minor=Coalesce(Sum("refund_lines__amount_minor"), 0))
    return [LineEarning(line, line.refunded_minor, rows[line.pk]) for line in lines]
