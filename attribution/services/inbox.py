"""The letter box: what is authentic is kept as it came, and only then worked."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping

from django.db import transaction

from attribution.tasks import work_delivery
from stores.errors import BadInput, Conflict, NotAuthentic
from stores.models import Delivery, PlatformConnection, Store
from stores.models.tenant import Platform
from stores.platforms import PLATFORMS, generic
from stores.services.orders import store_delivery


def receive_webhook(
    *, store: Store, platform: str, body: bytes, headers: Mapping[str, str], now: dt.datetime
) -> Delivery:
    """Keep a signed request of the store's platform, whatever it says; one that came before is the first one.

    Runs in the store's scope. Raises NotAuthentic, and keeps nothing, without a signature by one of its secrets.
    """
    connection = PlatformConnection.objects.filter(store=store, platform=platform).first()
    module = PLATFORMS[platform]
    if connection is None or not module.verify(body, headers, connection.secrets()):
        raise NotAuthentic()
    key = module.delivery_key(body, headers)
    return _keep(store=store, platform=platform, topic=module.topic(headers), dedupe_key=key, body=body, now=now)


def receive_document(*, store: Store, topic: str, body: bytes, idempotency_key: str, now: dt.datetime) -> Delivery:
    """Keep an order or refund document (`topic`) that the store's server sent by API; a repeat is the first one.

    Runs in the store's scope. Raises BadInput for a document that cannot be read, and Conflict where the
    idempotency key came before with another document.
    """
    if generic.parse(topic, body, currency=store.currency) is None:
        raise BadInput(f"This is no document of kind “{topic}”.")
    key = f"api:{topic}:{hashlib.sha256(idempotency_key.encode() or body).hexdigest()}"
    delivery = _keep(store=store, platform=Platform.GENERIC, topic=topic, dedupe_key=key, body=body, now=now)
    if bytes(delivery.body) != body:
        raise Conflict("This Idempotency-Key was used before, with another body.")
    return delivery


def _keep(*, store: Store, platform: str, topic: str, dedupe_key: str, body: bytes, now: dt.datetime) -> Delivery:
    delivery, is_first = store_delivery(
        store=store, platform=platform, topic=topic, dedupe_key=dedupe_key, body=body, now=now
    )
    if is_first:
        # A broker that is away must not turn a kept delivery into an error: the sweep finds it.
        transaction.on_commit(lambda: _ring(store.pk, delivery.pk), robust=True)
    return delivery


def _ring(store_id: uuid.UUID, delivery_id: uuid.UUID) -> None:
    work_delivery.delay(str(store_id), str(delivery_id))
