"""The webhooks' door: what is authentic is kept whatever it says, and nothing else leaves a trace."""

import base64
import datetime as dt
import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from stores.models import Delivery, PlatformConnection
from stores.scope import store_scope
from tests.attribution.facts import attribution, balances, commissions, deliveries, marker_of, orders, reply
from tests.attribution.shop import HMAC, Sale, deliver, item, signature
from tests.cast import OTHER_SECRET, SHOPIFY_SECRET, Cast

DATA = Path(__file__).parent.parent / "data" / "shopify"
NO_ORDERS = ["checkouts__create", "draft_orders__create", "orders__edited", "orders__delete", "fulfillments__create"]


def sale(cast: Cast, **changes: Any) -> Sale:
    return Sale(placed_at=cast.now, items=(item("BIKE", 10_000),), **changes)


@pytest.mark.parametrize("vector", json.loads((DATA / "hmac-vectors.json").read_text()), ids=lambda v: v["id"])
def test_the_platforms_own_vectors(cast: Cast, vector: dict[str, Any]) -> None:
    with store_scope(cast.store_a.pk):
        PlatformConnection.objects.update(webhook_secret=vector["secret"])

    answer = deliver(cast.store_a, vector["body"].encode(), headers={HMAC: vector["hmac"]})

    assert answer.status_code == (200 if vector["valid"] else 401)
    assert len(deliveries(cast.store_a)) == (1 if vector["valid"] else 0)


def test_the_newer_header_without_its_x(cast: Cast) -> None:
    body = json.dumps(sale(cast).body()).encode()

    answer = deliver(cast.store_a, body, headers={HMAC: "", "Shopify-Hmac-Sha256": signature(body)})

    assert answer.status_code == 200
    assert len(orders(cast.store_a)) == 1


def test_both_secrets_count_while_the_store_rotates(cast: Cast) -> None:
    with store_scope(cast.store_a.pk):
        PlatformConnection.objects.update(webhook_secret="new", previous_webhook_secret=SHOPIFY_SECRET)

    old = deliver(cast.store_a, sale(cast).body(), secret=SHOPIFY_SECRET)
    new = deliver(cast.store_a, sale(cast).body(), secret="new")

    assert [old.status_code, new.status_code] == [200, 200]
    assert len(orders(cast.store_a)) == 2


def forgeries(body: bytes) -> dict[str, tuple[bytes, dict[str, str]]]:
    good = signature(body)
    hexed = base64.b64decode(good).hex()
    return {
        "no header": (body, {HMAC: ""}),
        "empty secret": (body, {HMAC: signature(body, "")}),
        "another store's secret": (body, {HMAC: signature(body, OTHER_SECRET)}),
        "hex for base64": (body, {HMAC: hexed}),
        "another case": (body, {HMAC: good.swapcase()}),
        "truncated signature": (body, {HMAC: good[:-4]}),
        "two signatures in one": (body, {HMAC: f"{good},{good}"}),
        "serialised again": (json.dumps(json.loads(body), indent=1).encode(), {HMAC: good}),
        "truncated body": (body[:-1], {HMAC: good}),
        "one space more": (body + b" ", {HMAC: good}),
        "byte order mark": (b"\xef\xbb\xbf" + body, {HMAC: good}),
        "gzip": (gzip.compress(body), {HMAC: good}),
        "empty body": (b"", {HMAC: good}),
        "not ASCII": (body, {HMAC: "ü" * 44}),
        "generic signature": (body, {HMAC: "", "X-Peerside-Signature": f"t=1,v1={hexed}"}),
    }


@pytest.mark.parametrize("name", forgeries(b"{}"))
def test_a_forgery_is_answered_alike_and_leaves_no_row(cast: Cast, name: str) -> None:
    body, headers = forgeries(json.dumps(sale(cast).body()).encode())[name]

    answer = deliver(cast.store_a, body, headers=headers)

    assert answer.status_code == 401
    assert answer.json()["code"] == "not_authentic"
    assert deliveries(cast.store_a) == []
    assert orders(cast.store_a) == []


def test_an_unknown_key_is_answered_as_a_wrong_signature_is(cast: Cast) -> None:
    body = json.dumps(sale(cast).body()).encode()
    wrong = deliver(cast.store_a, body, headers={HMAC: "wrong"})
    url = reverse("webhook", args=["shopify", "pk_000000000000000000000000"])
    unknown = Client().post(url, body, content_type="application/json", headers={HMAC: signature(body)})

    assert (unknown.status_code, unknown.content) == (wrong.status_code, wrong.content) == (401, wrong.content)


