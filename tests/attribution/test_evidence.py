"""What ties an order to a conversation, and who may not earn it: through the door, to the money."""

import datetime as dt
import json
from typing import Any

import pytest

from attribution.markers import make_marker
from attribution.models import Attribution
from attribution.rules import canonical, decide
from attribution.services import attribute_order
from experts.models import Terms
from stores.models import Customer, Order, Visitor
from stores.models.facts import OrderSource
from stores.scope import store_scope
from tests.attribution.facts import attribution, balances, commissions, marker_of, orders, reply
from tests.attribution.shop import Sale, deliver, item
from tests.cast import Cast

HOUR = dt.timedelta(hours=1)
BUYER = "jon@example.com"


def sell(cast: Cast, **changes: Any) -> None:
    """A paid order of an hour ago: the bike, and beans."""
    lines = (item("BIKE", 100_000), item("BEANS", 1_000))
    sale = Sale(**{"placed_at": cast.now - HOUR, "items": lines, "email": BUYER, **changes})
    assert deliver(cast.store_a, sale.body()).status_code == 200


def leave_email(cast: Cast, email: str, at: dt.datetime) -> None:
    with store_scope(cast.store_a.pk):
        Visitor.objects.filter(pk=cast.visitor.pk).update(email=email, email_given_at=at)


def recomputed(decision: Attribution) -> str:
    return canonical(decide(json.loads(decision.inputs)))


def test_by_the_marker(cast: Cast) -> None:
    touch = reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))

    sell(cast, marker=marker_of(cast, touch))

    decision = attribution(cast.store_a)
    assert (decision.outcome, decision.expert, decision.evidence) == ("credited", cast.erik, "marker")
    assert (decision.conversation_id, decision.visitor_id) == (touch.conversation_id, cast.visitor.pk)
    assert commissions(cast.store_a) == [("exact", 100_000, 10_000, 2_000), ("other", 1_000, 50, 10)]
    assert recomputed(decision) == decision.receipt


def test_by_an_email_whatever_its_capitals(cast: Cast) -> None:
    reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))
    leave_email(cast, "JON@example.com", cast.now - 2 * HOUR)

    sell(cast)

    decision = attribution(cast.store_a)
    assert (decision.outcome, decision.evidence) == ("credited", "email")
    assert recomputed(decision) == decision.receipt


def test_not_by_an_email_that_was_left_after_the_order(cast: Cast) -> None:
    reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))
    leave_email(cast, BUYER, cast.now)

    sell(cast)

    decision = attribution(cast.store_a)
    assert (decision.outcome, decision.expert, decision.evidence) == ("uncredited", None, "none")
    assert commissions(cast.store_a) == []


def test_not_by_another_stores_marker(cast: Cast) -> None:
    touch = reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))
    foreign = make_marker(
        store_id=cast.store_b.pk,
        visitor_id=touch.visitor_id,
        conversation_id=touch.conversation_id,
        now=touch.occurred_at,
    )

    sell(cast, marker=foreign)

    decision = attribution(cast.store_a)
    assert (decision.outcome, decision.evidence) == ("uncredited", "none")
    assert "was not signed by us for this store" in decision.receipt


def test_the_buyers_address_stands_nowhere_in_what_is_stored(cast: Cast) -> None:
    reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))
    leave_email(cast, BUYER, cast.now - 2 * HOUR)

    sell(cast)

    decision = attribution(cast.store_a)
    assert BUYER not in decision.inputs + decision.receipt
    assert "Snow" not in decision.inputs + decision.receipt


def test_an_experts_own_order_earns_nothing_whatever_spelling_she_uses(cast: Cast) -> None:
    touch = reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))
    name, _, domain = cast.erik_user.email.partition("@")

    sell(cast, marker=marker_of(cast, touch), email=f"{name.upper()}+bike@{domain}")

    decision = attribution(cast.store_a)
    assert (decision.outcome, json.loads(decision.receipt)["reason"]) == ("uncredited", "self_purchase")
    assert commissions(cast.store_a) == []


