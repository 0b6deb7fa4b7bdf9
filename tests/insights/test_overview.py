"""The numbers that an owner reads first: exact, of her own store, and each with a way to its rows."""

import datetime as dt
import html
from typing import Any

from django.test import Client
from django.urls import reverse

from attribution.models import Outcome
from chat.models import Conversation, ConversationState
from insights import queries
from insights.queries import Period, Sold
from insights.views import period_of
from stores.models import Store
from stores.scope import store_scope
from tests.attribution.facts import marker_of, reply
from tests.attribution.shop import Sale, deliver, item
from tests.cast import Cast, make_visitor

HOUR = dt.timedelta(hours=1)


def conversation(cast: Cast, *, ago: dt.timedelta, replied_after: int | None = None, **more: Any) -> Conversation:
    """A conversation that started some time ago, answered after so many seconds or not yet."""
    started_at = cast.now - ago
    with store_scope(cast.store_a.pk):
        visitor, _ = make_visitor(cast.store_a)
        return Conversation.objects.create(
            store=cast.store_a,
            visitor=visitor,
            pseudonym="Blue Heron",
            started_at=started_at,
            last_event_at=started_at,
            first_reply_at=None if replied_after is None else started_at + dt.timedelta(seconds=replied_after),
            **{"state": ConversationState.CLOSED, "expert": cast.erik, **more},
        )


def last_day(cast: Cast) -> Period:
    return Period(cast.now - 24 * HOUR, cast.now + HOUR)


def sell(cast: Cast, *, ago: dt.timedelta, talked_about: str = "BIKE") -> Sale:
    """Goods of 1,000.00, ordered an hour after a reply."""
    with store_scope(cast.store_a.pk):
        visitor, _ = make_visitor(cast.store_a)
    touch = reply(cast, at=cast.now - ago - HOUR, skus=(talked_about,), visitor=visitor)
    sale = Sale(placed_at=cast.now - ago, items=(item("BIKE", 100_000),), marker=marker_of(cast, touch))
    deliver(cast.store_a, sale.body())
    return sale


def test_conversations_and_the_median_first_response(cast: Cast) -> None:
    for seconds in (10, 20, 90):
        conversation(cast, ago=2 * HOUR, replied_after=seconds)
    conversation(cast, ago=2 * HOUR)
    conversation(cast, ago=48 * HOUR, replied_after=5)

    with store_scope(cast.store_a.pk):
        assert queries.conversations(cast.store_a, last_day(cast)) == 4
        assert queries.answered(cast.store_a, last_day(cast)) == 3
        assert queries.first_response(cast.store_a, last_day(cast)) == dt.timedelta(seconds=20)
    conversation(cast, ago=2 * HOUR, replied_after=30)
    with store_scope(cast.store_a.pk):
        assert queries.first_response(cast.store_a, last_day(cast)) == dt.timedelta(seconds=25)


def test_goods_sold_by_outcome_without_refunds_and_cancelled_orders(cast: Cast) -> None:
    kept, cancelled = sell(cast, ago=2 * HOUR), sell(cast, ago=2 * HOUR)
    sell(cast, ago=2 * HOUR, talked_about="TENT")
    sell(cast, ago=48 * HOUR)
    deliver(cast.store_a, kept.refund(0, 25_000))
    deliver(cast.store_a, cancelled.body(minutes=5, cancelled=True))

    with store_scope(cast.store_a.pk):
        assert queries.sold(cast.store_a, last_day(cast), Outcome.CREDITED) == Sold(1, 75_000)
        assert queries.sold(cast.store_a, last_day(cast), Outcome.ASSISTED) == Sold(1, 100_000)


def test_commission_is_held_until_the_return_window_is_over(cast: Cast) -> None:
    sell(cast, ago=2 * HOUR)
    sell(cast, ago=dt.timedelta(days=18))

    with store_scope(cast.store_a.pk):
        assert queries.commission_held(cast.store_a, cast.now) == 10_000
        assert queries.commission_available(cast.store_a, cast.now) == 10_000
        assert queries.fee(cast.store_a, last_day(cast)) == 4_000


def test_every_number_leads_to_its_rows(cast: Cast, maya: Client) -> None:
    sale = sell(cast, ago=dt.timedelta(minutes=5))
    conversation(cast, ago=dt.timedelta(minutes=5), state=ConversationState.WAITING, expert=None)

    text = html.unescape(overview(maya, cast.store_a))

    slug = cast.store_a.slug
    for name in ("store_conversations", "store_payouts"):
        assert f'href="{reverse(name, args=[slug])}"' in text
    since = text.partition("?outcome=credited&since=")[2][:10]
    rows = maya.get(reverse("store_orders", args=[slug]), {"outcome": "credited", "since": since, "standing": "yes"})
    assert sale.body()["name"] in rows.content.decode()
    assert "€100.00 commission" in text
    assert "Waiting now" in text
    assert "Blue Heron" in text


def test_another_stores_numbers_stay_there(cast: Cast, omar: Client) -> None:
    sell(cast, ago=dt.timedelta(minutes=5))
    conversation(cast, ago=dt.timedelta(minutes=5), state=ConversationState.WAITING, expert=None)

    text = overview(omar, cast.store_b)

    assert "Waiting now" not in text
    assert "No order credited yet" in text
    assert "€0.00 cleared, €0.00 held" in text


def test_a_new_store_reads_what_to_do_next(cast: Cast, omar: Client) -> None:
    text = overview(omar, cast.store_b)

    assert "Next steps" in text
    for name in ("store_imports", "store_candidates", "store_settings", "store_conversations"):
        assert reverse(name, args=[cast.store_b.slug]) in text


def test_the_steps_go_once_all_are_done(cast: Cast, maya: Client) -> None:
    sell(cast, ago=HOUR)
    assert "Next steps" in overview(maya, cast.store_a)
    conversation(cast, ago=HOUR)

    assert "Next steps" not in overview(maya, cast.store_a)


def test_a_month_starts_by_the_stores_clock() -> None:
    # In Auckland it is the first of December already.
    now = dt.datetime(2026, 11, 30, 20, 0, tzinfo=dt.UTC)

    assert period_of("month", "Pacific/Auckland", now).start == dt.datetime(2026, 11, 30, 11, 0, tzinfo=dt.UTC)
    assert period_of("month", "UTC", now).start == dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    assert period_of("30-days", "UTC", now).start == dt.datetime(2026, 10, 31, tzinfo=dt.UTC)


def overview(client: Client, store: Store) -> str:
    answer = client.get(reverse("store_overview", args=[store.slug]))
    assert answer.status_code == 200
    return answer.content.decode()
