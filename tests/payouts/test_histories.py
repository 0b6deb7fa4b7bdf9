"""Random histories of sales, refunds, cancellations, runs and banks: the books hold after each (F6, issue 5 §3)."""

import datetime as dt
import os
from collections import defaultdict
from typing import Any

from django.db.models import Sum
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from experts.models import Expert
from payouts.commission_rules import Credit
from payouts.models import AccountKind, Commission, LedgerLeg, LedgerTransaction, Payout, PayoutState
from payouts.months import Month
from payouts.services.commissions import settle_order
from payouts.services.payouts import take_step
from payouts.services.runs import create_run, plan_run
from payouts.services.statements import months_of, statement_of
from stores.errors import Conflict
from stores.models import Order
from stores.models.facts import OrderStatus
from stores.money import share
from stores.scope import store_scope
from tests.cast import make_cast
from tests.payouts.factories import credit_for, make_order, refund, set_status
from tests.payouts.test_runs import give_accounts

DAY = dt.timedelta(days=1)
HELD_DAYS = 17
RATES = {"exact": 1000, "other": 500}
EXAMPLES = int(os.environ.get("PEERSIDE_EXAMPLES", "12"))


class Books(RuleBasedStateMachine):
    """One store, two experts, a clock that only goes forward."""

    orders = Bundle("orders")

    @initialize()
    def open_store(self) -> None:
        self.cast = make_cast()
        self.now = self.start = self.cast.now - 300 * DAY
        self.credits: dict[Any, Credit] = {}
        # What each line should have earned at the last settlement: the model against which the ledger is held.
        self.should_be: dict[Any, int] = {}
        with self.scope():
            give_accounts(self.cast)
            Expert.objects.update(engaged_at=self.start)

    def scope(self) -> Any:
        return store_scope(self.cast.store_a.id)

    @rule(
        target=orders,
        amounts=st.lists(st.integers(15_000, 90_000) | st.integers(0, 99), min_size=1, max_size=3),
        letters=st.text("eo", min_size=3, max_size=3),
        is_eriks=st.booleans(),
        status=st.sampled_from([OrderStatus.PAID, OrderStatus.PAID, OrderStatus.PENDING]),
    )
    def sell(self, amounts: list[int], letters: str, is_eriks: bool, status: str) -> Order:
        with self.scope():
            order = make_order(self.cast.store_a, amounts, placed_at=self.now, status=status)
            expert = self.cast.erik if is_eriks else self.cast.nora
            self.credits[order.pk] = credit_for(order, expert, self.cast.terms, letters[: len(amounts)])
            self.settle_in_scope(order)
        return order

    @rule(order=orders, position=st.integers(0, 2), part=st.sampled_from([1, 2, 3, 10]), is_settled=st.booleans())
    def give_back(self, order: Order, position: int, part: int, is_settled: bool) -> None:
        with self.scope():
            lines = list(order.lines.all())
            line = lines[position % len(lines)]
            refund(order, line.position, -(-line.amount_minor // part))
            if is_settled:
                self.settle_in_scope(order)

    @rule(order=orders, status=st.sampled_from(OrderStatus.values))
    def change_status(self, order: Order, status: str) -> None:
        with self.scope():
            set_status(order, status)
            self.settle_in_scope(order)

    @rule(order=orders)
    def settle_again(self, order: Order) -> None:
        with self.scope():
            self.settle_in_scope(order)
            assert settle_order(order=order, credit=self.credits[order.pk], now=self.now) == []

    @rule(order=consumes(orders))
    def give_back_everything(self, order: Order) -> None:
        with self.scope():
            for line in order.lines.all():
                refund(order, line.position, line.amount_minor)
            self.settle_in_scope(order)
            sums = Commission.objects.filter(order=order).aggregate(c=Sum("amount_minor"), f=Sum("fee_minor"))
            assert (sums["c"] or 0, sums["f"] or 0) == (0, 0)

    @rule(days=st.sampled_from([0, 1, 18, 18, 40]))
    def wait_and_run(self, days: int) -> None:
        self.now += days * DAY
        with self.scope():
            plan = plan_run(store=self.cast.store_a, now=self.now)
            cleared = self.cleared()
            try:
                run = create_run(store=self.cast.store_a, user=self.cast.maya, expected=plan.fingerprint, now=self.now)
            except Conflict:
                assert not plan.due
                return
            for payout in run.payouts.all():
                assert 2000 <= payout.amount_minor == cleared[payout.expert_id]

    @rule(step=st.sampled_from(["sent", "withdrawn"]))
    def send_or_not(self, step: str) -> None:
        self.say(step, is_single=False)

    @rule(step=st.sampled_from(["paid", "failed"]), is_single=st.booleans())
    def hear_from_the_bank(self, step: str, is_single: bool) -> None:
        self.say(step, is_single=is_single)

    def say(self, step: str, *, is_single: bool) -> None:
        with self.scope():
            payout = Payout.objects.select_related("run__store").order_by("-created_at", "id").first()
            if payout is None:
                return
            one = payout.pk if is_single else None
            try:
                take_step(run=payout.run, step=step, user=self.cast.maya, now=self.now, reason="said so", payout_id=one)
            except Conflict:
                event(f"{step} refused")
                return
            event(step)

    def settle_in_scope(self, order: Order) -> None:
        credit = self.credits[order.pk]
        settle_order(order=order, credit=credit, now=self.now)
        facts = Order.objects.get(pk=order.pk)
        for line in order.lines.all():
            refunded = line.refund_lines.aggregate(sum=Sum("amount_minor"))["sum"] or 0
            net = max(0, line.amount_minor - refunded) if facts.status == OrderStatus.PAID else 0
            self.should_be[line.pk] = share(net, RATES[credit.kinds[line.pk]])

    def cleared(self) -> dict[Any, int]:
        """What may be paid to each expert, from the commissions' own dates and the payouts that stand."""
        sums: dict[Any, int] = defaultdict(int)
        for row in Commission.objects.select_related("order"):
            if row.order.placed_at + HELD_DAYS * DAY <= self.now:
                sums[row.expert_id] += row.amount_minor
        for payout in Payout.objects.exclude(state=PayoutState.FAILED):
            sums[payout.expert_id] -= payout.amount_minor
        return sums

    @invariant()
    def every_line_has_earned_its_share(self) -> None:
        with self.scope():
            rows = Commission.objects.values("order_line").annotate(sum=Sum("amount_minor")).order_by()
            booked = {row["order_line"]: row["sum"] for row in rows}
            assert {line: amount for line, amount in booked.items() if amount} == {
                line: amount for line, amount in self.should_be.items() if amount
            }

    @invariant()
    def every_transaction_sums_to_zero(self) -> None:
        with self.scope():
            sums = LedgerTransaction.objects.annotate(sum=Sum("legs__amount_minor")).values_list("sum", flat=True)
            assert set(sums) <= {0}

    @invariant()
    def accounts_follow_commissions_and_payouts(self) -> None:
        with self.scope():
            rows = LedgerLeg.objects.values("account__kind").annotate(sum=Sum("amount_minor")).order_by()
            sums = defaultdict(int, {row["account__kind"]: row["sum"] for row in rows})
            earned = Commission.objects.aggregate(c=Sum("amount_minor"), f=Sum("fee_minor"))
            states = Payout.objects.values("state").annotate(sum=Sum("amount_minor")).order_by()
            paid = defaultdict(int, {row["state"]: row["sum"] for row in states})
            under_way = paid[PayoutState.PENDING] + paid[PayoutState.SENT]
            commission, fee = earned["c"] or 0, earned["f"] or 0
            assert sums[AccountKind.STORE_RECEIVABLE] == commission + fee
            assert sums[AccountKind.PEERSIDE_REVENUE] == -fee
            assert sums[AccountKind.IN_TRANSIT] == -under_way
            assert sums[AccountKind.STORE_CASH] == -paid[PayoutState.PAID]
            assert sums[AccountKind.EXPERT_PAYABLE] == -commission + under_way + paid[PayoutState.PAID]

    def teardown(self) -> None:
        """At the end of each history: statements balance, and each opens where the one before closed."""
        if not hasattr(self, "now"):
            return
        with self.scope():
            for expert in (self.cast.erik, self.cast.nora):
                fresh = Expert.objects.select_related("store").get(pk=expert.pk)
                closing = 0
                for month in reversed(months_of(expert=fresh, now=self.now)):
                    statement = statement_of(expert=fresh, month=month, now=self.now)
                    assert statement.opening_minor == closing
                    assert statement.opening_minor + statement.moved_minor == statement.closing_minor
                    closing = statement.closing_minor
                assert month == Month.of(self.now, fresh.store.timezone)


def test_random_histories_keep_the_books() -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
