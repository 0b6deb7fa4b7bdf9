"""The outbox: signed as the platform signs, tried again, never lost, and repeated on purpose."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from demo import webhooks
from demo.models import DemoWebhook
from demo.tasks import deliver_due
from tests.demo.receiver import SECRET, Receiver, connect
from tests.demo.shopping import buy, only_webhook

FOREVER = timedelta(days=400)


@pytest.fixture
def quiet_outbox() -> None:
    """Nothing is due from other tests, so that a sweep sends only this test's notifications."""
    DemoWebhook.objects.update(next_try_at=None)


def test_signature_is_the_platforms(data_folder: Path) -> None:
    for vector in json.loads((data_folder / "shopify/hmac-vectors.json").read_text()):
        mine = webhooks.signature(vector["body"].encode(), vector["secret"])

        assert (mine == vector["hmac"]) is vector["valid"]


def test_signature_of_a_known_body() -> None:
    assert webhooks.signature(b"foo=anything", "secret") == "yCGX/RrK4fcuNtr3ztk5tQGsOBjcAzHpGLdMUrbV8yI="


def test_paid_order_is_sent_signed_with_the_platforms_headers(browser: Client, receiver: Receiver) -> None:
    order = buy(browser, COF_002=2)
    created, paid = receiver.received
    webhook = only_webhook(order, "orders/create")

    assert [created.topic, paid.topic] == ["orders/create", "orders/paid"]
    assert created.path == "/hook" and created.json["id"] == order.body["id"]
    assert created.body == bytes(webhook.body)
    expected = base64.b64encode(hmac.digest(SECRET.encode(), created.body, hashlib.sha256)).decode()
    assert created.headers["X-Shopify-Hmac-Sha256"] == expected
    assert created.headers["X-Shopify-Shop-Domain"] == "kestrel-and-pine.example"
    assert created.headers["X-Shopify-API-Version"] == "2026-07"
    assert created.headers["X-Shopify-Event-Id"] == str(webhook.event_id)
    assert created.headers["X-Shopify-Webhook-Id"] == str(webhook.webhook_id)
    assert created.headers["X-Shopify-Triggered-At"].endswith("Z")
    assert created.headers["Content-Type"] == "application/json"
    assert created.headers["X-Shopify-Event-Id"] != paid.headers["X-Shopify-Event-Id"]
    assert (webhook.state, webhook.last_status, webhook.deliveries) == ("delivered", 200, 1)


def test_refused_webhook_is_tried_again_with_the_same_bytes_and_ids(browser: Client, receiver: Receiver) -> None:
    receiver.answers = [500, 200]
    order = buy(browser, COF_002=2)
    failed = only_webhook(order, "orders/create")
    assert (failed.state, failed.last_status, failed.attempts) == ("retrying", 500, 1)
    assert failed.last_error == "The receiver answered 500." and failed.next_try_at is not None

    webhooks.deliver(webhook_id=failed.pk, now=failed.next_try_at - timedelta(seconds=1))
    assert len(receiver.received) == 2  # orders/create and orders/paid: it was not due yet
    webhooks.deliver(webhook_id=failed.pk, now=failed.next_try_at)
    first, _, second = receiver.received
    assert (second.body, second.headers["X-Shopify-Event-Id"]) == (first.body, first.headers["X-Shopify-Event-Id"])
    assert second.headers["X-Shopify-Webhook-Id"] == first.headers["X-Shopify-Webhook-Id"]
    assert only_webhook(order, "orders/create").state == "delivered"


def test_sweep_delivers_what_is_due(browser: Client, receiver: Receiver, quiet_outbox: None) -> None:
    receiver.answers = [500, 500]
    order = buy(browser, COF_002=2)
    deliver_due()
    assert len(receiver.received) == 2  # the next try is five seconds away

    with time_machine.travel(timezone.now() + timedelta(seconds=6)):
        deliver_due()
    assert [request.topic for request in receiver.received[2:]] == ["orders/create", "orders/paid"]
    assert {webhook.state for webhook in order.webhooks.all()} == {"delivered"}


def test_unreachable_receiver_loses_nothing(browser: Client, unreachable: None) -> None:
    order = buy(browser, COF_002=2)
    webhook = only_webhook(order, "orders/create")

    assert (webhook.state, webhook.last_status) == ("retrying", None)
    assert webhook.last_error.startswith("ConnectError")
    assert browser.get(f"/demo/orders/{order.number}/thanks/").status_code == 200


