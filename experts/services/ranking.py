"""Ranks a store's customers: facts by one query over all of them, decided by `experts.ranking`, stored whole."""

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Max, Q

from experts.models import Candidate, Expert, ExpertState
from experts.ranking import RANKING_VERSION, Facts, Ranked, rank
from stores.models import Import, Store
from stores.models.imports import ImportState
from stores.scope import dangerously_across_stores

AT_ONCE = 2_000
# "Last 3 weeks ago" is true for a week.
STALE_AFTER = dt.timedelta(days=7)

# Days are those of the store's own clock. A line counts as kept while some of it was neither sent back nor paid back.
FACTS = """
WITH returned AS (
    SELECT order_line_id, sum(quantity) AS units, sum(amount_minor) AS minor
    FROM stores_refundline WHERE store_id = %(store)s GROUP BY order_line_id
), line AS MATERIALIZED (
    SELECT o.customer_id, o.id AS order_id, (o.placed_at AT TIME ZONE %(zone)s)::date AS day, l.quantity,
        l.amount_minor, greatest(0, l.amount_minor - coalesce(r.minor, 0)) AS net_minor,
        l.amount_minor > coalesce(r.minor, 0) AND l.quantity > coalesce(r.units, 0) AS is_kept,
        coalesce(l.product_id::text, nullif(l.sku, ''), l.title) AS product, nullif(p.category, '') AS category
    FROM stores_order o
    JOIN stores_orderline l ON l.store_id = o.store_id AND l.order_id = o.id
    LEFT JOIN stores_product p ON p.store_id = l.store_id AND p.id = l.product_id
    LEFT JOIN returned r ON r.order_line_id = l.id
    WHERE o.store_id = %(store)s AND o.status = 'paid' AND NOT o.is_test AND o.customer_id IS NOT NULL
        AND l.quantity > 0
), bought AS (
    SELECT customer_id, count(DISTINCT order_id) AS orders, count(DISTINCT day) AS bought_days,
        count(DISTINCT day) FILTER (WHERE is_kept) AS kept_days,
        count(DISTINCT product) FILTER (WHERE is_kept) AS products,
        count(DISTINCT category) FILTER (WHERE is_kept) AS categories,
        sum(amount_minor)::bigint AS gross_minor, sum(net_minor)::bigint AS net_minor,
        min(day) FILTER (WHERE is_kept) AS first_on, max(day) FILTER (WHERE is_kept) AS last_on,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY quantity) AS units_per_line
    FROM line GROUP BY customer_id
), typical AS (
    SELECT customer_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY units) AS units_per_order,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY minor) AS order_minor
    FROM (
        SELECT customer_id, sum(quantity) AS units, sum(amount_minor)::double precision AS minor
        FROM line GROUP BY customer_id, order_id
    ) orders GROUP BY customer_id
), wrote AS (
    SELECT customer_id, count(*) AS reviews, sum(helpful_votes)::bigint AS helpful_votes
    FROM stores_review WHERE store_id = %(store)s AND customer_id IS NOT NULL GROUP BY customer_id
)
SELECT c.id::text, lower(c.email), coalesce(b.orders, 0), coalesce(b.bought_days, 0), coalesce(b.kept_days, 0),
    coalesce(b.products, 0), coalesce(b.categories, 0), coalesce(b.gross_minor, 0), coalesce(b.net_minor, 0),
    b.first_on, b.last_on, coalesce(w.reviews, 0), coalesce(w.helpful_votes, 0), coalesce(b.units_per_line, 0),
    coalesce(t.units_per_order, 0), coalesce(t.order_minor, 0)
FROM stores_customer c
LEFT JOIN bought b ON b.customer_id = c.id
LEFT JOIN typical t ON t.customer_id = c.id
LEFT JOIN wrote w ON w.customer_id = c.id
WHERE c.store_id = %(store)s
"""
# Right after an import the planner knows nothing of the new rows and would join them one by one: 45 s, not 0.2.
WITHOUT_LOOPS, WITH_LOOPS = "SET LOCAL enable_nestloop = off", "SET LOCAL enable_nestloop = on"
# Sorted by customer, so that two rankings at once wait for one another instead of locking each other out.
STORE_ROWS = """
INSERT INTO experts_candidate (store_id, customer_id, score, position, reasons, concerns, set_apart, inputs,
    ranking_version, ranked_at)
SELECT %(store)s, r.customer_id, r.score, r.position, r.reasons, r.concerns, r.set_apart, r.inputs, %(version)s, %(now)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(customer_id uuid, score float, position int, reasons jsonb,
    concerns jsonb, set_apart text, inputs jsonb)
ORDER BY r.customer_id
ON CONFLICT (customer_id) DO UPDATE SET score = EXCLUDED.score, position = EXCLUDED.position,
    reasons = EXCLUDED.reasons, concerns = EXCLUDED.concerns, set_apart = EXCLUDED.set_apart,
    inputs = EXCLUDED.inputs, ranking_version = EXCLUDED.ranking_version, ranked_at = EXCLUDED.ranked_at
"""