def test_an_expert_who_is_the_orders_customer(cast: Cast) -> None:
    touch = reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))
    with store_scope(cast.store_a.pk):
        Customer.objects.filter(experts=cast.erik).update(external_id="115310627314723954")

    sell(cast, marker=marker_of(cast, touch), email="somebody@example.com")

    assert json.loads(attribution(cast.store_a).receipt)["reason"] == "self_purchase"


def test_the_rates_are_those_in_force_when_she_replied(cast: Cast) -> None:
    with store_scope(cast.store_a.pk):
        Terms.objects.create(store=cast.store_a, version=2, effective_from=cast.now - 2 * HOUR, rate_exact_bps=2_000)
    touch = reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))

    sell(cast, marker=marker_of(cast, touch))

    assert commissions(cast.store_a)[0] == ("exact", 100_000, 10_000, 2_000)


def test_two_experts_two_devices_one_order_one_commission_a_line(cast: Cast) -> None:
    first = reply(cast, at=cast.now - 4 * HOUR, skus=("BIKE",))
    reply(cast, at=cast.now - 3 * HOUR, skus=("BEANS",), expert=cast.nora)

    sell(cast, marker=marker_of(cast, first))

    decision = attribution(cast.store_a)
    assert decision.expert == cast.nora
    assert commissions(cast.store_a) == [("other", 100_000, 5_000, 1_000), ("exact", 1_000, 100, 20)]


def test_a_test_order_has_no_decision(cast: Cast) -> None:
    touch = reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))

    sell(cast, marker=marker_of(cast, touch), is_test=True)

    assert [order.is_test for order in orders(cast.store_a)] == [True]
    with store_scope(cast.store_a.pk):
        assert not Attribution.objects.exists()
    assert balances(cast.store_a) == {}


def test_imported_history_is_never_decided_on(cast: Cast) -> None:
    touch = reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))
    sale = Sale(placed_at=cast.now - HOUR, items=(item("BIKE", 1_000),), marker=marker_of(cast, touch))
    with store_scope(cast.store_a.pk):
        Order.objects.create(
            store=cast.store_a,
            external_id=str(sale.order_id),
            number="#1",
            status="paid",
            source=OrderSource.IMPORT,
            currency="EUR",
            goods_minor=1_000,
            total_minor=1_000,
            placed_at=cast.now - 2 * HOUR,
            changed_at=cast.now - 2 * HOUR,
        )

    deliver(cast.store_a, sale.body())

    with store_scope(cast.store_a.pk):
        [order] = Order.objects.all()
        assert (order.number, order.source) == (sale.body()["name"], OrderSource.IMPORT)
        assert attribute_order(order=order, now=cast.now) is None
        assert not Attribution.objects.exists()


@pytest.mark.parametrize("payment", ["pending", "authorized", "voided"])
def test_an_order_that_was_never_paid_has_no_decision(cast: Cast, payment: str) -> None:
    touch = reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))
    sale = Sale(placed_at=cast.now - HOUR, items=(item("BIKE", 1_000),), marker=marker_of(cast, touch))

    deliver(cast.store_a, sale.body(payment))

    with store_scope(cast.store_a.pk):
        assert not Attribution.objects.exists()


def test_a_decision_is_made_once_and_kept(cast: Cast) -> None:
    touch = reply(cast, at=cast.now - 4 * HOUR, skus=("BIKE",))
    sale = Sale(placed_at=cast.now - HOUR, items=(item("BIKE", 1_000),), marker=marker_of(cast, touch))
    deliver(cast.store_a, sale.body())
    before = attribution(cast.store_a).receipt

    reply(cast, at=cast.now - 2 * HOUR, skus=("BIKE",), expert=cast.nora)
    deliver(cast.store_a, sale.body(minutes=5))

    assert attribution(cast.store_a).receipt == before
    assert commissions(cast.store_a) == [("exact", 1_000, 100, 20)]