def test_eight_retries_then_it_waits_for_a_person(browser: Client, unreachable: None, own_folder: Path) -> None:
    order = buy(browser, COF_002=2)
    webhook = only_webhook(order, "orders/create")
    waits = []
    while webhook.next_try_at is not None:
        waits.append(webhook.next_try_at)
        webhooks.deliver(webhook_id=webhook.pk, now=webhook.next_try_at)
        webhook = only_webhook(order, "orders/create")

    assert len(waits) == 8 and waits == sorted(waits)
    assert (webhook.state, webhook.attempts) == ("failed", 9)
    webhooks.deliver(webhook_id=webhook.pk, now=timezone.now() + FOREVER)
    assert only_webhook(order, "orders/create").attempts == 9
    assert "Given up after 9 tries." in browser.get(f"/demo/office/orders/{order.number}/").content.decode()


def test_given_up_webhook_can_be_sent_again_by_a_person(browser: Client, receiver: Receiver) -> None:
    order = buy(browser, COF_002=2)
    webhook = only_webhook(order, "orders/create")
    DemoWebhook.objects.filter(pk=webhook.pk).update(attempts=9, delivered_at=None)
    browser.post(f"/demo/office/webhooks/{webhook.pk}/send-again")

    assert receiver.received[-1].headers["X-Shopify-Event-Id"] == str(webhook.event_id)
    assert only_webhook(order, "orders/create").state == "delivered"


def test_sending_again_makes_a_duplicate_on_purpose(browser: Client, receiver: Receiver) -> None:
    order = buy(browser, COF_002=2)
    webhook = only_webhook(order, "orders/paid")
    page = browser.post(f"/demo/office/webhooks/{webhook.pk}/send-again", follow=True).content.decode()
    first, second = [request for request in receiver.received if request.topic == "orders/paid"]

    assert second.body == first.body
    assert second.headers["X-Shopify-Event-Id"] == first.headers["X-Shopify-Event-Id"]
    assert only_webhook(order, "orders/paid").deliveries == 2
    assert ", 2 times" in page


def test_redirect_is_a_refusal_and_is_not_followed(browser: Client, receiver: Receiver) -> None:
    receiver.answers = [302]
    order = buy(browser, COF_002=2)

    assert only_webhook(order, "orders/create").last_status == 302
    assert [request.path for request in receiver.received] == ["/hook", "/hook"]


def test_claimed_webhook_is_not_sent_by_a_second_worker(browser: Client, own_folder: Path) -> None:
    order = buy(browser, COF_002=2)
    webhook, now = only_webhook(order, "orders/create"), timezone.now()

    assert webhooks.claimed(webhook_id=webhook.pk, now=now)
    assert not webhooks.claimed(webhook_id=webhook.pk, now=now)
    assert webhooks.claimed(webhook_id=webhook.pk, now=now + timedelta(seconds=61))  # the first worker died


def test_shop_that_is_not_connected_keeps_its_webhooks_until_it_is(
    browser: Client, own_folder: Path, receiver: Receiver, quiet_outbox: None
) -> None:
    settings = (own_folder / "demo_shop.json").read_text()
    (own_folder / "demo_shop.json").unlink()
    order = buy(browser, COF_002=2)
    deliver_due()
    assert receiver.received == []
    assert (only_webhook(order, "orders/create").state, only_webhook(order, "orders/create").attempts) == ("waiting", 0)

    (own_folder / "demo_shop.json").write_text(settings)
    deliver_due()
    assert [request.json["id"] for request in receiver.received] == [order.body["id"], order.body["id"]]


@pytest.mark.parametrize("address", ["", "no address", "ftp://example.com/x", "http://[::1"])
def test_unusable_address_is_a_failed_try(browser: Client, own_folder: Path, address: str) -> None:
    connect(own_folder, address)
    order = buy(browser, COF_002=2)

    assert only_webhook(order, "orders/create").state == "retrying"


def test_body_can_be_read_in_the_office(browser: Client, own_folder: Path) -> None:
    webhook = only_webhook(buy(browser, COF_002=2), "orders/create")
    answer = browser.get(f"/demo/office/webhooks/{webhook.pk}/")

    assert answer.content == bytes(webhook.body) and answer["Content-Type"] == "application/json"
    assert browser.get("/demo/office/webhooks/0/").status_code == 404
    assert browser.post("/demo/office/webhooks/0/send-again").status_code == 404
