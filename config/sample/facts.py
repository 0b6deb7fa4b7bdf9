"""Writes what the generative model made: products, customers, orders, refunds, reviews, in bulk."""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

from django.utils.text import slugify

from config.sample.shop_model import SampleCustomer, SampleProduct
from stores.models import Customer, Order, OrderLine, Product, Refund, RefundLine, Review, Store
from stores.models.facts import OrderSource, OrderStatus
from stores.money import round_minor
from stores.scope import new_ids

# The sample shops' prices hold 22 % tax; what we keep is without.
TAX = Decimal("1.22")


def net(gross_minor: int) -> int:
    """A gross amount of the sample shops without its tax."""
    return round_minor(Decimal(gross_minor) / TAX)


def read_catalogue(file: Path, *, shop: str, pictures: str) -> list[SampleProduct]:
    """The demo shop's shelf, from the file that the shop itself reads; `shop` and `pictures` are where it stands."""
    with file.open(newline="", encoding="utf-8") as handle:
        return [
            SampleProduct(
                sku=row["sku"],
                title=row["name"],
                category=row["category"],
                price_minor=int(row["price_cents"]),
                page=f"{shop}/products/{slugify(row['name'])}/",
                picture=f"{pictures}/{Path(row['image']).name}",
            )
            for row in csv.DictReader(handle)
        ]


def write_products(store: Store, shelf: list[SampleProduct]) -> dict[str, Product]:
    """The shelf as products, by SKU."""
    rows = [
        Product(
            id=key,
            store=store,
            sku=product.sku,
            title=product.title,
            category=product.category,
            price_minor=product.price_minor,
            url=product.page,
            image_url=product.picture,
        )
        for key, product in zip(new_ids(len(shelf)), shelf, strict=True)
    ]
    return {product.sku: product for product in Product.objects.bulk_create(rows)}


def write_history(
    store: Store, people: list[SampleCustomer], products: dict[str, Product], *, now: dt.datetime
) -> dict[str, Customer]:
    """Everybody's orders, refunds and reviews; returns the customers by e-mail address."""
    customers = Customer.objects.bulk_create(
        Customer(
            id=key,
            store=store,
            external_id=person.external_id,
            email=person.email,
            name=person.name,
            country=person.country,
        )
        for key, person in zip(new_ids(len(people)), people, strict=True)
    )
    placed = [(customer, order) for customer, person in zip(customers, people, strict=True) for order in person.orders]
    orders = Order.objects.bulk_create(
        Order(
            id=key,
            store=store,
            external_id=f"S{10_000 + number}",
            number=f"#{1000 + number}",
            customer=customer,
            email=customer.email,
            status=OrderStatus.PAID,
            was_paid=True,
            source=OrderSource.IMPORT,
            currency=store.currency,
            goods_minor=sum(net(_price(products, line.sku) * line.quantity) for line in order.lines),
            total_minor=sum(_price(products, line.sku) * line.quantity for line in order.lines),
            placed_at=order.placed_at,
            changed_at=order.placed_at,
        )
        for number, (key, (customer, order)) in enumerate(zip(new_ids(len(placed)), placed, strict=True))
    )
    bought = [
        (order, position, line)
        for order, (_, drawn) in zip(orders, placed, strict=True)
        for position, line in enumerate(drawn.lines)
    ]
    lines = OrderLine.objects.bulk_create(
        OrderLine(
            id=key,
            store=store,
            order=order,
            external_id=str(position),
            product=products[line.sku],
            sku=line.sku,
            title=products[line.sku].title,
            quantity=line.quantity,
            amount_minor=net(_price(products, line.sku) * line.quantity),
            position=position,
        )
        for key, (order, position, line) in zip(new_ids(len(bought)), bought, strict=True)
    )
    _write_refunds(store, orders, placed, lines)
    _write_reviews(store, people, customers, products)
    return {customer.email: customer for customer in customers}


def _price(products: dict[str, Product], sku: str) -> int:
    price = products[sku].price_minor
    assert price is not None
    return price


def _write_refunds(store: Store, orders: list[Order], placed: list, lines: list[OrderLine]) -> None:
    returned = {
        order.pk: drawn.refunded_at for order, (_, drawn) in zip(orders, placed, strict=True) if drawn.refunded_at
    }
    refunds = Refund.objects.bulk_create(
        Refund(id=key, store=store, order_id=order_id, external_id="1", refunded_at=at)
        for key, (order_id, at) in zip(new_ids(len(returned)), returned.items(), strict=True)
    )
    by_order = {refund.order_id: refund for refund in refunds}
    RefundLine.objects.bulk_create(
        RefundLine(
            store=store,
            refund=by_order[line.order_id],
            order_line=line,
            quantity=line.quantity,
            amount_minor=line.amount_minor,
        )
        for line in lines
        if line.order_id in by_order
    )


def _write_reviews(
    store: Store, people: list[SampleCustomer], customers: list[Customer], products: dict[str, Product]
) -> None:
    written = [
        (customer, review) for customer, person in zip(customers, people, strict=True) for review in person.reviews
    ]
    Review.objects.bulk_create(
        Review(
            store=store,
            external_id=str(number),
            product=products[review.sku],
            customer=customer,
            rating=review.rating,
            body=review.body,
            helpful_votes=review.helpful_votes,
            written_at=review.written_at,
        )
        for number, (customer, review) in enumerate(written)
    )
