"""A generative model of a shop's customers, orders, refunds and reviews: pure, and the same for the same seed.

Five kinds of customer differ in how often they buy, how much at once, over how many categories, and what they send
back (docs/sample-data.md has the table). Nobody in it exists: names are drawn from lists, addresses end in .example.
"""

import datetime as dt
import random
from dataclasses import dataclass, field

from config.sample.words import FAMILY_NAMES, GIVEN_NAMES, REVIEW_ENDS, REVIEW_MIDDLES, REVIEW_OPENINGS

HISTORY_DAYS = 720


@dataclass(frozen=True)
class Kind:
    """How one kind of customer behaves. Days are means of exponential gaps; shares are between 0 and 1."""

    name: str
    weight: float
    gap_days: float
    most_orders: int
    lines: tuple[int, int]
    quantity: tuple[int, int]
    roaming: float
    returning: float
    reviewing: float


KINDS = (
    Kind("passer-by", 0.60, 400, 2, (1, 2), (1, 1), 0.15, 0.03, 0.02),
    Kind("regular", 0.27, 95, 8, (1, 3), (1, 2), 0.30, 0.04, 0.12),
    Kind("enthusiast", 0.09, 38, 22, (1, 4), (1, 2), 0.55, 0.02, 0.35),
    Kind("returner", 0.03, 50, 14, (1, 4), (1, 3), 0.40, 0.45, 0.05),
    Kind("wholesaler", 0.01, 60, 10, (1, 1), (24, 60), 0.05, 0.01, 0.0),
)


@dataclass(frozen=True)
class SampleProduct:
    sku: str
    title: str
    category: str
    price_minor: int
    page: str = ""
    picture: str = ""


@dataclass(frozen=True)
class SampleLine:
    sku: str
    quantity: int


@dataclass(frozen=True)
class SampleOrder:
    placed_at: dt.datetime
    lines: tuple[SampleLine, ...]
    # When everything went back, if it did.
    refunded_at: dt.datetime | None


@dataclass(frozen=True)
class SampleReview:
    sku: str
    rating: int
    body: str
    helpful_votes: int
    written_at: dt.datetime


@dataclass
class SampleCustomer:
    external_id: str
    name: str
    email: str
    country: str
    kind: str
    orders: list[SampleOrder] = field(default_factory=list)
    reviews: list[SampleReview] = field(default_factory=list)


def generate(
    *,
    products: list[SampleProduct],
    count: int,
    now: dt.datetime,
    seed: int,
    named: tuple[tuple[str, str], ...] = (),
) -> list[SampleCustomer]:
    """`count` customers with two years of history before `now`, the first ones enthusiasts `named` (name, e-mail)."""
    dice = random.Random(seed)
    customers = []
    for number in range(count):
        if number < len(named):
            kind, (name, email) = KINDS[2], named[number]
        else:
            kind = dice.choices(KINDS, [kind.weight for kind in KINDS])[0]
            name = f"{dice.choice(GIVEN_NAMES)} {dice.choice(FAMILY_NAMES)}"
            email = f"{name.lower().replace(' ', '.')}.{number}@mail.example"
        customer = SampleCustomer(
            external_id=str(70_000 + number),
            name=name,
            email=email,
            country=dice.choices(("DE", "IT", "NL", "AT", "FR"), (40, 25, 15, 10, 10))[0],
            kind=kind.name,
        )
        _give_orders(dice, customer, kind, products, now, is_named=number < len(named))
        _give_reviews(dice, customer, kind, {product.sku: product for product in products}, now)
        customers.append(customer)
    return customers


def _give_orders(
    dice: random.Random,
    customer: SampleCustomer,
    kind: Kind,
    products: list[SampleProduct],
    now: dt.datetime,
    *,
    is_named: bool,
) -> None:
    home = dice.choice(sorted({product.category for product in products}))
    age = HISTORY_DAYS if is_named else dice.uniform(10, HISTORY_DAYS)
    at = now - dt.timedelta(days=age)
    for _ in range(kind.most_orders):
        if at > now - dt.timedelta(days=2):
            break
        # People buy by day: the hour is drawn apart from the day.
        placed_at = at.replace(hour=dice.randint(7, 21), minute=dice.randint(0, 59), second=0, microsecond=0)
        lines = _draw_lines(dice, kind, home, products)
        refunded_at = placed_at + dt.timedelta(days=dice.randint(3, 13)) if dice.random() < kind.returning else None
        customer.orders.append(
            SampleOrder(placed_at, lines, refunded_at if refunded_at and refunded_at < now else None)
        )
        at += dt.timedelta(days=1 + dice.expovariate(1 / kind.gap_days))


def _draw_lines(dice: random.Random, kind: Kind, home: str, products: list[SampleProduct]) -> tuple[SampleLine, ...]:
    chosen: dict[str, int] = {}
    for _ in range(dice.randint(*kind.lines)):
        roams = dice.random() < kind.roaming
        shelf = [product for product in products if roams or product.category == home]
        # Cheap things are bought more often: weight by the inverse root of the price.
        product = dice.choices(shelf, [product.price_minor**-0.5 for product in shelf])[0]
        chosen[product.sku] = dice.randint(*kind.quantity)
    return tuple(SampleLine(sku, quantity) for sku, quantity in chosen.items())


def _give_reviews(
    dice: random.Random,
    customer: SampleCustomer,
    kind: Kind,
    products: dict[str, SampleProduct],
    now: dt.datetime,
) -> None:
    for order in customer.orders:
        for line in order.lines:
            written_at = order.placed_at + dt.timedelta(days=dice.randint(6, 40))
            if dice.random() >= kind.reviewing or written_at >= now:
                continue
            sentences = [dice.choice(REVIEW_OPENINGS).format(product=products[line.sku].title)]
            if kind.name == "enthusiast":
                sentences += dice.sample(REVIEW_MIDDLES, dice.randint(1, 3))
            sentences.append(dice.choice(REVIEW_ENDS))
            votes = dice.randint(0, 4 * len(sentences)) if len(sentences) > 2 else dice.randint(0, 2)
            customer.reviews.append(
                SampleReview(
                    line.sku,
                    2 if order.refunded_at else dice.choice((4, 4, 5, 5, 3)),
                    " ".join(sentences),
                    votes,
                    written_at,
                )
            )
