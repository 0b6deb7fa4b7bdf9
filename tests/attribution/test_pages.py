"""What owner and expert read of an order: the same story, and nothing that says who bought."""

import datetime as dt
import html
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stores.models import Order, Product, Store
from stores.scope import store_scope
from tests.attribution.facts import marker_of, orders, reply
from tests.attribution.shop import Sale, deliver, item
from tests.cast import Cast, make_visitor

HOUR = dt.timedelta(hours=1)
# 14 days to return and 3 of grace after the first of November.
PLACED = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
CANARIES = ["canary@example.com", "Jon", "Snow", "115310627314723954"]


def sold(cast: Cast, *, ago: dt.timedelta = 2 * HOUR, **changes: Any) -> Order:
    """A bike and beans, ordered some time after Erik's reply about the bike."""
    with store_scope(cast.store_a.pk):
        Product.objects.get_or_create(store=cast.store_a, sku="BIKE", defaults={"title": "Kestrel 54"})
        visitor, _ = make_visitor(cast.store_a)
    touch = reply(cast, at=PLACED - ago, skus=("BIKE",), visitor=visitor)
    lines = (item("BIKE", 129_900, title="Kestrel 54"), item("BEANS", 2_500, title="Espresso beans"))
    sale = Sale(placed_at=PLACED, items=lines, marker=marker_of(cast, touch), email=CANARIES[0]).but(**changes)
    deliver(cast.store_a, sale.body())
    deliver(cast.store_a, sale.refund(1, 2_500), topic="refunds/create")
    return next(order for order in orders(cast.store_a) if order.external_id == str(sale.order_id))


def page(client: Client, name: str, store: Store | None = None, query: str = "", **kwargs: Any) -> str:
    """The text of a page that answers 200, as a person reads it."""
    answer = client.get(reverse(name, kwargs={**({"slug": store.slug} if store else {}), **kwargs}) + query)
    assert answer.status_code == 200, answer.content
    return html.unescape(answer.content.decode())


def test_the_owner_reads_who_earned_an_order_and_why(cast: Cast, maya: Client) -> None:
    order = sold(cast)

    text = page(maya, "store_order", cast.store_a, order_id=order.pk)

    assert "Erik answered the shopper" in text
    assert "About Kestrel 54." in text
    assert "Its cart carried the signed marker of the conversation." in text
    assert "Erik’s was the last substantive reply, 2 hours before the order and inside the window of 7 days." in text
    assert "The conversation was about 1 of its 2 products." in text
    assert "€25.00 of goods." in text
    assert "€129.90" in text
    assert "18 November" in text
    assert "Jon Snow" in text


def test_the_expert_reads_the_same_story_and_nothing_of_the_buyer(cast: Cast, maya: Client, erik: Client) -> None:
    order = sold(cast)

    text = page(erik, "console_order", order_id=order.pk)

    for told in (
        "Erik answered the shopper",
        "€129.90",
        "€25.00 refunded",
        "18 November",
        "inside the window of 7 days",
    ):
        assert told in text
    owners = page(maya, "store_order", cast.store_a, order_id=order.pk)
    for canary in [*CANARIES[:2], order.number]:
        assert canary in owners
    for canary in [*CANARIES, order.number, order.external_id]:
        assert canary not in text


def test_nobody_else_sees_an_experts_receipt(cast: Cast, erik: Client, nora: Client, omar: Client) -> None:
    order = sold(cast)
    url, missing = (reverse("console_order", kwargs={"order_id": pk}) for pk in (order.pk, uuid.uuid4()))

    for client in (nora, omar):
        assert client.get(url).status_code == 404
        assert client.get(url).content == client.get(missing).content
    assert erik.get(missing).status_code == 404


def test_another_stores_order_is_missing(cast: Cast, maya: Client, omar: Client) -> None:
    order = sold(cast)

    foreign = omar.get(reverse("store_order", kwargs={"slug": cast.store_b.slug, "order_id": order.pk}))
    missing = omar.get(reverse("store_order", kwargs={"slug": cast.store_b.slug, "order_id": uuid.uuid4()}))

    assert (foreign.status_code, foreign.content) == (missing.status_code, missing.content) == (404, missing.content)


def test_an_order_that_was_not_credited_says_by_how_much(cast: Cast, maya: Client) -> None:
    order = sold(cast, ago=dt.timedelta(days=7, hours=3))

    text = page(maya, "store_order", cast.store_a, order_id=order.pk)

    assert "Not credited" in text
    assert "Erik’s last reply was 3 hours outside the window of 7 days." in text
    assert "Clears" not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"is_test": True}, "Test orders earn nothing"), ({"source": "import"}, "Orders from before are never credited")],
)
def test_an_order_without_a_decision_says_why(cast: Cast, maya: Client, changes: dict[str, Any], words: str) -> None:
    deliver(cast.store_a, Sale(placed_at=PLACED, items=(item("BIKE", 100),)).body("pending"))
    with store_scope(cast.store_a.pk):
        Order.objects.update(**changes)
        order = Order.objects.get()

    assert words in page(maya, "store_order", cast.store_a, order_id=order.pk)


def test_the_list_filters_by_decision_day_and_cancellation(cast: Cast, maya: Client) -> None:
    credited, outside = sold(cast), sold(cast, ago=dt.timedelta(days=8))
    with store_scope(cast.store_a.pk):
        Order.objects.filter(pk=credited.pk).update(status="cancelled")

    def listed(query: str) -> set[str]:
        text = page(maya, "store_orders", cast.store_a, query)
        return {order.number for order in (credited, outside) if f">{order.number}<" in text}

    assert listed("") == listed("?since=2026-11-01") == {credited.number, outside.number}
    assert listed("?outcome=credited") == {credited.number}
    assert listed("?outcome=uncredited") == {outside.number}
    assert listed("?outcome=credited&standing=yes") == listed("?history=yes") == set()
    assert listed("?since=2026-11-02") == set()
    assert listed("?since=never&outcome=none&page=99") == {credited.number, outside.number}


def test_a_longer_list_asks_no_more_questions(cast: Cast, maya: Client) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(maya, "store_orders", cast.store_a)
            page(maya, "store_deliveries", cast.store_a)
        return len(asked)

    sold(cast)
    few = questions()
    for _ in range(3):
        sold(cast)

    assert questions() == few


def test_the_deliveries_show_what_became_of_each(cast: Cast, maya: Client) -> None:
    order = sold(cast)
    deliver(cast.store_a, b"<script>alert(1)</script>")
    deliver(cast.store_a, b'{"id": 1}', topic="orders/delete")

    answer = maya.get(reverse("store_deliveries", args=[cast.store_a.slug]))
    text = html.unescape(answer.content.decode())

    assert reverse("store_order", args=[cast.store_a.slug, order.pk]) in text
    assert "The body is not JSON." in text
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in answer.content
    assert b"<script>alert" not in answer.content
    assert "It tells of neither an order nor a refund." in text
    only = page(maya, "store_deliveries", cast.store_a, "?state=unreadable")
    assert ("The body is not JSON." in only, "orders/delete" in only) == (True, False)


def test_empty_lists_say_what_to_do(cast: Cast, omar: Client) -> None:
    settings_url = reverse("store_settings", args=[cast.store_b.slug])

    for name in ("store_orders", "store_deliveries"):
        text = page(omar, name, cast.store_b)
        assert "Show how to connect" in text
        assert settings_url in text
