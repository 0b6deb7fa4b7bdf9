"""What an expert earned, line by line, and what became of it."""

import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass

from django.db.models import Min, QuerySet, Sum

from experts.models import Expert
from payouts.models import Commission, Payout, PayoutState
from stores.models import Order, OrderLine


@dataclass(frozen=True)
class EarningLine:
    """One order line's commission: the accrual, and what later refunds did to it."""

    line: OrderLine
    order: Order
    product_count: int
    accrual: Commission
    changes: list[Commission]

    @property
    def amount_minor(self) -> int:
        return self.accrual.amount_minor + sum(row.amount_minor for row in self.changes)


def earning_lines(expert: Expert) -> QuerySet:
    """The expert's order lines, newest first, as rows to be paged; `read_lines` makes EarningLines of a page."""
    rows = Commission.objects.filter(store=expert.store_id, expert=expert).values("order_line_id")
    return rows.annotate(first_at=Min("created_at")).order_by("-first_at", "order_line_id")


def read_lines(expert: Expert, rows: list[dict]) -> list[EarningLine]:
    """The EarningLines of some rows of `earning_lines`, in their order."""
    ids = [row["order_line_id"] for row in rows]
    history: dict[uuid.UUID, list[Commission]] = defaultdict(list)
    found = Commission.objects.filter(store=expert.store_id, expert=expert, order_line__in=ids)
    for commission in found.select_related("order", "order_line").order_by("revision"):
        history[commission.order_line_id].append(commission)
    orders = {rows_of_line[0].order_id for rows_of_line in history.values()}
    counts = Counter(
        OrderLine.objects.filter(store=expert.store_id, order__in=orders).values_list("order_id", flat=True)
    )
    return [
        EarningLine(
            line=history[pk][0].order_line,
            order=history[pk][0].order,
            product_count=counts[history[pk][0].order_id],
            accrual=history[pk][0],
            changes=history[pk][1:],
        )
        for pk in ids
    ]


@dataclass(frozen=True)
class PaidOut:
    """What payouts have carried away, in minor units."""

    paid_minor: int
    on_its_way_minor: int


def paid_out(payouts: QuerySet[Payout]) -> PaidOut:
    """The sums of some payouts, an expert's or a store's."""
    sums = payouts.order_by().values("state").annotate(sum=Sum("amount_minor"))
    by_state = {row["state"]: row["sum"] for row in sums}
    return PaidOut(
        paid_minor=by_state.get(PayoutState.PAID, 0),
        on_its_way_minor=by_state.get(PayoutState.PENDING, 0) + by_state.get(PayoutState.SENT, 0),
    )
