"""Commissions: what each order line should earn, and the difference to what is booked."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.db.models import Sum

from experts.models import Terms
from experts.rules import hold_days
from payouts.commission_rules import Credit, commissionable, earned, reason_for
from payouts.models import AccountKind, Commission, CommissionKind
from payouts.services.ledger import Entry, Leg, post_all
from stores.errors import Conflict
from stores.models import Order, OrderLine, RefundLine
from stores.models.facts import OrderStatus


def settle_order(*, order: Order, credit: Credit | None, now: dt.datetime) -> list[Commission]:
    """Book what the order's commissions lack to be what they should be; returns the rows written, none if all is well.

    Takes the order's row lock (again, if the caller holds it) and reads the order anew under it, so that it may be
    called as often as one likes, before or after any refund or cancellation. `credit` is the stored decision; with
    None, and for an expert who lost the credit, everything booked is taken back. Runs in the store's scope.
    Raises Conflict for a credited order that is not in the store's currency; then nothing is written.
    """
    order = Order.objects.select_related("store").select_for_update(of=("self",), no_key=True).get(pk=order.pk)
    if credit and order.currency != order.store.currency:
        raise Conflict(
            f"Order {order.number} is in {order.currency}, and {order.store.name} keeps its books in "
            f"{order.store.currency}: no commission is booked."
        )
    terms = Terms.objects.get(pk=credit.terms_id) if credit else None
    history = defaultdict(list)
    for row in order.commissions.select_related("terms").order_by("revision"):
        history[row.order_line_id].append(row)
    refunds = RefundLine.objects.filter(store=order.store, refund__order=order).values_list("order_line_id")
    refunded = dict(refunds.annotate(sum=Sum("amount_minor")))
    written = []
    for line in order.lines.all():
        for row in differences(
            order=order,
            line=line,
            refunded_minor=refunded.get(line.pk, 0),
            history=history[line.pk],
            credit=credit,
            terms=terms,
            now=now,
        ):
            row.save(force_insert=True)
            written.append(row)
    post_all(store=order.store, occurred_at=now, entries=[entry_of(row) for row in written])
    return written


def differences(
    *,
    order: Order,
    line: OrderLine,
    refunded_minor: int,
    history: Sequence[Commission],
    credit: Credit | None,
    terms: Terms | None,
    now: dt.datetime,
) -> Iterator[Commission]:
    """The rows, not saved yet, that bring one line's commissions to what they should be; losers of the credit first.

    `history` is what is booked for the line, by revision.
    """
    heir = credit.expert_id if credit and line.pk in credit.kinds else None
    experts = {row.expert_id for row in history} | ({heir} if heir else set())
    revision = len(history)
    for expert_id in sorted(experts, key=lambda expert: (expert == heir, expert)):
        mine = [row for row in history if row.expert_id == expert_id]
        if credit and terms and expert_id == heir:
            her_terms, kind = terms, CommissionKind(credit.kinds[line.pk])
            base = commissionable(
                amount_minor=line.amount_minor, refunded_minor=refunded_minor, is_earning=is_earning(order)
            )
        else:
            her_terms, kind, base = mine[-1].terms, CommissionKind(mine[-1].kind), 0
        rate_bps = her_terms.rate_exact_bps if kind == CommissionKind.EXACT else her_terms.rate_other_bps
        should_be = earned(commissionable_minor=base, rate_bps=rate_bps, fee_bps=her_terms.fee_bps)
        booked = sum(row.amount_minor for row in mine)
        amount = should_be.commission_minor - booked
        fee = should_be.fee_minor - sum(row.fee_minor for row in mine)
        if not amount and not fee:
            continue
        revision += 1
        yield Commission(
            store=order.store,
            expert_id=expert_id,
            order=order,
            order_line=line,
            terms=her_terms,
            revision=revision,
            kind=kind,
            rate_bps=rate_bps,
            commissionable_minor=base,
            amount_minor=amount,
            fee_minor=fee,
            currency=order.currency,
            reason=reason_for(
                earlier_minor=booked if mine else None,
                amount_minor=amount,
                has_credit=expert_id == heir,
                order_state="test" if order.is_test else order.status,
                refunded_minor=refunded_minor,
            ),
            # What takes back or gives again clears when its accrual does: while that is held they net each other.
            available_at=mine[0].available_at if mine else clears_at(order, her_terms),
            created_at=now,
        )


def is_earning(order: Order) -> bool:
    """Whether an order earns at all: paid, not cancelled, no test."""
    return order.status == OrderStatus.PAID and not order.is_test


def clears_at(order: Order, terms: Terms) -> dt.datetime:
    """When the hold on an order's commissions ends."""
    days = hold_days(return_window_days=order.store.return_window_days, terms_hold_days=terms.hold_days)
    return order.placed_at + dt.timedelta(days=days)


def entry_of(commission: Commission) -> Entry:
    """The ledger entry of one commission row: the store owes commission and fee, we owe the expert her part of it."""
    parts = (
        (AccountKind.STORE_RECEIVABLE, commission.amount_minor + commission.fee_minor),
        (AccountKind.EXPERT_PAYABLE, -commission.amount_minor),
        (AccountKind.PEERSIDE_REVENUE, -commission.fee_minor),
    )
    legs = [
        Leg(
            kind=kind,
            amount_minor=amount,
            currency=commission.currency,
            available_at=commission.available_at,
            expert_id=commission.expert_id if kind == AccountKind.EXPERT_PAYABLE else None,
            commission=commission,
        )
        for kind, amount in parts
    ]
    return Entry(kind="commission", source_key=f"commission:{commission.pk}", legs=legs)
