"""Refunds and cancellations: to the cent, in any order of arrival, never more than was earned."""

import datetime as dt

from attribution.models import Attribution
from stores.models import RefundLine
from stores.scope import store_scope
from tests.attribution.facts import balances, commissions, deliveries, marker_of, orders, reply
from tests.attribution.shop import Sale, deliver, item
from tests.cast import Cast

HOUR = dt.timedelta(hours=1)


def a_sale(cast: Cast) -> Sale:
    """Three wheels of 122.00 each with 22.00 VAT inside, that Erik advised on."""
    touch = reply(cast, at=cast.now - 3 * HOUR, skus=("WHEEL",))
    wheels = item("WHEEL", 12_200, quantity=3, tax=6_600)
    return Sale(placed_at=cast.now - HOUR, items=(wheels,), marker=marker_of(cast, touch), has_tax=True)


def test_a_partial_refund_takes_back_its_share(cast: Cast) -> None:
    sale = a_sale(cast)
    deliver(cast.store_a, sale.body())

    deliver(cast.store_a, sale.refund(0, 12_200, tax=2_200), topic="refunds/create")

    assert commissions(cast.store_a) == [("exact", 30_000, 3_000, 600), ("exact", 20_000, -1_000, -200)]
    assert balances(cast.store_a) == {"store_receivable": 2_400, "expert_payable": -2_000, "peerside_revenue": -400}


def test_a_refund_of_everything_leaves_nothing(cast: Cast) -> None:
    sale = a_sale(cast)
    deliver(cast.store_a, sale.body())

    deliver(cast.store_a, sale.refund(0, 36_600, tax=6_600, quantity=3))

    assert balances(cast.store_a) == {}


def test_more_refunded_than_was_paid_never_turns_the_commission_around(cast: Cast) -> None:
    sale = a_sale(cast)
    deliver(cast.store_a, sale.body())

    deliver(cast.store_a, sale.refund(0, 30_500, tax=5_500, quantity=3))
    deliver(cast.store_a, sale.refund(0, 36_600, tax=6_600, quantity=3))

    assert balances(cast.store_a) == {}


def test_a_cancellation_takes_everything_back(cast: Cast) -> None:
    sale = a_sale(cast)
    deliver(cast.store_a, sale.body())

    deliver(cast.store_a, sale.body("paid", minutes=5, cancelled=True))

    assert [order.status for order in orders(cast.store_a)] == ["cancelled"]
    assert balances(cast.store_a) == {}


def test_an_older_body_changes_nothing(cast: Cast) -> None:
    sale = a_sale(cast)
    cheaper = [item("WHEEL", 100)]
    deliver(cast.store_a, sale.body("paid", minutes=5))

    deliver(cast.store_a, sale.body("pending", minutes=1, line_items=cheaper))

    [order] = orders(cast.store_a)
    assert (order.status, order.goods_minor) == ("paid", 30_000)
    assert commissions(cast.store_a) == [("exact", 30_000, 3_000, 600)]


def test_a_refund_before_its_order_waits_for_it(cast: Cast) -> None:
    sale = a_sale(cast)

    early = deliver(cast.store_a, sale.refund(0, 12_200, tax=2_200), topic="refunds/create")

    assert early.status_code == 200
    assert deliveries(cast.store_a) == [("parked", "Its order has not come yet.")]
    deliver(cast.store_a, sale.body())
    assert deliveries(cast.store_a) == [("applied", ""), ("applied", "")]
    assert balances(cast.store_a) == {"store_receivable": 2_400, "expert_payable": -2_000, "peerside_revenue": -400}


def test_a_refund_of_a_line_that_an_edit_will_bring_waits_for_it(cast: Cast) -> None:
    sale = a_sale(cast)
    bell = item("BELL", 1_000)
    deliver(cast.store_a, sale.body())
    with_bell = sale.but(items=(*sale.items, bell))

    deliver(cast.store_a, with_bell.refund(1, 1_000), topic="refunds/create")

    assert deliveries(cast.store_a)[1][0] == "parked"
    deliver(cast.store_a, with_bell.body(minutes=5), topic="orders/updated")
    assert {state for state, _ in deliveries(cast.store_a)} == {"applied"}
    with store_scope(cast.store_a.pk):
        assert list(RefundLine.objects.values_list("order_line__sku", "amount_minor")) == [("BELL", 1_000)]


def test_a_refund_told_twice_and_in_the_order_too_counts_once(cast: Cast) -> None:
    sale = a_sale(cast)
    refund = sale.refund(0, 12_200, tax=2_200)
    deliver(cast.store_a, sale.body())

    deliver(cast.store_a, refund, topic="refunds/create")
    deliver(cast.store_a, refund, topic="refunds/create")
    deliver(cast.store_a, sale.body("partially_refunded", minutes=5, refunds=[refund]), topic="orders/updated")

    assert balances(cast.store_a) == {"store_receivable": 2_400, "expert_payable": -2_000, "peerside_revenue": -400}


def test_a_body_that_tells_of_a_refund_is_enough(cast: Cast) -> None:
    sale = a_sale(cast)
    deliver(cast.store_a, sale.body())

    refund = sale.refund(0, 12_200, tax=2_200)
    deliver(cast.store_a, sale.body("partially_refunded", minutes=5, refunds=[refund]), topic="orders/updated")

    assert balances(cast.store_a) == {"store_receivable": 2_400, "expert_payable": -2_000, "peerside_revenue": -400}


def test_a_voided_order_takes_everything_back_whichever_message_comes_first(cast: Cast) -> None:
    first, second = a_sale(cast), a_sale(cast)

    deliver(cast.store_a, first.body("paid", minutes=1))
    deliver(cast.store_a, first.body("voided", minutes=5, cancelled=True))
    deliver(cast.store_a, second.body("voided", minutes=5, cancelled=True))
    deliver(cast.store_a, second.body("paid", minutes=1))

    assert [order.status for order in orders(cast.store_a)] == ["cancelled", "cancelled"]
    assert balances(cast.store_a) == {}
    with store_scope(cast.store_a.pk):
        assert [one.outcome for one in Attribution.objects.all()] == ["credited", "credited"]


def test_a_line_that_a_newer_body_leaves_out_earns_nothing(cast: Cast) -> None:
    sale = a_sale(cast)
    bell = item("BELL", 1_000)
    deliver(cast.store_a, sale.but(items=(*sale.items, bell)).body())
    assert balances(cast.store_a)["expert_payable"] == -3_050

    deliver(cast.store_a, sale.body("paid", minutes=5))

    [order] = orders(cast.store_a)
    with store_scope(cast.store_a.pk):
        assert list(order.lines.values_list("sku", "quantity", "amount_minor")) == [
            ("WHEEL", 3, 30_000),
            ("BELL", 0, 0),
        ]
    assert balances(cast.store_a)["expert_payable"] == -3_000


def test_what_one_message_knew_another_does_not_unsay(cast: Cast) -> None:
    sale = a_sale(cast)
    deliver(cast.store_a, sale.body("pending", minutes=5, note_attributes=[], email=None, customer=None))

    deliver(cast.store_a, sale.body("paid", minutes=1))

    [order] = orders(cast.store_a)
    assert (order.status, order.email, order.marker) == ("paid", "jon@example.com", sale.marker)
    assert commissions(cast.store_a) == [("exact", 30_000, 3_000, 600)]
