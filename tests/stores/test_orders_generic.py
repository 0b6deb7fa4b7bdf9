"""Our own documents, and their dated signature."""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine

from attribution.documents import OrderDocument, RefundDocument
from config.environment import BASE_DIR
from stores.errors import BadInput
from stores.events import OrderEvent, RefundEvent, RefundLineEvent
from stores.platforms import generic

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
SECRET = "tidewater"


def examples() -> list[dict[str, Any]]:
    """The documents that docs/api.md shows."""
    text = Path(BASE_DIR, "docs", "api.md").read_text()
    return [json.loads(found) for found in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def parse(document: dict[str, Any], topic: str = "") -> Any:
    return generic.parse(topic, json.dumps(document).encode(), currency="EUR")


def test_the_documented_order() -> None:
    event = parse(examples()[0])

    assert isinstance(event, OrderEvent)
    assert (event.external_id, event.number, event.status, event.was_paid) == ("10045", "#10045", "paid", True)
    assert (event.total_minor, event.email, event.marker) == (15_849, "jon@example.com", "eyJ2Ijoi…")
    assert [(line.sku, line.quantity, line.amount_minor) for line in event.lines] == [
        ("OUT-001", 1, 12_254),
        ("COF-001", 2, 738),
    ]
    assert event.placed_at.isoformat() == "2026-11-01T10:00:00+01:00"
    assert event.changed_at.isoformat() == "2026-11-01T10:00:05+01:00"


def test_the_documented_refund() -> None:
    event = parse(examples()[1])

    assert isinstance(event, RefundEvent)
    assert (event.external_id, event.order_external_id) == ("r-1", "10045")
    assert event.lines == (RefundLineEvent("2", 1, 369, 0),)


def test_the_documented_documents_are_those_of_the_schema() -> None:
    order, refund = (OrderDocument(data=examples()[0]), RefundDocument(data=examples()[1]))

    assert order.is_valid(), order.errors
    assert refund.is_valid(), refund.errors


def test_the_path_says_what_a_document_without_a_kind_is() -> None:
    order, refund = ({**document} for document in examples())
    del order["kind"]

    assert isinstance(parse(order, "order"), OrderEvent)
    assert parse(order) is None
    with pytest.raises(BadInput, match="“refund”, and “order” was expected"):
        parse(refund, "order")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "shipped"}, "“status” is none of pending, paid, cancelled."),
        ({"currency": "USD"}, "The amounts are in USD, and the store's currency is EUR."),
        ({"currency": None}, "The amounts are in no currency"),
        ({"placed_at": None}, "“placed_at” is missing."),
        ({"total": None}, "“total” is missing or is no amount of money."),
        ({"total": "12,50"}, "“12,50” is not an amount of money."),
        ({"lines": [{"id": "1", "quantity": 1, "amount": "1"}] * 2}, "Two lines of the order have the same id."),
        ({"id": "x" * 101}, "“id” is missing or is no id."),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=re.escape(words)):
        parse({**examples()[0], **change})


def signed(body: bytes, *, at: int, secret: str = SECRET) -> dict[str, str]:
    made = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Peerside-Signature": f"t={at},v1={made}"}


def verify(headers: dict[str, str], secrets: list[str] | None = None) -> bool:
    with time_machine.travel(NOW, tick=False):
        return generic.verify(b"{}", headers, [SECRET] if secrets is None else secrets)


@pytest.mark.parametrize(("off", "counts"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)])
def test_a_signature_is_good_for_five_minutes(off: int, counts: bool) -> None:
    assert verify(signed(b"{}", at=int(NOW.timestamp()) + off)) is counts


def test_either_secret_and_either_signature_of_a_rotation() -> None:
    at = int(NOW.timestamp())
    new, old = signed(b"{}", at=at, secret="new"), signed(b"{}", at=at)
    both = {"X-Peerside-Signature": f"{new['X-Peerside-Signature']},{old['X-Peerside-Signature'].split(',')[1]}"}

    assert verify(old, ["new", SECRET])
    assert verify(both)
    assert not verify(new)


FORGED = ["", "t=,v1=", "v1=00", "t=1", "t=x,v1=00", "t=²,v1=00", f"t={'9' * 40},v1=00", "t=1793534400,v1=ü"]


@pytest.mark.parametrize("header", FORGED)
def test_no_other_header_counts(header: str) -> None:
    assert not verify({"X-Peerside-Signature": header})


def test_an_empty_secret_signs_nothing() -> None:
    at = int(NOW.timestamp())

    assert not verify(signed(b"{}", at=at, secret=""), [""])
    assert not verify(signed(b"{}", at=at, secret=""), [])
