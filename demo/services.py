"""What the shop does: sell, refund, cancel, notify. Each is one transaction; webhooks leave after it."""

import json
import secrets
from datetime import datetime

from django.db import transaction

from demo import tasks
from demo.errors import ShopProblem
from demo.models import DemoOrder, DemoWebhook
from demo.orders import Checkout, order_body
from demo.people import Buyer
from demo.refunds import RefundRequest, everything_left, is_anything_left, refund_body
from demo.shop import Cart, priced


@transaction.atomic
def place_order(*, cart: Cart, buyer: Buyer, landing_site: str, now: datetime) -> DemoOrder:
    """Sell the cart and report it as created and paid; the same cart again returns the first order.

    Raises ShopProblem for an empty cart.
    """
    basket = priced(cart)
    if not basket.lines:
        raise ShopProblem("Your basket is empty.")
    order, is_new = DemoOrder.objects.get_or_create(
        cart_token=cart["token"], defaults={"body": {}, "created_at": now, "updated_at": now}
    )
    if not is_new:
        return order
    checkout = Checkout(
        number=order.pk,
        basket=basket,
        buyer=buyer,
        attributes=cart["attributes"],
        cart_token=cart["token"],
        order_token=secrets.token_hex(16),
        landing_site=landing_site,
        created_at=now,
    )
    order.body = order_body(checkout)
    order.save(update_fields=["body"])
    notify(order=order, topic="orders/create", body=order.body, now=now)
    notify(order=order, topic="orders/paid", body=order.body, now=now)
    return order


@transaction.atomic
def refund_order(*, order_id: int, request: RefundRequest, refunds_seen: int, now: datetime) -> DemoOrder:
    """Give money back for articles or the delivery.

    `refunds_seen` is how many refunds the person's page showed. Raises ShopProblem when nothing or too much
    is chosen, or when the page was out of date (a second click).
    """
    order = DemoOrder.objects.select_for_update().get(pk=order_id)
    if len(order.refunds) != refunds_seen:
        raise ShopProblem("This order has changed since the page was opened. Look again before you refund.")
    refund = record_refund(order, request, now)
    notify(order=order, topic="refunds/create", body=refund, now=now)
    notify(order=order, topic="orders/updated", body=order.today, now=now)
    return order


@transaction.atomic
def cancel_order(*, order_id: int, now: datetime) -> DemoOrder:
    """Cancel an order and give back whatever has not been refunded; raises ShopProblem the second time."""
    order = DemoOrder.objects.select_for_update().get(pk=order_id)
    if order.cancelled_at is not None:
        raise ShopProblem("This order is already cancelled.")
    order.cancelled_at = now
    if is_anything_left(order.today):
        request = everything_left(order.today, restock_type="cancel", note="Order cancelled")
        notify(order=order, topic="refunds/create", body=record_refund(order, request, now), now=now)
    else:
        save_state(order, now)
    notify(order=order, topic="orders/cancelled", body=order.today, now=now)
    notify(order=order, topic="orders/updated", body=order.today, now=now)
    return order


def record_refund(order: DemoOrder, request: RefundRequest, now: datetime) -> dict:
    """Add a refund to the order and return its body; the caller holds the order's lock."""
    refund = refund_body(order.today, request, now=now)
    order.refunds = [*order.refunds, refund]
    save_state(order, now)
    return refund


def save_state(order: DemoOrder, now: datetime) -> None:
    """Store what has happened to the order and what that makes of its status."""
    order.updated_at = now
    order.financial_status = order.today["financial_status"]
    order.save(update_fields=["refunds", "cancelled_at", "updated_at", "financial_status"])


def notify(*, order: DemoOrder, topic: str, body: dict, now: datetime) -> None:
    """Put a notification into the outbox; a lost task only delays it until the sweep."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    webhook = DemoWebhook.objects.create(order=order, topic=topic, body=raw, created_at=now, next_try_at=now)
    transaction.on_commit(lambda: tasks.deliver.delay(webhook.pk), robust=True)


@transaction.atomic
def send_again(*, webhook_id: int, now: datetime) -> None:
    """Send a webhook once more with the same ids and bytes, whatever became of it: a duplicate on purpose."""
    DemoWebhook.objects.filter(pk=webhook_id).update(next_try_at=now, attempts=0)
    transaction.on_commit(lambda: tasks.deliver.delay(webhook_id), robust=True)
