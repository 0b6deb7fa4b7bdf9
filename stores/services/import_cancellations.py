"""Books cancelled rows as refunds of what the same customer bought before."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from stores.imports.cancellations import BoughtLine, allocate, refund_ids
from stores.imports.orders import RefusedRow
from stores.imports.rows import Row
from stores.models import OrderLine, Refund, Store
from stores.models.facts import OrderSource, OrderStatus
from stores.services.import_facts import RefundPart, customer_ids, write_refunds


@dataclass(frozen=True)
class Cancelled:
    """What became of cancelled rows: how many were booked now, and which were refused."""

    booked: int
    refused: Sequence[RefusedRow]


def book_cancellations(*, store: Store, rows: Sequence[Row], now: dt.datetime) -> Cancelled:
    """Book cancellations; all of a customer's must be among `rows`. Caller holds the store's import lock."""
    customers = customer_ids({row.customer_key for row in rows})
    known = Refund.objects.filter(
        order__customer_id__in=set(customers.values()), external_id__in=set(refund_ids(rows).values())
    )
    bookings, refused = allocate(
        rows,
        customers,
        _bought(customers=set(customers.values()), skus={row.sku for row in rows}),
        frozenset(known.values_list("external_id", flat=True)),
    )
    write_refunds(store=store, parts=[RefundPart(**asdict(booking)) for booking in bookings], now=now)
    return Cancelled(len({booking.external_id for booking in bookings}), refused)


def _bought(*, customers: set[uuid.UUID], skus: set[str]) -> list[BoughtLine]:
    """The customers' paid, imported lines of these products, with what is left of each."""
    lines = (
        OrderLine.objects.filter(
            order__customer_id__in=customers,
            order__source=OrderSource.IMPORT,
            order__status=OrderStatus.PAID,
            sku__in=skus,
        )
        .annotate(
            quantity_left=F("quantity") - Coalesce(Sum("refund_lines__quantity"), 0),
            amount_left=F("amount_minor") - Coalesce(Sum("refund_lines__amount_minor"), 0),
        )
        .select_related("order")
    )
    return [
        BoughtLine(
            line_id=line.pk,
            order_id=line.order_id,
            order_number=line.order.number,
            customer_id=line.order.customer_id,
            sku=line.sku,
            placed_at=line.order.placed_at,
            position=line.position,
            quantity_left=line.quantity_left,
            amount_left_minor=max(0, line.amount_left),
        )
        for line in lines
        if line.order.customer_id
    ]
