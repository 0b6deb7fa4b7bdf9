"""The numbers of the overview: one function each, whose docstring is the sentence that defines it.

All run in the store's scope. A period is two moments; its end is not part of it.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, QuerySet, Sum
from django.db.models.functions import Coalesce

from attribution.models import Attribution, Outcome
from chat.models import Conversation
from payouts.models import AccountKind, Commission, LedgerLeg
from stores.models import Order, RefundLine, Store
from stores.models.facts import OrderStatus

LATEST = 5
MOST_WAITING = 10


@dataclass(frozen=True)
class Period:
    """From `start` up to `end`, which is not part of it."""

    start: dt.datetime
    end: dt.datetime


@dataclass(frozen=True)
class Sold:
    """Orders, and their goods after discounts and refunds, without tax and delivery."""

    count: int
    goods_minor: int


class Median(Aggregate):
    """The middle value; between two, half way."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def conversations(store: Store, period: Period) -> int:
    """Conversations that shoppers started in the period."""
    return _started(store, period).count()


def first_response(store: Store, period: Period) -> dt.timedelta | None:
    """The median time from a conversation's start to an expert's first reply, among those that got one."""
    waited = ExpressionWrapper(F("first_reply_at") - F("started_at"), output_field=DurationField())
    answered = _started(store, period).exclude(first_reply_at=None)
    found: dt.timedelta | None = answered.aggregate(median=Median(waited))["median"]
    return found


def answered(store: Store, period: Period) -> int:
    """Conversations started in the period that an expert has answered."""
    return _started(store, period).exclude(first_reply_at=None).count()


def sold(store: Store, period: Period, outcome: Outcome) -> Sold:
    """Orders placed in the period with this outcome and not cancelled, and what their goods were worth."""
    orders = Order.objects.filter(
        store=store, attribution__outcome=outcome, placed_at__gte=period.start, placed_at__lt=period.end
    ).exclude(status=OrderStatus.CANCELLED)
    whole = orders.aggregate(count=Count("pk"), goods=Coalesce(Sum("goods_minor"), 0))
    refunded = RefundLine.objects.filter(refund__order__in=orders).aggregate(sum=Coalesce(Sum("amount_minor"), 0))
    return Sold(whole["count"], whole["goods"] - refunded["sum"])


def commission_held(store: Store, now: dt.datetime) -> int:
    """Commission that experts have earned and that is not payable yet, because its goods can still be returned."""
    return -_payable(store).filter(available_at__gt=now).aggregate(sum=Coalesce(Sum("amount_minor"), 0))["sum"]


def commission_available(store: Store, now: dt.datetime) -> int:
    """Commission that has cleared and has not been paid out."""
    return -_payable(store).filter(available_at__lte=now).aggregate(sum=Coalesce(Sum("amount_minor"), 0))["sum"]


def fee(store: Store, period: Period) -> int:
    """Peerside's fee on the commissions booked in the period, refunds taken off."""
    booked = Commission.objects.filter(store=store, created_at__gte=period.start, created_at__lt=period.end)
    total: int = booked.aggregate(sum=Coalesce(Sum("fee_minor"), 0))["sum"]
    return total


def latest_credited(store: Store) -> QuerySet[Attribution]:
    """The newest orders that an expert earned, by the time they were placed."""
    earned = Attribution.objects.filter(store=store).exclude(outcome=Outcome.UNCREDITED)
    with_commission = earned.select_related("order", "expert").annotate(
        commission_minor=Coalesce(Sum("order__commissions__amount_minor"), 0)
    )
    return with_commission.order_by("-order__placed_at")[:LATEST]


def waiting_now(store: Store) -> QuerySet[Conversation]:
    """Conversations that wait for an expert at this moment, the longest first."""
    waiting = Conversation.objects.waiting().filter(store=store)
    return waiting.order_by("started_at")[:MOST_WAITING]


def _started(store: Store, period: Period) -> QuerySet[Conversation]:
    return Conversation.objects.filter(store=store, started_at__gte=period.start, started_at__lt=period.end)


def _payable(store: Store) -> QuerySet[LedgerLeg]:
    return LedgerLeg.objects.filter(store=store, account__kind=AccountKind.EXPERT_PAYABLE, currency=store.currency)
