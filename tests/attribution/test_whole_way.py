"""From a signed webhook to exact commissions: what an order is worth to the expert who advised on it."""

import datetime as dt

from tests.attribution.facts import attribution, balances, commissions, marker_of, orders, reply
from tests.attribution.shop import Sale, deliver, item
from tests.cast import Cast

HOUR = dt.timedelta(hours=1)


def test_the_product_she_advised_on_earns_ten_percent_of_the_goods_without_tax(cast: Cast) -> None:
    touch = reply(cast, at=cast.now - 3 * HOUR, skus=("BIKE",))
    # 1,299.00 with 22 % VAT inside: 234.25 of tax, 1,064.75 of goods.
    bike = item("BIKE", 129_900, tax=23_425)
    sale = Sale(placed_at=cast.now - HOUR, items=(bike,), marker=marker_of(cast, touch), has_tax=True)

    answer = deliver(cast.store_a, sale.body())

    assert answer.status_code == 200
    [order] = orders(cast.store_a)
    assert (order.status, order.goods_minor, order.total_minor) == ("paid", 106_475, 129_900)
    decision = attribution(cast.store_a)
    assert (decision.outcome, decision.evidence, decision.expert) == ("credited", "marker", cast.erik)
    # 10 % of 1,064.75 is 106.475, rounded away from zero; the fee is 20 % of the commission.
    assert commissions(cast.store_a) == [("exact", 106_475, 10_648, 2_130)]
    assert balances(cast.store_a) == {
        "store_receivable": 12_778,
        "expert_payable": -10_648,
        "peerside_revenue": -2_130,
    }
