"""Our own order and refund documents (docs/api.md): amounts are after discounts and without tax."""

from stores.errors import BadInput
from stores.events import CustomerEvent, OrderEvent, OrderLineEvent, RefundEvent, RefundLineEvent
from stores.models.facts import OrderStatus
from stores.platforms.reading import (
    Json,
    bookable,
    child,
    distinct,
    email,
    flag,
    identifier,
    load_object,
    moment,
    money,
    objects,
    pieces,
    same_currency,
    text,
)


def parse(topic: str, body: bytes, *, currency: str) -> OrderEvent | RefundEvent | None:
    """The order or refund that a document tells of, or None; raises BadInput for one that cannot be read.

    A document's `kind` says what it is, or the API's path does ("order" or "refund", given as `topic`).
    """
    source = load_object(body)
    kind = text(source, "kind", limit=20) or topic
    if topic and kind != topic:
        raise BadInput(f"This is a document of kind “{kind}”, and “{topic}” was expected.")
    if kind == "order":
        return _order(source, currency)
    return _refund(source, currency) if kind == "refund" else None


def _order(source: Json, currency: str) -> OrderEvent:
    same_currency(text(source, "currency", limit=3), currency)
    status = text(source, "status", limit=10)
    if status not in OrderStatus.values:
        raise BadInput(f"“status” is none of {', '.join(OrderStatus.values)}.")
    if (placed_at := moment(source, "placed_at")) is None:
        raise BadInput("“placed_at” is missing.")
    return OrderEvent(
        external_id=identifier(source, "id"),
        number=text(source, "number", limit=60) or identifier(source, "id")[:60],
        status=status,
        was_paid=status == OrderStatus.PAID,
        is_test=flag(source, "is_test"),
        has_tax_in_prices=False,
        currency=currency,
        total_minor=bookable(money(source, "total", currency)),
        email=email(source, "email"),
        customer=_customer(source),
        marker=text(source, "marker", limit=1000),
        placed_at=placed_at,
        changed_at=moment(source, "changed_at") or placed_at,
        lines=distinct(_line(line, currency) for line in objects(source, "lines")),
    )


def _customer(source: Json) -> CustomerEvent | None:
    if not (customer := child(source, "customer")):
        return None
    return CustomerEvent(identifier(customer, "id"), email(customer, "email"), text(customer, "name", limit=120))


def _line(line: Json, currency: str) -> OrderLineEvent:
    return OrderLineEvent(
        external_id=identifier(line, "id"),
        sku=text(line, "sku", limit=100),
        title=text(line, "title", limit=200),
        quantity=pieces(line, "quantity"),
        amount_minor=bookable(money(line, "amount", currency)),
    )


def _refund(source: Json, currency: str) -> RefundEvent:
    same_currency(text(source, "currency", limit=3), currency)
    if (refunded_at := moment(source, "refunded_at")) is None:
        raise BadInput("“refunded_at” is missing.")
    lines = tuple(_refund_line(line, currency) for line in objects(source, "lines"))
    if len({line.order_line_external_id for line in lines}) < len(lines):
        raise BadInput("Two lines have the same “line_id”.")
    return RefundEvent(identifier(source, "id"), identifier(source, "order_id"), refunded_at, lines)


def _refund_line(line: Json, currency: str) -> RefundLineEvent:
    return RefundLineEvent(
        order_line_external_id=identifier(line, "line_id"),
        quantity=pieces(line, "quantity"),
        amount_minor=bookable(money(line, "amount", currency)),
        tax_minor=0,
    )
