"""Orders, refunds and settled commissions for tests of money; call them in the store's scope."""

import datetime as dt
import itertools
from decimal import Decimal

from experts.models import Expert, Terms
from payouts.commission_rules import Credit, LineKind
from payouts.services.commissions import settle_order
from stores.models import Order, OrderLine, Refund, RefundLine, Store
from stores.models.facts import OrderSource, OrderStatus

_numbers = itertools.count(1)


def make_order(
    store: Store, amounts: list[int], *, placed_at: dt.datetime, status: str = OrderStatus.PAID, currency: str = ""
) -> Order:
    """An order with a line of each amount."""
    number = f"#{next(_numbers)}"
    order = Order.objects.create(
        store=store,
        external_id=number,
        number=number,
        status=status,
        source=OrderSource.WEBHOOK,
        currency=currency or store.currency,
        goods_minor=sum(amounts),
        total_minor=sum(amounts),
        placed_at=placed_at,
        changed_at=placed_at,
    )
    for position, amount in enumerate(amounts):
        OrderLine.objects.create(
            store=store,
            order=order,
            external_id=str(position),
            title=f"Product {position}",
            quantity=1,
            amount_minor=amount,
            position=position,
        )
    return order


def refund(order: Order, position: int, amount_minor: int) -> Refund:
    """Goods of one line given back."""
    taken_back = Refund.objects.create(
        store=order.store, order=order, external_id=f"r{next(_numbers)}", refunded_at=order.placed_at
    )
    line = order.lines.get(position=position)
    RefundLine.objects.create(
        store=order.store, refund=taken_back, order_line=line, quantity=1, amount_minor=amount_minor
    )
    return taken_back


def set_status(order: Order, status: str) -> None:
    Order.objects.filter(pk=order.pk).update(status=status)


def credit_for(order: Order, expert: Expert, terms: Terms, kinds: str = "") -> Credit:
    """Credit for a whole order; `kinds` has a letter per line, e(xact) or o(ther), all exact if left out."""
    names: dict[str, LineKind] = {"e": "exact", "o": "other"}
    lines = list(order.lines.all())
    letters = kinds or "e" * len(lines)
    return Credit(
        expert_id=expert.pk,
        terms_id=terms.pk,
        kinds={line.pk: names[letter] for line, letter in zip(lines, letters, strict=True)},
    )


def earn(expert: Expert, terms: Terms, commission_minor: int, *, placed_at: dt.datetime, now: dt.datetime) -> Order:
    """A settled order of one line that earns exactly this commission at the terms' exact rate."""
    amount = int(Decimal(commission_minor) * 10_000 / terms.rate_exact_bps)
    order = make_order(expert.store, [amount], placed_at=placed_at)
    rows = settle_order(order=order, credit=credit_for(order, expert, terms), now=now)
    assert [row.amount_minor for row in rows] == [commission_minor]
    return order
