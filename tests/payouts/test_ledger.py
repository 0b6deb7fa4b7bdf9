"""The ledger service: one event, one transaction, legs that sum to zero, balances that are sums."""

import datetime as dt

import pytest

from payouts.models import AccountKind, LedgerAccount, LedgerLeg, LedgerTransaction
from payouts.services import ledger
from payouts.services.ledger import Held, Leg, NotBalanced, post
from stores.scope import store_scope
from tests.cast import Cast

DAY = dt.timedelta(days=1)


def accrual(cast: Cast, amount: int, available_at: dt.datetime, currency: str = "EUR") -> list[Leg]:
    payable, receivable = AccountKind.EXPERT_PAYABLE, AccountKind.STORE_RECEIVABLE
    return [
        Leg(kind=receivable, amount_minor=amount, currency=currency, available_at=available_at),
        Leg(
            kind=payable,
            amount_minor=-amount,
            currency=currency,
            available_at=available_at,
            expert_id=cast.erik.pk,
        ),
    ]


def book(cast: Cast, source_key: str, legs: list[Leg]) -> LedgerTransaction:
    return post(store=cast.store_a, kind="commission", source_key=source_key, occurred_at=cast.now, legs=legs)


def test_a_fact_is_booked_once(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        first = book(cast, "fact:1", accrual(cast, 500, cast.now))
        again = book(cast, "fact:1", accrual(cast, 700, cast.now))

        assert again == first
        assert sorted(first.legs.values_list("amount_minor", flat=True)) == [-500, 500]


def test_accounts_are_made_on_demand_and_once(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        for number in range(3):
            book(cast, f"fact:{number}", accrual(cast, 500, cast.now))

        kinds = LedgerAccount.objects.order_by("kind").values_list("kind", "expert", "currency")
        assert list(kinds) == [("expert_payable", cast.erik.pk, "EUR"), ("store_receivable", None, "EUR")]


def test_legs_of_nothing_are_left_out(cast: Cast) -> None:
    nothing = Leg(kind=AccountKind.PEERSIDE_REVENUE, amount_minor=0, currency="EUR", available_at=cast.now)
    with store_scope(cast.store_a.id):
        booked = book(cast, "fact:1", [*accrual(cast, 500, cast.now), nothing])

        assert booked.legs.count() == 2


def test_unbalanced_and_mixed_legs_are_refused_before_anything_is_written(cast: Cast) -> None:
    euros, dollars = accrual(cast, 500, cast.now), accrual(cast, 500, cast.now, currency="USD")
    with store_scope(cast.store_a.id):
        for legs in ([euros[0]], [euros[0], dollars[1]], [*euros, *dollars], []):
            with pytest.raises(NotBalanced):
                book(cast, "fact:1", legs)

        assert not LedgerTransaction.objects.exists()
        assert not LedgerAccount.objects.exists()


def test_balances_are_sums_and_holds_are_dates(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        book(cast, "a", accrual(cast, 500, cast.now))
        book(cast, "b", accrual(cast, 700, cast.now + 2 * DAY))
        book(cast, "c", accrual(cast, 40, cast.now + 5 * DAY))
        book(cast, "d", accrual(cast, -700, cast.now + 2 * DAY))
        account = ledger.payable_account(store=cast.store_a, expert_id=cast.erik.pk)
        assert account

        assert ledger.balance(account) == -540
        assert ledger.available(account, cast.now) == 500
        # What a refund took back inside its hold leaves no date behind.
        assert ledger.held(account, cast.now) == [Held(cast.now + 5 * DAY, 40)]
        assert ledger.available(account, cast.now + 5 * DAY) == 540
        assert ledger.held(account, cast.now + 5 * DAY) == []


def test_one_store_does_not_see_the_other_ones_books(cast: Cast) -> None:
    with store_scope(cast.store_a.id):
        book(cast, "fact:1", accrual(cast, 500, cast.now))
    with store_scope(cast.store_b.id):
        assert not LedgerLeg.objects.exists()
        assert ledger.payable_account(store=cast.store_a, expert_id=cast.erik.pk) is None
