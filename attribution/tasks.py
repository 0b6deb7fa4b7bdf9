"""Doors of the queue: each task takes ids, opens the store and calls one service."""

import uuid

from celery import shared_task
from django.utils import timezone

from attribution.services import deliveries
from stores.models import Store
from stores.scope import store_scope


@shared_task
def work_delivery(store_id: str, delivery_id: str) -> None:
    """Work one delivery; those that waited for it come next."""
    store = Store.objects.get(pk=store_id)
    with store_scope(store.id):
        following = deliveries.work_delivery(store=store, delivery_id=uuid.UUID(delivery_id), now=timezone.now())
    for parked_id in following:
        work_delivery.delay(store_id, str(parked_id))


@shared_task
def sweep_deliveries() -> None:
    """Put on the queue again what no task has touched, or what had to wait. Beat: every 30 seconds."""
    for store_id, delivery_id in deliveries.find_deliveries_to_work(now=timezone.now()):
        work_delivery.delay(str(store_id), str(delivery_id))
