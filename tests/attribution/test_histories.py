"""Whatever the order of arrival, and however often: the same facts end in the same rows and the same ledger."""

import datetime as dt
import itertools
import os
import random
from typing import Any

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payouts.models import Commission, LedgerLeg
from stores.models import Order, RefundLine
from stores.scope import store_scope
from tests.attribution.facts import marker_of, reply
from tests.attribution.shop import Json, Sale, deliver, item
from tests.cast import Cast, make_visitor

MINUTE = dt.timedelta(minutes=1)
LINES = [("BIKE", 1, 10_000), ("HELMET", 2, 5_000), ("LAMP", 1, 3_000)]
# 10 % of the bike, 5 % of the one helmet that was kept and of the lamp; and a fifth of each as the fee.
EARNED = {"BIKE": (1_000, 200), "HELMET": (125, 25), "LAMP": (150, 30)}

# More of them for a night: PEERSIDE_EXAMPLES=2000.
EXAMPLES = int(os.environ.get("PEERSIDE_EXAMPLES", "12"))


def new_sale(cast: Cast) -> Sale:
    """An order of a shopper of its own, whom Erik advised on the bike."""
    with store_scope(cast.store_a.pk):
        visitor, _ = make_visitor(cast.store_a)
    touch = reply(cast, at=cast.now - 60 * MINUTE, skus=("BIKE",), visitor=visitor)
    lines = (item("BIKE", 10_000), item("HELMET", 2_500, quantity=2))
    return Sale(placed_at=cast.now - 59 * MINUTE, items=lines, marker=marker_of(cast, touch))


def messages(sale: Sale) -> dict[str, Json]:
    """What the platform says of one order in its life, by name."""
    edited = [*sale.items, item("LAMP", 3_000)]
    part, rest = sale.refund(1, 2_500, minutes=30), sale.refund(0, 10_000, minutes=40)
    return {
        "create": sale.body("pending"),
        "paid": sale.body("paid", minutes=1),
        "edit": sale.body("paid", minutes=10, line_items=edited),
        "part": part,
        "told": sale.body("partially_refunded", minutes=31, line_items=edited, refunds=[part]),
        "rest": rest,
        "cancel": sale.body("refunded", minutes=50, line_items=edited, refunds=[part, rest], cancelled=True),
    }


def play(cast: Cast, names: list[str]) -> dict[str, Any]:
    """Deliver a new order's messages in the order of `names`; returns what came of it."""
    sale = new_sale(cast)
    said = messages(sale)
    for name in names:
        assert deliver(cast.store_a, said[name], topic=name).status_code == 200
    with store_scope(cast.store_a.pk):
        return outcome(Order.objects.get(external_id=str(sale.order_id)))


def outcome(order: Order) -> dict[str, Any]:
    """Everything that must not depend on the order of arrival."""
    rows = (
        Commission.objects.filter(order=order)
        .values("order_line__sku")
        .annotate(a=Sum("amount_minor"), f=Sum("fee_minor"))
    )
    legs = LedgerLeg.objects.filter(commission__order=order).values("account__kind").annotate(sum=Sum("amount_minor"))
    refunds = RefundLine.objects.filter(refund__order=order).values_list("order_line__sku", "amount_minor")
    return {
        "status": order.status,
        "goods": order.goods_minor,
        "decision": (order.attribution.outcome, order.attribution.evidence, order.attribution.expert_id),
        "lines": list(order.lines.values_list("sku", "quantity", "amount_minor")),
        "refunds": sorted(refunds),
        "earned": {row["order_line__sku"]: (row["a"], row["f"]) for row in rows if row["a"] or row["f"]},
        "ledger": {row["account__kind"]: row["sum"] for row in legs if row["sum"]},
    }


@pytest.mark.parametrize("names", list(itertools.permutations(["create", "paid", "part", "edit"])))
def test_every_order_of_four_messages(cast: Cast, names: tuple[str, ...]) -> None:
    assert play(cast, list(names)) == {
        "status": "paid",
        "goods": 18_000,
        "decision": ("credited", "marker", cast.erik.pk),
        "lines": LINES,
        "refunds": [("HELMET", 2_500)],
        "earned": EARNED,
        "ledger": {"store_receivable": 1_530, "expert_payable": -1_275, "peerside_revenue": -255},
    }


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    random=st.randoms(use_true_random=False),
    again=st.lists(st.sampled_from(["create", "paid", "part", "cancel"]), max_size=3),
)
def test_a_cancelled_order_nets_to_nothing_after_any_history(
    cast: Cast, random: random.Random, again: list[str]
) -> None:
    names = ["create", "paid", "edit", "part", "told", "rest", "cancel", *again]
    random.shuffle(names)

    assert play(cast, names) == {
        "status": "cancelled",
        "goods": 18_000,
        "decision": ("credited", "marker", cast.erik.pk),
        "lines": LINES,
        "refunds": [("BIKE", 10_000), ("HELMET", 2_500)],
        "earned": {},
        "ledger": {},
    }
