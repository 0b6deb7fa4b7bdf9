"""settle_order: literal amounts, any order of events, any number of times."""

import datetime as dt

import pytest

from payouts.commission_rules import Credit, commissionable, earned
from payouts.models import AccountKind, Commission, LedgerLeg, LedgerTransaction
from payouts.services import ledger
from payouts.services.commissions import settle_order
from stores.errors import Conflict
from stores.models import Order, Store
from stores.models.facts import OrderStatus
from stores.money import share
from stores.scope import store_scope
from tests.cast import Cast
from tests.payouts.factories import credit_for, make_order, refund, set_status

DAY = dt.timedelta(days=1)


def totals(order: Order) -> dict[str, int]:
    """What the order's legs come to, by kind of account."""
    sums: dict[str, int] = {}
    for leg in LedgerLeg.objects.filter(commission__order=order).select_related("account"):
        sums[leg.account.kind] = sums.get(leg.account.kind, 0) + leg.amount_minor
    return sums


def amounts(rows: list[Commission]) -> list[tuple[int, int]]:
    return [(row.amount_minor, row.fee_minor) for row in rows]


def test_a_paid_order_accrues_by_line_and_kind(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [4900, 1250], placed_at=cast.now)
        rows = settle_order(order=order, credit=credit_for(order, cast.erik, cast.terms, "eo"), now=cast.now)

        # 10 % of 49.00 and 5 % of 12.50 (0.625, rounded away from zero); Peerside takes 20 % of each on top.
        assert amounts(rows) == [(490, 98), (63, 13)]
        assert [(row.kind, row.rate_bps, row.reason) for row in rows] == [
            ("exact", 1000, "Order paid"),
            ("other", 500, "Order paid"),
        ]
        # The store takes goods back for 14 days; 3 more for parcels on their way.
        assert {row.available_at for row in rows} == {cast.now + 17 * DAY}
        assert totals(order) == {"expert_payable": -553, "store_receivable": 664, "peerside_revenue": -111}


def test_settling_again_changes_nothing(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [4900], placed_at=cast.now)
        credit = credit_for(order, cast.erik, cast.terms)
        settle_order(order=order, credit=credit, now=cast.now)

        assert settle_order(order=order, credit=credit, now=cast.now + DAY) == []
        assert LedgerTransaction.objects.count() == 1


def test_refunds_post_the_difference_and_a_whole_refund_nets_to_nothing(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [4999], placed_at=cast.now)
        credit = credit_for(order, cast.erik, cast.terms)
        settle_order(order=order, credit=credit, now=cast.now)
        refund(order, 0, 1111)
        (first,) = settle_order(order=order, credit=credit, now=cast.now + DAY)
        # 499.9 → 500 before, 388.8 → 389 after; the fee goes from 100 to 78.
        assert (first.amount_minor, first.fee_minor, first.commissionable_minor) == (-111, -22, 3888)
        assert (first.revision, first.reason) == (2, "Goods refunded")
        assert first.available_at == cast.now + 17 * DAY

        refund(order, 0, 3888)
        assert amounts(settle_order(order=order, credit=credit, now=cast.now + 2 * DAY)) == [(-389, -78)]
        assert totals(order) == {"expert_payable": 0, "store_receivable": 0, "peerside_revenue": 0}


def test_a_refund_never_takes_back_more_than_was_earned(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [1000], placed_at=cast.now)
        credit = credit_for(order, cast.erik, cast.terms)
        settle_order(order=order, credit=credit, now=cast.now)
        refund(order, 0, 39929)

        assert amounts(settle_order(order=order, credit=credit, now=cast.now)) == [(-100, -20)]


def test_an_order_refunded_before_it_is_settled_earns_on_what_is_left(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [1000], placed_at=cast.now)
        refund(order, 0, 400)
        rows = settle_order(order=order, credit=credit_for(order, cast.erik, cast.terms), now=cast.now)

        assert amounts(rows) == [(60, 12)]


@pytest.mark.parametrize(
    ("status", "reason"), [(OrderStatus.CANCELLED, "Order cancelled"), (OrderStatus.PENDING, "Payment withdrawn")]
)
def test_what_is_not_paid_earns_nothing_and_is_put_back_when_it_is(cast: Cast, status: str, reason: str) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [2000], placed_at=cast.now, status=status)
        credit = credit_for(order, cast.erik, cast.terms)
        assert settle_order(order=order, credit=credit, now=cast.now) == []

        set_status(order, OrderStatus.PAID)
        assert amounts(settle_order(order=order, credit=credit, now=cast.now)) == [(200, 40)]
        set_status(order, status)
        (taken,) = settle_order(order=order, credit=credit, now=cast.now)
        assert (taken.amount_minor, taken.fee_minor, taken.reason) == (-200, -40, reason)
        set_status(order, OrderStatus.PAID)
        (put_back,) = settle_order(order=order, credit=credit, now=cast.now + DAY)
        assert (put_back.amount_minor, put_back.revision, put_back.reason) == (200, 3, "Order put back")
        assert put_back.available_at == cast.now + 17 * DAY


def test_a_test_order_earns_nothing(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [2000], placed_at=cast.now)
        credit = credit_for(order, cast.erik, cast.terms)
        settle_order(order=order, credit=credit, now=cast.now)
        Order.objects.filter(pk=order.pk).update(is_test=True)

        (taken,) = settle_order(order=order, credit=credit, now=cast.now)
        assert (taken.amount_minor, taken.reason) == (-200, "Marked as a test order")


