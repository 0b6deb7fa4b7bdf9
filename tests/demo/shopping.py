"""What visitors of the demo shop do, and what it wants to tell."""

import json
from typing import Any

from django.test import Client

from demo.models import DemoOrder, DemoWebhook

ADA = {
    "name": "Ada Maria Novak",
    "email": "ada@example.com",
    "address": "Trubarjeva 12",
    "postcode": "1000",
    "city": "Ljubljana",
    "country": "SI",
}


def add(browser: Client, sku: str, quantity: object = 1) -> Any:
    """Put a product into the basket and look at the page that follows."""
    return browser.post("/demo/cart/add", {"sku": sku, "quantity": quantity}, follow=True)


def lines(browser: Client) -> dict[str, int]:
    """What lies in the basket."""
    return browser.session.get("demo_cart", {}).get("lines", {})


def set_marker(browser: Client, marker: object) -> Any:
    """What the shop's script does when the widget hands over a marker."""
    body = {"attributes": {"peerside": marker}}
    return browser.post("/demo/cart/attributes", body, content_type="application/json")


def pay(browser: Client, **changes: str) -> DemoOrder:
    """Check out as Ada and return the order."""
    answer = browser.post("/demo/checkout/", ADA | changes)
    return DemoOrder.objects.get(pk=int(answer["Location"].split("/")[3]) - 1000)


def buy(browser: Client, **quantities: int) -> DemoOrder:
    """Buy by SKU, written with an underscore: buy(browser, COF_002=3)."""
    for sku, quantity in quantities.items():
        add(browser, sku.replace("_", "-"), quantity)
    return pay(browser)


def sent(order: DemoOrder, topic: str) -> dict:
    """The body of an order's newest notification of a topic."""
    return json.loads(bytes(order.webhooks.filter(topic=topic).latest("pk").body))


def topics(order: DemoOrder) -> list[str]:
    """The order's notifications, oldest first."""
    return list(order.webhooks.order_by("pk").values_list("topic", flat=True))


def refund(browser: Client, order: DemoOrder, *quantities: int, **options: str) -> Any:
    """Refund quantities, line by line, as the office's form does."""
    chosen = {f"quantity-{line['id']}": q for line, q in zip(order.body["line_items"], quantities, strict=True)}
    seen = DemoOrder.objects.get(pk=order.pk).refunds
    form = {"refunds_seen": len(seen), **chosen, **options}
    return browser.post(f"/demo/office/orders/{order.number}/refund", form, follow=True)


def only_webhook(order: DemoOrder, topic: str) -> DemoWebhook:
    """The order's one notification of a topic, as it stands now."""
    return order.webhooks.get(topic=topic)
