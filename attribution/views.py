"""Pages about orders: the owner's list, an order with its receipt, what was delivered; the expert's receipt."""

import datetime as dt
import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from attribution.models import Outcome
from attribution.services.reading import (
    LineEarning,
    OrderFilter,
    access_order,
    access_own_attribution,
    decision_of,
    line_earnings,
    list_deliveries,
    list_orders,
    read_receipt,
    refunds_of,
    show_delivery,
    tell_story,
)
from experts.access import ExpertRequest, expert_door
from stores.access import StoreRequest, store_door
from stores.clock import in_store_time
from stores.models import Order
from stores.models.inbox import DeliveryState

PAGE = 50


@store_door("see")
@require_GET
@in_store_time
def orders(request: StoreRequest) -> HttpResponse:
    """Every order, newest first, with whom it is credited to."""
    chosen = chosen_orders(request.GET)
    page = Paginator(list_orders(store=request.store, chosen=chosen), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "chosen": chosen, "outcomes": Outcome.choices}
    return render(request, "attribution/orders.html", context)


@store_door("see")
@require_GET
@in_store_time
def order(request: StoreRequest, order_id: uuid.UUID) -> HttpResponse:
    """One order: why it is credited or not, what its lines earn, what was refunded."""
    found = access_order(store=request.store, order_id=order_id)
    return render(request, "attribution/order.html", order_context(found))


@store_door("see")
@require_GET
@in_store_time
def deliveries(request: StoreRequest) -> HttpResponse:
    """What the shop's platform sent us, and what became of it."""
    state = request.GET.get("state", "")
    page = Paginator(list_deliveries(store=request.store, state=state), PAGE).get_page(request.GET.get("page"))
    shown = [show_delivery(delivery) for delivery in page]
    context = {"page": page, "deliveries": shown, "state": state, "states": DeliveryState.choices}
    return render(request, "attribution/deliveries.html", context)


@expert_door
@require_GET
@in_store_time
def console_order(request: ExpertRequest, order_id: uuid.UUID) -> HttpResponse:
    """Why an order is hers: the owner's receipt, without anything that says who bought."""
    attribution = access_own_attribution(expert=request.expert, order_id=order_id)
    return render(request, "attribution/console_order.html", order_context(attribution.order))


def chosen_orders(query: QueryDict) -> OrderFilter:
    """What the address asks for; what cannot be read asks for nothing."""
    try:
        since = dt.date.fromisoformat(query.get("since", ""))
    except ValueError:
        since = None
    outcome = query.get("outcome", "")
    return OrderFilter(
        outcome=outcome if outcome in Outcome.values else "",
        is_history=query.get("history") == "yes",
        since=since,
        is_standing=query.get("standing") == "yes",
    )


def order_context(order: Order) -> dict[str, Any]:
    """What both pages of an order show."""
    attribution, refunds, lines = decision_of(order), refunds_of(order), line_earnings(order)
    return {
        "order": order,
        "attribution": attribution,
        "receipt": read_receipt(attribution) if attribution else None,
        "story": tell_story(attribution, refunds) if attribution else [],
        "lines": lines,
        "refunds": refunds,
        "commission_minor": sum(line.commission_minor for line in lines),
        "fee_minor": sum(line.fee_minor for line in lines),
        "clears_at": clears_at(lines),
        "now": timezone.now(),
    }


def clears_at(lines: list[LineEarning]) -> Any:
    """When the hold on what the order still earns ends; None if it earns nothing."""
    return max((line.accrual.available_at for line in lines if line.accrual and line.commission_minor), default=None)
