"""The one decision on an order, and what follows from it in money."""

import datetime as dt
import json
import uuid

from attribution.models import Attribution
from attribution.rules import canonical, decide
from attribution.services.inputs import gather_inputs
from payouts.commission_rules import Credit
from payouts.services.commissions import settle_order
from stores.models import Order
from stores.models.facts import OrderSource


def attribute_order(*, order: Order, now: dt.datetime) -> Attribution | None:
    """Decide on an order when it was paid first, and settle its commissions as it stands now.

    Takes the order's row lock, so that there is one decision however many deliveries are worked at once; later calls
    keep it and settle only. None, and nothing done, for an order that was never paid, a test, or imported history.
    """
    orders = Order.objects.select_related("store", "customer").select_for_update(of=("self",), no_key=True)
    return attribute_locked(order=orders.get(pk=order.pk), now=now)


def attribute_locked(*, order: Order, now: dt.datetime) -> Attribution | None:
    """`attribute_order` for a caller who holds the order's lock and has read it under the lock."""
    if not order.was_paid or order.is_test or order.source == OrderSource.IMPORT:
        return None
    attribution = Attribution.objects.filter(order=order).first() or _record(order, now)
    settle_order(order=order, credit=credit_of(attribution), now=now)
    return attribution


def credit_of(attribution: Attribution) -> Credit | None:
    """The stored decision as the payouts floor takes it, with a kind for every line that the order has by now."""
    receipt = json.loads(attribution.receipt)
    if attribution.expert_id is None:
        return None
    skus = set(receipt["skus"])
    lines = attribution.order.lines.values_list("pk", "sku")
    return Credit(
        expert_id=attribution.expert_id,
        terms_id=uuid.UUID(receipt["terms"]),
        kinds={line_id: "exact" if sku in skus else "other" for line_id, sku in lines},
    )


def _record(order: Order, now: dt.datetime) -> Attribution:
    inputs = gather_inputs(order=order)
    receipt = decide(inputs)
    return Attribution.objects.create(
        store=order.store,
        order=order,
        outcome=receipt["outcome"],
        expert_id=_uuid(receipt["expert"]),
        visitor_id=_uuid(receipt["visitor"]),
        conversation_id=_uuid(receipt["conversation"]),
        evidence=receipt["evidence"],
        rule=receipt["rule"],
        rule_version=receipt["rule_version"],
        inputs=canonical(inputs),
        receipt=canonical(receipt),
        decided_at=now,
    )


def _uuid(text: str | None) -> uuid.UUID | None:
    return uuid.UUID(text) if text else None
