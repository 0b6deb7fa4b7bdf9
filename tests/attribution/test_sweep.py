"""A task may get lost, a row cannot: the sweep finds what nobody has worked."""

import datetime as dt
import json
from typing import Any

from attribution.services.deliveries import find_deliveries_to_work, work_delivery
from attribution.tasks import sweep_deliveries
from stores.models import Delivery
from stores.models.inbox import DeliveryState
from stores.scope import store_scope
from tests.attribution.facts import deliveries, orders
from tests.attribution.shop import Json, Sale, deliver, item
from tests.cast import Cast

HOUR = dt.timedelta(hours=1)


def kept(cast: Cast, body: Json, *, ago: dt.timedelta, **more: Any) -> Delivery:
    """A delivery that was kept some time ago, and whose task never ran."""
    with store_scope(cast.store_a.pk):
        return Delivery.objects.create(
            store=cast.store_a,
            platform="shopify",
            topic="orders/paid",
            dedupe_key=f"{body['id']}",
            body=json.dumps(body).encode(),
            received_at=cast.now - ago,
            **more,
        )


def a_sale(cast: Cast) -> Sale:
    return Sale(placed_at=cast.now - HOUR, items=(item("BIKE", 1_000),))


def found(cast: Cast) -> set[Any]:
    return {pk for store_id, pk in find_deliveries_to_work(now=cast.now) if store_id == cast.store_a.pk}


def test_what_no_task_has_touched_for_fifteen_seconds(cast: Cast) -> None:
    lost = kept(cast, a_sale(cast).body(), ago=dt.timedelta(seconds=16))
    kept(cast, a_sale(cast).body(), ago=dt.timedelta(seconds=5))

    assert found(cast) == {lost.pk}
    sweep_deliveries()
    assert [state for state, _ in deliveries(cast.store_a)] == ["applied", "received"]
    assert len(orders(cast.store_a)) == 1


def test_a_parked_refund_whose_order_came_at_the_same_moment(cast: Cast) -> None:
    sale = a_sale(cast)
    parked = {"state": DeliveryState.PARKED, "worked_at": cast.now - HOUR, "order_external_id": str(sale.order_id)}
    refund = kept(cast, sale.refund(0, 1_000), ago=HOUR, **parked)
    assert found(cast) == set()
    order = kept(cast, sale.body(), ago=dt.timedelta(0))
    with store_scope(cast.store_a.pk):
        # The worker of the order dies before it tells that the refund may be worked now.
        work_delivery(store=cast.store_a, delivery_id=order.pk, now=cast.now)

    assert found(cast) == {refund.pk}
    sweep_deliveries()
    assert [state for state, _ in deliveries(cast.store_a)] == ["applied", "applied"]
    with store_scope(cast.store_a.pk):
        assert orders(cast.store_a)[0].refunds.count() == 1


def test_a_delivery_that_is_done_is_not_worked_again(cast: Cast) -> None:
    done = kept(cast, a_sale(cast).body(), ago=HOUR, state=DeliveryState.IGNORED, reason="Done.")

    assert found(cast) == set()
    with store_scope(cast.store_a.pk):
        assert work_delivery(store=cast.store_a, delivery_id=done.pk, now=cast.now) == []
    assert deliveries(cast.store_a) == [("ignored", "Done.")]
    assert orders(cast.store_a) == []


def test_a_broker_that_is_away_loses_nothing(cast: Cast, monkeypatch: Any) -> None:
    def refuse(*args: Any) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("attribution.services.inbox.work_delivery.delay", refuse)

    answer = deliver(cast.store_a, a_sale(cast).body())

    assert answer.status_code == 200
    assert deliveries(cast.store_a) == [("received", "")]