def rank_candidates(*, store: Store, now: dt.datetime) -> int:
    """Rank every customer anew; returns how many are in the list, not counting those set apart.

    Whoever was left out by a member stays left out. Doing it again changes nothing but the date. Caller holds the
    store's scope.
    """
    ranked = rank(list(_facts(store)), as_of=now.astimezone(ZoneInfo(store.timezone)).date())
    rows = sorted((_row(one) for one in ranked), key=lambda row: row["customer_id"])
    given: dict[str, Any] = {"store": store.pk, "version": RANKING_VERSION, "now": now}
    with connection.cursor() as cursor:
        for start in range(0, len(rows), AT_ONCE):
            cursor.execute(STORE_ROWS, given | {"rows": json.dumps(rows[start : start + AT_ONCE])})
    return sum(not one.assessment.set_apart for one in ranked)


def stores_to_rank(*, now: dt.datetime) -> list[uuid.UUID]:
    """Stores that imported something since their newest ranking, or whose ranking is a week old or another version's.

    The first place speaks for the ranking: all places of a store are written at once.
    """
    done = dangerously_across_stores(Import).filter(state=ImportState.DONE).values("store_id")
    imported = dict(done.annotate(newest=Max("finished_at")).values_list("store_id", "newest"))
    first = dangerously_across_stores(Candidate).filter(position=1)
    ranked = dict(first.values_list("store_id", "ranked_at"))
    old = first.filter(Q(ranked_at__lt=now - STALE_AFTER) | ~Q(ranking_version=RANKING_VERSION))
    stale = set(old.values_list("store_id", flat=True))
    changed = {store_id for store_id, at in imported.items() if store_id not in ranked or ranked[store_id] < at}
    return sorted(stale | changed)


def _facts(store: Store) -> Iterator[Facts]:
    by_customer, by_email = _engagements(store)
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_LOOPS)
        cursor.execute(FACTS, {"store": store.pk, "zone": store.timezone})
        rows = cursor.fetchall()
        cursor.execute(WITH_LOOPS)
    for customer, email, *numbers in rows:
        engagement = by_customer.get(customer) or (by_email.get(email, "") if email else "")
        yield Facts(customer, bool(email), engagement, *numbers)


def _engagements(store: Store) -> tuple[dict[str, str], dict[str, str]]:
    """What the store's experts are to it, by their customer's id and by their address."""
    by_customer, by_email = {}, {}
    experts = Expert.objects.filter(store=store).values_list("customer_id", "user__email", "state")
    for customer_id, email, state in experts:
        engagement = "left" if state == ExpertState.LEFT else "expert"
        by_customer[str(customer_id)] = by_email[email.lower()] = engagement
    return by_customer, by_email


def _row(ranked: Ranked) -> dict[str, Any]:
    decision = ranked.assessment
    return {
        "customer_id": ranked.inputs.facts.customer,
        "score": decision.score,
        "position": ranked.position,
        "reasons": [vars(reason) for reason in decision.reasons],
        "concerns": [vars(concern) for concern in decision.concerns],
        "set_apart": decision.set_apart,
        "inputs": ranked.inputs.to_json(),
    }
