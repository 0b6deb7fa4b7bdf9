"""A Shopify shop for tests: its order and refund bodies, signed and delivered through the door."""

import base64
import datetime as dt
import hashlib
import hmac
import itertools
import json
import threading
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from stores.models import Store
from tests.cast import SHOPIFY_SECRET

Json = dict[str, Any]
# Beyond 2^53, as Shopify's: a float would lose the last digits.
_here = threading.local()
_ids = itertools.count(820_982_911_946_154_501)
HMAC = "X-Shopify-Hmac-Sha256"


def signature(body: bytes, secret: str = SHOPIFY_SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def deliver(
    store: Store,
    content: Json | bytes,
    *,
    topic: str = "orders/paid",
    headers: dict[str, str] | None = None,
    secret: str = SHOPIFY_SECRET,
) -> Any:
    """Post a body as Shopify does; `headers` change those that it sends."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    sent = {
        HMAC: signature(body, secret),
        "X-Shopify-Topic": topic,
        "X-Shopify-Event-Id": str(uuid4()),
        "X-Shopify-Shop-Domain": "kestrel.example",
        **(headers or {}),
    }
    url = reverse("webhook", args=["shopify", store.public_key])
    headers = {name: value for name, value in sent.items() if value}
    return client().post(url, body, content_type="application/json", headers=headers)


def client() -> Client:
    """A client per thread: making one loads all middleware, which costs more than a delivery."""
    if not hasattr(_here, "client"):
        _here.client = Client()
    return _here.client


def money(cents: int, currency: str = "EUR") -> Json:
    amount = {"amount": f"{Decimal(cents).scaleb(-2):.2f}", "currency_code": currency}
    # What the shopper saw is in another currency, and must not matter.
    return {"shop_money": amount, "presentment_money": {"amount": "9999.99", "currency_code": "USD"}}


def priced(name: str, cents: int) -> Json:
    return {name: "9999.99", f"{name}_set": money(cents)}


def item(sku: str, cents: int, *, quantity: int = 1, off: int = 0, tax: int = 0, title: str = "") -> Json:
    """A line of `quantity` pieces at `cents` each; `off` and `tax` are the line's."""
    return {
        "id": next(_ids),
        "sku": sku,
        "title": title or f"Product {sku}",
        "name": title or f"Product {sku}",
        "product_id": 788_032_119_674_292_922,
        "quantity": quantity,
        "current_quantity": quantity,
        **priced("price", cents),
        "discount_allocations": [priced("amount", off)] if off else [],
        "tax_lines": [{**priced("price", tax), "rate": 0.22, "title": "VAT"}] if tax else [],
    }


@dataclass(frozen=True)
class Sale:
    """One order of the shop and everything that its platform would say about it."""

    placed_at: dt.datetime
    items: tuple[Json, ...]
    email: str = "jon@example.com"
    marker: str = ""
    is_test: bool = False
    has_tax: bool = False
    order_id: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "order_id", self.order_id or next(_ids))

    def body(self, payment: str = "paid", *, minutes: int = 0, cancelled: bool = False, **changes: Any) -> Json:
        """The order as it is `minutes` after it was placed."""
        changed_at = self.placed_at + dt.timedelta(minutes=minutes)
        return {
            "id": self.order_id,
            "name": f"#{self.order_id % 10_000}",
            "currency": "EUR",
            "presentment_currency": "USD",
            "email": self.email,
            "customer": {"id": 115_310_627_314_723_954, "email": self.email, "first_name": "Jon", "last_name": "Snow"},
            "financial_status": payment,
            "cancelled_at": changed_at.isoformat() if cancelled else None,
            "created_at": self.placed_at.isoformat(),
            "processed_at": self.placed_at.isoformat(),
            "updated_at": changed_at.isoformat(),
            "test": self.is_test,
            "taxes_included": self.has_tax,
            **priced("total_price", sum(self.line_total(line) for line in self.items)),
            "note_attributes": [{"name": "peerside", "value": self.marker}] if self.marker else [],
            "line_items": list(self.items),
            "refunds": [],
            **changes,
        }

    @staticmethod
    def line_total(line: Json) -> int:
        return int(Decimal(line["price_set"]["shop_money"]["amount"]).scaleb(2)) * line["quantity"]

    def refund(self, position: int, cents: int, *, quantity: int = 1, tax: int = 0, minutes: int = 60) -> Json:
        """Goods of one line given back, at `cents` altogether."""
        at = (self.placed_at + dt.timedelta(minutes=minutes)).isoformat()
        line = {
            "id": next(_ids),
            "line_item_id": self.items[position]["id"],
            "quantity": quantity,
            "subtotal": float(cents) / 100,
            "total_tax": float(tax) / 100,
            "subtotal_set": money(cents),
            "total_tax_set": money(tax),
        }
        return {
            "id": next(_ids),
            "order_id": self.order_id,
            "created_at": at,
            "processed_at": at,
            "refund_line_items": [line],
            "transactions": [{"id": next(_ids), "amount": "1.00"}],
        }

    def but(self, **changes: Any) -> "Sale":
        """The same order with something changed."""
        return replace(self, **changes)
