"""Orders and refunds as platforms tell of them: late, twice and in any order, and always ending the same."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet

from stores.events import CustomerEvent, OrderEvent, OrderLineEvent, RefundEvent, RefundLineEvent
from stores.models import Customer, Delivery, Order, OrderLine, Product, Refund, RefundLine, Store
from stores.models.facts import OrderSource

LINE_FIELDS = ["sku", "title", "quantity", "amount_minor", "position", "product"]


def store_delivery(
    *, store: Store, platform: str, topic: str, dedupe_key: str, body: bytes, now: dt.datetime
) -> tuple[Delivery, bool]:
    """Keep a verified request as it came; returns it, and whether it is the first of its key."""
    return Delivery.objects.get_or_create(
        store=store,
        platform=platform,
        dedupe_key=dedupe_key,
        defaults={"topic": topic, "body": body, "received_at": now},
    )


def apply_order_event(*, store: Store, event: OrderEvent, source: OrderSource) -> Order:
    """Bring our mirror of an order up to what a message tells; returns the order, whose row is locked.

    Forward only: an older message changes neither amounts nor lines, and the status never moves back. What a
    message knew (an e-mail, a marker, that it was paid, a refund) another does not unsay by leaving it out.
    """
    customer = _customer(store, event.customer)
    order = _locked_order(store, event, source, customer)
    newer, older = (event, order) if _is_news(order, event) else (order, event)
    values = _values(event) if newer is event else {}
    values |= {
        "status": max(order.status, event.status, key=Order.RANK.__getitem__),
        "email": newer.email or older.email,
        "marker": newer.marker or older.marker,
        "customer": (newer is event and customer) or order.customer or customer,
        "was_paid": order.was_paid or event.was_paid,
        "is_test": order.is_test or event.is_test,
    }
    for name, value in values.items():
        setattr(order, name, value)
    order.save()
    if newer is event:
        _write_lines(order, event.lines)
    for refund in event.refunds:
        _add_refund(order, refund)
    return order


def apply_refund_event(*, store: Store, event: RefundEvent) -> Order | None:
    """Add a refund to its order and return the order, whose row is locked.

    None, and nothing written, where the order or one of the lines is not known yet.
    """
    orders = _locking().filter(store=store, external_id=event.order_external_id)
    order = orders.first()
    return order if order and _add_refund(order, event) else None


def _locked_order(store: Store, event: OrderEvent, source: OrderSource, customer: Customer | None) -> Order:
    """The order, locked; made if need be: of two first messages worked at once, one makes it."""
    found = _locking().filter(store=store, external_id=event.external_id)
    if order := found.first():
        return order
    first = Order(store=store, external_id=event.external_id, source=source, customer=customer, **_values(event))
    Order.objects.bulk_create([first], ignore_conflicts=True)
    return found.get()


def _locking() -> QuerySet[Order]:
    return Order.objects.select_related("store", "customer").select_for_update(of=("self",), no_key=True)


def _values(event: OrderEvent) -> dict[str, object]:
    return {
        "number": event.number,
        "status": event.status,
        "was_paid": event.was_paid,
        "is_test": event.is_test,
        "has_tax_in_prices": event.has_tax_in_prices,
        "currency": event.currency,
        "email": event.email,
        "goods_minor": sum(line.amount_minor for line in event.lines),
        "total_minor": event.total_minor,
        "marker": event.marker,
        "placed_at": event.placed_at,
        "changed_at": event.changed_at,
    }


def _is_news(order: Order, event: OrderEvent) -> bool:
    """Whether a message is the newest one; of two from the same second the one that is further along."""
    if event.changed_at != order.changed_at:
        return event.changed_at > order.changed_at
    return Order.RANK[event.status] >= Order.RANK[order.status]


def _customer(store: Store, event: CustomerEvent | None) -> Customer | None:
    """The customer by the platform's id, else by e-mail (an import may have known no id), else a new one."""
    if event is None:
        return None
    customers = Customer.objects.filter(store=store)
    if found := customers.filter(external_id=event.external_id).first():
        return found
    if event.email and (found := customers.filter(email__iexact=event.email).order_by("id").first()):
        return found
    customer, _ = Customer.objects.get_or_create(
        store=store, external_id=event.external_id, defaults={"email": event.email, "name": event.name}
    )
    return customer


def _write_lines(order: Order, events: Iterable[OrderLineEvent]) -> None:
    """Make the order's lines what the message says; a line that it no longer has stays, empty."""
    products = _products(order.store, events)
    known = {line.external_id: line for line in order.lines.all()}
    made, changed = [], []
    for position, event in enumerate(events):
        product = products.get(event.sku)
        values = {
            "sku": event.sku,
            "title": event.title or event.sku,
            "quantity": event.quantity,
            "amount_minor": event.amount_minor,
            "position": position,
            "product_id": product.pk if product else None,
        }
        if line := known.pop(event.external_id, None):
            changed += _changed(line, values)
        else:
            made.append(OrderLine(store=order.store, order=order, external_id=event.external_id, **values))
    for line in known.values():
        changed += _changed(line, {"quantity": 0, "amount_minor": 0})
    OrderLine.objects.bulk_create(made)
    OrderLine.objects.bulk_update(changed, LINE_FIELDS)


def _changed(line: OrderLine, values: dict[str, object]) -> list[OrderLine]:
    """The line with new values, if any of them is new."""
    if all(getattr(line, name) == value for name, value in values.items()):
        return []
    for name, value in values.items():
        setattr(line, name, value)
    return [line]


def _products(store: Store, lines: Iterable[OrderLineEvent]) -> dict[str, Product]:
    """The lines' products by SKU; those that we hear of for the first time are made."""
    titles = {line.sku: line.title or line.sku for line in lines if line.sku}
    products = Product.objects.filter(store=store, sku__in=titles)
    known = {product.sku: product for product in products}
    if known.keys() == titles.keys():
        return known
    # Sorted, so that two orders with the same new products do not wait for each other in a circle.
    Product.objects.bulk_create(
        [Product(store=store, sku=sku, title=titles[sku]) for sku in sorted(titles) if sku not in known],
        ignore_conflicts=True,
    )
    return {product.sku: product for product in products.all()}


def _add_refund(order: Order, event: RefundEvent) -> bool:
    """Add a refund once; False, and nothing written, if a line is unknown. Caller holds the order's lock."""
    if order.refunds.filter(external_id=event.external_id).exists():
        return True
    lines = {line.external_id: line for line in order.lines.all()}
    if any(part.order_line_external_id not in lines for part in event.lines):
        return False
    refund = Refund.objects.create(
        store=order.store, order=order, external_id=event.external_id, refunded_at=event.refunded_at
    )
    for part in event.lines:
        RefundLine.objects.create(
            store=order.store,
            refund=refund,
            order_line=lines[part.order_line_external_id],
            quantity=part.quantity,
            amount_minor=_goods_minor(order, part),
        )
    return True


def _goods_minor(order: Order, part: RefundLineEvent) -> int:
    """What a refund took back of a line, without tax."""
    return max(0, part.amount_minor - part.tax_minor) if order.has_tax_in_prices else part.amount_minor
