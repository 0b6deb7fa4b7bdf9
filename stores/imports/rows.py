"""One row of the file to one line of an order, or to the reason why it is none."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from stores.errors import BadAmount
from stores.imports.fields import BY_KEY
from stores.imports.plan import Plan
from stores.imports.records import Record
from stores.imports.values import EMAIL, Unreadable, parse_amount, parse_moment, parse_quantity, short, unguarded
from stores.money import to_minor

PURCHASE, CANCELLATION = "purchase", "cancellation"
# How shops name what became of an order's payment.
STATUSES = {
    "paid": ("paid", "complete", "completed", "processing", "fulfilled", "shipped", "partially_refunded"),
    "refunded": ("refunded",),
    "pending": ("pending", "authorized", "partially_paid", "unpaid", "on_hold", "open"),
    "cancelled": ("voided", "void", "cancelled", "canceled", "failed", "expired"),
}
STATUS_OF = {word: status for status, words in STATUSES.items() for word in words}
MAX_AMOUNT_MINOR = 10**12
MOST = {"order": 60, "shop_id": 60, "sku": 80, "customer": 100, "email": 100, "country": 60}
BLANK = dict.fromkeys(BY_KEY, "")


class Refused(Exception):
    """The row is not taken; the text says why to a person."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an order as the file has it; what the file says of the whole order may be blank on later rows.

    `quantity` and `amount_minor` are positive, also for a cancellation, which takes back what was bought before.
    """

    line_number: int
    kind: str
    order: str
    sku: str
    title: str
    category: str
    quantity: int
    amount_minor: int
    placed_at: dt.datetime | None
    customer: str
    email: str
    name: str
    country: str
    status: str
    shop_id: str
    refunded_minor: int | None
    total_minor: int | None
    cells: list[str]

    def as_json(self) -> dict[str, Any]:
        """The row as it waits in the database."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return values | {"placed_at": self.placed_at.isoformat() if self.placed_at else None}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Row":
        """The row that `as_json` wrote."""
        at = values["placed_at"]
        return cls(**values | {"placed_at": dt.datetime.fromisoformat(at) if at else None})

    @property
    def booked_with(self) -> str:
        """What has to be booked together: all of an order, and all cancellations of a customer."""
        return self.order if self.kind == PURCHASE else self.customer_key

    @property
    def customer_key(self) -> str:
        """What tells customers apart: the shop's number, else the e-mail address."""
        return self.customer or self.email


def read_row(record: Record, plan: Plan, now: dt.datetime) -> Row:
    """Read a record by the plan. Raises Refused with the first thing that is wrong with it."""
    if record.problem:
        raise Refused(record.problem)
    cells = record.cells
    if any(cell.strip() for cell in cells[plan.width :]):
        raise Refused(f"The row has {len(cells)} cells where the header names {plan.width} columns.")
    try:
        return _read(record, _texts(cells, plan), plan, now)
    except (Unreadable, BadAmount) as error:
        raise Refused(str(error)) from None


def _texts(cells: list[str], plan: Plan) -> dict[str, str]:
    """Our field → its cell, blank where the file has none."""
    width = len(cells)
    texts = BLANK | {key: unguarded(cells[place]) for key, place in plan.columns.items() if place < width}
    for key, most in MOST.items():
        if len(texts[key]) > most:
            raise Unreadable(f"“{short(texts[key])}” is longer than {most} characters.")
    return texts


def _read(record: Record, texts: dict[str, str], plan: Plan, now: dt.datetime) -> Row:
    if not (order := texts["order"]):
        raise Refused("The row has no order number.")
    title = " ".join(texts["title"].split())[:200]
    if not (sku := texts["sku"] or title[: MOST["sku"]]):
        raise Refused("The row names no product.")
    if sku.casefold() in plan.no_products:
        raise Refused(f"“{sku}” is no product: it stands for postage, a discount, a fee or a correction.")
    quantity = parse_quantity(texts["quantity"], plan.decimal)
    if not quantity:
        raise Refused("The quantity is zero.")
    amount_minor = _amount_minor(texts, quantity, plan)
    placed_at = _moment(texts["placed_at"], plan, now)
    if (email := texts["email"].lower()) and not EMAIL.fullmatch(email):
        raise Refused(f"“{short(email)}” is not an e-mail address.")
    currency = texts["currency"].upper()
    if currency not in ("", plan.currency):
        raise Refused(f"The currency is {short(currency, 10)}, and the store's is {plan.currency}.")
    row = Row(
        line_number=record.line_number,
        kind=PURCHASE if quantity > 0 else CANCELLATION,
        order=order,
        sku=sku,
        title=title or sku,
        category=" ".join(texts["category"].split())[:100],
        quantity=abs(quantity),
        amount_minor=amount_minor,
        placed_at=placed_at,
        customer=texts["customer"],
        email=email,
        name=" ".join(texts["name"].split())[:120],
        country=texts["country"],
        status="cancelled" if texts["cancelled_at"] else _status(texts["status"]),
        shop_id=texts["shop_id"],
        refunded_minor=_optional_minor(texts["refunded"], plan),
        total_minor=_optional_minor(texts["order_total"], plan),
        cells=record.cells,
    )
    if row.kind == CANCELLATION and not (row.placed_at and row.customer_key):
        raise Refused("A cancellation needs its date and its customer in the same row.")
    return row


def _amount_minor(texts: dict[str, str], quantity: int, plan: Plan) -> int:
    """What the row's goods cost after its discount, as a positive amount. Raises Refused, Unreadable, BadAmount."""
    if "unit_price" in plan.columns:
        amount = parse_amount(texts["unit_price"], plan.decimal) * abs(quantity)
    else:
        amount = parse_amount(texts["line_total"], plan.decimal) * (1 if quantity > 0 else -1)
    if amount <= 0:
        raise Refused("The price is zero." if amount == 0 else "The price is negative.")
    if discount := texts["discount"]:
        amount -= abs(parse_amount(discount, plan.decimal))
    if not (minor := max(0, to_minor(amount, plan.currency))):
        raise Refused("The price is zero after the discount.")
    if minor > MAX_AMOUNT_MINOR:
        raise Refused("The price is larger than any order's.")
    return minor


def _optional_minor(text: str, plan: Plan) -> int | None:
    return to_minor(abs(parse_amount(text, plan.decimal)), plan.currency) if text else None


def _moment(text: str, plan: Plan, now: dt.datetime) -> dt.datetime | None:
    if not text:
        return None
    moment = parse_moment(text, plan.date_order, plan.timezone)
    if moment > now + dt.timedelta(days=1):
        raise Refused(f"The date “{short(text)}” lies in the future.")
    return moment


def _status(text: str) -> str:
    if not text:
        return ""
    try:
        return STATUS_OF[text.strip().casefold().replace(" ", "_").replace("-", "_")]
    except KeyError:
        raise Refused(f"“{short(text)}” is no payment status that we know.") from None
