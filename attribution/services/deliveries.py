"""Deliveries: received, worked, and found again when a task got lost."""

import datetime as dt
import uuid

from django.db.models import Exists, OuterRef, Q

from attribution.services.decisions import attribute_locked
from stores.errors import BadInput
from stores.events import OrderEvent, RefundEvent
from stores.models import Delivery, Order, Store
from stores.models.facts import OrderSource
from stores.models.inbox import DeliveryState
from stores.models.tenant import Platform
from stores.platforms import PLATFORMS
from stores.scope import dangerously_across_stores
from stores.services.orders import apply_order_event, apply_refund_event

# Time that the first task gets before a sweep takes the row for lost.
PATIENCE = dt.timedelta(seconds=15)
MOST_PER_SWEEP = 500
# What a document by API has in place of a webhook's topic.
API_TOPICS = ("order", "refund")


def work_delivery(*, store: Store, delivery_id: uuid.UUID, now: dt.datetime) -> list[uuid.UUID]:
    """Read a delivery and do what it says; returns the parked deliveries that may now be worked.

    Does nothing for one that is done, so that it may be called twice. Runs in the store's scope.
    """
    waiting = Delivery.objects.filter(state__in=[DeliveryState.RECEIVED, DeliveryState.PARKED])
    delivery = waiting.select_for_update(no_key=True).filter(pk=delivery_id).first()
    if delivery is None:
        return []
    platform = PLATFORMS[delivery.platform]
    try:
        event = platform.parse(delivery.topic, bytes(delivery.body), currency=store.currency)
    except BadInput as refusal:
        return _finish(delivery, DeliveryState.UNREADABLE, now, reason=refusal.message)
    if isinstance(event, OrderEvent):
        return _work_order(store, delivery, event, now)
    if isinstance(event, RefundEvent):
        return _work_refund(store, delivery, event, now)
    return _finish(delivery, DeliveryState.IGNORED, now, reason="It tells of neither an order nor a refund.")


def find_deliveries_to_work(*, now: dt.datetime) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(store, delivery) of those that no task has touched, and of parked ones whose order has come; oldest first."""
    orders = dangerously_across_stores(Order).filter(
        store_id=OuterRef("store_id"), external_id=OuterRef("order_external_id")
    )
    is_lost = Q(state=DeliveryState.RECEIVED, received_at__lt=now - PATIENCE)
    has_order = Q(Exists(orders), state=DeliveryState.PARKED, worked_at__lt=now - PATIENCE)
    found = dangerously_across_stores(Delivery).filter(is_lost | has_order).order_by("received_at")
    return list(found.values_list("store_id", "pk")[:MOST_PER_SWEEP])


def _work_order(store: Store, delivery: Delivery, event: OrderEvent, now: dt.datetime) -> list[uuid.UUID]:
    is_document = delivery.platform == Platform.GENERIC and delivery.topic in API_TOPICS
    source = OrderSource.API if is_document else OrderSource.WEBHOOK
    order = apply_order_event(store=store, event=event, source=source)
    attribute_locked(order=order, now=now)
    _finish(delivery, DeliveryState.APPLIED, now, order_external_id=event.external_id)
    parked = Delivery.objects.filter(state=DeliveryState.PARKED, order_external_id=event.external_id)
    return list(parked.order_by("received_at").values_list("pk", flat=True))


def _work_refund(store: Store, delivery: Delivery, event: RefundEvent, now: dt.datetime) -> list[uuid.UUID]:
    order = apply_refund_event(store=store, event=event)
    key = event.order_external_id
    if order is None:
        return _finish(delivery, DeliveryState.PARKED, now, reason="Its order has not come yet.", order_external_id=key)
    attribute_locked(order=order, now=now)
    return _finish(delivery, DeliveryState.APPLIED, now, order_external_id=key)


def _finish(
    delivery: Delivery, state: DeliveryState, now: dt.datetime, *, reason: str = "", order_external_id: str = ""
) -> list[uuid.UUID]:
    delivery.state, delivery.reason, delivery.worked_at = state, reason[:300], now
    delivery.order_external_id = order_external_id
    delivery.save(update_fields=["state", "reason", "worked_at", "order_external_id"])
    return []
