"""`/api/v1/`: documents of any shop's server, and the refusals that its developer reads."""

import datetime as dt
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from stores.models import ApiKey, PlatformConnection
from stores.models.tenant import Platform, Store
from stores.scope import store_scope
from stores.services.tenants import hash_secret
from tests.attribution.facts import balances, commissions, deliveries, marker_of, orders, reply
from tests.attribution.shop import Json
from tests.cast import Cast

NOT_AUTHENTIC = "The signature or key is missing or wrong."


def order(cast: Cast, **changes: Any) -> Json:
    return {
        "id": "10045",
        "status": "paid",
        "currency": "EUR",
        "total": "158.49",
        "placed_at": cast.now.isoformat(),
        "lines": [{"id": "1", "sku": "TENT", "title": "Trail tent", "quantity": 1, "amount": "122.54"}],
        **changes,
    }


def refund(cast: Cast, **changes: Any) -> Json:
    return {
        "id": "r-1",
        "order_id": "10045",
        "currency": "EUR",
        "refunded_at": cast.now.isoformat(),
        "lines": [{"line_id": "1", "quantity": 1, "amount": "22.54"}],
        **changes,
    }


def post(key: str, name: str, document: Any, *, once: str = "") -> Any:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    headers = {"Authorization": f"Bearer {key}", **({"Idempotency-Key": once} if once else {})}
    return Client().post(reverse(name), body, content_type="application/json", headers=headers)


def test_an_order_and_its_refund_to_the_cent(cast: Cast) -> None:
    touch = reply(cast, at=cast.now - dt.timedelta(hours=1), skus=("TENT",))
    marker = marker_of(cast, touch)

    first = post(cast.api_key_a, "api_refunds", refund(cast))
    second = post(cast.api_key_a, "api_orders", order(cast, marker=marker))

    assert (first.status_code, second.status_code) == (202, 202)
    assert set(second.json()) == {"delivery"}
    assert deliveries(cast.store_a) == [("applied", ""), ("applied", "")]
    [made] = orders(cast.store_a)
    assert (made.source, made.external_id, made.goods_minor, made.total_minor) == ("api", "10045", 12_254, 15_849)
    assert commissions(cast.store_a) == [("exact", 12_254, 1_225, 245), ("exact", 10_000, -225, -45)]
    assert balances(cast.store_a)["expert_payable"] == -1_000


def test_the_same_idempotency_key_is_the_same_delivery(cast: Cast) -> None:
    answers = [post(cast.api_key_a, "api_orders", order(cast), once="paid-10045") for _ in range(3)]

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert len(deliveries(cast.store_a)) == 1


def test_an_idempotency_key_is_not_used_for_something_else(cast: Cast) -> None:
    post(cast.api_key_a, "api_orders", order(cast), once="k")

    again = post(cast.api_key_a, "api_orders", order(cast, total="1.00"), once="k")
    of_a_refund = post(cast.api_key_a, "api_refunds", refund(cast), once="k")

    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert of_a_refund.status_code == 202
    assert orders(cast.store_a)[0].total_minor == 15_849


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (b"{", "The body is not JSON."),
        (b"[]", "The body is JSON, but not an object."),
        ({}, "The amounts are in no currency, and the store's currency is EUR."),
        ({"kind": "refund"}, "This is a document of kind “refund”, and “order” was expected."),
        ({"currency": "EUR", "status": "paid"}, "“placed_at” is missing."),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_kept(cast: Cast, document: Any, title: str) -> None:
    answer = post(cast.api_key_a, "api_orders", document)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {"type": "about:blank", "title": title, "status": 400, "code": "bad_input"}
    assert deliveries(cast.store_a) == []


def test_too_much_is_refused_unread(cast: Cast) -> None:
    answer = post(cast.api_key_a, "api_orders", b" " * (1024 * 1024 + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def wrong_keys(cast: Cast) -> dict[str, str]:
    _, named, secret = cast.api_key_a.split("_", 2)
    return {
        "none": "",
        "another word": "hello",
        "no secret": f"ps_{named}_",
        "a guess": f"ps_{named}_{'x' * 43}",
        "an unknown store": f"ps_{'0' * 24}_{secret}",
        "another store's secret": f"ps_{named}_{cast.api_key_b.split('_', 2)[2]}",
        "the public key": cast.store_a.public_key,
        "another kind": f"pk_{named}_{secret}",
    }


@pytest.mark.parametrize("name", ["api_orders", "api_refunds"])
def test_wrong_keys_are_all_answered_alike(cast: Cast, name: str) -> None:
    answers = [post(key, name, order(cast)) for key in wrong_keys(cast).values()]

    assert {(answer.status_code, answer.json()["title"]) for answer in answers} == {(401, NOT_AUTHENTIC)}
    assert len({answer.content for answer in answers}) == 1
    assert deliveries(cast.store_a) == deliveries(cast.store_b) == []


def test_a_revoked_key_is_a_wrong_key(cast: Cast) -> None:
    with store_scope(cast.store_a.pk):
        ApiKey.objects.filter(key_hash=hash_secret(cast.api_key_a)).update(revoked_at=cast.now)

    assert post(cast.api_key_a, "api_orders", order(cast)).status_code == 401


def test_a_key_speaks_for_its_own_store_only(cast: Cast) -> None:
    post(cast.api_key_b, "api_orders", order(cast))

    assert (len(orders(cast.store_a)), len(orders(cast.store_b))) == (0, 1)
    with store_scope(cast.store_b.pk):
        assert ApiKey.objects.get().last_used_at is not None


def test_another_method_is_a_problem_body_too(cast: Cast) -> None:
    answer = Client().get(reverse("api_orders"), headers={"Authorization": f"Bearer {cast.api_key_a}"})

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_the_schema_describes_both_doors(cast: Cast) -> None:
    answer = Client().get(reverse("api_schema"), headers={"Accept": "application/json"})

    schema = json.loads(answer.content)
    assert set(schema["paths"]) >= {"/api/v1/orders", "/api/v1/refunds"}
    told = schema["paths"]["/api/v1/orders"]["post"]
    assert told["security"] == [{"apiKey": []}]
    assert set(told["responses"]) == {"202", "400", "401", "409", "413"}


def generic(store: Store, document: Json, *, secret: str = "s", off: int = 0) -> Any:
    body = json.dumps(document).encode()
    at = int(time.time()) + off
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    url = reverse("webhook", args=["generic", store.public_key])
    headers = {"X-Peerside-Signature": f"t={at},v1={made}"}
    return Client().post(url, body, content_type="application/json", headers=headers)


def test_the_same_documents_by_signed_webhook(cast: Cast) -> None:
    with store_scope(cast.store_a.pk):
        Store.objects.filter(pk=cast.store_a.pk).update(platform=Platform.GENERIC)
        PlatformConnection.objects.create(store=cast.store_a, platform=Platform.GENERIC, webhook_secret="s")

    good = generic(cast.store_a, {"kind": "order", **order(cast)})
    stale = generic(cast.store_a, {"kind": "order", **order(cast, id="2")}, off=-400)
    forged = generic(cast.store_a, {"kind": "order", **order(cast, id="3")}, secret="t")

    assert [good.status_code, stale.status_code, forged.status_code] == [200, 401, 401]
    assert [(made.external_id, made.source) for made in orders(cast.store_a)] == [("10045", "webhook")]