def test_a_platform_that_is_not_the_stores_or_that_nobody_knows(cast: Cast) -> None:
    body = json.dumps(sale(cast).body()).encode()

    def post(platform: str) -> Any:
        url = reverse("webhook", args=[platform, cast.store_a.public_key])
        return Client().post(url, body, content_type="application/json", headers={HMAC: signature(body)})

    assert post("generic").status_code == 401
    assert post("prestashop").status_code == 404
    assert deliveries(cast.store_a) == []


def test_only_post(cast: Cast) -> None:
    url = reverse("webhook", args=["shopify", cast.store_a.public_key])

    assert Client().get(url).status_code == 405


def test_the_store_is_the_urls_whatever_headers_say(cast: Cast) -> None:
    body = json.dumps(sale(cast).body()).encode()

    deliver(
        cast.store_a, body, headers={"X-Shopify-Shop-Domain": "tidewater.example", "X-Shopify-Topic": "refunds/create"}
    )
    replayed = deliver(cast.store_b, body)

    assert replayed.status_code == 401
    assert [order.status for order in orders(cast.store_a)] == ["paid"]
    assert (orders(cast.store_b), deliveries(cast.store_b)) == ([], [])


def test_more_than_a_mebibyte_is_refused_unread(cast: Cast) -> None:
    answer = deliver(cast.store_a, b" " * (1024 * 1024 + 1))

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
    assert deliveries(cast.store_a) == []


UNREADABLE = {
    "not JSON": (b"foo=anything", "The body is not JSON."),
    "a list": (b"[]", "The body is JSON, but not an object."),
    "NaN": (b'{"id": NaN}', "The body is not JSON."),
    "too deep": (b"[" * 500_000, "The body is not JSON."),
    "not UTF-8": (b'{"id": "\xff"}', "The body is not JSON."),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_signed_and_unreadable_is_kept_and_said(cast: Cast, name: str) -> None:
    body, reason = UNREADABLE[name]

    answer = deliver(cast.store_a, body)

    assert answer.status_code == 200
    assert deliveries(cast.store_a) == [("unreadable", reason)]
    with store_scope(cast.store_a.pk):
        assert bytes(Delivery.objects.get().body) == body


def test_another_currency_is_kept_and_not_booked(cast: Cast) -> None:
    answer = deliver(cast.store_a, sale(cast).body(currency="USD"))

    assert answer.status_code == 200
    assert deliveries(cast.store_a) == [("unreadable", "The amounts are in USD, and the store's currency is EUR.")]
    assert orders(cast.store_a) == []


@pytest.mark.parametrize("name", NO_ORDERS)
def test_the_platforms_other_bodies_are_kept_and_ignored(cast: Cast, name: str) -> None:
    answer = deliver(cast.store_a, (DATA / f"{name}.json").read_bytes(), topic=name.replace("__", "/"))

    assert answer.status_code == 200
    assert deliveries(cast.store_a) == [("ignored", "It tells of neither an order nor a refund.")]
    assert orders(cast.store_a) == []


def test_the_same_delivery_again_is_one(cast: Cast) -> None:
    body = sale(cast).body()
    ids = {"X-Shopify-Event-Id": "b1f5"}

    answers = [deliver(cast.store_a, body, headers=ids).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert deliveries(cast.store_a) == [("applied", "")]


def test_an_event_id_does_not_mask_another_body(cast: Cast) -> None:
    ids = {"X-Shopify-Event-Id": "b1f5"}

    deliver(cast.store_a, sale(cast).body(), headers=ids)
    deliver(cast.store_a, sale(cast).body(), headers=ids)

    assert len(orders(cast.store_a)) == 2


def test_twenty_at_once_are_one_row_and_one_effect(cast: Cast) -> None:
    touch = reply(cast, at=cast.now - dt.timedelta(minutes=1), skus=("BIKE",))
    sold = sale(cast, marker=marker_of(cast, touch))
    body = json.dumps(sold.body()).encode()

    def send(number: int) -> int:
        try:
            # Half of them are one event delivered again, half the same facts under events of their own.
            ids = {"X-Shopify-Event-Id": "b1f5" if number % 2 else f"event-{number}"}
            return int(deliver(cast.store_a, body, headers=ids).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(20)))

    assert answers == [200] * 20
    assert deliveries(cast.store_a) == [("applied", "")] * 11
    assert len(orders(cast.store_a)) == 1
    assert attribution(cast.store_a).outcome == "credited"
    assert commissions(cast.store_a) == [("exact", 10_000, 1_000, 200)]
    assert balances(cast.store_a) == {"store_receivable": 1_200, "expert_payable": -1_000, "peerside_revenue": -200}
