"""What owners read first."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from attribution.models import Outcome
from insights import queries
from insights.checklist import checklist
from insights.queries import Period
from payouts.months import Month
from stores.access import StoreRequest, store_door
from stores.clock import in_store_time

PERIODS = {"month": "This month", "30-days": "Last 30 days"}


@store_door("see")
@require_GET
@in_store_time
def overview(request: StoreRequest) -> HttpResponse:
    """What experts were asked, what they sold and what they are owed; and what to do next."""
    store, now = request.store, timezone.now()
    key = request.GET.get("period", "month")
    key = key if key in PERIODS else "month"
    period = period_of(key, store.timezone, now)
    steps = checklist(store)
    context = {
        "periods": PERIODS,
        "period_key": key,
        "since": timezone.localtime(period.start).date(),
        "conversations": queries.conversations(store, period),
        "answered": queries.answered(store, period),
        "first_response": queries.first_response(store, period),
        "credited": queries.sold(store, period, Outcome.CREDITED),
        "assisted": queries.sold(store, period, Outcome.ASSISTED),
        "held_minor": queries.commission_held(store, now),
        "available_minor": queries.commission_available(store, now),
        "fee_minor": queries.fee(store, period),
        "latest": queries.latest_credited(store),
        "waiting": queries.waiting_now(store),
        "steps": steps if any(not step.is_done for step in steps) else [],
    }
    return render(request, "insights/overview.html", context)


def period_of(key: str, time_zone: str, now: dt.datetime) -> Period:
    """This month by the store's clock, or the last 30 whole days and today."""
    if key == "month":
        return Period(Month.of(now, time_zone).bounds(time_zone)[0], now)
    today = now.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Period(today - dt.timedelta(days=30), now)
