"""Customers with a past, for tests that rank them; call it in the store's scope."""

import datetime as dt
import itertools
from collections.abc import Sequence

from stores.models import Customer, Order, OrderLine, Product, Refund, RefundLine, Store
from stores.models.facts import OrderSource, OrderStatus

_numbers = itertools.count(1)


def make_customer(store: Store, name: str, *, email: str | None = None) -> Customer:
    """A customer in Italy; `email` is made up unless given."""
    number = next(_numbers)
    address = f"{name.split()[0].lower()}.{number}@mail.example" if email is None else email
    return Customer.objects.create(store=store, external_id=f"c{number}", email=address, name=name, country="Italy")


def make_product(store: Store, title: str, category: str = "") -> Product:
    return Product.objects.create(store=store, sku=f"SKU-{next(_numbers)}", title=title, category=category)


def make_order(
    customer: Customer,
    products: Sequence[Product],
    *,
    at: dt.datetime,
    quantity: int = 1,
    amount_minor: int = 2_500,
    status: str = OrderStatus.PAID,
    is_test: bool = False,
) -> Order:
    """An order with a line per product, `amount_minor` each."""
    number = next(_numbers)
    order = Order.objects.create(
        store=customer.store,
        external_id=f"o{number}",
        number=f"#{number}",
        customer=customer,
        email=customer.email,
        status=status,
        is_test=is_test,
        source=OrderSource.IMPORT,
        currency=customer.store.currency,
        goods_minor=amount_minor * len(products),
        total_minor=amount_minor * len(products),
        placed_at=at,
        changed_at=at,
    )
    for position, product in enumerate(products):
        OrderLine.objects.create(
            store=customer.store,
            order=order,
            external_id=str(position),
            product=product,
            sku=product.sku,
            title=product.title,
            quantity=quantity,
            amount_minor=amount_minor,
            position=position,
        )
    return order


def refund(order: Order, *, at: dt.datetime) -> None:
    """Take a whole order back."""
    made = Refund.objects.create(store=order.store, order=order, external_id="1", refunded_at=at)
    for line in order.lines.all():
        RefundLine.objects.create(
            store=order.store, refund=made, order_line=line, quantity=line.quantity, amount_minor=line.amount_minor
        )


def make_regular(store: Store, name: str, products: Sequence[Product], *, days: int, now: dt.datetime) -> Customer:
    """A customer who bought all `products` on each of `days` days, a week apart, the last a week ago."""
    customer = make_customer(store, name)
    for week in range(1, days + 1):
        make_order(customer, products, at=now - dt.timedelta(weeks=week))
    return customer