def test_a_line_that_the_credit_does_not_name_earns_nothing(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [2000, 3000], placed_at=cast.now)
        first = order.lines.get(position=0)
        credit = Credit(expert_id=cast.erik.pk, terms_id=cast.terms.pk, kinds={first.pk: "exact"})

        assert amounts(settle_order(order=order, credit=credit, now=cast.now)) == [(200, 40)]


def test_credit_that_moves_takes_back_from_the_one_and_gives_to_the_other(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [2000], placed_at=cast.now)
        settle_order(order=order, credit=credit_for(order, cast.erik, cast.terms), now=cast.now)
        moved = settle_order(order=order, credit=credit_for(order, cast.nora, cast.terms, "o"), now=cast.now)
        assert [(row.expert_id, row.amount_minor, row.revision, row.reason) for row in moved] == [
            (cast.erik.pk, -200, 2, "Credit withdrawn"),
            (cast.nora.pk, 100, 3, "Order paid"),
        ]
        gone = settle_order(order=order, credit=None, now=cast.now)
        assert [(row.expert_id, row.amount_minor) for row in gone] == [(cast.nora.pk, -100)]
        assert settle_order(order=order, credit=None, now=cast.now) == []


def test_an_order_without_credit_books_nothing(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [2000], placed_at=cast.now)

        assert settle_order(order=order, credit=None, now=cast.now) == []


def test_another_currency_than_the_store_keeps_is_refused_whole(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [2000], placed_at=cast.now, currency="USD")
        with pytest.raises(Conflict, match="is in USD"):
            settle_order(order=order, credit=credit_for(order, cast.erik, cast.terms), now=cast.now)

        assert not Commission.objects.exists()


# Ten currencies; the commission is 10 % of a price as its country writes it, the fee 20 % of that.
CURRENCIES = [
    ("JPY", 6850, 685, 137),
    ("KRW", 12995, 1300, 260),
    ("KWD", 12345, 1235, 247),
    ("BHD", 999, 100, 20),
    ("HUF", 1299005, 129901, 25980),
    ("TWD", 88015, 8802, 1760),
    ("USD", 4, 0, 0),
    ("GBP", 5, 1, 0),
    ("CHF", 1995, 200, 40),
    ("ISK", 14990, 1499, 300),
]


@pytest.mark.parametrize(("currency", "price", "commission", "fee"), CURRENCIES)
def test_ten_currencies(cast: Cast, currency: str, price: int, commission: int, fee: int) -> None:
    Store.objects.filter(pk=cast.store_a.pk).update(currency=currency)
    cast.store_a.refresh_from_db()
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [price], placed_at=cast.now)
        credit = credit_for(order, cast.erik, cast.terms)
        rows = settle_order(order=order, credit=credit, now=cast.now)
        assert amounts(rows) == ([(commission, fee)] if commission else [])
        assert {leg.currency for row in rows for leg in row.legs.all()} == ({currency} if commission else set())

        refund(order, 0, price)
        settle_order(order=order, credit=credit, now=cast.now)
        assert set(totals(order).values()) <= {0}
        account = ledger.payable_account(store=cast.store_a, expert_id=cast.erik.pk)
        assert (ledger.balance(account) if account else 0) == 0


@pytest.mark.parametrize("rate_bps", [0, 1, 333, 500, 1000, 1250, 9999, 10000])
def test_a_share_of_what_is_taken_back_is_what_was_given(rate_bps: int) -> None:
    for amount in (0, 1, 4, 5, 49, 50, 149, 150, 4999, 99_999_999):
        assert share(-amount, rate_bps) == -share(amount, rate_bps)


def test_the_pure_rules() -> None:
    assert commissionable(amount_minor=1000, refunded_minor=300, is_earning=True) == 700
    assert commissionable(amount_minor=1000, refunded_minor=1300, is_earning=True) == 0
    assert commissionable(amount_minor=1000, refunded_minor=0, is_earning=False) == 0
    assert commissionable(amount_minor=-50, refunded_minor=0, is_earning=True) == 0
    given = earned(commissionable_minor=4999, rate_bps=1000, fee_bps=2000)
    assert (given.commission_minor, given.fee_minor) == (500, 100)


@pytest.mark.parametrize(("window", "held_days"), [(14, 17), (0, 3), (None, 30)])
def test_the_hold_is_the_return_window_and_three_days_or_what_the_terms_say(
    cast: Cast, window: int | None, held_days: int
) -> None:
    Store.objects.filter(pk=cast.store_a.pk).update(return_window_days=window)
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [2000], placed_at=cast.now - DAY)
        (row,) = settle_order(order=order, credit=credit_for(order, cast.erik, cast.terms), now=cast.now)

        assert row.available_at == cast.now - DAY + held_days * DAY


def test_every_leg_of_an_accrual_names_its_commission(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        order = make_order(cast.store_a, [2000], placed_at=cast.now)
        (row,) = settle_order(order=order, credit=credit_for(order, cast.erik, cast.terms), now=cast.now)

        booked = LedgerTransaction.objects.get(source_key=f"commission:{row.pk}")
        assert {leg.commission_id for leg in booked.legs.all()} == {row.pk}
        payable = booked.legs.get(account__kind=AccountKind.EXPERT_PAYABLE)
        assert payable.account.expert_id == cast.erik.pk
