"""The basket and its prices: pure functions over the plain data that lives in the session."""

import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import TypedDict

from demo.catalogue import PRODUCTS, Product
from demo.errors import ShopProblem
from demo.money import included_vat, rounded

SHIPPING_CENTS = 490
FREE_SHIPPING_FROM_CENTS = 6000
DISCOUNT_PERCENTS = {"PINE10": 10}
MOST_OF_ONE = 20
MOST_ATTRIBUTES = 20
LONGEST_NAME = 80
LONGEST_ATTRIBUTE = 1000


class Cart(TypedDict):
    """What the session keeps: quantities by SKU, and the attributes that scripts of the page have set."""

    token: str
    lines: dict[str, int]
    attributes: dict[str, str]
    code: str


@dataclass(frozen=True)
class Line:
    """A product in the basket; amounts in cents with VAT, `net_cents` after the discount."""

    product: Product
    quantity: int
    gross_cents: int
    discount_cents: int

    @property
    def net_cents(self) -> int:
        return self.gross_cents - self.discount_cents


@dataclass(frozen=True)
class Basket:
    """A cart with today's prices; every amount in cents with VAT."""

    lines: tuple[Line, ...]
    code: str
    percent: int
    shipping_cents: int

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def gross_cents(self) -> int:
        return sum(line.gross_cents for line in self.lines)

    @property
    def discount_cents(self) -> int:
        return sum(line.discount_cents for line in self.lines)

    @property
    def goods_cents(self) -> int:
        return self.gross_cents - self.discount_cents

    @property
    def total_cents(self) -> int:
        return self.goods_cents + self.shipping_cents

    @property
    def tax_cents(self) -> int:
        return sum(included_vat(line.net_cents) for line in self.lines) + included_vat(self.shipping_cents)

    @property
    def to_free_shipping_cents(self) -> int:
        return max(FREE_SHIPPING_FROM_CENTS - self.goods_cents, 0)


def new_cart() -> Cart:
    """An empty cart; its token becomes the order's and lets a cart be paid only once."""
    return {"token": secrets.token_hex(16), "lines": {}, "attributes": {}, "code": ""}


def priced(cart: Cart) -> Basket:
    """The cart with prices, discount and delivery; products that left the catalogue are left out."""
    percent = DISCOUNT_PERCENTS.get(cart["code"], 0)
    lines = tuple(
        priced_line(PRODUCTS[sku], quantity, percent) for sku, quantity in cart["lines"].items() if sku in PRODUCTS
    )
    goods = sum(line.net_cents for line in lines)
    is_free = not lines or goods >= FREE_SHIPPING_FROM_CENTS
    return Basket(lines, cart["code"], percent, 0 if is_free else SHIPPING_CENTS)


def priced_line(product: Product, quantity: int, percent: int) -> Line:
    """One line; the discount is rounded per line, so that lines always add up to the basket."""
    gross = product.price_cents * quantity
    return Line(product, quantity, gross, rounded(Decimal(gross) * percent / 100))


def quantity_of(text: str, *, at_least: int) -> int:
    """A quantity that somebody typed; raises ShopProblem."""
    try:
        quantity = int(text)
    except ValueError:
        raise ShopProblem("Please give the quantity as a whole number.") from None
    if quantity < at_least:
        raise ShopProblem(f"Please choose at least {at_least}." if at_least else "A quantity cannot be below zero.")
    if quantity > MOST_OF_ONE:
        raise ShopProblem(f"We can send up to {MOST_OF_ONE} of one article. For more, write to us.")
    return quantity


def with_added(cart: Cart, sku: str, quantity: int) -> Cart:
    """The cart with more of a product; raises ShopProblem beyond MOST_OF_ONE."""
    return with_quantity(cart, sku, quantity_of(str(cart["lines"].get(sku, 0) + quantity), at_least=1))


def with_quantity(cart: Cart, sku: str, quantity: int) -> Cart:
    """The cart with exactly this quantity of a product; zero takes the line out."""
    lines = {**cart["lines"], sku: quantity}
    return {**cart, "lines": {sku: quantity for sku, quantity in lines.items() if quantity}}


def with_code(cart: Cart, code: str) -> Cart:
    """The cart with a discount code, or without one for an empty text; raises ShopProblem."""
    code = code.strip().upper()
    if code and code not in DISCOUNT_PERCENTS:
        raise ShopProblem("We do not know this code. Please check the spelling.")
    return {**cart, "code": code}


def with_attributes(cart: Cart, attributes: object) -> Cart:
    """The cart with attributes set by a script of the page, as names and texts; an empty text removes one.

    Raises ShopProblem for anything else, or for more than a cart holds.
    """
    if not isinstance(attributes, dict) or not all(is_attribute(*item) for item in attributes.items()):
        raise ShopProblem(f"attributes must be an object of texts, each up to {LONGEST_ATTRIBUTE} characters")
    merged = {name: text for name, text in {**cart["attributes"], **attributes}.items() if text}
    if len(merged) > MOST_ATTRIBUTES:
        raise ShopProblem(f"a cart holds up to {MOST_ATTRIBUTES} attributes")
    return {**cart, "attributes": merged}


def is_attribute(name: object, text: object) -> bool:
    """Whether a pair can be kept; PostgreSQL's JSON holds neither zero bytes nor half characters."""
    if not isinstance(name, str) or not isinstance(text, str):
        return False
    return 0 < len(name) <= LONGEST_NAME and len(text) <= LONGEST_ATTRIBUTE and (name + text).isprintable()
