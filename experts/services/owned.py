"""What an expert owns, verified from orders."""

import datetime as dt
import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from experts.models import Expert
from stores.models import OrderLine, Store
from stores.models.facts import OrderStatus


@dataclass(frozen=True)
class Owned:
    """A product that she bought and kept."""

    sku: str
    title: str
    bought_on: dt.date


def owned_products(*, expert: Expert) -> list[Owned]:
    """What an expert owns, by her own record as a buyer; nothing where she has none."""
    return bought_and_kept(store=expert.store, customer_id=expert.customer_id) if expert.customer_id else []


def bought_and_kept(*, store: Store, customer_id: uuid.UUID) -> list[Owned]:
    """Each product once, bought last first: of a customer's paid orders, without what was given back whole."""
    lines = (
        OrderLine.objects.filter(
            order__customer_id=customer_id, order__status=OrderStatus.PAID, order__is_test=False, quantity__gt=0
        )
        .annotate(returned=Coalesce(Sum("refund_lines__quantity"), 0))
        .filter(returned__lt=F("quantity"))
        .order_by("-order__placed_at", "position")
        .values_list("sku", "title", "order__placed_at")
    )
    zone = ZoneInfo(store.timezone)
    owned: dict[str, Owned] = {}
    for sku, title, placed_at in lines:
        owned.setdefault(sku or title, Owned(sku, title, placed_at.astimezone(zone).date()))
    return list(owned.values())
